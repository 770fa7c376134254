// The Caf: queue (picture 12), comparison and decision (13), two deciders, its establishments; what the agent and families see of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person, accounts, agents, path, pro, start, stop } from './people.mjs';

// Not the provider whose screens agent.test.mjs walks through.
const account = agents().find(a => a.provider !== agents()[0].provider && a.caf === agents()[0].caf);
const [one, two] = accounts('caf_reviewer').filter(a => a.caf === account.caf);
const stranger = accounts('caf_reviewer').find(a => a.caf !== account.caf);
let agent, reviewer, e;

const review = () => `/caf/revisions/${e.id}`;

async function send(text) {
  await agent.go(pro(e, '/fonctionnement'));
  await agent.fill({ projet: text });
  await agent.pressOf('action', 'verifier');
  await agent.pressOf('action', 'envoyer');
  assert.equal(agent.path, '/espace-pro?fait=fiche-envoyee');
}

before(async () => {
  await start();
  agent = await Person.login(account);
  reviewer = await Person.login(one);
  for (e of account.establishments.filter(e => e.listing && e.places)) {
    await agent.go(pro(e));
    if ((await agent.words()).includes('En ligne')) return;
  }
  throw new Error('no listing online');
});
after(async () => {
  await agent?.close();
  await reviewer?.close();
  await stop();
});

test('the queue and its filters', async () => {
  await send('Une petite équipe de quatre professionnelles accueille les enfants. Un atelier musique a lieu chaque mardi, avec l’école Mélodia.');
  await reviewer.go('/caf');
  await reviewer.says('À traiter', 'du plus ancien au plus récent');
  await reviewer.look('caf-file');
  await reviewer.fill({ q: 'rien de tel' });
  await reviewer.press('Filtrer');
  await reviewer.says('Aucun dossier ne correspond');
  await reviewer.look('caf-file-sans-resultat');
  await reviewer.go('/caf?type=demande');
  await reviewer.look('caf-file-demandes');
  const admin = await Person.login(accounts('caf_admin').find(a => a.caf === account.caf));
  await admin.look('caf-file-administration');
  await admin.close();
});

test('comparison, preview, a decision that lacks something', async () => {
  await reviewer.go(review());
  await reviewer.says('modifiée', 'l’école Mélodia', 'Votre décision', 'Historique');
  await reviewer.look('caf-comparaison');
  await reviewer.page.click('summary');
  await reviewer.look('caf-comparaison-tout');
  await reviewer.press('Prendre ce dossier pour 30 minutes');
  await reviewer.says('Vous avez pris ce dossier');
  await reviewer.look('caf-comparaison-prise');
  await reviewer.pressOf('suite', 'liste');
  await reviewer.look('caf-decision-vide', 422);
  await reviewer.page.check('[name=decision][value=refuser]');
  await reviewer.pressOf('suite', 'liste');
  await reviewer.look('caf-decision-sans-motif', 422);
  assert.ok(await reviewer.page.isChecked('[name=decision][value=refuser]'));
  await reviewer.follow('Aperçu de la fiche proposée');
  await reviewer.says('les familles ne voient pas encore cette fiche', 'l’école Mélodia');
  await reviewer.look('caf-apercu');
  const other = await Person.login(two);
  await other.go('/caf');
  await other.says('Desvallons');
  await other.go(review());
  await other.says('Pris par');
  await other.look('caf-comparaison-prise-par-une-autre');
  await other.close();
});

