/* The mirror: entries as records, by table; then a real directory that changes behind its back. */
#include "tests/unit/test_acts_service.h"

#include "acts/agent_new.h"
#include "acts/directory_lint.h"
#include "acts/erased.h"
#include "acts/listing.h"
#include "acts/mails.h"
#include "acts/mirror_keys.h"
#include "acts/queue.h"

/* --- entries --- */

static struct entry *entry_new(struct arena *a, const char *dn)
{
	struct entry *e = arena_new_of(a, struct entry);

	e->dn = dn;
	e->uuid = (struct uuid){ { 1, 2, 3 } };
	return e;
}

static void add_bytes(struct arena *a, struct entry *e, const char *name, struct bytes value)
{
	struct attribute *longer = arena_array(a, e->n + 1, struct attribute);

	for (size_t i = 0; i < e->n; i++) {
		longer[i] = e->v[i];
		if (strcmp(e->v[i].name, name) != 0)
			continue;
		struct bytes *values = arena_array(a, e->v[i].n + 1, struct bytes);

		memcpy(values, e->v[i].v, e->v[i].n * sizeof *values);
		values[e->v[i].n++] = value;
		e->v[i].v = values;
		return;
	}
	longer[e->n] = (struct attribute){ name, arena_new_of(a, struct bytes), 1 };
	longer[e->n].v[0] = value;
	e->v = longer;
	e->n++;
}

static void add(struct arena *a, struct entry *e, const char *name, const char *value)
{
	add_bytes(a, e, name, bytes_of(value));
}

static struct entry *agent_entry(struct arena *a)
{
	struct entry *e = entry_new(a, "UID=JMartin," PROVIDER);

	add(a, e, "objectClass", "inetOrgPerson");
	add(a, e, "objectClass", "habAgent");
	add(a, e, "uid", "JMartin");
	add(a, e, "cn", "Jeanne Martin");
	add(a, e, "sn", "Martin");
	add(a, e, "mail", "j.martin@ville.fr");
	add(a, e, "habAgentNumero", "A-000001");
	return e;
}

static const struct {
	const char *name;
	struct bytes value;
	const char *status;
} statuses[] = {
	{ "active", { (const uint8_t *)"active", 6 }, "active" },
	{ "in another case", { (const uint8_t *)"Active", 6 }, "active" },
	{ "suspended", { (const uint8_t *)"suspendue", 9 }, "suspendue" },
	{ "with a NUL inside", { (const uint8_t *)"active\0x", 8 }, "" },
	{ "unknown", { (const uint8_t *)"actif", 5 }, "" },
	{ "empty", { (const uint8_t *)"", 0 }, "" },
	{ "with a newline", { (const uint8_t *)"active\n", 7 }, "" },
};

static void test_a_status_nobody_knows_closes(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(statuses); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct entry *e = agent_entry(a);
		struct person p;

		add_bytes(a, e, "habStatut", statuses[i].value);
		print_message("%s\n", statuses[i].name);
		assert_int_equal(mirror_person(a, e, &p), ERR_OK);
		assert_string_equal(p.status, statuses[i].status);
		assert_string_equal(p.caf, "921");
		assert_string_equal(
			p.key, "uid=jmartin,habfournisseurid=f001,ou=fournisseurs,habcodecaf=921,ou=cafs,dc=hab,dc=test");
		assert_true(p.agent);
	}
}

static const struct {
	const char *name, *dn, *class, *other;
	bool agent, closed;
	const char *caf;
} people[] = {
	{ "agent", "uid=a," PROVIDER, "habAgent", NULL, true, false, "921" },
	{ "staff of a Caf", "uid=a,ou=personnel," CAF, "habPersonnel", NULL, false, false, "921" },
	{ "staff of the Cnaf", "uid=a,ou=personnel," SUFFIX, "habPersonnel", NULL, false, false, "" },
	{ "agent among staff", "uid=a,ou=personnel," CAF, "habAgent", NULL, false, true, "921" },
	{ "staff under a provider", "uid=a," PROVIDER, "habPersonnel", NULL, false, true, "921" },
	{ "both classes", "uid=a," PROVIDER, "habAgent", "habPersonnel", false, true, "921" },
	{ "nowhere", "uid=a," SUFFIX, "habAgent", NULL, false, true, "" },
};

