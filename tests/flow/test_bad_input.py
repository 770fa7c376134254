"""Hostile and merely wrong input: a clear answer, the right status, nothing lost, nothing half done."""
import re
import socket
import ssl

import pytest

from test_journey import first_listing

HOSTILE = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'; DROP TABLE agents; --", '${7*7}{{7*7}}', '%3Cb%3E', '&lt;b&gt;']


def listing_path(e):
    return f'/espace-pro/etablissements/{e["id"]}/fonctionnement'


@pytest.fixture(scope='module')
def at_work(service):
    return first_listing(service)


# --- the listing's form ---

@pytest.mark.parametrize('field, value, words', [
    ('telephone', '01 99 00 12', '10 chiffres'),
    ('telephone', '0000000000', 'un numéro de téléphone français'),
    ('courriel', 'personne', 'courriel'),
    ('site', 'javascript:alert(1)', 'site'),
    ('me_fermeture', '2 h 30', 'fermeture doit venir après'),
    ('lu_ouverture', 'huit heures', 'Lundi'),
    ('projet', 'x' * 5001, 'dépasse de 1 caractère'),
    ('handicap', '!!!', ''),
    ('age_min', '-1', ''),
    ('capacity_lt12m', '999', ''),
    ('served_communes', '99999', '99999'),
    ('hours_note', 'y' * 501, 'dépasse'),
    ('capacity_under6', '12', 'laissez vide'),              # asked of an accueil de loisirs alone
    ('periods', 'wednesday', 'laissez vide'),
    ('activities_text', 'Des jeux de plein air.', 'laissez vide'),
])
def test_a_wrong_answer_is_told_and_everything_is_kept(at_work, field, value, words):
    c, agent, e = at_work
    form = c.get(listing_path(e)).form('/fonctionnement').set(team_text='Une équipe de huit professionnelles.').put(field, value)
    page = form.submit(('action', 'verifier'))
    assert page.status == 422
    faults = page.faults()
    assert faults and any(words.lower() in f.lower() for f in faults), faults
    assert page.title.startswith('Erreur :')
    again = page.form('/fonctionnement')
    assert again.get(field) == value and again.get('team_text') == 'Une équipe de huit professionnelles.'
    assert '#' + field in page.links()
    for link in [l for l in page.links() if l and l.startswith('#') and l != '#contenu']:
        assert f'id="{link[1:]}"' in page.text, link


@pytest.mark.parametrize('text', HOSTILE)
def test_hostile_text_comes_back_as_text(at_work, text):
    c, agent, e = at_work
    form = c.get(listing_path(e)).form('/fonctionnement').set(projet=f'Un projet avec {text} dedans.')
    page = form.submit(('action', 'brouillon'))
    assert page.status == 200
    assert page.form('/fonctionnement').get('projet') == f'Un projet avec {text} dedans.'
    c.get(listing_path(e) + '/verification').form('/verification').submit(('action', 'effacer'))


@pytest.mark.parametrize('pairs, status', [
    ([('valide', '1')], 400), ([('role', 'admin')], 400), ([('etab', 'E0001')], 400),
    ([('telephone', '0199001234')], 400),                   # a second telephone
    ([('fermeture', 'aout'), ('fermeture', 'aout')], 400),  # the same check box twice
])
def test_unknown_and_doubled_fields_spoil_the_request(at_work, pairs, status):
    c, agent, e = at_work
    form = c.get(listing_path(e)).form('/fonctionnement')
    form.fields = [f for f in form.fields if f[0] != 'fermeture'] + pairs
    assert form.submit(('action', 'brouillon')).status == status


@pytest.mark.parametrize('body', [b'csrf=%', b'csrf=%zz', b'=x', b'csrf=%00', b'csrf=\xff\xfe', b'csrf=%c3%28'])
def test_a_malformed_body_is_400(at_work, service, body):
    c, agent, e = at_work
    page = c.post(listing_path(e), body, headers={'Content-Type': 'application/x-www-form-urlencoded'})
    assert page.status == 400


def test_another_content_type_is_400(at_work):
    c, agent, e = at_work
    assert c.post(listing_path(e), b'{}', headers={'Content-Type': 'application/json'}).status == 400


