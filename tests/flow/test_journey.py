"""The main job end to end: an agent updates, the Caf decides, families read, the auditor sees who did what."""
import csv
import re
import time
from urllib.parse import quote

import ldap

from client import until
from test_departure import number_of


def first_listing(service, agent=None):
    """An agent with both rights and an establishment of his whose listing is online with nothing pending."""
    for a in [agent] if agent else service.accounts('agent'):
        c = service.client(a)
        for e in a['establishments']:
            if e['listing'] and e['places'] and 'En ligne' in c.get(f'/espace-pro/etablissements/{e["id"]}').words:
                return c, a, e
    raise AssertionError('no establishment with an online listing')


def send_listing(c, e, **values):
    path = f'/espace-pro/etablissements/{e["id"]}/fonctionnement'
    page = c.get(path).form('/fonctionnement').set(**values).submit(('action', 'verifier'))
    assert page.path.endswith('/fonctionnement/verification'), page.faults()
    return page.form('/verification').submit(('action', 'envoyer'))


def test_a_listing_is_sent_accepted_published_and_audited(service):
    c, agent, e = first_listing(service)
    marker = f'Un atelier de lecture a lieu chaque semaine, salle {time.time_ns()}.'
    page = send_listing(c, e, projet=marker)
    assert page.path == '/espace-pro?fait=fiche-envoyee', page.words[:300]
    assert marker not in service.client().get(e['url']).words

    reviewer = service.client(service.account('caf_reviewer', caf=agent['caf']))
    review = reviewer.get(f'/caf/revisions/{e["id"]}')
    assert review.status == 200 and marker in reviewer.get(f'/caf/revisions/{e["id"]}/apercu').words
    after = review.form('/decision').set(decision='accepter').submit(('suite', 'liste'))
    assert after.path == '/caf?fait=acceptee', after.words[:300]
    family = service.client().get(e['url'])
    assert family.status == 200 and marker in family.words

    auditor = service.client(service.account('caf_auditor', caf=agent['caf']))
    acts = auditor.get('/controle/actions')
    assert 'Fiche envoyée' in acts.words and 'Fiche acceptée' in acts.words
    assert 'les actions 1 096 jours' in acts.words
    nothing = auditor.get('/controle/connexions?ip=203.0.113.254').words
    assert 'Aucun événement pour ces critères' in nothing and 'affichés sur' not in nothing
    person = next(l for l in acts.links() if l == f'/controle/agents/{number_of(service, agent)}')
    page = auditor.get(person)
    assert page.status == 200 and 'Fiche envoyée' in page.words and 'Droits dans le temps' in page.words
    assert e['id'] in page.words and 'accès ouvert' in page.words
    whole = next(l for l in page.links() if l and l.startswith('/controle/actions?'))
    assert 'Fiche envoyée' in auditor.get(whole).words
    asked = '/controle/exports?journal={}&du=01/02/2026&evenement=Fiche+envoyée'
    export = auditor.get(asked.format('actions'))
    assert export.headers['Content-Type'].startswith('text/csv')
    table = list(csv.DictReader(export.text.lstrip('\ufeff').splitlines(), delimiter=';'))
    assert re.match(r'n° \d+ ; .*rubriques : Projet', table[0]['Précision']), table[0]
    assert table[0]['Précision'] in acts.words and not re.search('[\u00a0\u202f]', export.text)
    assert auditor.get(asked.format('bogus')).status == 400
    row = next(tr for tr in auditor.get('/controle/exports').text.split('<tr>') if 'Fiche envoyée' in tr)
    assert 'Actions' in row and '01/02/2026' in row and f'<td class="num">{len(table)}</td>' in row
    assert auditor.get('/controle/connexions?agent=' + quote('=1+1"x')).status == 200
    queries = auditor.get('/controle/exports?journal=connexions&evenement=log_query').text
    assert ' ; personne : =1+1""x"' in queries, queries[-2000:]
    foreign = next(a for a in service.accounts('agent') if a['caf'] != agent['caf'])
    assert auditor.get(f'/controle/agents/{number_of(service, foreign)}').status == 404
    assert auditor.get('/controle/agents/*').status == 404
    assert '"person"' in service.log('--event', 'log_query') and '"foreign_file"' in service.log('--event', 'refusal')
    log = service.log('--establishment', e['id'])
    assert 'revision_accepted' in log and 'revision_sent' in log
    assert service.wait_mail('@', 'votre modification est en ligne', holding=e['url'].split('/')[-1])


