"""A listing between two windows, two agents and the Caf: what is compared is what is sent, and nobody is told what is not so."""
import re
import time

import ldap

from client import until
from test_journey import first_listing, send_listing


def verify(page):
    return page.form('/verification')


def colleague(service, agent, e):
    return service.client(agent), f'/espace-pro/etablissements/{e["id"]}/fonctionnement'


def reviewer_of(service, agent):
    return service.client(service.account('caf_reviewer', caf=agent['caf']))


def accept(service, agent, e):
    page = reviewer_of(service, agent).get(f'/caf/revisions/{e["id"]}').form('/decision').set(decision='accepter').submit(('suite', 'liste'))
    assert page.path == '/caf?fait=acceptee', page.words[:300]


def test_two_communes_of_one_name_are_a_change(service):
    c, agent, e = first_listing(service)
    path = f'/espace-pro/etablissements/{e["id"]}/fonctionnement'
    send_listing(c, e, served_communes='93200 Saint-Denis')
    accept(service, agent, e)
    form = c.get(path).form('/fonctionnement')
    assert form.get('served_communes') == '93200 Saint-Denis'
    page = form.set(served_communes='97400 Saint-Denis').submit(('action', 'verifier'))
    assert '1 rubrique modifiée' in page.words and '97400 Saint-Denis' in page.words
    page = verify(page).submit(('action', 'envoyer'))
    assert 'fiche-envoyee' in page.path
    assert '97400 Saint-Denis' in reviewer_of(service, agent).get(f'/caf/revisions/{e["id"]}').words
    accept(service, agent, e)


def test_a_text_begun_on_an_older_listing_says_so(service):
    c, agent, e = first_listing(service)
    other, path = colleague(service, agent, e)
    mine = f'Écrit sur la première {time.time_ns()}.'
    stale = c.get(path).form('/fonctionnement').set(projet=mine)
    send_listing(other, e, projet=f'Accepté entre-temps {time.time_ns()}.')
    accept(service, agent, e)
    page = stale.submit(('action', 'verifier'))
    assert 'La fiche en ligne a changé depuis que vous avez commencé' in page.words and mine in page.words
    again = c.get(path).form('/fonctionnement').submit(('action', 'brouillon'))       # saved again, it is still of that time
    assert again.status == 200
    page = c.get(path + '/verification')
    assert 'La fiche en ligne a changé' in page.words
    assert 'fiche-envoyee' in verify(page).submit(('action', 'envoyer')).path, 'read, it may be sent'
    accept(service, agent, e)


def test_what_was_compared_is_what_is_sent(service):
    c, agent, e = first_listing(service)
    other, path = colleague(service, agent, e)
    compared = verify(c.get(path).form('/fonctionnement').set(projet=f'Lu {time.time_ns()}.').submit(('action', 'verifier')))
    unread = f'Jamais relu {time.time_ns()}.'
    other.get(path).form('/fonctionnement').set(projet=unread).submit(('action', 'brouillon'))
    page = compared.submit(('action', 'envoyer'))
    assert page.status == 409 and 'Votre brouillon a changé dans une autre fenêtre' in page.words and unread in page.words
    sent = verify(page)
    for _ in range(2):          # a double click
        assert 'fiche-envoyee' in sent.submit(('action', 'envoyer')).path
    # the agent takes it back: nobody of the Caf did
    revisions = c.get(path.removesuffix('/fonctionnement') + '/revisions')
    last = max((link for link in revisions.links() if '/revisions/' in link), key=lambda link: int(link.rsplit('/', 1)[1]))
    assert next(f for f in c.get(last).forms() if f.get('action') == 'retirer-envoi').submit().status == 200
    words = reviewer_of(service, agent).get(f'/caf/revisions/{e["id"]}').words
    assert 'a refusé' not in words
    assert 'Décision de la' not in c.get(last).words
    verify(c.get(path + '/verification')).submit(('action', 'effacer'))


def two_writers(service):
    """Two agents of one establishment's listing."""
    owners = {}
    for agent in service.accounts('agent'):
        for e in agent['establishments']:
            if e['listing']:
                owners.setdefault(e['id'], []).append(agent)
    place, agents = next((place, agents) for place, agents in owners.items() if len(agents) > 1)
    return [service.client(agent) for agent in agents[:2]], agents, f'/espace-pro/etablissements/{place}/fonctionnement'


