"""habilisctl directory lint over the real directory: silent on a whole one, names what an edit by hand broke."""
import json

import ldap

from client import until


def lint(service):
    done = service.ctl('directory', 'lint', check=False)
    return done.returncode, done.stdout


def test_what_is_said_and_the_exit_agree(service):
    """Other flows leave people suspended: a demonstration just made has no finding (its tree is tried in the unit test)."""
    code, said = lint(service)
    *findings, last = said.splitlines()
    assert last.endswith(f' {len(findings)} findings') and code == (1 if findings else 0), said
    assert all(': ' in line for line in findings)
    assert 'habCodeInsee' not in said, said


def test_edits_by_hand_are_named(service):
    agent, place = service.agent_with(True, True)
    d = service.directory()
    whole = lint(service)
    before = d.search_s(place['dn'], ldap.SCOPE_BASE)[0][1]
    other = next(a for a in service.accounts('agent') if a['provider'] != agent['provider'])
    number = d.search_s(other['dn'], ldap.SCOPE_BASE)[0][1]['habAgentNumero'][0].decode()
    d.modify_s(place['dn'], [(ldap.MOD_REPLACE, 'habCodeInsee', b'92999'), (ldap.MOD_ADD, 'habDroitFonctionnement', other['dn'].encode())])
    stranger = f'{place["id"]}: right to the listing of {number} ({other["uid"]}), an agent of another'
    assert stranger in lint(service)[1]
    d.modify_s(place['dn'], [(ldap.MOD_DELETE, 'habGestionnaire', None)])
    d.modify_s(agent['dn'], [(ldap.MOD_REPLACE, 'habStatut', b'terminee')])
    try:
        code, said = lint(service)
        assert code == 1
        assert f'{place["id"]}: has no manager' in said
        assert f'{place["id"]}: unknown commune 92999 (habCodeInsee)' in said
        rows = [json.loads(line) for line in service.ctl('directory', 'lint', '--json', check=False).stdout.splitlines()]
        assert {'subject': place['id'], 'finding': 'has no manager (habGestionnaire)'} in rows
    finally:
        d.modify_s(agent['dn'], [(ldap.MOD_REPLACE, 'habStatut', b'active')])
        d.modify_s(place['dn'], [(ldap.MOD_REPLACE, name, before[name]) for name in ('habGestionnaire', 'habDroitFonctionnement', 'habCodeInsee')])
    assert lint(service) == whole


def test_what_was_somebody_elses_is_named(service):
    """Given again with an LDAP tool, in which the directory sees nothing wrong."""
    like, d = service.account('agent', caf='921'), service.directory()
    admin = service.client(service.account('caf_admin', caf='921'))
    dn = f'uid=g.morvan,{like["dn"].split(",", 1)[1]}'
    page = f'/caf/fournisseurs/{like["provider"]}/agents/921-7788'

    def made(given_name):
        d.add_s(dn, [(k, v.encode() if isinstance(v, str) else v) for k, v in {
            'objectClass': [b'inetOrgPerson', b'habAgent'], 'uid': 'g.morvan', 'cn': f'{given_name} Morvan', 'sn': 'Morvan', 'givenName': given_name,
            'mail': 'g.morvan@essai.example', 'habAgentNumero': '921-7788', 'habStatut': 'active'}.items()])
        until(lambda: given_name in admin.get(page).words)

    made('Gaspard')
    try:
        assert '921-7788' not in lint(service)[1]
        d.delete_s(dn)
        until(lambda: admin.get(page).status == 404)
        made('Gilda')
        code, said = lint(service)
        assert code == 1 and '921-7788 (g.morvan): has the uid of somebody else, whose entry left the directory on ' in said, said
        assert '921-7788 (g.morvan): has the number of somebody else, who was an agent with it from ' in said, said
    finally:
        d.delete_s(dn)
    assert '921-7788' not in lint(service)[1]
