#!/usr/bin/python3
"""Writes the demonstration's directory entries (LDIF) and says who may do what in them.

The same seed and day give the same tree; passwords are the caller's affair: person(uid) -> {ARGON2} hash or None.
"""
import base64
import csv
import datetime
import random
import re
import unicodedata

import names


class Tree:
    """Everything build() made: the LDIF, the establishments, the accounts of demo.json (without url and password)."""

    def __init__(self, suffix, today, seed):
        self.suffix = suffix
        self.today = today
        self.random = random.Random(seed)
        self.lines = []
        self.places = []            # one dict per establishment
        self.accounts = []
        self.admin_dn = f'uid=r.thevenault,ou=personnel,{suffix}'

    def day(self, before):
        return (self.today - datetime.timedelta(days=before)).strftime('%Y%m%d000000Z')

    def entry(self, dn, *pairs):
        self.lines.append(ldif_line('dn', dn))
        for name, value in pairs:
            for one in value if isinstance(value, list) else [value]:
                if one is not None and one != '':
                    self.lines.append(ldif_line(name, one))
        self.lines.append('')

    def group(self, dn, name, members):
        self.entry(dn, ('objectClass', 'groupOfNames'), ('cn', name), ('member', members or [f'cn=personne,{self.suffix}']))

    def unit(self, dn, name):
        self.entry(dn, ('objectClass', 'organizationalUnit'), ('ou', name))

    def ldif(self):
        return '\n'.join(self.lines) + '\n'


def ldif_line(name, value):
    value = str(value)
    plain = value.isascii() and value.isprintable() and value[0] not in ' :<' and value[-1] != ' '
    return f'{name}: {value}' if plain else f'{name}:: {base64.b64encode(value.encode()).decode()}'


def slug(text):
    """The name as it stands in a listing's address."""
    text = text.replace('œ', 'oe').replace('Œ', 'OE').replace('æ', 'ae').replace('Æ', 'AE')
    text = ''.join(c for c in unicodedata.normalize('NFKD', text) if not unicodedata.combining(c)).lower()
    return re.sub(r'[^a-z0-9]+', '-', text).strip('-')


def siret(siren, office):
    """SIREN, office number and the key that makes the whole pass Luhn's test."""
    for key in range(10):
        number = f'{siren}{office:04d}{key}'
        total = 0
        for place, digit in enumerate(reversed(number)):
            value = int(digit) * (2 if place % 2 else 1)
            total += value - 9 if value > 9 else value
        if total % 10 == 0:
            return number
    raise AssertionError


def caf_dn(tree, code):
    return f'habCodeCaf={code},ou=cafs,{tree.suffix}'


def provider_dn(tree, provider):
    return f'habFournisseurId={provider["id"]},ou=fournisseurs,{caf_dn(tree, provider["caf"])}'


def agent_dn(tree, agent):
    provider = next(p for p in names.PROVIDERS if p['id'] == agent[4])
    return f'uid={agent[0]},{provider_dn(tree, provider)}'


# --- establishments ----------------------------------------------------------------------------------------------------

CATEGORIES = [('MULTI_ACCUEIL', 45), ('CRECHE_COLLECTIVE', 33), ('CRECHE_FAMILIALE', 9), ('JARDIN_ENFANTS', 13)]
TYPES = [('EAJE', 68), ('ALSH', 13), ('RPE', 7), ('LAEP', 8), ('LUDOTHEQUE', 2), ('CENTRE_SOCIAL', 2)]
SIZES = {'MULTI_ACCUEIL': (10, 12, 18, 24, 30, 36, 45, 60), 'CRECHE_COLLECTIVE': (10, 12, 20, 30, 40, 55, 66),
         'CRECHE_FAMILIALE': (20, 30, 45), 'JARDIN_ENFANTS': (20, 30, 40)}


def pick(tree, weighted):
    return tree.random.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


def read_communes(path):
    with open(path, newline='', encoding='utf-8') as file:
        return {row['code_insee']: row for row in csv.DictReader(file)}


def coordinates(tree, commune):
    lat = float(commune['latitude']) + tree.random.uniform(-0.006, 0.006)
    lon = float(commune['longitude']) + tree.random.uniform(-0.008, 0.008)
    return f'{lat:.5f} {lon:.5f}'


