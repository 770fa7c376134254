"""A restore as docs/operator.md tells it, store and directory, and what people are told until everything is published again. It
stops the service, so it has one of its own."""
import subprocess

import conftest
import ldap
import pytest
from client import until


@pytest.fixture(scope='module')
def restored():
    with conftest.running_service() as service:
        yield service


def slap(service, tool, *words):
    """A tool of slapd's on the main database, as the user slapd runs as."""
    home = service.run / 'ldap' / 'slapd.d'
    return subprocess.run([f'/usr/sbin/{tool}', '-F', home, '-n', '2', *words], user=home.stat().st_uid, group=home.stat().st_gid, cwd='/',
                          check=True, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


def test_a_restore_lets_nobody_in_and_says_nothing_false(restored):
    service, search = restored, '/recherche?lieu=92390&rayon=20'
    backup, directory = str(service.run / 'backup'), service.run / 'ldap' / 'backup.ldif'
    person = service.account('agent')
    families, agent = service.client(), service.client(person)
    listing = next(link for link in families.get(search).links() if link and link.startswith('/etablissements/'))
    assert families.get(listing).status == 200
    cookies = agent.session.cookies.copy()
    assert agent.get('/espace-pro', follow=False).status == 200
    service.ctl('store', 'backup', backup)
    directory.write_text(slap(service, 'slapcat').stdout)
    agent.logout()
    service.directory().modify_s(person['dn'], [(ldap.MOD_REPLACE, 'habStatut', [b'suspendue'])])
    until(lambda: service.client().login(person).status == 422)

    service.start('stop')
    service.ctl('store', 'restore', backup)
    for file in (service.run / 'ldap' / 'db').glob('*.mdb'):
        file.unlink()
    slap(service, 'slapadd', '-q', '-l', directory)
    service.start()
    agent.session.cookies = cookies
    assert agent.get('/espace-pro').path.startswith('/connexion')
    assert families.get(listing).status in (200, 503)       # 200: of a place new or changed in the last minutes, which the mirror reads again
    for path in (search, '/etablissements/x-ZZZZ9'):
        page = families.get(path)
        assert page.status == 503 and page.headers['Retry-After'] == '30', (path, page.words[:400])
        assert page.headers['Cache-Control'] == 'no-store', page.headers
    assert families.get('/').status == 200

    service.ctl('store', 'publish')
    service.ctl('mirror', 'rebuild')
    until(lambda: service.ctl('mirror', 'status', check=False).returncode == 0)
    assert service.client(person).get('/espace-pro').status == 200
    assert families.get(search).status == families.get(listing).status == 200
    assert families.get('/recherche?lieu=Xyzzyplugh').status == 422
    assert families.get('/etablissements/x-ZZZZ9').status == 404
