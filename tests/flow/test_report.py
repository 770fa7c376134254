"""A family reports an error on a listing: the form, the Caf's file, its answer, two who close it at once."""
import re

import pytest

TEXT = 'Le téléphone sonne chez un particulier.\nLe site, lui, donne le bon numéro.'
MAIL = 'l.amrani@famille.example'


@pytest.fixture(scope='module')
def place(service):
    """An establishment with a page, its Caf's two reviewers, a reviewer of another Caf."""
    agent, e = service.agent_with(True, True)
    first, second = service.accounts('caf_reviewer', caf=agent['caf'])[:2]
    other = next(a for a in service.accounts('caf_reviewer') if a['caf'] != agent['caf'])
    return e, first, second, other


def report(c, e, **typed):
    path = f'/etablissements/{e["id"]}/signaler'
    return c.get(path).form(path).set(**typed).submit()


def opened(reviewer):
    """The path of the newest report in the queue."""
    return [l for l in reviewer.get('/caf?type=signalement').links() if l and l.startswith('/caf/signalements/')][-1]


def test_the_form_keeps_what_was_typed(service, client, place):
    e = place[0]
    listing = client.get(e['url'])
    assert f'/etablissements/{e["id"]}/signaler' in listing.links()
    page = report(client, e, erreur='', adresse='personne')
    assert page.status == 422 and page.faults()[0] == 'Décrivez l’erreur' and len(page.faults()) == 2
    assert page.title.startswith('Erreur :')
    form = page.form('/signaler')
    assert form.get('adresse') == 'personne'
    page = form.set(erreur='x' * 2001, adresse=MAIL).submit()
    assert page.status == 422 and page.form('/signaler').get('erreur').strip() == 'x' * 2001
    for name, status in [('E9999', 404), ('%00', 400), ('*', 404), ('a' * 5000, 404)]:
        assert client.get(f'/etablissements/{name}/signaler').status == status, name


def test_a_post_needs_the_forms_token(service, client, place):
    path = f'/etablissements/{place[0]["id"]}/signaler'
    before = service.log('--event', 'report_sent')
    token = client.get(path).form(path).get('csrf')
    for pairs, headers in [([('erreur', 'x')], {}), ([('erreur', 'x'), ('csrf', token[::-1])], {}),
                           ([('erreur', 'x'), ('csrf', token)], {'Origin': 'https://ailleurs.example'})]:
        assert client.post(path, pairs, headers=headers).status == 403
    assert service.client().post(path, [('erreur', 'x'), ('csrf', token)]).status == 403
    assert service.log('--event', 'report_sent') == before


def test_the_caf_answers_and_a_second_closer_learns_it(service, client, place):
    e, one, two, foreign = place
    page = report(client, e, erreur=TEXT, adresse=MAIL)
    assert 'Merci, la Caf va vérifier.' in page.words and page.path.endswith('?fait=signalement-envoye')
    first, second = service.client(one), service.client(two)
    assert 'Le téléphone sonne' in first.get('/caf?type=signalement').words
    path = opened(first)
    establishment = f'/caf/etablissements/{e["id"]}'
    assert path in first.get(establishment).links()
    page, late = first.get(path), second.get(path)
    assert MAIL in page.words and 'Le site, lui' in page.words
    page = page.form(path).set(reponse='x' * 2001).submit()
    assert page.status == 422 and page.form(path).get('reponse').strip() == 'x' * 2001
    assert service.client(foreign).get(path).status == 404
    report_id = path.rsplit('/', 1)[1]
    assert any('"foreign_file"' in line and report_id in line for line in service.log('--event', 'refusal').splitlines())
    done = page.form(path).set(reponse='Le numéro est corrigé.\nMerci.').submit()
    assert done.path == '/caf?fait=signalement-repondu' and path not in done.links() + first.get(establishment).links()
    mail = service.wait_mail(MAIL, 'réponse à votre signalement')
    words = mail.get_body(('plain',)).get_content()
    assert 'Le numéro est corrigé.' in words and mail['Reply-To']
    late = late.form(path).set(reponse='Une autre réponse.').submit()
    assert late.status == 409 and f'{name_of(service, one)} a clos ce signalement' in late.words
    assert 'Une autre réponse.' in late.words and MAIL not in late.text
    assert MAIL not in first.get(path).text
    assert report_id in service.log('--event', 'report_closed')
    assert not any(text in service.log() for text in ('particulier', 'Le numéro est', MAIL))


def name_of(service, account):
    return re.search(r'<strong>([^<]+)</strong>', service.client(account).get('/caf').text)[1]


def test_a_withdrawn_listing_takes_no_report(service, client, place):
    e, one, _, _ = place
    reviewer = service.client(one)
    path = f'/caf/etablissements/{e["id"]}'
    public = f'/etablissements/{e["id"]}/signaler'
    form = client.get(public).form(public).set(erreur=TEXT)
    reviewer.get(path).form(path).set(motif='À vérifier.').submit(('action', 'retirer'))
    try:
        assert client.get(public).status == 410
        assert form.submit().status == 410
    finally:
        reviewer.get(path).form(path).submit(('action', 'remettre'))
    assert client.get(public).status == 200
