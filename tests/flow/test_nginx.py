"""nginx alone, as the template sets it up: what its logs hold, and whom its limits count together. No worker answers: 503."""
import concurrent.futures
import http.client
import os
import shutil
import ssl
import subprocess
import time

import pytest

from client import until
from conftest import SOURCE, free_ports

TOKEN = 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcd'


class Nginx:
    def __init__(self, folder):
        self.folder, self.port = folder, free_ports()
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout',
                        folder / 'server.key', '-out', folder / 'server.crt'], check=True, capture_output=True)
        site = (SOURCE / 'nginx/habilis.conf.in').read_text()
        for name, value in {'LISTEN': f'127.0.0.1:{self.port}', 'URL': f'https://localhost:{self.port}', 'TLS': folder, 'SOCKETS': folder,
                            'SHARE': SOURCE / 'nginx', 'LOG': folder, 'LIMIT': ''}.items():
            site = site.replace(f'@{name}@', str(value))
        (folder / 'habilis.conf').write_text(site)
        temp = ''.join(f'{kind}_temp_path {folder}/{kind};' for kind in ('client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'))
        user = 'user root;' if os.getuid() == 0 else ''
        (folder / 'nginx.conf').write_text(f'''daemon off; {user} worker_processes 1; pid {folder}/pid; error_log {folder}/nginx.log warn;
events {{ worker_connections 512; }}
http {{ {temp} set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
include {folder}/habilis.conf; }}
''')
        self.process = subprocess.Popen([shutil.which('nginx') or '/usr/sbin/nginx', '-c', folder / 'nginx.conf', '-p', folder],
                                        stderr=subprocess.DEVNULL)
        until(lambda: self.ask('GET', '/static/erreur/x'))

    def connect(self):
        return http.client.HTTPSConnection('127.0.0.1', self.port, context=ssl._create_unverified_context(), timeout=10)

    def answer(self, method, path, **headers):
        """(status, headers, text)"""
        c = self.connect()
        c.request(method, path, headers=headers)
        r = c.getresponse()
        return r.status, r.headers, r.read().decode()

    def ask(self, method, path, **headers):
        try:
            return self.answer(method, path, **headers)[0]
        except OSError:
            return None

    def burst(self, n, method, path, addresses):
        """The answers to n requests at once, over a few connections that stay."""
        def some(part):
            c, got = self.connect(), []
            for i in range(n // 8):
                c.request(method, path, headers={'X-Real-IP': addresses[(part + i) % len(addresses)], 'Content-Length': '0'})
                answer = c.getresponse()
                got.append((answer.status, answer.read()))
                if answer.getheader('Connection') == 'close':
                    c.close()
            return got
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            return [x for part in pool.map(some, range(8)) for x in part]

    def logged(self, path, *statuses):
        """The log, which is written each second, once it has these answers of the path."""
        log = self.folder / 'access.log'
        until(lambda: all(f'"path":"{path}","status":{status}' in log.read_text() for status in statuses), what=f'{path} is not in the log')
        return log.read_text()

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(scope='module')
def nginx(tmp_path_factory):
    n = Nginx(tmp_path_factory.mktemp('nginx'))
    yield n
    n.stop()


@pytest.mark.parametrize('path', [f'/fin-de-mission/{TOKEN}', f'//fin-de-mission/{TOKEN}', f'/%66in-de-mission/{TOKEN}?x=1',
                                  f'/./fin-de-mission/{TOKEN}', f'/caf/../fin-de-mission/{TOKEN}'])
def test_a_token_is_in_no_log(nginx, path):
    assert nginx.ask('GET', path) == 503
    assert nginx.ask('DELETE', path) == 405
    assert nginx.ask('PUT', path) in (405, 503)
    assert nginx.ask('POST', path, **{'Content-Length': '2000000'}) == 413
    statuses = {status for status, _ in nginx.burst(240, 'POST', path, ['192.0.2.1'])}
    assert 429 in statuses, statuses
    assert TOKEN not in nginx.logged('/fin-de-mission/-', 405, 413, 429, 503)
    assert TOKEN not in (nginx.folder / 'nginx.log').read_text()


def test_other_paths_are_in_the_log(nginx):
    assert nginx.ask('DELETE', '/caf/demandes?secret=1') == 405
    assert 'secret' not in nginx.logged('/caf/demandes', 405)


@pytest.mark.parametrize('status, title, ask, header', [
    (400, 'Demande illisible', ('GET', '/', {'Host': 'a b'}), {}),
    (404, 'Page introuvable', ('GET', '/static/x', {}), {}),
    (405, 'Action impossible', ('DELETE', '/', {}), {'Allow': 'GET, HEAD, POST'}),
    (414, 'Demande illisible', ('GET', '/?' + 'x' * 9000, {}), {}),
    (413, 'Envoi trop volumineux', ('POST', '/caf', {'Content-Length': '2000000'}), {}),
    (431, 'Demande illisible', ('GET', '/', {'Cookie': 'x' * 9000}), {}),
    (503, 'Service indisponible', ('GET', '/aide', {}), {'Retry-After': '5'}),
])
def test_a_refusal_is_a_whole_page(nginx, status, title, ask, header):
    method, path, headers = ask
    got, answered, text = nginx.answer(method, path, **headers)
    assert got == status and text.startswith('<!DOCTYPE html>') and text.rstrip().endswith('</html>') and '<!--' not in text
    assert text.count(f'<title>{title} – ') == text.count('<h1>') == text.count('</main>') == 1
    assert {name: answered[name] for name in ('Allow', 'Retry-After') if answered[name]} == header
    assert answered['Content-Security-Policy'] and answered['Content-Type'] == 'text/html; charset=utf-8'


def refused(answers):
    return [body for status, body in answers if status == 429]


def test_readers_of_private_pages_are_counted(nginx):
    answers = nginx.burst(400, 'GET', '/caf', ['192.0.2.10'])
    assert refused(answers) and len(refused(answers)) < 280 and all('Trop de'.encode() in body for body in refused(answers)), answers[:1]
    assert refused(nginx.burst(400, 'GET', '/connexion', ['192.0.2.11']))
    assert refused(nginx.burst(400, 'GET', '/mot-de-passe-oublie', ['192.0.2.12']))
    assert refused(nginx.burst(400, 'GET', '/etablissements', ['192.0.2.13'])) == []


@pytest.mark.parametrize('together, addresses', [
    (True, [f'2001:db8:1:2:{i:x}::1' for i in range(1, 50)]),
    (True, [f'2001:db8:1:2:{i:x}:2:3:4' for i in range(1, 50)]),
    (True, [f'2001:db8::{i:x}' for i in range(1, 50)]),
    (True, [f'2001:db8::{i:x}:1:2' for i in range(1, 50)]),
    (True, [f'2001:db8:5::{i:x}' for i in range(1, 50)]),
    (True, [f'2001:0:0:6:{i:x}:7:8:9' for i in range(1, 50)]),
    (False, [f'2001:db8:1:{i:x}::1' for i in range(1, 50)]),
    (False, [f'2001:0:0:{i:x}:6:7:8:9' for i in range(1, 50)]),
    (False, [f'2001:{i:x}::6' for i in range(1, 50)]),
    (False, [f'192.0.2.{i}' for i in range(100, 150)]),
])
def test_a_64_counts_as_one_address(nginx, together, addresses):
    time.sleep(0.1)
    assert bool(refused(nginx.burst(320, 'GET', '/caf', addresses))) == together
