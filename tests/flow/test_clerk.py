"""What the clerk does by itself: passwords asked in the directory, jobs of the directory, mails, days."""
import os
import pathlib
import re
import signal
import time

import ldap
import pytest

import conftest
from client import until
from test_forgotten import ask as ask_forgotten

FLAG = 'habDemandeMotDePasse'


def value(d, dn, attribute):
    found = d.search_s(dn, ldap.SCOPE_BASE, '(objectClass=*)', [attribute])[0][1].get(attribute, [])
    return found[0].decode() if found else None


def ask(d, account):
    d.modify_s(account['dn'], [(ldap.MOD_REPLACE, FLAG, b'TRUE')])


def mails_to(service, address):
    return [m for m in service.mails() if address in m['To']]


def text(mail):
    return mail.get_body(('plain',)).get_content()


def password_in(mail):
    return re.search(r'provisoire :\s+([A-Za-z0-9]{8})\b', text(mail)).group(1)


@pytest.fixture
def newcomer(service):
    """An agent made with an LDAP tool, who never had a password; gone afterwards."""
    d = service.directory()
    like = service.account('agent', caf='921')
    number = f'921-{time.time_ns() % 10**8:08d}'
    uid = f't{number[4:]}'
    dn = f'uid={uid},{like["dn"].split(",", 1)[1]}'
    d.add_s(dn, [(k, v.encode() if isinstance(v, str) else v) for k, v in {
        'objectClass': [b'inetOrgPerson', b'habAgent'], 'uid': uid, 'cn': 'Théo Sallandre', 'sn': 'Sallandre', 'givenName': 'Théo',
        'mail': f'{uid}@valmoreau.example', 'habAgentNumero': number, 'habStatut': 'active'}.items()])
    yield {'dn': dn, 'uid': uid, 'mail': f'{uid}@valmoreau.example', 'number': number}
    until(lambda: 'directory waiting' not in service.ctl('jobs', 'list').stdout, what='a job about the entry still waits')
    d.delete_s(dn)


def test_a_password_asked_with_a_tool_is_mailed_at_once_and_only_once(service, newcomer):
    d = service.directory()
    ask(d, newcomer)
    mail = service.wait_mail(newcomer['mail'], 'Votre accès')
    until(lambda: value(d, newcomer['dn'], FLAG) is None, what='the entry still asks')
    time.sleep(1.5)
    assert len(mails_to(service, newcomer['mail'])) == 1
    page = service.client().login(newcomer, password_in(mail))
    assert page.path == '/mot-de-passe/premier-changement', page.words[:200]
    assert newcomer['number'] in service.log('--event', 'password_asked')

    # asked again: another password, and the first one is dead
    ask(d, newcomer)
    again = until(lambda: len(mails_to(service, newcomer['mail'])) == 2 and mails_to(service, newcomer['mail'])[1])
    assert password_in(again) != password_in(mail) and again['Message-ID'] != mail['Message-ID']
    assert service.client().login(newcomer, password_in(mail)).status == 422
    assert service.client().login(newcomer, password_in(again)).path == '/mot-de-passe/premier-changement'


def test_a_request_is_one_whatever_else_is_edited_and_the_next_one_another(service, newcomer):
    d = service.directory()
    ask(d, newcomer)
    end = time.time() + 3
    while time.time() < end:
        d.modify_s(newcomer['dn'], [(ldap.MOD_REPLACE, 'telephoneNumber', b'+33 2 55 00 %02d 11' % (int(end * 50 - time.time() * 50) % 100))])
    until(lambda: value(d, newcomer['dn'], FLAG) is None, what='the entry still asks')
    until(lambda: mails_to(service, newcomer['mail']))
    time.sleep(1.5)
    assert len(mails_to(service, newcomer['mail'])) == 1

    ask(d, newcomer)
    until(lambda: value(d, newcomer['dn'], FLAG) is None, what='the entry still asks')
    ask(d, newcomer)                    # at once: the mail of the one before is not even written
    until(lambda: len(mails_to(service, newcomer['mail'])) == 3, what='the mail of the third request')
    until(lambda: value(d, newcomer['dn'], FLAG) is None, what='the entry still asks')
    time.sleep(1.5)
    assert len(mails_to(service, newcomer['mail'])) == 3


def child(service, name):
    return [pid for pid, _ in conftest.processes(service, 'habilis-clerk') if pathlib.Path(f'/proc/{pid}/comm').read_text() == f'{name}\n']