def test_a_refusal_reaches_the_author_with_its_reasons(service):
    c, agent, e = first_listing(service)
    text = f'Projet à corriger {time.time_ns()}, avec la société Mélodia.'
    send_listing(c, e, projet=text)
    reviewer = service.client(service.account('caf_reviewer', caf=agent['caf']))
    form = reviewer.get(f'/caf/revisions/{e["id"]}').form('/decision')
    missing = form.set(decision='refuser').submit(('suite', 'liste'))
    assert missing.status == 422 and missing.faults()
    form = missing.form('/decision').set(decision='refuser', motif=['publicite'], precision='Retirez le nom de la société.')
    assert form.submit(('suite', 'liste')).path == '/caf?fait=refusee'
    edit = c.get(f'/espace-pro/etablissements/{e["id"]}/fonctionnement')
    assert 'Retirez le nom de la société.' in edit.words and 'Publicité' in edit.words
    assert edit.form('/fonctionnement').get('projet') == text
    assert service.wait_mail('@', 'modification à corriger', holding='Retirez le nom de la société.')


def test_the_second_decider_learns_who_decided(service):
    c, agent, e = first_listing(service)
    send_listing(c, e, projet=f'Deux personnes décident {time.time_ns()}.')
    one, two = [service.client(a) for a in service.accounts('caf_reviewer', caf=agent['caf'])[:2]]
    second = two.get(f'/caf/revisions/{e["id"]}').form('/decision').set(decision='accepter')
    one.get(f'/caf/revisions/{e["id"]}').form('/decision').set(decision='accepter').submit(('suite', 'liste'))
    late = second.submit(('suite', 'liste'))
    assert late.status == 409 and 'a accepté' in late.words


def test_a_text_replaced_meanwhile_is_not_published(service):
    c, agent, e = first_listing(service)
    send_listing(c, e, projet=f'Première version {time.time_ns()}.')
    reviewer = service.client(service.account('caf_reviewer', caf=agent['caf']))
    form = reviewer.get(f'/caf/revisions/{e["id"]}').form('/decision').set(decision='accepter')
    newer = f'Seconde version {time.time_ns()}.'
    send_listing(c, e, projet=newer)
    late = form.submit(('suite', 'liste'))
    assert late.status == 409 and 'remplacé' in late.words
    assert newer not in service.client().get(e['url']).words
    reviewer.get(f'/caf/revisions/{e["id"]}').form('/decision').set(decision='accepter').submit(('suite', 'liste'))
    assert newer in service.client().get(e['url']).words


def test_another_cafs_reviewer_finds_nothing(service):
    agent, e = service.agent_with(True, True)
    other = next(a for a in service.accounts('caf_reviewer') if a['caf'] != agent['caf'])
    assert service.client(other).get(f'/caf/revisions/{e["id"]}').status == 404


def test_places_are_published_at_once_and_conflicts_keep_what_was_typed(service):
    c, agent, e = first_listing(service)
    path = f'/espace-pro/etablissements/{e["id"]}/places'
    mine, theirs = c.get(path).form('/places'), c.get(path).form('/places')
    cell = next(n for n, _ in mine.fields if n.startswith('a') and n.count('-') == 2)
    done = theirs.put(cell, '1').submit(('action', 'publier'))
    assert done.status == 200 and 'fait=places-publiees' in done.path, done.faults()
    assert 'Mis à jour le' in service.client().get(e['url']).words
    conflict = mine.put(cell, '0').submit(('action', 'publier'))
    assert conflict.status == 409 and 'Grille en ligne' in conflict.words
    assert conflict.form('/places').get(cell) == '0'
    again = conflict.form('/places').submit(('action', 'publier'))
    assert 'fait=places-publiees' in again.path
    confirmed = c.get(path).form('/places').submit(('action', 'inchange'))
    assert 'fait=places-confirmees' in confirmed.path
    history = c.get(path + '/historique')
    assert history.status == 200 and history.words.count('Grille n°') >= 2