static void test_a_person_has_one_class_for_each_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(people); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct entry *e = entry_new(a, people[i].dn);
		struct person p;

		add(a, e, "objectClass", people[i].class);
		if (people[i].other)
			add(a, e, "objectClass", people[i].other);
		add(a, e, "uid", "a");
		add(a, e, "habStatut", "active");
		print_message("%s\n", people[i].name);
		assert_int_equal(mirror_person(a, e, &p), ERR_OK);
		assert_int_equal(p.agent, people[i].agent);
		assert_string_equal(p.status, people[i].closed ? "" : "active");
		assert_string_equal(p.caf, people[i].caf);
	}
}

static const struct {
	const char *attribute, *value, *type, *category, *coordinates;
	uint64_t capacity;
} places[] = {
	{ "description", "x", "eaje", "multi_accueil", "48.9353 2.3231", 40 },
	{ "habTypeEtablissement", "EAJX", "", "multi_accueil", "48.9353 2.3231", 40 },
	{ "habCategorieEaje", "MICRO", "eaje", "", "48.9353 2.3231", 40 },
	{ "habCapacite", "-4", "eaje", "multi_accueil", "48.9353 2.3231", 0 },
	{ "habCapacite", "40 places", "eaje", "multi_accueil", "48.9353 2.3231", 0 },
	{ "habCoordonnees", "48.9353", "eaje", "multi_accueil", "", 40 },
	{ "habCoordonnees", "48.9353,2.3231", "eaje", "multi_accueil", "", 40 },
	{ "habCoordonnees", "48.9353 2.3231 1", "eaje", "multi_accueil", "", 40 },
	{ "habCoordonnees", "-48 -2.5", "eaje", "multi_accueil", "-48 -2.5", 40 },
};

static struct entry *place_entry(struct arena *a)
{
	struct entry *e = entry_new(a, PLACE);

	add(a, e, "objectClass", "habEtablissement");
	add(a, e, "objectClass", "habEaje");
	add(a, e, "habEtablissementId", "E0001");
	add(a, e, "cn", "Les Lucioles");
	add(a, e, "habGestionnaire", "habFournisseurId = f001 ,OU=Fournisseurs," CAF);
	add(a, e, "habDroitFonctionnement", "UID=JMartin,habFournisseurId=F001,OU=fournisseurs," CAF);
	add(a, e, "habDroitFonctionnement", "uid=jmartin," PROVIDER);
	add(a, e, "habDroitFonctionnement", "not a name");
	return e;
}

