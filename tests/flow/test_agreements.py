"""Conventions before the Caf: due dates, a termination and its cancelling, amendments, annex 1 at a date."""
import re

import ldap
import pytest

from client import document_words, pdf_words, spelled, squeeze, today, until

PATH = '/caf/conventions/'


def french(day):
    return day.strftime('%d/%m/%Y')


class Agreement:
    """A provider's first convention, in the directory and before its Caf; others may have come since."""

    def __init__(self, service, provider):
        self.service = service
        self.suffix = service.demo['ldap']['suffix']
        self.d = service.directory()
        self.provider = self.d.search_s(self.suffix, ldap.SCOPE_SUBTREE, f'(habFournisseurId={provider})', ['o'])[0][0]
        all_of = self.d.search_s(self.provider, ldap.SCOPE_ONELEVEL, '(objectClass=habConvention)')
        self.dn, entry = min(all_of, key=lambda found: found[1]['habConventionNumero'])
        self.alone = len(all_of) == 1
        self.number = entry['habConventionNumero'][0].decode()
        self.path = PATH + self.number

    def get(self, name, dn=None):
        entry = self.d.search_s(dn or self.dn, ldap.SCOPE_BASE, '(objectClass=*)')[0][1]
        return [v.decode() for v in entry.get(name, [])]

    def find(self, text):
        return self.d.search_s(self.suffix, ldap.SCOPE_SUBTREE, text)


@pytest.fixture(scope='module')
def admin(service):
    return service.client(service.account('caf_admin', caf='921'))


@pytest.fixture(scope='module')
def convention(service):
    return Agreement(service, 'F9210002')


def test_conventions_are_listed_by_due_day(admin, convention):
    page = admin.get('/caf/conventions')
    assert convention.number in page.words and '751-' not in page.words
    assert 'se renouvelle le' in page.words
    assert convention.number in admin.get('/caf/conventions?q=' + convention.number).words
    soon = admin.get('/caf/conventions?echeance=proche')
    assert soon.status == 200
    assert 'Aucune' in admin.get('/caf/conventions?q=introuvable').words
    assert 'Aucune échéance dans les 4 mois.' in admin.get('/caf/conventions?q=introuvable&echeance=proche').words


def test_a_convention_shows_dates_people_and_establishments(admin, convention):
    page = admin.get(convention.path)
    for word in ('Prise d’effet', 'Dernier jour de préavis', 'Signataire', 'Noémie Tramoulet', 'Établissements', 'Avenants et retraits'):
        assert word in page.words


def test_another_caf_s_convention_is_not_there(service, convention):
    stranger = service.client(service.account('caf_admin', caf='751'))
    for path in ('', '/annexe', '/avenant', '/resiliation'):
        assert stranger.get(convention.path + path).status == 404
    reviewer = service.client(service.account('caf_reviewer', caf='921'))
    assert reviewer.get(convention.path).status == 403


# --- termination --------------------------------------------------------------------------------------------------------

def letter(admin, convention, **values):
    form = admin.get(convention.path + '/resiliation').form('/resiliation')
    whole = {'reference': 'RA 123 456 789 FR', 'envoyee': french(today(-3)),
             'recue': french(today(-1)), 'par': 'fournisseur', 'confirmer': 'oui', **values}
    return form.set(**whole).submit()


@pytest.mark.parametrize('values, fault', [
    ({'reference': ''}, 'Saisissez le numéro de la lettre recommandée'),
    ({'recue': '31/02/2026'}, 'Reçue le : cette date n’existe pas'),
    ({'recue': french(today(2))}, 'La date de réception ne peut pas être dans le futur'),
    ({'envoyee': french(today())}, 'La lettre ne peut pas être reçue avant d’être envoyée'),
    ({'envoyee': '01/01/2001', 'recue': '02/01/2001'}, 'la lettre ne peut pas être plus ancienne'),
    ({'confirmer': ''}, 'Cochez « Je confirme la résiliation »'),
])
def test_a_wrong_letter_is_said_and_stays_typed(admin, convention, values, fault):
    if values.get('confirmer') == '':
        form = admin.get(convention.path + '/resiliation').form('/resiliation')
        page = form.set(reference='RA 1', envoyee=french(today()), recue=french(today()), par='caf').submit()
    else:
        page = letter(admin, convention, **values)
    assert page.status == 422
    assert any(fault in f for f in page.faults()), page.faults()
    assert page.form('/resiliation').get('recue')


