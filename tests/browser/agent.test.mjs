// The provider's agent: login (picture 06), home (09), the listing (10), free places (11, 18), convention, account, first login (08).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person, accounts, agents, newcomer, path, pro, start, stop } from './people.mjs';

const [account] = agents();
const own = account.establishments.filter(e => e.listing && e.places);
const colleague = accounts('agent').find(a => a.provider === account.provider && a.establishments.some(e => e.places && !e.listing));
let agent;

before(async () => {
  await start();
  agent = await Person.open();
});
after(async () => {
  await agent?.close();
  await stop();
});

test('login: nothing typed, refused, then in', async () => {
  await agent.go('/espace-pro');
  assert.equal(agent.path, '/connexion');
  await agent.look('connexion');
  await agent.press('Se connecter');
  await agent.look('connexion-vide', 422);
  await agent.fill({ identifiant: 'VDA-0000', mot_de_passe: 'rien de tel' });
  await agent.press('Se connecter');
  await agent.look('connexion-refus', 422);
  await agent.says('Identifiant ou mot de passe incorrect');
  assert.deepEqual([await agent.value('identifiant'), await agent.value('mot_de_passe')], ['VDA-0000', '']);
  await agent.go('/mot-de-passe-oublie');
  await agent.look('mot-de-passe-oublie');
  await agent.login(account);
  assert.equal(agent.path, '/espace-pro');
  await agent.says('Bonjour', 'Convention', 'Un départ, une arrivée ?');
  await agent.look('agent-accueil');
});

test('too many failures: when to try again', async () => {
  const p = await Person.open();
  for (let i = 0; i < 5; i++) await p.login(accounts('agent').at(-1), 'pas le bon');
  await p.says('Réessayez à');
  await p.look('connexion-trop', 429);
  await p.close();
});

test('one establishment; taking it down asks for a tick', async () => {
  await agent.go(pro(own[1]));
  await agent.look('etablissement');
  await agent.page.getByRole('button', { name: /^Retirer (la fiche|les places)$/ }).first().waitFor();
  await agent.moves(agent.page.getByRole('button', { name: /^Retirer (la fiche|les places)$/ }).first().click());
  await agent.look('etablissement-sans-confirmation', 422);
});

test('the listing: three answers to correct, nothing typed is lost', async () => {
  await agent.go('/espace-pro');
  const refused = agent.page.getByRole('link', { name: /Voir le motif et corriger/ });
  if (await refused.count()) {
    await agent.moves(refused.first().click());
    await agent.says('Motif du refus');
    await agent.look('fonctionnement-motif');
  } else {
    await agent.go(pro(own[0], '/fonctionnement'));
  }
  const long = 'Deux salles de vie ouvertes sur un jardin. '.repeat(120).trim();
  const typed = { telephone: '01 99 00 12', me_ouverture: '7 h 30', me_fermeture: '2 h 30', projet: long };
  await agent.fill(typed);
  await agent.pressOf('action', 'verifier');
  await agent.look('fonctionnement-erreurs', 422);
  const faults = await agent.faultsOfPage();
  assert.equal(faults.length, 3);
  assert.match(faults[0], /10 chiffres/);
  assert.match(faults[1], /Mercredi.*après/);
  assert.match(faults[2], /dépasse de \d+ caractères/);
  await agent.keeps(typed);
  await agent.page.click('.error-summary a');
  assert.equal(await agent.page.evaluate(() => document.activeElement.id), 'telephone');
});

test('the listing: draft, comparison, sending, taking back', async () => {
  await agent.go(pro(own[2], '/fonctionnement'));
  await agent.fill({ projet: 'Une petite équipe accueille les enfants dans une maison de village.', telephone: '01 99 00 12 74', ma_fermeture: '17 h 30' });
  await agent.pressOf('action', 'brouillon');
  await agent.says('Brouillon enregistré');
  await agent.look('fonctionnement-brouillon');
  await agent.pressOf('action', 'verifier');
  assert.equal(agent.path, pro(own[2], '/fonctionnement/verification'));
  await agent.says('rubriques modifiées', 'Une petite équipe');
  await agent.look('fonctionnement-verification');
  await agent.pressOf('action', 'corriger');
  assert.equal(await agent.value('ma_fermeture'), '17 h 30');
  await agent.pressOf('action', 'verifier');
  await agent.pressOf('action', 'envoyer');
  assert.equal(agent.path, '/espace-pro?fait=fiche-envoyee');
  await agent.says('Modification envoyée', 'En attente de la Caf');
  await agent.look('agent-accueil-envoye');

  await agent.go(pro(own[2], '/fonctionnement'));
  await agent.says('La Caf examine votre envoi ; le modifier le remplacera.');
  await agent.look('fonctionnement-en-attente');
  await agent.go(pro(own[2]));
  await agent.says('examine la', 'rubriques modifiées', 'Une petite équipe');
  await agent.look('etablissement-en-attente');
  await agent.go(pro(own[2], '/revisions'));
  await agent.look('modifications');
  await agent.moves(agent.page.getByRole('rowheader').getByRole('link').first().click());
  await agent.look('modification');
  await agent.press('Retirer l’envoi');
  await agent.says('Envoi retiré');
  await agent.go(pro(own[2], '/fonctionnement/verification'));
  await agent.pressOf('action', 'effacer');
  await agent.says('Brouillon effacé');
});

test('the listing: nothing changed, nothing to send', async () => {
  await agent.go(pro(own[4], '/fonctionnement'));
  await agent.pressOf('action', 'verifier');
  await agent.says('Rien n’a changé : rien à envoyer.');
  await agent.look('fonctionnement-inchange');
  await agent.pressOf('action', 'effacer');
});