static void test_an_establishment_is_read_by_its_codes(void **state)
{
	static const struct pair usual[] = {
		{ "habTypeEtablissement", "EAJE" },
		{ "habCategorieEaje", "MULTI_ACCUEIL" },
		{ "habCapacite", "40" },
		{ "habCoordonnees", "48.9353 2.3231" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(places); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct entry *e = place_entry(a);
		struct establishment x;

		for (size_t k = 0; k < LENGTH(usual); k++)
			if (strcmp(usual[k].name, places[i].attribute) != 0)
				add(a, e, usual[k].name, usual[k].value);
		add(a, e, places[i].attribute, places[i].value);
		print_message("%s: %s\n", places[i].attribute, places[i].value);
		assert_int_equal(mirror_establishment(a, e, &x), ERR_OK);
		assert_string_equal(x.type, places[i].type);
		assert_string_equal(x.category, places[i].category);
		assert_string_equal(x.coordinates, places[i].coordinates);
		assert_int_equal(x.capacity, places[i].capacity);
		assert_string_equal(x.caf, "921");
		/* one agent, however often and however spelled */
		assert_int_equal(x.listing_keys.n, 1);
		assert_string_equal(x.manager_key,
				    "habfournisseurid=f001,ou=fournisseurs,habcodecaf=921,ou=cafs,dc=hab,dc=test");
	}
}

static void test_an_agreement_that_cannot_be_read_is_not_in_force(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct entry *e = entry_new(a, AGREEMENT);
	struct agreement g;

	(void)state;
	add(a, e, "habConventionNumero", "921-2026-0001");
	add(a, e, "habStatut", "active");
	add(a, e, "habDateEffet", "20260706000000Z");
	assert_int_equal(mirror_agreement(a, e, &g), ERR_OK);
	assert_true(agreement_in_force(&g, 21000));
	assert_false(agreement_in_force(&g, 20000));
	add(a, e, "habDateResiliation", "soon");
	assert_int_equal(mirror_agreement(a, e, &g), ERR_OK);
	assert_false(agreement_in_force(&g, 21000));
	e = entry_new(a, "cn=\xff," PROVIDER);
	assert_int_equal(mirror_agreement(a, e, &g), ERR_CORRUPT);
}

static void test_a_caf_keeps_the_lines_of_its_address(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct entry *e = entry_new(a, CAF);
	struct caf c;

	(void)state;
	add(a, e, "o", "Caf 921");
	add(a, e, "postalAddress",
	    "Caf \\24 921$12, all\xC3\xA9"
	    "e$92000 Nanterre");
	assert_int_equal(mirror_caf(a, e, &c), ERR_OK);
	assert_string_equal(c.code, "921");
	assert_string_equal(c.address, "Caf $ 921\n12, all\xC3\xA9"
				       "e\n92000 Nanterre");
}

static void test_a_providers_address_is_told_by_its_parts(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct entry *e = entry_new(a, PROVIDER);
	struct provider p;

	(void)state;
	assert_int_equal(mirror_provider(a, e, &p), ERR_OK);
	assert_string_equal(p.address, "");
	add(a, e, "postalCode", "92390");
	add(a, e, "l", "Villeneuve-la-Garenne");
	assert_int_equal(mirror_provider(a, e, &p), ERR_OK);
	assert_string_equal(p.address, "92390 Villeneuve-la-Garenne");
	add(a, e, "street", "1, quai du Sel");
	assert_int_equal(mirror_provider(a, e, &p), ERR_OK);
	assert_string_equal(p.address, "1, quai du Sel\n92390 Villeneuve-la-Garenne");
	add(a, e, "postalAddress", "Mairie$BP 12$92390 Villeneuve-la-Garenne");
	assert_int_equal(mirror_provider(a, e, &p), ERR_OK);
	assert_string_equal(p.address, "Mairie\nBP 12\n92390 Villeneuve-la-Garenne");
}

/* --- the directory --- */

static struct person person_now(struct stage *s, const char *uid)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	struct person p;

	codec_default(&person_codec, &p);
	(void)!person_by_name(&t, s->a, 'u', uid, &p);
	return p;
}

static struct visitor visitor_now_of(struct stage *s, const char *uid)
{
	struct visitor who = s->from;
	struct person p = person_now(s, uid);

	assert_int_equal(visitor_fill(&s->app, s->a, &p, &who), ERR_OK);
	return who;
}

static unsigned families_now(struct stage *s, const char *uid)
{
	struct visitor who = visitor_now_of(s, uid);
	struct establishment e;
	unsigned families = 0;
	enum err failed = right_find(&s->app, s->a, &who, "e0001", FAMILY_LISTING | FAMILY_PLACES, &e, &families);

	assert_true(failed == ERR_OK || failed == ERR_NOTFOUND);
	return families;
}

