"""A Caf and the people of its providers: accesses, addresses, passwords, sessions that die, other Cafs, two at once."""
import pathlib
import re
import time

import ldap
import pytest

import conftest
from client import until


class Subject:
    """An agent whose access these flows change, and where the Caf sees him."""

    def __init__(self, service, uid):
        self.account = next(a for a in service.demo['accounts'] if a['uid'] == uid)
        self.service = service
        self.d = service.directory()
        self.dn, entry = self.d.search_s(service.demo['ldap']['suffix'], ldap.SCOPE_SUBTREE, f'(uid={uid})')[0]
        self.number = entry['habAgentNumero'][0].decode()
        self.path = f'/caf/fournisseurs/{self.account["provider"]}/agents/{self.number}'

    def get(self, name):
        entry = self.d.search_s(self.dn, ldap.SCOPE_BASE, '(objectClass=*)', ['*'])[0][1]
        return [v.decode() for v in entry.get(name, [])]

    def has(self, name, *values):
        return until(lambda: self.get(name) == list(values))

    def set(self, **values):
        self.d.modify_s(self.dn, [(ldap.MOD_REPLACE, k, [v.encode()] if v else None) for k, v in values.items()])


@pytest.fixture(scope='module')
def admin(service):
    return service.client(service.account('caf_admin', caf='921'))


@pytest.fixture
def kerbrandt(service, admin):
    s = Subject(service, 'y.kerbrandt')
    mail = s.get('mail')[0]
    yield s
    s.set(habStatut='active', habFinMission=None, habMotifRetrait=None, mail=mail, habDemandeMotDePasse=None)
    until(lambda: 'name="action" value="suspendre"' in admin.get(s.path).text)


def act(client, path, action, **values):
    """Fills the form that has this button, and presses it."""
    page = client.get(path)
    form = next((f for f in page.forms() if ('action', action) in f.buttons), None)
    assert form, page.words
    return form.set(**values).submit(('action', action))


def test_providers_are_found_by_name_and_number(admin):
    page = admin.get('/caf/fournisseurs')
    assert 'Fournisseurs' in page.title
    assert 'F9210001' in page.words and 'F7510001' not in page.words
    assert 'F9210002' not in admin.get('/caf/fournisseurs?q=F9210001').words
    assert 'Aucun fournisseur ne correspond' in admin.get('/caf/fournisseurs?q=introuvable').words
    siret = re.search(r'SIRET\D*(\d{14})', admin.get('/caf/fournisseurs/F9210001').words)[1]
    for typed in (siret, f'{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}', 'F9210001 ' + siret[:3]):
        assert 'F9210001' in admin.get(f'/caf/fournisseurs?q={typed}').words, typed
    page = admin.get('/caf/fournisseurs/F9210001')
    for word in ('Identité et contact', 'Maëlle Querrien', '921-4821', 'SIRET', 'En vigueur', 'Établissements et droits'):
        assert word in page.words


@pytest.mark.parametrize('path', ['/caf', '/caf/fournisseurs', '/caf/etablissements', '/caf/conventions', '/caf/demandes?etat=toutes'])
def test_a_page_past_the_last_one_leads_to_the_last(admin, path):
    whole = admin.get(path)
    page = admin.get(path + ('&' if '?' in path else '?') + 'page=9999')
    assert page.status == 200 and 'page=9999' not in page.path
    last = re.search(r'Page 1 sur (\d+)', whole.words)
    assert f'Page {last[1]} sur {last[1]}' in page.words if last else page.words == whole.words


@pytest.mark.parametrize('path', ['/caf', '/caf/fournisseurs', '/caf/etablissements', '/caf/conventions', '/caf/demandes?etat=toutes'])
def test_a_search_of_no_word_finds_nothing(admin, path):
    page = admin.get(path + ('&' if '?' in path else '?') + "q='")
    assert page.status == 200 and '<tbody>' not in page.text, page.words


def test_an_establishment_nobody_knows_is_said_so(admin):
    page = admin.get('/caf/etablissements?q=zzzintrouvable')
    assert 'Aucun établissement ne correspond à cette recherche.' in page.words and '<table' not in page.text
    assert 'value="zzzintrouvable"' in page.text


def test_another_caf_s_people_are_not_there_and_the_try_is_kept(service):
    stranger = service.client(service.account('caf_admin', caf='751'))
    for path in ('/caf/fournisseurs/F9210001', '/caf/fournisseurs/F9210001/agents/921-4821'):
        assert stranger.get(path).status == 404
    assert stranger.get('/caf/fournisseurs/F9999999').status == 404
    assert stranger.get('/caf/fournisseurs/F7510001/agents/921-4821').status == 404
    token = stranger.get('/espace-pro/mon-compte').form('/deconnexion').get('csrf')
    assert stranger.post('/caf/fournisseurs/F9210001/agents/921-4821', [('csrf', token), ('action', 'suspendre'), ('motif', 'x')]).status == 404
    for caf in ('921', '751'):      # whose file it is, and whose administrator
        auditor = service.client(service.account('caf_auditor', caf=caf))
        page = auditor.get('/controle/connexions?evenement=Accès refusé')
        assert 'Elias Soubeyran 751-0201Accès refuséÉchec : dossier d’une autre Caf' in page.words


