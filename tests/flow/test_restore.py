"""A restore, and what people are told until everything is published again. It stops the service, so it has one of its own."""
import contextlib
import shutil

import conftest
import pytest


@pytest.fixture(scope='module')
def restored():
    service = conftest.make_service()
    try:
        service.start()
        yield service
    finally:
        with contextlib.suppress(Exception):
            service.start('stop')
        shutil.rmtree(service.run.parent, ignore_errors=True)


def test_a_restore_lets_nobody_in_and_says_nothing_false(restored):
    service, search = restored, '/recherche?lieu=92390&rayon=20'
    backup = str(service.run / 'backup')
    families, agent = service.client(), service.client(service.account('agent'))
    listing = next(link for link in families.get(search).links() if link and link.startswith('/etablissements/'))
    assert families.get(listing).status == 200
    cookies = agent.session.cookies.copy()
    assert agent.get('/espace-pro', follow=False).status == 200
    service.ctl('store', 'backup', backup)
    agent.logout()

    service.start('stop')
    service.ctl('store', 'restore', backup)
    service.start()
    agent.session.cookies = cookies
    assert agent.get('/espace-pro').path.startswith('/connexion')
    for path in (search, listing, '/etablissements/x-ZZZZ9'):
        page = families.get(path)
        assert page.status == 503 and page.headers['Retry-After'] == '30', (path, page.words[:400])
        assert page.headers['Cache-Control'] == 'no-store', page.headers
    assert families.get('/').status == 200

    service.ctl('store', 'publish')
    assert families.get(search).status == families.get(listing).status == 200
    assert families.get('/recherche?lieu=Xyzzyplugh').status == 422
    assert families.get('/etablissements/x-ZZZZ9').status == 404
