"""One whole service for all flows: real nginx, slapd, SMTP, writer, clerk and workers, on ports and in a folder of its own."""
import contextlib
import email
import email.policy
import itertools
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import ldap
import pytest

from client import Client, until

# Days are days in Paris, here too: around midnight "today" is not everybody's.
os.environ['TZ'] = 'CET-1CEST,M3.5.0,M10.5.0/3'
time.tzset()

SOURCE = pathlib.Path(__file__).resolve().parents[2]
addresses = itertools.count(2)


test_began = 0.0


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    global test_began
    test_began = time.time() - 0.1      # a file's time may be that of the kernel's last tick


def free_ports():
    """Three ports in a row that nobody has."""
    first = 18443 + os.getpid() % 900 * 10      # two services at once do not look at the same ports
    for base in range(first, first + 2000, 10):
        with contextlib.ExitStack() as stack:
            try:
                for port in range(base, base + 3):
                    s = stack.enter_context(socket.socket())
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    s.bind(('127.0.0.1', port))
                return base
            except OSError:
                continue
    raise RuntimeError('no three free ports')


def written(path):
    """What was ever written into a file: the databases' are gigabytes of holes."""
    with open(path, 'rb') as file:
        pieces, at, size = [], 0, os.fstat(file.fileno()).st_size
        while at < size:
            try:
                at = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:                             # nothing but a hole is left
                break
            end = os.lseek(file.fileno(), at, os.SEEK_HOLE)
            pieces.append(os.pread(file.fileno(), end - at, at))
            at = end
        return b''.join(pieces)