def test_a_suspension_ends_his_sessions_at_once_and_reopening_lets_him_in(service, admin, kerbrandt):
    him = service.client(kerbrandt.account)
    assert him.get('/espace-pro').status == 200
    # at once: the directory learns it later
    go_on = conftest.stand_still([pid for pid, _ in conftest.processes(service, 'habilis-clerk')])
    try:
        page = act(admin, kerbrandt.path, 'suspendre', motif='Absence longue')
        assert 'Accès suspendu. Les sessions de cette personne sont fermées.' in page.words
        assert him.get('/espace-pro', follow=False).status == 303
        assert kerbrandt.get('habStatut') == ['active']
        assert service.client().login(kerbrandt.account).status == 422
    finally:
        go_on()
    kerbrandt.has('habStatut', 'suspendue')
    kerbrandt.has('habMotifRetrait', 'Absence longue')
    mail = service.wait_mail(kerbrandt.get('mail')[0], 'Votre accès est suspendu')
    assert 'Absence longue' in mail.get_body(('plain',)).get_content()
    page = admin.wait(kerbrandt.path, 'Rouvrir l’accès')
    assert 'Accès suspendu par Odile Marchenoir' in page.words
    assert '/connexion' in service.client().login(kerbrandt.account).path
    page = act(admin, kerbrandt.path, 'rouvrir')
    assert 'Accès rouvert' in page.words
    kerbrandt.has('habStatut', 'active')
    service.wait_mail(kerbrandt.get('mail')[0], 'Votre accès est rouvert')
    admin.wait(kerbrandt.path, 'Suspendre l’accès')
    assert service.client(kerbrandt.account).get('/espace-pro').status == 200


def test_what_is_missing_is_said_and_what_was_typed_stays(admin, kerbrandt):
    page = act(admin, kerbrandt.path, 'suspendre', motif='')
    assert page.status == 422
    assert page.faults() == ['Écrivez le motif : la personne le reçoit par courriel']
    page = act(admin, kerbrandt.path, 'terminer', fin='31/02/2026', motif_fin='Mutation')
    assert page.status == 422
    assert 'Erreur :' in page.title
    assert page.faults() == ['Fin de mission : cette date n’existe pas', 'Cochez « Je confirme la fin de mission » pour continuer']
    form = next(f for f in page.forms() if ('action', 'terminer') in f.buttons)
    assert form.get('fin') == '31/02/2026' and form.get('motif_fin') == 'Mutation'
    page = act(admin, kerbrandt.path, 'terminer', fin='03/02/27', motif_fin='Mutation')
    assert page.faults()[0] == 'Fin de mission : écrivez l’année en quatre chiffres, par exemple 03/02/2027'
    assert next(f for f in page.forms() if ('action', 'terminer') in f.buttons).get('fin') == '03/02/27'
    page = act(admin, kerbrandt.path, 'adresse', courriel='y.kerbrandt@')
    assert page.faults() == ['Saisissez une adresse au format nom@domaine.fr']
    assert kerbrandt.get('habStatut') == ['active']


def test_a_corrected_address_is_told_to_both(service, admin, kerbrandt):
    old = kerbrandt.get('mail')[0]
    page = act(admin, kerbrandt.path, 'adresse', courriel='yanis.kerbrandt@valmoreau.example')
    assert 'Adresse corrigée' in page.words
    kerbrandt.has('mail', 'yanis.kerbrandt@valmoreau.example')
    for to in (old, 'yanis.kerbrandt@valmoreau.example'):
        mail = service.wait_mail(to, 'Votre adresse de courriel a été corrigée')
        text = mail.get_body(('plain',)).get_content()
        assert old in text and 'y.kerbrandt' in text
    admin.wait(kerbrandt.path, 'yanis.kerbrandt@valmoreau.example remplace')
    assert kerbrandt.get('uid') == ['y.kerbrandt']


def test_an_address_of_somebody_else_is_asked_about(service, admin, kerbrandt):
    other = Subject(service, 'n.tramoulet')
    shared = other.get('mail')[0]
    # 409 until the mirror has the address the flow before put back with an LDAP tool
    page = until(lambda: (lambda p: p if p.status != 409 else None)(act(admin, kerbrandt.path, 'adresse', courriel=shared)))
    assert page.status == 422
    assert 'Noémie Tramoulet (921-4902)' in page.faults()[0]
    form = next(f for f in page.forms() if ('action', 'adresse') in f.buttons)
    assert form.get('courriel') == shared
    page = form.put('partage', 'oui').submit(('action', 'adresse'))
    assert 'Adresse corrigée' in page.words
    kerbrandt.has('mail', shared)


