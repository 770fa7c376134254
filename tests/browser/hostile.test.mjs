// What is typed comes back as text: page scripts on and the policy off, so that the escaping alone is seen at work.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person, accounts, agents, path, pro, start, stop } from './people.mjs';

const account = agents().find(a => a.caf !== agents()[0].caf);
const LONG = `"><script>alert(1)</script>'<img src=x onerror=alert(2)></textarea><svg/onload=alert(3)>&lt;b&gt;&#106;{{7*7}}\${7*7}%3Cscript%3E`;
const SHORT = `"><svg/onload=a()>`;
const JAVASCRIPT = 'javascript:alert(4)//"><script>alert(5)</script>';
const options = { javaScriptEnabled: true, bypassCSP: true };
let agent, e;

before(async () => {
  await start();
  agent = await Person.login(account, options);
  for (e of account.establishments.filter(e => e.listing && e.places)) {
    await agent.go(pro(e));
    if ((await agent.words()).includes('En ligne')) return;
  }
  throw new Error('no listing online');
});
after(async () => {
  await agent?.close();
  await stop();
});

// Nothing of ours became an element.
async function isInert(p) {
  assert.deepEqual(await p.page.evaluate(() => [...document.querySelectorAll('script, img, svg[onload], [onerror], [onload], a[href^="javascript:"]')].map(x => x.outerHTML)), []);
  assert.deepEqual(p.faults, []);
}

const texts = p => p.page.$$eval('main form[action$="/fonctionnement"] input:not([type=hidden], [type=checkbox], [type=radio]), main form textarea',
  all => all.map(x => [x.name, x.localName]));

test('every text field of the listing: errors keep what was typed', async () => {
  await agent.go(pro(e, '/fonctionnement'));
  await agent.page.$$eval('details', all => all.forEach(d => { d.open = true; }));
  const typed = Object.fromEntries((await texts(agent)).map(([name]) =>
    [name, /_(ouverture|fermeture)/.test(name) ? SHORT : name === 'site' ? JAVASCRIPT : LONG]));
  assert.ok(Object.keys(typed).length > 65, `${Object.keys(typed).length} fields`);
  await agent.fill(typed);
  await agent.pressOf('action', 'verifier');
  assert.equal(agent.status, 422);
  await agent.keeps(typed);
  await isInert(agent);
  await agent.pressOf('action', 'brouillon');
  assert.equal(agent.status, 200);
  await agent.keeps(typed);
  await isInert(agent);
  await agent.look('hostile-brouillon');
});

test('the texts travel as text: comparison, the Caf, its preview, families', async () => {
  await agent.go(pro(e, '/fonctionnement/verification'));
  await agent.go(pro(e, '/fonctionnement'));
  const fields = (await texts(agent)).filter(([name, kind]) => kind === 'textarea' && name !== 'served_communes').map(([name]) => name);
  assert.ok(fields.length >= 8);
  for (const [name, kind] of await texts(agent))
    if (kind === 'input') await agent.fill({ [name]: '' });
  await agent.fill({ served_communes: '', telephone: '01 99 00 12 74', courriel: 'a@example.org', lu_ouverture: '8h', lu_fermeture: '18h' });
  await agent.fill(Object.fromEntries(fields.map(name => [name, `${name} ${LONG}`])));
  await agent.pressOf('action', 'verifier');
  assert.deepEqual(await agent.faultsOfPage(), []);
  await agent.says(LONG);
  await isInert(agent);
  await agent.pressOf('action', 'envoyer');

  const reviewer = await Person.login(accounts('caf_reviewer').find(a => a.caf === account.caf), options);
  await reviewer.go(`/caf/revisions/${e.id}`);
  await reviewer.says(LONG);
  await isInert(reviewer);
  await reviewer.look('hostile-comparaison');
  await reviewer.go(`/caf/revisions/${e.id}/apercu`);
  await isInert(reviewer);
  await reviewer.go(`/caf/revisions/${e.id}`);
  await reviewer.fill({ precision: LONG });
  await reviewer.pressOf('suite', 'liste');
  assert.equal(await reviewer.value('precision'), LONG);
  await isInert(reviewer);
  await reviewer.page.check('[name=decision][value=accepter]');
  await reviewer.fill({ precision: '' });
  await reviewer.pressOf('suite', 'liste');
  assert.equal(reviewer.path, '/caf?fait=acceptee');

  await reviewer.go(path(e.url));
  await reviewer.says(`projet ${LONG}`, `fee_text ${LONG}`);
  await isInert(reviewer);
  await reviewer.look('hostile-fiche');

  await reviewer.go(`/caf/etablissements/${e.id}`);
  await reviewer.fill({ motif: LONG });
  await reviewer.press('Retirer du public');
  await reviewer.says(LONG);
  await isInert(reviewer);
  await reviewer.press('Remettre en ligne');
  for (const where of ['/caf?q=', '/caf/etablissements?q=']) {
    await reviewer.go(where + encodeURIComponent(LONG.slice(0, 100)));
    assert.equal(await reviewer.value('q'), LONG.slice(0, 100));
    await isInert(reviewer);
  }
  await reviewer.close();
});

