"""habilisctl register import: all or nothing, every fault with line and column, twice is once, jobs carry it to the end."""
import time

import ldap
import pytest

from client import until

FILES = {
    'fournisseurs.csv': '''\ufeffidentifiant;nom;siret;adresse;code_postal;commune;courriel;telephone
;Association Les Bateliers;99930031700019;12, quai du Port;92390;Villeneuve-la-Garenne;contact@bateliers.example;01 99 00 31 10
''',
    'etablissements.csv': '''identifiant;nom;type;categorie;capacite;adresse;code_postal;commune;code_insee;fournisseur
E92190001;La Péniche;multi-accueil;;24;"3, rue du Bac ; bâtiment B";92390;Villeneuve-la-Garenne;92078;99930031700019
;Le Ponton;Accueil de loisirs;;;5, rue du Bac;92390;Villeneuve-la-Garenne;92078;99930031700019
''',
    'conventions.csv': '''Numéro,Fournisseur,Signature fournisseur,Signature Caf,Signataire,Fonction,Établissements
921-2025-0900,99930031700019,02/03/2026,09/03/2026,Rosalie Maurevert,Présidente,tous
''',
    'personnes.csv': '''nom;prenom;fonction;courriel;fournisseur
Maurevert;Rosalie;Présidente;r.maurevert@bateliers.example;99930031700019
Delatour;Côme;Directeur;c.delatour@bateliers.example;99930031700019
''',
    'droits.csv': '''personne;etablissement;fonctionnement;places
r.maurevert@bateliers.example;La Péniche;oui;oui
c.delatour@bateliers.example;Le Ponton;oui;
''',
}


def luhn(number):
    total = sum(d if i % 2 == 0 else d * 2 - 9 * (d > 4) for i, d in enumerate(int(c) for c in reversed(number)))
    return total % 10 == 0


SIRET, OTHER_SIRET, THIRD_SIRET = (next(n for n in (f'{head}{k}' for k in range(10)) if luhn(n))
                                   for head in ('9993003170001', '9993003180001', '9993003190001'))


def write(folder, **changed):
    for name, text in FILES.items():
        text = changed.get(name.split('.')[0], text).replace('99930031700019', SIRET)
        (folder / name).write_text(text, encoding='utf-8')
    return str(folder)


def run(service, *words):
    done = service.ctl('register', 'import', '--caf', '921', *words, check=False)
    return done.returncode, done.stdout


def count(service):
    return len(service.directory().search_s(service.demo['ldap']['suffix'], ldap.SCOPE_SUBTREE, '(objectClass=*)', ['1.1']))


def wait_directory(service, filter_):
    d = service.directory()
    return until(lambda: d.search_s(service.demo['ldap']['suffix'], ldap.SCOPE_SUBTREE, filter_), what=f'{filter_} is not there')[0]


OVER = '''numero;fournisseur;signature_fournisseur;signature_caf;echeance;tacite_reconduction;etablissements
921-2025-0900;99930031700019;02/03/2020;09/03/2020;09/03/2021;non;tous
'''
DUE = OVER.replace('non', 'oui').replace
LEFT = FILES['personnes.csv'].replace('fournisseur\n', 'fournisseur;statut\n').replace('99930031700019\nD', '99930031700019;terminee\nD', 1)
LEFT = LEFT.rstrip('\n') + ';\n'