def test_an_address_corrected_meanwhile_gets_the_password(service, newcomer):
    """The mirror still has the old one, and knows already that he asks."""
    d = service.directory()
    fresh = 'corrige-' + newcomer['mail']
    work = conftest.stand_still(child(service, 'clerk-work'))
    try:
        ask(d, newcomer)
        service.mirrored()
        mirror = conftest.stand_still(child(service, 'clerk-mirror'))
        try:
            d.modify_s(newcomer['dn'], [(ldap.MOD_REPLACE, 'mail', fresh.encode())])
            work()
            time.sleep(1.5)
            assert not mails_to(service, newcomer['mail'])
        finally:
            mirror()
    finally:
        work()
    service.wait_mail(fresh, 'Votre accès')
    assert len(mails_to(service, newcomer['mail'])) == 1, 'the fresh one holds it'


PERSONAL = 'cabestan vitrail oseille 71'


def form_of(client, path, action):
    """Shown once the mirror has what was decided before."""
    return until(lambda: next((f for f in client.get(path).forms() if ('action', action) in f.buttons), None), what=f'no button « {action} »')


def choose(page):
    return page.form('/premier-changement').set(nouveau=PERSONAL, confirmation=PERSONAL).submit()


@pytest.mark.parametrize('action', ['adresse', 'mot-de-passe', 'ldap', 'ldap adresse'])
def test_who_read_the_first_password_is_shut_out_by_another(service, newcomer, action):
    """It went to a wrong address, and whoever has that one stands before the first change."""
    d = service.directory()
    ask(d, newcomer)
    first = password_in(service.wait_mail(newcomer['mail'], 'Votre accès'))
    wrong = service.client().login(newcomer, first)
    assert wrong.path == '/mot-de-passe/premier-changement'
    to, admin = newcomer['mail'], service.client(service.account('caf_admin', caf='921'))
    path = f'/caf/fournisseurs/F9210001/agents/{newcomer["number"]}'
    if action == 'ldap':
        ask(d, newcomer)
    elif action == 'ldap adresse':
        to = 'corrige-' + to
        d.modify_s(newcomer['dn'], [(ldap.MOD_REPLACE, 'mail', to.encode())])
    else:
        form = form_of(admin, path, action)
        if action == 'adresse':
            to = 'corrige-' + to
            form.set(courriel=to)
        assert form.submit(('action', action)).status == 200
    if not action.startswith('ldap'):   # at once, however long the mail takes
        assert choose(wrong).path.startswith('/connexion') and service.client().login(newcomer, first).status == 422
    if 'adresse' in action:
        told = service.wait_mail(newcomer['mail'], 'corrigée').get_body(('plain',)).get_content()
        assert 'Le mot de passe provisoire envoyé à l’ancienne adresse ne sert plus' in told and 'inchangé.' in told
    mail = until(lambda: [m for m in mails_to(service, to) if 'Votre accès' in m['Subject'] and password_in(m) != first])[0]
    assert choose(wrong).path.startswith('/connexion')
    assert choose(service.client().login(newcomer, password_in(mail))).path.startswith('/espace-pro')


def test_who_was_suspended_before_his_first_login_gets_a_password_when_he_is_let_in(service, newcomer):
    d = service.directory()
    ask(d, newcomer)
    first = password_in(service.wait_mail(newcomer['mail'], 'Votre accès'))
    admin, to = service.client(service.account('caf_admin', caf='921')), 'corrige-' + newcomer['mail']
    own, another = 'Le mot de passe actuel reste valable', 'Celui que la personne avait reçu ne sert plus'
    path = f'/caf/fournisseurs/F9210001/agents/{newcomer["number"]}'

    def act(action, **values):
        page = form_of(admin, path, action).set(**values).submit(('action', action))
        assert page.status == 200, page.faults()

    admin.wait(path, another)
    act('suspendre', motif='Adresse fausse.')
    until(lambda: value(d, newcomer['dn'], 'habStatut') == 'suspendue')
    words = admin.wait(path, 'Rouvrir l’accès').words
    assert 'un nouveau mot de passe provisoire lui est envoyé' in words and 'le même mot de passe' not in words
    act('adresse', courriel=to)
    told = service.wait_mail(to, 'corrigée').get_body(('plain',)).get_content()
    assert 'un autre sera envoyé à la nouvelle quand votre accès sera rouvert' in ' '.join(told.split())
    until(lambda: f'"mailto:{to}"' in admin.get(path).text, what='the mirror has the old address')
    act('rouvrir')
    assert 'Un mot de passe provisoire vous est envoyé' in text(service.wait_mail(to, 'Votre accès est rouvert'))
    mail = until(lambda: [m for m in mails_to(service, to) if 'provisoire :' in text(m)])[0]
    assert password_in(mail) != first and service.client().login(newcomer, first).status == 422
    assert choose(service.client().login(newcomer, password_in(mail))).path.startswith('/espace-pro')
    words = admin.wait(path, own).words
    assert another not in words
    act('suspendre', motif='Absence.')
    assert 'le même mot de passe' in admin.wait(path, 'Rouvrir l’accès').words


