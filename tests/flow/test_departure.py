"""People leave: an agent or the provider's contact says so, the access is suspended at once, the Caf is told."""
import re
import time

import ldap
import pytest

from client import today, until
from conftest import processes, stand_still

NEUTRAL = 'Si cette adresse est celle du contact d’un organisme, un courriel est parti.'


def day(offset):
    return today(offset).strftime('%d/%m/%Y')


def read(service, dn, *names):
    rows = service.directory().search_s(dn, ldap.SCOPE_BASE, attrlist=list(names))
    return {k: v[0].decode() for k, v in rows[0][1].items()}


def provider_of(account):
    return account['dn'].split(',', 1)[1]


def colleagues(service):
    """Two agents of one provider, and one of another."""
    by_provider = {}
    for a in service.accounts('agent'):
        by_provider.setdefault(provider_of(a), []).append(a)
    mates = next(v for v in by_provider.values() if len(v) > 1)
    other = next(v[0] for p, v in by_provider.items() if p != provider_of(mates[0]))
    return mates[0], mates[1], other


def number_of(service, account):
    return read(service, account['dn'], 'habAgentNumero')['habAgentNumero']


def confirm_page(c, number):
    page = c.get('/espace-pro/convention')
    assert re.search(r'par lettre recommandée, reçue le \d+(er)? \w+ \d{4} au plus tard', page.words), page.words[:600]
    form = next(f for f in page.forms() if ('agent', number) in f.buttons)
    return form.submit(('agent', number))


@pytest.fixture
def reopened(service):
    """Accounts to open again at the end, with an LDAP tool: their file leaves the queue."""
    accounts = []
    yield accounts
    d = service.directory()
    for a in accounts:
        admin, number = service.client(service.account('caf_admin', caf=a['caf'])), number_of(service, a)
        page = f'/caf/fournisseurs/{provider_of(a).split(",")[0].split("=")[1]}/agents/{number}'
        until(lambda: 'value="rouvrir"' in admin.get(page).text, what=admin.get(page).words)
        assert f'/agents/{number}' in admin.get('/caf?type=depart').text
        d.modify_s(a['dn'], [(ldap.MOD_REPLACE, 'habStatut', b'active'), (ldap.MOD_REPLACE, 'habFinMission', None),
                             (ldap.MOD_REPLACE, 'habMotifRetrait', None)])
        until(lambda: service.client().login(a).path == '/espace-pro')
        until(lambda: f'/agents/{number}' not in admin.get('/caf?type=depart').text)


def test_an_agent_reports_a_colleague_and_his_access_is_over_at_once(service, reopened):
    agent, leaver, _ = colleagues(service)
    number = number_of(service, leaver)
    c, theirs = service.client(agent), service.client(leaver)
    page = confirm_page(c, number)
    assert page.status == 200 and 'suspendu tout de suite' in page.words
    form = page.form('/espace-pro/convention')
    assert form.get('fin') == day(0)
    for typed, words in [(day(1), 'dans le futur'), ('', 'Saisissez le dernier jour'), ('31/02/2026', 'Dernier jour de mission : cette date n’existe pas'), ('3/2/27', 'Dernier jour de mission : écrivez l’année en quatre chiffres, par exemple 03/02/2027'), ('demain', 'comme 01/12/2026')]:
        again = form.set(fin=typed).submit()
        assert again.status == 422 and words in again.faults()[0], again.faults()
        form = again.form('/espace-pro/convention')
        assert form.get('fin') == typed and form.get('agent') == number
    assert theirs.get('/espace-pro').path == '/espace-pro'
    reopened.append(leaver)
    page = form.set(fin=day(-1)).submit()
    assert page.path == '/espace-pro/convention?fait=fin-de-mission' and 'Fin de mission signalée' in page.words
    assert theirs.get('/espace-pro').path.startswith('/connexion')
    until(lambda: read(service, leaver['dn'], 'habStatut')['habStatut'] == 'suspendue')
    assert read(service, leaver['dn'], 'habFinMission')['habFinMission'].startswith(today(-1).strftime('%Y%m%d'))
    assert service.client().login(leaver).status == 422
    admin = service.client(service.account('caf_admin', caf=agent['caf']))
    queue = admin.get('/caf?type=depart')
    assert re.search(r'\d ?fins? de mission à confirmer', queue.words), 'it has its tile'
    assert 'Fin de mission' in queue.words and any(f'/agents/{number}' in l for l in queue.links() if l)
    mail = service.wait_mail('@', 'fin de mission signalée', holding=number)
    assert agent['uid'] not in mail['Subject'] and service.url in mail.get_body(('plain',)).get_content()
    assert all(number in service.log('--event', event) for event in ('departure_reported', 'agent_suspended'))
    until(lambda: 'Suspendu' in c.get('/espace-pro/convention').words)
    assert confirmed_twice(c, number) in (404, 422)