def test_a_letter_inside_the_notice_names_the_next_possible_date(service, admin):
    c = Agreement(service, 'F9210001')
    before = c.get('habDateEcheance')
    due = today(60)
    c.d.modify_s(c.dn, [(ldap.MOD_REPLACE, 'habDateEcheance', [due.strftime('%Y%m%d000000Z').encode()])])
    admin.wait(c.path, 'Dernier jour de préavis')
    until(lambda: french(due) in admin.get('/caf/conventions?echeance=proche').words)
    page = letter(admin, c)
    assert page.status == 422
    assert re.search(r'la convention se renouvelle ce jour-là. Une résiliation peut prendre effet le .* au plus tard', page.faults()[0])
    assert str(due.year + 1) in page.faults()[0]
    assert not c.get('habDateResiliation')
    c.d.modify_s(c.dn, [(ldap.MOD_REPLACE, 'habDateEcheance', [v.encode() for v in before])])


def test_a_letter_recorded_after_the_renewal_it_stopped_ends_it_then(service, admin):
    c = Agreement(service, 'F9210001')
    ldap_day = lambda day: [day.strftime('%Y%m%d000000Z').encode()]
    kept = {name: [v.encode() for v in c.get(name)] for name in ('habDateEffet', 'habDateEcheance')}
    over = today(-10).replace(day=min(today(-10).day, 28))
    renewed = over.replace(year=over.year + 1)
    c.d.modify_s(c.dn, [(ldap.MOD_REPLACE, 'habDateEffet', ldap_day(today(-800))), (ldap.MOD_REPLACE, 'habDateEcheance', ldap_day(renewed))])
    until(lambda: french(renewed) in admin.get('/caf/conventions').words)
    try:
        page = letter(admin, c, envoyee=french(today(-130)), recue=french(today(-128)))
        assert page.status == 422 and 'a mis fin à la convention le' in page.faults()[0], page.faults()
        assert not c.get('habDateResiliation')
        # ticked for the day that was told, not for another
        page = page.form('/resiliation').set(passee='oui', envoyee=french(today(-600)), recue=french(today(-598))).submit()
        assert page.status == 422 and 'a mis fin à la convention le' in page.faults()[0] and not page.form('/resiliation').get('passee')
        page = page.form('/resiliation').set(passee='oui', envoyee=french(today(-130)), recue=french(today(-128))).submit()
        assert page.status == 422
        page = page.form('/resiliation').set(passee='oui').submit()
        assert 'Résiliation enregistrée' in page.words
        until(lambda: c.get('habDateEcheance') == [over.strftime('%Y%m%d000000Z')])
        assert 'a pris fin le' in service.wait_mail(c.get('mail', c.provider)[0], 'a pris fin le')['Subject']
        until(lambda: 'Terminée' in admin.get(c.path).words)
        page = admin.get(c.path + '/avenant')
        assert page.status == 200 and 'Cette convention est terminée : elle ne reçoit plus d’avenant.' in page.words
        assert not [f for f in page.forms() if f.action.endswith('/avenant')]
        words = admin.get('/caf/fournisseurs/F9210001').words
        assert '(sans convention en vigueur)' in words
    finally:
        c.d.modify_s(c.dn, [(ldap.MOD_REPLACE, name, values) for name, values in kept.items()] +
                     [(ldap.MOD_REPLACE, 'habDateResiliation', None), (ldap.MOD_REPLACE, 'habReferenceRecommande', None)])
    until(lambda: 'Enregistrer une lettre de résiliation' in admin.get(c.path).words)


