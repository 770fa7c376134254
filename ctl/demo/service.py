#!/usr/bin/python3
"""The body of ./start: brings the demonstration up, ends it, begins it anew.

    service.py start|stop|reset      HABILIS_RUN, HABILIS_PORT, HABILIS_BUILD, HABILIS_LIMITS, HABILIS_CLOCK as in ./start

Decisions. As root everything is read first, then the process becomes the checkout's owner, or, if that is root too, the user
"habilis" or else "nobody": no user is created. Programs and data are copied into the run folder. A run folder that user cannot
reach (a checkout below a 0700 folder) becomes a link to a private folder in /var/tmp. What changed (program, settings) is
started anew by a later ./start, what did not is left alone. A demonstration whose making failed is made again from nothing.
"""
import fcntl
import http.client
import json
import os
import pwd
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import prepare                                          # noqa: E402
import supervise                                        # noqa: E402
from prepare import Problem, Run                        # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MARK = '.habilis-run'
READY_WAIT = 40


# --- which user, which folder ------------------------------------------------------------------------------------------

def service_user():
    """(uid, gid) to become, or None."""
    if os.geteuid() != 0:
        return None
    owner = os.stat(ROOT)
    if owner.st_uid != 0:
        return owner.st_uid, owner.st_gid
    for name in ('habilis', 'nobody'):
        try:
            found = pwd.getpwnam(name)
            return found.pw_uid, found.pw_gid
        except KeyError:
            continue
    raise Problem('neither a user "habilis" nor "nobody": the service does not run as root')


def may_enter(path, user):
    """Can the user walk through every folder above this path?"""
    while path != '/':
        path = os.path.dirname(path)
        seen = os.stat(path)
        bit = stat.S_IXUSR if seen.st_uid == user[0] else stat.S_IXGRP if seen.st_gid == user[1] else stat.S_IXOTH
        if not seen.st_mode & bit:
            return False
    return True


def check_name(real):
    longest = os.fsencode(os.path.join(real, 'sock', 'private.sock'))
    if len(longest) > 107:
        raise Problem(f'{real} is too long for unix sockets ({len(longest)} bytes of 107): choose a shorter one with HABILIS_RUN')
    if any(c in '"\\|&;$' or c.isspace() for c in real):    # slapd and nginx read it in their own ways
        raise Problem(f'{real}: choose a folder without blanks or " \\ | & ; $ in its name, with HABILIS_RUN')


def run_folder(user, create):
    """The run folder's real path, made and marked as ours if it may be; None when there is none and none is wanted."""
    wanted = os.path.abspath(os.environ.get('HABILIS_RUN') or os.path.join(ROOT, 'run'))
    real = os.path.realpath(wanted)
    if create and user and os.path.isdir(real) and not os.listdir(real) and not may_enter(real, user):
        os.rmdir(real)
    if not os.path.isdir(real):
        if not create:
            return None
        if os.path.islink(wanted):                      # its folder in /var/tmp was cleaned away
            os.unlink(wanted)
            real = wanted
        elif os.path.exists(wanted):
            raise Problem(f'{wanted} is not a folder')
        os.makedirs(os.path.dirname(wanted), exist_ok=True)
        real = os.path.realpath(wanted)
        if user and not may_enter(real, user):
            real = tempfile.mkdtemp(prefix='habilis-', dir='/var/tmp')
            os.symlink(real, wanted)
        else:
            check_name(real)
            os.mkdir(real, 0o700)
    check_name(real)
    if not os.access(real, os.R_OK | os.X_OK):
        raise Problem(f'{real} belongs to another user')
    if not os.path.exists(os.path.join(real, MARK)):
        if not create:
            return None
        if os.listdir(real):
            raise Problem(f'{real} holds something else: the demonstration wants an empty folder, or one it made itself')
        with open(os.path.join(real, MARK), 'w', encoding='ascii') as file:
            file.write('folder of a Habilis demonstration: ./start reset empties it\n')
    if user and not may_enter(real, user):
        raise Problem(f'user {user[0]} cannot reach {real}: choose another folder with HABILIS_RUN')
    return real


