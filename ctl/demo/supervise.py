#!/usr/bin/python3
"""A small supervisor for the demonstration: keeps the listed programs alive. (Production has systemd.)

    supervise.py RUN        reads RUN/programs.json, stays until SIGTERM; SIGHUP reads the list again

Each program is [{"name", "argv", "env", "stamp", "needs": [sockets], "log", "watchdog"}]; another argv, env or stamp means start
anew. One with a "watchdog" says in time that it lives, as it would to systemd (sd_notify); one silent for so many seconds hangs.
Pids are kept in RUN/pid/NAME as "pid starttime", so a new supervisor takes over what outlived an old one, and nothing
is ever ended by its name. Each program has a process group of its own: when its leader dies, what is left of the group
goes before the next one starts (an orphaned nginx worker would hold the port).
"""
import errno
import json
import os
import resource
import signal
import socket
import struct
import sys
import time

TICK = 0.2                  # how long an adopted program's death may go unseen
NEED_WAIT = 10              # seconds to wait for a socket a program needs, before trying all the same
LOG_MAX = 32 << 20
STOP_WAIT = 6


def process(pid):
    """(state, group, start time) of a process, or None."""
    try:
        with open(f'/proc/{pid}/stat', encoding='latin-1') as file:
            fields = file.read().rpartition(')')[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return fields[0], int(fields[2]), fields[19]


def group_members(group):
    """Living processes of a group."""
    found = []
    for name in os.listdir('/proc'):
        if name.isdigit():
            seen = process(name)
            if seen and seen[1] == group and seen[0] not in 'ZX':
                found.append(int(name))
    return found


def end_group(group, number):
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        pass


def listens(path):
    """Does a server have this unix socket open? Asks with the wrong socket type, so that the server notices nothing."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(path)
        except OSError as error:
            return error.errno == errno.EPROTOTYPE
    return True


class Ears:
    """RUN/sock/notify: when a program last said that it lives. One that never spoke is not known."""

    def __init__(self, run):
        path = notify_path(run)
        if os.path.exists(path):
            os.unlink(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.socket.bind(path)
        self.heard = {}

    def listen(self):
        while True:
            try:
                text, control, _, _ = self.socket.recvmsg(4096, socket.CMSG_SPACE(struct.calcsize('iII')))
            except BlockingIOError:
                return
            for _, kind, data in control:
                if kind == socket.SCM_CREDENTIALS and {b'READY=1', b'WATCHDOG=1'} & set(text.splitlines()):
                    self.heard[struct.unpack('iII', data)[0]] = time.monotonic()

    def silent(self, pid):
        """Seconds since it last spoke."""
        return time.monotonic() - self.heard.get(pid, time.monotonic())

    def forget(self, pid):
        self.heard.pop(pid, None)


def notify_path(run):
    return os.path.join(run, 'sock', 'notify')


class Record:
    """RUN/pid/NAME: which process is the program, and the list entry it was started from."""

    def __init__(self, run, name):
        self.path = os.path.join(run, 'pid', name)

    def read(self):
        """(pid, alive, spec) as last written; pid 0: none."""
        try:
            with open(self.path, encoding='utf-8') as file:
                data = json.load(file)
        except (FileNotFoundError, ValueError):
            return 0, False, None
        seen = process(data['pid'])
        alive = bool(seen) and seen[2] == data['start'] and seen[0] not in 'ZX'
        if seen and seen[2] != data['start']:
            return 0, False, data.get('spec')       # the number belongs to somebody else by now
        return data['pid'], alive, data.get('spec')

    def write(self, pid, spec):
        seen = process(pid)
        if not seen:
            return
        with open(self.path + '.new', 'w', encoding='utf-8') as file:
            json.dump({'pid': pid, 'start': seen[2], 'spec': spec}, file)
        os.replace(self.path + '.new', self.path)

    def remove(self):
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            pass


class Program:
    def __init__(self, run, spec):
        self.run = run
        self.spec = spec
        self.record = Record(run, spec['name'])
        self.pid = 0
        self.started = 0.0
        self.fails = 0
        self.due = 0.0                  # not before
        self.wait_until = None          # for its needs

    def adopt(self):
        """Takes over the program a former supervisor left; ends what is left of a dead one."""
        pid, alive, spec = self.record.read()
        if alive and spec == self.spec:
            self.pid, self.started = pid, time.monotonic()
        elif pid:
            self.finish(pid)

    def alive(self):
        return self.pid != 0 and self.record.read()[:2] == (self.pid, True)

    def hangs(self, ears):
        return 'watchdog' in self.spec and ears.silent(self.pid) > self.spec['watchdog']

    def finish(self, pid):
        """Ends a program's whole group: asks, then insists."""
        end_group(pid, signal.SIGTERM)
        limit = time.monotonic() + STOP_WAIT
        while group_members(pid):
            reap()
            if time.monotonic() > limit:
                end_group(pid, signal.SIGKILL)
            time.sleep(0.02)
        reap()
        self.record.remove()
        self.pid = 0

    def died(self):
        """The leader is gone: clear its group quickly and start again, later and later (a second at most) if it keeps dying."""
        now = time.monotonic()
        reap()
        log(f'{self.spec["name"]} ({self.pid}) ended{how_ended(ends.pop(self.pid, 0))}')
        left, limit = group_members(self.pid), now + 0.3
        end_group(self.pid, signal.SIGTERM)
        while left and time.monotonic() < limit:
            time.sleep(0.02)
            reap()
            left = group_members(self.pid)
        end_group(self.pid, signal.SIGKILL)
        self.record.remove()
        self.fails = self.fails + 1 if now - self.started < 2 else 0
        self.due = now + min(self.fails * 0.2, 1.0)
        self.pid = 0

    def ready_to_start(self):
        now = time.monotonic()
        if now < self.due:
            return False
        missing = [path for path in self.spec['needs'] if not listens(path)]
        if not missing:
            self.wait_until = None
            return True
        if self.wait_until is None:
            self.wait_until = now + NEED_WAIT
        return now > self.wait_until

    def start(self):
        pid = os.fork()
        if pid == 0:
            self.become()
        # the child writes nothing before its exec: the record is there first for whoever must end it
        self.pid, self.started, self.wait_until = pid, time.monotonic(), None
        self.record.write(pid, self.spec)
        log(f'{self.spec["name"]} started as {pid}')

    def become(self):
        try:
            os.setsid()
            out = os.open(self.spec['log'], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            nothing = os.open(os.devnull, os.O_RDONLY)
            os.dup2(nothing, 0)
            os.dup2(out, 1)
            os.dup2(out, 2)
            os.closerange(3, 256)
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            env = self.spec['env'] | ({'NOTIFY_SOCKET': notify_path(self.run)} if 'watchdog' in self.spec else {})
            os.execve(self.spec['argv'][0], self.spec['argv'], env)
        except BaseException as error:              # never return into the parent's loop
            os.write(2, f'{self.spec["argv"][0]}: {error}\n'.encode())
        os._exit(127)


ends = {}                   # how what we reaped ended: wait status by pid


def reap():
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        ends[pid] = status


def how_ended(status):
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return f': {signal.Signals(number).name}' + (', a system call its sandbox refuses' if number == signal.SIGSYS else '')
    return f': status {os.WEXITSTATUS(status)}' if status else ''


def log(text):
    print(time.strftime('%Y-%m-%dT%H:%M:%SZ ', time.gmtime()) + text, file=sys.stderr, flush=True)


def trim_logs(run):
    """A log that grew too long loses all but one old half: the demonstration may stay up for weeks."""
    folder = os.path.join(run, 'log')
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if not name.endswith('.old') and os.path.getsize(path) > LOG_MAX:
            with open(path, 'rb') as file, open(path + '.old', 'wb') as old:
                old.write(file.read())
            os.truncate(path, 0)                    # every writer appends


def read_list(run):
    with open(os.path.join(run, 'programs.json'), encoding='utf-8') as file:
        return json.load(file)


def reload(run, programs):
    """The list was written again: what left it or changed is ended, what is new will start."""
    specs = {spec['name']: spec for spec in read_list(run)}
    for name in list(programs):
        if specs.get(name) != programs[name].spec:
            if programs[name].pid:
                log(f'{name} changed')
                programs[name].finish(programs[name].pid)
            del programs[name]
    return {name: programs.get(name) or Program(run, spec) for name, spec in specs.items()}


def stop_all(run, programs=None):
    """Ends every recorded program, the last of the list first."""
    order = [spec['name'] for spec in read_list(run)] if os.path.exists(os.path.join(run, 'programs.json')) else []
    folder = os.path.join(run, 'pid')
    known = [n for n in os.listdir(folder) if not n.endswith('.new')] if os.path.isdir(folder) else []
    for name in reversed(order + [n for n in known if n not in order]):
        if name == 'supervisor':
            continue
        program = (programs or {}).get(name) or Program(run, {'name': name})
        pid = program.record.read()[0]
        if pid:
            program.finish(pid)


def supervise(run):
    os.umask(0o077)
    os.makedirs(os.path.join(run, 'pid'), exist_ok=True)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536) if hard > soft else soft, hard))
    become_subreaper()
    own = Record(run, 'supervisor')
    own.write(os.getpid(), None)
    wanted = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
    programs = {spec['name']: Program(run, spec) for spec in read_list(run)}
    for program in programs.values():
        program.adopt()
    next_trim = 0.0
    ears = Ears(run)
    while True:
        reap()
        ears.listen()
        for program in programs.values():
            if program.pid and program.hangs(ears):
                log(f'{program.spec["name"]} ({program.pid}) hangs')
                os.kill(program.pid, signal.SIGKILL)
                ears.forget(program.pid)
            if program.pid and not program.alive():
                program.died()
            if not program.pid and program.ready_to_start():
                program.start()
                ears.forget(program.pid)    # of the process that had this number before
        if time.monotonic() > next_trim:
            trim_logs(run)
            next_trim = time.monotonic() + 5
        waiting = any(not program.pid for program in programs.values())
        got = signal.sigtimedwait(wanted, 0.02 if waiting else TICK)
        if got and got.si_signo == signal.SIGHUP:
            programs = reload(run, programs)
        elif got and got.si_signo in (signal.SIGTERM, signal.SIGINT):
            stop_all(run, programs)
            own.remove()
            return


def become_subreaper():
    """Orphans of a dead leader come to us, not to a pid 1 that may not reap."""
    import ctypes
    ctypes.CDLL(None, use_errno=True).prctl(36, 1, 0, 0, 0)


if __name__ == '__main__':
    supervise(os.path.realpath(sys.argv[1]))