def test_a_termination_is_recorded_told_and_taken_back(service, admin, convention):
    c = convention
    due = today(300)           # far enough for a letter received yesterday
    before = c.get('habDateEcheance')
    c.d.modify_s(c.dn, [(ldap.MOD_REPLACE, 'habDateEcheance', [due.strftime('%Y%m%d000000Z').encode()])])
    until(lambda: french(due) in admin.get('/caf/conventions').words)
    stale = admin.get(c.path + '/resiliation').form('/resiliation')
    page = letter(admin, c)
    assert 'Résiliation enregistrée' in page.words
    until(lambda: c.get('habDateResiliation'))
    assert c.get('habReferenceRecommande') == ['RA 123 456 789 FR']
    assert c.get('habDateEcheance')[0].startswith(due.strftime('%Y%m%d'))
    contact = c.get('mail', c.provider)[0]
    told = ' '.join(service.wait_mail(contact, 'prend fin le').get_body(('plain',)).get_content().split())
    assert 'demandée par votre organisme par lettre recommandée RA 123 456 789 FR' in told
    service.wait_mail('n.tramoulet@', 'prend fin le')
    page = admin.wait(c.path, 'Annuler la résiliation')
    assert 'Résiliée' in page.words and 'Résiliation enregistrée par Odile Marchenoir' in page.words
    # whoever had the form open is told
    page = stale.set(reference='RA 2', envoyee=french(today()), recue=french(today()), par='caf', confirmer='oui').submit()
    assert page.status == 409
    assert 'Odile Marchenoir a été plus rapide : « Résiliation enregistrée »' in page.words
    assert 'Ce que vous aviez écrit' in page.words and 'RA 2' in page.words
    page = admin.get(c.path + '/avenant')
    assert page.form('/avenant')                # until its day it may be amended
    form = admin.get(c.path).form('/resiliation/annuler')
    assert form.submit().status == 422
    page = form.set(annuler='oui').submit()
    assert 'Résiliation annulée' in page.words
    until(lambda: not c.get('habDateResiliation'))
    assert not c.get('habReferenceRecommande')
    service.wait_mail(contact, 'n’est plus résiliée')
    admin.wait(c.path, 'Enregistrer une lettre de résiliation')
    c.d.modify_s(c.dn, [(ldap.MOD_REPLACE, 'habDateEcheance', [v.encode() for v in before])])


# --- amendments ---------------------------------------------------------------------------------------------------------

def signed():
    return {'reference': 'AV-2026-07', 'signature_fournisseur': french(today(-4)), 'signature_caf': french(today(-2))}


def posted(page):
    return next(f for f in page.forms() if f.method == 'post' and f.action.endswith('/avenant'))


def amendment(admin, convention, nature, query='', **values):
    form = posted(admin.wait(f'{convention.path}/avenant?nature={nature}{query}', 'Revenir à la convention'))
    return form.set(**values).submit()


def settled(admin, convention):
    until(lambda: 'n’est pas encore à jour' not in admin.get(convention.path).words)


def test_nothing_is_added_without_the_signed_act(admin, convention):
    page = amendment(admin, convention, 'personne', prenom='Lise')
    assert page.status == 422
    for fault in ('Saisissez la référence de l’avenant', 'Saisissez la date de signature du fournisseur',
                  'Saisissez la date de signature de la Caf', 'Saisissez le nom', 'Saisissez la fonction',
                  'Saisissez l’adresse de courriel'):
        assert fault in page.faults(), page.faults()
    assert page.form('/avenant').get('prenom') == 'Lise'
    place = next(v for n, v in re.findall(r'name="(fonctionnement)" value="(\w+)"', page.text))
    who = {'nom': 'Aubrac', 'prenom': 'Lise', 'fonction': 'Directrice', 'courriel': 'l.aubrac@coquelicots.example', 'fonctionnement': place}
    for dates, fault in (({'signature_caf': french(today(1))},
                          'La date de signature ne peut pas être dans le futur : corrigez celle de la Caf'),
                         ({'signature_fournisseur': '01/01/2001'}, 'être signé avant. Corrigez la date de signature du fournisseur'),
                         ({'signature_caf': '31/02/2026'}, 'Signé par la Caf le : cette date n’existe pas')):
        page = amendment(admin, convention, 'personne', **{**signed(), **who, **dates})
        assert page.status == 422 and any(fault in f for f in page.faults()), page.faults()
    page = amendment(admin, convention, 'personne', **{**signed(), **who, 'fonctionnement': []})
    assert page.faults() == ['Cochez au moins un droit']
    page = amendment(admin, convention, 'personne', **{**signed(), **who, 'fonctionnement': 'E9999'})
    assert 'n’est pas dans la convention' in page.faults()[0]


