// A request before the Caf (picture 14): four steps, each with its form alone, the convention to print, the accesses it opens.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Person, accounts, demo, shots, start, stop } from './people.mjs';

const CAF = '921';
const today = new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris' }).format(new Date());
const STEPS = '/demande-habilitation/etapes';
let admin, number;

const at = (rest = '') => `/caf/demandes/${number}${rest}`;

function siret() {
  const key = digits => (10 - [...digits + '0'].reverse()
    .reduce((sum, c, i) => sum + (i % 2 ? (2 * c > 9 ? 2 * c - 9 : 2 * c) : +c), 0) % 10) % 10;
  const siren = `8${String(Date.now()).slice(-7)}`;
  const office = `${siren}${key(siren)}0001`;
  return `${office}${key(office)}`;
}

// As somebody without an account fills it in: a nursery that the register lacks, so that nobody's is taken away, and one person.
async function ask() {
  const p = await Person.open();
  await p.go(`${STEPS}/organisme`);
  await p.fill({ nom: 'Commune de Courtebise', siret: siret(), adresse: 'Mairie, 3 rue de l’Aumane', code_postal: '00420', commune: 'Courtebise',
    signataire: 'Jeanne Aubertin, maire', courriel: 'mairie@courtebise.example', telephone: '01 99 00 12 00' });
  await p.press('Enregistrer et continuer');
  await p.page.selectOption('[name=caf]', CAF);
  await p.press('Enregistrer et continuer');
  await p.go(`${STEPS}/fonctionnement`);
  await p.page.click('details:has([name=autre]) summary');
  await p.fill({ autre: 'Crèche des Tilleuls, 1 rue du Lavoir, Gennevilliers' });
  await p.page.check('[name=autre_places]');
  await p.pressOf('action', 'ajouter');
  await p.pressOf('action', 'continuer');
  await p.go(`${STEPS}/places`);
  await p.pressOf('action', 'continuer');
  await p.go(`${STEPS}/personnes`);
  await p.fill({ nom: 'Vautrelle', prenom: 'Inès', fonction: 'responsable enfance', courriel: `i.vautrelle-${Date.now()}@courtebise.example` });
  await p.pressOf('action', 'ajouter');
  await p.go(`${STEPS}/verification`);
  await p.page.check('[name=agents]');
  await p.press('Transmettre la demande à la Caf');
  number = p.path.match(/confirmation\/([A-Z0-9-]+)/)[1];
  await p.close();
}