static void test_the_first_poll_reads_everything(void **state)
{
	struct stage *s = *state;
	struct mirror_status st;

	assert_int_equal(mirror_status_read(&s->app, s->a, &st), ERR_OK);
	assert_true(st.complete);
	assert_int_equal(st.persons, 5);
	assert_int_equal(st.establishments, 1);
	assert_int_equal(st.providers, 1);
	assert_int_equal(st.agreements, 1);
	assert_int_equal(st.cafs, 1);
	assert_int_equal(stage_poll(s), 0);
	assert_int_equal(families_now(s, "jmartin"), FAMILY_LISTING);
	assert_int_equal(families_now(s, "pdurand"), 0);
}

static void test_a_right_comes_and_goes_and_was(void **state)
{
	struct stage *s = *state;
	struct visitor who = visitor_now_of(s, "pdurand");
	struct establishment e;
	struct my_establishment *mine;
	size_t n;

	assert_int_equal(establishment_find(&s->app, s->a, "E0001", &e), ERR_OK);
	assert_false(right_was(&s->app, s->a, &who, &e, FAMILY_PLACES));
	slapd_change("dn: " PLACE
		     "\nchangetype: modify\nadd: habDroitDisponibilites\nhabDroitDisponibilites: UID=PDurand,habFournisseurId=F001,OU=Fournisseurs," CAF
		     "\n");
	assert_int_equal(right_confirm(&s->app, s->a, &who, &e, FAMILY_PLACES), ERR_OK); /* before any poll */
	stage_poll(s);
	assert_int_equal(families_now(s, "pdurand"), FAMILY_PLACES);
	assert_int_equal(rights_of(&s->app, s->a, &who, &mine, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(right_confirm(&s->app, s->a, &who, &e, FAMILY_LISTING), ERR_DENIED);
	slapd_change("dn: " PLACE "\nchangetype: modify\ndelete: habDroitDisponibilites\n");
	assert_int_equal(right_confirm(&s->app, s->a, &who, &e, FAMILY_PLACES), ERR_DENIED);
	stage_poll(s);
	assert_int_equal(families_now(s, "pdurand"), 0);
	assert_true(right_was(&s->app, s->a, &who, &e, FAMILY_PLACES));
	assert_false(right_was(&s->app, s->a, &who, &e, FAMILY_LISTING));
	assert_int_equal(rights_of(&s->app, s->a, &who, &mine, &n), ERR_OK);
	assert_int_equal(n, 0);
}

/* The clock goes on by what the rereads wait for. */
static void poll_for(struct stage *s, int64_t seconds)
{
	for (int64_t i = 0; i < seconds; i++) {
		struct timespec real;

		usleep(100000);
		clock_gettime(CLOCK_REALTIME, &real);
		clock_test_offset(clock_now() + SECOND_MS - real.tv_sec * SECOND_MS - real.tv_nsec / 1000000);
		stage_poll(s);
	}
}

static void test_a_renamed_agent_keeps_the_rights_refint_gives(void **state)
{
	struct stage *s = *state;
	struct uuid before = person_now(s, "jmartin").uuid;

	slapd_change("dn: " AGENT "\nchangetype: modrdn\nnewrdn: uid=jdupont\ndeleteoldrdn: 1\n");
	poll_for(s, 20);
	assert_true(uuid_is_none(person_now(s, "jmartin").uuid));
	assert_true(uuid_equal(person_now(s, "jdupont").uuid, before));
	assert_int_equal(families_now(s, "jdupont"), FAMILY_LISTING);
	slapd_change("dn: uid=jdupont," PROVIDER "\nchangetype: modrdn\nnewrdn: uid=jmartin\ndeleteoldrdn: 1\n");
	poll_for(s, 20);
	assert_int_equal(families_now(s, "jmartin"), FAMILY_LISTING);
}

static void test_two_people_may_trade_their_numbers(void **state)
{
	struct stage *s = *state;
	struct person p;

	slapd_change("dn: " AGENT "\nchangetype: modify\nreplace: habAgentNumero\nhabAgentNumero: TEMP-01\n\n"
		     "dn: " SECOND_AGENT "\nchangetype: modify\nreplace: habAgentNumero\nhabAgentNumero: A-000001\n\n"
		     "dn: " AGENT "\nchangetype: modify\nreplace: habAgentNumero\nhabAgentNumero: A-000002\n");
	stage_poll(s);
	{
		AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);

		assert_int_equal(person_by_name(&t, s->a, 'n', "a-000001", &p), ERR_OK);
		assert_string_equal(p.uid, "pdurand");
		assert_int_equal(person_by_name(&t, s->a, 'n', "A-000002", &p), ERR_OK);
		assert_string_equal(p.uid, "jmartin");
		assert_int_equal(person_by_name(&t, s->a, 'n', "TEMP-01", &p), ERR_NOTFOUND);
	}
}

static void test_an_ended_agreement_ends_the_right(void **state)
{
	struct stage *s = *state;

	slapd_change("dn: " AGREEMENT "\nchangetype: modify\nreplace: habStatut\nhabStatut: terminee\n");
	stage_poll(s);
	assert_int_equal(families_now(s, "jmartin"), 0);
	slapd_change("dn: " AGREEMENT "\nchangetype: modify\nreplace: habStatut\nhabStatut: active\n");
	stage_poll(s);
	assert_int_equal(families_now(s, "jmartin"), FAMILY_LISTING);
}

/* --- another manager --- */

#define NEW_PROVIDER "habFournisseurId=F002,ou=fournisseurs," CAF
#define MANAGER(dn) "dn: " PLACE "\nchangetype: modify\nreplace: habGestionnaire\nhabGestionnaire: " dn "\n\n"

static size_t mails_of(struct stage *s, struct mail *last)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	AUTO_SCAN struct scan scan = scan_prefix(&t, TABLE_MAIL, BYTES_NONE);
	struct mail m;
	size_t n = 0;

	while (scan_next(&scan)) {
		assert_int_equal(mail_decode(s->a, scan.record.payload, &m), ERR_OK);
		if (strcmp(m.template, "manager_changed") != 0)
			continue;
		*last = m;
		n++;
	}
	return n;
}

