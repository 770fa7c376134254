// Access lost and given back: the lost password (picture 07), an end of mission told by an agent or by the contact's link.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readdirSync, readFileSync } from 'node:fs';
import { Person, agents, demo, start, stop } from './people.mjs';

let p;

before(async () => {
  await start();
  p = await Person.open();
});
after(async () => {
  await p?.close();
  await stop();
});

const shown = () => p.page.innerText('.challenge');

// The newest mail of that subject, once it is there.
async function mail(subject) {
  for (let i = 0; i < 200; i++) {
    for (const name of readdirSync(`${demo.mail}/new`).sort().reverse()) {
      const text = readFileSync(`${demo.mail}/new/${name}`, 'utf8');
      const body = /base64/i.test(text.match(/^Content-Transfer-Encoding:.*$/im)?.[0] ?? '') ?
        Buffer.from(text.split(/\r?\n\r?\n/).slice(1).join('').replace(/\s/g, ''), 'base64').toString() : text.replace(/=\r?\n/g, '').replace(/=3D/g, '=');
      if (body.includes(subject)) return body;
    }
    await new Promise(done => { setTimeout(done, 100); });
  }
  throw new Error(`no mail with « ${subject} »`);
}

test('the lost password: a wrong text, another one, then one answer', async () => {
  await p.go('/mot-de-passe-oublie');
  await p.look('acces-oublie');
  await p.press('Envoyer un mot de passe provisoire');
  await p.look('acces-oublie-vide', 422);
  const first = await shown();
  await p.fill({ identifiant: 'personne', recopie: 'AUTRE333' });
  await p.press('Envoyer un mot de passe provisoire');
  await p.look('acces-oublie-texte', 422);
  await p.keeps({ identifiant: 'personne', recopie: '' });
  assert.deepEqual(await p.faultsOfPage(), ['Le texte recopié est différent. Recopiez le nouveau texte.']);
  assert.notEqual(await shown(), first);
  const second = await shown();
  await p.follow('Afficher un autre texte');
  assert.notEqual(await shown(), second);
  await p.fill({ identifiant: 'personne', recopie: (await shown()).toLowerCase() });
  await p.press('Envoyer un mot de passe provisoire');
  assert.equal(p.path, '/mot-de-passe-oublie/envoye');
  await p.says('Si cet identifiant existe, un courriel est parti.');
  await p.look('acces-oublie-envoye');
});

test('an end of mission by the contact: the link, the people, a link that is no more', async () => {
  await p.go('/fin-de-mission');
  await p.look('acces-fin');
  await p.press('Recevoir un lien');
  await p.look('acces-fin-vide', 422);
  await p.fill({ courriel: 'personne@ailleurs.example' });
  await p.press('Recevoir un lien');
  assert.equal(p.path, '/fin-de-mission/envoye');
  await p.look('acces-fin-envoye');
  await p.go(`/fin-de-mission/${'A'.repeat(43)}`);
  await p.look('acces-fin-lien-mort', 410);
  await p.follow('Demander un autre lien');
  assert.equal(p.path, '/fin-de-mission');
  await p.fill({ courriel: demo.providers[0].contact });
  await p.press('Recevoir un lien');
  await p.go((await mail('/fin-de-mission/')).match(/\/fin-de-mission\/[\w-]{43}/)[0]);
  await p.look('acces-fin-lien');
  await p.press('Signaler la fin de mission');
  await p.look('acces-fin-lien-vide', 422);
});

test('an end of mission by an agent: the person, the day, back without a word', async () => {
  const agent = await Person.login(agents()[0]);
  await agent.go('/espace-pro/convention');
  await agent.look('acces-convention');
  await agent.moves(agent.page.getByRole('button', { name: /^Signaler une fin de mission/ }).first().click());
  await agent.look('acces-depart');
  await agent.fill({ fin: '31/12/2099' });
  await agent.press('Signaler la fin de mission');
  await agent.look('acces-depart-futur', 422);
  await agent.keeps({ fin: '31/12/2099' });
  await agent.follow('Annuler');
  assert.equal(agent.path, '/espace-pro/convention');
  await agent.close();
});
