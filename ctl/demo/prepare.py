#!/usr/bin/python3
"""What the demonstration's folder holds: secrets, certificate, directory, settings, list of programs, demo.json."""
import concurrent.futures
import datetime
import json
import os
import re
import secrets
import shutil
import socket
import string
import subprocess
import time
import urllib.parse

import names
import tree

SUFFIX = 'dc=habilis,dc=example'
SERVICES = ('web', 'motdepasse', 'greffe', 'sync', 'journal')
PROGRAMS = {'habilis-writer': 'store', 'habilis-web': 'fcgi', 'habilis-clerk': 'clerk', 'habilisctl': 'ctl'}
SOCKETS = ('writer', 'public', 'private', 'login', 'ldapi')
ARGON = ('-o', 'module-path=/usr/lib/ldap', '-o', 'module-load=argon2 m=7168 t=5')
# What a sanitizer or coverage build may be told from outside; nothing else of the caller's environment is passed on.
PASSED_ENV = re.compile(r'^(ASAN|UBSAN|LSAN|MSAN)_(OPTIONS|SYMBOLIZER_PATH)$|^LLVM_PROFILE_FILE$|^GCOV_')


class Problem(Exception):
    """Something the person who typed ./start can understand and mend."""


class Run:
    """The run folder and its settings."""

    def __init__(self, path, port=8443, limits=True):
        self.path = path
        self.port = port
        self.limits = limits
        self.test_clock = True

    def at(self, *parts):
        return os.path.join(self.path, *parts)

    @property
    def url(self):
        return f'https://127.0.0.1:{self.port}'

    @property
    def ldapi(self):
        return 'ldapi://' + urllib.parse.quote(self.at('sock', 'ldapi'), safe='')

    @property
    def ctl(self):
        return [self.at('bin', 'habilisctl'), '--config=' + self.at('habilis.conf')]

    def env(self):
        own = {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'LANG': 'C.UTF-8', 'HOME': self.path, 'TMPDIR': self.at('tmp')}
        return own | {name: value for name, value in os.environ.items() if PASSED_ENV.match(name)}


