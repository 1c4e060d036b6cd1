"""Asks eligibility about each item, and sends on to the worklist what may go ahead."""

from web import post, serve


def screen(item):
    answer = post("eligibility", "/decisions", item)
    if answer["decision"] == "go_ahead":
        post("worklist", "/items", item)
    return answer


serve("/items", screen)
