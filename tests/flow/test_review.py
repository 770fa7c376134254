"""The Caf's side of a request: checked, posted, returned signed, activated; nobody skips, repeats or takes another Caf's."""
import concurrent.futures
import re
import time

import pytest

from client import XHTML, document_words, pdf_words, squeeze, today, until
from conftest import processes, stand_still
from requests_made import make_request, person, register, siret

def slashes(day):
    return day.strftime('%d/%m/%Y')


def new_places(service, n=2):
    """Nurseries of the Caf that nobody manages: an activation takes none away from the demonstration's people."""
    d = service.directory()
    c = administrator(service)
    ids = [f'T{time.time_ns() % 10**10:010}{i}' for i in range(n)]
    for i in ids:
        rows = [('objectClass', [b'habEtablissement', b'habEaje']), ('habEtablissementId', [i.encode()]), ('cn', [f'Crèche {i}'.encode()]),
                ('habTypeEtablissement', [b'EAJE']), ('habCategorieEaje', [b'MULTI_ACCUEIL']), ('habCapacite', [b'24']),
                ('street', ['3, rue du Lavoir'.encode()]), ('postalCode', [b'92230']), ('l', [b'Gennevilliers']), ('habCodeInsee', [b'92036'])]
        d.add_s(f'habEtablissementId={i},ou=etablissements,habCodeCaf=921,ou=cafs,{service.demo["ldap"]["suffix"]}', rows)
        until(lambda i=i: c.get(f'/caf/etablissements/{i}').status == 200)
    return ids


def administrator(service, caf='921'):
    return service.client(service.account('caf_admin', caf=caf))


def path(number, rest=''):
    return f'/caf/demandes/{number}{rest}'


def ok(page, rest):
    assert page.path == rest, (page.path, page.status, page.tree is not None and (page.faults() or page.words[:600]))
    return page


def check(c, number):
    return ok(c.get(path(number)).form('/verifier').submit(), path(number) + '?fait=demande-verifiee')


def post(c, number):
    form = c.get(path(number)).form('/envoi').set(date_envoi=slashes(today()), exemplaires='2')
    return ok(form.submit(), path(number) + '?fait=envoi-enregistre')


def sign(c, number, **values):
    form = c.get(path(number)).form('/retour-signe')
    form.set(signature_fournisseur=slashes(today()), signature_caf=slashes(today()), annexe=['personnes', 'etablissements'], **values)
    return form.submit()


def signed(c, number, **values):
    return ok(sign(c, number, **values), path(number) + '?fait=convention-enregistree')


def ready(service, **values):
    """An administrator and the number of a request that he may activate."""
    number = make_request(service, **values)
    c = administrator(service)
    check(c, number)
    post(c, number)
    signed(c, number)
    return c, number


def activate(c, number):
    return ok(c.get(path(number, '/activer')).form('/activer').submit(), path(number) + '?fait=habilitation-active')


def test_a_request_becomes_an_open_access(service):
    who = person(nom='Aubrac', prenom='Maxence')
    places = new_places(service)
    number = make_request(service, listing=places, places=places[:1], people=[who], adresse='8 sente du Radoub')
    c = administrator(service)
    queue = c.get(f'/caf?type=demande&q={number}')
    assert number in queue.words and path(number) in queue.links()
    page = c.get(path(number))
    assert 'Étape 1 : vérifier la demande' in page.words and 'aucun fournisseur de votre Caf' in page.words
    assert 'Possible après l’étape 3' in page.words

    check(c, number)
    post(c, number)
    assert number not in c.get(f'/caf?type=demande&q={number}').words       # it is the provider's turn
    assert number in c.get('/caf/demandes').words
    signed(c, number)
    assert 'Signée, à activer' in c.get(f'/caf?type=convention&q={number}').words
    confirm = c.get(path(number, '/activer'))
    assert who['courriel'] in confirm.words and 'Maxence Aubrac' in confirm.words
    activate(c, number)

    page = c.wait(path(number), 'Courriel parti')
    assert 'Accès ouvert' in page.words and '1 accès ouvert' in page.words
    uid = re.search(r'identifiant ([a-z0-9._-]+)', page.words)[1]
    mail = service.wait_mail(who['courriel'], 'Votre accès')
    body = mail.get_body(('plain',)).get_content()
    assert uid in body
    password = re.search(r'provisoire : (\S{8}) ', body)[1]
    assert password not in page.text
    first = service.client()
    landed = first.login({'uid': uid, 'password': password})
    assert landed.path.startswith('/mot-de-passe/premier-changement'), landed.words[:300]
    providers = c.get('/caf/fournisseurs?q=sente+du+Radoub')
    assert 'Saint-Elvin-des-Rives' in c.get(next(link for link in providers.links() if link.startswith('/caf/fournisseurs/'))).words, providers.words

    for event in ('request_checked', 'agreement_posted', 'agreement_returned', 'grant_activated'):
        done = [line for line in service.log('--event', event, '--done').splitlines() if number in line]
        assert len(done) == 1 and (event != 'agreement_posted' or re.search(r'hash=[0-9a-f]{64}', done[0])), event


def test_colleagues_check_different_requests_at_once(service):
    numbers = [make_request(service) for _ in range(4)]
    forms = [administrator(service).get(path(n)).form('/verifier') for n in numbers]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda form: form.submit(), forms))
    assert [page.status for page in pages] == [200] * 4, [page.words[:300] for page in pages]