static void send_revision(struct stage *s, uint64_t *n)
{
	struct visitor who = visitor_now_of(s, "jmartin");
	static const struct pair form[] = { { "telephone", "01 99 00 12 74" } };
	struct pair raw = form[0];
	struct faults faults = { 0 };
	struct establishment e;
	struct input in;
	bool unchanged;

	assert_int_equal(establishment_find(&s->app, s->a, "E0001", &e), ERR_OK);
	assert_int_equal(input_take(s->a, &listing_form, &raw, 1, &in), ERR_OK);
	assert_int_equal(revision_send(&s->app, s->a, &who, &e, &in, &(struct revision_seen){ 0 }, &faults, &unchanged, n),
			 ERR_OK);
}

#define OTHER_PLACE "habEtablissementId=E0009,ou=etablissements," CAF

/* The new provider comes in the same poll as the change, which names it first; another establishment follows a moment later. */
static void test_another_manager_closes_what_waited_and_the_former_one_is_told(void **state)
{
	struct stage *s = *state;
	struct establishment e;
	struct revision r;
	struct mail m;
	struct mail_text text;
	uint64_t n = 0;

	slapd_change("dn: " PROVIDER "\nchangetype: modify\nreplace: mail\nmail: mairie@ville.example\n\n"
		     "dn: " OTHER_PLACE "\nchangetype: add\nobjectClass: habEtablissement\nhabEtablissementId: E0009\n"
		     "cn: Les Hirondelles\nhabTypeEtablissement: ALSH\nhabGestionnaire: " PROVIDER "\n");
	stage_poll(s);
	send_revision(s, &n);
	assert_int_equal(queue_count(&s->app, s->a, "921"), 1);
	slapd_change("dn: " NEW_PROVIDER "\nchangetype: add\nobjectClass: habFournisseur\nhabFournisseurId: F002\n"
		     "o: Association Le Cabestan\nhabSiret: 35600000000048\n\n" MANAGER(NEW_PROVIDER));
	stage_poll(s);
	assert_int_equal(establishment_find(&s->app, s->a, "E0001", &e), ERR_OK);
	assert_int_equal(revision_read(&s->app, s->a, &e, n, &r), ERR_OK);
	assert_string_equal(r.state, "closed");
	assert_int_equal(queue_count(&s->app, s->a, "921"), 0);
	struct audit_record record = last_record(s, EVENT_REVISION_WITHDRAWN);

	assert_string_equal(arg_of(&record.details, "because"), "manager_changed");
	assert_string_equal(record.object_id, "E0001");
	poll_for(s, 1);
	slapd_change("dn: " OTHER_PLACE "\nchangetype: modify\nreplace: habGestionnaire\nhabGestionnaire: " NEW_PROVIDER
		     "\n");
	poll_for(s, 2);
	assert_int_equal(mails_of(s, &m), 0);
	poll_for(s, 5);
	assert_int_equal(mails_of(s, &m), 1);
	assert_string_equal(m.to, "mairie@ville.example");
	assert_int_equal(mail_render(&s->app, s->a, &m, &text), ERR_OK);
	assert_string_equal(text.subject, "Changement de gestionnaire : 2 établissements");
	assert_non_null(strstr(text.body, "Ville ne gère plus"));
	assert_non_null(strstr(text.body, "(E0001), maintenant géré par l’Association Le Cabestan. La modification n° 1,"));
	assert_non_null(strstr(text.body, "Les Hirondelles (E0009), maintenant géré par l’Association Le Cabestan."));
	slapd_change("dn: " OTHER_PLACE "\nchangetype: delete\n");
	poll_for(s, 6);
	assert_int_equal(mails_of(s, &m), 1);
}

