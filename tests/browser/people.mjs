// Somebody at a browser, and what every page must hold. Chromium runs as people have it, page scripts off: the site works without.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const run = process.env.HABILIS_FLOW_RUN;
assert.ok(run, 'HABILIS_FLOW_RUN: the folder of a running demonstration (run.sh starts one)');
export const demo = JSON.parse(readFileSync(`${run}/demo.json`, 'utf8'));
export const shots = fileURLToPath(new URL('../shots/', import.meta.url));
mkdirSync(shots, { recursive: true });

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
// What changes with the width: the narrow window is asked these alone.
const NARROW = ['color-contrast', 'target-size', 'scrollable-region-focusable', 'link-in-text-block', 'heading-order', 'empty-heading',
  'empty-table-header', 'link-name', 'button-name', 'label', 'select-name', 'skip-link', 'td-headers-attr', 'th-has-data-cells'];
const WIDTHS = process.env.HABILIS_SHOTS ? [1280, 390] : [1280];      // and 320 px, always

// --- accounts of the demonstration ---

export const accounts = role => demo.accounts.filter(a => a.role === role && !a.first_login);
export const newcomer = () => demo.accounts.find(a => a.first_login);
export const agents = () => accounts('agent').filter(a => a.establishments.some(e => e.listing && e.places));
export const path = url => url.replace(/^https:\/\/[^/]*/, '');
export const pro = (e, page = '') => `/espace-pro/etablissements/${e.id}${page}`;

// --- the browser ---

// The key of the server's certificate, once the demonstration's authority has been seen to sign it: the only one trusted.
function pinned() {
  const { hostname, port } = new URL(demo.url);
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: hostname, port, ca: readFileSync(demo.ca) }, () => {
      const key = socket.getPeerX509Certificate().publicKey.export({ type: 'spki', format: 'der' });
      socket.destroy();
      resolve(createHash('sha256').update(key).digest('base64'));
    });
    socket.once('error', reject);
  });
}

let browser, wide, narrow;

export async function start() {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium-headless-shell',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--hide-scrollbars', `--ignore-certificate-errors-spki-list=${await pinned()}`],
  });
  wide = await mirror({ width: 1280, height: 800 }, axe);
  narrow = await mirror({ width: 320, height: 640 }, '');
}

// A page of ours that keeps its width, where scripts are on: pages of the service are put there to be measured.
async function mirror(viewport, script) {
  const context = await browser.newContext({ locale: 'fr-FR', reducedMotion: 'reduce', viewport });
  await context.addInitScript({ content: script });
  const page = await context.newPage();
  await page.route('**/mirror', route => route.fulfill({ contentType: 'text/html', body: '<!DOCTYPE html><title>mirror</title>' }));
  await page.goto(`${demo.url}/mirror`);
  return page;
}

export const stop = () => browser?.close();

// --- what is asked of a page, said in the page ---

// Ids are unique and every reference to one leads somewhere.
function badReferences() {
  const bad = [], seen = new Set();
  for (const e of document.querySelectorAll('[id]')) {
    if (seen.has(e.id)) bad.push(`two elements "${e.id}"`);
    seen.add(e.id);
  }
  for (const name of ['for', 'aria-describedby', 'aria-labelledby'])
    for (const e of document.querySelectorAll(`[${name}]`))
      for (const id of e.getAttribute(name).split(/\s+/))
        if (!seen.has(id)) bad.push(`${name}="${id}" leads nowhere`);
  for (const e of document.querySelectorAll('a[href^="#"]'))
    if (!seen.has(e.getAttribute('href').slice(1))) bad.push(`link to ${e.getAttribute('href')} leads nowhere`);
  if (document.querySelectorAll('h1').length !== 1) bad.push('not one h1');
  if (document.querySelector('script, style, [style]')) bad.push('script or inline style');
  return bad;
}