def test_what_was_reported_shows_before_the_directory_knows(service, reopened):
    agent, leaver, _ = colleagues(service)
    number, c = number_of(service, leaver), service.client(agent)
    page = confirm_page(c, number)
    go_on = stand_still([pid for pid, _ in processes(service, 'habilis-clerk')])
    try:
        reopened.append(leaver)
        page = page.form('/espace-pro/convention').submit()
        assert page.path == '/espace-pro/convention?fait=fin-de-mission'
        assert number + 'Suspension en cours' in page.words, page.words
        assert 'L’annuaire n’est pas encore à jour' in page.words and not [f for f in page.forms() if ('agent', number) in f.buttons]
    finally:
        go_on()
    page = c.wait('/espace-pro/convention', number + 'Suspendu')
    assert 'Suspension en cours' not in page.words and 'n’est pas encore à jour' not in page.words


def confirmed_twice(c, number):
    return c.get(f'/espace-pro/convention?agent={number}').status


def test_who_is_suspended_may_leave_too_once(service, reopened):
    agent, leaver, _ = colleagues(service)
    number, c = number_of(service, leaver), service.client(agent)
    reopened.append(leaver)
    service.directory().modify_s(leaver['dn'], [(ldap.MOD_REPLACE, 'habStatut', b'suspendue')])
    page = until(lambda: (lambda p: p if number + 'Suspendu' in p.words else None)(c.get('/espace-pro/convention')))
    confirm = next(f for f in page.forms() if ('agent', number) in f.buttons).submit(('agent', number))
    assert confirm.status == 200, confirm.words
    form = confirm.form('/espace-pro/convention')
    assert form.submit().path == '/espace-pro/convention?fait=fin-de-mission'
    admin = service.client(service.account('caf_admin', caf=agent['caf']))
    assert f'/agents/{number}' in admin.get('/caf?type=depart').text
    page = until(lambda: (lambda p: p if 'Suspendu, fin de mission signalée' in p.words else None)(c.get('/espace-pro/convention')))
    assert not [f for f in page.forms() if ('agent', number) in f.buttons]
    token = c.get('/espace-pro/mon-compte').form('/deconnexion').get('csrf')
    again = c.post('/espace-pro/convention', [('csrf', token), ('agent', number), ('fin', day(0))])
    assert again.status == 422 and 'est déjà signalée' in again.faults()[0], again.faults()


def test_nobody_of_another_provider_can_be_reported(service):
    agent, _, other = colleagues(service)
    number = number_of(service, other)
    c = service.client(agent)
    assert c.get(f'/espace-pro/convention?agent={number}').status == 404
    token = c.get('/espace-pro/mon-compte').form('/deconnexion').get('csrf')
    assert c.post('/espace-pro/convention', [('csrf', token), ('agent', number), ('fin', day(0))]).status == 404
    assert c.post('/espace-pro/convention', [('csrf', token), ('agent', '*'), ('fin', day(0))]).status == 404
    assert read(service, other['dn'], 'habStatut')['habStatut'] == 'active'
    assert 'foreign_object' in service.log('--event', 'refusal')


def test_an_agent_reports_himself_and_is_out(service, reopened):
    _, leaver, _ = colleagues(service)
    c = service.client(leaver)
    page = confirm_page(c, number_of(service, leaver))
    assert 'votre session sera fermée' in page.words
    reopened.append(leaver)
    assert page.form('/espace-pro/convention').submit().path == '/connexion?fait=fin-de-mission'
    assert c.get('/espace-pro').path.startswith('/connexion')


# --- the contact ---

def contact_of(service, account):
    return read(service, provider_of(account), 'mail')['mail']


def ask(c, mail, **kwargs):
    return c.get('/fin-de-mission').form('/fin-de-mission').set(courriel=mail).submit(**kwargs)


def link_of(service, mail, after=0):
    def found():
        return [m for m in service.mails() if mail in m['To'] and 'signaler une fin de mission' in m['Subject']][after:]
    until(found)
    return re.search(r'(https://\S+/fin-de-mission/[\w-]{43})', found()[0].get_body(('plain',)).get_content())[1]


