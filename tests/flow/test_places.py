"""Free places from the form to the families: what is refused, what comes back, what is told."""
import concurrent.futures
import datetime
import re
import time

import ldap
import pytest

from client import today, until
from test_journey import send_listing
from test_listing import accept

@pytest.fixture
def nursery(service):
    """An agent with both rights, his client, an establishment whose listing is online, and the path of its places."""
    for agent in service.accounts('agent'):
        c = service.client(agent)
        for e in agent['establishments']:
            if e['listing'] and e['places'] and 'En ligne' in c.get(f'/espace-pro/etablissements/{e["id"]}').words:
                return c, agent, e, f'/espace-pro/etablissements/{e["id"]}/places'
    raise AssertionError('no establishment with an online listing')


def all_places(service):
    for agent in service.accounts('agent'):
        c = service.client(agent)
        for e in agent['establishments']:
            if e['places']:
                yield c, e, f'/espace-pro/etablissements/{e["id"]}/places'


def colleagues(service, agent, e):
    return [a for a in service.accounts('agent') if a['uid'] != agent['uid']
            and any(o['id'] == e['id'] and o['places'] for o in a['establishments'])]


def cells(form):
    return [n for n, _ in form.fields if n.startswith('a') and n.count('-') == 2]


def day(n):
    return today(n).strftime('%d/%m/%Y')


def fill(form, value='0', **values):
    for name in cells(form):
        form.put(name, value)
    return form.set(**values)


def side(page):
    return next(f for f in page.forms() if ('remplir', 'complet') in f.buttons)


def take(c, establishment, action):
    """Down, or back up."""
    form = next(f for f in c.get(establishment).forms() if f.get('action') == action)
    return form.set(confirmer='oui').submit()


@pytest.mark.parametrize('button', ['publier', 'inchange'])
def test_two_clicks_at_once_are_one(service, nursery, button):
    c, agent, _, path = nursery
    form = c.get(path).form('/places')
    if button == 'publier':
        fill(form, debut=day(5), note='Deux clics.')
    with concurrent.futures.ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda _: form.submit(('action', button)), range(2)))
    assert [a.status for a in answers] == [200, 200] and all('Places ' in a.words for a in answers)
    late = fill(c.get(path).form('/places'), note='Une autre grille.')
    assert late.submit(('action', 'publier')).status == 200
    if button == 'publier':
        assert form.submit(('action', button)).status == 409, 'somebody published since'


def test_what_was_changed_is_not_confirmed_as_unchanged(nursery):
    c, agent, _, path = nursery
    before = c.get(path).form('/places')
    cell = next(name for name, value in before.fields if re.match(r'a\d-', name) and value.isdigit())
    for changed in ({cell: str(int(before.get(cell)) + 1)}, {'note': f'Écrit {time.time_ns()}.'}):
        page = c.get(path).form('/places').set(**changed).submit(('action', 'inchange'))
        assert page.status == 422 and 'choisissez « Publier les places »' in page.faults()[0], page.faults()
        name, value = next(iter(changed.items()))
        assert page.form('/places').get(name).strip() == value, 'kept'
    bare = c.get(path).form('/places')
    bare.fields = [(n, v) for n, v in bare.fields if n in ('csrf', 'base', 'reprise')]
    assert 'Places confirmées' in bare.submit(('action', 'inchange')).words, 'nothing was written'