def test_somebody_new_by_an_amendment_enters_and_leaves_a_right_again(service, admin, convention):
    c = convention
    form = admin.get(c.path + '/avenant?nature=personne').form('/avenant')
    places = re.findall(r'name="places" value="(\w+)"', admin.get(c.path + '/avenant?nature=personne').text)
    page = form.set(**signed(), nom='Aubrac', prenom='Lise', fonction='Directrice adjointe', courriel='l.aubrac@coquelicots.example',
                    fonctionnement=places[:2], places=places[0]).submit()
    assert 'Avenant enregistré' in page.words
    dn, entry = until(lambda: c.find('(uid=l.aubrac)'))[0]
    assert dn.endswith(c.provider) and entry['habStatut'] == [b'active']
    assert re.fullmatch(r'921-\d{5}', entry['habAgentNumero'][0].decode())
    until(lambda: len(c.find(f'(habDroitFonctionnement={dn})')) == 2)
    assert len(c.find(f'(habDroitDisponibilites={dn})')) == 1
    mail = service.wait_mail('l.aubrac@coquelicots.example', 'Votre accès à l’espace professionnel')
    assert 'l.aubrac' in mail.get_body(('plain',)).get_content()
    page = admin.wait(c.path, 'Lise Aubrac, Directrice adjointe')
    for text in ('Référence AV-2026-07', 'Ajout d’une personne : Lise Aubrac', 'Avenant enregistré par Odile Marchenoir'):
        assert text in page.words
    assert re.search(r'avenant n° \d+, ajout d’une personne : Lise Aubrac \(921-\d{5}\) ; fonctionnement', page.words), page.words
    settled(admin, c)
    # a right more, then two less, without a signature
    number = entry['habAgentNumero'][0].decode()
    third = next(p for p in places if p not in places[:2])
    page = amendment(admin, c, 'droit', f'&agent={number}', **signed(), fonctionnement=third)
    assert 'Avenant enregistré' in page.words
    until(lambda: len(c.find(f'(habDroitFonctionnement={dn})')) == 3)
    settled(admin, c)
    page = amendment(admin, c, 'retrait-droit', f'&agent={number}', fonctionnement=places[:2], places=places[0])
    assert 'Retrait enregistré' in page.words
    until(lambda: len(c.find(f'(habDroitFonctionnement={dn})')) == 1)
    assert not c.find(f'(habDroitDisponibilites={dn})')
    settled(admin, c)
    # nobody signed one: its histories, and whoever is slower, are told of no amendment
    words = admin.wait(c.path, 'Retrait enregistré par Odile Marchenoir').words
    assert re.search(r'n° \d+, retrait d’un droit : Lise Aubrac \(921-\d{5}\) ; fonctionnement et places libres sur ', words), words
    his = admin.get(f'/caf/fournisseurs/F9210002/agents/{number}').words
    assert re.search(r'Retrait enregistré par Odile Marchenoir : convention [\d-]+, n° \d+, retrait d’un droit : fonctionnement', his), his
    page = amendment(admin, c, 'retrait-droit', f'&agent={number}')
    assert page.faults() == ['Cochez au moins un droit à retirer']
    # of whoever is suspended nothing opens yet
    c.d.modify_s(dn, [(ldap.MOD_REPLACE, 'habStatut', b'suspendue')])
    until(lambda: 'Suspendu' in admin.get(f'/caf/fournisseurs/F9210002/agents/{number}').words)
    page = amendment(admin, c, 'droit', f'&agent={number}', **signed(), fonctionnement=places[0])
    assert 'est suspendu : ses droits s’ouvriront quand il sera rouvert' in page.words and 'en train d’être ouverts' not in page.words
    settled(admin, c)
    c.d.modify_s(dn, [(ldap.MOD_REPLACE, 'habStatut', b'active')])