def test_a_refused_mail_is_seen_where_it_was_decided_and_in_the_list(service, newcomer):
    address = newcomer['uid'] + '@refuse.example'
    service.directory().modify_s(newcomer['dn'], [(ldap.MOD_REPLACE, 'mail', address.encode())])
    admin = service.client(service.account('caf_admin', caf='921'))
    path = f'/caf/fournisseurs/F9210001/agents/{newcomer["number"]}'
    until(lambda: address in admin.get(path).words)
    assert form_of(admin, path, 'suspendre').set(motif='Absence longue.').submit(('action', 'suspendre')).status == 200
    page = until(lambda: (lambda p: p if 'refusé par le serveur' in p.words else None)(admin.get(path)))
    assert f'Courriel de suspensionrefusé par le serveur de {address}' in page.words and 'renvoyez-le' not in page.words
    line = next(x for x in service.ctl('mail', 'list').stdout.splitlines() if address in x)
    assert 'access_suspended refused' in line and line.endswith(': 550 5.1.1 no such user here'), line
    assert address not in (service.run / 'log' / 'clerk.log').read_text()


def test_anybody_may_ask_for_a_password_that_was_never_used(service, newcomer):
    """Who has none of his own yet loses nothing by it: the new one lives as long, and what he began goes on."""
    ask(service.directory(), newcomer)
    first = service.wait_mail(newcomer['mail'], 'Votre accès')
    begun = service.client().login(newcomer, password_in(first))
    ask_forgotten(service.client(), newcomer['uid'])
    mail = service.wait_mail(newcomer['mail'], 'Votre nouveau mot de passe provisoire')
    said = text(mail)
    assert 'Il remplace celui que vous aviez reçu, qui ne sert plus.' in said and 'Votre mot de passe actuel' not in said
    ends = [re.search(r'(?:avant le|jusqu’au) (\d+ \S+ \d+)', text(m))[1] for m in (first, mail)]
    assert ends[0] == ends[1], ends
    assert service.client().login(newcomer, password_in(mail)).path == '/mot-de-passe/premier-changement'
    assert choose(begun).path.startswith('/espace-pro')


def test_no_copy_of_a_temporary_password_is_left(service, newcomer):
    d = service.directory()
    ask(d, newcomer)
    secret = password_in(service.wait_mail(newcomer['mail'], 'Votre accès'))
    assert service.client().login(newcomer, secret).path == '/mot-de-passe/premier-changement'
    time.sleep(1)
    assert service.files_with(newcomer['number']), 'the search finds nothing at all'
    assert not service.files_with(secret)


def stop(service, program):
    """Its processes stand still; answers how to let them go on."""
    return conftest.stand_still([pid for pid, _ in conftest.processes(service, program)])


def test_what_nobody_tried_yet_is_due_now(service, newcomer):
    ask(service.directory(), newcomer)
    service.wait_mail(newcomer['mail'], 'Votre accès')
    go_on = stop(service, 'habilis-clerk')
    try:
        ask_forgotten(service.client(), newcomer['uid'])
        person, _ = service.ctl('demo', 'activation', '921', '1').stdout.splitlines()
        mail, = [line for line in service.ctl('mail', 'list').stdout.splitlines() if newcomer['mail'] in line]
        assert ' waiting ' in mail and ' tries=0 next=now ' in mail, mail
        assert 'directory waiting tries=0 next=now' in service.ctl('jobs', 'list').stdout
    finally:
        go_on()
    until(lambda: newcomer['mail'] not in service.ctl('mail', 'list').stdout and not service.ctl('jobs', 'list').stdout)
    until(lambda: mails_to(service, person.split(' ')[2]))      # the last of what an activation does
    assert ' sent ' in service.ctl('mail', 'list', '--all').stdout and 'next=1970' not in service.ctl('mail', 'list', '--all').stdout


def test_an_activation_waits_for_the_directory_and_then_goes_on(service):
    d = service.directory()
    go_on = stop(service, 'slapd')
    try:
        *people, last = service.ctl('demo', 'activation', '921', '2').stdout.splitlines()
        until(lambda: 'directory waiting' in service.ctl('jobs', 'list').stdout and 'tries=0' not in service.ctl('jobs', 'list').stdout)
    finally:
        go_on()
    assert service.ctl('jobs', 'retry').returncode == 0
    provider = last.split(' ', 1)[1]
    until(lambda: not service.ctl('jobs', 'list').stdout, 40, service.ctl('jobs', 'list').stdout)
    d = service.directory()
    assert len(d.search_s(provider, ldap.SCOPE_SUBTREE)) == 4
    for line in people:
        assert len(until(lambda: mails_to(service, line.split(' ')[2]))) == 1


