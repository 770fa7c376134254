"""A request for an habilitation, driven over the form as somebody without an account does."""
import itertools
import random
import re

STEPS = '/demande-habilitation/etapes'
serial = itertools.count(1)


def siret(siren9=None):
    """A number with its Luhn keys that no test has twice."""
    def key(digits):
        total = 0
        for i, d in enumerate(reversed(digits + '0')):
            n = int(d) * (1 + i % 2)
            total += n - 9 if n > 9 else n
        return str(-total % 10)
    siren = siren9 or f'9{random.randrange(10**7):07}'
    siren = siren if len(siren) == 9 else siren + key(siren)
    nic = f'{next(serial):04}'
    return siren + nic + key(siren + nic)


def provider(**values):
    n = next(serial)
    return {'nom': f'Communauté de communes des Trois-Rives {n}', 'siret': siret(), 'adresse': 'Maison commune, 6 place du Bac',
            'code_postal': '00450', 'commune': 'Saint-Elvin-des-Rives', 'signataire': 'Hervé Castelneau, président',
            'courriel': f'petite-enfance-{n}@trois-rives.example', 'telephone': '01 99 00 12 00', **values}


def person(**values):
    n = next(serial)
    return {'nom': f'Thivolle-{n}', 'prenom': 'Agnès', 'fonction': 'Coordinatrice petite enfance',
            'courriel': f'a.thivolle-{n}@trois-rives.example', **values}


def register(service, caf, kind=None, manager=False):
    """Establishments of a Caf as the directory has them: (id, name, commune), of one type; without a manager unless asked."""
    import ldap
    d = service.directory()
    rows = d.search_s(f'ou=etablissements,habCodeCaf={caf},ou=cafs,{service.demo["ldap"]["suffix"]}', ldap.SCOPE_ONELEVEL,
                      '(objectClass=habEtablissement)', ['habEtablissementId', 'cn', 'l', 'habTypeEtablissement', 'habGestionnaire'])
    found = []
    for _, e in rows:
        if (kind is None or e['habTypeEtablissement'][0].decode().lower() == kind) and (manager or 'habGestionnaire' not in e):
            found.append((e['habEtablissementId'][0].decode(), e['cn'][0].decode(), e.get('l', [b''])[0].decode()))
    return sorted(found)


def step(client, name):
    page = client.get(f'{STEPS}/{name}')
    assert page.status == 200, page.words[:300]
    return page.form(f'/{name}')


def ok(page, where):
    assert page.path.startswith(where), (page.path, page.status, page.faults() or page.words[:500])
    return page


def choose(client, name, ids, others=(), others_places=False):
    """A step of establishments: ids are ticked, each free line is added."""
    form = step(client, name)
    for line in others:
        form.put('etablissement', form.all('etablissement')).put('autre', line)
        if others_places:
            form.put('autre_places', 'oui')
        form = ok(form.submit(('action', 'ajouter')), f'{STEPS}/{name}?fait=ligne-ajoutee').form(f'/{name}')
    if ids or form.all('etablissement'):
        form.put('etablissement', sorted({*form.all('etablissement'), *ids}))
    elif name == 'places':
        form.put('aucun', 'oui')
    return ok(form.submit(('action', 'continuer')), f'{STEPS}/')


def fill(client, caf, listing, places=(), people=None, others=(), others_places=False, **values):
    """All five steps; answers the page to check."""
    ok(step(client, 'organisme').set(**provider(**values)).submit(), f'{STEPS}/caf')
    ok(step(client, 'caf').set(caf=caf).submit(), f'{STEPS}/fonctionnement')
    choose(client, 'fonctionnement', listing, others, others_places)
    choose(client, 'places', places)
    for p in people if people is not None else [person()]:
        form = step(client, 'personnes')
        for field, value in p.items():
            form.put(field, value)
        if 'droit_fonctionnement' in p or 'droit_places' in p:
            form.put('tous', [])
        ok(form.submit(('action', 'ajouter')), f'{STEPS}/personnes?fait=personne-ajoutee')
    return client.get(f'{STEPS}/verification')


def send(client):
    """From the page to check; answers the confirmation's page."""
    page = client.get(f'{STEPS}/verification').form('/transmettre').set(agents='oui').submit()
    return ok(page, '/demande-habilitation/confirmation/')


def number_of(page):
    return re.search(r'/confirmation/([A-Z0-9-]+)', page.path)[1]


def make_request(service, caf='921', listing=None, places=None, people=None, client=None, **values):
    """Sends a whole request and answers its number. listing, places: ids (two and one of the Caf's nurseries unless given); people: rows of
    person(); others: free lines; the rest are fields of provider()."""
    client = client or service.client()
    if listing is None:
        listing = [e[0] for e in register(service, caf, 'eaje', manager=True)[:2]]
        places = listing[:1] if places is None else places
    fill(client, caf, listing, places or (), people, **values)
    return number_of(send(client))