def test_too_large_is_413(at_work):
    c, agent, e = at_work
    assert c.post(listing_path(e), b'projet=' + b'x' * (2 << 20),
                  headers={'Content-Type': 'application/x-www-form-urlencoded'}).status == 413


# --- CSRF and origin ---

def test_every_token_but_ones_own_is_403(at_work, service):
    c, agent, e = at_work
    form = c.get(listing_path(e)).form('/fonctionnement')
    other = service.client(service.account('caf_reviewer')).get('/espace-pro/mon-compte').form('/deconnexion').get('csrf')
    for token in ('', 'x', form.get('csrf')[:-1], other):
        assert form.put('csrf', token).submit(('action', 'brouillon')).status == 403
    form.fields = [f for f in form.fields if f[0] != 'csrf']
    assert form.submit(('action', 'brouillon')).status == 403


@pytest.mark.parametrize('headers', [{'Origin': 'https://evil.example'}, {'Origin': 'null'}, {'Origin': '', 'Sec-Fetch-Site': 'cross-site'}])
def test_a_foreign_origin_is_403(at_work, headers):
    c, agent, e = at_work
    form = c.get(listing_path(e)).form('/fonctionnement')
    assert form.submit(('action', 'brouillon'), headers=headers).status == 403


def test_login_needs_its_own_token(service):
    c = service.client()
    form = c.get('/connexion').form('/connexion').set(identifiant='a', mot_de_passe='b')
    assert service.client().post('/connexion', form.fields).status == 403


# --- places ---

@pytest.mark.parametrize('value, words', [('15000', ''), ('-1', ''), ('deux', ''), ('', ''), ('1.5', '')])
def test_a_wrong_number_of_places(at_work, value, words):
    c, agent, e = at_work
    path = f'/espace-pro/etablissements/{e["id"]}/places'
    form = c.get(path).form('/places')
    cell = next(n for n, _ in form.fields if n.startswith('a') and n.count('-') == 2)
    page = form.put(cell, value).submit(('action', 'publier'))
    assert page.status == 422 and page.faults() and page.form('/places').get(cell) == value


@pytest.mark.parametrize('day', ['31/02/2026', 'demain', '2026', ''])
def test_a_wrong_day(at_work, day):
    c, agent, e = at_work
    form = c.get(f'/espace-pro/etablissements/{e["id"]}/places').form('/places').set(debut=day)
    page = form.submit(('action', 'publier'))
    assert page.status == 422 and page.form('/places').get('debut') == day


# --- login ---

@pytest.mark.parametrize('who', ['*', 'a*)(uid=*', 'm.querrien)(|(uid=*', '\\2a', 'uid=m.querrien,ou=x', 'é' * 100, 'x' * 254])
def test_hostile_identifiers_are_unknown_like_any(service, who):
    c = service.client()
    form = c.get('/connexion').form('/connexion').set(identifiant=who, mot_de_passe='Un-mot-de-passe-9')
    page = form.submit()
    assert page.status == 422 and 'Identifiant ou mot de passe incorrect' in page.words


def test_refusals_have_the_same_body(service):
    agent = service.account('agent')
    bodies = set()
    for who in (agent['uid'], 'personne.inconnue'):
        page = service.client().get('/connexion').form('/connexion').set(identifiant=who, mot_de_passe='pas-celui-la-42').submit()
        assert page.status == 422
        text = re.sub(r'name="csrf" value="[^"]*"', '', page.text)
        bodies.add(text.replace(who, 'X'))
    assert len(bodies) == 1


@pytest.mark.parametrize('password', ['', '\x00x'])
def test_empty_and_nul_passwords_never_reach_the_directory(service, password):
    agent = service.account('agent')
    form = service.client().get('/connexion').form('/connexion').set(identifiant=agent['uid'], mot_de_passe=password)
    assert form.submit().status in (400, 422)


# --- the front ---

@pytest.mark.parametrize('path', ['/', '/recherche?lieu=92390', '/connexion', '/inconnue', '/espace-pro', '/static/style.css', '/etablissements/x-ZZZZ9'])
def test_every_answer_has_the_security_headers(service, path):
    h = service.client().get(path, follow=False).headers
    assert "default-src 'none'" in h['Content-Security-Policy'] and "frame-ancestors 'none'" in h['Content-Security-Policy']
    assert h['X-Content-Type-Options'] == 'nosniff' and int(re.search(r'max-age=(\d+)', h['Strict-Transport-Security'])[1]) >= 31536000
    assert 'Referrer-Policy' in h and not re.search(r'\d', h.get('Server', ''))
    assert 'Access-Control-Allow-Origin' not in h


