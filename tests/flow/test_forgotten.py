"""A lost password: one answer for everybody, few mails, and the old password until the new one is used."""
import concurrent.futures
import pathlib
import re
import time

import ldap
import pytest

from client import until
from conftest import stand_still

NEUTRAL = 'Si cet identifiant existe, un courriel est parti'
PERSONAL = 'gravier hamac treille 27'


def form_of(c, page=None):
    """The form, its text copied."""
    page = page or c.get('/mot-de-passe-oublie')
    text = re.search(r'class="challenge" id="texte">([^<]+)<', page.text)[1]
    return page.form('/mot-de-passe-oublie').set(recopie=text)


def ask(c, identifier, **kwargs):
    return form_of(c).set(identifiant=identifier).submit(**kwargs)


def agents(service):
    """Those no other test logs in as, the last first."""
    return service.accounts('agent')[::-1]


def mails_to(service, account):
    return [m for m in service.mails() if account['mail'] in m['To'] and 'nouveau mot de passe provisoire' in m['Subject']]


def mail_of(service, uid):
    d = service.directory()
    rows = d.search_s(service.demo['ldap']['suffix'], ldap.SCOPE_SUBTREE, f'(uid={uid})', ['mail'])
    return rows[0][1]['mail'][0].decode()


@pytest.fixture(scope='module')
def agent(service):
    account = agents(service)[0]        # the demonstration's own row: whoever logs in later has the new password
    account['mail'] = mail_of(service, account['uid'])
    return account


def test_the_mailed_password_leads_to_a_personal_one_and_the_old_one_holds_until_then(service, agent):
    page = ask(service.client(), agent['uid'])
    assert page.path == '/mot-de-passe-oublie/envoye' and NEUTRAL in page.words
    mail = service.wait_mail(agent['mail'], 'Votre nouveau mot de passe provisoire')
    text = mail.get_body(('plain',)).get_content()
    plain = re.search(r'Mot de passe provisoire : (\w{8}) ', text)[1]
    assert service.url in text and 'reste valable tant que celui-ci n’a pas servi' in text
    old = service.client(agent)                                     # the old one still lets in
    c = service.client()
    page = c.login(agent, plain)
    assert page.path == '/mot-de-passe/premier-changement'
    assert c.get('/espace-pro').path == '/mot-de-passe/premier-changement'
    form = page.form('/premier-changement')
    for refused, words in [(plain, 'Ce mot de passe est celui que vous avez reçu'), ('court', 'au moins 8 caractères'),
                           ('azertyuiop', 'se devine trop facilement'), (agent['uid'] + '12', 'se devine trop facilement')]:
        again = form.set(nouveau=refused, confirmation=refused).submit()
        assert again.status == 422 and any(words in f for f in again.faults()), (refused, again.faults())
    page = form.set(nouveau=PERSONAL, confirmation=PERSONAL).submit()
    assert page.path.startswith('/espace-pro') and page.status == 200, page.faults()
    assert old.get('/espace-pro').path.startswith('/connexion')     # other sessions are over
    assert service.client().login(agent, agent['password']).status == 422
    assert service.client().login(agent, plain).status == 422       # used once
    assert service.wait_mail(agent['mail'], 'Votre mot de passe a été modifié')
    agent['password'] = PERSONAL
    assert not service.files_with(plain)                            # no copy of it is left behind


def test_a_first_login_left_half_way_can_be_begun_again(service):
    account = agents(service)[1]
    account['mail'] = mail_of(service, account['uid'])
    ask(service.client(), account['uid'])
    text = service.wait_mail(account['mail'], 'Votre nouveau mot de passe provisoire').get_body(('plain',)).get_content()
    plain = re.search(r'Mot de passe provisoire : (\w{8}) ', text)[1]
    d = service.directory()
    for n in range(5):
        if n > 1:                       # another one mailed, by an LDAP tool
            sent = len(mails_to(service, account))
            d.modify_s(account['dn'], [(ldap.MOD_REPLACE, 'habDemandeMotDePasse', b'TRUE')])
            mail = until(lambda: mails_to(service, account)[sent:])[0]
            plain = re.search(r'Mot de passe provisoire : (\w{8}) ', mail.get_body(('plain',)).get_content())[1]
        c = service.client()
        page = c.login(account, plain)
        assert page.path == '/mot-de-passe/premier-changement'
        for _ in range(3):              # what was his own is not chosen again, however often it is tried
            again = page.form('/premier-changement').set(nouveau=account['password'], confirmation=account['password']).submit()
            assert again.status == 422 and 'Vous avez déjà utilisé ce mot de passe' in again.faults()[0]
    secret = 'cabestan vitrail oseille 5'
    assert page.form('/premier-changement').set(nouveau=secret, confirmation=secret).submit().path.startswith('/espace-pro')
    account['password'] = secret
    assert service.client().login(account, plain).status == 422