# File, what is replaced by what, and the fault.
BAD = [
    ('fournisseurs', 'contact@', 'con tact@', 'fournisseurs.csv:2: courriel: no mail address'),
    ('fournisseurs', '\n;Asso', '\nF7510001;Asso', 'fournisseurs.csv:2: F7510001 is of another Caf'),
    ('fournisseurs', '\n;Asso', '\nF9210001;Asso', 'fournisseurs.csv:2: siret: is not that of this provider in the directory'),
    ('etablissements', 'multi-accueil', 'piscine', 'etablissements.csv:2: type: unknown type'),
    ('etablissements', '92078;', '92999;', 'etablissements.csv:2: code_insee: no commune has this code'),
    ('etablissements', ';92390;', ';92391;', 'etablissements.csv:2: code_postal: is not that of Villeneuve-la-Garenne (92078), which has 92390'),
    ('etablissements', '\n;Le Ponton', '\nE92190001;Le Ponton', 'etablissements.csv:3: line 2 speaks of E92190001 too'),
    ('etablissements', '92078;999', '92078;888', 'etablissements.csv:2: fournisseur: no provider of this Caf has this identifier or SIRET'),
    ('etablissements', 'E92190001', 'E0100', 'etablissements.csv:2: E0100 is of another Caf'),
    ('conventions', '09/03/2026', '09/03/2099', 'conventions.csv:2: signature_caf: lies in the future'),
    ('conventions', 'tous', 'E92190001 E0001', 'conventions.csv:2: etablissements: E0001 is not managed by this provider'),
    ('conventions', '921-2025-0900', '921-2026-0014', 'conventions.csv:2: fournisseur: this convention is another provider'),
    ('personnes', 'c.delatour@', 'c.delatour', 'personnes.csv:3: courriel: no mail address'),
    ('personnes', 'fournisseur\n', 'fournisseur;Nom\n', 'personnes.csv:1: Nom: the column stands twice'),
    ('droits', 'La Péniche', 'La Barque', 'droits.csv:2: etablissement: no establishment of this Caf'),
    ('droits', 'Le Ponton;oui;', 'Le Ponton;oui;oui', 'droits.csv:3: places: only an Eaje has free places'),
    ('droits', 'Le Ponton', 'E0001', 'droits.csv:3: '),
    ('droits', 'r.maurevert@bateliers.example', '921-4821', 'droits.csv:2: 921-4821 is no agent of the manager of E92190001'),
    ('conventions', 'tous', 'E92190001', 'droits.csv:3: no convention of'),
    ('conventions', FILES['conventions.csv'], OVER, 'conventions.csv:2: echeance: is past, and the convention does not renew'),
    ('conventions', FILES['conventions.csv'], DUE('09/03/2021', '10/03/2021'),
     'conventions.csv:2: echeance: a convention is due on an anniversary of the later signature, 09/03/2020: 09/03/20'),
    ('conventions', FILES['conventions.csv'], DUE('09/03/2021', '09/03/2099'), 'conventions.csv:2: echeance: lies more than a year ahead: 09/03/20'),
    ('conventions', FILES['conventions.csv'], DUE('09/03/2021', '09/03/2020'), 'conventions.csv:2: echeance: is not after both signatures'),
    ('conventions', FILES['conventions.csv'], DUE('02/03/2020;09/03/2020;09/03/2021', '29/02/2020;29/02/2020;28/02/2024'), 'echeance: a convention is due on an anniversary'),
    ('personnes', FILES['personnes.csv'], LEFT, ' is terminee'),
    ('droits', 'Le Ponton;oui', 'Le Ponton;"oui', 'droits.csv:3: fonctionnement: a quoted cell never ends'),
    # what hangs on a refused row, or on a file that cannot be read, is not told again
    ('fournisseurs', '99930031700019', '99930031700018', 'fournisseurs.csv:2: siret: a SIRET has 14 digits'),
    ('fournisseurs', 'Bateliers', 'Bat\x01liers', 'fournisseurs.csv:2: nom: no UTF-8, or control characters in it'),
    ('fournisseurs', 'nom;', 'n\x01m;', 'fournisseurs.csv:1: 2: no UTF-8, or control characters in it'),
    ('fournisseurs', ';01 99 00 31 10', '', 'fournisseurs.csv:2: 7 cells, and the header has 8'),
    ('fournisseurs', ';Association', '";Association', 'fournisseurs.csv:2: identifiant: '),
    ('etablissements', 'La Péniche', 'La Pé\x01niche', 'etablissements.csv:2: nom: no UTF-8'),
    ('etablissements', 'multi-accueil;;24', 'multi-accueil;24', 'etablissements.csv:2: 9 cells, and the header has 10'),
    ('etablissements', '92078;999', '9207;999', 'etablissements.csv:2: code_insee: an INSEE code'),
    ('conventions', '02/03/2026', '31/02/2026', 'conventions.csv:2: signature_fournisseur: a day is written'),
    ('conventions', ',tous', ',tous,', 'conventions.csv:2: 8 cells, and the header has 7'),
    ('personnes', 'r.maurevert@', 'r.maurevert', 'personnes.csv:2: courriel: no mail address'),
    ('personnes', 'Rosalie', '\x01', 'personnes.csv:2: prenom: no UTF-8'),
]


