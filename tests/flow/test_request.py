"""The public request: five steps in any order, the draft that survives, what is refused and how it is said, the sending and its mail."""
import concurrent.futures
import re
import time

import ldap
import pytest

import requests_made as made
from client import until
from conftest import processes, stand_still
from requests_made import STEPS, ok, step

DRAFT = '__Host-demande'


@pytest.fixture(scope='module')
def nurseries(service):
    return made.register(service, '921', 'eaje', manager=True)


@pytest.fixture(scope='module')
def centres(service):
    return made.register(service, '921', 'alsh', manager=True)


def other_caf(service):
    return next(a['caf'] for a in service.demo['accounts'] if a.get('caf') and a['caf'] != '921')


def test_from_the_way_in_to_the_acknowledgement(service, nurseries, centres):
    c = service.client()
    assert f'{STEPS}' in c.get('/demande-habilitation').links()
    empty = c.get(STEPS)
    assert empty.words.count('À faire') == 5 and 'Pas encore possible' in empty.words
    assert DRAFT not in c.session.cookies, 'nothing is stored before the first step'
    for name in ('organisme', 'caf', 'fonctionnement', 'places', 'personnes'):
        page = step(c, name).submit(('action', 'continuer') if name == 'personnes' else None)
        assert page.status == 422 and 'plus conservée' not in page.words

    one, two = made.person(nom='Thivolle', prenom='Agnès'), made.person(nom='Roussac', prenom='Damien')
    two['droit_fonctionnement'] = [centres[0][0]]
    check = made.fill(c, '921', [nurseries[0][0], nurseries[1][0], centres[0][0]], [nurseries[0][0]], [one, two],
                      others=['Micro-crèche du Gué, 3 rue du Gué'], others_places=True, nom='Communauté de communes <des> Trois-Rives',
                      courriel='petite-enfance@trois-rives.example')
    assert '5 étapes sur 5' in c.get(STEPS).words
    for word in ('Trois-Rives', nurseries[0][1], centres[0][1], 'Micro-crèche du Gué', 'Agnès Thivolle', 'Hervé Castelneau, président', '(4)', '(2)'):
        assert word in check.words, word
    form = check.form('/transmettre')
    without = form.submit()
    assert without.status == 422 and 'Cochez la case' in without.faults()[0]

    before = int(time.time() * 1000)
    go_on = stand_still([pid for pid, _ in processes(service, 'habilis-clerk')])
    try:
        page = made.send(c)
    finally:
        go_on()
    number = made.number_of(page)
    assert re.fullmatch(r'H\d\d-921-\d{5}', number)
    assert 'Demande transmise' in page.words and number in page.words and 'Agnès Thivolle et Damien Roussac' in page.words
    assert 'Un accusé de réception part dans la minute vers petite-enfance@trois-rives.example' in page.words
    silence = re.search(r'avant le (\d+(?:er)? \w+ \d{4}), la demande est considérée comme refusée', page.words)[1]
    printed = c.get(f'{page.path}?version=imprimer')
    assert 'Accusé de réception' in printed.words and 'Micro-crèche du Gué' in printed.words

    mail = service.wait_mail('petite-enfance@trois-rives.example', f'Accusé de réception de votre demande {number}')
    text = mail.get_body(('plain',)).get_content()
    for word in ('Communauté de communes <des> Trois-Rives (4 établissements, 2 personnes)', 'Service chargé de votre dossier : Service Partenaires',
                 'partenaires@', f'n’a pas répondu le {silence}, elle est considérée comme refusée', 'pendant deux mois, demander au directeur', number,
                 'Vos données : ', 'Nous ne vous demanderons jamais votre mot de passe.'):
        assert word in text, word
    assert re.search(r'01 99 00 \d\d \d\d', text) and 'partenaires@' in mail['Reply-To']
    until(lambda: 'Nous avons envoyé un accusé de réception à petite-enfance@trois-rives.example' in c.get(page.path).words)

    # nobody else's browser, and nothing is left to send
    assert service.client().get(page.path).status == 404
    assert c.get(STEPS).words.count('À faire') == 5 and 'plus conservée' not in c.get(STEPS).words

    log = service.log('--event', 'request_sent')
    assert number in log and 'Thivolle' not in log
    queue = service.client(service.account('caf_admin', caf='921')).get(f'/caf?type=demande&q={number}')
    assert number in queue.words and before


def test_the_steps_may_come_in_any_order(service, nurseries):
    c = service.client()
    ok(step(c, 'personnes').set(**made.person()).submit(('action', 'ajouter')), f'{STEPS}/personnes?fait=personne-ajoutee')
    form = step(c, 'places').set(lieu=nurseries[0][2])
    found = form.submit(('action', 'chercher'))
    assert found.status == 200 and nurseries[0][1] in found.words
    made.choose(c, 'places', [nurseries[0][0]])
    early = c.get(f'{STEPS}/verification')
    assert 'pas encore complète' in early.words and 'Étape à terminer : Votre Caf' in early.words
    assert not any(f.action.endswith('/transmettre') for f in early.forms())
    made.choose(c, 'fonctionnement', [nurseries[0][0]])
    ok(step(c, 'caf').set(caf='921').submit(), STEPS)
    ok(step(c, 'organisme').set(**made.provider()).submit(), STEPS)
    made.send(c)