def test_what_a_colleague_sent_meanwhile_is_not_replaced_unread(service):
    (first, second), agents, path = two_writers(service)
    mine, hers = (f'{who} {time.time_ns()}.' for who in ('Mon texte', 'Le sien'))
    sent = verify(first.get(path).form('/fonctionnement').set(projet=hers).submit(('action', 'verifier')))
    compared = verify(second.get(path).form('/fonctionnement').set(projet=mine).submit(('action', 'verifier')))
    assert 'fiche-envoyee' in sent.submit(('action', 'envoyer')).path
    for _ in range(2):          # pressed twice, it is the same answer
        page = compared.submit(('action', 'envoyer'))
        assert page.status == 409 and 'Ce qui attend la Caf a changé' in page.words and mine in page.words
    assert re.search(r'La Caf examine l’envoi d[e’] ?\w+.* ; celui-ci le remplacera', page.words)
    theirs = next(link for link in page.links() if '/revisions/' in link)
    assert hers in second.get(theirs).words
    assert 'fiche-envoyee' in verify(page).submit(('action', 'envoyer')).path, 'read, it may be sent'
    assert 'La Caf examine votre envoi ; le modifier le remplacera' in second.get(path).words
    assert 'La Caf examine l’envoi d' in first.get(path).words
    accept(service, agents[1], {'id': path.split('/')[3]})


def test_the_agent_learns_why_the_caf_withdrew_it_and_asks_for_it_back(service):
    c, agent, e = first_listing(service)
    path = f'/espace-pro/etablissements/{e["id"]}/fonctionnement'
    reviewer = reviewer_of(service, agent)
    form = reviewer.get(f'/caf/etablissements/{e["id"]}').form(e['id'])
    assert 'fait=' in form.set(motif='Le numéro affiché est celui d’un particulier.').submit(('action', 'retirer')).path
    assert 'Fiche retirée du public' in c.get('/espace-pro').words
    page = c.get(path)
    assert 'Le numéro affiché est celui d’un particulier.' in page.words
    page = page.form('/fonctionnement').submit(('action', 'verifier'))
    assert 'revienne en ligne' in page.words
    assert 'fiche-envoyee' in verify(page).submit(('action', 'envoyer')).path
    accept(service, agent, e)
    assert service.client().get(e['url']).status == 200


def test_the_page_of_an_establishment_shows_what_is_online_and_what_was_sent(service):
    c, agent, e = first_listing(service)
    path = f'/espace-pro/etablissements/{e["id"]}'
    online, sent = f'En ligne {time.time_ns()}.', f'Envoyé {time.time_ns()}.'
    send_listing(c, e, projet=online)
    accept(service, agent, e)
    send_listing(c, e, projet=sent)
    page = c.get(path)
    before, after = page.text.split('id="t-envois"')
    assert online in before and sent not in before
    assert '1 rubrique modifiée' in after and sent in after, 'what the Caf examines, as it sees it'
    last = max((link for link in page.links() if '/revisions/' in link), key=lambda link: int(link.rsplit('/', 1)[1]))
    assert 'examine la modification n° ' + last.rsplit('/', 1)[1] in page.words.replace('\u00a0', ' ')
    assert sent in c.get(last).words
    places = next(a for a in service.accounts('agent') if a['provider'] == agent['provider'] and not a.get('first_login')
                  and any(x['id'] == e['id'] and x['places'] and not x['listing'] for x in a['establishments']))
    words = service.client(places).get(path).words
    assert online in words and 'Modifications envoyées' not in words and sent not in words
    why = f'Dites-le autrement {time.time_ns()}.'
    form = reviewer_of(service, agent).get(f'/caf/revisions/{e["id"]}').form('/decision')
    form.set(decision='refuser', motif='inexact', precision=why).submit(('suite', 'liste'))
    for words in (c.get(path).words, c.get(path + '/revisions').words):
        assert 'Refusée' in words and why in words and 'Information fausse ou non vérifiable' in words
    send_listing(c, e, projet=sent)
    accept(service, agent, e)


def test_the_convention_names_its_establishments(service):
    c, agent, e = first_listing(service)
    words = c.get('/espace-pro/convention').words
    assert 'Établissements de la convention' in words
    for one in agent['establishments']:
        assert service.client().get(one['url']).text.split('<h1>')[1].split('</h1>')[0] in c.get('/espace-pro/convention').text