@pytest.mark.parametrize('name,old,new,fault', BAD)
def test_a_fault_is_told_with_its_place_and_nothing_is_written(service, tmp_path, name, old, new, fault):
    before = count(service)
    code, said = run(service, write(tmp_path, **{name: FILES[f'{name}.csv'].replace(old, new, 1)}))
    assert code == 1 and fault in said, said
    assert '\n1 faults; nothing was written' in said and count(service) == before, said


def test_the_files_a_caf_has_are_loaded_once(service, tmp_path):
    folder, before = write(tmp_path), count(service)
    code, said = run(service, '--dry-run', folder)
    assert code == 0 and 'new establishment E92190001 (La Péniche)' in said and 'nothing was written' in said
    assert count(service) == before
    code, said = run(service, folder)
    assert code == 0 and '9 changes' in said, said
    dn, place = wait_directory(service, '(&(habEtablissementId=E92190001)(habDroitDisponibilites=*))')
    assert place['habCategorieEaje'] == [b'MULTI_ACCUEIL'] and place['street'] == ['3, rue du Bac ; bâtiment B'.encode()]
    wait_directory(service, '(&(cn=Le Ponton)(habDroitFonctionnement=*))')
    person = wait_directory(service, '(mail=r.maurevert@bateliers.example)')[1]
    assert person['habStatut'] == [b'active'] and 'habDemandeMotDePasse' not in person
    deal = wait_directory(service, '(habConventionNumero=921-2025-0900)')[1]
    assert deal['habDateEffet'] == [b'20260309000000Z'] and len(deal['habEtablissementCouvert']) == 2
    until(lambda: '0 changes' in run(service, folder)[1])
    assert count(service) == before + 6
    assert service.log('--event', 'register_imported')
    said = service.ctl('directory', 'lint', check=False).stdout
    assert not [name for name in ('E92190001', '921-2025-0900', 'maurevert', 'delatour') if name in said], said
    assert not [m for m in service.mails() if 'bateliers' in m['To']]
    history = service.client(service.account('caf_admin', caf='921')).get('/caf/conventions/921-2025-0900').words
    assert 'Convention écrite dans l’annuaire : import de fichiers' in history, history
    provider_id = wait_directory(service, f'(habSiret={SIRET})')[1]['habFournisseurId'][0].decode()
    history = service.client(service.account('caf_admin', caf='921')).get(f'/caf/fournisseurs/{provider_id}/agents/{person["habAgentNumero"][0].decode()}').words
    assert 'Répertoire importé : création ; droit donné : fonctionnement et places libres sur La Péniche (E92190001)' in history, history
    until(lambda: 'La Péniche' in service.client().get('/etablissements/la-peniche-E92190001').words)


def test_a_caf_that_is_not_there_is_a_misuse(service, tmp_path):
    done = service.ctl('register', 'import', '--caf', '999', write(tmp_path), check=False)
    assert (done.returncode, done.stdout) == (2, '') and '--caf 999: the directory has no such Caf' in done.stderr, done


