"""A browser without a screen: keeps cookies, follows forms as they stand in the page, checks every page's HTML."""
import datetime
import functools
import re
import ssl
import subprocess
import time

import html5lib
import requests
from requests.adapters import HTTPAdapter

XHTML = '{http://www.w3.org/1999/xhtml}'


def until(check, seconds=20, what='it did not come about'):
    """The first true answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(what)


def today(days=0):
    """That day in Paris, asked when it is used: a run may go on past midnight."""
    return datetime.date.today() + datetime.timedelta(days=days)


def spelled(day):
    month = 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre'.split()[day.month - 1]
    return f'{"1er" if day.day == 1 else day.day} {month} {day.year}'


def squeeze(text):
    """Without blanks and hyphens: pdftotext drops a hyphen where a line ends with it."""
    return re.sub(r'[\s•-]+', '', text)


def document_words(page):
    """What a page to print says, piece by piece, its foot last."""
    article = next(page.tree.iter(XHTML + 'article'))
    return [''.join(e.itertext()) for e in article.iter() if e.tag.split('}')[1] in ('h1', 'h2', 'p', 'li', 'caption', 'th', 'td')]


def pdf_words(data):
    return subprocess.run(['pdftotext', '-raw', '-', '-'], input=data, capture_output=True, check=True).stdout.decode()


class FromAddress(HTTPAdapter):
    """Connects from an address of 127.0.0.0/8, so that one test's failures do not delay another's logins."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, source_address=(self.address, 0), **kwargs)


class Form:
    """A form as the page has it: submit() sends what a browser would."""

    def __init__(self, client, element, url):
        self.client = client
        self.method = element.get('method', 'get').lower()
        self.action = requests.compat.urljoin(url, element.get('action') or url)
        self.fields = []
        self.buttons = []
        for e in element.iter():
            self.take(e)

    def take(self, e):
        kind = e.tag.replace(XHTML, '') if isinstance(e.tag, str) else ''
        name = e.get('name')
        if kind == 'button':
            self.buttons.append((name, e.get('value', '')))
        elif not name:
            return
        elif kind == 'textarea':
            text = ''.join(e.itertext())
            self.fields.append((name, text))
        elif kind == 'select':
            options = [o for o in e.iter(XHTML + 'option')]
            chosen = [o for o in options if o.get('selected') is not None] or options[:1]
            self.fields += [(name, o.get('value', ''.join(o.itertext()))) for o in chosen]
        elif kind == 'input' and e.get('type') in ('checkbox', 'radio'):
            if e.get('checked') is not None:
                self.fields.append((name, e.get('value', 'on')))
        elif kind == 'input':
            self.fields.append((name, e.get('value', '')))

    def get(self, name):
        return next((v for n, v in self.fields if n == name), None)

    def all(self, name):
        return [v for n, v in self.fields if n == name]

    def set(self, **values):
        for name, value in values.items():
            self.put(name, value)
        return self

    def put(self, name, value):
        values = value if isinstance(value, list) else [value]
        at = next((i for i, (n, _) in enumerate(self.fields) if n == name), len(self.fields))
        self.fields = [(n, v) for n, v in self.fields if n != name]
        self.fields[at:at] = [(name, v) for v in values]
        return self

    def submit(self, button=None, **kwargs):
        pairs = list(self.fields)
        if button:
            pairs.append(button)
        if self.method == 'get':
            return self.client.get(self.action, params=pairs, **kwargs)
        return self.client.post(self.action, pairs, **kwargs)


class Page:
    def __init__(self, client, response):
        self.client = client
        self.status = response.status_code
        self.headers = response.headers
        self.url = response.url
        self.path = re.sub(r'^https?://[^/]+', '', response.url)
        self.body = response.content
        self.text = response.text
        self.tree = None
        if response.headers.get('Content-Type', '').startswith('text/html'):
            parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=True)
            self.tree = parser.parse(response.content, transport_encoding='utf-8')
            self.check_summary()

    def check_summary(self):
        """Each line of an error summary leads to a field of the page, in the order they stand there."""
        ids = [e.get('id') for e in self.tree.iter() if e.get('id')]
        at = [ids.index(link.get('href').removeprefix('#')) for line in self.summary() for link in line.iter(XHTML + 'a')]
        assert at == sorted(at), (self.path, [ids[i] for i in at])

    @functools.cached_property
    def words(self):
        """The text people read, blanks squeezed, no-break spaces as blanks."""
        body = self.tree.find(XHTML + 'body')
        return re.sub(r'[\s\u00a0\u202f]+', ' ', ''.join(t for t in body.itertext())).strip()

    @property
    def title(self):
        return re.sub(r'[\u00a0\u202f]', ' ', ''.join(self.tree.find(f'{XHTML}head/{XHTML}title').itertext()))

    def forms(self):
        return [Form(self.client, e, self.url) for e in self.tree.iter(XHTML + 'form')]

    def form(self, action):
        """The form whose action's path ends so and that has fields besides the token."""
        for form in self.forms():
            if re.sub(r'[?#].*', '', form.action).endswith(action):
                return form
        raise AssertionError(f'no form to {action} in {self.path}')

    def links(self):
        return [e.get('href') for e in self.tree.iter(XHTML + 'a')]

    def summary(self):
        """The lines of the error summary."""
        return [e for box in self.tree.iter(XHTML + 'div') if 'error-summary' in (box.get('class') or '') for e in box.iter(XHTML + 'li')]

    def faults(self):
        return [''.join(e.itertext()).replace('\u00a0', ' ').replace('\u202f', ' ') for e in self.summary()]


class Client:
    def __init__(self, service, address='127.0.0.1'):
        self.service = service
        self.address = address
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy, no bundle of the machine
        self.session.verify = service.demo['ca']
        self.session.headers['User-Agent'] = 'Habilis flow tests'
        self.session.mount('https://', FromAddress(address))
        self.account = None

    def url(self, path):
        return path if path.startswith('http') else self.service.url + path

    def get(self, path, follow=True, **kwargs):
        return Page(self, self.session.get(self.url(path), allow_redirects=follow, timeout=30, **kwargs))

    def post(self, path, pairs, follow=True, **kwargs):
        headers = {'Origin': self.service.url, **kwargs.pop('headers', {})}
        return Page(self, self.session.post(self.url(path), data=pairs, headers=headers, allow_redirects=follow, timeout=30, **kwargs))

    def wait(self, path, text):
        """The page, once it says that."""
        def says():
            page = self.get(path)
            return page if text in page.words else None
        return until(says, 30, f'{path} never says « {text} »')

    def login(self, account, password=None):
        """account: a row of demo.json. Answers the page after the login."""
        form = self.get('/connexion').form('/connexion')
        form.set(identifiant=account['uid'], mot_de_passe=password or account['password'])
        self.account = account
        return form.submit()

    def logout(self):
        return self.get('/espace-pro/mon-compte').form('/deconnexion').submit()


def tls_context(service):
    return ssl.create_default_context(cafile=service.demo['ca'])