def test_steps_in_disorder_are_refused_and_say_why(service):
    number = make_request(service)
    c = administrator(service)
    token = c.get(path(number)).form('/verifier').get('csrf')
    early = c.post(path(number, '/retour-signe'), [('csrf', token), ('signataire', 'X'), ('signature_fournisseur', slashes(today()))])
    assert early.status == 409 and 'La convention n’est pas encore envoyée' in early.words
    assert c.post(path(number, '/activer'), [('csrf', token)]).status == 409
    assert c.post(path(number, '/envoi'), [('csrf', token), ('date_envoi', slashes(today())), ('exemplaires', '2')]).status == 409
    check(c, number)
    again = c.post(path(number, '/verifier'), [('csrf', token)])
    assert again.status == 409 and 'a déjà vérifié la demande' in again.words
    assert c.account['uid'] and 'Votre saisie n’est pas enregistrée' in again.words


def test_what_is_typed_wrong_is_said_and_kept(service):
    number = make_request(service)
    c = administrator(service)
    check(c, number)
    tomorrow = slashes(today(1))
    bad = c.get(path(number)).form('/envoi').set(date_envoi=tomorrow, exemplaires='0').submit()
    assert bad.status == 422 and len(bad.faults()) == 2 and 'La date d’envoi ne peut pas être dans le futur' in bad.faults()
    assert bad.form('/envoi').get('date_envoi') == tomorrow
    post(c, number)
    form = c.get(path(number)).form('/retour-signe')
    assert form.get('signataire') == 'Hervé Castelneau, président'
    bad = form.set(signature_fournisseur=tomorrow, signature_caf='31/02/2026').submit()
    assert bad.status == 422 and len(bad.faults()) == 3, bad.faults()
    assert 'La date de signature ne peut pas être dans le futur : corrigez celle du fournisseur' in bad.faults()
    assert bad.form('/retour-signe').get('signature_caf') == '31/02/2026'
    bad = form.set(signature_fournisseur=tomorrow, signature_caf=tomorrow).submit()
    assert 'La date de signature ne peut pas être dans le futur : corrigez celle de la Caf' in bad.faults() and len(bad.faults()) == 3
    before = slashes(today(-1))
    bad = c.get(path(number)).form('/retour-signe').set(signature_fournisseur=before, signature_caf=slashes(today()),
                                                         annexe=['personnes', 'etablissements']).submit()
    assert bad.status == 422 and 'ne peut pas précéder la demande' in bad.faults()[0]
    note = c.get(path(number, '/pli-incomplet')).form('/pli-incomplet')
    assert note.set(precision='').submit().status == 422
    ok(note.set(precision='L’annexe n’est pas signée.').submit(), path(number) + '?fait=pli-incomplet')
    assert 'L’annexe n’est pas signée.' in c.get(path(number)).words
    signed(c, number, cote='2026-P-44', deliberation='092-219200789-20261110-DCM1-AI')


def test_a_refusal_is_mailed_with_its_reason(service):
    address = f'refus-{time.time_ns()}@courtebise.example'
    number = make_request(service, courriel=address)
    c = administrator(service)
    form = c.get(path(number, '/refuser')).form('/refuser')
    assert form.set(motif=' ').submit().status == 422
    ok(form.set(motif='Le SIRET est celui d’un autre organisme.').submit(), path(number) + '?fait=demande-refusee')
    service.wait_mail(address, 'n’est pas acceptée', holding='Le SIRET est celui d’un autre organisme.')
    assert number not in c.get(f'/caf?type=demande&q={number}').words
    late = c.post(path(number, '/verifier'), [('csrf', form.get('csrf'))])
    assert late.status == 409 and 'a refusé cette demande' in late.words


@pytest.mark.parametrize('way, closed', [('refuser', 'demande-refusee'), ('retirer', 'demande-retiree')])
def test_a_closing_that_others_were_quicker_than_tells_what_they_did(service, way, closed):
    address = f'tard-{time.time_ns()}@courtebise.example'
    number = make_request(service, courriel=address)
    c = administrator(service)
    check(c, number)
    stale = c.get(path(number, f'/{way}')).form(f'/{way}')
    assert stale.get('etat') == 'checked'
    post(c, number)
    signed(c, number)
    late = stale.set(motif='Le SIRET est celui d’un autre organisme.').submit()
    assert late.status == 409 and 'a enregistré l’envoi de la convention le' in late.words and 'a enregistré la convention signée le' in late.words
    assert 'La demande n’est pas close' in late.words
    again = late.form(f'/{way}')
    assert again.get('motif') == 'Le SIRET est celui d’un autre organisme.' and again.get('etat') == 'agreement_signed'
    assert 'Étape 4 : activer' in c.get(path(number)).words
    assert not [m for m in service.mails() if m['To'] == address and ('pas acceptée' in m['Subject'] or 'retirée' in m['Subject'])]
    other = c.get(path(number, f'/{way}')).form(f'/{way}')
    ok(again.submit(), path(number) + f'?fait={closed}')
    assert other.set(motif='Encore').submit().status == 409
    # a script of before tells no state
    number = make_request(service)
    form = c.get(path(number, f'/{way}')).form(f'/{way}').put('etat', [])
    check(c, number)
    ok(form.set(motif='Sans état').submit(), path(number) + f'?fait={closed}')