@pytest.mark.parametrize('apart', [0, 0.06, 0.13])
def test_a_first_change_pressed_twice_keeps_the_password(service, apart):
    account = dict(agents(service)[1])
    account['mail'] = mail_of(service, account['uid'])
    sent, d = len(mails_to(service, account)), service.directory()
    d.modify_s(account['dn'], [(ldap.MOD_REPLACE, 'habDemandeMotDePasse', b'TRUE')])
    mail = until(lambda: mails_to(service, account)[sent:])[0]
    plain = re.search(r'Mot de passe provisoire : (\w{8}) ', mail.get_body(('plain',)).get_content())[1]
    form = service.client().login(account, plain).form('/premier-changement')
    secret = f'cabestan vitrail {time.time_ns()} oseille'
    form.set(nouveau=secret, confirmation=secret)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        first = pool.submit(form.submit, follow=False)
        time.sleep(apart)
        answers = [pool.submit(form.submit, follow=False).result(), first.result()]
    assert service.client().login(account, secret).path == '/espace-pro'
    agents(service)[1]['password'] = secret
    # a form of the session that the first click ended is 403, and tells so
    assert {a.status for a in answers} <= {303, 403}, [a.faults() for a in answers if a.tree is not None]


def masked(page):
    return re.sub(r'(csrf" value="|defi" value=")[^"]*', r'\1', page.text)


def test_known_unknown_closed_and_staff_get_the_same_answer(service):
    known, closed = agents(service)[2:4]
    d = service.directory()
    d.modify_s(closed['dn'], [(ldap.MOD_REPLACE, 'habStatut', b'suspendue')])
    try:
        service.mirrored()
        answers = {masked(ask(service.client(), name)) for name in
                   (known['uid'], closed['uid'], 'personne-de-ce-nom', service.account('caf_reviewer')['uid'], known['number'] if 'number' in known else 'VDA-0000')}
        assert len(answers) == 1
        log = service.log('--event', 'password_asked')
        assert '"suspended"' in log and '"unknown_account"' in log and 'personne-de-ce-nom' not in service.log()
    finally:
        d.modify_s(closed['dn'], [(ldap.MOD_REPLACE, 'habStatut', b'active')])


@pytest.mark.parametrize('identifier', ['*', 'a)(uid=*', '\\2a', 'x,ou=personnel', '(&(uid=*))', 'é' * 254, "' or 1=1 --", '{mdp}'])
def test_hostile_identifiers_are_nobody(service, identifier):
    page = ask(service.client(), identifier)
    assert page.status == 200 and page.path == '/mot-de-passe-oublie/envoye'


def test_what_is_too_long_or_no_text_is_refused(service):
    assert ask(service.client(), 'x' * 5000).status == 422
    assert ask(service.client(), 'x' * 255).status == 422
    assert ask(service.client(), 'a\0b').status == 400
    empty = ask(service.client(), '')
    assert empty.status == 422 and empty.faults() == ['Saisissez votre identifiant']


def test_the_text_is_used_once_and_only_in_its_form(service):
    c = service.client()
    form = form_of(c).set(identifiant='personne')
    assert form.submit().path == '/mot-de-passe-oublie/envoye'
    again = form.submit()
    assert again.status == 422 and any('texte recopié est différent' in f for f in again.faults())
    other = service.client()
    theirs = form_of(other).set(identifiant='personne')
    mine = form_of(c).set(identifiant='personne')
    mine.put('defi', theirs.get('defi')).put('recopie', theirs.get('recopie'))
    assert mine.submit().status == 422