@pytest.mark.parametrize('place,fine', [('92396;Villeneuve-la-Garenne Cedex;92078', True), ('75116;Paris;75056', True), ('75056;Paris;75056', False)])
def test_a_postal_code_is_one_of_its_communes(service, tmp_path, place, fine):
    (tmp_path / 'etablissements.csv').write_text(f'nom;type;adresse;code_postal;commune;code_insee\nLa Nacelle;RPE;1, rue du Bac;{place}\n')
    code, said = run(service, '--dry-run', str(tmp_path))
    assert ('\n1 changes' in said) if fine else ('etablissements.csv:2: code_postal: is not that of Paris' in said), (code, said)


def test_passwords_are_mailed_where_they_are_asked(service, tmp_path):
    (tmp_path / 'personnes.csv').write_text('nom,prenom,courriel,fournisseur,statut\nVaubernier,Élise,e.vaubernier@nouveau.example,F9210002,\n'
                                            'Absent,Jean,j.absent@nouveau.example,F9210002,suspendue\n')
    code, said = run(service, '--dry-run', '--with-passwords', str(tmp_path / 'personnes.csv'))
    assert 'of F9210002, active: a temporary password will be mailed\n' in said and 'of F9210002, suspendue\n' in said, said
    code, said = run(service, '--with-passwords', str(tmp_path / 'personnes.csv'))
    assert code == 0 and '2 changes' in said, said
    assert service.wait_mail('e.vaubernier@nouveau.example', 'accès')
    assert not [m for m in service.mails() if 'j.absent' in m['To']]


class Tree:
    """A provider with one agent, one nursery that it manages and one convention, as hands made them in the directory."""

    def __init__(self, service):
        self.d, self.caf = service.directory(), f'habCodeCaf=921,ou=cafs,{service.demo["ldap"]["suffix"]}'
        self.made = []
        self.provider = self.add(f'habFournisseurId=F9219001,ou=fournisseurs,{self.caf}', objectClass='habFournisseur', habFournisseurId='F9219001',
                                 o='Association Le Radeau', habSiret=OTHER_SIRET, mail='contact@radeau.example', postalAddress='1, rue du Bac$92390 Villeneuve',
                                 street='1, rue du Bac', postalCode='92390', l='Villeneuve')
        self.agent = self.person('n.aubrac', '921-9001')
        self.place = self.add(f'habEtablissementId=E92190101,ou=etablissements,{self.caf}', objectClass=['habEtablissement', 'habEaje'],
                              habEtablissementId='E92190101', cn='Le Radeau', habTypeEtablissement='EAJE', street='1, rue du Bac', postalCode='92390',
                              l='Villeneuve', habCodeInsee='92078', habGestionnaire=self.provider)
        self.deal = self.add(f'habConventionNumero=921-2020-9001,{self.provider}', objectClass='habConvention', habConventionNumero='921-2020-9001',
                             habStatut='active', habDateSignatureFournisseur='20200302000000Z', habDateSignatureCaf='20200309000000Z',
                             habDateEffet='20200309000000Z', habDateEcheance='20210309000000Z', habTaciteReconduction='TRUE',
                             habEtablissementCouvert=self.place)

    def add(self, dn, **values):
        self.d.add_s(dn, [(k, [x.encode() for x in (v if isinstance(v, list) else [v])]) for k, v in values.items()])
        self.made.insert(0, dn)
        return dn

    def person(self, uid, number, **more):
        return self.add(f'uid={uid},{self.provider}', objectClass=['inetOrgPerson', 'habAgent'], uid=uid, cn='Nine Aubrac', sn='Aubrac', givenName='Nine',
                        displayName='Nine Aubrac', mail='n.aubrac@radeau.example', habAgentNumero=number, habStatut='active', **more)

    def set(self, dn, **values):
        self.d.modify_s(dn, [(ldap.MOD_REPLACE, name, value.encode()) for name, value in values.items()])


@pytest.fixture
def tree(service):
    tree = Tree(service)
    yield tree
    for dn in tree.made:
        tree.d.delete_s(dn)