def test_private_pages_are_not_stored(at_work):
    c, agent, e = at_work
    assert 'no-store' in c.get('/espace-pro').headers['Cache-Control']


def test_a_link_others_have_added_to_still_leads_there(service):
    c = service.client()
    listing = service.account('agent')['establishments'][0]['url']
    for path in ('/', '/aide', listing):
        page = c.get(path + '?fbclid=IwAR1&utm_source=lettre')
        assert page.status == 200 and page.words == c.get(path).words, path
    assert c.get('/connexion?fbclid=1').status == 400, 'where something is typed nothing is ignored'


@pytest.mark.parametrize('method, path', [('GET', '/deconnexion'), ('POST', '/recherche'), ('POST', '/aide'), ('PUT', '/connexion')])
def test_a_page_asked_for_in_another_way_is_not_said_to_be_missing(service, method, path):
    c = service.client()
    answer = c.session.request(method, c.url(path), timeout=10, allow_redirects=False)
    assert answer.status_code == 405 and answer.headers['Allow'] and 'introuvable' not in answer.text


@pytest.mark.parametrize('method', ['TRACE', 'DELETE', 'PATCH', 'PROPFIND'])
def test_other_verbs_are_refused(service, method):
    c = service.client()
    assert c.session.request(method, c.url('/'), timeout=10).status_code in (403, 405)


@pytest.mark.parametrize('path', ['/..%2f..%2fetc/passwd', '/espace-pro/../espace-pro', '//espace-pro', '/%2e%2e/espace-pro', '/espace-pro/.', '/static/../../run/demo.json',
                                  '/espace-pro%00', '/.git/config', '/demo.json', '/espace-pro;x=1', '/ESPACE-PRO'])
def test_hostile_paths_show_nothing_private(service, path):
    context = ssl.create_default_context(cafile=service.demo['ca'])
    host, port = re.match(r'https://([^:]+):(\d+)', service.url).groups()
    with socket.create_connection((host, int(port)), timeout=10) as raw, context.wrap_socket(raw, server_hostname=host) as s:
        s.sendall(f'GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n'.encode())
        answer = b''
        while chunk := s.recv(65536):
            answer += chunk
    status = int(answer.split()[1])
    assert status in (301, 302, 303, 400, 404), status
    assert b'passwd' not in answer and b'"accounts"' not in answer


def test_the_host_header_is_not_believed(service):
    c = service.client()
    page = c.get('/espace-pro', follow=False, headers={'Host': 'evil.example'})
    assert 'evil.example' not in page.headers.get('Location', '')


# --- search ---

@pytest.mark.parametrize('query, status', [('', 422), ('lieu=', 422), ('lieu=Zzyzx', 422), ('lieu=92390&rayon=999', 422), ('lieu=92390&jour=dredi', 422),
                                           ('lieu=92390&lieu=92390', 400), ('lieu=92390&x=1', 400), ('lieu=92390&page=abc', 422), ('lieu=92390&page=0', 422),
                                           ('lieu=92390&page=-1', 422), ('lieu=92390&page=1001', 422), ('lieu=92390&page=', 200), ('lieu=%25', 422), ('lieu=92390', 200),
                                           ('lieu=villeneuve+la+garenne', 200), ('lieu=VILLENEUVE-LA-GARENNE', 200),
                                           ('lieu=92390&rayon=5+km&age=De+1+%C3%A0+2+ans&jour=Lundi&moment=Matin', 200)])
def test_search_answers(service, query, status):
    assert service.client().get('/recherche?' + query).status == status


@pytest.mark.parametrize('path', ['/aide', '/accessibilite', '/mentions-legales', '/donnees-personnelles'])
def test_a_text_names_whom_to_write_to_under_a_heading_with_content(client, path):
    page = client.get(path)
    assert 'mailto:aide@accueil-enfant.example' in page.text
    assert not re.search(r'</h[23]>\s*(<h[23]|</div>)', page.text), path
    assert path != '/mentions-legales' or '3 rue des Tilleuls' in page.words


