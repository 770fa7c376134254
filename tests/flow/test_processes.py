"""The processes themselves: how they are confined, what becomes of one that hangs."""
import json
import os
import pathlib
import subprocess
import sys
import time

import pytest

from conftest import SOURCE, processes

PROGRAMS = ('habilis-web', 'habilis-writer', 'habilis-clerk')
CONFIG = pathlib.Path(SOURCE, os.environ.get('HABILIS_BUILD') or 'build', 'config.h')


@pytest.mark.skipif('define HAVE_SANITIZERS' in CONFIG.read_text(), reason='a build with sanitizers is not confined')
def test_every_program_runs_confined(service):
    for program in PROGRAMS:
        found = processes(service, program)
        assert found
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
