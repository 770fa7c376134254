// What families see: the search, the listing, the pages of the footer, pages that are not there.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Person, accounts, agents, demo, path, start, stop } from './people.mjs';

let family;

before(async () => {
  await start();
  family = await Person.open();
});
after(async () => {
  await family?.close();
  await stop();
});

test('the search form says what is missing or unknown', async () => {
  await family.go('/');
  await family.look('accueil');
  await family.press('Rechercher');
  await family.look('recherche-sans-lieu', 422);
  await family.fill({ lieu: 'Parisse' });
  await family.press('Rechercher');
  await family.look('recherche-commune-inconnue', 422);
  await family.says('Nous ne connaissons pas cette commune');
  assert.equal(await family.value('lieu'), 'Parisse');
});

test('results: list, plan, pages', async () => {
  await family.go('/recherche?lieu=75011');
  await family.look('recherche');
  await family.says('établissements à moins de 5 km', 'Page 1 sur');
  await family.follow('Page suivante');
  await family.look('recherche-page-2');
  await family.go('/recherche?lieu=75011&age=lt12m&jour=mercredi&moment=matin&rayon=2');
  await family.look('recherche-mercredi');
});

test('nobody near: a wider search is offered', async () => {
  await family.go('/recherche?lieu=Aurillac&rayon=2');
  await family.look('recherche-aucun');
  await family.says('Aucun établissement à moins de 2 km', 'Essayez 5 km');
});

// One listing of each state of its places, as the demonstration has them.
test('listings: with places, to confirm, not reported, without places', async () => {
  const wanted = {
    'fiche': ['2 places', 'Mis à jour le'],
    'fiche-a-confirmer': ['Ces places ont plus de 30 jours'],
    'fiche-sans-places': ['Places non communiquées'],
    'fiche-loisirs': ['Accueil de loisirs'],
    'fiche-jamais-publiee': ['pas encore publié de fiche'],
  };
  const urls = [...new Set(demo.accounts.flatMap(a => a.establishments.map(e => e.url)))];
  for (const url of urls) {
    if (!Object.keys(wanted).length) break;
    await family.go(path(url));
    if (family.status !== 200) continue;
    const words = await family.words();
    for (const [name, texts] of Object.entries(wanted))
      if (texts.every(t => words.includes(t))) {
        await family.look(name);
        delete wanted[name];
        break;
      }
  }
  assert.deepEqual(Object.keys(wanted), []);
});

test('a listing leads to the plan and back', async () => {
  const [agent] = agents();
  await family.go(path(agent.establishments[0].url));
  await family.follow('Voir sur le plan');
  assert.match(family.page.url(), /^https:[^?]*\/recherche\?lieu=\d{5}#plan$/);
});

test('an error reported, and what the Caf makes of it', async () => {
  const [account] = agents();
  const reviewer = await Person.login(accounts('caf_reviewer').find(a => a.caf === account.caf));
  await family.go(path(account.establishments[0].url));
  await family.follow('Signaler une erreur sur cette fiche');
  await family.look('signaler');
  await family.press('Envoyer à la Caf');
  await family.look('signaler-vide', 422);
  await family.fill({ erreur: 'Le numéro de téléphone est celui d’un particulier.', adresse: 'l.amrani@famille.example' });
  await family.press('Envoyer à la Caf');
  await family.says('Merci, la Caf va vérifier.');
  await family.look('signaler-merci');
  await reviewer.go('/caf?type=signalement');
  await reviewer.look('caf-file-signalements');
  await reviewer.moves(reviewer.page.locator('a[href^="/caf/signalements/"]').last().click());
  await reviewer.look('caf-signalement');
  const where = reviewer.path;
  await reviewer.fill({ reponse: 'Le numéro est corrigé, merci.' });
  await reviewer.press('Clore le signalement');
  await reviewer.says('Votre réponse part par courriel');
  await reviewer.go(where);
  await reviewer.look('caf-signalement-clos');
  await reviewer.close();
});

test('pages behind the footer', async () => {
  for (const name of ['aide', 'accessibilite', 'mentions-legales', 'donnees-personnelles', 'plan-du-site', 'demande-habilitation']) {
    await family.go(`/${name}`);
    await family.look(name);
  }
});

test('pages that are not there', async () => {
  await family.go('/etablissements/rien-E9999');
  await family.look('page-introuvable', 404);
  await family.go('/static/rien.css');
  await family.look('fichier-introuvable', 404);
});

test("nginx's own error pages", async () => {
  const folder = new URL('../../nginx/static/erreur/', import.meta.url);
  const read = name => readFileSync(new URL(name, folder), 'utf8');
  for (const file of readdirSync(folder).filter(f => /^\d/.test(f) && f !== '404.html')) {
    const url = `${demo.url}/erreur-${file}`;
    // as nginx joins them; that it does is tests/flow/test_nginx.py's
    const [, title] = read(file).match(/<!--# set var="title" value="(.*?)" -->/);
    const body = read(file).replace(/<!--# include file="(.*?)" -->/g, (_, name) => read(name)).replace(/<!--# echo .*? -->/, title);
    await family.page.route(url, route => route.fulfill({ contentType: 'text/html', body }));
    await family.go(url);
    await family.look(`nginx-${file.replace('.html', '')}`);
  }
});

test('by keyboard: the first stop leads to the content', async () => {
  await family.go('/recherche?lieu=75011');
  await family.page.keyboard.press('Tab');
  assert.equal(await family.page.evaluate(() => document.activeElement.className), 'skip');
  assert.ok(await family.page.evaluate(() => document.activeElement.getBoundingClientRect().top >= 0), 'the skip link shows itself');
  await family.page.keyboard.press('Enter');
  assert.equal(await family.page.evaluate(() => document.activeElement.id), 'contenu');
});

test('who has no business there is sent to the login', async () => {
  for (const where of ['/espace-pro', '/caf', '/controle/connexions']) {
    await family.go(where);
    assert.equal(family.path, '/connexion');
  }
});