test('refused: the agent finds the reasons and his text', async () => {
  await reviewer.go(review());
  await reviewer.page.check('[name=decision][value=refuser]');
  await reviewer.page.check('[name=motif][value=publicite]');
  await reviewer.fill({ precision: 'Retirez le nom de l’école de musique : c’est une publicité.' });
  await reviewer.pressOf('suite', 'liste');
  assert.equal(reviewer.path, '/caf?fait=refusee');
  await reviewer.look('caf-file-apres-refus');
  await agent.go('/espace-pro');
  await agent.says('la Caf a refusé votre modification');
  await agent.look('agent-accueil-refus');
  await agent.go(pro(e, '/fonctionnement'));
  await agent.says('Motif du refus', 'Publicité', 'Retirez le nom de l’école de musique');
  assert.match(await agent.value('projet'), /Mélodia/);
  await agent.look('fonctionnement-refus');
});

test('accepted: families see it', async () => {
  const text = 'Une petite équipe de quatre professionnelles accueille les enfants dans une maison de village.';
  await send(text);
  await reviewer.go(review());
  await reviewer.page.check('[name=decision][value=accepter]');
  await reviewer.pressOf('suite', 'suivant');
  await reviewer.says('Modification acceptée');
  await reviewer.look('caf-suivante');
  const family = await Person.open();
  await family.go(path(e.url));
  await family.says(text);
  await family.look('fiche-acceptee');
  await family.close();
  await reviewer.go(review());
  await reviewer.says('a accepté la modification');
  await reviewer.look('caf-decidee');
});

test('two deciders: the second learns who decided; a text replaced is not published', async () => {
  await send('Deux personnes décident.');
  const other = await Person.login(two);
  await other.go(review());
  await other.page.check('[name=decision][value=refuser]');
  await other.page.check('[name=motif][value=incomplet]');
  await other.fill({ precision: 'Un texte que l’autre ne doit pas perdre.' });
  await reviewer.go(review());
  await reviewer.page.check('[name=decision][value=accepter]');
  await reviewer.pressOf('suite', 'liste');
  await other.pressOf('suite', 'liste');
  await other.says('a accepté la modification', 'Un texte que l’autre ne doit pas perdre.');
  await other.look('caf-deja-decidee', 409);

  await send('Première version.');
  await other.go(review());
  await other.page.check('[name=decision][value=accepter]');
  await send('Seconde version.');
  await other.pressOf('suite', 'liste');
  await other.says('Le texte a été remplacé');
  await other.look('caf-remplacee', 409);
  await other.go(review());
  await other.page.check('[name=decision][value=accepter]');
  await other.pressOf('suite', 'liste');
  await other.close();
});

test('establishments: withdrawn with a reason, families find 410, put back', async () => {
  const page = `/caf/etablissements/${e.id}`;
  await reviewer.go('/caf/etablissements');
  await reviewer.look('caf-etablissements');
  await reviewer.go('/caf/etablissements?q=rien de tel');
  await reviewer.look('caf-etablissements-aucun');
  await reviewer.go(page);
  await reviewer.look('caf-etablissement');
  await reviewer.press('Retirer du public');
  await reviewer.look('caf-etablissement-sans-motif', 422);
  await reviewer.fill({ motif: 'Adresse erronée, à vérifier.' });
  await reviewer.press('Retirer du public');
  await reviewer.says('Fiche retirée du public', 'Adresse erronée, à vérifier.');
  await reviewer.look('caf-etablissement-retire');
  const family = await Person.open();
  await family.go(path(e.url));
  await family.says('Cette fiche n’est plus publiée.');
  await family.look('fiche-retiree', 410);
  await agent.go('/espace-pro');
  await agent.look('agent-accueil-retiree');
  await reviewer.press('Remettre en ligne');
  await reviewer.says('Fiche remise en ligne');
  await family.go(path(e.url));
  assert.equal(family.status, 200);
  await family.close();
});

test('account of the Caf’s people; another Caf’s reviewer finds nothing', async () => {
  await reviewer.go('/espace-pro/mon-compte');
  await reviewer.look('caf-compte');
  const other = await Person.login(stranger);
  await other.go(review());
  await other.look('caf-page-introuvable', 404);
  await other.go('/controle/connexions');
  await other.look('caf-acces-refuse', 403);
  await other.close();
});
