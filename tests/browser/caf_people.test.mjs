// The Caf's providers, their people and conventions: accesses, addresses, amendments, terminations, annex 1 on the screen and on paper.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { Person, accounts, agents, demo, path, start, stop } from './people.mjs';

// The provider whose people no other file touches; who is suspended here enters by an amendment made here.
const PROVIDER = agents().find(a => a.provider !== agents()[0].provider && a.caf === agents()[0].caf).provider;
const CAF = agents()[0].caf;
const providerPage = `/caf/fournisseurs/${PROVIDER}`;
const stamp = Date.now() % 1_000_000;
const mail = `a.delorne${stamp}@petits-tisserands.example`;
const named = { nom: 'Delorne', prenom: 'Ariane', fonction: 'Directrice adjointe', courriel: mail };
const convention = (rest = '') => `/caf/conventions/${number}${rest}`;
let admin, number, agent;

const french = (days = 0) => new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris' }).format(new Date(Date.now() + days * 86_400_000));

// What the Caf decides is carried out in the directory a moment later.
async function settled(where, text) {
  for (let i = 0; i < 150; i++) {
    await admin.go(where);
    const words = await admin.words();
    if (words.includes(text) && !/pas encore à jour|en cours d’envoi/.test(words)) return;
    await new Promise(later => { setTimeout(later, 100); });
  }
  throw new Error(`${where} never says « ${text} »: ${(await admin.words()).slice(0, 1500)}`);
}

function ldap(tool, words, input = '') {
  const { uri, admin_dn, admin_password } = demo.ldap;
  return execFileSync(tool, ['-x', '-H', uri, '-D', admin_dn, '-w', admin_password, ...words],
    { input, encoding: 'utf8', env: { ...process.env, LDAPTLS_CACERT: demo.ca } });
}

before(async () => {
  await start();
  admin = await Person.login(accounts('caf_admin').find(a => a.caf === CAF));
});
after(async () => {
  await admin?.close();
  await stop();
});

test('providers: found, not found, one of them', async () => {
  await admin.go('/caf/fournisseurs');
  await admin.says(PROVIDER, 'Identifiant');
  await admin.look('caf-fournisseurs');
  await admin.fill({ q: 'rien de tel' });
  await admin.press('Chercher');
  await admin.says('Aucun fournisseur ne correspond');
  await admin.look('caf-fournisseurs-aucun');
  await admin.go(providerPage);
  await admin.says('Identité et contact', 'Conventions', 'Établissements et droits');
  await admin.look('caf-fournisseur');
});

test('conventions: by due day, filtered, none', async () => {
  await admin.go('/caf/conventions');
  await admin.says('la prochaine échéance d’abord', 'se renouvelle le');
  await admin.look('caf-conventions');
  await admin.go(providerPage);
  number = (await admin.page.textContent('a[href^="/caf/conventions/"]')).trim();
  await admin.go('/caf/conventions');
  await admin.fill({ q: number });
  await admin.press('Filtrer');
  await admin.says('1 convention sur 1', number);
  await admin.fill({ q: 'rien de tel' });
  await admin.press('Filtrer');
  await admin.look('caf-conventions-aucune');
  await admin.keeps({ q: 'rien de tel' });
  await admin.page.selectOption('[name=echeance]', 'proche');
  await admin.press('Filtrer');
  await admin.says('Aucune échéance dans les 4 mois');
});

