#!/usr/bin/env python3
"""Plays an incident against `highwater serve` with the command line alone, and shows its record.

The gate of examples/gate-always-open opens at 06:11:00. The recording comes in pieces, so that the clock
of the data stands where people act: a stakeholder reports, Anna declares and leads, Bob believes that
yesterday's refactoring did it, rolls it back and rules it out by what the figures did, Anna restarts the
service that always says yes, it helps, and the incident is resolved.

    cargo build --release && python3 examples/incident-record/play.py

Exit code: 0 if the record tells the story, 1 with what it does not tell.
"""

import argparse
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
RECORDING = sorted(str(f) for f in (HERE.parent / "gate-always-open").glob("*.jsonl.zst"))


def free_ports(n):
    """Ports nobody uses now."""
    held = [socket.socket() for _ in range(n)]
    for s in held:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


class Cli:
    """The command line, as people use it beside a server of their own."""

    def __init__(self, binary, listen, http):
        self.binary = binary
        self.environment = dict(
            os.environ, HIGHWATER_LISTEN=listen, HIGHWATER_OTLP_HTTP=http, HIGHWATER_TZ="UTC"
        )

    def __call__(self, *words, by="Anna", must=0):
        environment = dict(self.environment, HIGHWATER_USER=by)
        shown = " ".join(f'"{w}"' if " " in w else w for w in words)
        print(f"\n{by}$ highwater {shown}", flush=True)
        done = subprocess.run(
            [self.binary, *words], env=environment, capture_output=True, text=True, timeout=120
        )
        print((done.stdout + done.stderr).rstrip(), flush=True)
        if done.returncode != must:
            sys.exit(f"exit code {done.returncode} instead of {must}")
        return done.stdout

    def quietly(self, *words):
        done = subprocess.run(
            [self.binary, *words], env=self.environment, capture_output=True, text=True, timeout=120
        )
        return done.stdout if done.returncode == 0 else ""

    def data(self, until, since=None):
        """The next piece of the recording; returns when it was counted."""
        words = ["import", *RECORDING, "--to", until]
        if since:
            words += ["--from", since]
        self(*words, by="exporters")

    def wait_for(self, what, is_there):
        for _ in range(600):
            if is_there():
                return
            time.sleep(0.1)
        sys.exit(f"{what} did not come within a minute")

    def incident(self):
        shown = self.quietly("incident", "show", "INC-1", "--format", "json")
        return json.loads(shown) if shown else None


def play(cli):
    """The story."""
    cli.data("2026-11-23T06:13:00Z")
    cli.wait_for("the incident", lambda: cli.incident() is not None)
    cli("report", "--service", "worklist", "more items than usual in the inbox", by="Dave")
    cli("incident", "status", "INC-1", "active")
    cli("incident", "severity", "INC-1", "SEV3", "--was", "none")
    cli("incident", "role", "INC-1", "lead")
    cli("incident", "role", "INC-1", "scribe", "Eve")
    cli("incident", "note", "INC-1", "--at", "-1m", "the inbox of Dave's team got 60 items in a minute", by="Eve")
    cli("incident", "note", "INC-1", "--kind", "hypothesis", "--change", "C1",
        "the refactoring of router lets too much pass", by="Bob")
    believed = [h["entry"] for h in cli.incident()["incident"]["record"]["hypotheses"]][0]
    cli("incident", "note", "INC-1", "--at", "+2h", "from the future", must=2)
    cli.data("2026-11-23T06:15:04Z", "2026-11-23T06:13:00Z")
    cli("incident", "mitigate", "INC-1", "rolled router back to 1.4.2", "--change", "rollback",
        "--service", "router", "--expected", "half of the items are halted again", by="Bob")
    cli.data("2026-11-23T06:18:00Z", "2026-11-23T06:15:04Z")
    cli.wait_for("what the rollback did", lambda: tried(cli) == ["none"])
    cli("incident", "rule-out", "INC-1", str(believed),
        "the share that passes stayed at 100 % after the rollback", by="Bob")
    cli("incident", "note", "INC-1", "--kind", "decision", "restart eligibility: it says go to everything")
    cli.data("2026-11-23T06:20:04Z", "2026-11-23T06:18:00Z")
    cli("incident", "mitigate", "INC-1", "restarted eligibility", "--change", "restart",
        "--service", "eligibility")
    cli.data("2026-11-23T06:25:00Z", "2026-11-23T06:20:04Z")
    cli.wait_for("what the restart did", lambda: tried(cli) == ["none", "worked"])
    cli.wait_for("that it stopped", lambda: record(cli)["status"] == "mitigated")
    cli.wait_for("the verdict on the refactoring", lambda: verdict(cli, "C1") == "exonerated")
    cli("incident", "note", "INC-1", "--kind", "follow-up",
        "eligibility must not say go when its rules are empty", by="Eve")
    cli("incident", "resolve", "INC-1")
    cli("incident", "brief", "INC-1")
    return cli("incident", "show", "INC-1")