def become(user, folder):
    """Gives the folder to the user (what root's habilisctl left there too), then is that user for good."""
    if user:
        for base, folders, files in os.walk(folder):
            for name in ['.'] + folders + files:
                path = os.path.join(base, name)
                if os.lstat(path).st_uid != user[0]:
                    os.chown(path, *user, follow_symlinks=False)
        os.setgroups([])
        os.setresgid(user[1], user[1], user[1])
        os.setresuid(user[0], user[0], user[0])
    elif os.stat(folder).st_uid != os.geteuid():
        raise Problem(f'{folder} belongs to another user')
    os.chmod(folder, 0o700)
    os.chdir(folder)


def settings_from_env(folder):
    run = Run(folder)
    state = read_state(run)
    text = os.environ.get('HABILIS_PORT') or str(state.get('port', 8443))
    if not re.fullmatch('[0-9]{1,5}', text) or not 1024 <= int(text) <= 65533:
        raise Problem(f'HABILIS_PORT={text}: a number from 1024 to 65533')
    run.port = int(text)
    limits = os.environ.get('HABILIS_LIMITS') or 'on'
    if limits.lower() not in ('on', 'off'):
        raise Problem(f'HABILIS_LIMITS={limits}: on or off')
    run.limits = limits.lower() == 'on'
    run.test_clock = not state.get('made') or os.environ.get('HABILIS_CLOCK') != 'real'     # what is made has a past
    return run, state


def read_state(run):
    try:
        with open(run.at('state.json'), encoding='utf-8') as file:
            return json.load(file)
    except (FileNotFoundError, ValueError):
        return {}


# --- start -------------------------------------------------------------------------------------------------------------

def supervisor(run):
    """The running supervisor's pid, or 0."""
    pid, alive, _ = supervise.Record(run.path, 'supervisor').read()
    return pid if alive else 0