test('the note beside the places', async () => {
  await agent.go(pro(e, '/places'));
  await agent.fill({ note: LONG, debut: SHORT });
  await agent.pressOf('action', 'publier');
  assert.deepEqual([agent.status, await agent.value('note'), await agent.value('debut')], [422, LONG, SHORT]);
  await isInert(agent);
});

test('what a family reports, what the Caf answers', async () => {
  const family = await Person.open(options);
  await family.go(`/etablissements/${e.id}/signaler`);
  await family.fill({ erreur: LONG, adresse: LONG });
  await family.press('Envoyer à la Caf');
  assert.deepEqual([family.status, await family.value('erreur'), await family.value('adresse')], [422, LONG, LONG]);
  await isInert(family);
  await family.fill({ adresse: '' });
  await family.press('Envoyer à la Caf');
  await family.says('Merci, la Caf va vérifier.');
  await family.close();
  const reviewer = await Person.login(accounts('caf_reviewer').find(a => a.caf === account.caf), options);
  await reviewer.go('/caf?type=signalement');
  await isInert(reviewer);
  await reviewer.moves(reviewer.page.locator('a[href^="/caf/signalements/"]').last().click());
  const where = reviewer.path;
  await reviewer.says(LONG);
  await isInert(reviewer);
  await reviewer.fill({ reponse: `Non : ${LONG}` });
  await reviewer.press('Clore le signalement');
  await reviewer.go(where);
  await reviewer.says(`Non : ${LONG}`);
  await isInert(reviewer);
  await reviewer.close();
});

test('search, login, the log’s criteria', async () => {
  const p = await Person.open(options);
  await p.go(`/recherche?lieu=${encodeURIComponent(LONG.slice(0, 100))}`);
  assert.deepEqual([p.status, await p.value('lieu')], [422, LONG.slice(0, 100)]);
  await isInert(p);
  await p.go(`/etablissements/${encodeURIComponent(SHORT)}-E9`);
  await isInert(p);
  await p.go('/connexion');
  await p.fill({ identifiant: LONG, mot_de_passe: LONG });
  await p.press('Se connecter');
  assert.equal(await p.value('identifiant'), LONG);
  await isInert(p);
  await p.login(accounts('caf_auditor').find(a => a.caf === account.caf));
  for (const name of ['fournisseur', 'agent', 'ip', 'du']) {
    await p.go(`/controle/connexions?${name}=${encodeURIComponent(SHORT)}`);
    assert.equal(await p.value(name), SHORT, name);
    await isInert(p);
  }
  for (const where of ['/controle/agents/', '/controle/connexions?lignes=']) {
    await p.go(where + encodeURIComponent(SHORT));
    await isInert(p);
  }
  await p.close();
});
