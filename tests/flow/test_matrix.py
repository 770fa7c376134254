"""The role matrix: every route of the table × every role × own / same town / other town / other Caf.

matrix.tsv is the expectation: a line a route, role and object, with the status of a request that is right in every other way
(a POST carries its token and nothing else); « 200|404 » where it depends on whether a revision waits. A route without its lines fails, and so does a line without its route."""
import pathlib
import re
import subprocess
import os

import pytest

HERE = pathlib.Path(__file__).parent
TABLE = HERE / 'matrix.tsv'
ROLES = ['anonymous', 'agent', 'caf_reviewer', 'caf_admin', 'caf_auditor', 'national_auditor']


def read_table():
    lines = [line.split('\t') for line in TABLE.read_text().splitlines() if line and not line.startswith('#')]
    return {tuple(line[:4]): {int(s) for s in line[4].split('|')} for line in lines}


def read_routes(service):
    web = pathlib.Path(service.demo['habilisctl'][0]).parent / 'habilis-web'
    out = subprocess.run([web, '--routes'], capture_output=True, text=True, check=True).stdout
    return [line.split('\t') for line in out.splitlines()]


def objects(service):
    """One establishment each: the agent's own with both rights, another of his town, of another town, of another Caf."""
    agent, own = service.agent_with(True, True)
    mine = {e['id'] for e in agent['establishments']}
    town = None
    d = service.directory()
    import ldap
    rows = d.search_s(service.demo['ldap']['suffix'], ldap.SCOPE_SUBTREE, '(&(objectClass=habEtablissement)(habTypeEtablissement=EAJE))',
                      ['habEtablissementId', 'habCodeInsee', 'habGestionnaire'])
    # other flows may have made some without a manager or a town
    providers = {a['dn'].split(',', 1)[1].encode() for a in service.accounts('agent')}
    rows = [(dn, attrs) for dn, attrs in rows if attrs.get('habGestionnaire', [None])[0] in providers]
    where = {attrs['habEtablissementId'][0].decode(): (dn.lower(), attrs['habCodeInsee'][0].decode()) for dn, attrs in rows}
    managers = {attrs['habEtablissementId'][0].decode(): attrs['habGestionnaire'][0].decode() for _, attrs in rows}
    town = where[own['id']][1]
    caf = f'habcodecaf={agent["caf"]},'
    def find(test):
        return next(i for i, (dn, insee) in sorted(where.items()) if i not in mine and test(dn, insee))
    def first(manager, of, name):
        return sorted(attrs[name][0].decode() for _, attrs in d.search_s(manager, ldap.SCOPE_ONELEVEL, f'(objectClass={of})', [name]))[0]
    def around(establishment):
        manager = managers[establishment]
        return {'id': establishment, 'slug-id': f'x-{establishment}', 'n': '1', 'fournisseur': manager.split(',')[0].split('=')[1],
                'agent': (agent := first(manager, 'habAgent', 'habAgentNumero')), 'personne': agent, 'convention': first(manager, 'habConvention', 'habConventionNumero')}
    return agent, {name: around(i) for name, i in {
        'own': own['id'],
        'same_town': find(lambda dn, insee: caf in dn and insee == town),
        'other_town': find(lambda dn, insee: caf in dn and insee != town),
        'other_caf': find(lambda dn, insee: caf not in dn),
    }.items()}


def report_on(service, establishment):
    """A family's report on it, by its id."""
    path = f'/etablissements/{establishment}/signaler'
    service.client().get(path).form(path).set(erreur='Un numéro faux.').submit()
    found = re.findall(r'"report=([0-9a-f-]{36})"', service.log('--event', 'report_sent'))
    return found[0]


OBJECTS = ('{id}', '{slug-id}', '{fournisseur}', '{convention}', '{signalement}', '{personne}')


def path_of(pattern, place):
    for name, value in place.items():
        pattern = pattern.replace('{' + name + '}', value)
    return pattern


def token_of(client):
    if not client.account:
        return client.get('/connexion').form('/connexion').get('csrf')
    return client.get('/espace-pro/mon-compte').form('/deconnexion').get('csrf')


def observe(service):
    agent, places = objects(service)
    for place in places.values():
        place['signalement'] = report_on(service, place['id'])
    accounts = {'anonymous': None, 'agent': agent}
    for role in ROLES[2:]:
        accounts[role] = service.account(role) if role == 'national_auditor' else service.account(role, caf=agent['caf'])
    seen = {}
    for role in ROLES:
        client = service.client(accounts[role])
        token = token_of(client)
        routes = read_routes(service)
        # what ends the session comes last
        for method, pattern, _, _, _ in sorted(routes, key=lambda r: r[1] == '/deconnexion'):
            for name in places if any(word in pattern for word in OBJECTS) else ['-']:
                path = path_of(pattern, places.get(name, {}))
                if method == 'GET':
                    page = client.get(path, follow=False)
                else:
                    page = client.post(path, [('csrf', token)], follow=False)
                seen[(method, pattern, role, name)] = page.status
    return seen


@pytest.fixture(scope='module')
def seen(service):
    seen = observe(service)
    if os.environ.get('HABILIS_MATRIX_WRITE'):
        TABLE.write_text('# method\troute\trole\tobject\tstatus\n' +
                         ''.join('\t'.join([*key, str(status)]) + '\n' for key, status in seen.items()))
    return seen


def test_every_route_has_its_lines_and_every_line_its_route(seen):
    assert set(read_table()) == set(seen)


def test_every_answer_is_the_expected_one(seen):
    expected = read_table()
    wrong = {key: (status, expected.get(key)) for key, status in seen.items() if status not in expected.get(key, ())}
    assert not wrong


def test_no_role_reaches_what_is_not_its_own():
    """What the table itself must hold, whoever edits it."""
    for (method, pattern, role, name), allowed in read_table().items():
        key = f'{method} {pattern} {role} {name}'
        if role == 'anonymous' and pattern.startswith(('/espace-pro', '/caf', '/controle')):
            assert allowed == {303}, key
        if pattern.startswith('/espace-pro/etablissements/') and (role != 'agent' or name != 'own'):
            assert allowed <= {303, 403, 404}, key
        if pattern.startswith('/caf/') and name == 'other_caf':
            assert allowed <= {303, 403, 404}, key
        if pattern.startswith('/caf') and role in ('agent', 'caf_auditor', 'national_auditor'):
            assert allowed == {403}, key
        if pattern.startswith('/controle/agents/') and role == 'caf_auditor' and name == 'other_caf':
            assert allowed == {404}, key
        if pattern.startswith('/controle') and role in ('agent', 'caf_reviewer', 'caf_admin'):
            assert allowed == {403}, key


def test_nginx_sends_every_route_to_its_pool(service):
    """The map of the site and the pools of the table agree: a request in the wrong pool answers 404."""
    for method, pattern, pool, roles, own in read_routes(service):
        if method == 'GET' and '{' not in pattern:
            assert service.client().get(pattern, follow=False).status != 404, pattern