def test_a_request_taken_back_is_closed_and_told(service):
    address = f'retrait-{time.time_ns()}@courtebise.example'
    number = make_request(service, courriel=address)
    c = administrator(service)
    assert path(number, '/retirer') in c.get(path(number)).links()
    form = c.get(path(number, '/retirer')).form('/retirer')
    assert form.set(motif='').submit().faults() == ['Écrivez comment l’organisme l’a demandé']
    ok(form.set(motif='Lettre du maire reçue ce matin.').submit(), path(number) + '?fait=demande-retiree')
    service.wait_mail(address, 'est retirée', holding='Lettre du maire reçue ce matin.')
    assert number not in c.get(f'/caf?type=demande&q={number}').words and number in c.get('/caf/demandes?etat=withdrawn').words
    late = c.post(path(number, '/verifier'), [('csrf', form.get('csrf'))])
    assert late.status == 409 and 'a retiré cette demande' in late.words
    assert c.get(path(number, '/refuser')).path == path(number) + '?fait=dossier-clos'

    # the mail again, to another address
    page = until(lambda: (lambda p: p if 'Parti le' in p.words else None)(c.get(path(number))))
    again = page.form('/motif')
    assert again.get('courriel') == address and again.set(courriel='mairie').submit().status == 422
    other = f'autre-{time.time_ns()}@courtebise.example'
    stale = c.get(path(number)).form('/motif')
    ok(again.set(courriel=other).submit(), path(number) + '?fait=motif-renvoye')
    service.wait_mail(other, 'est retirée', holding='Lettre du maire reçue ce matin.')
    assert until(lambda: c.get(path(number)).form('/motif').get('courriel') == other)
    # a second window's
    late = stale.set(courriel='c' + other).submit()
    assert late.status == 409 and f'Le courriel de l’organisme a été corrigé entre-temps : c’est maintenant {other}' in late.words
    assert late.form('/motif').get('courriel') == 'c' + other and late.form('/motif').get('adresse_vue') == other
    assert not [m for m in service.mails() if m['To'] == 'c' + other]


def test_whoever_sent_a_request_reads_what_became_of_it(service):
    c = administrator(service)
    for way, words in [('refuser', 'n’a pas accepté cette demande, le'), ('retirer', 'Cette demande est retirée depuis le'),
                       ('activer', 'L’habilitation est active depuis le')]:
        mine = service.client()
        number = make_request(service, listing=new_places(service, 1), places=[], client=mine)
        sent = f'/demande-habilitation/confirmation/{number}'
        assert 'Sans réponse de la Caf avant le' in mine.get(sent).words
        if way == 'activer':
            check(c, number)
            post(c, number)
            signed(c, number)
            activate(c, number)
        else:
            c.get(path(number, f'/{way}')).form(f'/{way}').set(motif='Un motif confidentiel.').submit()
        page = mine.get(sent)
        assert page.status == 200 and words in page.words, page.words[:600]
        for gone in ('vérifie votre demande', 'Sans réponse de la Caf', 'Un motif confidentiel', 'Nous avons envoyé'):
            assert gone not in page.words, (way, gone)
        assert ('/connexion' if way == 'activer' else '/demande-habilitation/etapes') in page.links()
        assert 'Accusé de réception' in mine.get(sent + '?version=imprimer').words


def test_whoever_sent_a_request_reads_that_the_convention_is_under_way(service):
    mine = service.client()
    number = make_request(service, client=mine)
    sent, c = f'/demande-habilitation/confirmation/{number}', administrator(service)
    check(c, number)
    page = mine.get(sent)
    assert 'a vérifié votre demande' in page.words and 'Sans réponse de la Caf avant le' in page.words
    post(c, number)
    posted = mine.get(sent)
    assert 'La convention est partie par la poste le' in posted.words, posted.words[:600]
    signed(c, number)
    back = mine.get(sent)
    assert 'a reçu la convention signée ; elle va ouvrir les accès' in back.words, back.words[:600]
    for page in (posted, back):
        assert 'vérifie votre demande' not in page.words and 'Sans réponse de la Caf avant le' not in page.words.split('Lire l’accusé')[0]


def test_whoever_sent_a_request_reads_when_the_acknowledgement_left_for_the_corrected_address(service, clock):
    mine = service.client()
    address = f'hier-{time.time_ns()}@courtebise.example'
    number = make_request(service, client=mine, courriel=address)
    sent = f'/demande-habilitation/confirmation/{number}'
    said = rf'{address} le \w+ (.+? à [^.]+?)\. S’il'
    first = until(lambda: re.search(said, mine.get(sent).words))[1]
    clock(61)
    c = administrator(service)
    ok(c.get(path(number)).form('/accuse').set(courriel='b' + address).submit(), path(number) + '?fait=accuse-renvoye')
    second = until(lambda: re.search('b' + said, mine.get(sent).words))[1]
    assert second != first


@pytest.mark.parametrize('way', ['refuser', 'retirer'])
def test_a_closing_mail_that_was_refused_is_not_promised(service, way):
    mine = service.client()
    number = make_request(service, client=mine, courriel=f'perdu-{time.time_ns()}@refuse.example')
    administrator(service).get(path(number, f'/{way}')).form(f'/{way}').set(motif='Un motif confidentiel.').submit()
    sent = f'/demande-habilitation/confirmation/{number}'
    page = until(lambda: (lambda p: p if 'n’a pas pu être remis : appelez le service' in p.words else None)(mine.get(sent)))
    assert 'Le motif est dans le courriel' not in page.words and 'Un motif confidentiel' not in page.words


def test_a_closing_mail_is_not_sent_of_an_open_request(service):
    number = make_request(service)
    c = administrator(service)
    token = c.get(path(number, '/refuser')).form('/refuser').get('csrf')
    page = c.post(path(number, '/motif'), [('csrf', token), ('courriel', 'x@courtebise.example')])
    assert page.status == 409 and 'Cette demande n’est pas close.' in page.words