test('an establishment without free places has its own fields', async () => {
  await agent.go(pro(account.establishments.find(e => e.listing && !e.places), '/fonctionnement'));
  await agent.look('fonctionnement-loisirs');
});

const cells = p => p.page.$$eval('.places-edit input', all => all.map(e => e.name));

test('places: errors, refilling, publishing, the next ones', async () => {
  await agent.go(pro(own[0], '/places'));
  await agent.look('places');
  const [first, second] = await cells(agent);
  await agent.fill({ debut: '32/13/2026', [first]: '999', [second]: 'ab' });
  await agent.pressOf('action', 'publier');
  await agent.look('places-erreurs', 422);
  assert.equal((await agent.faultsOfPage()).length, 3);
  await agent.keeps({ debut: '32/13/2026', [first]: '999', [second]: 'ab' });

  await agent.go(pro(own[0], '/places'));
  await agent.fill({ [first]: '1', note: 'Ce qui est écrit reste.' });
  await agent.pressOf('remplir', 'complet');
  await agent.look('places-zero');
  await agent.keeps({ [first]: '0', note: 'Ce qui est écrit reste.' });
  assert.deepEqual([...new Set(await agent.page.$$eval('.places-edit input', all => all.map(e => e.value)))], ['0']);
  await agent.fill({ [first]: '1', [second]: '2', note: 'Une place se libère en janvier.' });
  await agent.pressOf('action', 'publier');
  await agent.says('Places publiées. Les familles les voient maintenant.');
  await agent.look('places-publiees');
  await agent.go(path(own[0].url));
  await agent.says('1 place', '2 places', 'Une place se libère en janvier.');

  await agent.go(pro(own[0], '/places'));
  await agent.pressOf('remplir', 'precedent');
  await agent.look('places-precedent');
  await agent.go(pro(own[0], '/places'));
  await agent.pressOf('action', 'inchange');
  await agent.says('Places confirmées');
  await agent.look('places-confirmees');
});

test('places: a colleague was faster, nothing typed is lost', async () => {
  const e = own.find(e => colleague.establishments.some(c => c.id === e.id && c.places));
  const other = await Person.login(colleague);
  await other.look('agent-accueil-places-seules');
  await agent.go(pro(e, '/places'));
  const [, , third] = await cells(agent);
  await other.go(pro(e, '/places'));
  await other.fill({ [third]: '1' });
  await other.pressOf('action', 'publier');
  await agent.fill({ [third]: '0' });
  await agent.pressOf('action', 'publier');
  await agent.look('places-conflit', 409);
  await agent.says('Grille en ligne', 'Ce que vous avez saisi');
  assert.equal(await agent.value(third), '0');
  await agent.pressOf('action', 'publier');
  await agent.says('Places publiées');
  await agent.go(pro(e, '/places/historique'));
  await agent.look('places-historique');

  await other.go(pro(e, '/fonctionnement'));
  await other.look('agent-page-introuvable', 404);
  await other.close();
});

test('convention and account', async () => {
  await agent.go('/espace-pro/convention');
  await agent.look('convention');
  await agent.go('/espace-pro/mon-compte');
  await agent.says('Vos dernières connexions', 'Réussi (cette session)');
  await agent.look('compte');
  await agent.press('Changer le mot de passe');
  await agent.look('compte-vide', 422);
  await agent.fill({ ancien: account.password, nouveau: 'azerty12', confirmation: 'azerty13' });
  await agent.press('Changer le mot de passe');
  await agent.look('compte-erreurs', 422);
  for (const name of ['ancien', 'nouveau', 'confirmation']) assert.equal(await agent.value(name), '', name);
});

test('another role’s page, and a form that is not ours', async () => {
  await agent.go('/caf');
  await agent.look('acces-refuse', 403);
  await agent.go(pro(own[3], '/fonctionnement'));
  await agent.fill({ projet: 'Un texte à ne pas perdre.' });
  await agent.page.$eval('main [name=csrf]', e => { e.value = 'x'.repeat(e.value.length); });
  await agent.pressOf('action', 'verifier');
  await agent.says('Ce que vous aviez écrit', 'Un texte à ne pas perdre.');
  await agent.look('acces-refuse-texte-garde', 403);
});

test('first login leads to the forced change and nowhere else', async t => {
  const p = await Person.login(newcomer());
  if (p.status === 422) {
    t.skip('done already on this service');
    await p.close();
    return;
  }
  assert.equal(p.path, '/mot-de-passe/premier-changement');
  await p.look('premier-mot-de-passe');
  for (const where of ['/espace-pro', '/espace-pro/mon-compte', '/espace-pro/convention']) {
    await p.go(where);
    assert.equal(p.path, '/mot-de-passe/premier-changement');
  }
  await p.fill({ nouveau: 'azerty12', confirmation: 'azerty1' });
  await p.press('Enregistrer et continuer');
  await p.look('premier-mot-de-passe-erreurs', 422);
  await p.fill({ nouveau: 'girafe lanterne cuivre 82', confirmation: 'girafe lanterne cuivre 82' });
  await p.press('Enregistrer et continuer');
  assert.equal(p.path, '/espace-pro?fait=mot-de-passe');
  await p.look('premier-mot-de-passe-fait');
  await p.close();
});

test('logging out', async () => {
  await agent.go('/espace-pro');
  await agent.press('Se déconnecter');
  assert.equal(agent.path, '/connexion?fait=deconnexion');
  await agent.look('deconnexion');
  await agent.go('/espace-pro');
  assert.equal(agent.path, '/connexion');
});