static void refint_is_done(struct stage *s, const char *manager)
{
	static const char *const attrs[] = { "habGestionnaire", NULL };

	for (int i = 0; i < 500; i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct entry e;

		assert_int_equal(directory_read(s->sync, a, PLACE, attrs, &e), ERR_OK);
		if (strstr(entry_text(&e, "habGestionnaire"), manager))
			return;
		usleep(10000);
	}
	fail_msg("%s does not manage %s", manager, PLACE);
}

static void test_a_renamed_manager_is_no_other(void **state)
{
	struct stage *s = *state;
	struct mail m;

	slapd_change("dn: " NEW_PROVIDER "\nchangetype: modify\nreplace: mail\nmail: contact@cabestan.example\n\n"
		     "dn: " NEW_PROVIDER "\nchangetype: modrdn\nnewrdn: habFournisseurId=F003\ndeleteoldrdn: 1\n");
	refint_is_done(s, "F003"); /* quicker than the poll, which then sees the establishment's new manager first */
	slapd_change("dn: " PLACE "\nchangetype: modify\nreplace: cn\ncn: Les Lucioles du Bac\n");
	poll_for(s, 20);
	assert_int_equal(mails_of(s, &m), 1);
	slapd_change(MANAGER(PROVIDER));
	poll_for(s, 6);
	assert_int_equal(mails_of(s, &m), 2);
	assert_string_equal(m.to, "contact@cabestan.example");
	assert_int_equal(families_now(s, "jmartin"), FAMILY_LISTING);
}