def test_the_day_of_silence_is_told_until_the_caf_has_answered(service):
    number = make_request(service)
    c = administrator(service)

    def told():
        row = next(r for r in c.get(f'/caf/demandes?etat=toutes&q={number}').tree.iter(XHTML + 'tr') if number in ''.join(r.itertext()))
        return 'Réponse attendue avant le' in c.get(path(number)).words, bool(''.join(list(row)[3].itertext()).strip())
    assert told() == (True, True)
    check(c, number)
    assert told() == (True, True)
    post(c, number)         # its convention is the answer
    assert told() == (False, False)
    signed(c, number)
    assert told() == (False, False)


def test_another_caf_sees_nothing_and_is_recorded(service):
    number = make_request(service)
    other = administrator(service, '751')
    token = other.get('/espace-pro/mon-compte').form('/deconnexion').get('csrf')
    for rest in ('', '/convention', '/convention.pdf', '/activer', '/refuser'):
        assert other.get(path(number, rest)).status == 404
    for rest in ('/verifier', '/envoi', '/retour-signe', '/activer', '/refuser', '/prendre', '/accuse'):
        assert other.post(path(number, rest), [('csrf', token)]).status == 404
    assert number in service.log('--event', 'refusal')
    reviewer = service.client(service.account('caf_reviewer', caf='921'))
    assert reviewer.get(path(number)).status == 403
    assert number not in reviewer.get('/caf').words


def test_the_page_and_the_pdf_say_the_same(service):
    people = [person(nom=f'Delacourtille{n}', prenom='Marie-Bérengère', fonction='Directrice de crèche multi-accueil') for n in range(12)]
    number = make_request(service, listing=[e[0] for e in register(service, '921', manager=True)[:30]], places=None, people=people)
    c = administrator(service)
    assert c.get(path(number, '/convention')).status == 404     # not prepared yet
    check(c, number)
    page = c.get(path(number, '/convention'))
    words = document_words(page)
    data = c.get(path(number, '/convention.pdf'))
    assert data.headers['Content-Type'] == 'application/pdf' and data.body.startswith(b'%PDF-')
    pdf = squeeze(pdf_words(data.body))
    missing = [w for w in words[:-1] if squeeze(w) not in pdf]
    # a cell of several lines, broken at blanks and hyphens, stands beside others in the PDF's text: its words are there one by one
    assert not [part for w in missing for part in re.split(r'[\s-]+', w) if squeeze(part) not in pdf], missing
    assert len(missing) < len(words) / 4
    total = int(re.search(r'Page1sur(\d+)', pdf)[1])
    assert total >= 4 and f'Page{total}sur{total}' in pdf
    assert all(p['courriel'] in page.words for p in people)
    hash16 = re.search(r'empreinte ([0-9a-f]{16})', page.words)[1]
    assert pdf.count(hash16) == total


def test_an_establishment_of_a_free_line_is_made_before_the_activation(service):
    c, number = ready(service, listing=[], others=['Crèche du Parc, 2 rue du Parc, Gennevilliers'])
    confirm = c.get(path(number, '/activer'))
    assert 'n’est pas encore au répertoire' in confirm.words
    token = c.get('/espace-pro/mon-compte').form('/deconnexion').get('csrf')
    assert c.post(path(number, '/activer'), [('csrf', token)]).status == 422
    page = c.get(path(number, '/lignes/1'))
    assert 'Nombre de places agréées (facultatif)' not in page.words
    form = page.form('/lignes/1')
    bad = form.set(nom='', commune='Nullepart').submit(('action', 'creer'))
    assert bad.status == 422 and len(bad.faults()) >= 3, bad.faults()
    form.set(nom='Crèche du Parc', type='eaje', categorie='multi_accueil', capacite='24', adresse='2, rue du Parc', commune='Gennevilliers')
    ok(form.submit(('action', 'creer')), path(number) + '?fait=etablissement-ajoute')
    until(lambda: 'n’est pas encore au répertoire' not in c.get(path(number, '/activer')).words)
    activate(c, number)
    c.wait(path(number), 'Accès ouvert')
    assert 'Crèche du Parc' in c.get('/caf/etablissements?q=creche+du+parc').words


def test_an_address_is_corrected_and_a_password_sent_again(service):
    who = person()
    c, number = ready(service, listing=new_places(service, 1), people=[who])
    activate(c, number)
    page = c.wait(path(number), 'Courriel parti')
    agent = re.search(r'agent (\S+),', page.words)[1]
    fresh = 'nouvelle-' + who['courriel']
    form = page.form(f'/personnes/{agent}')
    assert form.set(courriel='pas une adresse').submit().status == 422
    mine = service.directory().search_s(service.demo['ldap']['suffix'], 2, '(uid=m.querrien)', ['mail'])[0][1]['mail'][0].decode()
    shared = form.set(courriel=mine).submit()
    assert shared.status == 422 and 'Cette adresse est aussi celle de' in shared.faults()[0]
    assert shared.form(f'/personnes/{agent}').get('courriel') == mine and 'partage' in shared.text
    ok(form.set(courriel=fresh).submit(), path(number) + '?fait=mot-de-passe-renvoye')
    service.wait_mail(fresh, 'Votre accès')
    for address in (fresh, who['courriel']):
        service.wait_mail(address, 'corrigée', holding=fresh)
    assert c.post(path(number, '/personnes/921-99999'), [('csrf', form.get('csrf')), ('courriel', fresh)]).status == 404