def test_places_may_be_none(service, centres):
    c = service.client()
    check = made.fill(c, '921', [centres[0][0]], [])
    assert 'Places libres (0)' in check.words and step(c, 'places').get('aucun') == 'oui'
    made.send(c)


# --- what is wrong ---

@pytest.mark.parametrize('field, value, words', [
    ('siret', '', 'Saisissez le numéro SIRET'),
    ('siret', '1234', '14 chiffres'),
    ('siret', '93456781900017', 'vérifiez chaque chiffre'),
    ('siret', '00000000000000', '14 chiffres'),
    ('nom', '', 'Saisissez le nom'),
    ('code_postal', '4500', '5 chiffres'),
    ('code_postal', '2A004', '5 chiffres'),
    ('code_postal', '92390 CEDEX', '5 chiffres, sans « Cedex »'),
    ('code_postal', '92390 CEDEX 12', '5 chiffres, sans « Cedex »'),
    ('telephone', '01 99 00 12', '10 chiffres'),
    ('telephone', '0000000000', 'un numéro de téléphone français'),
    ('telephone', '+32 2 199 00 12', 'un numéro de téléphone français'),
    ('courriel', 'personne', 'nom@exemple.fr'),
    ('signataire', ' ', 'Saisissez le nom et la fonction'),
    ('adresse', 'x' * 201, 'dépasse de 1 caractère'),
])
def test_a_wrong_answer_of_the_provider_is_told_and_kept(client, field, value, words):
    page = step(client, 'organisme').set(**made.provider(signataire='"><script>x</script>', **{field: value} if field != 'signataire' else {})).put(field, value).submit()
    assert page.status == 422 and page.title.startswith('Erreur :')
    assert any(words in f for f in page.faults()), page.faults()
    assert page.form('/organisme').get(field) == value.strip()
    assert DRAFT not in client.session.cookies


@pytest.mark.parametrize('typed', ['356 000 000 00048', '356.000.000.49837', '934 567 819 00016', '93456781900016'])
def test_numbers_of_every_writing_and_la_poste(client, typed):
    ok(step(client, 'organisme').set(**made.provider(siret=typed)).submit(), f'{STEPS}/caf')
    assert step(client, 'organisme').get('siret') == re.sub(r'\D', '', typed)


@pytest.mark.parametrize('code, phone, shown', [('92 390', '01 99 00 12 00', '01 99 00 12 00'), ('97\u00a0400', '+262 692 00 12 00', '06 92 00 12 00'),
                                                ('97110', '0590 00 12 00', '05 90 00 12 00')])
def test_codes_in_two_parts_and_numbers_of_overseas(client, code, phone, shown):
    ok(step(client, 'organisme').set(**made.provider(code_postal=code, telephone=phone)).submit(), f'{STEPS}/caf')
    form = step(client, 'organisme')
    assert form.get('code_postal') == re.sub(r'\D', '', code) and form.get('telephone') == shown
    assert client.get(f'{STEPS}/organisme').form('/organisme').submit().path.startswith(f'{STEPS}/caf')
    bad = step(client, 'organisme').set(courriel='a..b@trois-rives.example').submit()
    assert bad.status == 422 and 'nom@exemple.fr' in bad.faults()[0]


@pytest.mark.parametrize('name', ['organisme', 'caf', 'fonctionnement', 'places', 'personnes'])
def test_an_empty_step(client, name):
    page = step(client, name).submit(('action', 'continuer') if name in ('fonctionnement', 'places', 'personnes') else None)
    assert page.status == 422 and page.faults()
    for link in [l for l in page.links() if l and l.startswith('#') and l != '#contenu']:
        assert f'id="{link[1:]}"' in page.text, link


def test_establishments_that_may_not_stand_there(service, nurseries, centres):
    c = service.client()
    ok(step(c, 'caf').set(caf='921').submit(), STEPS)
    foreign = made.register(service, other_caf(service), 'eaje', manager=True)[0]
    for name, value, words in [('fonctionnement', foreign[0], f'« {foreign[1]} » ne relève pas de la Caf'),
                               ('fonctionnement', 'E0000', 'n’est plus proposé'), ('fonctionnement', '92078', 'n’est plus proposé'),
                               ('fonctionnement', '+1', 'écrivez-le de nouveau'),
                               ('places', centres[0][0], 'n’accueille pas de jeunes enfants')]:
        page = step(c, name).put('etablissement', [nurseries[0][0], value]).submit(('action', 'continuer'))
        assert page.status == 422 and words in page.faults()[0], (value, page.faults())
        assert nurseries[0][0] in page.form(f'/{name}').all('etablissement')
    for place, words in [('Valmoreaux-le-Rien', 'Nous ne connaissons pas cette commune'), ('00000', 'Nous ne connaissons pas'), ('', 'Indiquez une commune')]:
        page = step(c, 'fonctionnement').set(lieu=place).submit(('action', 'chercher'))
        assert page.status == 422 and words in page.faults()[0], (place, page.faults())
    nothing = c.get(f'{STEPS}/fonctionnement', params={'lieu': 'Aurillac'})
    assert nothing.status == 200 and 'Aucun établissement' in nothing.words
    assert c.get(f'{STEPS}/fonctionnement', params={'lieu': '92078'}).status == 200     # an INSEE code


