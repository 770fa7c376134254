"""Sessions end, what was typed does not: expiry, logout, closed accounts, the directory away."""
import os
import re
import time

import ldap

from client import until
from requests_made import make_request
from test_journey import first_listing, send_listing
from conftest import processes, stand_still


def test_a_form_posted_by_an_expired_session_comes_back_filled(service, clock):
    c, agent, e = first_listing(service)
    path = f'/espace-pro/etablissements/{e["id"]}/fonctionnement'
    form = c.get(path).form('/fonctionnement').set(projet='Ce texte a mis une heure à écrire, il ne se perd pas.')
    clock(35)
    page = form.submit(('action', 'verifier'))
    assert page.path.startswith('/connexion') and 'session a expiré' in page.words
    back = page.form('/connexion').set(identifiant=agent['uid'], mot_de_passe=agent['password']).submit()
    assert back.path == path, back.path
    assert back.form('/fonctionnement').get('projet') == 'Ce texte a mis une heure à écrire, il ne se perd pas.'
    assert 'Rien n’a encore été enregistré' in back.words
    assert 'ne se perd pas' not in c.get(path).words            # shown once, never executed by itself


def test_an_idle_session_ends(service, clock):
    c = service.client(service.account('agent'))
    clock(29)
    assert c.get('/espace-pro').path == '/espace-pro'
    clock(29 + 29)
    assert c.get('/espace-pro').path == '/espace-pro'
    clock(29 + 29 + 31)
    assert c.get('/espace-pro').path.startswith('/connexion')


def test_logout_ends_it_on_the_server(service):
    c = service.client(service.account('agent'))
    cookies = c.session.cookies.copy()
    c.logout()
    c.session.cookies = cookies
    assert c.get('/espace-pro').path == '/connexion'


def test_a_closed_account_loses_its_sessions(service):
    agent = service.accounts('agent')[-1]
    c = service.client(agent)
    d = service.directory()
    d.modify_s(agent['dn'], [(ldap.MOD_REPLACE, 'habStatut', b'suspendue')])
    try:
        until(lambda: c.get('/espace-pro').path != '/espace-pro', what='still in')
        assert service.client().login(agent).status == 422
    finally:
        d.modify_s(agent['dn'], [(ldap.MOD_REPLACE, 'habStatut', b'active')])


def test_a_cookie_changes_at_login(service):
    c = service.client()
    c.get('/connexion')
    before = dict(c.session.cookies)
    c.login(service.account('agent'))
    assert c.session.cookies.get('__Host-session') and c.session.cookies.get('__Host-session') != before.get('__Host-session')


def test_five_spellings_are_one_account(service):
    agent = service.accounts('agent')[2]
    spellings = [agent['uid'], agent['uid'].upper(), f' {agent["uid"]} ', agent['uid'].title()]
    for spelling in spellings:
        assert service.client().login({**agent, 'uid': spelling}, 'pas le bon mot de passe').status == 422
    late = service.client().login(agent)
    assert late.status == 429 and 'Réessayez à' in late.words
    until(lambda: service.client().login(agent).path == '/espace-pro', what='the delay after the fourth failure is five seconds')


def test_slapd_away_login_says_so_and_public_pages_go_on(service):
    pid = int((service.run / 'slapd' / 'slapd.pid').read_text()) if (service.run / 'slapd' / 'slapd.pid').exists() \
        else int(next(service.run.rglob('slapd.pid')).read_text())
    go_on = stand_still([pid])
    try:
        c, agent = service.client(), service.account('agent')
        form = c.get('/connexion').form('/connexion').set(identifiant=agent['uid'], mot_de_passe=agent['password'])
        began = time.monotonic()
        page = form.submit()
        assert page.status == 503 and 'momentanément indisponible' in page.words
        assert time.monotonic() - began < 10        # under 3 s on a quiet machine
        assert service.client().get('/recherche?lieu=92390').status == 200
    finally:
        go_on()
    until(lambda: service.client().login(service.account('agent')).status == 200)


def stopped(service, program):
    """Every process of a program of this service stands still; call the answer to let them go on."""
    pids = [pid for pid, _ in processes(service, program)]
    assert pids
    return stand_still(pids)


def test_without_a_fresh_mirror_no_private_page(service):
    c = service.client(service.account('agent'))
    go_on = stopped(service, 'habilis-clerk')
    try:
        os.utime(service.run / 'sock' / 'heartbeat', (0, time.time() - 61))
        assert c.get('/espace-pro').status == 503
        assert service.client().get('/recherche?lieu=92390').status == 200
    finally:
        go_on()
    until(lambda: c.get('/espace-pro').status == 200)