@pytest.mark.parametrize('button', ['complet', 'precedent'])
def test_refilling_keeps_what_was_typed_and_a_colleagues_grid_in_sight(service, nursery, button):
    c, agent, e, path = nursery
    for places in '01':
        assert fill(c.get(path).form('/places'), places, debut=day(5), note='').submit(('action', 'publier')).status == 200
    page = c.get(path)
    assert page.text.count('form="grille"') == 2, 'a browser sends the grid’s form'
    form = fill(page.form('/places'), '2', debut=day(9), note='Deux places en janvier.')
    filled = form.submit(('remplir', button))
    values = {filled.form('/places').get(n) for n in cells(form)}
    assert filled.status == 200 and values == {'0'} and filled.form('/places').get('note') == 'Deux places en janvier.'
    assert filled.form('/places').get('debut') == day(9)
    assert side(page).submit(('remplir', button)).form('/places').get('debut') == day(5), 'nothing was typed'

    assert fill(c.get(path).form('/places'), '3', note='D’une collègue.').submit(('action', 'publier')).status == 200
    for late in form.submit(('remplir', button)), side(page).submit(('remplir', button)):
        assert late.status == 409 and 'a publié une autre grille' in late.words and '3 places' in late.words
        assert {late.form('/places').get(n) for n in cells(form)} == {'0'}
    assert late.form('/places').submit(('action', 'publier')).status == 200


def test_places_that_no_longer_fit_are_not_confirmed(service):
    c, e, path = next((c, e, path) for c, e, path in all_places(service) if 'au total' not in c.get(path).words)
    assert fill(c.get(path).form('/places'), '1', debut=day(5)).submit(('action', 'publier')).status == 200
    d = service.directory()
    before = d.search_s(e['dn'], ldap.SCOPE_BASE, attrlist=['habCapacite'])[0][1]['habCapacite'][0]
    d.modify_s(e['dn'], [(ldap.MOD_REPLACE, 'habCapacite', b'1')])
    try:
        form = c.get(path).form('/places')
        answer = until(lambda: (a := form.submit(('action', 'inchange'))).status == 422 and a)
        assert 'places en tout dépassent' in answer.faults()[0] and answer.form('/places').get(cells(form)[0]) == '1'
    finally:
        d.modify_s(e['dn'], [(ldap.MOD_REPLACE, 'habCapacite', before)])


def test_a_fault_of_a_closed_half_day_has_its_box(service, nursery):
    c, agent, e, path = nursery
    form = fill(c.get(path).form('/places'), debut=day(5)).put('a0-di-a', '1').put('a3-di-a', '2')
    page = form.submit(('action', 'publier'))
    assert page.status == 422 and len(page.faults()) == 2
    again = page.form('/places')
    assert [again.get(n) for n in ('a0-di-a', 'a3-di-a', 'a3-di-m')] == ['1', '2', None]
    assert all(page.text.count(f'{word}a{band}-di-a"') == 1 for word in ('href="#', ' id="') for band in '03')
    assert again.put('a0-di-a', '').put('a3-di-a', '').submit(('action', 'publier')).status == 200


def test_history_has_pages_confirmations_and_withdrawals(service, nursery):
    c, agent, e, path = nursery
    establishment = path.removesuffix('/places')
    last = 0
    while last < 21:
        form = fill(c.get(path).form('/places'), debut=day(5), note='')
        last = int(form.get('base')) + 1
        assert form.submit(('action', 'publier')).status == 200
    assert c.get(path).form('/places').submit(('action', 'inchange')).status == 200
    first = c.get(path + '/historique')
    assert first.words.count('Grille n°') == 20 and f'Grille n° {last}, publiée' in first.words
    assert 'Confirmée le' in first.words and path + '/historique?page=2' in first.links()
    second = c.get(path + '/historique?page=2')
    assert second.status == 200 and f'Grille n° {last - 20}, publiée' in second.words
    assert c.get(path + '/historique?page=99').status == 404 and c.get(path + '/historique?page=x').status == 400

    late = c.get(path).form('/places')
    unsure = next(f for f in c.get(establishment).forms() if f.get('action') == 'retirer-places').submit()
    assert unsure.status == 422 and unsure.faults() == ['Cochez « Je confirme » pour continuer']
    assert 'id="e-c-retirer-places"' in unsure.text and 'aria-describedby="e-c-retirer-places"' in unsure.text
    assert take(c, establishment, 'retirer-places').path.endswith('fait=places-retirees')
    gone = c.get(path)
    assert ('action', 'inchange') not in gone.form('/places').buttons, 'there is nothing to confirm'
    assert ' : places retirées' in gone.words
    refused = late.submit(('action', 'publier'))
    assert refused.status == 409 and 'a retiré les places le' in refused.words and 'Grille en ligne' not in refused.words
    words = c.get(path + '/historique').words
    assert f'Grille n° {last + 1}, retirée' in words
    assert fill(gone.form('/places'), debut=day(5)).submit(('action', 'publier')).status == 200