def test_two_windows_correct_one_address_and_the_second_is_told(service):
    who = person(nom='Aubrac', prenom='Anaïs')
    c, number = ready(service, listing=new_places(service, 1), people=[who])
    activate(c, number)
    page = c.wait(path(number), 'Courriel parti')
    agent = re.search(r'agent (\S+),', page.words)[1]
    rest = f'/personnes/{agent}'
    assert 'Renvoyer ou corriger l’adresse d’Anaïs Aubrac' in page.words and 'Courriel d’Anaïs Aubrac' in page.words
    first, second, third = (c.get(path(number)).form(rest) for _ in range(3))
    ok(first.set(courriel='une-' + who['courriel']).submit(), path(number) + '?fait=mot-de-passe-renvoye')
    for form in (second, third):        # at once, and once the directory has it
        late = form.set(courriel='deux-' + who['courriel']).submit()
        assert late.status == 409, late.words[:300]
        assert f'Le courriel d’Anaïs Aubrac a été corrigé entre-temps : c’est maintenant une-{who["courriel"]}' in late.words
        again = late.form(rest)
        assert again.get('courriel') == 'deux-' + who['courriel'] and again.get('adresse_vue') == 'une-' + who['courriel']
        until(lambda: service.directory().search_s(service.demo['ldap']['suffix'], 2, f'(mail=une-{who["courriel"]})'))
    ok(again.submit(), path(number) + '?fait=mot-de-passe-renvoye')
    # a script of before tells no address
    ok(third.put('adresse_vue', []).set(courriel='trois-' + who['courriel']).submit(), path(number) + '?fait=mot-de-passe-renvoye')


def test_the_acknowledgement_is_sent_again(service):
    address = f'accuse-{time.time_ns()}@courtebise.example'
    number = make_request(service, courriel=address)
    c = administrator(service)
    ok(c.get(path(number)).form('/accuse').submit(), path(number) + '?fait=accuse-renvoye')
    until(lambda: sum(m['To'] == address for m in service.mails()) == 2)
    assert 'Accusé de réception renvoyé' in c.get(path(number)).words


def test_the_acknowledgement_goes_to_a_corrected_address(service):
    address = f'accuse-{time.time_ns()}@courtebise.example'
    number = make_request(service, courriel=address)
    c = administrator(service)
    form, stale = c.get(path(number)).form('/accuse'), c.get(path(number)).form('/accuse')
    assert form.get('courriel') == address
    bad = form.set(courriel='mairie').submit()
    assert bad.status == 422 and bad.faults() and bad.form('/accuse').get('courriel') == 'mairie'
    other = 'b' + address
    ok(form.set(courriel=other).submit(), path(number) + '?fait=accuse-renvoye')
    service.wait_mail(other, f'Accusé de réception de votre demande {number}')
    page = c.get(path(number))
    assert f'à {other}, au lieu de {address}' in page.words and page.form('/accuse').get('courriel') == other
    late = stale.set(courriel='c' + address).submit()
    assert late.status == 409 and f'Le courriel de l’organisme a été corrigé entre-temps : c’est maintenant {other}' in late.words
    assert 'c' + address in late.words
    # what follows goes there too
    ok(c.get(path(number, '/refuser')).form('/refuser').set(motif='Hors du département.').submit(), path(number) + '?fait=demande-refusee')
    service.wait_mail(other, 'n’est pas acceptée')
    # an address typed for the acknowledgement is not the one the reason goes to
    late = stale.submit()
    assert late.status == 409 and 'c' + address in late.words and late.form('/motif').get('courriel') == other


def test_a_prepared_convention_takes_the_corrected_address(service):
    address = f'accuse-{time.time_ns()}@courtebise.example'
    number = make_request(service, courriel=address)
    c = administrator(service)
    check(c, number)
    page = c.get(path(number))
    assert 'est prête. Imprimez-la' in page.words and address in document_words(c.get(path(number, '/convention')))
    printed = page.form('/envoi').set(date_envoi=slashes(today()), exemplaires='2')
    page = ok(page.form('/accuse').set(courriel='b' + address).submit(), path(number) + '?fait=accuse-renvoye')
    assert 'est prête, préparée à nouveau le' in page.words
    text = document_words(c.get(path(number, '/convention')))
    assert 'b' + address in text and address not in text
    late = printed.submit()
    assert late.status == 409 and 'a préparé à nouveau la convention' in late.words
    post(c, number)


def test_a_file_is_taken(service):
    number = make_request(service)
    c = administrator(service)
    ok(c.get(path(number)).form('/prendre').submit(), path(number) + '?fait=dossier-pris')
    page = c.get(path(number))
    assert re.search(r'Vous avez pris ce dossier jusqu’à \d+.h', page.words) and 'Garder ce dossier pour 30 minutes' in page.words
    ok(page.form('/prendre').submit(), path(number) + '?fait=dossier-pris')
    assert re.search(r'Odile Marchenoir ?jusqu’à \d+.h', c.get('/caf?type=demande&pris=moi').words)


def test_who_has_a_listing_and_until_when_is_told(service):
    first, second = (service.client(a) for a in service.accounts('caf_reviewer')[:2])
    place = next(link for link in first.get('/caf?type=fiche').links() if link.startswith('/caf/revisions/'))
    assert first.get(place).form('/prendre').submit().path == place + '?fait=dossier-pris'
    page = second.get(place)
    assert re.search(r'Pris par \w+ \w+ jusqu’à \d+.h', page.words) and 'Prendre ce dossier' in page.words