def test_an_establishment_of_another_manager_is_taken_over_once_confirmed(service, admin, convention):
    c = convention
    other = Agreement(service, 'F9210001')
    covered = [v.lower() for v in other.get('habEtablissementCouvert')]
    dn, entry = [found for found in c.find(f'(&(habGestionnaire={other.provider})(habTypeEtablissement=EAJE))') if found[0].lower() in covered][-1]
    place = entry['habEtablissementId'][0].decode()
    holders = entry.get('habDroitFonctionnement', []), entry.get('habDroitDisponibilites', [])
    assert place in admin.get(f'{c.path}/avenant?nature=etablissement&q={place}').words
    page = amendment(admin, c, 'etablissement', **signed(), etablissement=place, fonctionnement='921-4902', places='921-4902')
    assert page.status == 422 and 'Cet établissement est géré par' in page.faults()[0]
    form = posted(page)
    assert form.get('etablissement') == place and form.get('fonctionnement') == '921-4902'
    page = form.set(gestion='oui').submit()
    assert 'Avenant enregistré' in page.words
    until(lambda: c.get('habGestionnaire', dn)[0].lower() == c.provider.lower())
    until(lambda: dn.lower() in [v.lower() for v in c.get('habEtablissementCouvert')])
    assert until(lambda: [v.split(',')[0] for v in c.get('habDroitFonctionnement', dn)] == ['uid=n.tramoulet'])
    until(lambda: dn.lower() not in [v.lower() for v in other.get('habEtablissementCouvert')])
    service.wait_mail(other.get('mail', other.provider)[0], 'Changement de gestionnaire', f'({place}), maintenant géré par')
    settled(admin, c)
    # nobody of the former manager's recorded it: its convention and who lost a right there are told all the same
    until(lambda: re.search(rf'Établissement passé à un autre gestionnaire : [^:]* gère maintenant [^:]*\({place}\)', admin.get(other.path).words))
    assert any(holders)
    for who in {h.decode() for v in holders for h in v}:
        number = c.get('habAgentNumero', who)[0]
        his = admin.get(f'/caf/fournisseurs/F9210001/agents/{number}').words
        assert re.search(rf'gère maintenant [^:]*\({place}, (fonctionnement|places libres)', his), his
    admin.wait(c.path, f'{entry["cn"][0].decode()} {place}')
    page = amendment(admin, c, 'retrait-etablissement', etablissement=place)
    assert page.faults() == ['Cochez « Je confirme » pour continuer']
    assert amendment(admin, c, 'retrait-etablissement', confirmer='oui').faults() == ['Choisissez l’établissement à retirer']
    page = amendment(admin, c, 'retrait-etablissement', etablissement=place, confirmer='oui')
    assert 'Retrait enregistré' in page.words
    until(lambda: dn.lower() not in [v.lower() for v in c.get('habEtablissementCouvert')])
    assert not c.get('habDroitFonctionnement', dn)
    settled(admin, c)
    # who had rights there is told of it
    his = admin.get('/caf/fournisseurs/F9210002/agents/921-4902').words
    for said in ('Avenant enregistré', 'ajout d’un établissement'), ('Retrait enregistré', 'retrait d’un établissement'):
        assert re.search(rf'{said[0]} par Odile Marchenoir : [^:]*{said[1]} : [^:]*\({place}\) ; fonctionnement et places libres', his), his
    until(lambda: place not in admin.get(c.path + '/annexe').words)     # the mirror has followed
    c.d.modify_s(dn, [(ldap.MOD_REPLACE, 'habGestionnaire', [other.provider.encode()]), (ldap.MOD_REPLACE, 'habDroitFonctionnement', holders[0]),
                      (ldap.MOD_REPLACE, 'habDroitDisponibilites', holders[1])])
    c.d.modify_s(other.dn, [(ldap.MOD_ADD, 'habEtablissementCouvert', [dn.encode()])])


