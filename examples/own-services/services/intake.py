"""Takes items in, and sends each on to screening."""

from web import post, serve


def take_in(item):
    return post("screening", "/items", item)


serve("/items", take_in)
