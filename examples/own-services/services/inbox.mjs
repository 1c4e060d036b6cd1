// The inbox at the end of the chain, in Node, with the official SDK for JavaScript.

import { createServer } from "node:http";
import { ROOT_CONTEXT, SpanKind, propagation } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { defaultResource, detectResources, envDetector } from "@opentelemetry/resources";

// Where to and who: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES.
const provider = new NodeTracerProvider({
  resource: defaultResource().merge(detectResources({ detectors: [envDetector] })),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
provider.register();
const tracer = provider.getTracer("own-services");

// The first minutes of the example pass in fast motion: see telemetry.py.
const now = (request) => new Date(Date.now() - Number(request.headers["x-behind-ns"] ?? 0) / 1e6);

let messages = 0;

function receive(request) {
  const parent = propagation.extract(ROOT_CONTEXT, request.headers);
  const attributes = { "http.request.method": "POST", "http.route": "/messages" };
  const span = tracer.startSpan(
    "POST /messages",
    { kind: SpanKind.SERVER, attributes, startTime: now(request) },
    parent,
  );
  messages += 1;
  span.setAttribute("http.response.status_code", 200);
  span.end(now(request));
}

const server = createServer((request, response) => {
  request.resume().on("end", async () => {
    if (request.url === "/flush") {
      await provider.forceFlush();
    } else {
      receive(request);
    }
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ messages }));
  });
});
server.listen(Number(process.env.PORT), "127.0.0.1");
