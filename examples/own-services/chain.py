"""The processes of the example: Highwater, the services, and the people who send items."""

import http.client
import json
import os
import random
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import environment

HERE = Path(__file__).resolve().parent
HOST = "127.0.0.1"

# Service, program, how it sends, and its version.
SERVICES = [
    ("intake", "intake.py", "http/protobuf", "1.8.0"),
    ("screening", "screening.py", "grpc", "3.0.1"),
    ("eligibility", "eligibility.py", "http/protobuf", "0.9.7"),
    ("worklist", "worklist.py", "http/json", "2.2.0"),
    ("inbox", "inbox.mjs", "http/protobuf", "1.1.4"),
]

ITEMS_PER_S = 9

# How often an exporter sends. This is the SDKs' own setting, and their default.
SCHEDULE_S = int(os.environ.get("OTEL_BSP_SCHEDULE_DELAY", 5_000)) / 1_000


class Ended(Exception):
    """A process ended that should have gone on."""


class Chain:
    """Everything that runs; all of it ends with the `with` block."""

    def __init__(self, highwater, need_node=False):
        if not Path(highwater).exists():
            raise environment.Missing(f"{highwater} is not there: cargo build --release")
        self.highwater = highwater
        self.python = environment.python()
        self.services, self.without = list(SERVICES), None
        try:
            self.node = environment.node()
        except environment.Missing as missing:
            if need_node:
                raise
            self.services.pop()
            self.without = str(missing)
        self.folder = Path(tempfile.mkdtemp(prefix="own-services-"))
        self.ports = free_ports([name for name, *_ in self.services] + ["api", "http", "grpc"])
        self.processes = {}
        self.people = People(self.ports["intake"])

    def __enter__(self):
        try:
            self.start_highwater()
            for service in self.services:
                self.start_service(*service)
            for name in self.ports:
                self.wait_for(name)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.people.stop()
        # The services first, so that what they still hold is taken.
        for process in reversed(self.processes.values()):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(self.folder)

    def start_highwater(self):
        port = self.ports
        command = [self.highwater, "serve", "--clock", "data", "--data", self.folder / "data"]
        command += ["--listen", f"{HOST}:{port['api']}"]
        command += ["--otlp-http", f"{HOST}:{port['http']}"]
        command += ["--otlp-grpc", f"{HOST}:{port['grpc']}"]
        self.start("highwater", command, dict(os.environ))

    def start_service(self, name, program, protocol, version):
        takes = "grpc" if protocol == "grpc" else "http"
        others = {other.upper(): f"{HOST}:{self.ports[other]}" for other, *_ in self.services}
        settings = {
            "PORT": str(self.ports[name]),
            "OTEL_SERVICE_NAME": name,
            "OTEL_RESOURCE_ATTRIBUTES": f"service.version={version},service.instance.id={name}-1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{HOST}:{self.ports[takes]}",
            "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
            "OTEL_BSP_SCHEDULE_DELAY": str(int(SCHEDULE_S * 1_000)),
        }
        if program.endswith(".mjs"):
            # Node looks for packages beside the program.
            node, packages = self.node
            command = [node, shutil.copy(HERE / "services" / program, packages)]
        else:
            command = [self.python, HERE / "services" / program]
        self.start(name, command, {**os.environ, **others, **settings})

    def start(self, name, command, settings):
        log = open(self.folder / f"{name}.log", "wb")
        with log:
            self.processes[name] = subprocess.Popen(
                [str(word) for word in command], env=settings, stdout=log, stderr=log
            )

    def wait_for(self, name):
        """Until somebody listens at a port."""
        until = time.monotonic() + 30
        while True:
            self.check()
            try:
                socket.create_connection((HOST, self.ports[name]), 1).close()
                return
            except OSError:
                if time.monotonic() > until:
                    raise Ended(f"{name} does not listen:\n{self.words_of(name)}") from None
                time.sleep(0.05)

    def check(self):
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise Ended(f"{name} ended with {process.returncode}:\n{self.words_of(name)}")
        self.people.check()

    def words_of(self, name):
        log = self.folder / f"{name}.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def pull(self, name, lever):
        """Asks a service for something that is not part of the chain."""
        return post(self.ports[name], lever, None, {})

    def flush(self):
        with ThreadPoolExecutor(len(self.services)) as pool:
            list(pool.map(lambda service: self.pull(service[0], "/flush"), self.services))

    def ask(self, path):
        """Asks Highwater's API."""
        connection = http.client.HTTPConnection(HOST, self.ports["api"], timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise Ended(f"GET {path} answered {response.status}: {body.decode(errors='replace')}")
        return json.loads(body)


class People:
    """Send nine items a second, at random moments, about half of each kind.

    An item has a time. As long as that lies behind the clock, items follow each other without a
    pause: the past in fast motion.
    """

    def __init__(self, port):
        self.port = port
        self.chance = random.Random()
        self.next_at, self.n_sent, self.failed = None, 0, None
        self.pool = ThreadPoolExecutor(4)
        self.live = threading.Event()

    def catch_up(self, start_at, flush, progress):
        """Sends the items from `start_at` to the present, and has them exported as often as live."""
        self.next_at = start_at
        while (behind := time.time() - self.next_at) > SCHEDULE_S:
            until, sent = self.next_at + SCHEDULE_S, []
            while self.next_at < until:
                sent.append(self.pool.submit(self.send, self.next_time()))
            for one in sent:
                one.result()
            flush()
            progress(until - start_at, behind)

    def next_time(self):
        at = self.next_at
        self.next_at += self.chance.expovariate(ITEMS_PER_S)
        return at

    def send(self, at):
        self.n_sent += 1
        item = {"number": self.n_sent, "kind": self.chance.choice(["even", "odd"])}
        behind_ns = max(0, time.time_ns() - int(at * 1e9))
        post(self.port, "/items", item, {"x-behind-ns": str(behind_ns)})

    def begin(self):
        """Goes on live, beside everything else."""
        self.live.set()
        threading.Thread(target=self.go_on, daemon=True).start()

    def go_on(self):
        try:
            while self.live.is_set():
                time.sleep(max(0, self.next_at - time.time()))
                self.send(self.next_time())
        except Exception as failed:  # Said by `check`.
            self.failed = failed

    def check(self):
        if self.failed:
            raise Ended(f"an item could not be sent: {self.failed!r}")

    def stop(self):
        self.live.clear()
        self.pool.shutdown()


def post(port, path, what, headers):
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request("POST", path, json.dumps(what).encode(), headers)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise Ended(f"POST {path} at port {port} answered {response.status}")
    return json.loads(body)


def free_ports(names):
    sockets = [socket.create_server((HOST, 0)) for _ in names]
    ports = [taken.getsockname()[1] for taken in sockets]
    for taken in sockets:
        taken.close()
    return dict(zip(names, ports))
