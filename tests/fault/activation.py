#!/usr/bin/python3
"""kill -9 of the clerk at any point of an activation: the same end state, whatever happened.

    activation.py [ROUNDS]  10 in ./check, 100 by tests/long

Each round activates a provider with three people, kills the clerk's processes at random moments, and looks at what came of it: each
entry once, each right, each person one living password, nothing copied as done with an LDAP tool."""
import os
import pathlib
import random
import re
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'flow'))
import conftest                                          # noqa: E402
import ldap                                              # noqa: E402

PEOPLE = 3
CAF = '921'


def activate(service):
    """[{uid, number, mail, dn}], the convention's number, the provider's DN."""
    *people, last = service.ctl('demo', 'activation', CAF, str(PEOPLE)).stdout.splitlines()
    people = [dict(zip(('uid', 'number', 'mail', 'dn'), line.split(' ', 3))) for line in people]
    agreement, provider = last.split(' ', 1)
    return people, agreement, provider


def kill_clerk(service, rng):
    pids = [pid for pid, _ in conftest.processes(service, 'habilis-clerk')]
    for pid in pids if rng.random() < 0.3 else rng.sample(pids, min(1, len(pids))):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def mails_of(service, person):
    return [m for m in service.mails() if person['mail'] in m['To']]


def password_in(mail):
    return re.search(r'provisoire :\s+([A-Za-z0-9]{8})\b', mail.get_body(('plain',)).get_content()).group(1)


def values(d, dn):
    return d.search_s(dn, ldap.SCOPE_BASE)[0][1]


def is_done(service, d, people, provider):
    try:
        entries = d.search_s(provider, ldap.SCOPE_SUBTREE, attrlist=['habDemandeMotDePasse'])
    except ldap.NO_SUCH_OBJECT:
        return False
    return (len(entries) == 2 + PEOPLE and not any('habDemandeMotDePasse' in e for _, e in entries)
            and all(mails_of(service, p) for p in people)
            and not service.ctl('jobs', 'list').stdout and not service.ctl('mail', 'list').stdout)


def wait_done(service, d, people, provider):
    end = time.monotonic() + 60
    while not is_done(service, d, people, provider):
        assert time.monotonic() < end, (service.ctl('jobs', 'list').stdout, service.ctl('mail', 'list').stdout,
                                        [len(mails_of(service, p)) for p in people])
        time.sleep(0.1)


def judge(service, d, people, agreement, provider, kills):
    """The end state; answers how many mails came twice."""
    convention = values(d, f'habConventionNumero={agreement},{provider}')
    assert convention['habStatut'] == [b'active'], convention
    place = values(d, convention['habEtablissementCouvert'][0].decode())
    for right in ('habDroitFonctionnement', 'habDroitDisponibilites'):
        assert sorted(v.decode().lower() for v in place[right]) == sorted(p['dn'].lower() for p in people), place[right]
    doubled = 0
    for p in people:
        entry = values(d, p['dn'])
        assert entry['habStatut'] == [b'active'] and entry['habAgentNumero'] == [p['number'].encode()], entry
        mails = mails_of(service, p)
        assert len({m['Message-ID'] for m in mails}) == len(mails), 'one identifier, two passwords'
        *dead, living = [password_in(m) for m in mails]
        doubled += len(dead)
        assert len(dead) <= kills, (len(mails), kills)
        for password in dead:
            assert service.client().login(p, password).status == 422, 'a password that was drawn anew still lives'
        page = service.client().login(p, living)
        assert page.path == '/mot-de-passe/premier-changement', page.words[:200]
    return doubled


def one_round(service, d, rng):
    people, agreement, provider = activate(service)
    moments = sorted(rng.uniform(0, 1.2) for _ in range(rng.choice((1, 1, 2, 3))))
    began = time.monotonic()
    for at in moments:
        time.sleep(max(0, began + at - time.monotonic()))
        kill_clerk(service, rng)
    wait_done(service, d, people, provider)
    return judge(service, d, people, agreement, provider, len(moments))


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    seed = int(os.environ.get('HABILIS_SEED', time.time_ns() % 100000))
    rng = random.Random(seed)
    print(f'seed {seed}, {rounds} rounds', flush=True)
    with conftest.running_service() as service:
        d = service.directory()
        doubled = 0
        for n in range(rounds):
            doubled += one_round(service, d, rng)
            if (n + 1) % 10 == 0:
                print(f'round {n + 1}: {(n + 1) * PEOPLE} accounts open, {doubled} mails drawn anew', flush=True)
        time.sleep(6)                                    # the copy of the directory's log is a few seconds behind
        changes = service.ctl('audit', 'query', '--event', 'directory_change', '--limit', '100').stdout
        assert 'operation=' not in changes, changes[:600]
        assert service.ctl('audit', 'verify').stdout.startswith('whole:')
        print(f'{rounds} passed, 0 failed')


if __name__ == '__main__':
    main()
