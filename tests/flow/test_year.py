"""A year of conventions by the days that matter: warning, last day of notice, renewal, termination, end. Its clock runs ahead, so it
has a service of its own; that one has nginx's limits, too."""
import concurrent.futures
import datetime
import re
import time

import conftest
import ldap
import pytest

from client import until
from requests_made import make_request

YEAR = datetime.date.today().year + 1  # all of it is to come
DUE = datetime.date(YEAR + 1, 1, 15)
RENEWED, EFFECT = DUE.replace(year=YEAR + 2), DUE.replace(year=YEAR)


@pytest.fixture(scope='module')
def year():
    with conftest.running_service(limits='on') as service:
        yield service


def ldap_day(day):
    return day.strftime('%Y%m%d000000Z').encode()


def entry(d, dn):
    return {k: v[0].decode() for k, v in d.search_s(dn, ldap.SCOPE_BASE)[0][1].items()}


def live(service, day):
    done = service.ctl('calendar', 'run', '--at', day.isoformat())
    assert done.stdout == f'{day.isoformat()}: done\n'


def clock_of(service):
    """How far ahead it is, in seconds."""
    return int((service.run / 'clock').read_text().split()[0]) / 1000


def log(service, event):
    return service.log('--event', event)


def agreement(service, d, number, place, **values):
    """A convention made with an LDAP tool under the establishment's provider."""
    manager = d.search_s(place['dn'], ldap.SCOPE_BASE, attrlist=['habGestionnaire'])[0][1]['habGestionnaire'][0].decode()
    dn = f'habConventionNumero={number},{manager}'
    d.add_s(dn, [(k, [x if isinstance(x, bytes) else x.encode()]) for k, x in {
        'objectClass': 'habConvention', 'habConventionNumero': number, 'habStatut': 'active', 'habDateEffet': ldap_day(EFFECT),
        'habEtablissementCouvert': place['dn'], **values}.items()])
    until(lambda: service.ctl('mirror', 'status').returncode == 0, what='the mirror')
    return dn


def mails(service, subject):
    return [m for m in service.mails() if subject in m['Subject']]


def report_until_refused(service, place):
    """20 reports of one address, then no more; their paths."""
    c, path = service.client(), f'/etablissements/{place["id"]}/signaler'
    form = c.get(path).form(path).set(erreur='Un numéro faux.')
    for _ in range(20):
        assert form.submit(follow=False).status == 303
    page = form.submit()
    assert page.status == 429 and page.form(path).get('erreur').strip() == 'Un numéro faux.'
    found = service.log('--event', 'report_sent')
    return [f'/caf/signalements/{i}' for i in re.findall('"report=([0-9a-f-]{36})"', found)][19::-1]