static void test_a_damaged_revision_does_not_stop_the_mirror(void **state)
{
	struct stage *s = *state;
	struct audit_record r = act_record(s->a, &s->from, EVENT_SERVICE);
	struct changeset *cs = changeset_new(s->a);
	struct revision_head head;
	struct establishment e;
	struct mail m;

	assert_int_equal(establishment_find(&s->app, s->a, "E0001", &e), ERR_OK);
	revision_head_default(&head);
	head.last = head.pending = 99;
	changeset_put(cs, TABLE_REVISION_HEAD, key_bytes(e.uuid.b, sizeof e.uuid.b), revision_head_encode(s->a, &head));
	changeset_audit(cs, &r);
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	slapd_change(MANAGER("habFournisseurId=F003,ou=fournisseurs," CAF));
	poll_for(s, 6);
	assert_int_equal(mails_of(s, &m), 3);
	slapd_change(MANAGER(PROVIDER));
	stage_poll(s);
}

static void test_a_restarted_slapd_and_a_rebuild_change_nothing(void **state)
{
	struct stage *s = *state;
	struct visitor who = visitor_now_of(s, "pdurand");
	struct establishment e;
	struct mirror_status before, after;

	assert_int_equal(mirror_status_read(&s->app, s->a, &before), ERR_OK);
	slapd_stop(SIGTERM);
	{
		AUTO_ARENA struct arena *a = arena_new();
		size_t changed;

		assert_int_equal(mirror_poll(&s->app, a, s->sync, &changed), ERR_UNAVAILABLE);
	}
	slapd_start();
	slapd_change("dn: " SECOND_AGENT "\nchangetype: modify\nreplace: title\ntitle: Directeur\n");
	assert_int_equal(stage_poll(s), 1);
	assert_int_equal(mirror_rebuild(&s->app, s->a), ERR_OK);
	stage_poll(s);
	assert_int_equal(stage_poll(s), 0);
	assert_int_equal(mirror_status_read(&s->app, s->a, &after), ERR_OK);
	assert_int_equal(before.persons, after.persons);
	assert_int_equal(before.groups, after.groups);
	assert_int_equal(families_now(s, "jmartin"), FAMILY_LISTING);
	assert_int_equal(establishment_find(&s->app, s->a, "E0001", &e), ERR_OK);
	assert_true(right_was(&s->app, s->a, &who, &e, FAMILY_PLACES));
}

static void test_a_rebuild_takes_away_rows_nothing_accounts_for(void **state)
{
	struct stage *s = *state;
	struct changeset *cs = changeset_new(s->a);
	struct person p = person_now(s, "jmartin"), ghost;

	changeset_put(cs, TABLE_MIRROR_NAME, mirror_name_key(s->a, 'u', "ghost"), key_bytes(p.uuid.b, sizeof p.uuid.b));
	changeset_delete(cs, TABLE_MIRROR_NAME, mirror_name_key(s->a, 'u', "jmartin"));
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	assert_int_equal(mirror_rebuild(&s->app, s->a), ERR_OK);
	stage_poll(s);
	ghost = person_now(s, "ghost");
	assert_true(uuid_is_none(ghost.uuid));
	assert_true(uuid_equal(person_now(s, "jmartin").uuid, p.uuid));
}

static void test_a_deleted_agent_and_establishment_are_gone(void **state)
{
	struct stage *s = *state;
	struct establishment e;
	struct mirror_status st;

	slapd_change("dn: " AGENT "\nchangetype: delete\n");
	stage_poll(s);
	assert_true(uuid_is_none(person_now(s, "jmartin").uuid));
	slapd_change("dn: " PLACE "\nchangetype: delete\n");
	stage_poll(s);
	assert_int_equal(establishment_find(&s->app, s->a, "E0001", &e), ERR_NOTFOUND);
	assert_int_equal(mirror_status_read(&s->app, s->a, &st), ERR_OK);
	assert_int_equal(st.persons, 4);
	assert_int_equal(st.establishments, 0);
}

/* What the lint says of the entry whose subject that is, one finding a line. */
static const char *lint_of(struct stage *s, const char *subject)
{
	AUTO_TXN struct txn store = txn_read(s->app.store, STORE_MAIN);
	const struct lint_known known = { .store = &store };
	struct buf b = buf_new(s->a);
	struct lint_report r;
	struct entries list;

	assert_int_equal(directory_lint_read(s->sync, s->a, SUFFIX, &list), ERR_OK);
	assert_int_equal(directory_lint(s->a, &list, day_today(), &known, &r), ERR_OK);
	for (size_t i = 0; i < r.n; i++)
		if (strcmp(r.v[i].subject, subject) == 0)
			buf_printf(&b, "%s\n", r.v[i].what);
	return buf_str(&b);
}