// Text that leaves the window or its box (the padding of a marked word may hang over a line's end by 4 px). Tables of work scroll in a box of their own, as WCAG 1.4.10 allows.
function badReflow(width) {
  const bad = [], own = e => e.closest('.vh, .scroll, .skip, svg');
  if (document.documentElement.scrollWidth > width) bad.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  const name = e => `${e.localName}${e.className && typeof e.className === 'string' ? '.' + e.className.trim().replace(/\s+/g, '.') : ''} « ${e.textContent.trim().slice(0, 30)} »`;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const e = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || own(e) || e.closest('select, textarea')) continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    for (const r of range.getClientRects())
      if (r.width > 0 && (r.left < -1 || r.right > width + 1)) bad.push(`${name(e)} leaves the window`);
  }
  for (const e of document.body.querySelectorAll('*'))
    if (!own(e) && e.clientWidth > 0 && !/^(input|select|textarea|html|body)$/.test(e.localName) &&
        (e.scrollWidth > e.clientWidth + 4 || (getComputedStyle(e).overflowY === 'hidden' && e.scrollHeight > e.clientHeight + 1)))
      bad.push(`${name(e)} leaves its box: ${e.scrollWidth} × ${e.scrollHeight} in ${e.clientWidth} × ${e.clientHeight}`);
  return [...new Set(bad)];
}

// WCAG 1.4.12; a sheet made by script is not the page's own, so the policy lets it pass.
function spaceText() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }');
  document.adoptedStyleSheets = [sheet];
}

// The edge of a field against what it lies on: 3:1 (WCAG 1.4.11).
function badBorders() {
  const light = c => c.map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const rgb = s => s.match(/[\d.]+/g).map(Number);
  const under = e => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c.slice(0, 3);
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('input:not([type=hidden], .vh), select, textarea')].filter(e => e.getClientRects().length).flatMap(e => {
    if (getComputedStyle(e).appearance === 'auto' && /checkbox|radio/.test(e.type)) return []; // the browser draws it
    const [a, b] = [rgb(getComputedStyle(e).borderTopColor).slice(0, 3), under(e.parentElement)].map(light).sort((x, y) => y - x);
    return (a + .05) / (b + .05) < 3 ? [`border of ${e.name}: ${((a + .05) / (b + .05)).toFixed(2)}:1`] : [];
  });
}

// The page's HTML takes the place of what stands there, so that axe stays warm.
async function replaceDocument(html) {
  document.adoptedStyleSheets = [];
  const next = new DOMParser().parseFromString(html, 'text/html');
  document.replaceChild(document.adoptNode(next.documentElement), document.documentElement);
  await Promise.all([...document.querySelectorAll('link[rel=stylesheet]')].map(l => l.sheet || new Promise(loaded => { l.onload = loaded; })));
}

async function axeFindings(html) {
  await wide.evaluate(replaceDocument, html);
  const found = [];
  for (const width of WIDTHS) {
    if (WIDTHS.length > 1) await wide.setViewportSize({ width, height: 800 });
    const runOnly = width === WIDTHS[0] ? TAGS : { type: 'rule', values: NARROW };
    const { violations } = await wide.evaluate(asked => globalThis.axe.run(document, { runOnly: asked, resultTypes: ['violations'], preload: false }), runOnly);
    found.push(...violations.map(v => `${width} px, ${v.id}: ${v.help} – ${v.nodes.map(n => n.html).join(' ')}`));
  }
  return found;
}

async function narrowFindings(html) {
  await narrow.evaluate(replaceDocument, html);
  const bad = (await narrow.evaluate(badReflow, 320)).map(f => `320 px: ${f}`);
  await narrow.evaluate(spaceText);
  return bad.concat((await narrow.evaluate(badReflow, 320)).map(f => `320 px, spaced text: ${f}`));
}

const looked = new Set();

