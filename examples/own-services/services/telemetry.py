"""Spans of a service, by the official OpenTelemetry SDK.

What a service of your own needs is the first part: a provider, a processor, an exporter. Where they
send to, how often, and who is sending stands in the environment, and the SDK reads it by itself:
OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_BSP_SCHEDULE_DELAY.
"""

import contextvars
import os
import time
from contextlib import contextmanager

from opentelemetry import propagate, trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

if os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
tracer = provider.get_tracer("own-services")


# Usually an instrumentation of your framework makes the spans. Here it is done by hand, because the
# example has no eight minutes to wait: its first minutes pass in fast motion, and each request says
# in a header how far its time lies behind the clock.

BEHIND = "x-behind-ns"
behind_ns = contextvars.ContextVar("behind_ns", default=0)


def now_ns():
    return time.time_ns() - behind_ns.get()


@contextmanager
def server_span(headers, name, **attributes):
    """The span of a request that came in: a child of the caller's span, which its headers name."""
    behind_ns.set(int(headers.get(BEHIND, 0)))
    with span(name, trace.SpanKind.SERVER, attributes, propagate.extract(headers)):
        yield


@contextmanager
def client_span(name, **attributes):
    """The span of a request that goes out. Gives the headers that go with it."""
    with span(name, trace.SpanKind.CLIENT, attributes):
        headers = {BEHIND: str(behind_ns.get())}
        propagate.inject(headers)
        yield headers


@contextmanager
def span(name, kind, attributes, parent=None):
    attributes = {key.replace("__", "."): value for key, value in attributes.items()}
    made = tracer.start_span(name, parent, kind, attributes, start_time=now_ns())
    try:
        with trace.use_span(made):
            yield
    finally:
        made.end(now_ns())


def say(key, value):
    """Puts an attribute on the span of what is being done."""
    trace.get_current_span().set_attribute(key, value)


def flush():
    """Sends what there is, now."""
    provider.force_flush()