test('an amendment: what is missing, what is wrong, then somebody new', async () => {
  await admin.go(convention());
  await admin.says('Dates et signatures', 'Dernier jour de préavis', 'Avenants et retraits');
  await admin.follow('Ajouter une personne');
  await admin.press('Enregistrer l’avenant');
  await admin.look('caf-avenant-personne-vide', 422);
  const wrong = { ...named, courriel: 'a.delorne@', reference: 'AV-1', signature_fournisseur: '31/02/2026', signature_caf: french(3) };
  await admin.fill(wrong);
  await admin.page.locator('[name=fonctionnement]').nth(1).check();
  await admin.press('Enregistrer l’avenant');
  assert.equal(admin.status, 422);
  assert.equal((await admin.faultsOfPage()).length, 3);
  await admin.keeps(wrong);
  assert.ok(await admin.page.locator('[name=fonctionnement]').nth(1).isChecked());
  await admin.fill({ ...named, reference: `AV-${stamp}`, signature_fournisseur: french(-4), signature_caf: french(-2) });
  await admin.page.locator('[name=places]').first().check();
  await admin.press('Enregistrer l’avenant');
  assert.equal(admin.path, `${convention()}?fait=avenant-enregistre`);
  await settled(convention(), 'Ariane Delorne, Directrice adjointe');
  await admin.says(`Référence AV-${stamp}`, 'Avenant enregistré par');
  await admin.look('caf-convention-avenant');
  agent = path(await admin.page.getByRole('link', { name: 'Ariane Delorne' }).first().evaluate(a => a.href));
});

test('other natures of an amendment', async () => {
  const at = nature => `${convention('/avenant')}?nature=${nature}`;
  await admin.go(at('etablissement'));
  await admin.page.locator('form[method=get] [name=q]').fill('E000');
  await admin.press('Chercher');
  await admin.press('Enregistrer l’avenant');
  assert.ok((await admin.faultsOfPage()).includes('Saisissez l’identifiant de l’établissement'));
  await admin.go(`${at('etablissement')}&q=rien+de+tel`);
  await admin.says('Aucun établissement de votre Caf ne correspond');
  await admin.go(`${at('etablissement')}&q=E00`);
  await admin.page.locator('a[href*="etablissement=E"]').first().evaluate(a => a.href).then(href => admin.go(href));
  assert.match(await admin.value('etablissement'), /^E\d{4}$/);
  await admin.look('caf-avenant-etablissement');
  await admin.go(at('retrait-droit'));
  await admin.look('caf-avenant-de-qui');
  await admin.follow('Ariane Delorne');
  await admin.press('Retirer tout de suite');
  await admin.look('caf-avenant-retrait-droit-vide', 422);
  await admin.go(at('droit'));
  await admin.follow('Noémie Tramoulet');
  await admin.says('Noémie Tramoulet a déjà tous les droits que cette convention permet de donner.');
  await admin.look('caf-avenant-aucun-droit');
  await admin.go(at('retrait-etablissement'));
  await admin.press('Retirer tout de suite');
  assert.equal(admin.status, 422);
  await admin.look('caf-avenant-retrait-etablissement-vide', 422);
});

test('an access: suspended with a reason, told to whoever comes second, reopened', async () => {
  await settled(agent, 'envoyé à');
  await admin.pressOf('action', 'suspendre');
  assert.deepEqual(await admin.faultsOfPage(), ['Écrivez le motif : la personne le reçoit par courriel']);
  await admin.look('caf-agent-sans-motif', 422);
  const other = await Person.login(admin.account);
  await other.go(agent);
  await other.fill({ motif: 'Trop tard.' });
  await admin.fill({ motif: 'Congé de trois mois, à la demande du fournisseur.' });
  await admin.pressOf('action', 'suspendre');
  assert.equal(admin.path, `${agent}?fait=acces-suspendu`);
  await other.pressOf('action', 'suspendre');
  await other.says('a été plus rapide', 'Votre décision n’est pas enregistrée.');
  await other.look('caf-agent-plus-rapide', 409);
  await other.close();
  await settled(agent, 'Rouvrir l’accès');
  await admin.says('Suspendu', 'Congé de trois mois');
  await admin.look('caf-agent-suspendu');
  await admin.pressOf('action', 'rouvrir');
  assert.equal(admin.path, `${agent}?fait=acces-rouvert`);
  await settled(agent, 'Suspendre l’accès');
});