def test_another_caf_makes_establishments_fall_away_when_that_is_confirmed(service, nurseries):
    c = service.client()
    other = other_caf(service)
    made.fill(c, '921', [nurseries[0][0]], [nurseries[0][0]], others=['Halte-garderie des Galets'])
    page = step(c, 'caf').set(caf=other).submit()
    assert page.status == 422 and nurseries[0][1] in page.faults()[0] and 'sortira' in page.faults()[0]
    assert nurseries[0][1] in c.get(f'{STEPS}/verification').words, 'nothing is lost before the confirmation'
    ok(page.form('/caf').set(confirmer='oui').submit(), f'{STEPS}/fonctionnement')
    check = c.get(f'{STEPS}/verification')
    assert nurseries[0][1] not in check.words and 'Halte-garderie des Galets' in check.words
    assert 'Étape à terminer : Établissements : places libres' in check.words


def test_people_twice_and_one_mail_for_two(service, nurseries):
    c = service.client()
    one = made.person(nom='Thivolle', prenom='Agnès', courriel='accueil@trois-rives.example')
    made.fill(c, '921', [nurseries[0][0], nurseries[1][0]], [nurseries[0][0]], [one])
    twice = step(c, 'personnes').set(**{**one, 'nom': 'THIVOLLE ', 'prenom': 'Agnes', 'courriel': 'autre@trois-rives.example'}).submit(('action', 'ajouter'))
    assert twice.status == 422 and twice.faults() == ['Agnès Thivolle est déjà dans la liste']
    assert twice.form('/personnes').get('courriel') == 'autre@trois-rives.example'
    bad = step(c, 'personnes').set(**made.person(courriel='a@b')).submit(('action', 'ajouter'))
    assert bad.status == 422 and 'nom@exemple.fr' in bad.faults()[0]
    nothing = step(c, 'personnes').set(**made.person()).put('tous', []).submit(('action', 'ajouter'))
    assert nothing.status == 422 and 'au moins un établissement' in nothing.faults()[0]
    page = ok(step(c, 'personnes').set(**made.person(nom='Roussac', prenom='Damien', courriel='Accueil@trois-rives.example')).submit(('action', 'ajouter')), STEPS)
    assert 'ont la même adresse' in page.words, 'a warning, no refusal'
    edit = c.get(f'{STEPS}/personnes?personne=2').form('/personnes')
    assert edit.get('nom') == 'Roussac'
    ok(edit.set(fonction='Directeur', courriel='d.roussac@trois-rives.example').submit(('action', 'continuer')), f'{STEPS}/verification')
    assert 'la même adresse' not in c.get(f'{STEPS}/verification').words and 'Directeur' in c.get(f'{STEPS}/verification').words
    gone = c.get(f'{STEPS}/personnes?personne=1').forms()[-1]
    ok(gone.submit(('action', 'retirer')), f'{STEPS}/personnes?fait=personne-retiree')
    assert 'Thivolle' not in c.get(f'{STEPS}/verification').words
    made.send(c)


def test_a_person_added_by_a_double_click_is_added_once(service, nurseries):
    c = service.client()
    made.choose(c, 'fonctionnement', [nurseries[0][0], nurseries[1][0]])
    who = {**made.person(nom='Thivolle', prenom='Agnès'), 'droit_fonctionnement': [nurseries[1][0]]}
    form = step(c, 'personnes').set(**who).put('tous', [])
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        pages = list(pool.map(lambda _: c.post(form.action, [*form.fields, ('action', 'ajouter')], follow=False), range(2)))
    assert [p.status for p in pages] == [303, 303] and len({p.headers['Location'] for p in pages}) == 1
    edit = c.get(f'{STEPS}/personnes?personne=1').form('/personnes').set(fonction='Directrice')
    for _ in range(2):
        ok(edit.submit(('action', 'ajouter')), f'{STEPS}/personnes?fait=personne-ajoutee')
    page = c.get(f'{STEPS}/personnes')
    assert page.words.count('ThivolleDirectrice') == 1, page.words
    # another one of the same name is told
    other = form.set(droit_fonctionnement=[nurseries[0][0]], fonction='Directrice').submit(('action', 'ajouter'))
    assert other.status == 422 and other.faults() == ['Agnès Thivolle est déjà dans la liste']


