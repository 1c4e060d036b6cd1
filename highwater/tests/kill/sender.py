"""Sends batches of spans with the official exporters, each until it was acknowledged.

Called with a protocol, two addresses of the server, and the name of a service. A batch holds one entry for each of
OPERATIONS operations, and one call out of each; all of them are of one window. So each operation must
have as many entries in a window as batches were acknowledged in it. Goes on until its standard input
ends, sends what it had begun, and prints how many batches each window got.
"""

import collections
import json
import logging
import random
import sys
import threading
import time

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

OPERATIONS = 10
THREADS = 6
WINDOW_S = 10
SPREAD_S = 20
PAUSE_S = 0.002

# Half of the exporters retry as the SDK does: after one second, two, four. The others give up after
# one second, and the same batch is exported again at once: load that is there when the server is.
TIMEOUTS_S = [10, 1]


def main():
    protocol, *addresses, service = sys.argv[1:]
    logging.disable(logging.CRITICAL)
    stop = threading.Event()
    senders = [Sender(protocol, addresses, service, n, stop) for n in range(THREADS)]
    for sender in senders:
        sender.start()
    sys.stdin.read()
    stop.set()
    windows, tries = collections.Counter(), 0
    for sender in senders:
        sender.join()
        windows.update(sender.windows)
        tries += sender.tries
    print(json.dumps({"service": service, "windows": sorted(windows.items()), "tries": tries}))


class Sender(threading.Thread):
    def __init__(self, protocol, addresses, service, number, stop):
        super().__init__()
        # Two go by the first address, as they are; four by the second, compressed.
        by_second = number >= 2
        timeout_s = TIMEOUTS_S[number % 2]
        self.exporter = exporter_of(protocol, addresses[by_second], timeout_s, gzip=by_second)
        self.stop, self.windows, self.tries = stop, collections.Counter(), 0
        self.memory = InMemorySpanExporter()
        resource = Resource({"service.name": service, "service.instance.id": str(number)})
        provider = TracerProvider(resource=resource)
        provider.add_span_processor(SimpleSpanProcessor(self.memory))
        self.tracer = provider.get_tracer("kill")

    def run(self):
        while not self.stop.is_set():
            window, spans = self.batch()
            while True:
                self.tries += 1
                if self.exporter.export(spans) is SpanExportResult.SUCCESS:
                    break
                time.sleep(PAUSE_S)
            self.windows[window] += 1
            time.sleep(PAUSE_S)

    def batch(self):
        """Spans of one window, and its number: somewhere in the last seconds."""
        at = time.time() - random.uniform(0, SPREAD_S)
        window = int(at // WINDOW_S)
        # A tenth of a second before the window's end there is still room for all.
        at = min(at, (window + 1) * WINDOW_S - 0.1)
        for number in range(OPERATIONS):
            self.entry(f"operation {number}", int(at * 1e9) + number * 1_000_000)
        spans = self.memory.get_finished_spans()
        self.memory.clear()
        return window, spans

    def entry(self, name, at_ns):
        entry = self.tracer.start_span(name, kind=trace.SpanKind.SERVER, start_time=at_ns)
        around = trace.set_span_in_context(entry)
        words = {"server.address": "elsewhere", "server.port": 9}
        out = self.tracer.start_span(
            "out", around, trace.SpanKind.CLIENT, words, start_time=at_ns + 100_000
        )
        out.end(at_ns + 200_000)
        entry.end(at_ns + 300_000)


def exporter_of(protocol, address, timeout_s, gzip):
    if protocol == "grpc":
        from grpc import Compression
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

        packed = Compression.Gzip if gzip else Compression.NoCompression
        return OTLPSpanExporter(address, insecure=True, timeout=timeout_s, compression=packed)
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    packed = Compression.Gzip if gzip else Compression.NoCompression
    return OTLPSpanExporter(f"http://{address}/v1/traces", timeout=timeout_s, compression=packed)


if __name__ == "__main__":
    main()
