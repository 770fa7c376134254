"""The processes themselves: how they are confined, what becomes of one that hangs."""
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zoneinfo

import pytest

from client import until
from conftest import SOURCE, make_service, processes

PROGRAMS = ('habilis-web', 'habilis-writer', 'habilis-clerk')
CONFIG = pathlib.Path(SOURCE, os.environ.get('HABILIS_BUILD') or 'build', 'config.h')


@pytest.mark.skipif('define HAVE_SANITIZERS' in CONFIG.read_text(), reason='a build with sanitizers is not confined')
def test_every_program_runs_confined(service):
    for program in PROGRAMS:
        found = until(lambda program=program: processes(service, program))     # a flow before may have killed one
        for pid, _ in found:
            status = pathlib.Path('/proc', str(pid), 'status').read_text()
            assert 'NoNewPrivs:\t1\n' in status and 'Seccomp:\t2\n' in status, (program, pid)


@pytest.mark.parametrize('program', PROGRAMS)
def test_refused_settings_end_a_program_for_good(service, tmp_path, program):
    """EX_CONFIG: the units leave it alone until somebody has mended them."""
    settings = tmp_path / 'habilis.conf'
    settings.write_text('[site]\nurl = nonsense\n')
    more = ['--pool=public'] if program == 'habilis-web' else []
    done = subprocess.run([service.run / 'bin' / program, f'--config={settings}', *more], capture_output=True, text=True, timeout=30)
    assert done.returncode == os.EX_CONFIG and 'habilis.conf: line 2: ' in done.stderr, done.stderr


SPEAKS_ONCE = """
import os, socket, time
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1', os.environ['NOTIFY_SOCKET'])
time.sleep(600)
"""


def test_the_supervisor_replaces_what_has_fallen_silent(tmp_path):
    """Not what never spoke: it may be starting."""
    def program(name, code):
        return {'name': name, 'argv': [sys.executable, '-c', code], 'env': {}, 'needs': [], 'stamp': '', 'watchdog': 0.5,
                'log': str(tmp_path / 'log' / name)}

    for folder in ('log', 'sock'):
        (tmp_path / folder).mkdir()
    (tmp_path / 'programs.json').write_text(json.dumps([program('once', SPEAKS_ONCE), program('mute', 'import time; time.sleep(600)')]))
    log = tmp_path / 'supervisor.log'
    with open(log, 'w') as out:
        supervisor = subprocess.Popen([sys.executable, '-B', SOURCE / 'ctl/demo/supervise.py', tmp_path], stderr=out)
    try:
        end = time.monotonic() + 60
        while log.read_text().count('once started') < 2:
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)
    finally:
        supervisor.terminate()
        supervisor.wait(30)
    words = log.read_text()
    assert 'hangs' in words and 'ended: SIGKILL' in words and words.count('mute started') == 1, words