test('an address: wrong, somebody else’s, corrected', async () => {
  await admin.fill({ courriel: 'a.delorne@' });
  await admin.pressOf('action', 'adresse');
  assert.deepEqual(await admin.faultsOfPage(), ['Saisissez une adresse au format nom@domaine.fr']);
  await admin.keeps({ courriel: 'a.delorne@' });
  await admin.go(providerPage);
  const taken = await admin.page.textContent('tr:has(td):has-text("Tramoulet") td:nth-child(3)');
  await admin.go(agent);
  await admin.fill({ courriel: taken });
  await admin.pressOf('action', 'adresse');
  await admin.says('Cette adresse est aussi celle de', 'Enregistrer quand même cette adresse');
  await admin.look('caf-agent-adresse-partagee', 422);
  await admin.fill({ courriel: `delorne${stamp}@petits-tisserands.example` });
  await admin.pressOf('action', 'adresse');
  assert.equal(admin.path, `${agent}?fait=adresse-corrigee`);
  await admin.says('delorne');
  await settled(agent, `delorne${stamp}@petits-tisserands.example`);
});

test('a termination: what is missing, a letter that comes too late', async () => {
  await admin.go(convention('/resiliation'));
  await admin.says('Enregistrer une résiliation', 'au plus tard');
  await admin.press('Enregistrer la résiliation');
  await admin.look('caf-resiliation-vide', 422);
  const found = ldap('ldapsearch', ['-LLL', '-o', 'ldif-wrap=no', '-b', demo.ldap.suffix, `(habConventionNumero=${number})`, 'habDateEcheance']);
  const [, dn] = found.match(/^dn: (.*)$/m), [, due] = found.match(/^habDateEcheance: (.*)$/m);
  const set = value => ldap('ldapmodify', [], `dn: ${dn}\nchangetype: modify\nreplace: habDateEcheance\nhabDateEcheance: ${value}\n`);
  const soon = french(60).split('/').reverse().join('');
  set(`${soon}000000Z`);
  try {
    await settled(`/caf/conventions?echeance=proche&q=${number}`, french(60));
    const letter = { reference: 'RA 123 456 789 FR', envoyee: french(-3), recue: french(-1) };
    await admin.go(convention('/resiliation'));
    await admin.fill(letter);
    await admin.page.selectOption('[name=par]', 'fournisseur');
    await admin.page.check('[name=confirmer]');
    await admin.press('Enregistrer la résiliation');
    await admin.says('Une résiliation peut prendre effet le');
    await admin.keeps(letter);
    await admin.look('caf-resiliation-tardive', 422);
  } finally {
    set(due);
  }
  await settled(convention(), 'Enregistrer une lettre de résiliation');
});

test('annex 1: today, at a date, what changed, on paper', async () => {
  await admin.go(`${convention('/annexe')}?depuis=${french(-1)}`);
  await admin.says('Annexe 1 au', 'Changements entre le', 'Ajout : Ariane Delorne');
  await admin.look('caf-annexe-changements');
  await admin.go(`${convention('/annexe')}?au=${french(2)}&depuis=31/02/2026`);
  assert.equal((await admin.faultsOfPage()).length, 2);
  await admin.go(`${convention('/annexe')}?au=01/01/2020&depuis=31/02/2019`);
  await admin.says('À cette date, personne n’a de droit');
  await admin.keeps({ au: '01/01/2020', depuis: '31/02/2019' });
  await admin.look('caf-annexe-erreur', 422);
  await admin.go(convention('/annexe'));
  await admin.page.emulateMedia({ media: 'print' });
  await admin.shoot('caf-annexe-papier.png');
  assert.ok(!/Se déconnecter|Changements depuis/.test(await admin.words()));
  await admin.says('Convention', number, 'Personnes habilitées', 'Ariane Delorne');
  await admin.page.emulateMedia({ media: 'screen' });
});

test('an end of mission asks twice; the file stays', async () => {
  await admin.go(agent);
  await admin.fill({ fin: '31/02/2026', motif_fin: 'Mutation' });
  await admin.pressOf('action', 'terminer');
  assert.equal((await admin.faultsOfPage()).length, 2);
  await admin.look('caf-agent-fin-erreurs', 422);
  await admin.fill({ fin: french() });
  await admin.page.check('#confirmer');
  await admin.pressOf('action', 'terminer');
  assert.equal(admin.path, `${agent}?fait=mission-terminee`);
  await settled(agent, 'Cette mission est terminée');
  await admin.look('caf-agent-termine');
});