def record(cli):
    return cli.incident()["incident"]["record"]


def verdict(cli, change):
    judged = cli.incident()["incident"]["changes"]
    return next((j["verdict"] for j in judged if j["change"] == change), None)


def tried(cli):
    return [attempt["effect"] for attempt in record(cli)["attempts"]]


# What the record tells, in this order, each once.
TOLD = [
    ("Highwater", "deploy of router 1.4.2 -> 2.0.0 (C1,"),
    ("Highwater", "it begins, between"),
    ("Highwater", "S1: transfer of screening rose"),
    ("Highwater", "it starts at eligibility"),
    ("Eve", "the inbox of Dave's team got 60 items in a minute"),
    ("Dave", "more items than usual in the inbox"),
    ("Anna", "active"),
    ("Anna", "SEV3"),
    ("Anna", "Anna is lead"),
    ("Anna", "Eve is scribe"),
    ("Bob", "hypothesis: the refactoring of router lets too much pass"),
    ("Highwater", "rollback of router 2.0.0 -> 1.4.2 (C2, told, and seen in telemetry)"),
    ("Bob", "rolled router back to 1.4.2"),
    ("Highwater", "rollback of router 2.0.0 -> 1.4.2 (C2) did not help"),
    ("Bob", "is ruled out: the share that passes stayed at 100 %"),
    ("Anna", "restart eligibility: it says go to everything"),
    ("Highwater", "restart of eligibility (C3, told, and seen in telemetry)"),
    ("Anna", "restarted eligibility"),
    ("Highwater", "deploy of router 1.4.2 -> 2.0.0 (C1): exonerated"),
    ("Highwater", "restart of eligibility (C3) helped"),
    ("Highwater", "mitigated: its figures are back"),
    ("Eve", "eligibility must not say go when its rules are empty"),
    ("Anna", "resolved"),
]


def lines_of(page):
    """Who and what of each entry, with its wrapped lines joined."""
    entries = []
    for line in page.split("\n\n", 1)[1].splitlines():
        if line[2:10].count(":") == 2 and line[2:4].isdigit():
            mark_who = line[18:34]
            who = mark_who.strip().lstrip("\u00b7\u258c").strip()
            entries.append([who, line[46:].strip()])
        elif entries and line.startswith(" " * 40):
            entries[-1][1] += " " + line.strip()
    return entries


def check(page):
    """What the record does not tell once, in order, by whom it is from."""
    entries, last, missing = lines_of(page), -1, []
    for who, words in TOLD:
        found = [n for n, (by, said) in enumerate(entries) if by == who and words in said]
        if len(found) != 1:
            missing.append(f"{who} says this {len(found)} times: {words}")
        elif found[0] <= last:
            missing.append(f"out of order: {who}: {words}")
        last = found[0] if found else last
    if "Monday, 23 November 2026 (UTC)" not in page:
        missing.append("the date is not shown")
    return missing


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = HERE.parent.parent / "target" / "release" / "highwater"
    parser.add_argument("--binary", default=str(default), help="[default: %(default)s]")
    binary = parser.parse_args().binary
    if not os.path.exists(binary):
        sys.exit(f"{binary} is not there: cargo build --release, or say --binary")
    api, http, grpc = free_ports(3)
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [binary, "serve", "--clock", "data", "--data", f"{folder}/data",
             "--listen", f"127.0.0.1:{api}", "--otlp-http", f"127.0.0.1:{http}",
             "--otlp-grpc", f"127.0.0.1:{grpc}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        try:
            cli = Cli(binary, f"127.0.0.1:{api}", f"127.0.0.1:{http}")
            cli.wait_for("the server", lambda: cli.quietly("incident", "list") != "")
            page = play(cli)
        finally:
            server.terminate()
            server.wait(timeout=60)
        verified = subprocess.run([binary, "verify", "--data", f"{folder}/data"], check=False)
    missing = check(page)
    for line in missing:
        print(line, file=sys.stderr)
    print(f"\n{len(TOLD) - len(missing)} of {len(TOLD)} facts told, in order, by whom they are from")
    sys.exit(1 if missing or verified.returncode else 0)


if __name__ == "__main__":
    main()