def test_a_draft_of_another_window_is_not_thrown_away(service):
    c, agent, e = first_listing(service)
    other, path = colleague(service, agent, e)
    compared = verify(c.get(path).form('/fonctionnement').set(projet=f'Premier {time.time_ns()}.').submit(('action', 'verifier')))
    later = f'Second {time.time_ns()}.'
    other.get(path).form('/fonctionnement').set(projet=later).submit(('action', 'brouillon'))
    page = compared.submit(('action', 'effacer'))
    assert page.status == 409 and 'Votre brouillon a changé dans une autre fenêtre' in page.words and later in page.words
    assert 'brouillon-efface' in verify(page).submit(('action', 'effacer')).path
    assert 'brouillon-efface' in verify(page).submit(('action', 'effacer')).path, 'twice is once'


def test_a_right_removed_before_sending_gives_the_text_back(service):
    c, agent, e = first_listing(service)
    text = f'Tout mon projet {time.time_ns()}.'
    _, path = colleague(service, agent, e)
    compared = verify(c.get(path).form('/fonctionnement').set(projet=text).submit(('action', 'verifier')))
    d, who = service.directory(), agent['dn'].encode()
    d.modify_s(e['dn'], [(ldap.MOD_DELETE, 'habDroitFonctionnement', who)])
    try:
        until(lambda: c.get(path).status == 404)
        page = compared.submit(('action', 'envoyer'))
        assert page.status == 403 and text in page.words and 'Brouillon' not in page.words
    finally:
        d.modify_s(e['dn'], [(ldap.MOD_ADD, 'habDroitFonctionnement', who)])
    until(lambda: c.get(path).status == 200)
    verify(c.get(path + '/verification')).submit(('action', 'effacer'))


def test_the_search_has_a_column_for_each_day_of_the_weekend_that_is_open(service):
    c, agent, e = first_listing(service)
    name = e['url'].rsplit('/', 1)[1]

    def columns():
        town = re.search(r'lieu=(\d{5})', service.client().get(e['url']).text).group(1)
        for n in range(1, 100):
            page = service.client().get(f'/recherche?lieu={town}&rayon=5&page={n}')
            for card in page.text.split('<li class="card">')[1:]:
                if name in card:
                    grid = card.split('class="mini')[1]
                    return grid.split('"')[0].split(' ')[1], re.findall('<span class="d">([LMJVSD])</span>', grid), re.findall('>([0-9]+|–)</span>', grid)
        raise AssertionError('not among the results')

    def week(**hours):
        send_listing(c, e, **hours)
        accept(service, agent, e)

    def publish(**cells):
        form = c.get(f'/espace-pro/etablissements/{e["id"]}/places').form('/places')
        filled = {field: '0' for field, _ in form.fields if re.fullmatch('a[0-9]-..-[ma]', field)}
        page = form.set(**filled | cells).submit(('action', 'publier'))
        assert 'Places publiées' in page.words, page.words[:300]

    week(sa_ouverture='', sa_fermeture='', di_ouverture='', di_fermeture='', age_min='2', age_min_unit='month', age_max='3', age_max_unit='year')
    publish()
    kind, days, cells = columns()
    assert (kind, days) == ('num', list('LMMJV')) and len(cells) == 10
    week(sa_ouverture='9 h', sa_fermeture='12 h')
    publish(**{'a1-sa-m': '2'})
    kind, days, cells = columns()
    assert (kind, days) == ('mini-6', list('LMMJVS')) and len(cells) == 12
    assert cells[5] == '2' and cells[11] == '–', 'Saturday morning, and no afternoon'
    week(di_ouverture='14 h', di_fermeture='18 h')
    publish(**{'a1-sa-m': '2', 'a1-di-a': '3'})
    kind, days, cells = columns()
    assert (kind, days) == ('mini-7', list('LMMJVSD')) and len(cells) == 14
    assert cells[5:7] == ['2', '–'] and cells[12:] == ['–', '3']
    week(sa_ouverture='', sa_fermeture='')
    kind, days, _ = columns()
    assert (kind, days) == ('mini-6', list('LMMJVD'))
    week(di_ouverture='', di_fermeture='')
    publish()