@pytest.fixture
def bare(service):
    """A provider with a person and a convention that covers nothing, as hands made them in the directory."""
    d, made = service.directory(), []
    caf = f'habCodeCaf=921,ou=cafs,{service.demo["ldap"]["suffix"]}'

    def add(dn, **values):
        d.add_s(dn, [(k, [x.encode() for x in (v if isinstance(v, list) else [v])]) for k, v in values.items()])
        made.insert(0, dn)
        return dn
    provider = add(f'habFournisseurId=F9218801,ou=fournisseurs,{caf}', objectClass='habFournisseur', habFournisseurId='F9218801', o='Association Le Gué',
                   habSiret='99930088000019', mail='contact@legue.example', street='1, rue du Bac', postalCode='92390', l='Villeneuve')
    add(f'uid=s.morvan,{provider}', objectClass=['inetOrgPerson', 'habAgent'], uid='s.morvan', cn='Solène Morvan', sn='Morvan', givenName='Solène',
        displayName='Solène Morvan', mail='s.morvan@legue.example', habAgentNumero='921-8811', habStatut='active')
    add(f'habConventionNumero=921-2026-8811,{provider}', objectClass='habConvention', habConventionNumero='921-2026-8811', habStatut='active',
        habDateEffet=today(-264).strftime('%Y%m%d000000Z'), habTaciteReconduction='TRUE')
    add(f'habEtablissementId=E92188111,ou=etablissements,{caf}', objectClass=['habEtablissement', 'habEaje'], habEtablissementId='E92188111', cn='Le Gué',
        habTypeEtablissement='EAJE', street='1, rue du Bac', postalCode='92390', l='Villeneuve', habCodeInsee='92078', habGestionnaire=provider)
    yield Agreement(service, 'F9218801')
    for dn in made:
        d.delete_s(dn)


NATURES = ('personne', 'etablissement', 'droit', 'retrait-droit', 'retrait-etablissement')


def test_an_amendment_where_nothing_can_be_chosen_says_why_and_what_to_do(service, admin, bare):
    c, place = bare, bare.find('(habEtablissementId=E92188111)')[0][0]

    def links():
        return [n for n in NATURES if f'{c.path}/avenant?nature={n}' in admin.get(c.path).links()]

    def dead(nature, why, query=''):
        page = admin.wait(f'{c.path}/avenant?nature={nature}{query}', why)
        assert not [f for f in page.forms() if f.method == 'post' and f.action.endswith('/avenant')], page.words
        return page.words
    page = admin.wait(c.path, 'Pour donner des droits, ajoutez d’abord un établissement : cette convention n’en couvre aucun.')
    assert links() == ['etablissement']
    # kept addresses say why
    for nature in ('personne', 'droit'):
        words = dead(nature, 'ne couvre aucun établissement : aucun droit ne peut être donné')
        assert 'Ajoutez d’abord un établissement' in words
    for nature in ('retrait-droit', 'retrait-etablissement'):
        assert 'Ajoutez' not in dead(nature, 'ne couvre aucun établissement : il n’y a rien à retirer')
    # whoever was slower keeps what he typed
    other = Agreement(service, 'F9210002')
    form = posted(admin.get(other.path + '/avenant?nature=personne'))
    form.action = c.path + '/avenant'
    page = form.set(nom='Aubrac', **signed()).submit()
    assert page.status == 422 and posted(page).get('nom') == 'Aubrac' and 'Ajoutez d’abord un établissement' in page.words
    # covered, and nobody has a right there
    c.d.modify_s(c.dn, [(ldap.MOD_ADD, 'habEtablissementCouvert', [place.encode()])])
    until(lambda: links() == list(NATURES))
    assert 'Ajoutez' not in dead('retrait-droit', 'n’a aucun droit sur les établissements de cette convention : il n’y a rien à retirer', '&agent=921-8811')
    agent = f'uid=s.morvan,{c.provider}'.encode()
    c.d.modify_s(place, [(ldap.MOD_ADD, name, [agent]) for name in ('habDroitFonctionnement', 'habDroitDisponibilites')])
    dead('droit', 'a déjà tous les droits que cette convention permet de donner', '&agent=921-8811')
    assert posted(admin.get(c.path + '/avenant?nature=retrait-droit&agent=921-8811')).get('agent') == '921-8811'
    # what another manages by now can only be taken out
    c.d.modify_s(place, [(ldap.MOD_REPLACE, 'habGestionnaire', [other.provider.encode()])])
    until(lambda: links() == ['etablissement', 'retrait-droit', 'retrait-etablissement'])
    assert 'Ajoutez d’abord un établissement' in dead('personne', 'ont changé de gestionnaire')
    c.d.modify_s(place, [(ldap.MOD_REPLACE, 'habGestionnaire', [c.provider.encode()])])
    c.d.modify_s(agent.decode(), [(ldap.MOD_REPLACE, 'habStatut', [b'terminee'])])
    assert 'Ajoutez d’abord une personne' in dead('droit', 'n’a personne dont l’accès soit ouvert ou suspendu')
    assert 'Ajoutez' not in dead('retrait-droit', 'n’a personne dont l’accès soit ouvert ou suspendu')