def test_a_half_day_opened_since_is_not_told_as_closed(service, nursery):
    c, agent, e, path = nursery
    establishment = path.removesuffix('/places')
    assert fill(c.get(path).form('/places'), debut=day(5)).submit(('action', 'publier')).status == 200
    assert 'Non communiqué' not in service.client().get(e['url']).words
    form = c.get(establishment + '/fonctionnement').form('/fonctionnement')
    page = form.set(di_ouverture='09:00', di_fermeture='12:00').submit(('action', 'verifier'))
    assert page.form('/verification').submit(('action', 'envoyer')).path.endswith('fait=fiche-envoyee'), page.faults()
    reviewer = service.client(service.account('caf_reviewer', caf=agent['caf']))
    decision = reviewer.get(f'/caf/revisions/{e["id"]}').form('/decision').set(decision='accepter')
    assert decision.submit(('suite', 'liste')).path.endswith('fait=acceptee')
    assert 'Non communiqué' in service.client().get(e['url']).words
    assert 'Non communiqué' not in c.get(path + '/historique').words, 'it was told of the hours of then'

    refused = c.get(path).form('/places').submit(('action', 'inchange'))
    assert refused.status == 422 and 'Dimanche matin' in refused.faults()[0]
    assert fill(refused.form('/places')).submit(('action', 'publier')).status == 200
    assert 'Non communiqué' not in service.client().get(e['url']).words


def test_a_form_kept_while_a_colleague_published_shows_both(service, clock):
    c, e, path = next((c, e, path) for c, e, path in all_places(service) if colleagues(service, c.account, e))
    agent = c.account
    form = fill(c.get(path).form('/places'), '1', debut=day(5), note='Écrit avant la fin de la session.')
    clock(35)
    away = form.submit(('action', 'publier'))
    assert away.path.startswith('/connexion')
    other = service.client(colleagues(service, agent, e)[0])
    assert fill(other.get(path).form('/places'), '2', debut=day(5), note='Entre-temps.').submit(('action', 'publier')).status == 200
    back = away.form('/connexion').set(identifiant=agent['uid'], mot_de_passe=agent['password']).submit()
    assert back.path == path and 'a publié une autre grille' in back.words and '2 places' in back.words
    assert 'Précision pour les familles : « Entre-temps. »' in back.words
    assert back.form('/places').get('note') == 'Écrit avant la fin de la session.'


def test_a_start_told_too_late_is_published_with_a_warning(service, nursery):
    c, agent, e, path = nursery
    warning = 'au moins trois jours avant'
    for start, warned in (3, False), (2, True), (2, False), (0, True), (-20, True):
        page = fill(c.get(path).form('/places'), debut=day(start)).submit(('action', 'publier'))
        assert page.status == 200 and 'Places publiées' in page.words and (warning in page.words) == warned, start
    assert fill(c.get(path).form('/places'), debut=day(5)).submit(('action', 'publier')).status == 200


def test_families_are_not_said_to_see_a_withdrawn_page(service, nursery):
    c, agent, e, path = nursery
    establishment = path.removesuffix('/places')
    assert 'fait=fiche-retiree' in take(c, establishment, 'retirer-fiche').path
    assert service.client().get(e['url']).status == 410
    for button in 'publier', 'inchange':
        page = fill(c.get(path).form('/places'), debut=day(5)).submit(('action', button))
        assert page.status == 200 and 'Les familles les verront quand la fiche sera de nouveau en ligne' in page.words
    assert 'fait=fiche-remise' in take(c, establishment, 'remettre-fiche').path
    page = c.get(path).form('/places').submit(('action', 'inchange'))
    assert 'Les familles voient la date du jour' in page.words