def port_taken(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(('127.0.0.1', port))
        except OSError:
            return True
    return False


def check_ports(run, state):
    """Somebody else's port is said at once, not after a long wait."""
    for port, name in ((run.port, 'nginx'), (run.port + 1, 'slapd'), (run.port + 2, 'sink')):
        ours = state.get('port') == run.port and supervise.Record(run.path, name).read()[1]
        left = state.get('port') == run.port and supervise.group_members(supervise.Record(run.path, name).read()[0] or -1)
        if not ours and not left and port_taken(port):
            raise Problem(f'port {port} is taken by another program: choose another with HABILIS_PORT (it takes three in a row)')


def launch(run, changed):
    """The supervisor that it started; None where one runs."""
    pid = supervisor(run)
    if pid:
        if changed:
            os.kill(pid, signal.SIGHUP)
        return None
    with open(run.at('log', 'supervisor.log'), 'ab') as log:
        return subprocess.Popen(['/usr/bin/python3', '-B', run.at('app', 'demo', 'supervise.py'), run.path], stdin=subprocess.DEVNULL, stdout=log,
                                stderr=log, start_new_session=True, cwd=run.path, env=run.env())


def waiting_for(run):
    """The first thing that does not answer yet, or None."""
    if not supervisor(run):
        return 'supervisor'
    for spec in supervise.read_list(run.path):
        if supervise.Record(run.path, spec['name']).read()[1:] != (True, spec):
            return spec['name']
    for name in prepare.SOCKETS:
        if not supervise.listens(run.at('sock', name if name == 'ldapi' else name + '.sock')):
            return {'ldapi': 'slapd'}.get(name, name)
    for port, name in ((run.port, 'nginx'), (run.port + 1, 'slapd'), (run.port + 2, 'sink')):
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
        except OSError:
            return name
    return None


def page_waits(run):
    tls = ssl.create_default_context(cafile=run.at('tls', 'ca.crt'))
    try:
        connection = http.client.HTTPSConnection('127.0.0.1', run.port, timeout=5, context=tls)
        connection.request('GET', '/')
        return None if connection.getresponse().status == 200 else 'public'
    except OSError:
        return 'nginx'


def mirror_waits(run):
    done = subprocess.run(run.ctl + ['mirror', 'status'], env=run.env(), cwd=run.path, stdin=subprocess.DEVNULL, capture_output=True, timeout=10)
    return 'clerk' if done.returncode else None


def wait_ready(run, *more):
    """Until everything answers; says which program does not, with the end of its log."""
    limit, lives = time.monotonic() + READY_WAIT, set()
    while True:
        late = waiting_for(run)
        for question in more if not late else ():
            late = late or question(run)
        if not late:
            return
        if late != 'supervisor':
            lives.add((late, supervise.Record(run.path, late).read()[0]))
        if time.monotonic() > limit or len([name for name, _ in lives if name == late]) > 8:
            try:
                with open(run.at('log', late + '.log'), encoding='utf-8', errors='replace') as file:
                    tail = ''.join(file.readlines()[-15:])
            except FileNotFoundError:
                tail = '(no log)\n'
            raise Problem(f'{late} does not come up. The end of {run.at("log", late + ".log")}:\n{tail}')
        time.sleep(0.03)


def start(run, state, sources):
    made = state.get('made', False)
    if not made:
        end(run)
        prepare.wipe(run)
    check_ports(run, state)
    if not made:
        say('Making the demonstration, once...')
    prepare.place_sources(run, sources)
    if not made:
        prepare.make_all(run)
    state = {'port': run.port, 'made': made}
    prepare.write(run.at('state.json'), json.dumps(state))
    prepare.write_settings(run)
    changed = prepare.write_programs(run)
    demo = prepare.write_demo(run)
    launched = None
    try:
        launched = launch(run, changed)
        if not made:
            wait_ready(run, mirror_waits)
            prepare.make_history(run)
        wait_ready(run, mirror_waits, page_waits)
    except BaseException:                               # nothing half made goes on running
        if launched:
            launched.terminate()
        end(run)
        raise
    prepare.write(run.at('state.json'), json.dumps(state | {'made': True}))
    tell(run, demo)


def say(text):
    """./start | head: what was asked is done all the same, nobody reads on."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell(run, demo):
    say(f'\nHabilis answers at {run.url}\n  authority    {demo["ca"]}\n  directory    {demo["ldap"]["uri"]}  {demo["ldap"]["admin_dn"]}'
        f'  {demo["ldap"]["admin_password"]}\n  mail lands   {demo["mail"]}\n  all of this  {run.at("demo.json")}\n')
    for account in demo['accounts']:
        say(f'  {account["role"]:<17}{account["caf"] or "":<5}{account["provider"] or "":<11}{account["uid"]:<15}{account["password"]}'
            + ('   (temporary: first login)' if account.get('first_login') else ''))
    say('\n./start stop ends it, ./start reset begins anew.' + ('' if run.limits else ' Request limits are off.'))


# --- stop --------------------------------------------------------------------------------------------------------------

def end(run):
    """Ends the supervisor, which ends the programs; ends them itself where the supervisor is gone."""
    pid = supervisor(run)
    if pid:
        os.kill(pid, signal.SIGTERM)
        limit = time.monotonic() + 30
        while supervisor(run) and time.monotonic() < limit:
            time.sleep(0.02)
        if supervisor(run):
            os.kill(pid, signal.SIGKILL)
    supervise.stop_all(run.path)


def interrupted(number, _):
    """Ended by a signal, ./start tidies up as after Ctrl-C."""
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def main(command):
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGHUP, interrupted)
    os.umask(0o077)
    user = service_user()
    folder = run_folder(user, command != 'stop')
    if folder is None:
        say('Nothing to stop.')
        return
    build = os.path.join(ROOT, os.environ.get('HABILIS_BUILD') or 'build')
    sources = prepare.read_sources(ROOT, build) if command != 'stop' else None
    become(user, folder)
    with open('start.lock', 'a', encoding='ascii') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)                # two ./start at once: one after the other
        run, state = settings_from_env(folder)
        if command in ('stop', 'reset'):
            end(run)
        if command == 'stop':
            say('Stopped.')
            return
        start(run, {} if command == 'reset' else state, sources)


if __name__ == '__main__':
    try:
        main(sys.argv[1])
    except Problem as problem:
        print(f'start: {problem}', file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