def test_a_convention_ended_with_an_ldap_tool_says_since_when(service, admin):
    page = lambda e: service.client().get(f'/etablissements/{e}')

    def published(a):
        """His provider's only convention, what it covers, and one of these with a listing and places; else None."""
        c = Agreement(service, a['dn'].split(',')[1].split('=')[1])
        covered = [dn.split(',')[0].split('=')[1] for dn in c.get('habEtablissementCouvert')]
        place = next((e for e in covered if 'Fiche publiée le' in page(e).words and 'Mis à jour le' in page(e).words), None)
        return (a, c, covered, place) if c.alone and place else None
    agent, c, covered, place = next(filter(None, map(published, service.accounts('agent', caf='921'))))
    withdrawn = 'Cette fiche n’est plus mise à jour depuis le ' + spelled(today())
    assert 'n’est plus mise à jour' not in page(place).words
    words = admin.get(f'/caf/etablissements/{place}').words
    assert 'Les familles voient cette grille.' in words and 'n’est plus mise à jour' not in words, words
    c.d.modify_s(c.dn, [(ldap.MOD_REPLACE, 'habStatut', b'terminee')])
    try:
        words = admin.wait(c.path, f'A pris fin le{spelled(today())}').words
        assert 'Terminée' in words and 'Prend fin le' not in words
        assert f'La convention couvrait, jusqu’au {spelled(today())} :' in words and all(e in words for e in covered)
        assert f'terminée le {french(today())}' in admin.get('/caf/conventions?q=' + c.number).words
        until(lambda: withdrawn in page(place).words)
        # and the Caf's own page says what families read
        words = admin.get(f'/caf/etablissements/{place}').words
        assert f'Les familles lisent sur la fiche : « {withdrawn}. »' in words and 'jusqu’à ce que la Caf la retire' in words, words
        assert 'les familles ne voient plus cette grille' in words and 'Les familles voient cette grille' not in words, words
        words = service.client(agent).get('/espace-pro/convention').words
        assert f'La convention n° {c.number} a pris fin le {spelled(today())}.' in words and 'demande d’habilitation' in words, words
        assert 'avenant' not in words
    finally:
        c.d.modify_s(c.dn, [(ldap.MOD_REPLACE, 'habStatut', b'active')])
    until(lambda: 'n’est plus mise à jour' not in page(place).words)


# --- another number --------------------------------------------------------------------------------------------------------