def test_case_and_blanks_do_not_matter_and_a_wrong_text_keeps_the_identifier(service, clock):
    c = service.client()
    form = form_of(c).set(identifiant='personne')
    form.put('recopie', ' ' + ' '.join(form.get('recopie').lower()) + ' ')
    assert form.submit().path == '/mot-de-passe-oublie/envoye'
    form = form_of(c).set(identifiant='quelqu’un')
    shown, first = form.get('recopie'), form.get('defi')
    page = form.set(recopie='AUTRE777').submit()
    assert page.status == 422 and page.title.startswith('Erreur :')
    again = page.form('/mot-de-passe-oublie')
    assert again.get('identifiant') == 'quelqu’un' and again.get('recopie') == '' and shown not in page.words
    assert again.get('defi') != first
    used = again.set(recopie=shown).put('defi', first).submit()
    assert used.status == 422, 'the text of a wrong copy serves no more'
    late = form_of(c, page)
    clock(11)
    assert late.submit().status == 422          # ten minutes


def test_twenty_requests_are_one_mail_and_five_a_day(service, clock):
    account = dict(agents(service)[4])
    account['mail'] = mail_of(service, account['uid'])
    for _ in range(20):
        assert ask(service.client(), account['uid']).path == '/mot-de-passe-oublie/envoye'
    service.wait_mail(account['mail'], 'Votre nouveau mot de passe provisoire')
    assert len(mails_to(service, account)) == 1
    for minutes in range(6, 48, 6):
        clock(minutes)
        ask(service.client(), account['uid'])
    until(lambda: len(mails_to(service, account)) >= 5)
    time.sleep(1)
    assert len(mails_to(service, account)) == 5
    assert service.client().login(account).path == '/espace-pro'    # the old one holds


def test_ten_an_hour_from_one_address(service, clock):
    c = service.client()
    for i in range(10):
        assert ask(c, f'inconnu{i}').path == '/mot-de-passe-oublie/envoye'
    page = ask(c, 'inconnu11')
    assert page.status == 429 and re.search(r'Trop de demandes depuis votre adresse. Réessayez à \d+ h', page.words)
    assert page.form('/mot-de-passe-oublie').get('identifiant') == 'inconnu11'
    assert ask(service.client(), 'inconnu12').path == '/mot-de-passe-oublie/envoye'
    clock(61)
    assert ask(c, 'inconnu13').path == '/mot-de-passe-oublie/envoye'


def test_a_foreign_host_changes_nothing_in_the_mail(service):
    account = dict(agents(service)[5])
    account['mail'] = mail_of(service, account['uid'])
    c = service.client()
    form = form_of(c).set(identifiant=account['uid'])
    cookies = '; '.join(f'{k}={v}' for k, v in c.session.cookies.items())   # they belong to the other name
    assert form.submit(headers={'Host': 'evil.test', 'Cookie': cookies}, follow=False).status == 303
    text = service.wait_mail(account['mail'], 'Votre nouveau mot de passe provisoire').get_body(('plain',)).get_content()
    assert service.url in text and 'evil.test' not in text


def test_it_works_while_the_directory_is_away(service):
    account = dict(agents(service)[6])
    account['mail'] = mail_of(service, account['uid'])
    pid = int(next(service.run.rglob('slapd.pid')).read_text())
    go_on = stand_still([pid])
    try:
        assert ask(service.client(), account['uid']).path == '/mot-de-passe-oublie/envoye'
        assert service.wait_mail(account['mail'], 'Votre nouveau mot de passe provisoire')
    finally:
        go_on()


def test_without_csrf_or_from_elsewhere_nothing_is_asked(service):
    c = service.client()
    form = form_of(c).set(identifiant='personne')
    assert form.submit(headers={'Origin': 'https://evil.example'}).status == 403
    assert form.put('csrf', 'x' * 43).submit().status == 403
    log = pathlib.Path(service.run, 'log')
    text = form.get('recopie').encode()
    for path in log.rglob('*') if log.exists() else []:
        assert not path.is_file() or text not in path.read_bytes()
