#!/usr/bin/python3
"""Whether answers tell who exists (docs/security.md, « Account enumeration »): known and unknown identifiers, in turn, on the login and on the lost password.

    tests/fault/timing.py [tries]      200 of each; ends 1 when medians differ by 5 ms or more, or one body differs

Each try comes from an address of its own; no account goes past its third failure: the right password then forgets them."""
import itertools
import pathlib
import re
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests' / 'flow'))
import conftest                                          # noqa: E402

LIMIT_MS = 5
FREE_FAILURES = 3
addresses = itertools.count()


def somewhere(service):
    n = next(addresses)
    return conftest.Client(service, f'127.{80 + n // 62500}.{n // 250 % 250}.{n % 250 + 1}')


def masked(page):
    """The body without what is drawn anew for each, and without what was typed."""
    return re.sub(r'((?:csrf|defi)" value="|id="identifiant"[^>]* value="|id="texte">)[^"<]*', r'\1', page.text)


def timed(form):
    began = time.perf_counter()
    page = form.submit(follow=False)
    return (time.perf_counter() - began) * 1000, page


def try_login(service, identifier):
    c = somewhere(service)
    ms, page = timed(c.get('/connexion').form('/connexion').set(identifiant=identifier, mot_de_passe='pas le bon mot de passe'))
    assert page.status == 422, page.status
    return ms, masked(page)


def try_forgotten(service, identifier):
    c = somewhere(service)
    page = c.get('/mot-de-passe-oublie')
    text = re.search(r'id="texte">([^<]+)<', page.text)[1]
    ms, page = timed(page.form('/mot-de-passe-oublie').set(identifiant=identifier, recopie=text))
    assert page.status == 303, page.status
    return ms, page.headers['Location'] + masked(page)


def compare(what, service, one, known, unknown):
    times = {'known': [], 'unknown': []}
    bodies = set()
    for a, b in zip(known, unknown):
        for kind, identifier in (('known', a), ('unknown', b)):
            ms, body = one(service, identifier)
            times[kind].append(ms)
            bodies.add(body)
    medians = {k: statistics.median(v) for k, v in times.items()}
    apart = abs(medians['known'] - medians['unknown'])
    good = apart < LIMIT_MS and len(bodies) == 1
    print(f'{what}: {len(times["known"])} known {medians["known"]:.1f} ms, {len(times["unknown"])} unknown {medians["unknown"]:.1f} ms, '
          f'{apart:.1f} ms apart, {len(bodies)} different bodies: {"good" if good else "BAD"}', flush=True)
    return good


def failing(service, accounts, tries):
    """Identifiers to fail with; after three failures of an account its password."""
    for n, account in zip(range(tries), itertools.cycle([a for a in accounts for _ in range(FREE_FAILURES)])):
        if n and n % FREE_FAILURES == 0:
            previous = accounts[(n // FREE_FAILURES - 1) % len(accounts)]
            somewhere(service).login(previous)
        yield account['uid']


def asking(service, accounts, tries):
    """Identifiers to ask for; five hours later in each round, so that each time a mail leaves."""
    for n in range(tries):
        if n % len(accounts) == 0:
            with open(service.run / 'clock', 'r+') as f:
                f.truncate()
                f.write(str(n // len(accounts) * 5 * 3600 * 1000))
        yield accounts[n % len(accounts)]['uid']


def main():
    tries = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with conftest.shared_service() as service:
        accounts = [a for a in service.demo['accounts'] if not a.get('first_login')]
        unknown = (f'vda-{9000 + n}' for n in itertools.count())
        good = compare('login', service, try_login, failing(service, accounts, tries), unknown)
        good &= compare('lost password', service, try_forgotten, asking(service, accounts, tries), unknown)
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
