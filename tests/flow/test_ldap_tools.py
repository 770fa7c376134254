"""« With LDAP tools »: a Caf administrator does in the directory what the portal also offers, and the portal follows."""
import datetime
import os
import pty
import re
import subprocess
import sys
import time

import ldap
import pytest

from client import spelled, today, until
from conftest import SOURCE

NEW_PASSWORD = 'Corniche-velours-boussole-{}'


class Admin:
    """A Caf's administrator at an LDAP tool, as himself."""

    def __init__(self, service, caf):
        self.service = service
        self.account = service.account('caf_admin', caf=caf)
        self.dn, self.password = self.account['dn'], self.account['password']
        ldap.set_option(ldap.OPT_X_TLS_CACERTFILE, service.demo['ca'])
        ldap.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        self.d = ldap.initialize(service.demo['ldap']['uri'])
        self.d.simple_bind_s(self.dn, self.password)
        self.caf = f'habCodeCaf={caf},ou=cafs,{service.demo["ldap"]["suffix"]}'
        self.number = self.read(self.dn)['habAgentNumero'][0].decode()

    def read(self, dn):
        return self.d.search_s(dn, ldap.SCOPE_BASE)[0][1]

    def set(self, dn, **values):
        self.d.modify_s(dn, [(ldap.MOD_REPLACE, name, value.encode() if value else None) for name, value in values.items()])

    def put(self, dn, name, value):
        self.d.modify_s(dn, [(ldap.MOD_ADD, name, value.encode())])

    def drop(self, dn, name, value):
        self.d.modify_s(dn, [(ldap.MOD_DELETE, name, value.encode())])

    def add(self, dn, **values):
        self.d.add_s(dn, [(name, [v.encode() for v in (value if isinstance(value, list) else [value])]) for name, value in values.items()])

    def env(self):
        return {**os.environ, 'LDAPTLS_CACERT': self.service.demo['ca']}

    def tool(self, program, ldif, *words):
        """ldapadd, ldapmodify: what they read, and how they end."""
        return subprocess.run([program, '-x', '-H', self.service.demo['ldap']['uri'], '-D', self.dn, '-w', self.password, *words],
                              input=ldif, env=self.env(), capture_output=True, text=True, timeout=30)

    def ldapvi(self, tmp_path, base, edit):
        """ldapvi on one entry, its editor a few commands of the shell on the file "$1"."""
        editor = tmp_path / 'editor'
        editor.write_text(f'#!/bin/sh\nfor last in "$@"; do :; done\nset -- "$last"\n{edit}\n')
        editor.chmod(0o755)
        env = {**self.env(), 'EDITOR': str(editor), 'VISUAL': str(editor), 'HOME': str(tmp_path), 'TERM': 'dumb'}
        argv = ['ldapvi', '--noquestions', '-h', self.service.demo['ldap']['uri'], '-D', self.dn, '-w', self.password, '-b', base,
                '-s', 'base', '(objectClass=*)']
        ours, theirs = pty.openpty()    # without a terminal it only prints
        said = b''
        with subprocess.Popen(argv, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as child:
            os.close(theirs)
            try:
                while chunk := os.read(ours, 4096):
                    said += chunk
            except OSError:             # its end of the terminal is closed
                pass
        os.close(ours)
        assert child.returncode == 0 and b'Done.' in said, said.decode(errors='replace')

    def log_holds(self, text):
        """The audit log names him as who changed that."""
        return until(lambda: [line for line in self.service.ctl('audit', 'query', '--person', self.number, '--event', 'directory_change',
                                                                '--limit', '100000').stdout.splitlines() if text in line])


@pytest.fixture(scope='module')
def admin(service):
    return Admin(service, '921')


def provider(service):
    return service.account('agent', caf='921')['dn'].split(',', 1)[1]


def person(uid, number, mail, kind='habAgent', **more):
    return dict(objectClass=['inetOrgPerson', kind], uid=uid, cn='Ariane Solivet', sn='Solivet', givenName='Ariane', mail=mail, habAgentNumero=number,
                habStatut='active', **more)


def first_login(service, uid, mail):
    """The mail, the temporary password in it, a personal one: a browser that is in."""
    body = service.wait_mail(mail, 'accès').get_body(('plain',)).get_content()
    temporary = re.search(r'Mot de passe provisoire\s*:\s*([A-Za-z0-9]{8})\b', body)[1]
    c = service.client()
    page = c.login({'uid': uid}, temporary)
    assert page.path == '/mot-de-passe/premier-changement', page.words[:300]
    password = NEW_PASSWORD.format(len(uid) + 40)
    page = page.form('/premier-changement').set(nouveau=password, confirmation=password).submit()
    assert page.status == 200 and page.path != '/mot-de-passe/premier-changement', page.faults()
    return c, password


@pytest.fixture(scope='module')
def newcomer(service, admin):
    """An agent made with ldapadd, who logged in with the password that was mailed at once."""
    dn = f'uid=a.solivet,{provider(service)}'
    ldif = f'''dn: {dn}
objectClass: inetOrgPerson
objectClass: habAgent
uid: a.solivet
cn: Ariane Solivet
sn: Solivet
givenName: Ariane
title: Directrice adjointe
mail: a.solivet@villeneuve-la-garenne.example
habAgentNumero: 921-7001
habStatut: active
habDemandeMotDePasse: TRUE
'''
    done = admin.tool('ldapadd', ldif)
    assert done.returncode == 0, done.stderr
    c, password = first_login(service, 'a.solivet', 'a.solivet@')
    until(lambda: 'habDemandeMotDePasse' not in admin.read(dn))
    return {'dn': dn, 'uid': 'a.solivet', 'number': '921-7001', 'password': password, 'client': c}


def nursery(service):
    agent = service.account('agent', caf='921')
    return next(e for e in agent['establishments'] if e['listing'] and e['places'])


def test_an_agent_made_with_ldapadd_gets_his_password_and_a_right(service, admin, newcomer):
    place = nursery(service)
    page = f'/espace-pro/etablissements/{place["id"]}'
    assert newcomer['client'].get(page).status == 404
    done = admin.tool('ldapmodify', f'dn: {place["dn"]}\nchangetype: modify\nadd: habDroitFonctionnement\nhabDroitFonctionnement: {newcomer["dn"]}\n')
    assert done.returncode == 0, done.stderr
    until(lambda: newcomer['client'].get(page).status == 200)
    edit = newcomer['client'].get(page + '/fonctionnement')
    assert edit.status == 200
    saved = edit.form('/fonctionnement').set(projet=f'Un atelier de peinture {time.time_ns()}.').submit(('action', 'brouillon'))
    assert saved.status == 200, saved.faults()
    assert newcomer['client'].get(page + '/places').status == 404
    admin.drop(place['dn'], 'habDroitFonctionnement', newcomer['dn'])
    until(lambda: newcomer['client'].get(page).status == 404)
    admin.log_holds('habDroitFonctionnement:- uid=a.solivet')
    page = f'/caf/fournisseurs/{provider(service).split(",")[0].split("=")[1]}/agents/{newcomer["number"]}'
    for what in ('donné', 'retiré'):
        told = re.compile(rf'Annuaire modifié par Odile Marchenoir : droit {what} : fonctionnement sur [^()]+ \({place["id"]}\)')
        until(lambda: told.search(service.client(admin.account).get(page).words))


HOLD = """
import ctypes, sys, time
lmdb = ctypes.CDLL('liblmdb.so.0')
env, txn = ctypes.c_void_p(), ctypes.c_void_p()
assert not lmdb.mdb_env_create(ctypes.byref(env))
assert not lmdb.mdb_env_open(env, sys.argv[1].encode(), 0, 0o600)
assert not lmdb.mdb_txn_begin(env, None, 0, ctypes.byref(txn))
print('held', flush=True)
time.sleep(8)
lmdb.mdb_txn_abort(txn)
"""


def test_what_takes_the_directory_long_is_in_the_log_once(service, admin, newcomer):
    title = f'Directrice {time.time_ns()}'
    with subprocess.Popen([sys.executable, '-c', HOLD, service.run / 'ldap/db'], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == 'held\n'
        begun = time.monotonic()
        admin.set(newcomer['dn'], title=title)
        assert time.monotonic() - begun > 6
    assert len(admin.log_holds(f'title:= {title}')) == 1
    time.sleep(5)
    assert len(admin.log_holds(f'title:= {title}')) == 1
    admin.set(newcomer['dn'], title='Directrice adjointe')


def test_no_value_makes_a_line_of_its_own(service, admin, newcomer):
    """What is printed stays one line a record, and says nothing to the terminal."""
    forged = '999999 2026-11-28T00:00:00Z agent_suspended done person=forged'
    admin.set(newcomer['dn'], title=f'Adjointe\n{forged}')
    line, = admin.log_holds('person=forged')
    assert line.split()[2] == 'directory_change' and f'Adjointe\\x0a{forged}' in line
    admin.set(newcomer['dn'], title='Directrice adjointe')
    admin.log_holds('operation=add')


def test_suspended_reopened_ended(service, admin, newcomer):
    place = nursery(service)
    admin.put(place['dn'], 'habDroitFonctionnement', newcomer['dn'])
    c = newcomer['client']
    until(lambda: c.get(f'/espace-pro/etablissements/{place["id"]}').status == 200)
    admin.set(newcomer['dn'], habStatut='suspendue', habMotifRetrait='Congé parental')
    until(lambda: c.get('/espace-pro').path.startswith('/connexion'))
    assert service.client().login(newcomer, newcomer['password']).status == 422
    mail = admin.read(newcomer['dn'])['mail'][0].decode()
    assert 'Congé parental' in service.wait_mail(mail, 'Votre accès est suspendu').get_body(('plain',)).get_content()
    admin.set(newcomer['dn'], habStatut='active', habMotifRetrait='')
    service.wait_mail(mail, 'Votre accès est rouvert')
    c = service.client()
    until(lambda: c.login(newcomer, newcomer['password']).path == '/espace-pro', 30)
    admin.set(newcomer['dn'], habStatut='terminee', habFinMission=today(-9).strftime('%Y%m%d000000Z'))
    until(lambda: c.get('/espace-pro').path.startswith('/connexion'))
    admin.log_holds('habStatut:= terminee')
    service.wait_mail(mail, 'Votre accès est fermé')
    page = lambda: service.client(admin.account).get(f'/caf/fournisseurs/{provider(service).split(",")[0].split("=")[1]}/agents/{newcomer["number"]}').words
    until(lambda: 'par Odile Marchenoir : habStatut « active » → « terminee », habFinMission + « 20/11/2026 »' in page())
    assert 'habStatut « active » → « suspendue », habMotifRetrait + « Congé parental »' in page()
    admin.drop(place['dn'], 'habDroitFonctionnement', newcomer['dn'])
    admin.set(newcomer['dn'], habStatut='active', habFinMission='')


def test_an_address_is_corrected_with_ldapvi(service, admin, newcomer, tmp_path):
    admin.ldapvi(tmp_path, newcomer['dn'], "sed -i 's/^mail: .*/mail: ariane.solivet@villeneuve-la-garenne.example/' \"$1\"")
    assert admin.read(newcomer['dn'])['mail'] == [b'ariane.solivet@villeneuve-la-garenne.example']
    for to in ('ariane.solivet@villeneuve-la-garenne.example', 'a.solivet@'):
        text = service.wait_mail(to, 'Votre adresse de courriel a été corrigée').get_body(('plain',)).get_content()
        assert 'ariane.solivet@villeneuve-la-garenne.example au lieu de a.solivet@' in text.replace('\n', ' ')
    admin.log_holds('mail:= ariane.solivet@')
    admin.ldapvi(tmp_path, newcomer['dn'], 'echo "habDemandeMotDePasse: TRUE" >>"$1"')
    assert service.wait_mail('ariane.solivet@', 'provisoire')
    until(lambda: 'habDemandeMotDePasse' not in admin.read(newcomer['dn']))
    assert service.client().login(newcomer, newcomer['password']).path == '/espace-pro', 'the old password holds'


def test_whoever_gets_another_identifier_is_mailed_it(service, admin, newcomer):
    mail, parent = admin.read(newcomer['dn'])['mail'][0].decode(), newcomer['dn'].split(',', 1)[1]
    admin.d.rename_s(newcomer['dn'], 'uid=ariane.solivet')
    try:
        text = service.wait_mail(mail, 'Votre identifiant a été modifié').get_body(('plain',)).get_content().replace('\n', ' ')
        assert 'ariane.solivet au lieu de a.solivet, qui ne sert plus' in text
        assert service.client().login(newcomer, newcomer['password']).status == 422
        assert service.client().login({'uid': 'ariane.solivet'}, newcomer['password']).path == '/espace-pro'
    finally:
        admin.d.rename_s(f'uid=ariane.solivet,{parent}', 'uid=a.solivet')
    until(lambda: service.client().login(newcomer, newcomer['password']).path == '/espace-pro')


def test_the_guides_steps_with_ldapvi(service, admin, tmp_path):
    """docs/guide-caf-annuaire.md: the records as they stand there, added and changed in an editor."""
    guide = (SOURCE / 'docs' / 'guide-caf-annuaire.md').read_text(encoding='utf-8')
    *records, colleague = re.findall(r'^add .*\n(?:\w+: .*\n)+', guide, re.M)
    assert len(records) == 4
    for record in records:
        record = record.replace('a.solivet', 'd.solivet').replace('921-7001', '921-7101').replace('F92170001', 'F92170101')
        record = record.replace('E92170001', 'E92170101').replace('921-2026-7001', '921-2026-7101').replace('Cabestan', 'Cabestan Bleu')
        (tmp_path / 'record').write_text('\n' + record, encoding='utf-8')
        admin.ldapvi(tmp_path, admin.caf, f'cat {tmp_path}/record >>"$1"')
    dn, place = f'uid=d.solivet,{provider(service)}', nursery(service)
    c, password = first_login(service, 'd.solivet', 'd.solivet@')
    assert 'Aucun établissement ne vous est confié' in c.get('/espace-pro').words
    page = f'/espace-pro/etablissements/{place["id"]}'
    admin.ldapvi(tmp_path, place['dn'], f'echo "habDroitFonctionnement: {dn}" >>"$1"')
    until(lambda: c.get(page).status == 200)
    admin.ldapvi(tmp_path, place['dn'], f'sed -i "/^habDroitFonctionnement: {dn}/d" "$1"')
    until(lambda: c.get(page).status == 404)
    admin.ldapvi(tmp_path, dn, "sed -i 's/^habStatut: .*/habStatut: suspendue\\nhabMotifRetrait: Absence/' \"$1\"")
    until(lambda: c.get('/espace-pro').path.startswith('/connexion'))
    admin.ldapvi(tmp_path, dn, "sed -i 's/^habStatut: .*/habStatut: active/; /^habMotifRetrait/d' \"$1\"")
    c = service.client()
    until(lambda: c.login({'uid': 'd.solivet'}, password).path == '/espace-pro', 30)
    erased = re.search(r'^dn: .*\nchangetype: modify\ndelete: userPassword\n', guide, re.M)[0]
    done = admin.tool('ldapmodify', erased.replace('a.solivet', 'd.solivet'))
    assert done.returncode == 0, done.stderr
    assert service.client().login({'uid': 'd.solivet'}, password).status == 422 and c.get('/espace-pro').path == '/espace-pro'
    admin.ldapvi(tmp_path, dn, "sed -i 's/^habStatut: .*/habStatut: suspendue/' \"$1\"")
    until(lambda: c.get('/espace-pro').path.startswith('/connexion'))
    member = re.search(r'^ *(member: .*)\n', guide, re.M)[1].replace('v.hautecour', 'w.hautecour')
    (tmp_path / 'record').write_text('\n' + colleague.replace('v.hautecour', 'w.hautecour').replace('921-7004', '921-7104'), encoding='utf-8')
    group = f'cn=valideurs,ou=roles,{admin.caf}'
    admin.ldapvi(tmp_path, group, f"sed -i '0,/^member: /s/^member: /{member}\\nmember: /' \"$1\"; cat {tmp_path}/record >>\"$1\"")
    c, _ = first_login(service, 'w.hautecour', 'w.hautecour@')
    assert c.get('/caf').status == 200 and 'À traiter' in c.get('/caf').words
    admin.ldapvi(tmp_path, group, f"sed -i '/^{member}/d' \"$1\"")
    admin.ldapvi(tmp_path, member.removeprefix('member: '), "sed -i 's/^habStatut: .*/habStatut: terminee/' \"$1\"")
    until(lambda: c.get('/caf').path.startswith('/connexion'))
    until(lambda: 'Le Cabestan Bleu' in service.client().get('/etablissements/le-cabestan-bleu-E92170101').words)


def test_a_provider_an_establishment_and_their_convention(service, admin):
    p = f'habFournisseurId=F92170001,ou=fournisseurs,{admin.caf}'
    e = f'habEtablissementId=E92170001,ou=etablissements,{admin.caf}'
    agent = f'uid=z.corvigny,{p}'
    admin.add(p, objectClass='habFournisseur', habFournisseurId='F92170001', o='Association Le Cabestan', habSiret='35600000000048',
              mail='contact@cabestan.example', habStatut='active')
    admin.add(agent, **person('z.corvigny', '921-7002', 'z.corvigny@cabestan.example', habDemandeMotDePasse='TRUE'))
    admin.add(e, objectClass=['habEtablissement', 'habEaje'], habEtablissementId='E92170001', cn='Le Cabestan', habTypeEtablissement='EAJE',
              habCategorieEaje='MULTI_ACCUEIL', habCapacite='20', street='1, quai du Sel', postalCode='92390', l='Villeneuve-la-Garenne',
              habCodeInsee='92078', habCoordonnees='48.9353 2.3231', habGestionnaire=p, habDroitFonctionnement=agent, habDroitDisponibilites=agent)
    until(lambda: service.client().get('/etablissements/le-cabestan-E92170001').status == 200)
    c, _ = first_login(service, 'z.corvigny', 'z.corvigny@')
    assert c.get('/espace-pro/etablissements/E92170001').status == 404, 'no convention, no right'
    said = service.ctl('directory', 'lint', check=False).stdout
    assert 'E92170001: has rights, and its manager F92170001 no convention' in said
    # what the guide dates from 9 March 2026 began some nine months ago
    effect = today(-264).replace(day=9)
    due, later = effect.replace(year=effect.year + 1), effect.replace(year=effect.year + 2)
    limit = (due.replace(day=1) - datetime.timedelta(days=63)).replace(day=9)
    letter, late = effect + datetime.timedelta(days=176), limit + datetime.timedelta(days=6)
    moment = lambda day: day.strftime('%Y%m%d000000Z')
    admin.add(f'habConventionNumero=921-2026-7001,{p}', objectClass='habConvention', habConventionNumero='921-2026-7001', habStatut='active',
              habDateSignatureFournisseur=moment(effect - datetime.timedelta(days=7)), habDateSignatureCaf=moment(effect), habDateEffet=moment(effect),
              habDateEcheance=moment(due), habTaciteReconduction='TRUE', habEtablissementCouvert=e)
    until(lambda: c.get('/espace-pro/etablissements/E92170001').status == 200)
    admin.set(e, cn='Le Grand Cabestan')
    until(lambda: 'Le Grand Cabestan' in c.get('/espace-pro/etablissements/E92170001').words)
    # public follows right after the commit that a private page sees
    until(lambda: service.client().get('/etablissements/le-cabestan-E92170001').path == '/etablissements/le-grand-cabestan-E92170001')
    assert 'E92170001' not in service.ctl('directory', 'lint', check=False).stdout
    admin.log_holds('cn:= Le Grand Cabestan')

    # its history tells of it as the log does
    page = service.client(admin.account).get
    until(lambda: 'Annuaire modifié par Odile Marchenoir : création' in page('/caf/conventions/921-2026-7001').words)

    # the life of the convention, on its entry
    deal, status = f'habConventionNumero=921-2026-7001,{p}', lambda: c.get('/espace-pro/etablissements/E92170001').status
    for closed, opened in ({'habEtablissementCouvert': None}, {'habEtablissementCouvert': e}), ({'habStatut': 'terminee'}, {'habStatut': 'active'}):
        admin.set(deal, **closed)
        until(lambda: status() == 404)
        admin.set(deal, **opened)
        until(lambda: status() == 200)
    admin.set(deal, habDateResiliation=moment(letter), habReferenceRecommande='2C 990 000 0001 7')
    until(lambda: 'Elle prend fin le' in c.get('/espace-pro/convention').words)
    assert '921-2026-7001: ends on' not in service.ctl('directory', 'lint', check=False).stdout
    until(lambda: 'par Odile Marchenoir : habStatut « active » → « terminee »' in page('/caf/conventions/921-2026-7001').words)
    assert 'habEtablissementCouvert − « E92170001 »' in page('/caf/conventions/921-2026-7001').words
    assert f'habDateResiliation + « {letter:%d/%m/%Y} », habReferenceRecommande + « 2C 990 000 0001 7 »' in page('/caf/conventions/921-2026-7001').words
    admin.set(deal, habDateResiliation=moment(late))
    assert (f'921-2026-7001: ends on {due}, and its letter of termination was received on {late}, after the last day of notice '
            f'({limit}): it should end on {later}\n') in service.ctl('directory', 'lint', check=False).stdout
    guide = (SOURCE / 'docs/guide-caf-annuaire.md').read_text()
    ldif = re.search(r'```\n(dn: habConventionNumero=921-2026-7001,[^`]*)```', guide)[1].replace('dc=habilis,dc=example', service.demo['ldap']['suffix'])
    for written, day in ('20280309', later), ('20261215', late):
        ldif = ldif.replace(f'{written}000000Z', moment(day))
    done = admin.tool('ldapmodify', ldif)
    assert done.returncode == 0, done.stderr
    until(lambda: f'Elle prend fin le {spelled(later)}' in c.get('/espace-pro/convention').words)
    assert '921-2026-7001: ends on' not in service.ctl('directory', 'lint', check=False).stdout
    admin.set(deal, habDateResiliation=None, habReferenceRecommande=None, habDateEcheance=moment(due))
    until(lambda: 'Elle se renouvelle toute seule' in c.get('/espace-pro/convention').words)
    admin.set(deal, habTaciteReconduction='FALSE')
    until(lambda: 'Elle prend fin le' in c.get('/espace-pro/convention').words)
    admin.set(deal, habTaciteReconduction='TRUE')
    until(lambda: 'Elle se renouvelle toute seule' in c.get('/espace-pro/convention').words)


def test_an_establishment_gets_another_id(service, admin):
    e = nursery(service)
    dn = next(dn for dn, _ in admin.d.search_s(f'ou=etablissements,{admin.caf}', ldap.SCOPE_ONELEVEL, f'(habEtablissementId={e["id"]})', ['cn']))
    other = 'E92170008'
    place = admin.read(dn)
    address, search = '/etablissements/x-{}', f'/recherche?lieu={place["postalCode"][0].decode()}&page='

    def found(number):
        return any(f'-{number}"' in service.client().get(f'{search}{page}').text for page in (1, 2))

    assert found(e['id']) and not found(other)
    admin.d.rename_s(dn, f'habEtablissementId={other}', delold=1)
    try:
        until(lambda: service.client().get(address.format(other)).status == 200)
        assert service.client().get(address.format(e['id'])).status == 410
        assert found(other) and not found(e['id'])
    finally:
        admin.d.rename_s(dn.replace(e['id'], other), f'habEtablissementId={e["id"]}', delold=1)
    until(lambda: service.client().get(address.format(e['id'])).status == 200)
    assert service.client().get(address.format(other)).status == 410
    assert found(e['id']) and not found(other)


def test_an_establishment_of_a_commune_without_a_position(service, admin):
    e, search, unknown = nursery(service), '/recherche?lieu=Nouméa', 'Nous ne connaissons pas la position de Nouméa'
    nothing = service.client().get(search).words
    assert f'Aucun établissement à Nouméa. {unknown}' in nothing and 'Essayez' not in nothing
    dn = next(dn for dn, _ in admin.d.search_s(f'ou=etablissements,{admin.caf}', ldap.SCOPE_ONELEVEL, f'(habEtablissementId={e["id"]})', ['cn']))
    insee = admin.read(dn)['habCodeInsee'][0].decode()
    admin.set(dn, habCodeInsee='98818')
    try:
        until(lambda: f'-{e["id"]}"' in service.client().get(search).text)
        page = service.client().get(search)
        assert '1 établissement à Nouméa, dont ' in page.words and unknown in page.words
        assert 'à 0 m' not in page.words and '#plan' not in page.text and '<svg viewBox="0 0 464' not in page.text
    finally:
        admin.set(dn, habCodeInsee=insee)
    until(lambda: f'-{e["id"]}"' not in service.client().get(search).text)


def test_a_reviewer_arrives_and_leaves(service, admin):
    dn, group = f'uid=v.hautecour,ou=personnel,{admin.caf}', f'cn=valideurs,ou=roles,{admin.caf}'
    admin.add(dn, **person('v.hautecour', '921-7003', 'v.hautecour@caf921.example', kind='habPersonnel', habDemandeMotDePasse='TRUE'))
    body = service.wait_mail('v.hautecour@', 'accès').get_body(('plain',)).get_content()
    temporary = re.search(r'Mot de passe provisoire\s*:\s*([A-Za-z0-9]{8})\b', body)[1]
    c = service.client()
    page = c.login({'uid': 'v.hautecour'}, temporary)
    password = 'Tamaris-cordage-mirabelle-granit-57'
    page = page.form('/premier-changement').set(nouveau=password, confirmation=password).submit()
    assert page.path.startswith('/espace-pro/mon-compte') and 'Aucun rôle ne vous est encore confié' in page.words, page.words[:300]
    admin.put(group, 'member', dn)
    until(lambda: c.get('/caf').status == 200)
    admin.drop(group, 'member', dn)
    until(lambda: c.get('/caf').status in (403, 404) or c.get('/caf').path.startswith('/connexion'))
    admin.set(dn, habStatut='terminee')
    until(lambda: c.get('/caf').path.startswith('/connexion'))
    admin.log_holds('member:- uid=v.hautecour')


def refused(deed, *errors):
    with pytest.raises(errors):
        deed()


def test_what_is_not_an_administrators_affair_is_refused(service, admin, newcomer):
    other, place = Admin(service, '751'), nursery(service)
    theirs = next(a for a in service.accounts('agent', caf='751'))
    hidden = (ldap.INSUFFICIENT_ACCESS, ldap.NO_SUCH_OBJECT)
    refused(lambda: other.set(newcomer['dn'], title='x'), *hidden)
    refused(lambda: other.read(newcomer['dn']), *hidden)
    refused(lambda: admin.put(place['dn'], 'habDroitFonctionnement', theirs['dn']), ldap.CONSTRAINT_VIOLATION)
    refused(lambda: admin.put(place['dn'], 'habDroitFonctionnement', admin.dn), ldap.CONSTRAINT_VIOLATION)
    refused(lambda: admin.put(f'cn=administrateurs,ou=roles,{admin.caf}', 'member', service.account('caf_reviewer', caf='921')['dn']),
            ldap.INSUFFICIENT_ACCESS)
    refused(lambda: admin.put(f'cn=auditeurs,ou=roles,{admin.caf}', 'member', admin.dn), ldap.INSUFFICIENT_ACCESS)
    refused(lambda: admin.set(newcomer['dn'], habAgentNumero='921-9999'), ldap.INSUFFICIENT_ACCESS)
    refused(lambda: admin.set(newcomer['dn'], userPassword='Corniche-velours-1'), ldap.INSUFFICIENT_ACCESS)
    refused(lambda: admin.set(newcomer['dn'], habStatut='partie'), ldap.CONSTRAINT_VIOLATION)
    refused(lambda: admin.add(f'uid=b.solivet,{provider(service)}', **person('b.solivet', newcomer['number'], 'b@v.example')), ldap.CONSTRAINT_VIOLATION)
    alsh = next(e for a in service.accounts('agent', caf='921') for e in a['establishments'] if b'habEaje' not in admin.read(e['dn'])['objectClass'])
    refused(lambda: admin.put(alsh['dn'], 'habDroitDisponibilites', newcomer['dn']), ldap.OBJECT_CLASS_VIOLATION)

    def log():
        return service.log('--person', admin.number, '--event', 'directory_change', '--failed')
    until(lambda: 'ldap_50' in log() and 'ldap_65' in log())
    assert 'ldap_19' not in log() and 'userPassword' not in log(), 'what constraint, unique and ppolicy refuse never reaches the log'
    with pytest.raises(ldap.INVALID_CREDENTIALS):
        ldap.initialize(service.demo['ldap']['uri']).simple_bind_s(admin.dn, 'autre')