// What is printed, as a PDF in the file: of each page the words and where they stand.
async function printed(page, file) {
  await page.pdf({ path: file, preferCSSPageSize: true });
  return execFileSync('pdftotext', ['-bbox', file, '-']).toString().split('<page ').slice(1).map(text =>
    [...text.matchAll(/yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">([^<]*)</g)].map(([, top, bottom, word]) => ({ top: +top, bottom: +bottom, text: word })));
}

// All that follows the title stands lower by so many px, and the annex follows the signatures.
function pushDown(px) {
  document.querySelector('.document h1').style.paddingBottom = `${px}px`;
  document.querySelector('.document .new-page')?.classList.remove('new-page');
}

before(async () => {
  await start();
  await ask();
  admin = await Person.login(accounts('caf_admin').find(a => a.caf === CAF));
});
after(async () => {
  await admin?.close();
  await stop();
});

test('the list of requests', async () => {
  await admin.go('/caf/demandes');
  await admin.says('Demandes d’habilitation', number, 'Commune de Courtebise', 'Transmise');
  await admin.look('caf-demandes');
  await admin.go('/caf/demandes?q=rien+de+tel');
  await admin.look('caf-demandes-aucune');
});

test('checking compares, a refusal asks for its reason', async () => {
  await admin.go(at());
  await admin.says('Étape 1 : vérifier la demande', 'aucun fournisseur de votre Caf ne l’a', 'n’est pas au répertoire', 'Ce qui est demandé');
  await admin.look('caf-demande-1-verifier');
  await admin.follow('Refuser la demande');
  await admin.look('caf-demande-refuser');
  await admin.press('Refuser la demande');
  await admin.look('caf-demande-refuser-sans-motif', 422);
  await admin.go(at());
  await admin.press('La demande est vérifiée');
  assert.equal(admin.path, at('?fait=demande-verifiee'));
});

test('the establishment of a free line is added to the register', async () => {
  await admin.follow('Ajouter au répertoire');
  await admin.look('caf-demande-etablissement');
  await admin.fill({ nom: 'Crèche des Tilleuls', commune: 'Nullepart' });
  await admin.pressOf('action', 'creer');
  await admin.look('caf-demande-etablissement-erreurs', 422);
  await admin.keeps({ nom: 'Crèche des Tilleuls', commune: 'Nullepart' });
  await admin.page.selectOption('[name=type]', 'eaje');
  await admin.page.selectOption('[name=categorie]', 'multi_accueil');
  await admin.fill({ adresse: '1, rue du Lavoir', commune: 'Gennevilliers', capacite: '24' });
  await admin.pressOf('action', 'creer');
  assert.equal(admin.path, at('?fait=etablissement-ajoute'));
});

test('the convention is printed and posted', async () => {
  await admin.go(at());
  await admin.press('Préparer à nouveau');
  await admin.look('caf-demande-2-envoyer');
  await admin.follow('Voir et imprimer');
  await admin.says('Article 1', 'Annexe 1', 'Jeanne Aubertin, maire', 'empreinte');
  await admin.look('caf-convention');
  const file = `${shots}caf-convention.pdf`;
  const page = await admin.page.context().newPage();
  await page.goto(new URL(at('/convention'), demo.url).href);
  const pages = await printed(page, file), all = pages.flat().map(w => w.text).join(' ');
  assert.ok(!all.includes('Se déconnecter') && all.includes('Annexe'), all.slice(0, 500));
  // wherever a page's end falls: the foot on each page and nothing under it, tables with their first row, the signatures whole
  for (let pushed = 0; pushed < 900; pushed += 45) {
    await page.evaluate(pushDown, pushed);
    const pages = await printed(page, file);
    pages.forEach((words, i) => {
      const foot = words.find(w => w.text === 'empreinte'), low = words.filter(w => w.bottom > foot?.top - 2).map(w => w.text);
      assert.ok(foot && words.length > low.length, `page ${i + 1} pushed by ${pushed}: ${words.map(w => w.text)}`);
      assert.match(low.join(' '), /^Convention n° [\d-]+, empreinte [0-9a-f]+ \d+ \/ \d+$/, `page ${i + 1} pushed by ${pushed}`);
    });
    const on = text => pages.findIndex(words => words.some(w => w.text === text));
    assert.equal(on('Signatures'), on('cachet'), `pushed by ${pushed}`);
    assert.equal(on('Prénom'), on('Vautrelle'), `pushed by ${pushed}`);
    assert.equal(on('parties'), on('SIRET'), `pushed by ${pushed}`);
  }
  await page.close();
  await admin.go(at());
  await admin.fill({ date_envoi: today });
  await admin.press('Enregistrer l’envoi');
  assert.equal(admin.path, at('?fait=envoi-enregistre'));
});

test('the signed return, as in the picture', async () => {
  await admin.go(at());
  await admin.look('caf-demande-3-retour');
  await admin.fill({ signature_fournisseur: '31/02/2026', signature_caf: '' });
  await admin.press('Enregistrer la convention signée');
  await admin.look('caf-demande-3-erreurs', 422);
  assert.deepEqual((await admin.faultsOfPage()).length, 3);
  await admin.go(at('/pli-incomplet'));
  await admin.look('caf-demande-pli');
  await admin.fill({ precision: 'La seconde page n’est pas signée.' });
  await admin.press('Noter ce qui manque');
  await admin.says('La seconde page n’est pas signée.', 'Pli incomplet reçu');
  await admin.fill({ signature_fournisseur: today, signature_caf: today });
  await admin.page.check('[name=annexe][value=personnes]');
  await admin.page.check('[name=annexe][value=etablissements]');
  await admin.press('Enregistrer la convention signée');
  assert.equal(admin.path, at('?fait=convention-enregistree'));
  await admin.look('caf-demande-4-activer');
});

test('the activation opens the accesses', async () => {
  await admin.go(at('/activer'));
  await admin.look('caf-demande-activer');
  await admin.press('Ouvrir l’accès');
  assert.equal(admin.path, at('?fait=habilitation-active'));
  for (let i = 0; i < 100 && !(await admin.words()).includes('Courriel parti'); i++) {
    await new Promise(later => setTimeout(later, 200));
    await admin.go(at());
  }
  await admin.says('Accès ouvert', 'Courriel parti', '1 accès ouvert');
  await admin.look('caf-demande-active');
  await admin.page.click('.accesses summary');
  await admin.fill({ courriel: 'rien' });
  await admin.press('Renvoyer un mot de passe à Inès Vautrelle');
  await admin.look('caf-demande-renvoi-erreur', 422);
  assert.ok(readFileSync(`${shots}caf-convention.pdf`).length > 1000);
});