def title_of(tree, kind, town, taken, nurseries):
    """A name nobody else of the same kind has."""
    if kind == 'EAJE':
        return nurseries.pop()
    if kind == 'ALSH':
        base = 'Accueil de loisirs ' + tree.random.choice(names.SCHOOLS)
    elif kind == 'LAEP':
        base = tree.random.choice(names.MEETINGS)
    else:
        base = {'RPE': 'Relais petite enfance de ', 'LUDOTHEQUE': 'Ludothèque de ', 'CENTRE_SOCIAL': 'Centre social de '}[kind] + town
        base = base.replace(' de Le ', ' du ').replace(' de Les ', ' des ')
        base = re.sub(r' de (?=[AEÉIOU])', " d'", base)
    name, number = base, 1
    while name in taken:
        number += 1
        name = f'{base} {number}' if kind not in ('ALSH', 'LAEP') or number > 2 else f'{base}, {town}'
    return name


def annex(tree, path, communes):
    """The five of the convention's annex; the two at one address share its coordinates too."""
    points = {}
    with open(path, newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            name, category, capacity = names.ANNEX[row['nom']]
            commune = communes[row['code_insee']]
            point = points.setdefault(row['adresse'], coordinates(tree, commune))
            tree.places.append({'name': name, 'type': 'EAJE', 'category': category, 'capacity': capacity, 'street': row['adresse'],
                                'postal_code': row['code_postal'], 'commune': commune, 'point': point,
                                'provider': names.PROVIDERS[0]})


def others(tree, communes, total):
    nurseries = list(names.NURSERIES)
    tree.random.shuffle(nurseries)
    taken = {place['name'] for place in tree.places}
    fixed = ['EAJE', 'EAJE', 'EAJE', 'EAJE', 'EAJE', 'ALSH', 'ALSH', 'RPE', 'LAEP', 'LUDOTHEQUE', 'CENTRE_SOCIAL']
    shares = {'F9210001': len(fixed), 'F9210002': 46, 'F7510001': total - len(fixed) - 46}
    for provider in names.PROVIDERS:
        towns = names.TOWNS[provider['id']]
        for index in range(shares[provider['id']]):
            commune = communes[towns[index % len(towns)]]
            kind = fixed[index] if provider is names.PROVIDERS[0] else pick(tree, TYPES)
            if kind == 'EAJE' and not nurseries:
                kind = 'ALSH'
            town = commune['nom'].replace(' Arrondissement', '')
            place = {'name': title_of(tree, kind, town, taken, nurseries), 'type': kind, 'commune': commune,
                     'street': f'{tree.random.randint(1, 120)}, {tree.random.choice(names.STREETS)}',
                     'postal_code': commune['codes_postaux'].split()[0], 'point': coordinates(tree, commune),
                     'provider': provider}
            if kind == 'EAJE':
                place['category'] = pick(tree, CATEGORIES)
                place['capacity'] = tree.random.choice(SIZES[place['category']])
                place['avip'] = tree.random.random() < 0.12
            taken.add(place['name'])
            tree.places.append(place)


def holders(tree, place, index_in_provider):
    """(agents with the listing, agents with the places) of one establishment."""
    listing, grids = [], []
    for agent in names.AGENTS:
        if agent[4] != place['provider']['id']:
            continue
        what, n = agent[6], index_in_provider
        first_seven = n < 5 or n in (5, 10)             # the annex, one nursery more, one ALSH
        has_listing = {'both': first_seven, 'rest': n >= 6, 'first_login': n in (6, 7), 'all': True, 'listing': n % 2 == 0}
        has_places = {'both': first_seven, 'places': n < 6, 'rest': n >= 6, 'first_login': n in (6, 7), 'all': True,
                      'places_third': n % 3 == 0}
        if has_listing.get(what):
            listing.append(agent)
        if has_places.get(what) and place['type'] == 'EAJE':
            grids.append(agent)
    return listing, grids


def number_places(tree):
    counts = {}
    for number, place in enumerate(tree.places, 1):
        provider = place['provider']['id']
        index = counts.get(provider, 0)
        counts[provider] = index + 1
        place['id'] = f'E{number:04d}'
        place['dn'] = f'habEtablissementId={place["id"]},ou=etablissements,{caf_dn(tree, place["provider"]["caf"])}'
        place['listing'], place['grids'] = holders(tree, place, index)


def write_place(tree, place, number):
    eaje = place['type'] == 'EAJE'
    tree.entry(
        place['dn'], ('objectClass', ['habEtablissement', 'habEaje'] if eaje else 'habEtablissement'),
        ('habEtablissementId', place['id']), ('cn', place['name']), ('habTypeEtablissement', place['type']),
        ('habGestionnaire', provider_dn(tree, place['provider'])), ('street', place['street']), ('postalCode', place['postal_code']),
        ('l', re.sub(r' \d+er? Arrondissement$', '', place['commune']['nom'])), ('habCodeInsee', place['commune']['code_insee']), ('habCoordonnees', place['point']),
        ('telephoneNumber', f'+33 1 99 00 {20 + number // 100:02d} {number % 100:02d}'),
        ('mail', f'{slug(place["name"])[:50]}@{place["provider"]["mail"].split("@")[1]}'),
        ('habCategorieEaje', place.get('category')), ('habCapacite', place.get('capacity')),
        ('habAvip', 'TRUE' if place.get('avip') else None),
        ('habDroitFonctionnement', [agent_dn(tree, agent) for agent in place['listing']]),
        ('habDroitDisponibilites', [agent_dn(tree, agent) for agent in place['grids']]))


# --- people, Cafs, providers -------------------------------------------------------------------------------------------

def write_person(tree, dn, kind, row, mail, phone, password):
    uid, first, last, title, _, number = row[:6]
    tree.entry(dn, ('objectClass', ['inetOrgPerson', kind]), ('uid', uid), ('cn', f'{first} {last}'), ('sn', last), ('givenName', first),
               ('displayName', f'{first} {last}'), ('title', title), ('mail', mail), ('telephoneNumber', phone),
               ('preferredLanguage', 'fr'), ('habAgentNumero', number), ('habStatut', 'active'), ('userPassword', password))


def sample(places):
    """Enough of a Caf's establishments for demo.json: the annex, and some of each provider."""
    return places[:8] + places[8::7]


def write_caf(tree, code, person):
    caf, dn = names.CAFS[code], caf_dn(tree, code)
    tree.entry(
        dn, ('objectClass', 'habCaf'), ('habCodeCaf', code), ('o', caf['o']), ('street', caf['street']), ('postalCode', caf['postal_code']),
        ('l', caf['place']), ('mail', caf['mail']), ('telephoneNumber', caf['phone']), ('habServiceNom', 'Service Partenaires'),
        ('postalAddress', f'{caf["o"]}$Service Partenaires${caf["street"]}${caf["postal_code"]} {caf["place"]}'),
        ('habSilence', 'rejet'), ('habSilenceDelai', 'P2M'),
        ('habVoiesRecours', 'demander au directeur de la Caf de revoir cette décision, par courrier à l’adresse ci-dessus, '
                            f'ou saisir le tribunal administratif de {caf["court"]}'),
        ('habMentionDonnees', 'elles servent à traiter votre demande, puis à ouvrir et à contrôler les accès des personnes habilitées ; '
                              'elles sont conservées pendant la convention et les durées inscrites à la page « Données personnelles » ; '
                              'pour y accéder, les corriger ou vous opposer à leur usage, écrivez au délégué à la protection des données, '
                              f'dpo@{caf["mail"].split("@")[1]}'))
    for unit in ('roles', 'personnel', 'etablissements', 'fournisseurs'):
        tree.unit(f'ou={unit},{dn}', unit)
    people = [row for row in names.STAFF if row[4] == code]
    for group in ('administrateurs', 'valideurs', 'auditeurs'):
        tree.group(f'cn={group},ou=roles,{dn}', group, [f'uid={row[0]},ou=personnel,{dn}' for row in people if row[7] == group])
    for row in people:
        person_dn = f'uid={row[0]},ou=personnel,{dn}'
        write_person(tree, person_dn, 'habPersonnel', row, f'{row[0]}@{caf["mail"].split("@")[1]}', caf['phone'], person(row[0]))
        tree.accounts.append({'role': row[6], 'caf': code, 'provider': None, 'uid': row[0], 'dn': person_dn,
                              'places': sample([p for p in tree.places if p['provider']['caf'] == code])})


def write_provider(tree, provider, number, person):
    dn, own = provider_dn(tree, provider), [p for p in tree.places if p['provider'] is provider]
    town = provider['siren'].startswith('21')
    tree.entry(dn, ('objectClass', 'habFournisseur'), ('habFournisseurId', provider['id']), ('o', provider['o']),
               ('habSiret', siret(provider['siren'], 1)), ('street', provider['street']), ('postalCode', provider['postal_code']),
               ('l', provider['l']), ('mail', provider['mail']), ('telephoneNumber', f'+33 1 99 00 10 {number:02d}'),
               ('habStatut', 'active'))
    effect = provider['days']
    vote = (tree.today - datetime.timedelta(days=effect + 25)).strftime('%Y%m%d')
    tree.entry(
        f'habConventionNumero={provider["agreement"]},{dn}', ('objectClass', 'habConvention'),
        ('habConventionNumero', provider['agreement']), ('habStatut', 'active'), ('habDateEnvoi', tree.day(effect + 41)),
        ('habDateSignatureFournisseur', tree.day(effect + 20)), ('habDateRetour', tree.day(effect + 13)),
        ('habDateSignatureCaf', tree.day(effect)), ('habDateEffet', tree.day(effect)), ('habDateEcheance', tree.day(effect - 365)),
        ('habTaciteReconduction', 'TRUE'), ('habSignataireNom', provider['signer']), ('habSignataireFonction', provider['title']),
        ('habReferencePrefecture', f'092-{provider["siren"]}-{vote}-DCM118-AI' if town else None),
        ('habEtablissementCouvert', [place['dn'] for place in own]))
    for index, agent in enumerate(names.AGENTS):
        if agent[4] != provider['id']:
            continue
        first = agent[6] == 'first_login'
        write_person(tree, agent_dn(tree, agent), 'habAgent', agent, f'{agent[0]}@{provider["mail"].split("@")[1]}',
                     f'+33 1 99 00 11 {index:02d}', None if first else person(agent[0]))
        account = {'role': 'agent', 'caf': provider['caf'], 'provider': provider['id'], 'uid': agent[0], 'dn': agent_dn(tree, agent),
                   'places': [p for p in own if agent in p['listing'] or agent in p['grids']], 'agent': agent}
        if first:
            account['first_login'] = True
        tree.accounts.append(account)


def build(suffix, today, communes_csv, annex_csv, person, seed=921, total=100):
    tree = Tree(suffix, today, seed)
    communes = read_communes(communes_csv)
    annex(tree, annex_csv, communes)
    others(tree, communes, total)
    number_places(tree)
    for code in names.CAFS:
        write_caf(tree, code, person)
        for number, provider in enumerate(names.PROVIDERS, 1):
            if provider['caf'] == code:
                write_provider(tree, provider, number, person)
    for number, place in enumerate(tree.places, 1):
        write_place(tree, place, number)
    for row in names.STAFF:
        if row[4] is None:
            dn = f'uid={row[0]},ou=personnel,{suffix}'
            write_person(tree, dn, 'habPersonnel', row, f'{row[0]}@cnaf.example', '+33 1 99 00 00 10', person(row[0]))
            if row[6] == 'national_auditor':
                tree.accounts.append({'role': row[6], 'caf': None, 'provider': None, 'uid': row[0], 'dn': dn, 'places': sample(tree.places)})
    order = ['agent', 'caf_reviewer', 'caf_admin', 'caf_auditor', 'national_auditor']
    tree.accounts.sort(key=lambda account: order.index(account['role']))
    return tree


def national_groups(suffix):
    """LDIF changes: the people of the two national groups, which the base tree makes empty."""
    wanted = {'administrateurs': ['r.thevenault'], 'auditeurs': ['a.brissandre', 'r.thevenault']}
    lines = []
    for group, uids in wanted.items():
        lines += [f'dn: cn={group},ou=roles,{suffix}', 'changetype: modify', 'replace: member']
        lines += [f'member: uid={uid},ou=personnel,{suffix}' for uid in uids] + ['']
    return '\n'.join(lines)
