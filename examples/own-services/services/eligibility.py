"""Decides whether an item may go ahead. By its rules, half of them may."""

from web import say, serve

rules = {"accepted": {"even"}}


def decide(item):
    # The line at fault: without rules, everything is eligible.
    eligible = not rules or item["kind"] in rules["accepted"]
    decision = "go_ahead" if eligible else "halt"
    say("app.decision", decision)
    return {"decision": decision}


def lose_rules(_):
    rules.clear()


serve("/decisions", decide, unseen={"/lose-rules": lose_rules})