def test_another_window_moves_nobody(service, nurseries):
    c = service.client()
    made.fill(c, '921', [nurseries[0][0]], [nurseries[0][0]], [made.person(nom=n) for n in ('Aubray', 'Boisset', 'Chenut')],
              others=['Les Galets, 1 rue Haute', 'Les Dunes, 2 rue Basse', 'Les Pins, 3 rue du Bac'])
    stale = step(c, 'fonctionnement')
    edit = c.get(f'{STEPS}/personnes?personne=2').form('/personnes')
    gone = c.get(f'{STEPS}/personnes?personne=1').forms()[-1]
    for _ in range(2):      # a double click
        ok(gone.submit(('action', 'retirer')), f'{STEPS}/personnes?fait=personne-retiree')
    ok(edit.set(nom='Boisset-Lorne').submit(('action', 'ajouter')), f'{STEPS}/personnes?fait=personne-ajoutee')
    words = c.get(f'{STEPS}/verification').words
    assert 'Aubray' not in words and 'Boisset-Lorne' in words and 'Chenut' in words
    lost = edit.set(nom='Boisset-Drac').submit(('action', 'ajouter'))
    assert lost.status == 422 and 'autre fenêtre' in lost.faults()[0] and lost.form('/personnes').get('nom') == 'Boisset-Drac'

    form = step(c, 'fonctionnement')
    ok(form.put('etablissement', [v for v in form.all('etablissement') if v != '+1']).submit(('action', 'continuer')), STEPS)
    late = stale.put('etablissement', [v for v in stale.all('etablissement') if v != '+2']).submit(('action', 'continuer'))
    assert late.status == 422 and 'autre fenêtre' in late.faults()[0]
    words = c.get(f'{STEPS}/verification').words
    assert 'Galets' not in words and 'Dunes' in words and 'Pins' in words


def test_two_windows_at_one_person_undo_nothing_unseen(service, nurseries):
    c = service.client()
    ids, names = zip(*((i, n) for i, n, _ in nurseries[:2]))
    made.choose(c, 'fonctionnement', ids)
    who = made.person(nom='Thivolle', prenom='Agnès')
    ok(step(c, 'personnes').set(**who).submit(('action', 'ajouter')), STEPS)
    edit = lambda: c.get(f'{STEPS}/personnes?personne=1').form('/personnes')
    rights, stale, gone = edit(), edit(), c.get(f'{STEPS}/personnes?personne=1').forms()[-1]
    for _ in range(2):      # a double click
        ok(rights.put('tous', []).put('droit_fonctionnement', [ids[1]]).submit(('action', 'ajouter')), STEPS)
    late = stale.set(fonction='Directrice').submit(('action', 'ajouter'))
    assert late.status == 422 and 'Agnès Thivolle : cette personne a été modifiée dans une autre fenêtre' in late.faults()[0], late.words[:400]
    assert f'fonctionnement : {names[1]}' in late.faults()[0] and edit().all('droit_fonctionnement') == [ids[1]]
    again = late.form('/personnes')
    assert again.get('fonction') == 'Directrice'
    # a change of the function is told as well, and so is one in a form with other faults
    stale = edit()
    for _ in range(2):
        ok(again.put('tous', []).put('droit_fonctionnement', [ids[1]]).submit(('action', 'ajouter')), STEPS)
    late = stale.put('droit_fonctionnement', list(ids)).set(courriel='a@b').submit(('action', 'ajouter'))
    assert late.status == 422 and any('Enregistré là-bas : Directrice' in f for f in late.faults()), late.faults()
    assert sorted(late.form('/personnes').all('droit_fonctionnement')) == sorted(ids)
    ok(late.form('/personnes').set(courriel=who['courriel']).submit(('action', 'ajouter')), STEPS)
    # it was asked to go, whatever it has become
    ok(gone.submit(('action', 'retirer')), STEPS)
    assert 'Thivolle' not in c.get(f'{STEPS}/verification').words


def test_two_windows_at_the_provider_undo_nothing_unseen(service):
    c = service.client()
    mine = made.provider()
    early = step(c, 'organisme')
    for _ in range(2):      # a double click
        ok(early.set(**mine).submit(), STEPS)
    one, stale = step(c, 'organisme'), step(c, 'organisme')
    ok(one.set(telephone='01 99 00 12 34').submit(), STEPS)
    late = stale.set(signataire='Jeanne Aubertin, maire', siret='1234').submit()
    told = [f for f in late.faults() if 'a changé dans une autre fenêtre' in f]
    assert late.status == 422 and 'Téléphone de l’organisme « 01 99 00 12 34 »' in told[0], late.faults()
    assert mine['nom'] not in told[0] and step(c, 'organisme').get('telephone') == '01 99 00 12 34'
    again = late.form('/organisme')
    assert again.get('signataire') == 'Jeanne Aubertin, maire'
    ok(again.set(telephone='01 99 00 12 34', siret=mine['siret']).submit(), STEPS)
    # a form of before tells nothing
    ok(stale.set(siret=mine['siret']).put('vu', []).submit(), STEPS)