@pytest.fixture
def own_articles(service, tmp_path):
    own = tmp_path / 'articles.txt'
    own.write_text('# Convention de la Caf\n\n## Article unique\n\n{organisme} et la {caf} conviennent de ceci.\n- un point\n')
    default = service.ctl('agreement-template', 'show', '--caf', '751').stdout
    yield own
    back = tmp_path / 'default.txt'
    back.write_text(default)
    service.ctl('agreement-template', 'set', '--caf', '751', str(back))


def test_a_caf_has_its_own_articles(service, own_articles):
    bad = own_articles.parent / 'bad.txt'
    bad.write_text('## Article 1\n\nBonjour {prenom}.\n')
    refused = service.ctl('agreement-template', 'set', '--caf', '751', str(bad), check=False)
    assert refused.returncode == 1 and 'line 3: unknown placeholder {prenom}' in refused.stderr
    assert service.ctl('agreement-template', 'set', '--caf', '999', str(own_articles), check=False).returncode == 1
    service.ctl('agreement-template', 'set', '--caf', '751', str(own_articles))
    assert 'Article unique' in service.ctl('agreement-template', 'show', '--caf', '751').stdout
    assert 'template_set done' in service.ctl('audit', 'query', '--event', 'template_set').stdout
    number = make_request(service, caf='751')
    c = administrator(service, '751')
    check(c, number)
    page = c.get(path(number, '/convention'))
    assert 'Convention de la Caf' in page.words and 'conviennent de ceci' in page.words and 'Article 6' not in page.words


def test_each_role_opens_the_oldest_file_it_may(service):
    for role in ('caf_reviewer', 'caf_admin'):
        c = service.client(service.account(role, caf='921'))
        page = c.get('/caf')
        oldest = re.search(r'<a class="btn" href="([^"]+)">Ouvrir le plus ancien</a>', page.text)
        assert oldest and c.get(oldest[1]).status == 200, role
        assert page.links().index(oldest[1]) < page.links().index('/caf?type=fiche')


@pytest.mark.parametrize('role, kinds', [('caf_reviewer', ['', 'fiche', 'signalement']),
                                         ('caf_admin', ['', 'fiche', 'demande', 'convention', 'relance', 'signalement', 'depart'])])
def test_the_queue_offers_the_kinds_that_each_role_is_shown(service, role, kinds):
    c = service.client(service.account(role, caf='921'))
    page = c.get('/caf')
    select = re.search(r'<select id="type".*?</select>', page.text, re.S)[0]
    assert re.findall(r'value="(.*?)"', select) == kinds
    other = c.get('/caf?type=demande')      # a colleague's link
    assert other.status == 200 and ('option value="demande" selected' in other.text) == (role == 'caf_admin')


def test_a_number_given_in_the_directory_since_the_check_is_refused(service):
    c, number = ready(service, listing=new_places(service, 1), people=[person()])
    agreement = re.search(r'Convention n° (\S+?)\.', c.get(path(number)).words)[1]
    d = service.directory()
    dn = f'habConventionNumero={agreement},habFournisseurId=F9210001,ou=fournisseurs,habCodeCaf=921,ou=cafs,{service.demo["ldap"]["suffix"]}'
    d.add_s(dn, [('objectClass', [b'habConvention']), ('habConventionNumero', [agreement.encode()]), ('habStatut', [b'terminee']),
                 ('habDateEffet', [b'20240101000000Z']), ('habDateEcheance', [b'20250101000000Z']), ('habTaciteReconduction', [b'FALSE'])])
    form = c.get(path(number, '/activer')).form('/activer')
    bad = form.submit()
    assert bad.status == 422 and f'porte déjà le n° {agreement} dans l’annuaire' in bad.faults()[0], bad.words[:500]
    d.delete_s(dn)
    until(lambda: form.submit().status == 200)
    c.wait(path(number), 'Accès ouvert')


def test_a_number_taken_in_the_seconds_between_opens_nothing(service):
    who = person()
    c, number = ready(service, listing=new_places(service, 1), people=[who])
    agreement = re.search(r'Convention n° (\S+?)\.', c.get(path(number)).words)[1]
    d = service.directory()
    suffix = service.demo['ldap']['suffix']
    dn = f'habConventionNumero={agreement},habFournisseurId=F9210001,ou=fournisseurs,habCodeCaf=921,ou=cafs,{suffix}'
    go_on = stand_still([pid for pid, _ in processes(service, 'habilis-clerk')])
    try:
        activate(c, number)
        d.add_s(dn, [('objectClass', [b'habConvention']), ('habConventionNumero', [agreement.encode()]), ('habStatut', [b'terminee']),
                     ('habDateEffet', [b'20240101000000Z']), ('habDateEcheance', [b'20250101000000Z']), ('habTaciteReconduction', [b'FALSE'])])
    finally:
        go_on()
    page = c.wait(path(number), 'Refusé par l’annuaire')
    assert f'L’annuaire a refusé la convention n° {agreement}' in page.words and 'Rien de ce qui devait suivre' in page.words
    row = re.search(rf'>{number}</a>.*?</tr>', c.get('/caf/demandes').text, re.S)
    assert row and 'Refusé par l’annuaire' in row[0]
    assert not d.search_s(suffix, 2, f'(mail={who["courriel"]})')
    assert not [m for m in service.mails() if who['courriel'] in m['To'] and 'accès' in m['Subject']]
    d.delete_s(dn)
    job, = [line.split()[0] for line in service.ctl('jobs', 'list').stdout.splitlines() if 'directory failed' in line]
    service.ctl('jobs', 'retry', job)
    c.wait(path(number), 'Accès ouvert')
    until(lambda: number not in c.get('/caf/demandes').words)
    assert 'Refusé par l’annuaire' not in c.get(f'/caf/demandes?etat=toutes&q={number}').words