def test_a_password_goes_out_by_mail_and_is_seen_nowhere(service, admin, kerbrandt):
    page = act(admin, kerbrandt.path, 'mot-de-passe')
    assert 'va partir par courriel' in page.words
    mail = service.wait_mail(kerbrandt.get('mail')[0], 'mot de passe provisoire')
    password = re.search(r'provisoire\s*:\s*(\w{8})\b', mail.get_body(('plain',)).get_content()).group(1)
    page = admin.wait(kerbrandt.path, f'Mot de passe provisoireenvoyé à {kerbrandt.get("mail")[0]}')
    assert password not in page.text
    kerbrandt.has('habDemandeMotDePasse')


def test_two_administrators_at_once(service, admin, kerbrandt):
    """The second one has the page of before the first one's decision."""
    second = service.client(service.account('caf_admin', caf='921'))
    before = second.get(kerbrandt.path)
    act(admin, kerbrandt.path, 'suspendre', motif='Le premier')
    form = next(f for f in before.forms() if ('action', 'suspendre') in f.buttons)
    page = form.set(motif='Le second').submit(('action', 'suspendre'))
    assert page.status == 409
    assert 'Odile Marchenoir a été plus rapide : « Accès suspendu »' in page.words
    assert 'Votre décision n’est pas enregistrée' in page.words
    assert 'Ce que vous aviez écrit' in page.words and 'Le second' in page.words
    kerbrandt.has('habMotifRetrait', 'Le premier')


def test_the_same_form_sent_twice_is_one_decision(service, admin, kerbrandt):
    page = admin.get(kerbrandt.path)
    form = next(f for f in page.forms() if ('action', 'suspendre') in f.buttons)
    form.set(motif='Une fois')
    assert form.submit(('action', 'suspendre')).status == 200
    assert 'Accès suspendu. Les sessions' in form.submit(('action', 'suspendre')).words
    admin.wait(kerbrandt.path, 'Rouvrir l’accès')


def test_a_mail_goes_to_the_address_that_was_corrected_the_moment_before(service, admin, kerbrandt):
    """The mirror does not know it yet when the suspension is decided."""
    old, fresh = kerbrandt.get('mail')[0], 'corrige.kerbrandt@valmoreau.example'
    admin.wait(kerbrandt.path, 'Suspendre l’accès')
    told = lambda to: [m for m in service.mails() if to in m['To'] and m['Subject'] == 'Votre accès est suspendu']
    before = len(told(old))
    go_on = conftest.stand_still([pid for pid, _ in conftest.processes(service, 'habilis-clerk')
                                  if pathlib.Path(f'/proc/{pid}/comm').read_text() == 'clerk-mirror\n'])
    try:
        kerbrandt.set(mail=fresh)
        assert act(admin, kerbrandt.path, 'suspendre', motif='Absence').status == 200
        time.sleep(2)
    finally:
        go_on()
    until(lambda: told(fresh))
    assert len(told(old)) == before


def test_an_ldap_tool_was_quicker(service, admin, kerbrandt):
    """The mirror may not know yet: the entry is read again."""
    page = admin.get(kerbrandt.path)
    form = next(f for f in page.forms() if ('action', 'suspendre') in f.buttons)
    kerbrandt.set(habStatut='suspendue')
    page = form.set(motif='Trop tard').submit(('action', 'suspendre'))
    assert page.status == 409
    assert 'Votre décision n’est pas enregistrée' in page.words


def test_the_end_of_a_mission_takes_rights_along(service, admin):
    """Last: there is no way back. He is put back by hand, rights included."""
    s = Subject(service, 'y.kerbrandt')
    places = s.d.search_s(service.demo['ldap']['suffix'], ldap.SCOPE_SUBTREE, f'(habDroitFonctionnement={s.dn})', ['cn'])
    assert places
    him = service.client(s.account)
    page = act(admin, s.path, 'terminer', fin=time.strftime('%d/%m/%Y', time.gmtime(time.time() - 86400)), motif_fin='Mutation', confirmer='oui')
    assert 'Fin de mission enregistrée' in page.words
    assert him.get('/espace-pro', follow=False).status == 303
    s.has('habStatut', 'terminee')
    until(lambda: not s.d.search_s(service.demo['ldap']['suffix'], ldap.SCOPE_SUBTREE, f'(habDroitFonctionnement={s.dn})', ['cn']))
    page = admin.wait(s.path, 'Cette mission est terminée')
    assert not any(f.buttons and f.buttons[0][0] == 'action' for f in page.forms())
    service.wait_mail(s.get('mail')[0], 'Votre accès est fermé')
    s.set(habStatut='active', habFinMission=None, habMotifRetrait=None)
    for dn, _ in places:
        s.d.modify_s(dn, [(ldap.MOD_ADD, 'habDroitFonctionnement', [s.dn.encode()])])
    admin.wait(s.path, 'Suspendre l’accès')