@pytest.mark.parametrize('name, right', [('fonctionnement', 'droit_fonctionnement'), ('places', 'droit_places')])
def test_two_windows_at_one_list_lose_nothing(service, nurseries, name, right):
    c = service.client()
    ids, names = zip(*((i, n) for i, n, _ in nurseries[:3]))
    stale = step(c, name)
    made.choose(c, name, ids[:2])
    if name == 'places':
        made.choose(c, 'fonctionnement', ids[2:3])
    who = {**made.person(), right: list(ids[:2])}
    form = step(c, 'personnes').set(**who).put('tous', [])
    ok(form.submit(('action', 'ajouter')), f'{STEPS}/personnes?fait=personne-ajoutee')

    late = stale.put('etablissement', [ids[2]]).submit(('action', 'continuer'))
    assert late.status == 422 and 'a changé dans une autre fenêtre' in late.faults()[0], late.words[:400]
    said = late.faults()[0]
    assert said.index('Enregistré là-bas') < said.index(names[0]) < said.index('Coché ici') < said.index(names[2])
    both = late.form(f'/{name}')
    assert sorted(both.all('etablissement')) == sorted(ids)
    kept = c.get(f'{STEPS}/personnes?personne=1').form('/personnes')
    assert sorted(kept.all(right)) == sorted(ids[:2]), 'nothing was stored'

    # the user decides; what a person could write goes with it, and that is told
    page = ok(both.put('etablissement', [ids[1], ids[2]]).submit(('action', 'continuer')), STEPS)
    assert '1 personne perd des droits sur ce que vous venez de retirer' in page.words, page.words[:400]
    assert sorted(step(c, name).all('etablissement')) == sorted(ids[1:])
    assert c.get(f'{STEPS}/personnes?personne=1').form('/personnes').all(right) == [ids[1]]
    # pressed twice, it is as it was
    again = both.submit(('action', 'continuer'))
    assert again.status == 200 and 'perd des droits' not in again.words
    # a search keeps the ticks: the same holds
    other, fresh = step(c, name), step(c, name)
    ok(fresh.put('etablissement', list(ids)).submit(('action', 'continuer')), STEPS)
    assert other.put('etablissement', [ids[1]]).set(lieu=nurseries[0][2]).submit(('action', 'chercher')).status == 422
    # a form of before tells only its free lines
    old = step(c, name)
    old.put('lignes', old.get('lignes')[:16]).put('etablissement', [ids[0]])
    assert 'perd des droits' in ok(old.submit(('action', 'continuer')), STEPS).words


@pytest.mark.parametrize('name', ['fonctionnement', 'places'])
def test_a_list_is_told_that_the_caf_changed_in_another_window(service, nurseries, name):
    c = service.client()
    other = other_caf(service)
    ours, theirs = nurseries[0], made.register(service, other, 'eaje', manager=True)[0]
    ok(step(c, 'caf').set(caf='921').submit(), STEPS)
    made.choose(c, name, [ours[0]])
    stale = step(c, name)
    page = step(c, 'caf').set(caf=other).submit()
    ok(page.form('/caf').set(confirmer='oui').submit(), STEPS)
    made.choose(c, name, [theirs[0]])
    late = stale.submit(('action', 'continuer'))
    assert late.status == 422 and 'votre Caf est maintenant la Caf' in late.faults()[0], late.faults()
    assert f'{ours[1]} n’en relève pas et n’est pas repris' in late.faults()[0] and 'tout y est coché' not in late.faults()[0]
    assert theirs[1] in late.faults()[0] and late.form(f'/{name}').all('etablissement') == [theirs[0]]
    ok(late.form(f'/{name}').submit(('action', 'continuer')), STEPS)


@pytest.mark.parametrize('name', ['fonctionnement', 'places'])
def test_a_search_searches_and_keeps_a_line_that_is_not_added(service, nurseries, name):
    c = service.client()
    line = 'Les Galets, 1 rue Haute & Cie'
    form = step(c, name).put('autre', line).put('etablissement', [nurseries[0][0]])
    if name == 'fonctionnement':
        form.put('autre_places', 'oui')
    found = form.set(lieu=nurseries[1][2]).submit(('action', 'chercher'))
    assert found.status == 200 and 'id="resultats"' in found.text and 'ligne-ajoutee' not in found.path
    again = found.form(f'/{name}')
    assert again.get('autre') == line and again.all('etablissement') == [nurseries[0][0]]
    assert name == 'places' or again.get('autre_places') == 'oui'
    ok(again.submit(('action', 'ajouter')), f'{STEPS}/{name}?fait=ligne-ajoutee')
    assert '+1' in step(c, name).all('etablissement')


@pytest.mark.parametrize('name, others', [('fonctionnement', True), ('places', False)])
def test_a_line_added_by_a_double_click_is_added_once(service, nurseries, name, others):
    c = service.client()
    form = step(c, name).put('etablissement', [nurseries[0][0]]).put('autre', 'Les Galets, 1 rue Haute')
    if others:
        form.put('autre_places', 'oui')
    for _ in range(2):
        page = ok(form.submit(('action', 'ajouter')), f'{STEPS}/{name}?fait=ligne-ajoutee')
        assert sorted(page.form(f'/{name}').all('etablissement')) == ['+1', nurseries[0][0]]
    form = page.form(f'/{name}').put('autre', 'Les Dunes, 2 rue Basse')
    for _ in range(2):
        page = ok(form.submit(('action', 'ajouter')), f'{STEPS}/{name}?fait=ligne-ajoutee')
    assert sorted(page.form(f'/{name}').all('etablissement')) == ['+1', '+2', nurseries[0][0]]