def test_an_unknown_outcome_is_asked_again_and_done_once(service):
    c, agent, e = first_listing(service)
    path = f'/espace-pro/etablissements/{e["id"]}/places'
    note = f'grille envoyée deux fois {time.time_ns()}'
    form = c.get(path).form('/places').set(note=note)
    go_on = stopped(service, 'habilis-writer')
    try:
        page = form.submit(('action', 'publier'), follow=False)
        assert page.status == 503 and 'Nous ne savons pas si votre envoi est enregistré' in page.words
    finally:
        go_on()
    again = page.form('/places')
    assert again.get('note') == note and len(again.get('reprise')) == 32
    assert again.submit(follow=False).status == 303
    assert c.get(path + '/historique').words.count(note) == 1


def test_everything_is_in_the_log(service):
    agent, e = service.agent_with(True, True)
    c = service.client(agent)
    other = next(x for a in service.accounts('agent') if a['caf'] != agent['caf'] for x in a['establishments'])
    assert c.get(f'/espace-pro/etablissements/{other["id"]}').status == 404
    service.client().login(agent, 'un mauvais mot de passe')
    c.logout()
    lines = service.log('--address', c.address)
    for event in ('"refusal"', '"login"', '"logout"'):
        assert event in lines, event
    assert 'Habilis flow tests' in lines and 'foreign_object' in lines
    assert '"log_query"' in service.log('--address', 'local')


def test_the_example_of_an_identifier_is_one_as_they_are_given(service):
    for path in ('/connexion', '/mot-de-passe-oublie'):
        assert 'Exemple : l.valombre' in service.client().get(path).words
    assert all(re.fullmatch(r'[a-z]\.[a-z0-9-]+', a['uid']) for a in service.accounts('agent'))


def log_in_again(page, account):
    return page.form('/connexion').set(identifiant=account['uid'], mot_de_passe=account['password']).submit()


def test_a_form_without_a_page_of_its_own_comes_back_where_it_stood(service, clock):
    reviewer = service.account('caf_reviewer', caf='921')
    c = service.client(reviewer)
    path = next(link for link in c.get('/caf?type=fiche').links() if link.startswith('/caf/revisions/'))
    form = c.get(path).form('/decision').set(decision='refuser', precision='Trois lignes de trop, écrites avec soin.')
    clock(35)
    back = log_in_again(form.submit(), reviewer)
    assert back.status == 200 and back.path == path, back.path
    assert back.form('/decision').get('precision') == 'Trois lignes de trop, écrites avec soin.'
    assert log_in_again(service.client().get('/connexion'), reviewer).path == '/caf', 'shown once'


def test_a_decision_of_an_expired_session_is_of_the_text_it_had_seen(service, clock):
    c, agent, e = first_listing(service)
    reviewer = service.account('caf_reviewer', caf=agent['caf'])
    send_listing(c, e, projet=f'Lu avant {time.time_ns()}.')
    path = f'/caf/revisions/{e["id"]}'
    form = service.client(reviewer).get(path).form('/decision').set(decision='accepter', precision='Bien écrit.')
    clock(35)
    expired = form.submit()
    unread = f'Jamais lu {time.time_ns()}.'
    again = service.client(agent)
    send_listing(again, e, projet=unread)
    page = log_in_again(expired, reviewer)
    assert page.path == path and 'Le texte a été remplacé depuis' in page.words and 'Bien écrit.' in page.words
    assert not [f for f in page.forms() if 'decision' in f.action]
    assert 'ce que vous aviez écrit avant la fin de votre session' in page.words
    fresh = page.client.get(path).form('/decision')
    assert fresh.get('decision') is None and 'Voici ce que' not in page.client.get(path).words
    fresh.set(decision='refuser', motif='autre', precision='Rangé.').submit(('suite', 'liste'))


def test_the_rhythm_chosen_by_an_expired_session_comes_back(service, clock):
    c, agent, _ = first_listing(service)
    form = c.get('/espace-pro/mon-compte').form('/rappels')
    other = 'none' if form.get('rappels') != 'none' else 'weekly'
    clock(35)
    back = log_in_again(form.set(rappels=other).submit(), agent)
    assert back.form('/rappels').get('rappels') == other
    assert 'ce que vous aviez écrit avant la fin de votre session' in back.words


def test_another_window_of_an_expired_session_may_still_send(service, clock):
    c, agent, e = first_listing(service)
    path = f'/espace-pro/etablissements/{e["id"]}/fonctionnement'
    form = c.get(path).form('/fonctionnement').set(projet='Écrit dans l’autre fenêtre.')
    clock(35)
    page = c.get('/espace-pro')
    assert page.path.startswith('/connexion') and 'Connectez-vous de nouveau' in page.words and 'retrouverez' not in page.words
    page = form.submit(('action', 'verifier'))
    assert 'vous retrouverez ce que vous aviez écrit' in page.words
    assert log_in_again(page, agent).form('/fonctionnement').get('projet') == 'Écrit dans l’autre fenêtre.'