def write(path, content, mode=0o600):
    """Writes a file whole, only if that changes it. True when it did."""
    content = content.encode() if isinstance(content, str) else content
    try:
        with open(path, 'rb') as file:
            if file.read() == content:
                return False
    except FileNotFoundError:
        pass
    with open(os.open(path + '.new', os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'wb') as file:
        file.write(content)
    os.chmod(path + '.new', mode)
    os.replace(path + '.new', path)
    return True


def run_tool(run, argv, what, **more):
    done = subprocess.run(argv, env=run.env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    if done.returncode:
        raise Problem(f'{what}: {argv[0]} ended with {done.returncode}\n{done.stderr.decode(errors="replace")[-4000:]}')
    return done.stdout


# --- the sources, read while we may still be root ----------------------------------------------------------------------

def read_sources(root, build):
    """{path below the run folder: (bytes, mode)}: programs and data, so that a rebuild does not disturb what runs, and
    a service user who cannot enter the checkout needs nothing of it."""
    found = {}
    for program, folder in PROGRAMS.items():
        path = os.path.join(build, folder, program)
        try:
            with open(path, 'rb') as file:
                found['bin/' + program] = (file.read(), 0o700)
        except OSError as error:
            raise Problem(f'{path} is not built ({error.strerror})') from error
    for folder, target in (('ctl/demo', 'app/demo'), ('ldap/directory', 'app/directory'), ('nginx', 'app/nginx')):
        for base, folders, files in os.walk(os.path.join(root, folder)):
            folders[:] = [name for name in folders if name not in ('__pycache__', 'units')]
            for name in files:
                path = os.path.join(base, name)
                inside = os.path.relpath(path, os.path.join(root, folder))
                with open(path, 'rb') as file:
                    found[os.path.join(target, inside)] = (file.read(), 0o700 if os.access(path, os.X_OK) else 0o600)
    for name in ('communes.csv', 'convention.txt'):
        with open(os.path.join(root, 'acts/data', name), 'rb') as file:
            found[f'app/{name}'] = (file.read(), 0o600)
    return found


def place_sources(run, sources):
    for name, (content, mode) in sources.items():
        os.makedirs(os.path.dirname(run.at(name)), exist_ok=True)
        write(run.at(name), content, mode)


# --- once per demonstration --------------------------------------------------------------------------------------------

def make_secrets(run):
    for name in ('key', 'seal'):
        write(run.at('secrets', name), secrets.token_bytes(32), 0o400)
    for service in SERVICES:
        write(run.at('secrets', service), secrets.token_urlsafe(32), 0o400)


def make_certificate(run):
    """A local authority and one certificate of it, for nginx, LDAPS and SMTP."""
    host = socket.gethostname()
    more = f',DNS:{host}' if re.fullmatch(r'[A-Za-z0-9.-]{1,64}', host) and host != 'localhost' else ''
    write(run.at('tls', 'openssl.cnf'), f'''[req]
distinguished_name = name
prompt = no
[name]
CN = localhost
[ca]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1,IP:::1,DNS:localhost{more}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
''')

    def openssl(*argv):
        run_tool(run, ['/usr/bin/openssl', *argv], 'certificate', cwd=run.at('tls'))

    key = ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-config', 'openssl.cnf')
    openssl('req', '-x509', *key, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '3650', '-extensions', 'ca',
            '-subj', '/CN=Habilis demonstration authority')
    openssl('req', *key, '-keyout', 'server.key', '-out', 'server.csr')
    openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '820',
            '-extfile', 'openssl.cnf', '-extensions', 'server', '-out', 'server.crt')
    for name in ('ca.key', 'server.key'):
        os.chmod(run.at('tls', name), 0o400)


def draw(alphabet, length):
    """Random, with a capital, a small letter and a digit in it."""
    while True:
        text = ''.join(secrets.choice(alphabet) for _ in range(length))
        if any(c.islower() for c in text) and any(c.isupper() for c in text) and any(c.isdigit() for c in text):
            return text


def make_directory(run):
    """The tree with people's passwords as hashes; the passwords themselves go to accounts.json, for demo.json alone."""
    letters = string.ascii_letters + string.digits
    clear = {row[0]: draw(letters, 16) for row in names.AGENTS + names.STAFF}
    for row in names.AGENTS:
        if row[6] == 'first_login':                     # as the portal draws them: 8, none that look alike
            clear[row[0]] = draw(''.join(c for c in letters if c not in '0O1lI'), 8)

    def hashed(uid):
        argv = ['/usr/sbin/slappasswd', '-n', *ARGON, '-h', '{ARGON2}', '-T', '/dev/stdin']
        return run_tool(run, argv, 'password', input=clear[uid].encode()).decode()

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        hashes = dict(zip(clear, pool.map(hashed, clear)))
    made = tree.build(SUFFIX, datetime.date.today(), run.at('app', 'communes.csv'), run.at('app', 'demo', 'annexe-1.csv'), hashes.get)
    write(run.at('tmp', 'tree.ldif'), made.ldif())
    write(run.at('tmp', 'groups.ldif'), tree.national_groups(SUFFIX))
    run_tool(run, [run.at('app', 'directory', 'make-directory.sh'), '--run', run.at('ldap'), '--tls', run.at('tls'), '--suffix', SUFFIX,
                   '--secrets', run.at('secrets'), '--ldif', run.at('tmp', 'tree.ldif'), '--changes', run.at('tmp', 'groups.ldif')],
             'directory')
    accounts = []
    for account in made.accounts:
        agent = account.pop('agent', None)
        held = [{'id': place['id'], 'path': f'/etablissements/{tree.slug(place["name"])}-{place["id"]}', 'dn': place['dn'],
                 'listing': agent in place['listing'], 'places': agent in place['grids']} for place in account.pop('places')]
        row = {key: account[key] for key in ('role', 'caf', 'provider', 'uid', 'dn')} | {'password': clear[account['uid']]}
        if account.get('first_login'):
            row['first_login'] = True
        accounts.append(row | {'establishments': held})
    admin = {'admin_dn': made.admin_dn, 'admin_password': clear[made.admin_dn.split(',')[0].split('=')[1]]}
    write(run.at('accounts.json'), json.dumps({'accounts': accounts, 'admin': admin}, indent=1, ensure_ascii=False))
    for name in ('tree.ldif', 'groups.ldif'):
        os.unlink(run.at('tmp', name))


def make_all(run):
    for folder in ('data', 'sock', 'secrets', 'tls', 'ldap', 'log', 'nginx', 'pid', 'tmp'):
        os.makedirs(run.at(folder), mode=0o700, exist_ok=True)
    for folder in ('tmp', 'new', 'cur'):                # the Maildir is there before its first message
        os.makedirs(run.at('mail', folder), mode=0o700, exist_ok=True)
    write(run.at('clock'), '0\n')                       # the programs hold it open: tests write into it, never over it
    make_secrets(run)
    make_certificate(run)
    make_directory(run)


# --- at every start ----------------------------------------------------------------------------------------------------

def write_settings(run):
    write(run.at('habilis.conf'), f'''; written by ./start at every start
[site]
name = Accueil enfant
url = {run.url}
accessibility = non conforme
publisher = Accueil enfant, service des Caf de démonstration, 3 rue des Tilleuls, 00410 Valmoreau
contact = aide@accueil-enfant.example
[store]
dir = {run.at('data')}
map_size_gib = 64
min_free_mib = 64
[run]
dir = {run.at('sock')}
{f"""test_clock = yes
clock_file = {run.at('clock')}""" if run.test_clock else 'test_clock = no'}
key_file = {run.at('secrets', 'key')}
seal_key_file = {run.at('secrets', 'seal')}
[pool]
public_processes = 0
private_processes = 16
login_processes = 0
[ldap]
uri = {run.ldapi}
suffix = {SUFFIX}
secrets = {run.at('secrets')}
[mail]
smtp = smtp://127.0.0.1:{run.port + 2}
ca = {run.at('tls', 'ca.crt')}
from = ne-pas-repondre@accueil-enfant.example
[limits]
writes_per_minute = {30 if run.limits else 0}
[data]
communes = {run.at('app', 'communes.csv')}
agreement = {run.at('app', 'convention.txt')}
''')
    fill = {'LISTEN': f'127.0.0.1:{run.port}', 'URL': run.url, 'TLS': run.at('tls'), 'SOCKETS': run.at('sock'),
            'SHARE': run.at('app', 'nginx'), 'LOG': run.at('log'), 'RUN': run.path, 'LIMIT': '' if run.limits else '#'}
    for name in ('habilis.conf', 'demo.conf'):
        with open(run.at('app', 'nginx', name + '.in'), encoding='utf-8') as file:
            write(run.at('nginx', name), re.sub(r'@([A-Z]+)@', lambda found: fill[found[1]], file.read()))


def stamp(run, *paths):
    """Changes when one of these files does."""
    marks = []
    for path in paths:
        seen = os.stat(run.at(path))
        marks.append(f'{path}:{seen.st_ino}:{seen.st_size}:{seen.st_mtime_ns}')
    return ' '.join(marks)


def write_programs(run):
    """The supervisor's list, in the order of starting."""
    settings, writer, ldapi = '--config=' + run.at('habilis.conf'), run.at('sock', 'writer.sock'), run.at('sock', 'ldapi')
    programs = []

    def add(name, argv, needs=(), files=(), **more):
        programs.append({'name': name, 'argv': argv, 'env': run.env(), 'needs': list(needs), 'stamp': stamp(run, *files),
                         'log': run.at('log', name + '.log')} | more)

    add('sink', ['/usr/bin/python3', run.at('app', 'demo', 'sink.py'), str(run.port + 2), run.at('mail'), run.at('tls', 'server.crt'),
                 run.at('tls', 'server.key')], files=['app/demo/sink.py'])
    # -d keeps slapd in the foreground; its "stats" say who bound and searched. nice: hashing passwords must not slow the families' pages
    add('slapd', ['/usr/bin/nice', '-n', '10', '/usr/sbin/slapd', '-d', 'stats', '-F', run.at('ldap', 'slapd.d'), '-h', f'{run.ldapi} ldaps://127.0.0.1:{run.port + 1}'])
    add('writer', [run.at('bin', 'habilis-writer'), settings], files=['bin/habilis-writer', 'habilis.conf'], watchdog=10)
    for pool in ('public', 'private', 'login'):
        add(pool, [run.at('bin', 'habilis-web'), settings, '--pool=' + pool], [writer], ['bin/habilis-web', 'habilis.conf'])
    add('clerk', [run.at('bin', 'habilis-clerk'), settings], [writer, ldapi], ['bin/habilis-clerk', 'habilis.conf'])
    add('nginx', ['/usr/sbin/nginx', '-e', run.at('log', 'nginx.log'), '-c', run.at('nginx', 'demo.conf')],
        files=['nginx/demo.conf', 'nginx/habilis.conf', 'app/nginx/security.conf', 'app/nginx/fastcgi.conf'])
    return write(run.at('programs.json'), json.dumps(programs, indent=1))


def write_demo(run):
    with open(run.at('accounts.json'), encoding='utf-8') as file:
        kept = json.load(file)
    for account in kept['accounts']:
        account['establishments'] = [{'id': held['id'], 'url': run.url + held['path']} | {k: held[k] for k in ('dn', 'listing', 'places')}
                                     for held in account['establishments']]
    demo = {'url': run.url, 'ca': run.at('tls', 'ca.crt'),
            'ldap': {'uri': f'ldaps://127.0.0.1:{run.port + 1}', 'suffix': SUFFIX} | kept['admin'],
            'mail': run.at('mail'), 'habilisctl': run.ctl, 'accounts': kept['accounts'],
            'providers': [{'id': row['id'], 'caf': row['caf'], 'contact': row['mail']} for row in names.PROVIDERS]}
    write(run.at('demo.json'), json.dumps(demo, indent=1, ensure_ascii=False) + '\n')
    return demo


def make_history(run):
    """The store's first content, made by the programs themselves while they run."""
    for argv, what in ((['store', 'publish'], 'communes and public pages'), (['demo', 'generate', run.at('demo.json')], 'demonstration history')):
        begun = time.monotonic()
        try:
            run_tool(run, run.ctl + argv, what, cwd=run.path, timeout=600)
        except subprocess.TimeoutExpired as error:
            raise Problem(f'{what}: habilisctl {" ".join(argv)} did not end in 10 minutes') from error
        print(f'  {what}: {time.monotonic() - begun:.1f} s', flush=True)


def wipe(run):
    """Empties a folder that is ours (it has the mark), whatever is in it, but for the mark and the lock."""
    for name in os.listdir(run.path):
        if name not in ('.habilis-run', 'start.lock'):
            path = run.at(name)
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)