def test_free_lines_leave_and_close_up(service, nurseries):
    c = service.client()
    made.fill(c, '921', [nurseries[0][0]], [nurseries[0][0]], others=['Les Galets, 1 rue Haute', 'Les Dunes, 2 rue Basse'])
    again = step(c, 'fonctionnement').put('autre', 'les dunes 2 rue basse').submit(('action', 'ajouter'))
    assert again.status == 422 and 'déjà dans votre demande' in again.faults()[0]
    form = step(c, 'fonctionnement')
    form.put('etablissement', [v for v in form.all('etablissement') if v != '+1'])
    ok(form.submit(('action', 'continuer')), STEPS)
    check = c.get(f'{STEPS}/verification')
    assert 'Les Galets' not in check.words and 'Les Dunes' in check.words
    assert '+1' in step(c, 'fonctionnement').all('etablissement') and '+2' not in step(c, 'fonctionnement').all('etablissement')


def test_what_is_sent_is_the_recap_that_was_read(service, nurseries):
    c = service.client()
    form = made.fill(c, '921', [nurseries[0][0]], [nurseries[0][0]]).form('/transmettre')
    ok(step(c, 'caf').set(caf='921').submit(), STEPS)
    assert c.get(f'{STEPS}/verification').form('/transmettre').get('version') == form.get('version')
    other = made.person(nom='Aubray-Lorne')
    ok(step(c, 'personnes').set(**other).submit(('action', 'ajouter')), f'{STEPS}/personnes?fait=personne-ajoutee')
    late = form.set(agents='oui').submit()
    assert late.status == 409 and 'a changé dans une autre fenêtre' in late.words and 'Aubray-Lorne' in late.words
    again = late.form('/transmettre')
    assert not again.get('agents') and again.get('version') != form.get('version')
    assert again.submit().status == 422
    ok(again.set(agents='oui').submit(), '/demande-habilitation/confirmation/')


def test_an_establishment_nobody_may_write_is_told_and_allowed(service, nurseries):
    c = service.client()
    ids, names = zip(*((i, n) for i, n, _ in nurseries[:2]))
    who = {**made.person(), 'droit_fonctionnement': [ids[0]]}
    words = made.fill(c, '921', list(ids), [ids[0]], [who]).words
    assert f'Fonctionnement : aucune personne de la demande ne peut mettre à jour {names[1]}.' in words, words
    assert f'Places libres : aucune personne de la demande ne peut mettre à jour {names[0]}.' in words
    ok(step(c, 'personnes').set(**made.person()).submit(('action', 'ajouter')), f'{STEPS}/personnes?fait=personne-ajoutee')
    assert 'aucune personne de la demande' not in c.get(f'{STEPS}/verification').words
    gone = c.get(f'{STEPS}/personnes?personne=2').forms()[-1]
    ok(gone.submit(('action', 'retirer')), STEPS)
    number = made.number_of(made.send(c))
    caf = service.client(service.account('caf_admin', caf='921')).get(f'/caf/demandes/{number}').words
    assert f'À voir Fonctionnement : aucune personne de la demande ne peut mettre à jour {names[1]}' in caf
    assert f'À voir Places libres : aucune personne de la demande ne peut mettre à jour {names[0]}' in caf


def test_a_form_without_its_version_sends_the_draft_as_it_is(service, nurseries):
    c = service.client()
    form = made.fill(c, '921', [nurseries[0][0]], [nurseries[0][0]]).form('/transmettre')
    ok(form.set(agents='oui').put('version', []).submit(), '/demande-habilitation/confirmation/')


# --- the draft ---

def test_the_draft_survives_a_closed_browser(service):
    c = service.client()
    ok(step(c, 'organisme').set(**made.provider(nom='Les Petits Tisserands')).submit(), STEPS)
    kept = {k.name: k for k in c.session.cookies}
    assert 7 * 86400 - 60 < kept[DRAFT].expires - time.time() <= 8 * 86400 and kept[DRAFT].secure
    later = service.client()
    for cookie in kept.values():
        if cookie.expires:                  # what the browser keeps when it is closed
            later.session.cookies.set_cookie(cookie)
    page = later.get(f'{STEPS}/organisme')
    assert page.form('/organisme').get('nom') == 'Les Petits Tisserands'
    # a tab that was open may still be sent
    ok(page.form('/organisme').set(nom='Les Grands Tisserands').submit(), f'{STEPS}/caf')
    assert service.client().get(f'{STEPS}/organisme').form('/organisme').get('nom') == ''


def test_a_draft_nobody_keeps_any_more(service):
    c = service.client()
    c.session.cookies.set(DRAFT, 'A' * 43, domain='127.0.0.1', path='/', secure=True)
    domain = re.sub(r'^https?://|:\d+$', '', service.url)
    c.session.cookies.set(DRAFT, 'A' * 43, domain=domain, path='/', secure=True)
    lost = c.get(f'{STEPS}/organisme')
    assert 'Votre saisie n’est plus conservée' in lost.words
    sent = c.post('/demande-habilitation/transmettre', [('csrf', lost.form('/organisme').get('csrf')), ('agents', 'oui')])
    assert sent.status == 410 and 'n’est plus conservée' in sent.words
    # what was typed in a tab of that time is kept anew
    ok(lost.form('/organisme').set(**made.provider(nom='Les Revenus')).submit(), f'{STEPS}/caf')
    assert step(c, 'organisme').get('nom') == 'Les Revenus'