def test_what_another_window_took_down_is_told(service, nursery):
    c, _, _, path = nursery
    establishment = path.removesuffix('/places')
    fill(c.get(path).form('/places'), debut=day(5)).submit(('action', 'publier'))
    for action, told in (('retirer-places', 'Les places ont changé entre-temps.'), ('retirer-fiche', 'La fiche a été retirée du public le'),
                         ('remettre-fiche', 'La fiche est revenue en ligne le')):
        late = next(f for f in c.get(establishment).forms() if f.get('action') == action)
        assert take(c, establishment, action).status == 200
        page = late.set(confirmer='oui').submit()
        assert page.status == 409 and told in page.words and 'Rien n’a été enregistré' in page.words, page.words[:400]


def test_a_family_page_is_sent_again_once_its_places_changed(service, nursery):
    c, agent, e, path = nursery
    family = c.get(f'/etablissements/{e["id"]}').path
    first = c.session.get(c.url(family))
    again = c.session.get(c.url(family), headers={'If-None-Match': first.headers['ETag']})
    assert again.status_code == 304 and not again.content and again.headers['ETag'] == first.headers['ETag']
    assert fill(c.get(path).form('/places'), debut=day(0), note='Une note de plus.').submit(('action', 'publier')).status == 200
    changed = c.session.get(c.url(family), headers={'If-None-Match': first.headers['ETag']})
    assert changed.status_code == 200 and changed.headers['ETag'] != first.headers['ETag']


def test_the_first_of_a_month_is_written_as_in_print(service, nursery):
    c, _, e, path = nursery
    first = datetime.date(today().year + today().month // 12, today().month % 12 + 1, 1)
    page = fill(c.get(path).form('/places'), debut=first.strftime('%d/%m/%Y')).submit(('action', 'publier'))
    assert 'Places publiées' in page.words, page.faults()
    assert 'du 1<sup>er</sup> ' in service.client().get(e['url']).text
    assert 'du <strong>1<sup>er</sup> ' in c.get(path + '/historique').text


def test_a_listing_that_leaves_less_room_hides_what_no_longer_fits(service, nursery):
    """Two places on Monday morning; then the Caf accepts that there is one of that age."""
    c, agent, e, path = nursery
    form = c.get(path).form('/places')
    cell = cells(form)[0]
    band, bands = int(cell[1]), ['lt12m', 'm12_23', 'm24_35', 'ge36m']
    listing = path.replace('/places', '/fonctionnement')
    before = c.get(listing).form('/fonctionnement').get(f'capacity_{bands[band]}')
    assert fill(form, debut=day(5), note='Pour le lundi.', **{cell: '2'}).submit(('action', 'publier')).status == 200
    public = service.client()
    assert re.search(r'\b2 places(?! libres)', public.get(e['url']).words)
    try:
        send_listing(c, e, **{f'capacity_{bands[band]}': '1'})
        accept(service, agent, e)
        words = public.get(e['url']).words
        assert not re.search(r'\b2 places(?! libres)', words), words[900:1500]
        home = c.get('/espace-pro').words
        assert 'des places ne vont plus avec la fiche, qui a changé' in home and 'À revoir' in home
        form = c.get(path).form('/places')
        assert fill(form, debut=day(5), note='Pour le lundi.', **{cell: '1'}).submit(('action', 'publier')).status == 200
        assert 'À revoir' not in c.get('/espace-pro').words
    finally:
        send_listing(c, e, **{f'capacity_{bands[band]}': before or ''})
        accept(service, agent, e)