def test_a_year(year):
    d = year.directory()
    agent, place = year.agent_with(True, True)
    existing = [dn for dn, _ in d.search_s(agent['dn'].split(',', 1)[1], ldap.SCOPE_ONELEVEL, '(objectClass=habConvention)')]
    tacit = agreement(year, d, '921-2026-9001', place, habDateEcheance=ldap_day(DUE), habTaciteReconduction='TRUE')
    ending = agreement(year, d, '921-2026-9002', place, habDateEcheance=ldap_day(DUE), habTaciteReconduction='TRUE')
    year.mirrored()
    live(year, datetime.date(YEAR, 11, 26))

    # what was due in the past was moved on, and today is past the last day of notice of January: no warning
    assert '921-2026-9001' not in log(year, 'agreement_warned')
    d.modify_s(ending, [(ldap.MOD_ADD, 'habDateResiliation', ldap_day(datetime.date(YEAR, 10, 1)))])
    for dn in existing:
        d.modify_s(dn, [(ldap.MOD_REPLACE, 'habStatut', b'terminee')])
    year.mirrored()

    reviewer = year.account('caf_reviewer', caf=agent['caf'])
    reports = report_until_refused(year, place)
    assert year.client(reviewer).get('/caf?type=signalement').links().count(reports[0]) == 1

    live(year, DUE - datetime.timedelta(days=1))
    assert entry(d, tacit)['habDateEcheance'] == ldap_day(DUE).decode()
    assert entry(d, ending)['habStatut'] == 'active'
    client = year.client(agent)
    path = f'/espace-pro/etablissements/{place["id"]}/places'
    assert client.get(path).status == 200

    live(year, DUE)
    until(lambda: entry(d, tacit)['habDateEcheance'] == ldap_day(RENEWED).decode(), what='not renewed')
    until(lambda: entry(d, ending)['habStatut'] == 'terminee', what='not ended')
    assert log(year, 'agreement_renewed').count('921-2026-9001') == 1
    assert log(year, 'agreement_ended').count('921-2026-9002') == 1
    assert entry(d, tacit)['habStatut'] == 'active' and entry(d, ending)['habDateEcheance'] == ldap_day(DUE).decode()
    assert year.client(agent).get(path).status == 200, 'the renewed one still covers it'
    assert 'habDroitDisponibilites' in entry(d, place['dn'])

    # four months before, once
    live(year, datetime.date(YEAR + 1, 9, 14))
    assert '921-2026-9001' not in log(year, 'agreement_warned')
    before = len(mails(year, f'se renouvelle le 15 janvier {YEAR + 2}'))
    live(year, datetime.date(YEAR + 1, 9, 15))
    assert log(year, 'agreement_warned').count('921-2026-9001') == 1
    year.settled()
    warning = mails(year, f'se renouvelle le 15 janvier {YEAR + 2}')
    assert len(warning) > before + 1
    words = warning[0].get_body(('plain',)).get_content().replace('\n', ' ')
    assert f'doit la recevoir le 15 octobre {YEAR + 1} au plus tard' in words, words
    to = [m['To'] for m in warning]
    address = entry(d, agent['dn'])['mail']
    assert any(address in t for t in to) and len(set(to)) == len(to), to
    caf = entry(d, agent['dn'].split(',ou=fournisseurs,', 1)[1])
    assert any(caf['mail'] in t for t in to), to
    live(year, datetime.date(YEAR + 1, 9, 16))
    year.settled()
    assert len(mails(year, f'se renouvelle le 15 janvier {YEAR + 2}')) == len(warning)

    # notice, and the end on the due day
    d.modify_s(tacit, [(ldap.MOD_ADD, 'habDateResiliation', ldap_day(datetime.date(YEAR + 1, 10, 1)))])
    year.mirrored()
    live(year, RENEWED - datetime.timedelta(days=1))
    c = year.client(agent)
    assert c.get(path).status == 200
    live(year, RENEWED)
    until(lambda: entry(d, tacit)['habStatut'] == 'terminee', what='not ended')
    assert c.get(path).status in (404, 200) and year.client(agent).get(path).status == 404
    assert 'mise à jour' in year.client().get(place['url']).words
    until(lambda: not {'habDroitDisponibilites', 'habDroitFonctionnement'} & set(entry(d, place['dn'])), what='a right is left for a later convention')
    # what a family told more than a year ago is gone, out of the queue too
    c = year.client(reviewer)
    until(lambda: c.get(reports[0]).status == 404 and 'signalements/' not in c.get('/caf?type=signalement').text, 40, 'reports')
    assert 'reason=report_purged' in log(year, 'service')
    assert year.ctl('audit', 'verify').stdout.startswith('whole:')


def test_a_day_over_is_refused(year):
    done = year.ctl('calendar', 'run', '--at', datetime.date.today().isoformat(), check=False)
    assert done.returncode == 1 and 'only moves on' in done.stderr


def test_the_digest_comes_on_working_days_only(year):
    def digests():
        return len(mails(year, 'À traiter :'))
    friday = next(day for day in (datetime.date(YEAR + 2, 2, n) for n in range(1, 8)) if day.weekday() == 4)
    live(year, friday - datetime.timedelta(days=1))
    year.settled()
    before = digests()
    live(year, friday)
    year.settled()
    waiting = digests() - before
    assert waiting, 'the demonstration leaves files in every queue'
    queues = [year.client(a).get('/caf').words for a in year.accounts('caf_admin')]
    assert sum(words.count('Convention non revenue signée') for words in queues) == 1, 'the one that was posted and did not come back'
    for a in year.accounts('caf_admin'):
        c = year.client(a)
        told = int(re.search(r'(\d+) ?conventions? signées? reçue', c.get('/caf').words)[1])
        listed = c.get('/caf?type=convention').text
        assert listed.count('<th scope="row">') == told and 'non revenue' not in listed
    live(year, friday + datetime.timedelta(days=1))
    live(year, friday + datetime.timedelta(days=2))
    year.settled()
    assert digests() == before + waiting