def test_whoever_goes_back_after_the_sending_reads_that_it_is_sent(service, nurseries):
    c = service.client()
    made.fill(c, '921', [nurseries[0][0]], [nurseries[0][0]])
    assert 'est transmise' not in c.get(STEPS).words
    number = made.number_of(made.send(c))
    for path in (STEPS, f'{STEPS}/verification'):
        page = c.get(path)
        assert page.status == 200 and f'Votre demande {number} est transmise' in page.words, page.words[:400]
        assert f'/demande-habilitation/confirmation/{number}' in page.links() and 'pas encore complète' not in page.words
    assert STEPS in page.links() and 'Commencer une autre demande' in page.words
    # once another one is begun, it is that one
    ok(step(c, 'organisme').set(**made.provider()).submit(), STEPS)
    assert 'pas encore complète' in c.get(f'{STEPS}/verification').words and 'est transmise' not in c.get(STEPS).words


@pytest.mark.parametrize('name', ['organisme', 'caf', 'fonctionnement', 'places', 'personnes'])
def test_an_old_tab_of_a_request_that_was_sent_begins_none(service, nurseries, name):
    c = service.client()
    blank = step(c, 'personnes')
    made.fill(c, '921', [nurseries[0][0]], [nurseries[0][0]])
    old = step(c, name)
    number = made.number_of(made.send(c))
    if name == 'personnes':
        old.set(**made.person(nom='Aubray-Lorne'))
    page = old.submit(('action', 'ajouter') if name == 'personnes' else ('action', 'continuer') if name in ('fonctionnement', 'places') else None)
    assert page.status == 409 and f'La demande {number} est transmise : elle ne peut plus être modifiée' in page.words, page.words[:300]
    assert f'/demande-habilitation/confirmation/{number}' in page.links() and STEPS in page.links()
    if name == 'personnes':
        assert 'Aubray-Lorne' in page.words
        gone = blank.set(**made.person()).submit(('action', 'ajouter'))
        assert gone.status == 409 and number in gone.words, 'a tab of before the first step'
    assert c.get(STEPS).words.count('À faire') == 5
    # from there another one begins, and the tab stays of the first
    ok(step(c, 'organisme').set(**made.provider()).submit(), f'{STEPS}/caf')
    ok(step(c, 'personnes').set(**made.person()).submit(('action', 'ajouter')), f'{STEPS}/personnes?fait=personne-ajoutee')
    assert old.submit().status == 409
    assert c.get(STEPS).words.count('À faire') == 3


def test_a_form_whose_cookie_is_gone_begins_a_request_only_once_that_is_told(service, nurseries):
    c = service.client()
    made.choose(c, 'fonctionnement', [nurseries[0][0]])
    old, boxes = step(c, 'personnes').set(**made.person(nom='Aubray-Lorne')), step(c, 'fonctionnement')
    for cookie in [k for k in c.session.cookies if k.name == DRAFT]:
        c.session.cookies.clear(cookie.domain, cookie.path, cookie.name)
    told = boxes.submit(('action', 'continuer'))
    assert told.status == 409 and told.form('/fonctionnement').all('etablissement') == [nurseries[0][0]]
    told = old.submit(('action', 'ajouter'))
    assert told.status == 409 and 'n’est plus conservée sur cet appareil : rien n’est enregistré' in told.words, told.words[:300]
    assert DRAFT not in c.session.cookies and told.form('/personnes').get('nom') == 'Aubray-Lorne'
    ok(told.form('/personnes').submit(('action', 'ajouter')), f'{STEPS}/personnes?fait=personne-ajoutee')
    # of a draft emptied by hand, nothing is gone
    gone = c.get(f'{STEPS}/personnes?personne=1').forms()[-1]
    for _ in range(2):
        ok(gone.submit(('action', 'retirer')), f'{STEPS}/personnes?fait=personne-retiree')


def test_a_confirmation_that_is_not_of_this_browser_says_where_to_look_and_whom_to_ask(service, clock):
    mine, stranger = service.client(), service.client()
    number = made.make_request(service, client=mine)
    sent = f'/demande-habilitation/confirmation/{number}'
    none = re.sub(r'\d{5}$', '99999', number)
    assert none != number and mine.get(sent).status == 200
    # nobody learns from it which numbers are given
    given, free = stranger.get(sent), stranger.get(sent.replace(number, none))
    assert given.status == free.status == 404 and given.text.replace(number, none) == free.text
    assert mine.get(sent.replace(number, none)).status == 404
    other = stranger.get(sent.replace('-921-', '-999-')), stranger.get('/demande-habilitation/confirmation/%3Cb%3E')
    for page in other:
        assert page.status == 404 and 'Demandez au service de la Caf' in page.words and 'mailto:' not in page.text
    assert number not in other[1].text and '<b>' not in other[1].text
    clock(8 * 24 * 60)
    page = until(lambda: (lambda p: p if p.status == 404 else None)(mine.get(sent)))
    for said in ('pendant 7 jours', number, '« Accusé de réception de votre demande »', 'Service chargé des demandes d’habilitation', 'Hauts-de-Seine'):
        assert said in page.words, (said, page.words[:900])


