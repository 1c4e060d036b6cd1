"""A web service with spans: what a framework and its instrumentation do for you elsewhere."""

import http.client
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

if os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] == "http/json":
    import telemetry_by_hand as telemetry
else:
    import telemetry

say = telemetry.say
kept = threading.local()


def serve(route, answer_to, unseen=None):
    """Answers POST requests to `route`, each with a server span.

    The routes in `unseen` have none: they are not part of the chain, and only let the script that
    runs it pull its levers.
    """
    unseen = {"/flush": lambda _: telemetry.flush(), **(unseen or {})}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if self.path in unseen:
                self.answer(unseen[self.path](asked))
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            words = {"http__request__method": "POST", "http__route": route}
            with telemetry.server_span(headers, f"POST {route}", **words):
                answer = answer_to(asked)
                say("http.response.status_code", 200)
            self.answer(answer)

        def answer(self, answer):
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
    server.daemon_threads = True
    server.serve_forever()


def post(service, path, what):
    """Asks another service, with a client span. Its address stands in the environment."""
    host, port = os.environ[service.upper()].split(":")
    words = {"http__request__method": "POST", "server__address": host, "server__port": int(port)}
    with telemetry.client_span("POST", url__full=f"http://{host}:{port}{path}", **words) as headers:
        status, answer = send(host, int(port), path, what, headers)
        say("http.response.status_code", status)
    return answer


def send(host, port, path, what, headers):
    """One connection per thread and service is kept open."""
    connections = kept.__dict__
    if port not in connections:
        connections[port] = http.client.HTTPConnection(host, port, timeout=10)
    headers = {"content-type": "application/json", **headers}
    connections[port].request("POST", path, json.dumps(what).encode(), headers)
    response = connections[port].getresponse()
    return response.status, json.loads(response.read())
