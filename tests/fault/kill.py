#!/usr/bin/python3
"""kill -9 of a worker, the writer and the clerk under load: no acknowledged write lost, none doubled, the chain verifies.

    kill.py [ROUNDS]        20 in ./check, 1000 by tests/long

Eight agents' browsers publish grids, each with a note of its own. Every round kills each kind once at a random moment, then
waits for the service and compares what was acknowledged with what the history shows."""
import os
import pathlib
import random
import re
import signal
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'flow'))
import conftest                                          # noqa: E402
import requests                                          # noqa: E402

CLIENTS = 8
LOAD_SECONDS = 1.6


class Publisher(threading.Thread):
    """Publishes grid after grid; an unknown outcome is asked again with the same form, as a person would by « Renvoyer »."""

    def __init__(self, client, establishment):
        super().__init__(daemon=True)
        self.client = client
        self.path = f'/espace-pro/etablissements/{establishment["id"]}/places'
        self.acknowledged, self.open = [], []
        self.serial = 0
        self.running = threading.Event()
        self.quit = False
        self.idle = threading.Event()
        self.faults = []

    def run(self):
        while not self.quit:
            if not self.running.is_set():
                self.idle.set()
                self.running.wait(0.05)
                continue
            self.idle.clear()
            try:
                self.publish()
            except requests.RequestException:
                time.sleep(0.05)

    def publish(self):
        page = self.client.get(self.path)
        if page.status != 200:
            time.sleep(0.05)
            return
        self.serial += 1
        note = f'essai {self.path[-12:-7]} {self.serial:06d}'
        self.open.append(note)
        form = page.form('/places').set(note=note)
        form.fields = [(n, v or '0') for n, v in form.fields]      # a grid never reported is blank
        page = form.submit(('action', 'publier'), follow=False)
        while page.status == 503 and 'peut-être enregistré' in page.words:
            page = page.form('/places').submit(follow=False)
        if page.status == 303:
            self.acknowledged.append(note)
        elif page.status not in (409, 502, 503, 504):
            self.faults.append((note, page.status, page.faults() or page.words[:300]))

    def settle(self):
        """What the history shows of this round: every acknowledged note once, every other at most once."""
        # hundreds of tables by now: read as text, as a parser would take seconds over each
        words = ''
        for n in range(1, 10000):       # twenty a page, newest first, as far as this round goes
            page = self.client.session.get(self.client.url(f'{self.path}/historique?page={n}'), allow_redirects=False, timeout=30)
            if n > 1 and page.status_code == 404:
                break
            assert page.status_code == 200, page.status_code
            text = re.sub(r'<[^>]*>', ' ', page.text)
            words += text
            if not any(note in text for note in self.open):
                break
        lost = [n for n in self.acknowledged if n not in words]
        doubled = [n for n in self.open if words.count(n) > 1]
        done = len(self.acknowledged)
        self.acknowledged, self.open = [], []
        return lost, doubled, done


def victims(service):
    web = conftest.processes(service, 'habilis-web')
    parents = {pid for pid, _ in web}
    return {
        'worker': [pid for pid, parent in web if parent in parents],
        'writer': [pid for pid, _ in conftest.processes(service, 'habilis-writer')],
        'clerk': [pid for pid, _ in conftest.processes(service, 'habilis-clerk')],
    }


def publishers(service):
    out = []
    for agent in service.accounts('agent'):
        for e in agent['establishments']:
            if e['places'] and e['listing'] and len(out) < CLIENTS and e['id'] not in [p.path.split('/')[3] for p in out]:
                client = out[-1].client if out and out[-1].client.account is agent and len(out) % 4 else service.client(agent)
                out.append(Publisher(client if client.account else service.client(agent), e))
    # one browser each: a requests session is not for two threads
    for p in out:
        account = p.client.account
        p.client = service.client(account)
    return out


def wait_ready(service, client):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            if client.get('/espace-pro').status == 200 and service.ctl('mirror', 'status', check=False).returncode == 0:
                return
        except requests.RequestException:
            pass
        time.sleep(0.05)
    raise SystemExit('the service is not back after 10 s')


def one_round(service, workers, rng):
    for p in workers:
        p.running.set()
    began = time.monotonic()
    moments = sorted((rng.uniform(0.1, LOAD_SECONDS - 0.2), kind) for kind in ('worker', 'writer', 'clerk'))
    for at, kind in moments:
        time.sleep(max(0, began + at - time.monotonic()))
        pids = victims(service)[kind]
        if pids:
            os.kill(rng.choice(pids), signal.SIGKILL)
    time.sleep(max(0, began + LOAD_SECONDS - time.monotonic()))
    for p in workers:
        p.running.clear()
    for p in workers:
        p.idle.clear()
        assert p.idle.wait(40), 'a publisher hangs'
    wait_ready(service, workers[0].client)
    results = [p.settle() for p in workers]
    verify = service.ctl('audit', 'verify', check=False)
    lost, doubled = sum((r[0] for r in results), []), sum((r[1] for r in results), [])
    assert not lost, f'lost: {lost}'
    assert not doubled, f'doubled: {doubled}'
    assert verify.returncode == 0, verify.stdout
    return sum(r[2] for r in results)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    seed = int(os.environ.get('HABILIS_SEED', time.time_ns() % 100000))
    rng = random.Random(seed)
    print(f'seed {seed}, {rounds} rounds', flush=True)
    with conftest.running_service() as service:
        workers = publishers(service)
        for p in workers:
            p.start()
        total = 0
        for n in range(rounds):
            total += one_round(service, workers, rng)
            if (n + 1) % 10 == 0:
                print(f'round {n + 1}: {total} writes acknowledged, 0 lost, 0 doubled, chain whole', flush=True)
        for p in workers:
            p.quit = True
        faults = [f for p in workers for f in p.faults]
        assert not faults, faults[:5]
        assert total >= rounds * 3, f'only {total} writes: the load is none'
        print(f'{rounds} passed, 0 failed')


if __name__ == '__main__':
    main()