def test_zero_everywhere_only_refills_the_form(service):
    c, agent, e = first_listing(service)
    path = f'/espace-pro/etablissements/{e["id"]}/places'
    before = c.get(path).form('/places')
    refill = [f for f in c.get(path).forms() if ('remplir', 'complet') in f.buttons][0].submit(('remplir', 'complet'))
    values = [v for n, v in refill.form('/places').fields if n.startswith('a') and n.count('-') == 2]
    assert refill.status == 200 and values and set(values) == {'0'}
    assert c.get(path).form('/places').get('base') == before.get('base')


def test_the_caf_withdraws_and_puts_back(service):
    c, agent, e = first_listing(service)
    reviewer = service.client(service.account('caf_reviewer', caf=agent['caf']))
    path = f'/caf/etablissements/{e["id"]}'
    form, late = (reviewer.get(path).form(path) for _ in range(2))
    assert form.submit(('action', 'retirer')).status == 422
    assert reviewer.get(path).form(path).set(motif='Adresse erronée, à vérifier.').submit(('action', 'retirer')).status == 200
    assert service.client().get(e['url']).status == 410
    assert 'Les familles ne voient plus la page de cet établissement, ni ses places.' in reviewer.get(path).words
    name = service.directory().search_s(reviewer.account['dn'], 0)[0][1]['cn'][0].decode()
    page = late.set(motif='Elle me semble fausse.').submit(('action', 'retirer'))
    assert page.status == 409 and f'{name} a retiré la fiche du public le' in page.words
    assert 'Votre décision n’est pas enregistrée' in page.words and 'Elle me semble fausse.' in page.words
    form, late = (reviewer.get(path).form(path) for _ in range(2))
    assert form.submit(('action', 'remettre')).status == 200
    assert service.client().get(e['url']).status == 200
    page = late.submit(('action', 'remettre'))
    assert page.status == 409 and f'{name} a remis la fiche en ligne le' in page.words


def test_the_caf_sees_who_keeps_an_establishment_up_to_date(service):
    agent, e = service.agent_with(True, True)
    path, keeps = f'/caf/etablissements/{e["id"]}', f'{number_of(service, agent)} : fonctionnement et places libres'
    person = f'/caf/fournisseurs/{agent["provider"]}/agents/{number_of(service, agent)}'
    reviewer, admin = (service.client(service.account(role, caf=agent['caf'])) for role in ('caf_reviewer', 'caf_admin'))
    page = reviewer.get(path)
    assert keeps in page.words and 'Places libres' in page.words and person not in page.links()
    assert person in admin.get(path).links() and admin.get(person).status == 200
    d = service.directory()
    d.modify_s(e['dn'], [(ldap.MOD_DELETE, 'habDroitDisponibilites', agent['dn'].encode())])
    try:
        until(lambda: f'{number_of(service, agent)} : fonctionnement' in reviewer.get(path).words and keeps not in reviewer.get(path).words)
    finally:
        d.modify_s(e['dn'], [(ldap.MOD_ADD, 'habDroitDisponibilites', agent['dn'].encode())])


def test_an_agent_chooses_how_often_he_is_reminded(service):
    agent, _ = service.agent_with(True, True)
    c = service.client(agent)
    form = c.get('/espace-pro/mon-compte').form('/rappels')
    assert form.get('rappels') == 'weekly'
    assert form.set(rappels='hourly').submit().faults() == ['Rappels : choisissez une réponse de la liste']
    page = form.set(rappels='monthly').submit()
    assert 'Rythme des rappels enregistré.' in page.words and page.form('/rappels').get('rappels') == 'monthly'
    assert 'rhythm=monthly' in service.log('--event', 'reminders_chosen')
    reviewer = service.client(service.account('caf_reviewer'))
    assert '/rappels' not in reviewer.get('/espace-pro/mon-compte').text


