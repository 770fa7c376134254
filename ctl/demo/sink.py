#!/usr/bin/python3
"""The demonstration's mail server: takes every message, over STARTTLS only, and files it in a Maildir.

    sink.py PORT MAILDIR CERTIFICATE KEY

Addresses of refuse.example it refuses, so that one can see what becomes of such mails.

The envelope is kept in X-MailFrom and X-RcptTo, one header each, above the message as it came.
"""
import asyncio
import mailbox
import signal
import ssl
import sys

from aiosmtpd.smtp import SMTP


class Filer:
    def __init__(self, folder):
        self.maildir = mailbox.Maildir(folder, create=True)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.lower().endswith('@refuse.example'):
            return '550 5.1.1 no such user here'
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return '250 2.1.5 Ok'

    async def handle_DATA(self, server, session, envelope):
        head = f'X-MailFrom: {envelope.mail_from}\r\nX-RcptTo: {", ".join(envelope.rcpt_tos)}\r\n'
        content = envelope.original_content or b''
        self.maildir.add(head.encode('utf-8', 'surrogateescape') + content)
        return '250 2.0.0 kept'


async def serve(port, folder, certificate, key):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    tls.load_cert_chain(certificate, key)
    filer = Filer(folder)
    loop = asyncio.get_running_loop()

    def connection():
        return SMTP(filer, hostname='localhost', tls_context=tls, require_starttls=True, enable_SMTPUTF8=True, ident='sink', loop=loop)

    server = await loop.create_server(connection, '127.0.0.1', port)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await ended.wait()
    server.close()


if __name__ == '__main__':
    asyncio.run(serve(int(sys.argv[1]), *sys.argv[2:5]))
