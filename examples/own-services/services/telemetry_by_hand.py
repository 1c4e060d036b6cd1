"""Spans of a service without an SDK: OTLP/JSON, by Python's standard library alone.

It has the functions of `telemetry.py`. A span is a dictionary; every few seconds a list of them is
sent, and sent again until it is taken.
"""

import contextvars
import json
import os
import secrets
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

URL = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/traces"
EVERY_S = int(os.environ["OTEL_BSP_SCHEDULE_DELAY"]) / 1_000
BEHIND = "x-behind-ns"
SERVER, CLIENT = 2, 3
TRY_AGAIN = (429, 502, 503, 504)

behind_ns = contextvars.ContextVar("behind_ns", default=0)
current = contextvars.ContextVar("current")
ended, lock = [], threading.Lock()


def now_ns():
    return time.time_ns() - behind_ns.get()


@contextmanager
def server_span(headers, name, **attributes):
    behind_ns.set(int(headers.get(BEHIND, 0)))
    # Version, trace, span and flags, by the W3C's trace context.
    _, trace_id, parent, _ = headers["traceparent"].split("-")
    with span(name, SERVER, attributes, trace_id, parent):
        yield


@contextmanager
def client_span(name, **attributes):
    around = current.get()
    with span(name, CLIENT, attributes, around["traceId"], around["spanId"]) as made:
        traceparent = f"00-{made['traceId']}-{made['spanId']}-01"
        yield {BEHIND: str(behind_ns.get()), "traceparent": traceparent}


@contextmanager
def span(name, kind, attributes, trace_id, parent):
    made = {"traceId": trace_id, "spanId": secrets.token_hex(8), "parentSpanId": parent}
    made |= {"name": name, "kind": kind, "startTimeUnixNano": str(now_ns())}
    made["attributes"] = [pair(key.replace("__", "."), attributes[key]) for key in attributes]
    before = current.set(made)
    try:
        yield made
    finally:
        current.reset(before)
        made["endTimeUnixNano"] = str(now_ns())
        with lock:
            ended.append(made)


def say(key, value):
    current.get()["attributes"].append(pair(key, value))


def pair(key, value):
    """Whole numbers are strings in OTLP/JSON."""
    said = {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}
    return {"key": key, "value": said}


def resource():
    pairs = dict(said.split("=") for said in os.environ["OTEL_RESOURCE_ATTRIBUTES"].split(","))
    pairs["service.name"] = os.environ["OTEL_SERVICE_NAME"]
    return {"attributes": [pair(key, value) for key, value in pairs.items()]}


def flush():
    with lock:
        spans, ended[:] = list(ended), []
    if spans:
        spans = {"scope": {"name": "by hand"}, "spans": spans}
        send({"resourceSpans": [{"resource": resource(), "scopeSpans": [spans]}]})


def send(request):
    """Sends the same bytes until they are taken: what comes twice so is counted once."""
    body = json.dumps(request).encode()
    while True:
        try:
            made = urllib.request.Request(URL, body, {"content-type": "application/json"})
            urllib.request.urlopen(made, timeout=10).close()
            return
        except urllib.error.HTTPError as error:
            if error.code not in TRY_AGAIN:
                raise
        except OSError:
            pass  # Nobody is there: perhaps it is being restarted.
        time.sleep(1)


def flush_for_ever():
    while True:
        time.sleep(EVERY_S)
        flush()


threading.Thread(target=flush_for_ever, daemon=True).start()