DEAL = f'numero;fournisseur;signature_fournisseur;signature_caf;etablissements\n921-2020-9001;{OTHER_SIRET};02/03/2020;09/03/2020;tous\n'
RIGHT = 'personne;etablissement;fonctionnement;places\n921-9001;E92190101;oui;oui\n'


def plan(service, folder, **files):
    for name, text in files.items():
        (folder / f'{name}.csv').write_text(text, encoding='utf-8')
    return run(service, '--dry-run', str(folder))[1]


@pytest.mark.parametrize('signed,due', [('09/03/2020', '09/03/2021'), ('29/02/2020', '28/02/2023'), ('29/02/2020', '29/02/2024')])
def test_a_convention_is_due_on_an_anniversary(service, tree, tmp_path, signed, due):
    """Of a day that the year lacks, the last of its month: as the calendar counts."""
    deal = DEAL.replace('921-2020-9001', '921-2020-9002').replace('02/03/2020;09/03/2020', f'{signed};{signed};{due}').replace('signature_caf', 'signature_caf;echeance')
    said = plan(service, tmp_path, conventions=deal)
    assert '1 changes' in said, said


def test_a_due_day_that_the_directory_has_is_no_fault(service, tree, tmp_path):
    deal = DEAL.replace('09/03/2020', '09/03/2020;01/07/2021').replace('signature_caf', 'signature_caf;echeance')
    assert 'echeance: a convention is due' in plan(service, tmp_path, conventions=deal)
    tree.set(tree.deal, habDateEcheance='20210701000000Z')
    assert '0 changes' in plan(service, tmp_path, conventions=deal)


def test_no_right_is_given_under_a_convention_that_is_over(service, tree, tmp_path):
    assert '2 changes' in plan(service, tmp_path, conventions=DEAL, droits=RIGHT)
    for broken in ({'habStatut': 'terminee'}, {'habStatut': 'active', 'habTaciteReconduction': 'FALSE'}):
        tree.set(tree.deal, **broken)
        said = plan(service, tmp_path, conventions=DEAL, droits=RIGHT)
        assert 'droits.csv:2: no convention of F9219001 in force covers E92190101' in said, (broken, said)
    fresh = DEAL.replace('921-2020-9001', '921-2026-9002').replace('2020', '2026')
    said = plan(service, tmp_path, conventions=fresh, droits=RIGHT)
    assert '3 changes' in said, said


def test_no_right_is_given_to_who_left(service, tree, tmp_path):
    tree.set(tree.agent, habStatut='suspendue')
    assert '2 changes' in plan(service, tmp_path, droits=RIGHT)
    tree.set(tree.agent, habStatut='terminee')
    assert 'droits.csv:2: 921-9001 is terminee' in plan(service, tmp_path, droits=RIGHT)


def test_what_is_allowed_and_worth_a_look_is_warned_of(service, tree, tmp_path):
    people = ''.join(f'{line};F9219001\n' for line in ('Briand;Ida;accueil@radeau.example', 'Cosse;Jules;accueil@radeau.example',
                                                       'Dorval;Léo;n.aubrac@radeau.example'))
    people = 'nom;prenom;courriel;fournisseur\n' + people
    said = plan(service, tmp_path, personnes=people)
    assert 'personnes.csv:3: warning: accueil@radeau.example is the address of ' in said and '3 changes' in said, said
    assert 'personnes.csv:4: warning: n.aubrac@radeau.example is the address of 921-9001 too' in said and 'personnes.csv:2: warning' not in said, said
    # who left keeps nobody from logging in, whether the directory has it so or the file
    tree.set(tree.agent, habStatut='terminee')
    said = plan(service, tmp_path, personnes=people)
    assert 'personnes.csv:4: warning: n.aubrac@radeau.example is the address of 921-9001 too, who left: see that they are one person' in said, said
    assert said.count('nobody can log in by it') == 1, said
    first, header = ';F9219001\nCosse', 'fournisseur;statut\n'
    closed = people.replace(first, ';F9219001;terminee\nCosse').replace('fournisseur\n', header).replace('example;F9219001\n', 'example;F9219001;\n')
    said = plan(service, tmp_path, personnes=closed)
    assert 'nobody can log in by it' not in said and 'personnes.csv:3: warning: accueil@radeau.example is the address of ' in said, said
    assert '3 changes' in said and 'personnes.csv:2: warning' not in said, said