def test_search_beyond_the_last_page_is_the_last(service):
    c = service.client()
    last = re.search(r'Page 1 sur (\d+)', c.get('/recherche?lieu=92390').words).group(1)
    for page in (str(int(last) + 1), '1000'):
        assert f'Page {last} sur {last}' in c.get(f'/recherche?lieu=92390&page={page}').words


def test_search_tells_how_many_communes_it_does_not_list(service):
    page = service.client().get('/recherche?lieu=51300').words
    assert re.search(r'Autres communes possibles : ([^,]+, ){6}[^,]+ et 38 autres\.', page), page[:600]
    assert ' autres.' not in service.client().get('/recherche?lieu=92390').words
    assert 'Châtillon-sur-Chalaronne' in service.client().get('/recherche?lieu=1400').words


def test_search_tells_closed_from_full(service):
    def cards(query=''):
        found, last = {}, 1
        for n in range(1, 100):
            page = service.client().get(f'/recherche?lieu=92390&rayon=20&{query}&page={n}')
            found |= {re.search(r'/etablissements/[^"]*', card).group(): card for card in page.text.split('<li class="card">')[1:]}
            last = int((re.search(r'Page \d+ sur (\d+)', page.words) or [0, 1])[1])
            if n >= last:
                return found

    week = cards()
    open_now = [name for name, card in week.items() if 'avec une place libre' in card]
    assert open_now
    saturday = cards('jour=samedi')
    for name in open_now:
        assert 'Fermé le samedi</p>' in saturday[name] and 'Places libres à un autre moment' in saturday[name]
        assert 'Aucune place libre cette semaine' not in saturday[name]
    assert any('>Complet le lundi matin</p>' in card and 'Places libres à un autre moment' in card
               for card in cards('jour=lundi&moment=matin').values())
    assert any('>Complet</p>' in card and 'Aucune place libre cette semaine' in card for card in week.values())


@pytest.mark.parametrize('query', ['type=xx', 'pris=xx', 'page=abc', 'page=0', 'q=' + 'x' * 101])
def test_a_filter_of_the_queue_that_is_none_is_told_at_its_field(service, query):
    page = service.client(service.account('caf_reviewer', caf='921')).get('/caf?' + query)
    assert page.status == 422 and page.faults()


def test_a_form_of_another_session_says_so(service):
    c, other = service.client(), service.client()
    login = other.get('/connexion').form('/connexion')
    agent = service.account('agent')
    c.login(agent)
    form = c.get('/espace-pro/mon-compte').form('/rappels')
    c.logout()
    c.login(agent)
    page = form.submit()
    assert page.status == 403 and 'date d’une session précédente' in page.words and '/espace-pro/mon-compte' in page.links()
    # two windows at the login
    other.login(agent)
    assert login.set(identifiant=agent['uid'], mot_de_passe=agent['password']).submit().path == '/espace-pro'


@pytest.mark.parametrize('typed', ['\u202a01 99 00 12 34\u202c', '01 99 00 12 34\t', '\u200e01 99 00 12 34'])
def test_what_comes_along_when_something_is_pasted_is_no_fault(service, typed):
    from requests_made import provider, step
    page = step(service.client(), 'organisme').set(**provider(telephone=typed)).submit()
    assert page.path.endswith('/etapes/caf?fait=etape') or page.status == 200, page.faults()


def test_a_form_is_no_longer_than_its_fields_may_be(service):
    c = service.client()
    path = f'/etablissements/{service.account("agent")["establishments"][0]["id"]}/signaler'
    form = c.get(path).form(path)
    assert form.set(erreur='"' * 20000).submit().status == 422
    assert form.set(erreur='"' * 200000).submit().status == 413
    agent = service.account('agent')
    own = service.client(agent)
    listing = f'/espace-pro/etablissements/{agent["establishments"][0]["id"]}/fonctionnement'
    assert own.get(listing).form('/fonctionnement').set(projet='é' * 20000).submit(('action', 'verifier')).status == 422


def test_refusals_without_end_are_counted(service):
    c = service.client()
    from requests_made import make_request
    number = make_request(service)

    def refusals():
        return service.log('--event', 'refusal').splitlines()
    before = len(refusals())
    for _ in range(16 * 60 + 200):
        assert c.get(f'/demande-habilitation/confirmation/{number}').status == 404
    written = len(refusals()) - before
    assert 60 <= written <= 16 * 60