/* One person's browser: its own cookies. */
export class Person {
  static async open(options = {}) {
    const p = new Person();
    p.context = await browser.newContext({ javaScriptEnabled: false, locale: 'fr-FR', viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce', ...options });
    p.context.setDefaultTimeout(30_000);
    p.page = await p.context.newPage();
    p.faults = [];
    p.watch();
    p.cdp = await p.context.newCDPSession(p.page);
    p.cdp.on('Audits.issueAdded', ({ issue }) => p.faults.push(`issue ${issue.code} ${JSON.stringify(issue.details)}`));
    await p.cdp.send('Audits.enable');
    return p;
  }

  static async login(account, options) {
    const p = await Person.open(options);
    await p.login(account);
    return p;
  }

  // Console, requests to others, dialogs: all are faults. The browser itself notes a page of status 4xx or 5xx: that is no fault.
  watch() {
    this.page.on('console', m => {
      const status = m.text().match(/^Failed to load resource: the server responded with a status of (\d+)/)?.[1];
      if (/error|warning/.test(m.type()) && !(status && m.location().url.replace(/#.*/, '') === this.asked)) this.faults.push(`console: ${m.text()}`);
    });
    this.page.on('pageerror', e => this.faults.push(`script: ${e}`));
    this.page.on('dialog', d => {
      this.faults.push(`dialog: ${d.message()}`);
      d.dismiss();
    });
    this.context.on('request', r => {
      if (!r.url().startsWith(`${demo.url}/`)) this.faults.push(`request to ${r.url()}`);
      if (r.isNavigationRequest()) this.asked = r.url();
    });
  }

  async login(account, password = account.password) {
    this.account = account;
    await this.go('/connexion');
    await this.fill({ identifiant: account.uid, mot_de_passe: password });
    await this.press('Se connecter');
  }

  async go(where) {
    return this.took(await this.page.goto(new URL(where, demo.url).href));
  }

  async took(response) {
    this.response = response;
    this.status = response.status();
    return this;
  }

  get path() {
    return path(this.page.url()).replace(/#.*/, '');
  }

  // The text people read, no-break spaces as blanks.
  async words() {
    return (await this.page.evaluate(() => document.body.innerText)).replace(/[\s\u00a0\u202f]+/g, ' ');
  }

  async says(...texts) {
    const words = await this.words();
    for (const text of texts) assert.ok(words.includes(text), `« ${text} » is not in ${this.path}: ${words.slice(0, 1500)}`);
  }

  async fill(values) {
    for (const [name, value] of Object.entries(values)) await this.page.fill(`[name="${name}"]`, value);
  }

  value(name) {
    return this.page.inputValue(`[name="${name}"]`);
  }

  // The form came back as it was filled in.
  async keeps(values) {
    const lost = [];
    for (const [name, value] of Object.entries(values))
      if (await this.value(name) !== value) lost.push(name);
    assert.deepEqual(lost, [], `typed, and lost in ${this.path}`);
  }

  async moves(act) {
    const [response] = await Promise.all([this.page.waitForNavigation(), act]);
    return this.took(response);
  }

  press(button) {
    return this.moves(this.page.getByRole('button', { name: button, exact: true }).click());
  }

  pressOf(name, value) {
    return this.moves(this.page.click(`button[name="${name}"][value="${value}"]`));
  }

  follow(link) {
    return this.moves(this.page.getByRole('link', { name: link }).first().click());
  }

  faultsOfPage() {
    return this.page.evaluate(() => [...document.querySelectorAll('.error-summary a')].map(a => a.innerText.replace(/[\u00a0\u202f]/g, ' ')));
  }

  // The whole page; Playwright's own way is slower and leaves a style behind where scripts are off.
  async shoot(file) {
    const { cssContentSize: { width, height } } = await this.cdp.send('Page.getLayoutMetrics');
    const { data } = await this.cdp.send('Page.captureScreenshot',
      { format: 'png', optimizeForSpeed: true, captureBeyondViewport: true, clip: { x: 0, y: 0, width, height, scale: 1 } });
    writeFileSync(shots + file, Buffer.from(data, 'base64'));
  }

  // The picture, then all a page must hold.
  async look(name, status = 200) {
    assert.ok(!looked.has(name), `two pages named ${name}`);
    looked.add(name);
    assert.equal(this.status, status, `${name}: ${this.path}`);
    const bad = [], page = this.page;
    const hasFocus = () => page.evaluate(() => document.querySelector('.error-summary') && (document.activeElement.className === 'error-summary'));
    let summary = await hasFocus();
    // autofocus comes with the first frame, which a busy machine draws after the page is loaded
    for (let i = 0; summary === false && i < 100; i++) {
      await new Promise(later => setTimeout(later, 50));
      summary = await hasFocus();
    }
    if (summary === false) bad.push('the error summary has not taken the focus');
    if (summary === true && !(await page.title()).startsWith('Erreur')) bad.push(`title: ${await page.title()}`);
    bad.push(...await page.evaluate(badReferences), ...await page.evaluate(badBorders));
    for (const width of WIDTHS) {
      if (WIDTHS.length > 1) await page.setViewportSize({ width, height: 800 });
      await this.shoot(`${name}-${width}.png`);
      bad.push(...(await page.evaluate(badReflow, width)).map(f => `${width} px: ${f}`));
    }
    if (WIDTHS.length > 1) await page.setViewportSize({ width: WIDTHS[0], height: 800 });
    const html = await page.content();
    bad.push(...await narrowFindings(html), ...await axeFindings(html));
    bad.push(...this.faults.splice(0));
    assert.deepEqual(bad, [], name);
    return this;
  }

  async close() {
    const bad = this.faults.splice(0);
    await this.context.close();
    assert.deepEqual(bad, []);
  }
}