def test_an_establishment_goes_to_another_manager_as_by_an_activation(service, tree, tmp_path):
    tree.add(f'habFournisseurId=F9219002,ou=fournisseurs,{tree.caf}', objectClass='habFournisseur', habFournisseurId='F9219002',
             o='Association La Barge', habSiret=THIRD_SIRET, mail='contact@barge.example')
    tree.set(tree.place, habDroitFonctionnement=tree.agent)
    admin, page = service.client(service.account('caf_admin', caf='921')), '/caf/conventions/921-2020-9001'
    until(lambda: 'Le Radeau : fonctionnement' in admin.get(page).words)
    until(lambda: 'La Barge' in admin.get('/caf/fournisseurs?q=F9219002').words)
    today = time.strftime('%d/%m/%Y')
    moved = 'identifiant;nom;type;adresse;code_postal;commune;code_insee;fournisseur\nE92190101;Le Radeau;EAJE;1, rue du Bac;92390;Villeneuve;92078;F9219002\n'
    covered = f'numero;fournisseur;signature_fournisseur;signature_caf;etablissements\n921-2026-9002;F9219002;{today};{today};tous\n'
    said = plan(service, tmp_path, etablissements=moved, conventions=covered)
    assert 'changed establishment E92190101: habGestionnaire "F9219001" → "F9219002"\n' in said, said
    assert '\nremoved right of 921-9001 on E92190101: listing\nconvention 921-2020-9001 covers E92190101 no more\n' in said and '4 changes' in said, said
    said = plan(service, tmp_path, droits=RIGHT)
    assert 'droits.csv:2: 921-9001 is no agent of the manager of E92190101' in said, said
    assert '4 changes' in plan(service, tmp_path, droits=RIGHT.replace('oui;oui', 'non;'))
    assert run(service, str(tmp_path))[0] == 0
    place = wait_directory(service, f'(&(habEtablissementId=E92190101)(habGestionnaire=habFournisseurId=F9219002,ou=fournisseurs,{tree.caf}))')[1]
    tree.made.insert(0, wait_directory(service, '(habConventionNumero=921-2026-9002)')[0])
    assert 'habDroitFonctionnement' not in place and 'habEtablissementCouvert' not in tree.d.search_s(tree.deal, ldap.SCOPE_BASE)[0][1]
    mail = service.wait_mail('contact@radeau.example', 'gestionnaire').get_body(('plain',)).get_content()
    assert 'Le Radeau (E92190101), maintenant géré par l’Association La Barge' in mail, mail
    until(lambda: 'Établissement passé à un autre gestionnaire' in admin.get(page).words)
    assert 'import de fichiers, établissements retirés : E92190101' in admin.get(page).words
    assert 'Établissement passé à un autre gestionnaire' in admin.get('/caf/fournisseurs/F9219001/agents/921-9001').words
    assert '0 changes' in run(service, str(tmp_path))[1]


