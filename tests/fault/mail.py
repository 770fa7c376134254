#!/usr/bin/python3
"""The outbox against a relay that defers, refuses, hangs up, stalls and breaks TLS, while the clerk is killed: each mail once.

    mail.py [MAILS]         40 in ./check, 1000 by tests/long

The relay has a plan for each recipient and each connection. Between the rounds the service's clock moves on to the next try."""
import asyncio
import collections
import email
import email.policy
import os
import pathlib
import random
import re
import signal
import ssl
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'flow'))
import conftest                                          # noqa: E402
from aiosmtpd.smtp import SMTP                           # noqa: E402

DAY = 24 * 3600
PAUSES = (60, 300, 900, 3600)
# what meets a recipient's next tries before it is let in; the last one is for ever
FAULTS = {'450': 12, '421': 4, '451 after data': 8, 'cut before data': 4, 'cut after data': 8, '550': 6, '554 after data': 3, 'never': 2}


class Plan:
    """What the relay does with each mail, by the recipient."""

    def __init__(self, count, rng):
        self.faults = {}
        kinds = list(FAULTS)
        for n in range(count):
            address = f'essai-{n:05d}@essai.example'
            fault = rng.choices([None, *kinds], [100 - sum(FAULTS.values()), *FAULTS.values()])[0]
            self.faults[address] = [fault] * rng.choice((1, 1, 2, 3)) if fault else []
            if fault in ('550', '554 after data', 'never'):
                self.faults[address] = [fault] * 1000
            if fault == 'cut after data':
                self.faults[address] = [fault]
        # a connection's start: these come first, then the rest is well
        self.connections = ['stalls', 'breaks TLS', '421', 'breaks TLS'] * max(1, count // 500)
        self.stalled = set(rng.sample(sorted(self.faults), max(1, count // 500)))
        self.lock = threading.Lock()
        self.got = collections.defaultdict(list)        # recipient -> Message-IDs of what came whole
        self.met = collections.Counter()

    def fate(self, address):
        return (self.faults.get(address) or [None])[0]

    def spend(self, address):
        if self.faults[address]:
            self.met[self.faults[address].pop(0)] += 1

    def forever(self):
        return {a for a, f in self.faults.items() if len(f) > 500}


class Relay:
    """The plan as hooks of aiosmtpd."""

    def __init__(self, plan):
        self.plan = plan

    async def handle_RCPT(self, server, session, envelope, address, options):
        fate = self.plan.fate(address)
        if address in self.plan.stalled:
            self.plan.stalled.discard(address)
            self.plan.met['stalls at RCPT'] += 1
            await asyncio.sleep(15)
            return '451 4.3.0 too slow'
        if fate in ('450', 'never'):
            self.plan.spend(address)
            return '450 4.2.0 grey list'
        if fate == '550':
            self.plan.spend(address)
            return '550 5.1.1 nobody of that name'
        if fate == '421':
            self.plan.spend(address)
            asyncio.get_running_loop().call_later(0.01, server.transport.close)
            return '421 4.3.2 closing'
        envelope.rcpt_tos.append(address)
        if fate == 'cut before data':
            self.plan.spend(address)
            server.transport.abort()
        return '250 2.1.5 yes'

    async def handle_DATA(self, server, session, envelope):
        address = envelope.rcpt_tos[0]
        if address not in self.plan.faults:
            return '250 2.0.0 kept'     # the service's own, such as the Caf's digest
        fate = self.plan.fate(address)
        self.plan.spend(address)
        if fate == '451 after data':
            return '451 4.3.0 later'
        if fate == '554 after data':
            return '554 5.7.1 not such a text'
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        check_message(message, address)
        self.plan.got[address].append(message['Message-ID'])
        if fate == 'cut after data':
            server.transport.abort()
        return '250 2.0.0 kept'


def check_message(message, address):
    assert message['To'] == address, (message['To'], address)
    for name in ('Subject', 'Date', 'From', 'Message-ID', 'MIME-Version', 'Auto-Submitted'):
        assert len(message.get_all(name) or []) == 1, name
    assert 'Votre mot de passe a été modifié' == message['Subject']
    assert 'Nous ne vous demanderons jamais' in message.get_body(('plain',)).get_content()


class Silent(asyncio.Protocol):
    """Takes the connection and says nothing."""


class Busy(asyncio.Protocol):
    def connection_made(self, transport):
        transport.write(b'421 4.3.2 busy\r\n')
        transport.close()


class BrokenTls(asyncio.Protocol):
    """Agrees to STARTTLS, and then talks nonsense."""

    def connection_made(self, transport):
        self.transport = transport
        self.agreed = False
        transport.write(b'220 localhost ESMTP\r\n')

    def data_received(self, data):
        if self.agreed:
            self.transport.write(os.urandom(64))
            self.transport.close()
        elif data.upper().startswith(b'STARTTLS'):
            self.transport.write(b'220 2.0.0 go ahead\r\n')
            self.agreed = True
        else:
            self.transport.write(b'250-localhost\r\n250 STARTTLS\r\n')


class RelayThread(threading.Thread):
    def __init__(self, plan, tls, port):
        super().__init__(daemon=True)
        self.plan, self.tls, self.port = plan, tls, port
        self.ready = threading.Event()

    def connection(self):
        kind = self.plan.connections.pop(0) if self.plan.connections else None
        if kind:
            self.plan.met[f'connection {kind}'] += 1
        if kind == 'stalls':
            return Silent()
        if kind == '421':
            return Busy()
        if kind == 'breaks TLS':
            return BrokenTls()
        return SMTP(Relay(self.plan), hostname='localhost', tls_context=self.tls, require_starttls=True, loop=self.loop)

    def run(self):
        asyncio.run(self.serve())

    async def serve(self):
        self.loop = asyncio.get_running_loop()
        await self.loop.create_server(self.connection, '127.0.0.1', self.port)
        self.ready.set()
        await asyncio.Event().wait()


def tls_of(service):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(service.run / 'tls' / 'server.crt', service.run / 'tls' / 'server.key')
    return tls


def kill_clerk(service, rng=None):
    """All of it, or one of its processes."""
    pids = [pid for pid, _ in conftest.processes(service, 'habilis-clerk')]
    for pid in [rng.choice(pids)] if rng and pids else pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def turn_to(service, port):
    """The clerk's relay is ours from now on."""
    conf = service.run / 'habilis.conf'
    conf.write_text(re.sub(r'(?m)^smtp = .*$', f'smtp = smtp://127.0.0.1:{port}', conf.read_text()))
    kill_clerk(service)


def move_clock(service, seconds):
    clock = service.run / 'clock'
    with open(clock, 'r+', encoding='ascii') as f:      # in place: everybody holds it open
        moved = int(f.read() or 0) + seconds * 1000
        f.seek(0)
        f.write(f'{moved}\n')


def outbox(service):
    """[(state, address, tries, whether it is due)] of this test's mails that were not sent."""
    out = []
    for line in service.ctl('mail', 'list').stdout.splitlines():
        _, _, state, address, tries, at, _ = line.split(' ', 6)
        if address.endswith('@essai.example'):
            out.append((state, address, int(tries[6:]), at == 'next=now'))
    return out


def settle(service, rng, kills, seconds=240):
    """Until nothing is due any more; a kill now and then, and an operator who wants it faster."""
    end, seen = time.monotonic() + seconds, None
    while time.monotonic() < end:
        if kills and rng.random() < 0.5:
            kills.pop()
            kill_clerk(service, rng)
        if rng.random() < 0.1:
            service.ctl('mail', 'retry')    # while one may be on its way
        time.sleep(rng.uniform(0.3, 1.0))
        now = sorted(outbox(service))
        # a relay that stalls holds the others for as long as the clerk bears it
        if now == seen and not any(due for _, _, _, due in now):
            return now
        seen = now
    raise SystemExit(f'the outbox does not come to rest: {seen[:10]}')


def judge(plan, left, killed):
    wanted = set(plan.faults) - plan.forever()
    missing = [a for a in wanted if a not in plan.got]
    doubled = {a: ids for a, ids in plan.got.items() if len(ids) > 1}
    wrong = {a: ids for a, ids in doubled.items() if len(ids) > 2 or len(set(ids)) > 1}
    cuts = plan.met['cut after data']
    assert not missing, missing[:5]
    assert not wrong, wrong
    assert len(doubled) <= cuts + killed, (len(doubled), cuts, killed)
    states = collections.Counter(state for state, _, _, _ in left)
    refused = {a for a, f in plan.faults.items() if f and f[0] in ('550', '554 after data')}
    assert {a for s, a, _, _ in left if s == 'refused'} == refused, states
    assert sum(1000 - len(plan.faults[a]) for a in refused) <= len(refused) + killed, 'a refusal is asked again'
    never = plan.forever() - refused
    assert {a for s, a, _, _ in left if s == 'expired'} == never, states
    assert not states['waiting'], states
    assert not plan.forever() & set(plan.got)
    return len(doubled), len(refused), len(never)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    seed = int(os.environ.get('HABILIS_SEED', time.time_ns() % 100000))
    rng = random.Random(seed)
    print(f'seed {seed}, {count} mails', flush=True)
    with conftest.running_service() as service:
        plan = Plan(count, rng)
        relay = RelayThread(plan, tls_of(service), conftest.free_ports() + 7)
        relay.start()
        assert relay.ready.wait(10)
        turn_to(service, relay.port)
        service.ctl('demo', 'mails', str(count))
        killed = 2 + count // 100
        kills = [None] * killed
        moved = 0
        for n in range(len(PAUSES) + 3):
            left = settle(service, rng, kills)
            print(f'{moved // 60} min: {len(plan.got)} came, {len(left)} left', flush=True)
            if not any(state == 'waiting' for state, _, _, _ in left):
                break
            step = PAUSES[n] + 1 if n < len(PAUSES) else DAY // 2
            move_clock(service, step)
            moved += step
        doubled, refused, expired = judge(plan, left, killed)
        print(f'met: {dict(plan.met)}')
        print(f'{count} mails: {len(plan.got)} came, {doubled} twice under one identifier, {refused} refused, {expired} expired, '
              f'{killed - len(kills)} kills; moved by {moved / 3600:.0f} h: passed, 0 failed')


if __name__ == '__main__':
    main()