class Service:
    def __init__(self, run, env):
        self.run = run
        self.env = env

    def start(self, *words):
        done = subprocess.run([SOURCE / 'start', *words], env=self.env, capture_output=True, text=True, timeout=240, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise RuntimeError(f'./start {" ".join(words)}: {done.stdout[-2000:]}\n{done.stderr[-4000:]}')
        if words[:1] != ('stop',):
            self.know()

    def know(self):
        self.demo = json.loads((self.run / 'demo.json').read_text())
        self.url = self.demo['url']

    def accounts(self, role, **having):
        return [a for a in self.demo['accounts'] if a['role'] == role and not a.get('first_login')
                and all(a.get(k) == v for k, v in having.items())]

    def account(self, role, **having):
        return self.accounts(role, **having)[0]

    def agent_with(self, listing, places):
        """An agent and one of his establishments with just these rights."""
        for a in self.accounts('agent'):
            for e in a['establishments']:
                if e['listing'] == listing and e['places'] == places:
                    return a, e
        raise AssertionError('no such agent')

    def client(self, account=None):
        """A browser at an address of its own; logged in when an account is given."""
        n = next(addresses)
        c = Client(self, f'127.{10 + n // 60000}.{n // 250 % 250}.{n % 250 + 1}')
        if account:
            page = c.login(account)
            assert page.path.split('?')[0] != '/connexion', page.words[:400]
        return c

    def ctl(self, *words, check=True):
        return subprocess.run([*self.demo['habilisctl'], *words], capture_output=True, text=True, timeout=120, check=check)

    def log(self, *filters):
        """The audit log's entries, each one line of JSON, newest first: all that match, never a page that others fill."""
        return self.ctl('audit', 'query', *filters, '--limit', '1000000', '--json').stdout

    def mirrored(self):
        """The mirror holds what the directory held at this call: a poll begun after it is over."""
        heart = self.run / 'sock' / 'heartbeat'
        for what in ('the poll that was on its way', 'the one after it'):
            was = heart.stat().st_mtime_ns
            until(lambda: heart.stat().st_mtime_ns != was, 60, what)

    def settled(self):
        """The clerk has done what it was given: no job waits, and no mail."""
        until(lambda: not any(' waiting ' in self.ctl(queue, 'list').stdout for queue in ('jobs', 'mail')), 60, 'a job or a mail waits')

    def ahead(self, seconds):
        """Every program's clock is that much later than ours. They hold the file open: it is written in place."""
        with open(self.run / 'clock', 'r+') as f:
            f.truncate()
            f.write(str(int(seconds * 1000)))

    def directory(self):
        """A connection of the national administrator, as an LDAP tool has it."""
        ldap.set_option(ldap.OPT_X_TLS_CACERTFILE, self.demo['ca'])
        ldap.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        d = ldap.initialize(self.demo['ldap']['uri'])
        d.simple_bind_s(self.demo['ldap']['admin_dn'], self.demo['ldap']['admin_password'])
        return d

    def mails(self, since=0.0):
        """The mails of the Maildir that came since, oldest first."""
        box = pathlib.Path(self.demo['mail'])
        files = sorted((p.stat().st_mtime, p) for p in [*box.glob('new/*'), *box.glob('cur/*')])
        return [email.message_from_bytes(p.read_bytes(), policy=email.policy.default) for at, p in files if at >= since]

    def files_with(self, secret):
        """Files of the run folder that hold these bytes, the mails themselves left out."""
        return [path for path in self.run.rglob('*')
                if path.is_file() and not path.is_relative_to(self.demo['mail']) and secret.encode() in written(path)]

    def wait_mail(self, to, subject, holding='', seconds=20):
        """One that came while this test runs."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for m in reversed(self.mails(test_began)):
                if to in m['To'] and subject in m['Subject'] and holding in m.get_body(('plain',)).get_content():
                    return m
            time.sleep(0.1)
        raise AssertionError(f'no mail « {subject} » to {to}: {[(m["To"], m["Subject"]) for m in self.mails(test_began)]}')


def processes(service, program):
    """(pid, parent) of a program of this service."""
    found = []
    for entry in pathlib.Path('/proc').iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / 'cmdline').read_bytes().split(b'\0')
            stat = (entry / 'stat').read_text().rsplit(')', 1)[1].split()
        except OSError:
            continue
        if command[0].endswith(program.encode()) and str(service.run).encode() in b' '.join(command) and stat[0] != 'Z':
            found.append((int(entry.name), int(stat[1])))
    return found


def stand_still(pids):
    """SIGSTOP, and their threads stand; answers how to let them go on."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    for stat in [stat for pid in pids for stat in pathlib.Path('/proc', str(pid), 'task').glob('*/stat')]:
        until(lambda: not stat.exists() or stat.read_text().rsplit(')', 1)[1].split()[0] == 'T', what=f'{stat} goes on')
    return lambda: [os.kill(pid, signal.SIGCONT) for pid in pids]


def make_service(limits='off'):
    run = pathlib.Path(tempfile.mkdtemp(prefix='habilis-flow-', dir='/tmp'))
    run.chmod(0o755)
    env = {**os.environ, 'HABILIS_RUN': str(run / 'run'), 'HABILIS_PORT': str(free_ports()), 'HABILIS_LIMITS': limits}
    return Service(run / 'run', env)


@contextlib.contextmanager
def running_service(limits='off'):
    """A service for its block alone, folder and all; HABILIS_KEEP=1 leaves the folder."""
    service = make_service(limits)
    try:
        service.start()
        yield service
    finally:
        with contextlib.suppress(Exception):
            service.start('stop')
        if not os.environ.get('HABILIS_KEEP'):
            shutil.rmtree(service.run.parent, ignore_errors=True)


@contextlib.contextmanager
def shared_service():
    """One that runs already where HABILIS_FLOW_RUN says, for writing tests; else one of its own."""
    run = os.environ.get('HABILIS_FLOW_RUN')
    if not run:
        with running_service() as service:
            yield service
        return
    service = Service(pathlib.Path(run), os.environ)
    service.know()
    yield service


def refused(service):
    """Lines of the logs about a process that its sandbox ended."""
    return [line for path in (service.run / 'log').iterdir() for line in path.read_text(errors='replace').splitlines() if 'SIGSYS' in line]


@pytest.fixture(scope='session')
def service():
    with shared_service() as s:
        yield s
        assert not refused(s), refused(s)       # no flow needs a system call that is not in the table


@pytest.fixture
def client(service):
    return service.client()


@pytest.fixture
def clock(service):
    """Moves the clock by minutes; back at the end."""
    yield lambda minutes: service.ahead(minutes * 60)
    service.ahead(0)
