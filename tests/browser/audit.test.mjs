// The auditor: connections (picture 15) and acts, their filters, export, integrity.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Person, accounts, start, stop } from './people.mjs';

let auditor;

before(async () => {
  await start();
  auditor = await Person.login(accounts('caf_auditor')[0]);
});
after(async () => {
  await auditor?.close();
  await stop();
});

test('connections of the last seven days, failures, one person', async () => {
  assert.equal(auditor.path, '/controle/connexions');
  await auditor.says('Journal des connexions', 'du plus récent au plus ancien', 'Réussi');
  assert.match(await auditor.value('du'), /^\d\d\/\d\d\/\d{4}$/);
  await auditor.look('controle-connexions');
  await auditor.moves(auditor.page.getByRole('link', { name: /^Voir ces événements/ }).first().click());
  await auditor.says('Seuls les événements d’un point d’attention');
  await auditor.look('controle-point-d-attention');
  await auditor.follow('Voir toute la période');
  await auditor.page.selectOption('[name=resultat]', 'echec');
  await auditor.press('Rechercher');
  await auditor.says('Échec :');
  await auditor.look('controle-echecs');
  await auditor.moves(auditor.page.getByRole('rowheader').getByRole('link').first().click());
  await auditor.says('Droits dans le temps', 'Dernières connexions');
  await auditor.look('controle-personne');
  await auditor.follow('Toutes ses connexions');
  await auditor.look('controle-personne-journal');
});

test('criteria that cannot be, and that find nothing', async () => {
  await auditor.go('/controle/connexions');
  await auditor.fill({ du: '23/11/2026', au: '16/11/2026' });
  await auditor.press('Rechercher');
  await auditor.look('controle-dates-inversees', 422);
  assert.equal(await auditor.value('du'), '23/11/2026');
  await auditor.fill({ du: 'hier', au: '31/02/2026', ip: 'nulle part' });
  await auditor.press('Rechercher');
  await auditor.look('controle-criteres-faux', 422);
  await auditor.go('/controle/connexions?ip=203.0.113.254');
  await auditor.says('Aucun événement pour ces critères.');
  await auditor.look('controle-aucun');
});

test('acts, older pages', async () => {
  await auditor.go('/controle/actions');
  await auditor.says('Journal des actions');
  await auditor.look('controle-actions');
  await auditor.go('/controle/actions?du=01/01/2026');
  await auditor.look('controle-actions-tout');
  const older = auditor.page.getByRole('link', { name: 'Événements plus anciens' });
  assert.ok(await older.count());
  await auditor.moves(older.click());
  await auditor.look('controle-actions-anciennes');
});

test('export', async () => {
  await auditor.go('/controle/connexions');
  const [file] = await Promise.all([
    auditor.page.waitForEvent('download'),
    auditor.page.getByRole('link', { name: /^Exporter ces/ }).click(),
  ]);
  assert.match(file.suggestedFilename(), /\.csv$/);
  const lines = readFileSync(await file.path(), 'utf8').split('\n');
  assert.match(lines[0], /Date/);
  assert.ok(lines.length > 5);
  await auditor.go('/controle/exports');
  await auditor.look('controle-exports');
  await auditor.says('Connexions');
});

test('integrity, account', async () => {
  await auditor.go('/controle/integrite');
  await auditor.says('Journal intact.', 'Entier et intact');
  await auditor.look('controle-integrite');
  await auditor.go('/espace-pro/mon-compte');
  await auditor.look('controle-compte');
});

test('the national auditor', async () => {
  const national = await Person.login(accounts('national_auditor')[0]);
  await national.look('controle-national');
  await national.close();
});