def test_whom_the_caf_suspended_is_named_before_an_activation_and_stays_out(service):
    who = person()
    own = {'siret': siret(), 'nom': f'Ville de Courtebise {time.time_ns()}'}
    c = administrator(service)
    for again in (False, True):
        number = make_request(service, listing=new_places(service, 1), people=[who], **own)
        check(c, number)
        post(c, number)
        signed(c, number)
        page = c.get(path(number, '/activer'))
        if again:
            break
        assert 'Accès suspendu' not in page.words
        activate(c, number)
        c.wait(path(number), 'Accès ouvert')
        d = service.directory()
        (dn, entry), = d.search_s(service.demo['ldap']['suffix'], 2, f'(mail={who["courriel"]})', ['habAgentNumero'])
        d.modify_s(dn, [(2, 'habStatut', [b'suspendue'])])
        c.wait(path(number), 'Accès suspendu ou fermé')
    assert 'Accès suspendu' in page.words
    assert any(l and l.endswith('/agents/' + entry['habAgentNumero'][0].decode()) for l in page.links())
    refused = page.form('/activer').submit()
    assert refused.status == 422 and 'est suspendu. Rouvrez-le' in refused.faults()[0]
    assert d.search_s(dn, 0)[0][1]['habStatut'] == [b'suspendue']


def test_only_those_who_get_an_access_are_counted_and_named_before_the_activation(service):
    who, others = person(prenom='Damien'), [person(prenom=p) for p in ('Lise', 'Marc')]
    own = {'siret': siret(), 'nom': f'Ville de Courtebise {time.time_ns()}'}
    c, number = ready(service, listing=new_places(service, 1), people=[who], **own)
    assert f'Damien {who["nom"]} recevra par courriel son identifiant' in c.get(path(number)).words
    assert 'Ouvrir l’accès' in c.get(path(number, '/activer')).words
    activate(c, number)
    c.wait(path(number), 'Accès ouvert')
    c, number = ready(service, listing=new_places(service, 1), people=[who, *others], **own)
    page = c.get(path(number))
    card = page.words.split('Après l’activation')[1].strip()
    assert card.startswith(f'Lise {others[0]["nom"]} et Marc {others[1]["nom"]} recevront chacun'), card[:300]
    assert '1 personne est déjà connue' in card
    assert 'Ouvrir 2 accès' in c.get(path(number, '/activer')).words
    c, number = ready(service, listing=new_places(service, 1), people=[who], **own)
    card = c.get(path(number)).words.split('Après l’activation')[1]
    assert '1 personne est déjà connue' in card and 'mot de passe provisoire' not in card
    assert 'Ouvrir l’accès' not in c.get(path(number, '/activer')).words
    number = make_request(service, listing=new_places(service, 1), people=[who, *(person() for _ in range(8))], **own)
    assert 'Les 8 nouvelles personnes recevront chacune par courriel' in c.get(path(number)).words


def test_an_establishment_changes_hands_once_that_is_confirmed(service):
    place, = new_places(service, 1)
    d = service.directory()
    suffix = service.demo['ldap']['suffix']
    cafs = f'habCodeCaf=921,ou=cafs,{suffix}'
    dn, other = f'habEtablissementId={place},ou=etablissements,{cafs}', f'habFournisseurId=F9210001,ou=fournisseurs,{cafs}'
    old = d.search_s(other, 1, '(&(objectClass=habConvention)(habStatut=active))', ['habConventionNumero'])[0][0]
    covered = lambda: [v.decode().lower() for v in d.search_s(old, 0)[0][1].get('habEtablissementCouvert', [])]
    d.modify_s(dn, [(0, 'habGestionnaire', [other.encode()])])
    d.modify_s(old, [(0, 'habEtablissementCouvert', [dn.encode()])])
    number = make_request(service, listing=[place], people=[person()])
    c = administrator(service)
    c.wait(path(number), 'est déjà géré par')
    annex = f'/caf/conventions/{old.split(",")[0].split("=")[1]}/annexe'
    c.wait(annex, f'Crèche {place}')      # the mirror may see the one before the other
    check(c, number)
    post(c, number)
    signed(c, number)
    page = c.get(path(number, '/activer'))
    assert 'Changement de gestionnaire' in page.words and f'({place}), géré par' in page.words
    bad = page.form('/activer').submit()
    assert bad.status == 422 and 'Cochez la case pour changer de gestionnaire' in bad.faults()[0]
    # nothing is taken from whom the page did not name
    stale, third = bad.form('/activer').set(gestion='oui'), f'habFournisseurId=F9210002,ou=fournisseurs,{cafs}'
    for manager, named in ((third, 'F9210002'), (other, 'F9210001')):
        d.modify_s(dn, [(2, 'habGestionnaire', [manager.encode()])])
        until(lambda named=named: named in c.get(path(number, '/activer')).form('/activer').get('gestion_vue'))
        bad = stale.submit()
        assert bad.status == 409 and f'Crèche {place} ({place}) est maintenant géré par' in bad.words
        again = bad.form('/activer')
        assert again.get('gestion_vue') == f'{place}={named}' and not again.get('gestion')
        stale = again.set(gestion='oui')
    assert dn.lower() in covered()
    bad = c.get(path(number, '/activer'))
    ok(bad.form('/activer').set(gestion='oui').submit(), path(number) + '?fait=habilitation-active')
    c.wait(path(number), 'Accès ouvert')
    until(lambda: dn.lower() not in covered())