def test_first_login_leads_to_the_forced_change_and_nowhere_else(service):
    account = next(a for a in service.demo['accounts'] if a.get('first_login'))
    c = service.client()
    page = c.login(account)
    assert page.path == '/mot-de-passe/premier-changement'
    for path in ('/espace-pro', '/espace-pro/mon-compte', '/espace-pro/convention'):
        assert c.get(path).path == '/mot-de-passe/premier-changement'
    form = page.form('/premier-changement')
    weak = form.set(nouveau='azerty12', confirmation='azerty12').submit()
    assert weak.status == 422 and weak.faults()
    shown = weak.form('/premier-changement').set(nouveau='nuage-tambour-citron-41', confirmation='nuage-tambour-citron-41').submit()
    assert shown.status == 422, 'the model of our own page is everybody’s'
    chosen = 'Corniche-velours-boussole-58'
    differ = weak.form('/premier-changement').set(nouveau=chosen, confirmation=chosen + 'x').submit()
    assert differ.status == 422
    done = differ.form('/premier-changement').set(nouveau=chosen, confirmation=chosen).submit()
    assert done.path == '/espace-pro?fait=mot-de-passe', done.words[:300]
    again = service.client()
    assert again.login(account).status == 422
    assert again.login(account, chosen).path == '/espace-pro'
    assert service.wait_mail(c.account['uid'].split('.')[-1], 'mot de passe')


def test_a_right_removed_with_an_ldap_tool_closes_the_page(service):
    import ldap
    agent, e = service.agent_with(False, True)
    c = service.client(agent)
    path = f'/espace-pro/etablissements/{e["id"]}/places'
    form = c.get(path).form('/places')
    d = service.directory()
    d.modify_s(e['dn'], [(ldap.MOD_DELETE, 'habDroitDisponibilites', agent['dn'].upper().encode())])
    try:
        until(lambda: c.get(path).status == 404, what='still open')
        assert form.submit(('action', 'publier')).status == 403
    finally:
        d.modify_s(e['dn'], [(ldap.MOD_ADD, 'habDroitDisponibilites', agent['dn'].encode())])
    until(lambda: c.get(path).status == 200, what='not open again')


def test_the_log_verifies(service):
    done = service.ctl('audit', 'verify')
    assert done.stdout.startswith('whole:')


def test_search_and_page_say_the_same_of_free_places(service):
    """« À actualiser » from 30 days on, « À confirmer » once hidden, « Places non communiquées » if never told."""
    words = ('>À actualiser<', '>À confirmer<', '>Places non communiquées :<')
    c, seen, looked = service.client(), set(), set()

    def said(text):
        return {w for w in words if w in re.sub('[\u00a0\u202f]', ' ', text)}

    for e in (e for agent in service.accounts('agent') for e in agent['establishments']):
        around = next((l for l in c.get(e['url']).links() if l and l.startswith('/recherche?lieu=')), None)
        if not around or around in looked:
            continue
        looked.add(around)
        for card in c.get(around.split('#')[0] + '&rayon=20').text.split('<li class="card">')[1:]:
            family = c.get(re.search(r'href="(/etablissements/[^"]+)"', card).group(1)).text
            assert said(card) == said(family) or 'Contactez l’établissement' in card, card
            seen |= said(card)
    assert {'>À confirmer<', '>Places non communiquées :<'} <= seen, (seen, looked)
    own = [service.client(agent).get('/espace-pro').words for agent in service.accounts('agent')]
    assert all('Masquées aux familles' in w for w in own if 'À confirmer' in w)
    # and the Caf is told what they see
    reviewer, told = service.client(service.account('caf_reviewer', caf='921')), set()
    for e in (e for agent in service.accounts('agent', caf='921') for e in agent['establishments']):
        family, page = said(c.get(e['url']).text), reviewer.get(f'/caf/etablissements/{e["id"]}').words
        assert ('>À confirmer<' in family) == ('60 jours : les familles ne la voient plus.' in page), page
        assert ('>À actualiser<' in family) == ('Les familles voient cette grille, avec la mention « À actualiser ».' in page), page
        told |= family
    assert '>À confirmer<' in told


def test_an_auditor_finds_somebody_however_the_name_is_written(service):
    c = service.client(service.account('caf_auditor', caf='921'))
    found = c.get('/controle/connexions?agent=Maëlle Querrien').words
    assert 'Maëlle Querrien' in found and 'Aucun événement' not in found
    for typed in ('querrien maëlle', 'QUERRIEN  Maelle'):
        assert 'Aucun événement' not in c.get(f'/controle/connexions?agent={typed}').words, typed
    assert 'l’annuaire ne connaît personne de ce nom' in c.get('/controle/connexions?agent=Querrien Zébulon').words
    assert 'l’annuaire ne connaît aucun fournisseur' in c.get('/controle/connexions?fournisseur=Zébulon').words