def test_a_convention_with_another_number_keeps_its_file_and_amendments(service, admin):
    c = Agreement(service, 'F9210002')
    settled(admin, c)
    holder = c.find('(uid=n.tramoulet)')[0][1]['habAgentNumero'][0].decode()
    place = c.get('habEtablissementCouvert')[0].split(',')[0].split('=')[1]
    page = amendment(admin, c, 'retrait-droit', f'&agent={holder}', fonctionnement=place)
    assert 'Retrait enregistré' in page.words
    settled(admin, c)
    former, other = c.number, '921-2026-8801'
    renamed = c.dn.replace(former, other)
    c.d.rename_s(c.dn, f'habConventionNumero={other}', delold=1)
    try:
        page = until(lambda: (lambda p: p if f'Convention {other}' in p.words else None)(admin.get(PATH + other)))
        assert f'Numéro sur les documents signés{former}' in page.words.replace(' ' + former, former)
        assert 'Retrait enregistré par Odile Marchenoir' in page.words
        # what was mailed or kept before leads there still, and on with the number of now
        old = admin.get(PATH + former)
        assert old.status == 200 and f'Convention {other}' in old.words and f'{PATH}{other}/annexe' in old.links()
        assert 'annexe 1 au' in admin.get(f'{PATH}{other}/annexe').words.lower() and admin.get(f'{PATH}{former}/annexe').status == 200
        stranger = service.client(service.account('caf_admin', caf='751'))
        assert stranger.get(PATH + former).status == 404 and stranger.get(PATH + other).status == 404
        assert other in service.client(next(a for a in service.accounts('agent') if a['uid'] == 'n.tramoulet')).get('/espace-pro/convention').words
        # the next amendment follows the one before
        count = len(re.findall(r'N° \d+, enregistré le', page.words.replace('\u00a0', ' ')))
        form = posted(admin.get(f'{PATH}{other}/avenant?nature=droit&agent={holder}'))
        assert 'Avenant enregistré' in form.set(**signed(), fonctionnement=place).submit().words
        words = until(lambda: (lambda w: w if f'N° {count + 1}, enregistré le' in w else None)(admin.get(PATH + other).words.replace('\u00a0', ' ')))
        assert 'AV-2026-07' in words
        until(lambda: 'n’est pas encore à jour' not in admin.get(PATH + other).words)
    finally:
        c.d.rename_s(renamed, f'habConventionNumero={former}', delold=1)
    until(lambda: f'Convention {former}' in admin.get(c.path).words)


# --- annex 1 ------------------------------------------------------------------------------------------------------------

def test_annex_1_at_a_date_and_what_changed_since(admin, convention):
    page = admin.get(convention.path + '/annexe')
    assert 'Annexe 1 au' in page.title
    assert 'Noémie Tramoulet' in page.words and 'Établissements de la convention' in page.words
    assert 'Les personnes dont l’accès était suspendu à cette date n’y figurent pas.' in page.words
    assert 'suspendu' not in ' '.join(document_words(page))
    yesterday = today(-1)
    page = admin.get(f'{convention.path}/annexe?au={french(today())}&depuis={french(yesterday)}')
    assert 'Changements entre le' in page.words and 'Ajout : Noémie Tramoulet' in page.words
    assert 'Le service suit cette convention depuis le' in page.words
    # the PDF says the same, of the same dates
    words = document_words(page)
    link = next(a for a in page.links() if '/annexe.pdf' in a)
    data = admin.get(link)
    assert data.headers['Content-Type'] == 'application/pdf' and 'annexe-1-' in data.headers['Content-Disposition']
    pdf = squeeze(pdf_words(data.body))
    missing = {part for w in words for part in re.split(r'[\s-]+', w) if squeeze(part) not in pdf}
    assert not missing and len(words) > 10, missing
    assert 'Page1sur' in pdf and squeeze(f'annexe 1 au {french(today())}') in pdf
    page = admin.get(f'{convention.path}/annexe?au={french(yesterday)}')
    assert 'À cette date, personne n’a de droit' in page.words
    page = admin.get(f'{convention.path}/annexe?au={french(today(1))}')
    assert page.status == 422 and 'dans le futur' in page.faults()[0]
    assert admin.get(convention.path + '/annexe?au=31/02/2026').status == 422
    assert admin.get(convention.path + '/annexe.pdf?au=31/02/2026').status == 422