def test_two_activations_of_one_establishment_do_not_cross(service):
    place, = new_places(service, 1)
    c, first = ready(service, listing=[place], people=[person()])
    _, second = ready(service, listing=[place], people=[person()])
    late = c.get(path(second, '/activer')).form('/activer')
    go_on = stand_still([pid for pid, _ in processes(service, 'habilis-clerk')])   # the directory has the first one's later
    try:
        activate(c, first)
        page = late.submit()
        assert page.status == 422 and page.faults() == [f'Crèche {place} est en train de changer de gestionnaire : recommencez dans un instant']
    finally:
        go_on()
    page = c.wait(path(second, '/activer'), 'Changement de gestionnaire')
    late = late.set(gestion='oui').submit()
    assert late.status == 409 and f'Crèche {place} ({place}) est maintenant géré par' in late.words and not late.form('/activer').get('gestion')
    ok(late.form('/activer').set(gestion='oui').submit(), path(second) + '?fait=habilitation-active')
    c.wait(path(second), 'Accès ouvert')


def test_a_picked_establishment_is_changed_until_the_activation(service):
    first, second = new_places(service, 2)
    number = make_request(service, listing=[], others=['Crèche du Parc, 2 rue du Parc, Gennevilliers'], people=[person()])
    c = administrator(service)
    line = path(number, '/lignes/1')

    def pick(place):
        form = [f for f in c.get(line).forms() if f.action.endswith('/lignes/1')][-1]   # after the one that makes it
        ok(form.set(identifiant=place).submit(('action', 'choisir')), path(number) + '?fait=etablissement-choisi')

    pick(first)
    page = c.get(path(number))
    assert f'Crèche {first}' in page.words and line in page.links()
    page = c.get(line)
    assert first in page.words and 'L’ajouter au répertoire' not in page.words
    pick(second)
    assert f'Crèche {second}' in c.get(path(number)).words
    suffix = service.demo['ldap']['suffix']
    service.directory().delete_s(f'habEtablissementId={second},ou=etablissements,habCodeCaf=921,ou=cafs,{suffix}')
    page = c.wait(path(number), f'{second} n’est plus au répertoire')
    assert line in page.links() and 'L’ajouter au répertoire' in c.get(line).words
    pick(first)


def test_an_establishment_that_left_the_register_is_not_promised(service):
    place, = new_places(service, 1)
    c, number = ready(service, listing=[place], people=[person()])
    suffix = service.demo['ldap']['suffix']
    service.directory().delete_s(f'habEtablissementId={place},ou=etablissements,habCodeCaf=921,ou=cafs,{suffix}')
    page = c.wait(path(number, '/activer'), 'n’est plus au répertoire')
    assert path(number, '/refuser') in page.links() and 'Ajoutez-le depuis la demande' not in page.words


def test_a_second_convention_in_force_is_told_and_shown_with_its_own_days_and_places(service):
    agent = next(a for a in service.accounts('agent') if a['provider'] == 'F9210001' and not a.get('first_login'))
    d, suffix = service.directory(), service.demo['ldap']['suffix']
    provider, entry = d.search_s(suffix, 2, '(habFournisseurId=F9210001)', ['habSiret'])[0]
    former = d.search_s(provider, 1, '(&(objectClass=habConvention)(habStatut=active))', ['habConventionNumero'])[0][1]
    former = former['habConventionNumero'][0].decode()
    place, = new_places(service, 1)
    c, number = ready(service, siret=entry['habSiret'][0].decode(), listing=[place], people=[person()])
    page = c.get(path(number, '/activer'))
    assert f'Convention n° {former}, échéance le' in page.words and '/caf/conventions/' + former in page.links()
    ok(page.form('/activer').submit(), path(number) + '?fait=habilitation-active')
    mine = service.client(agent)
    page = mine.wait('/espace-pro/convention', f'Crèche {place}')
    numbers = re.findall(r'<h2 id="t-conv[^"]*">Convention n°.([^<]+)</h2>', page.text)
    assert former in numbers and len(numbers) == 2 and page.words.count('Prise d’effet') == 2
    assert page.text.count('Établissements de la convention') == 2
    home = mine.get('/espace-pro').words
    assert all(f'Convention n° {n}' in home for n in numbers)


def test_the_convention_of_a_request_leads_to_it_under_another_number_too(service):
    place, = new_places(service, 1)
    c, number = ready(service, listing=[place], people=[person()])
    former = re.search(r'Convention n° (\S+?)\.', c.get(path(number)).words)[1]
    activate(c, number)
    c.wait(path(number), 'Accès ouvert')
    page = c.get('/caf/conventions/' + former)
    assert path(number) in page.links() and 'Empreinte du document' in page.words
    dn = service.directory().search_s(service.demo['ldap']['suffix'], 2, f'(habConventionNumero={former})', ['cn'])[0][0]
    service.directory().rename_s(dn, 'habConventionNumero=921-2026-8802', delold=1)
    page = until(lambda: (lambda p: p if p.status == 200 else None)(c.get('/caf/conventions/921-2026-8802')))
    assert path(number) in page.links() and 'Empreinte du document' in page.words
    assert f'Numéro sur les documents signés{former}' in page.words.replace(' ' + former, former)
    assert 'activée par Odile Marchenoir' in page.words
    assert f'Convention n° {former}' in c.get(path(number)).words, 'as it was printed'