def test_what_an_amendment_took_away_stays_away(service, tree, tmp_path):
    tree.person('n.second', '921-9003')
    admin, page = service.client(service.account('caf_admin', caf='921')), '/caf/conventions/921-2020-9001'
    rights = RIGHT + '921-9003;E92190101;;oui\n'
    tree.set(tree.place, habDroitFonctionnement=tree.agent, habDroitDisponibilites=tree.agent)
    until(lambda: '921-9001' in admin.get('/caf/etablissements/E92190101').words and 'E92190101' in admin.get(page).words)
    until(lambda: 'Le Radeau : fonctionnement et places libres' in admin.get(page).words)
    assert '1 changes' in plan(service, tmp_path, conventions=DEAL, droits=rights)
    tree.d.modify_s(tree.place, [(ldap.MOD_DELETE, 'habDroitFonctionnement', None)])
    until(lambda: 'Le Radeau : places libres' in admin.get(page).words)
    said = plan(service, tmp_path, conventions=DEAL, droits=rights)
    assert 'droits.csv:2: warning: the right of 921-9001 on E92190101 (listing) was removed and stays so: an amendment gives it back' in said, said
    assert '1 changes' in said and 'new right of 921-9003' in said, said
    form = next(f for f in admin.get(page + '/avenant?nature=retrait-etablissement').forms() if f.method == 'post' and f.action.endswith('/avenant'))
    assert 'Retrait enregistré' in form.set(etablissement='E92190101', confirmer='oui').submit().words
    until(lambda: 'habDroitDisponibilites' not in tree.d.search_s(tree.place, ldap.SCOPE_BASE)[0][1])
    until(lambda: 'Aucun établissement.' in admin.get(page).words)
    out = 'conventions.csv:2: warning: E92190101 was taken out of convention 921-2020-9001 and stays out: an amendment brings it back'
    for covered in ('tous', 'E92190101'):
        said = plan(service, tmp_path, conventions=DEAL.replace('tous', covered), droits=RIGHT)
        assert out in said and said.count('warning: the right of') == 2 and '0 changes' in said, said
        assert said.count('stays so: an amendment that brings E92190101 back into convention 921-2020-9001 gives it back') == 2, said
    # nor does an amendment give a right to who left, nor under a convention that is over
    left = 'numero;nom;prenom;courriel;fournisseur;statut\n921-9001;Aubrac;Nine;n.aubrac@radeau.example;F9219001;terminee\n'
    said = plan(service, tmp_path, conventions=DEAL, personnes=left, droits=RIGHT)
    assert said.count('stays so: 921-9001 is terminee, and whoever comes back is a new person') == 2 and 'gives it back' not in said, said
    (tmp_path / 'personnes.csv').unlink()
    tree.set(tree.deal, habStatut='terminee')
    said = plan(service, tmp_path, conventions=DEAL, droits=RIGHT)
    assert said.count('stays so: no convention of F9219001 runs, a new one gives it back') == 2, said
    assert 'conventions.csv:2: warning: E92190101 was taken out of convention 921-2020-9001 and stays out: the convention is over, a new one covers it' in said, said
    assert 'amendment' not in said, said
    tree.set(tree.deal, habStatut='active')
    # a later convention is another matter
    today = time.strftime('%d/%m/%Y')
    later = DEAL.replace('921-2020-9001', '921-2026-9002').replace('02/03/2020;09/03/2020', f'{today};{today}')
    said = plan(service, tmp_path, conventions=later, droits=rights)
    assert ' was taken out of ' not in said and 'new convention 921-2026-9002' in said and 'new right of 921-9003' in said, said
    # nor is what was taken over given back
    tree.d.modify_s(tree.place, [(ldap.MOD_REPLACE, 'habGestionnaire', tree.provider.replace('F9219001', 'F9210001').encode())])
    (tmp_path / 'conventions.csv').unlink()
    (tmp_path / 'droits.csv').unlink()
    back = 'identifiant;nom;type;adresse;code_postal;commune;code_insee;fournisseur\nE92190101;Le Radeau;EAJE;1, rue du Bac;92390;Villeneuve;92078;F9219001\n'
    over = 'etablissements.csv:2: warning: E92190101 was taken over from F9219001 and stays with F9210001: '
    said = plan(service, tmp_path, etablissements=back)
    assert over + 'an amendment of the convention brings it back' in said and '0 changes' in said, said
    tree.set(tree.deal, habStatut='terminee')
    said = plan(service, tmp_path, etablissements=back)
    assert over + 'no convention of F9219001 runs, a new one brings it back' in said and '0 changes' in said, said


