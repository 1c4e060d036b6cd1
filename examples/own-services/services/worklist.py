"""Keeps the work that is to be done, and puts it into somebody's inbox."""

import os

from web import post, serve

work = []


def add(item):
    work.append(item["number"])
    if "INBOX" in os.environ:
        post("inbox", "/messages", item)
    return {"place": len(work)}


serve("/items", add)
