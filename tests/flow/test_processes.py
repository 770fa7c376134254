"""The processes themselves: how they are confined."""
import os
import pathlib

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
