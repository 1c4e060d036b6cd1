"""A mail server: prints its port, then each mail it takes, a line of JSON each."""

import email
import email.policy
import json
import socket
import threading

from aiosmtpd.controller import Controller


class Taking:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        say(
            {
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "subject": mail["subject"],
                "message_id": mail["message-id"],
                "references": mail["references"],
                "text": mail.get_body(("plain",)).get_content(),
            }
        )
        return "250 taken"


def say(what):
    print(json.dumps(what), flush=True)


with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
controller = Controller(Taking(), hostname="127.0.0.1", port=port)
controller.start()
say({"port": port})
threading.Event().wait()