def test_what_changes_of_an_entry_changes_whole(service, tree, tmp_path):
    tree.set(tree.agent, telephoneNumber='+33199003110')
    (tmp_path / 'fournisseurs.csv').write_text('identifiant;nom;siret;adresse;code_postal;commune;courriel\n'
                                               f'F9219001;Association Le Radeau;{OTHER_SIRET};2, quai du Port;92400;Valmoreau;contact@radeau.example\n')
    (tmp_path / 'personnes.csv').write_text('numero;nom;prenom;courriel;telephone;fournisseur\n'
                                            '921-9001;Aubrac-Lys;Nine;n.aubrac@radeau.example;01 99 00 31 22;F9219001\n')
    code, said = run(service, str(tmp_path))
    assert code == 0 and ('changed provider F9219001: postalAddress "1, rue du Bac$92390 Villeneuve" → "2, quai du Port$92400 Valmoreau", '
                          'street "1, rue du Bac" → "2, quai du Port", postalCode "92390" → "92400", l "Villeneuve" → "Valmoreau"\n') in said, said
    assert ('changed person 921-9001: sn "Aubrac" → "Aubrac-Lys", cn "Nine Aubrac" → "Nine Aubrac-Lys", '
            'displayName "Nine Aubrac" → "Nine Aubrac-Lys", telephoneNumber "+33199003110" → "+33199003122"\n') in said, said
    person = wait_directory(service, '(&(uid=n.aubrac)(sn=Aubrac-Lys))')[1]
    assert person['displayName'] == person['cn'] == [b'Nine Aubrac-Lys'] and person['telephoneNumber'] == [b'+33199003122']
    provider = wait_directory(service, '(&(habFournisseurId=F9219001)(l=Valmoreau))')[1]
    assert (provider['street'], provider['postalCode']) == ([b'2, quai du Port'], [b'92400'])
    assert provider['postalAddress'] == [b'2, quai du Port$92400 Valmoreau']
    assert '0 changes' in run(service, str(tmp_path))[1]


def test_what_the_directory_would_refuse_is_refused_before(service, tree, tmp_path):
    bare = tree.add(f'habEtablissementId=E92190102,ou=etablissements,{tree.caf}', objectClass='habEtablissement', habEtablissementId='E92190102',
                    cn='Le Pédalo', habTypeEtablissement='EAJE', habGestionnaire=tree.provider)
    tree.d.modify_s(tree.deal, [(ldap.MOD_ADD, 'habEtablissementCouvert', bare.encode())])
    said = plan(service, tmp_path, droits=RIGHT.replace('E92190101', 'E92190102'),
                etablissements='identifiant;nom;type;capacite;adresse;code_postal;commune;code_insee\n'
                               'E92190102;Le Pédalo;EAJE;012;1, rue du Bac;92390;Villeneuve;92078\n')
    assert 'etablissements.csv:2: capacite: this Eaje lacks the class habEaje' in said and 'droits.csv:2: places: this Eaje lacks' in said, said


def test_an_identifier_serves_once(service, tree, tmp_path):
    person = 'identifiant;nom;prenom;courriel;fournisseur\no.lescale;Lescale;Odile;o.lescale@radeau.example;F9219001\n'
    (tmp_path / 'personnes.csv').write_text(person, encoding='utf-8')
    assert run(service, str(tmp_path))[0] == 0
    tree.d.delete_s(wait_directory(service, '(uid=o.lescale)')[0])
    # the mirror follows: the store alone remembers
    until(lambda: 'personnes.csv:2: identifiant: was given before, and serves once' in plan(service, tmp_path, personnes=person))
    person = 'numero;nom;prenom;courriel;fournisseur\n921-9001;Aubry;Odile;o.aubry@radeau.example;F9219001\n'
    tree.d.delete_s(tree.agent)
    tree.made.remove(tree.agent)
    admin = service.client(service.account('caf_admin', caf='921'))
    until(lambda: admin.get('/caf/fournisseurs/F9219001/agents/921-9001').status == 404)
    assert 'personnes.csv:2: numero: was given before, and serves once' in plan(service, tmp_path, personnes=person)