@pytest.mark.skipif(os.getuid() != 0, reason='other users are root\'s to become')
def test_readers_open_the_store_and_put_nothing_in_its_place(service):
    """As the units run them: the writer makes the files, a member of the group reads."""
    writer, reader, group = 64001, 64002, 64003
    modes = re.findall(r'^d @localstatedir@/lib/habilis/(store|public) +(\d+) ', (SOURCE / 'nginx/units/habilis.tmpfiles.in').read_text(), re.M)
    folder = pathlib.Path(tempfile.mkdtemp(dir='/tmp'))
    folder.chmod(0o755)
    for name, mode in [('data', '711'), ('run', '1777')] + [(f'data/{part}', mode) for part, mode in modes]:
        path = folder / name
        path.mkdir()
        os.chown(path, writer, group)
        path.chmod(int(mode, 8))
    settings = (service.run / 'habilis.conf').read_text()
    settings = re.sub(r'(?<=\[store\]\ndir = ).*', str(folder / 'data'), settings)
    settings = re.sub(r'(?<=\[run\]\ndir = ).*', str(folder / 'run'), settings).replace('test_clock = yes', 'test_clock = no')
    settings = re.sub(r'clock_file = .*\n', '', settings)
    (folder / 'habilis.conf').write_text(settings)
    (folder / 'habilis.conf').chmod(0o644)
    for program in ('habilis-writer', 'habilisctl'):
        shutil.copy(service.run / 'bin' / program, folder)
        (folder / program).chmod(0o755)

    def run(argv, uid):
        return subprocess.Popen(argv, user=uid, group=uid, extra_groups=[group], umask=0o007, cwd='/', stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True)

    child = run([folder / 'habilis-writer', f'--config={folder}/habilis.conf'], writer)
    try:
        until(lambda: (folder / 'run/writer.sock').exists())
        for part in ('store', 'public'):
            assert oct((folder / 'data' / part / 'data.mdb').stat().st_mode & 0o777) == '0o640'
        checked = run([folder / 'habilisctl', f'--config={folder}/habilis.conf', 'audit', 'verify'], reader)
        assert checked.communicate(timeout=30)[0].startswith('whole: '), checked.returncode
        for part in ('store', 'public'):
            for argv in (['cp', '--remove-destination', f'{folder}/habilis.conf', f'{folder}/data/{part}/data.mdb'], ['rm', '-f', f'{folder}/data/{part}/data.mdb'],
                         ['touch', f'{folder}/data/{part}/x']):
                assert run(argv, reader).wait(30) != 0, argv
    finally:
        child.terminate()
        child.wait(30)
        shutil.rmtree(folder)


@pytest.mark.parametrize('name, value', [('HABILIS_PORT', '²'), ('HABILIS_PORT', '1023'), ('HABILIS_PORT', 'x'), ('HABILIS_LIMITS', 'of')])
def test_start_refuses_what_it_does_not_understand(service, name, value):
    done = subprocess.run([SOURCE / 'start'], env={**service.env, name: value}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stderr.startswith(f'start: {name}={value}: '), done.stderr


def test_start_does_not_mind_who_stops_reading(service):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([SOURCE / 'start'], env={**service.env, 'HABILIS_LIMITS': 'OFF'}, stdout=write, stderr=subprocess.PIPE, text=True,
                          timeout=60)
    os.close(write)
    assert done.returncode == 0 and not done.stderr, done.stderr


def test_a_start_that_is_ended_leaves_nothing_running():
    unfinished = make_service()
    log = unfinished.run / 'log' / 'clerk.log'
    try:
        starting = subprocess.Popen([SOURCE / 'start'], env=unfinished.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: log.exists() and log.stat().st_size, seconds=60)
        starting.terminate()
        assert starting.wait(60) == 130
        assert not processes(unfinished, '') and not json.loads((unfinished.run / 'state.json').read_text())['made']
    finally:
        unfinished.start('stop')
        shutil.rmtree(unfinished.run.parent)


def test_the_history_is_of_people_at_work(service):
    """One address and one browser each; nobody before seven, nor on a weekend. The stranger and we ourselves come from elsewhere;
    that a session was left is seen by the clerk, whenever it looks."""
    seen = {}
    for line in service.log().splitlines():
        r = json.loads(line)
        if not r.get('number') or not r['address'][:1].isdigit() or r['address'].startswith(('127.', '203.0.113.')):
            continue
        if r['event'] == 'session_end':
            continue
        at = datetime.datetime.fromtimestamp(r['time'] / 1000, zoneinfo.ZoneInfo('Europe/Paris'))
        assert at.weekday() < 5 and 7 <= at.hour < 21, line
        seen.setdefault(r['number'], set()).add((r['address'], r['user_agent']))
    assert len(seen) > 10 and all(len(s) == 1 for s in seen.values()), seen
    assert len({next(iter(s))[0] for s in seen.values()}) == len(seen)