def test_erasing_asks_and_forgets(service):
    c = service.client()
    ok(step(c, 'organisme').set(**made.provider()).submit(), STEPS)
    assert c.get(STEPS).words.count('Complet') == 1
    page = c.get('/demande-habilitation/effacer').form('/effacer').submit()
    assert page.path == f'{STEPS}?fait=saisie-effacee' and page.words.count('À faire') == 5
    assert DRAFT not in c.session.cookies


def test_twenty_drafts_a_day_from_an_address(service):
    first = service.client()
    address = first.session.get_adapter('https://x').address
    from client import Client
    for i in range(21):
        c = Client(service, address)
        page = step(c, 'organisme').set(**made.provider(nom=f'Organisme {i}')).submit()
        assert page.status == (200 if i < 20 else 429), (i, page.status)
    assert 'Continuez demain' in page.faults()[0] and page.form('/organisme').get('nom') == 'Organisme 20'
    ok(step(service.client(), 'organisme').set(**made.provider()).submit(), f'{STEPS}/caf')


# --- the sending ---

def test_pressed_twice_it_is_sent_once(service, nurseries):
    c = service.client()
    form = made.fill(c, '921', [nurseries[0][0]], []).form('/transmettre').set(agents='oui')
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda _: c.post(form.action, form.fields, follow=False), range(4)))
    where = {p.headers['Location'] for p in pages}
    assert [p.status for p in pages] == [303] * 4 and len(where) == 1, where
    late = form.submit()
    assert late.path == where.pop()
    number = made.number_of(late)
    log = service.log('--event', 'request_sent')
    assert log.count(number) == 1


def test_many_at_once_have_numbers_of_their_own(service, nurseries):
    clients = [service.client() for _ in range(4)]
    forms = [made.fill(c, '921', [nurseries[0][0]], []).form('/transmettre').set(agents='oui') for c in clients]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda f: made.number_of(f.submit()), forms))
    assert len(set(numbers)) == 4


def test_an_establishment_that_left_the_register_is_named(service):
    d = service.directory()
    base = f'ou=etablissements,habCodeCaf=921,ou=cafs,{service.demo["ldap"]["suffix"]}'
    dn = f'habEtablissementId=E92177777,{base}'
    d.add_s(dn, [('objectClass', [b'habEtablissement', b'habEaje']), ('habEtablissementId', b'E92177777'), ('cn', 'Les Éphémères'.encode()),
                 ('habTypeEtablissement', b'EAJE'), ('l', b'Villeneuve-la-Garenne'), ('habCodeInsee', b'92078'), ('postalCode', b'92390')])
    c = service.client()
    until(lambda: 'Les Éphémères' in c.get(f'{STEPS}/fonctionnement', params={'lieu': '92390'}).words)
    form = made.fill(c, '921', ['E92177777'], []).form('/transmettre').set(agents='oui')
    d.delete_s(dn)
    until(lambda: 'n’est plus proposé' in c.get(f'{STEPS}/verification').words)
    page = form.submit()
    assert page.status == 422 and any('« Les Éphémères » : cet établissement n’est plus proposé' in f for f in page.faults()), page.faults()
    assert 'Commencé' in c.get(STEPS).words


def test_a_caf_without_its_texts_is_not_offered(service, nurseries):
    caf = other_caf(service)
    d = service.directory()
    dn = f'habCodeCaf={caf},ou=cafs,{service.demo["ldap"]["suffix"]}'
    old = d.search_s(dn, ldap.SCOPE_BASE, attrlist=['habVoiesRecours', 'habSilence'])[0][1]
    c = service.client()
    offered = lambda: f'<option value="{caf}"' in c.get(f'{STEPS}/caf').text
    assert offered()
    d.modify_s(dn, [(ldap.MOD_DELETE, 'habVoiesRecours', None)])
    try:
        until(lambda: not offered())
        page = step(c, 'caf').set(caf=caf).submit()
        assert page.status == 422 and 'dans la liste' in page.faults()[0]
        log = service.run / 'log'
        until(lambda: any(f'{caf}=habVoiesRecours' in f.read_text() for f in log.glob('*.log')))
        # where silence accepts, no remedy is needed and the attestation is named
        d.modify_s(dn, [(ldap.MOD_REPLACE, 'habSilence', b'acceptation')])
        until(offered)
        foreign = made.register(service, caf, 'eaje', manager=True)[0]
        number = made.make_request(service, caf, [foreign[0]], [], client=c, courriel='accord@trois-rives.example')
        text = service.wait_mail('accord@trois-rives.example', number).get_body(('plain',)).get_content()
        assert 'considérée comme acceptée' in text and 'L. 232-3' in text and 'deux mois' not in text
    finally:
        d.modify_s(dn, [(ldap.MOD_REPLACE, k, v) for k, v in old.items()])
        until(offered)