def test_the_contact_reports_by_a_link_that_serves_once(service, reopened):
    agent, leaver, other = colleagues(service)
    number = number_of(service, leaver)
    mail = contact_of(service, leaver)
    page = ask(service.client(), mail.upper())
    assert page.path == '/fin-de-mission/envoye' and NEUTRAL in page.words
    link = link_of(service, mail)
    assert link.startswith(service.url)
    c = service.client()
    for _ in range(3):                                      # a mail program opens it before its reader does
        page = c.get(link)
        assert page.status == 200
    assert any(v == number for v in re.findall(r'name="personne" value="([^"]+)"', page.text))
    assert number_of(service, other) not in page.text
    form = page.form(link.removeprefix(service.url))
    empty = form.submit()
    assert empty.status == 422 and empty.faults() == ['Cochez au moins une personne']
    empty = form.set(fin='').submit()
    assert len(empty.faults()) == 2 and empty.faults()[1].startswith('Saisissez le dernier jour de mission, par exemple')
    form = page.form(link.removeprefix(service.url))
    foreign = form.put('personne', number_of(service, other)).submit()
    assert foreign.status == 404
    future = form.put('personne', number).set(fin=day(2)).submit()
    assert future.status == 422 and 'checked' in future.text
    reopened.append(leaver)
    theirs = service.client(leaver)
    form = future.form(link.removeprefix(service.url)).set(fin=day(0))
    assert form.submit().path == '/fin-de-mission/signalee'
    assert theirs.get('/espace-pro').path.startswith('/connexion')
    assert c.get(link).status == 410 and form.submit().status == 410
    assert 'Demander un autre lien' in c.get(link).words
    assert service.client(agent).get('/espace-pro').path == '/espace-pro'
    assert any('provider_contact' in line and number in line for line in service.log('--event', 'departure_reported').splitlines())
    assert not service.files_with(link.rsplit('/', 1)[1])


def test_who_was_reported_meanwhile_is_named_and_nothing_is_lost(service, reopened, clock):
    """Two windows tell the same departure while the clerk stands still."""
    clock(6)                                                # one mail a provider in five minutes
    agent, leaver, _ = colleagues(service)
    number, own = number_of(service, leaver), number_of(service, agent)
    mail = contact_of(service, leaver)
    sent = len([m for m in service.mails() if mail in m['To'] and 'signaler une fin de mission' in m['Subject']])
    ask(service.client(), mail)
    link = link_of(service, mail, after=sent)
    page = service.client().get(link)
    mine = confirm_page(service.client(agent), number).form('/espace-pro/convention')
    theirs = confirm_page(service.client(agent), number).form('/espace-pro/convention')
    both = page.form(link.removeprefix(service.url)).put('personne', [own, number]).set(fin=day(0))
    go_on = stand_still([pid for pid, _ in processes(service, 'habilis-clerk')])
    try:
        reopened.append(leaver)
        assert mine.submit().path.startswith('/espace-pro/convention?fait=')
        for form, field in ((both, 'personne'), (theirs, 'agent')):
            page = form.submit()
            assert page.status == 422 and len(page.faults()) == 1 and 'est déjà signalée' in page.faults()[0], page.words[:400]
            again = page.form(link.removeprefix(service.url) if field == 'personne' else '/espace-pro/convention')
            assert again.get('fin') == form.get('fin') and set(again.all(field)) == set(form.all(field))
    finally:
        go_on()
    assert read(service, agent['dn'], 'habStatut')['habStatut'] == 'active'
    assert service.client().get(link).status == 200


def test_known_and_unknown_addresses_get_one_answer_and_few_mails(service, clock):       # noqa: F811
    _, _, other = colleagues(service)
    mail = contact_of(service, other)
    mask = lambda page: re.sub(r'csrf" value="[^"]*', '', page.text)
    answers = {mask(ask(service.client(), m)) for m in (mail, 'personne@ailleurs.example')}
    assert len(answers) == 1
    for _ in range(5):
        ask(service.client(), mail)
    link = link_of(service, mail)
    time.sleep(1)
    assert len([m for m in service.mails() if mail in m['To'] and 'signaler une fin de mission' in m['Subject']]) == 1
    clock(24 * 60 + 1)
    assert service.client().get(link).status == 410
    c = service.client()
    for _ in range(10):
        assert ask(c, 'personne@ailleurs.example').path == '/fin-de-mission/envoye'
    assert ask(c, mail).status == 429


@pytest.mark.parametrize('typed', ['', 'personne', 'a@b@c.example', 'x' * 5000, '*@ville.example', 'a@b.example\nBcc: c@d.example'])
def test_what_is_no_address_is_told_or_answered_alike(service, typed):
    page = ask(service.client(), typed)
    assert page.status in (200, 400, 422)
    assert page.status != 200 or NEUTRAL in page.words


@pytest.mark.parametrize('token', ['x', 'A' * 43, '*', 'a' * 5000, '..%2F..', '%00'])
def test_a_broken_link_is_a_clear_page(service, token):
    page = service.client().get(f'/fin-de-mission/{token}')
    assert page.status in (400, 404, 410, 414)
    if page.status == 410:
        assert 'Ce lien ne sert plus' in page.words
