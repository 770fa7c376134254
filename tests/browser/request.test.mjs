// The public request: five steps (picture 03), the check (04), the confirmation (05); what is wrong is told and nothing is lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person, agents, demo, start, stop } from './people.mjs';

const steps = '/demande-habilitation/etapes';
const [agent] = agents();
const siret = '93456781900016';
let p;

before(async () => {
  await start();
  p = await Person.open();
});
after(async () => {
  await p?.close();
  await stop();
});

const box = name => p.page.getByRole('checkbox', { name, exact: true });

test('the way in, and five steps to do', async () => {
  await p.go('/demande-habilitation');
  await p.look('demande-presentation');
  await p.follow('Commencer');
  assert.equal(p.path, steps);
  await p.says('À faire', 'Pas encore possible');
  await p.look('demande-etapes-vides');
});

test('an empty step is told', async () => {
  for (const name of ['organisme', 'caf', 'fonctionnement', 'places', 'personnes']) {
    await p.go(`${steps}/${name}`);
    await p.look(`demande-${name}`);
    await p.press('Enregistrer et continuer');
    await p.look(`demande-${name}-vide`, 422);
    assert.ok((await p.faultsOfPage()).length);
  }
  await p.go(`${steps}/verification`);
  await p.look('demande-verification-vide');
});

const provider = { nom: 'Communauté de communes des Trois-Rives', siret, adresse: 'Maison commune, 6 place du Bac', code_postal: '00450',
  commune: 'Saint-Elvin-des-Rives', signataire: 'Hervé Castelneau, président', courriel: 'petite-enfance@trois-rives.example', telephone: '01 99 00 12 00' };

test('the provider: a wrong Siret keeps what was typed', async () => {
  await p.go(`${steps}/organisme`);
  const wrong = { ...provider, siret: '93456781900017', code_postal: '450', telephone: '01 99' };
  await p.fill(wrong);
  await p.press('Enregistrer et continuer');
  await p.look('demande-organisme-erreurs', 422);
  assert.equal((await p.faultsOfPage()).length, 3);
  await p.keeps(wrong);
  await p.fill(provider);
  await p.press('Enregistrer et continuer');
  assert.equal(p.path, `${steps}/caf?fait=etape`);
});

test('the Caf, then establishments by their commune', async () => {
  await p.page.selectOption('[name=caf]', agent.caf);
  await p.press('Enregistrer et continuer');
  assert.equal(p.path, `${steps}/fonctionnement?fait=etape`);
  await p.fill({ lieu: 'Valmoreaux-sur-Rien' });
  await p.pressOf('action', 'chercher');
  await p.look('demande-commune-inconnue', 422);
  await p.fill({ lieu: '92390' });
  await p.pressOf('action', 'chercher');
  await p.look('demande-fonctionnement-resultats');
  const boxes = p.page.locator('#resultats input[name=etablissement]');
  assert.ok(await boxes.count() > 3);
  for (const i of [0, 1, 2]) await boxes.nth(i).check();
  await p.page.click('summary');
  await p.fill({ autre: 'Micro-crèche du Gué, 3 rue du Gué, 00450 Saint-Elvin-des-Rives' });
  await box('Il publiera aussi ses places libres').check();
  await p.pressOf('action', 'ajouter');
  await p.says('Établissement ajouté');
  await p.look('demande-fonctionnement-choisis');
  assert.equal(await p.page.locator('input[name=etablissement]:checked').count(), 4);
  await p.press('Enregistrer et continuer');
  assert.equal(p.path, `${steps}/places?fait=etape`);
});

test('free places: what is near at hand is offered', async () => {
  const boxes = p.page.locator('input[name=etablissement]');
  assert.ok(await boxes.count() >= 1);
  for (let i = 0; i < await boxes.count(); i++) await boxes.nth(i).check();
  await p.look('demande-places-choisies');
  await p.go(steps);
  await p.says('3 étapes sur 5', 'Commencé');
  await p.look('demande-etapes');
  await p.go(`${steps}/places`);
  for (let i = 0; i < await boxes.count(); i++) await boxes.nth(i).check();
  await p.press('Enregistrer et continuer');
  assert.equal(p.path, `${steps}/personnes?fait=etape`);
});

const people = [
  { prenom: 'Agnès', nom: 'Thivolle', fonction: 'Coordinatrice petite enfance', courriel: 'a.thivolle@trois-rives.example' },
  { prenom: 'Damien', nom: 'Roussac', fonction: 'Responsable du pôle familles', courriel: 'd.roussac@trois-rives.example' },
];

test('people: one after the other, with rights of their own', async () => {
  await p.fill(people[0]);
  await p.pressOf('action', 'ajouter');
  await p.fill({ ...people[0], fonction: 'Directrice' });
  await p.pressOf('action', 'ajouter');
  await p.look('demande-personne-deux-fois', 422);
  await p.says('Agnès Thivolle est déjà dans la liste');
  await p.fill({ ...people[1], courriel: people[0].courriel });
  await box('Tous les établissements de la demande').uncheck();
  await p.pressOf('action', 'ajouter');
  await p.look('demande-personne-sans-etablissement', 422);
  await p.page.locator('input[name=droit_fonctionnement]').first().check();
  await p.pressOf('action', 'ajouter');
  await p.says('ont la même adresse');
  await p.look('demande-personnes-meme-adresse');
  await p.follow('Modifier Damien Roussac');
  await p.look('demande-personne-modifier');
  await p.fill({ courriel: people[1].courriel });
  await p.press('Enregistrer et continuer');
  assert.equal(p.path, `${steps}/verification?fait=etape`);
});

test('the check, the sending, the confirmation', async () => {
  await p.go(steps);
  await p.says('5 étapes sur 5');
  await p.look('demande-etapes-completes');
  await p.follow('Vérifier et transmettre');
  await p.says('Et ensuite ?', 'Hervé Castelneau, président', 'Micro-crèche du Gué');
  await p.look('demande-verification');
  await p.press('Transmettre la demande à la Caf');
  await p.look('demande-verification-sans-accord', 422);
  await p.page.check('#agents');
  await p.press('Transmettre la demande à la Caf');
  assert.match(p.path, /^\/demande-habilitation\/confirmation\/H\d\d-\d{3}-\d{5}$/);
  await p.says('Demande transmise', provider.courriel, 'Service chargé de votre demande');
  await p.look('demande-confirmation');
  await p.follow('Voir la page à imprimer');
  await p.says('Accusé de réception', 'Hervé Castelneau, président');
  await p.page.emulateMedia({ media: 'print' });
  await p.shoot('demande-imprimee-papier.png');
  await p.page.emulateMedia({ media: 'screen' });
  await p.look('demande-imprimer');
  const other = await Person.open();
  await other.go(p.path);
  await other.says('La confirmation d’une demande d’habilitation se lit pendant 7 jours', 'Service chargé des demandes d’habilitation');
  await other.look('demande-confirmation-ailleurs', 404);
  await other.close();
});

test('beginning anew asks first', async () => {
  await p.go(`${steps}/organisme`);
  await p.fill(provider);
  await p.press('Enregistrer et continuer');
  await p.go(steps);
  await p.follow('Effacer ma saisie et recommencer');
  await p.look('demande-effacer');
  await p.press('Effacer et recommencer');
  await p.says('Votre saisie est effacée.');
  await p.go(`${steps}/organisme`);
  assert.equal(await p.value('nom'), '');
  assert.ok(demo.url);
});
