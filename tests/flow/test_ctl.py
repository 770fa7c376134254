"""What habilisctl says when it is asked wrongly, and when it cannot answer."""
import subprocess

import pytest

from client import until


@pytest.mark.parametrize('words, status, said', [
    (['help'], 0, ''),
    (['audit', 'query', '--help'], 0, ''),
    (['--version'], 0, ''),
    (['audit'], 2, 'audit verify [--store DIR]'),
    (['--help'], 0, ''),
    ([], 2, 'a command is missing'),
    (['audit', 'qery'], 2, 'audit qery: no such command'),
    (['audit', 'query', '--frmo', '2026-01-01'], 2, '--frmo: no option of this command'),
    (['audit', 'query', '--json=yes'], 2, '--json=yes: this option takes no value'),
    (['audit', 'query', '--from'], 2, '--from: this option takes a value'),
    (['store', 'check', 'now'], 2, 'now: one argument too many'),
    (['store', 'backup'], 2, 'an argument is missing'),
    (['jobs', 'retry', '1', '2'], 2, '2: one argument too many'),
    (['audit', 'query', '--failed', '--done'], 2, '--failed and --done exclude each other'),
    (['audit', 'query', '--from', '2026-03-02', '--until', '2026-03-01'], 2, '--from is later than --until'),
    (['audit', 'query', '--from', '2026-03-02', '--until', '2026-03-02'], 0, ''),
    (['audit', 'query', '--address', '198.51.100'], 2, '198.51.100: no whole address'),
    (['audit', 'query', '--address', 'local', '--limit', '100000'], 0, ''),
    (['audit', 'query', '--person', '999-9999'], 1, '999-9999: nobody'),
    (['audit', 'query', '--caf', '999'], 1, '999: no Caf'),
    (['audit', 'query', '--provider', 'F9219999'], 1, 'F9219999: no provider'),
    (['audit', 'query', '--provider', 'F9210001', '--limit', '1'], 0, 'more; --limit shows them'),
    (['audit', 'query', '--event', 'logn'], 2, 'no event is called logn'),
    (['audit', 'query', '--limit', '0'], 2, '--limit takes a number'),
    (['jobs', 'retry', 'x'], 2, 'x: no number of a job'),
    (['mail', 'retry', 'x'], 2, 'x: no number of a mail'),
    (['calendar', 'run', '--at', '31/02/2027'], 2, '31/02/2027: no day'),
    (['agreement-template', 'show'], 2, '--caf CODE is missing'),
    (['audit', 'query', '--caf', '921', '--limit', '1'], 0, 'more; --limit shows them'),
    (['agreement-template', 'show', '--caf', '999'], 1, '999: no Caf has this code'),
    (['store', 'backup', '/etc/hostname'], 1, '/etc/hostname: File exists'),
])
def test_a_wrong_word_is_named(service, words, status, said):
    done = service.ctl(*words, check=False)
    assert done.returncode == status, done
    assert said in done.stderr if said else not done.stderr, done


def test_a_page_of_the_log_says_how_much_is_left(service):
    def told():
        shown, more = service.ctl('audit', 'query', '--caf', '921'), service.ctl('audit', 'query', '--caf', '921', '--limit', '100000')
        left = len(more.stdout.splitlines()) - 50
        assert len(shown.stdout.splitlines()) == 50 and left > 0 and not more.stderr
        return f'habilisctl: {left} more' in shown.stderr
    until(told)                                             # what others do may be written between the two


@pytest.mark.parametrize('words', [['settings'], ['audit', 'query'], ['store', 'check'], ['mirror', 'status'], ['help']])
def test_an_answer_that_cannot_be_written_is_a_failure(service, words):
    with open('/dev/full', 'w') as full:
        done = subprocess.run([*service.demo['habilisctl'], *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1 and 'could not be written' in done.stderr, done


def test_the_check_of_the_store_reads_the_log_too(service):
    def read():
        return int(service.ctl('store', 'check').stdout.split(' ')[0])

    before = read()
    for _ in range(3):
        service.ctl('audit', 'query', '--limit', '1')
    assert read() >= before + 3