def test_who_ended_long_ago_leaves_the_directory(year):
    """A year after the last convention of his provider (test_a_year)."""
    d = year.directory()
    agent, _ = year.agent_with(True, True)
    number = entry(d, agent['dn'])['habAgentNumero']
    live(year, RENEWED + datetime.timedelta(days=364))
    assert entry(d, agent['dn'])['habStatut'] == 'active' and number not in log(year, 'agent_purged')
    live(year, RENEWED + datetime.timedelta(days=365))
    until(lambda: not d.search_s(year.demo['ldap']['suffix'], ldap.SCOPE_SUBTREE, f'(uid={agent["uid"]})'), what='still there')
    assert log(year, 'agent_purged').count(number) == 1
    until(lambda: not d.search_s(year.demo['ldap']['suffix'], ldap.SCOPE_SUBTREE, f'(habDroitFonctionnement={agent["dn"]})'), what='a right is left')
    assert year.client().login(agent).path == '/connexion'


def test_more_is_posted_than_people_post(year):
    """Twenty a second, sixty at once; reading goes on, and writing a moment later."""
    c, other = year.client(), year.client()
    assert c.post('/connexion', {}).status == 400
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda _: c.post('/connexion', {}), range(200)))
    assert 'Trop de demandes en peu de temps' in next(page for page in pages if page.status == 429).words
    assert c.get('/connexion').status == 200
    assert other.post('/connexion', {}).status == 400
    time.sleep(1)
    assert c.post('/connexion', {}).status == 400


def test_a_day_of_twenty_five_hours_is_asked_for_whole(year):
    day = datetime.date(RENEWED.year + 2, 10, 31)
    day -= datetime.timedelta(days=(day.weekday() + 1) % 7)     # summer time ends on the last Sunday
    late = datetime.datetime(day.year, day.month, day.day, 22, 30, tzinfo=datetime.timezone.utc)    # 23:30 in Paris
    year.ahead(late.timestamp() - time.time())
    asked = year.ctl('audit', 'query', '--event', 'log_query', '--from', day.isoformat(), '--until', day.isoformat()).stdout
    assert f'{day.isoformat()}T22:30' in asked, asked


def test_a_convention_ended_with_an_ldap_tool_is_told_the_next_morning(year):
    d = year.directory()
    _, place = year.agent_with(True, True)
    today, subject = datetime.date.fromtimestamp(time.time() + clock_of(year)), 'convention 921-2026-9009 a pris fin'
    dn = agreement(year, d, '921-2026-9009', place, habDateEffet=ldap_day(today - datetime.timedelta(days=30)),
                   habDateEcheance=ldap_day(today + datetime.timedelta(days=335)), habTaciteReconduction='TRUE')
    live(year, today + datetime.timedelta(days=1))
    d.modify_s(dn, [(ldap.MOD_REPLACE, 'habStatut', b'terminee')])
    year.mirrored()
    year.settled()
    assert not mails(year, subject)
    live(year, today + datetime.timedelta(days=2))
    year.settled()
    told = len(mails(year, subject))
    assert told > 1
    live(year, today + datetime.timedelta(days=3))
    year.settled()
    assert len(mails(year, subject)) == told == len({m['To'] for m in mails(year, subject)})
    d.modify_s(dn, [(ldap.MOD_REPLACE, 'habStatut', b'active')])
    year.mirrored()
    subject, ended = 'convention 921-2026-9009 est de nouveau en vigueur', subject
    for days in (4, 5):
        live(year, today + datetime.timedelta(days=days))
    year.settled()
    assert sorted(m['To'] for m in mails(year, subject)) == sorted(m['To'] for m in mails(year, ended))


def test_the_day_of_silence_passed_is_said(year):
    number = make_request(year)
    admin = year.account('caf_admin', caf='921')
    assert 'Réponse attendue avant le' in year.client(admin).get(f'/caf/demandes/{number}').words
    year.ahead(clock_of(year) + 70 * 86400)
    assert 'elle est considérée comme refusée depuis ce jour' in year.client(admin).get(f'/caf/demandes/{number}').words