def test_each_window_of_an_expired_session_has_its_text_back(service, clock):
    c, agent, e = first_listing(service)
    paths = [f'/espace-pro/etablissements/{e["id"]}/{page}' for page in ('fonctionnement', 'places')]
    texts = [f'{what} {time.time_ns()}.' for what in ('Le projet', 'La note')]
    forms = [c.get(paths[0]).form('/fonctionnement').set(projet=texts[0]), c.get(paths[1]).form('/places').set(note=texts[1])]
    clock(35)
    pages = [form.submit(('action', action)) for form, action in zip(forms, ('verifier', 'publier'))]
    assert all('vous retrouverez ce que vous aviez écrit' in page.words for page in pages)
    back = log_in_again(pages[1], agent)
    assert back.path == paths[1] and back.form('/places').get('note') == texts[1]
    assert 'Un autre texte est gardé' in back.words and paths[0] in back.links()
    again = c.get(paths[0])
    assert again.form('/fonctionnement').get('projet') == texts[0] and 'Un autre texte' not in again.words


def test_a_right_removed_before_the_next_login_gives_the_text_back(service, clock):
    c, agent, e = first_listing(service)
    path, text = f'/espace-pro/etablissements/{e["id"]}/fonctionnement', f'Sans droit désormais {time.time_ns()}.'
    form = c.get(path).form('/fonctionnement').set(projet=text)
    d, who = service.directory(), agent['dn'].encode()
    d.modify_s(e['dn'], [(ldap.MOD_DELETE, 'habDroitFonctionnement', who)])
    try:
        until(lambda: c.get(path).status == 404)
        clock(35)
        back = log_in_again(form.submit(('action', 'verifier')), agent)
        assert back.status == 403 and text in back.words
        assert c.get(path).status == 404
    finally:
        d.modify_s(e['dn'], [(ldap.MOD_ADD, 'habDroitFonctionnement', who)])
    until(lambda: c.get(path).status == 200)


def test_what_is_sent_after_a_logout_is_said_not_to_be_kept(service):
    c, agent, e = first_listing(service)
    form = c.get(f'/espace-pro/etablissements/{e["id"]}/places').form('/places')
    c.logout()
    page = form.submit(('action', 'publier'))
    assert page.path.startswith('/connexion') and 'rien n’a été enregistré' in page.words


def test_a_form_of_passwords_is_not_kept(service, clock):
    c, agent, _ = first_listing(service)
    form = c.get('/espace-pro/mon-compte').form('/mon-compte')
    form.set(ancien=agent['password'], nouveau='Un long secret tout neuf 47', confirmation='Un long secret tout neuf 47')
    clock(35)
    page = form.submit()
    assert 'rien n’a été enregistré' in page.words and 'retrouverez' not in page.words


def test_an_expired_session_keeps_no_form_longer_than_its_page_takes(service, clock):
    c, agent, _ = first_listing(service)
    form = c.get('/espace-pro/mon-compte').form('/rappels').set(rappels='x' * 70000)
    clock(35)
    page = form.submit()
    assert page.path.startswith('/connexion') and 'retrouverez' not in page.words


def test_what_was_typed_comes_back_while_the_directory_is_away(service):
    c, agent, e = first_listing(service)
    path = f'/espace-pro/etablissements/{e["id"]}/places'
    note = f'Écrit pendant la panne {time.time_ns()}.'
    form = c.get(path).form('/places').set(note=note)
    go_on = stopped(service, 'slapd')
    try:
        pages = [form.submit(('action', 'publier'), follow=False)]
        time.sleep(4)                   # the mirror is no longer fresh
        pages.append(form.submit(('action', 'publier'), follow=False))
    finally:
        go_on()
    for page in pages:
        assert page.status == 503 and note in page.words and page.form('/places').get('note') == note
    until(lambda: page.form('/places').submit().status == 200)
    assert c.get(path + '/historique').words.count(note) == 1


def test_pressed_twice_is_done_once_and_changed_is_done_again(service):
    admin = service.client(service.account('caf_admin', caf='921'))
    number = make_request(service)
    form = admin.get(f'/caf/demandes/{number}').form('/accuse')
    assert [form.submit().status for _ in range(3)] == [200] * 3
    until(lambda: [m for m in service.mails() if number in m['Subject']][1:])
    time.sleep(1)
    assert len([m for m in service.mails() if number in m['Subject']]) == 2, 'the first, and one more'

    c, agent, e = first_listing(service)
    path = f'/espace-pro/etablissements/{e["id"]}/fonctionnement'
    form = c.get(path).form('/fonctionnement')
    for text in ('Un premier texte.', 'Un second texte, après « Précédent ».'):
        assert form.set(projet=text).submit(('action', 'brouillon')).status == 200
    assert c.get(path).form('/fonctionnement').get('projet') == 'Un second texte, après « Précédent ».'