def test_what_the_directory_refuses_fails_and_holds_nobody_up(service, newcomer):
    """The entry goes between the request and the job."""
    d = service.directory()
    go_on = stop(service, 'habilis-clerk')
    try:
        *people, last = service.ctl('demo', 'activation', '921', '1').stdout.splitlines()
        provider = last.split(' ', 1)[1]
        siret, name = b'38012986648625', provider.split(',')[0].split('=')[1]
        # somebody else has that number already: the overlay "unique" refuses
        other = f'habFournisseurId={name}x,{provider.split(",", 1)[1]}'.replace('x,', 'X,')
        d.add_s(other, [('objectClass', [b'habFournisseur']), ('habFournisseurId', [f'{name}X'.encode()]), ('o', [b'Autre']),
                        ('habSiret', [siret])])
        uid, number = people[0].split(' ')[:2]
        d.add_s(f'uid={uid},{other}', [('objectClass', [b'inetOrgPerson', b'habAgent']), ('uid', [uid.encode()]), ('cn', [b'Autre']),
                                       ('sn', [b'Autre']), ('mail', [b'autre@essai.example']),
                                       ('habAgentNumero', [number.encode()]), ('habStatut', [b'active'])])
    finally:
        go_on()
    failed = until(lambda: [line for line in service.ctl('jobs', 'list').stdout.splitlines() if 'directory failed' in line])
    assert '(19)' in failed[0] and uid not in failed[0], failed
    ask(d, newcomer)
    assert service.wait_mail(newcomer['mail'], 'Votre accès')
    # mended, and tried again: last of all
    d.delete_s(f'uid={uid},{other}')
    assert service.ctl('jobs', 'retry', failed[0].split(' ')[0]).returncode == 0
    until(lambda: not service.ctl('jobs', 'list').stdout, 20, 'still there')
    assert len(d.search_s(provider, ldap.SCOPE_SUBTREE)) == 3
    assert service.ctl('jobs', 'retry', '999999', check=False).returncode == 1
    assert service.ctl('jobs', 'resume', check=False).returncode == 1, 'nothing stands still'
    d.delete_s(other)


def test_who_has_a_personal_password_keeps_it_until_the_new_one_served(service):
    account = service.accounts('agent', caf='921')[-1]
    service.client(account)
    d = service.directory()
    ask(d, account)
    address = value(d, account['dn'], 'mail')
    mail = service.wait_mail(address, 'Votre nouveau mot de passe provisoire')
    assert service.client().login(account).path == '/espace-pro'
    assert password_in(mail)
    until(lambda: value(d, account['dn'], FLAG) is None)


def test_nobody_active_gets_no_mail(service, newcomer):
    d = service.directory()
    d.modify_s(newcomer['dn'], [(ldap.MOD_REPLACE, 'habStatut', b'suspendue'), (ldap.MOD_REPLACE, FLAG, b'TRUE')])
    until(lambda: value(d, newcomer['dn'], FLAG) is None, what='the entry still asks')
    until(lambda: any('not_active' in line and newcomer['number'] in line
                      for line in service.log('--event', 'password_asked', '--failed').splitlines()))
    assert not mails_to(service, newcomer['mail'])


def test_staff_ask_the_same_way(service):
    account = service.account('caf_reviewer', caf='921')
    d = service.directory()
    ask(d, account)
    assert service.wait_mail(value(d, account['dn'], 'mail'), 'Votre', holding='provisoire')
    until(lambda: value(d, account['dn'], FLAG) is None)


def test_no_request_is_lost_whenever_the_clerk_dies(service, newcomer):
    """A kill between sending and noting it draws the password anew, under a new identifier: a mail more, never one less."""
    d = service.directory()
    sent = lambda: len({m['Message-ID'] for m in mails_to(service, newcomer['mail'])})
    for n in range(1, 6):
        before = sent()
        ask(d, newcomer)
        time.sleep(0.1 * n)
        for pid, _ in conftest.processes(service, 'habilis-clerk'):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        until(lambda: value(d, newcomer['dn'], FLAG) is None, 30, f'the entry still asks in round {n}')
        until(lambda: sent() > before, 30, f'the mail of round {n}')
    assert sent() <= 10
