"""What happens to the chain, told as it happens, and whether Highwater saw it in time."""

import math
import sys
import time
from datetime import datetime, timezone

from chain import ITEMS_PER_S, SCHEDULE_S

PAST_S = 8.5 * 60
QUIET_S = 20

# An open gate is noticed within 20 s of event time. Live, two waits are added: the exporter holds a
# span until it next sends, and a second is judged once 99.9 % of its counts are there. That is learned
# from what comes: as long as the exporters wait, and a second or two for the way.
NOTICED_S = 20
AGE_S = math.ceil(SCHEDULE_S) + 2
LIMIT_S = NOTICED_S + SCHEDULE_S + AGE_S


def tell(chain):
    """Tells the story. Returns whether all of it went as it should."""
    introduce(chain)
    warm_up(chain)
    opened_at = open_gate(chain)
    seen_at, incident = wait_for_incident(chain, opened_at)
    if incident is None:
        line(f"NOT HELD: nothing was seen within {LIMIT_S:g} s")
        return False
    return judge(chain, opened_at, seen_at, incident)


def introduce(chain):
    line("\nA chain of services, each a process of its own, and one Highwater.\n")
    kinds = {"http/protobuf": "OTLP/HTTP, protobuf", "grpc": "OTLP/gRPC"}
    kinds["http/json"] = "OTLP/HTTP, JSON made by hand"
    for name, program, protocol, _ in chain.services:
        language = "Node" if program.endswith(".mjs") else "Python"
        line(f"  {name:<12} {language:<7} {kinds[protocol]}")
    line(f"  {'highwater':<12} {'':<7} http://127.0.0.1:{chain.ports['api']}")
    if chain.without:
        line(f"\n  SKIPPED: inbox, the service in Node. {chain.without}")


def warm_up(chain):
    line(f"\n{PAST_S / 60:g} minutes of usual traffic in fast motion, until they reach the present.")
    began = time.time()
    chain.people.catch_up(began - PAST_S, chain.flush, bar)
    took = time.time() - began
    line(f"\r  {chain.people.n_sent:,} items in {took:.0f} s{' ' * 40}")
    chain.people.begin()
    line(f"Now live: {ITEMS_PER_S} items a second, sent on every {SCHEDULE_S:g} s.")
    rest(chain, QUIET_S)
    show_hops(chain)
    incidents = chain.ask("/api/v1/incidents")["items"]
    assert not incidents, f"an incident although nothing happened: {incidents}"


def bar(passed_s, behind_s):
    if sys.stdout.isatty():
        done = round(40 * passed_s / (passed_s + behind_s))
        print(f"\r  [{'#' * done:<40}] {passed_s / 60:.1f} min", end="", flush=True)


def rest(chain, seconds):
    until = time.time() + seconds
    while time.time() < until:
        chain.check()
        time.sleep(0.2)


def show_hops(chain):
    line("\n  What Highwater counted so far, without a word of configuration:")
    for hop in chain.ask("/api/v1/hops")["items"]:
        if hop["entered"]:
            answers = ", ".join(f"{word} {n}" for word, n in (hop["answers"] or {}).items())
            way = f"{hop['caller']} -> {hop['callee']} {hop['operation']}"
            counts = f"{hop['entered']:>6} in {hop['left']:>6} out {hop['transfer_ratio']:>6.0%}"
            line(f"    {way:<40} {counts}   {answers}")


def open_gate(chain):
    opened_at = time.time()
    chain.pull("eligibility", "/lose-rules")
    line(f"\n{clock(opened_at)}  Eligibility loses its rules: it says go_ahead to everything.")
    line(f"{' ' * 12}  No error, no slow call; twice as much work in the inbox.")
    return opened_at


def wait_for_incident(chain, opened_at):
    """The first incident the API shows that names an origin, and when it was seen."""
    while time.time() < opened_at + LIMIT_S + 15:
        chain.check()
        for incident in chain.ask("/api/v1/incidents")["items"]:
            if incident["origins"]:
                return time.time(), incident
        time.sleep(0.2)
    return None, None


def judge(chain, opened_at, seen_at, incident):
    detected_at = instant(incident["detected_at"])
    first = incident["origins"][0]
    line(f"{clock(detected_at)}  noticed, {detected_at - opened_at:.1f} s after (time of the data)")
    line(f"{clock(seen_at)}  seen through the API, {seen_at - opened_at:.1f} s after\n")
    line(f"  {incident['id']}  {incident['title']}.")
    line(f"  began at {incident['started_at']}")
    line(f"  starts at {first['service']}, {first['confidence']:.0%} sure")
    for because in first["because"]:
        line(f"    - {because}")
    for cleared in incident["cleared"]:
        line(f"  cleared: {cleared['service']}")
    line(f"\n  All of it: http://127.0.0.1:{chain.ports['api']}/api/v1/incidents\n")
    in_time = seen_at - opened_at <= LIMIT_S
    is_eligibility = first["service"] == "eligibility"
    waits = f"{NOTICED_S} s, the exporters' {SCHEDULE_S:g} s, a second's age of at most {AGE_S} s"
    result("noticed and seen in time", in_time, f"{seen_at - opened_at:.1f} of {LIMIT_S:g} s: {waits}")
    result("named the origin", is_eligibility, first["service"])
    return in_time and is_eligibility


def result(what, held, why):
    line(f"{'HELD' if held else 'NOT HELD'}: {what} ({why})")


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def clock(at):
    return datetime.fromtimestamp(at, timezone.utc).strftime("%H:%M:%S.%f")[:-5] + " UTC"


def line(text):
    print(text, flush=True)