#define AUDITOR "uid=c.auditeur," STAFF

static void test_what_somebody_gone_had_and_another_has_is_named(void **state)
{
	struct stage *s = *state;
	const char *today = day_iso(s->a, day_today()), *said;
	struct changeset *cs = changeset_new(s->a);
	struct agents_new n;
	bool free;

	slapd_change("dn: " AUDITOR "\nchangetype: delete\n");
	stage_poll(s);
	assert_int_equal(agents_new_begin(&s->app, s->a, "921", day_today(), PROVIDER, &n), ERR_OK);
	assert_int_equal(agents_new_take(&s->app, s->a, &n, "jmartin", &free), ERR_OK);
	assert_false(free);
	slapd_change(PERSON(AGENT, "habAgent", "jmartin", "Julie Martin", "A-000002"));
	slapd_change(PERSON(AUDITOR, "habPersonnel", "c.auditeur", "Carole Auditeur", "921-0002"));
	stage_poll(s);
	said = lint_of(s, "A-000002 (jmartin)");
	assert_non_null(strstr(said, "has the number of somebody else, whose entry left the directory on"));
	assert_non_null(strstr(
		said, arena_printf(s->a, "has the uid of somebody else, whose entry left the directory on %s", today)));
	said = lint_of(s, "921-0002 (c.auditeur)");
	assert_non_null(strstr(said, "has the number of somebody else, whose entry left"));
	assert_non_null(strstr(said, "has the uid of somebody else"));

	/* who took it over by hand, in a test above */
	said = lint_of(s, "A-000001 (pdurand)");
	assert_non_null(
		strstr(said, arena_printf(s->a, "has the number of somebody else, who was an agent with it from %s to %s",
					  today, today)));

	/* one entry that was away and is back */
	erased_put(s->a, cs, ERASED_UID, "pdurand", clock_now());
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	assert_null(strstr(lint_of(s, "A-000001 (pdurand)"), "uid of somebody else"));
	assert_null(strstr(lint_of(s, "CNAF-0001 (n.auditeur)"), "somebody else"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_status_nobody_knows_closes),
		cmocka_unit_test(test_a_person_has_one_class_for_each_place),
		cmocka_unit_test(test_an_establishment_is_read_by_its_codes),
		cmocka_unit_test(test_an_agreement_that_cannot_be_read_is_not_in_force),
		cmocka_unit_test(test_a_caf_keeps_the_lines_of_its_address),
		cmocka_unit_test(test_a_providers_address_is_told_by_its_parts),
		cmocka_unit_test(test_the_first_poll_reads_everything),
		cmocka_unit_test(test_a_right_comes_and_goes_and_was),
		cmocka_unit_test(test_a_renamed_agent_keeps_the_rights_refint_gives),
		cmocka_unit_test(test_two_people_may_trade_their_numbers),
		cmocka_unit_test(test_an_ended_agreement_ends_the_right),
		cmocka_unit_test(test_another_manager_closes_what_waited_and_the_former_one_is_told),
		cmocka_unit_test(test_a_renamed_manager_is_no_other),
		cmocka_unit_test(test_a_damaged_revision_does_not_stop_the_mirror),
		cmocka_unit_test(test_a_restarted_slapd_and_a_rebuild_change_nothing),
		cmocka_unit_test(test_a_rebuild_takes_away_rows_nothing_accounts_for),
		cmocka_unit_test(test_a_deleted_agent_and_establishment_are_gone),
		cmocka_unit_test(test_what_somebody_gone_had_and_another_has_is_named),
	};

	return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
