/* Identifiers and numbers of new people, and the entry that is made of them. */
#include "tests/unit/test_acts_store.h"

#include "acts/agent_new.h"

static const struct {
	const char *given, *surname;
	unsigned n;
	const char *uid;
} uids[] = {
	{ "Maëlle", "Querrien", 1, "m.querrien" },
	{ "Maëlle", "Querrien", 2, "m.querrien2" },
	{ "Jean-Loup", "D’Estrées de la Tour", 1, "j.destreesdelatour" },
	{ "Élodie", "Œuvrard", 1, "e.oeuvrard" },
	{ "Li", "O", 1, "l.o" },
	{ "", "Querrien", 1, "querrien" },
	{ "", "O", 1, "agent" },
	{ "Anna", "", 1, "agent" },
	{ "3D", "Martin", 1, "agent" },
	{ "Ελένη", "Παππά", 1, "agent" },
	{ "Ελένη", "Παππά", 7, "agent7" },
	{ "Anne", "Wolfeschlegelsteinhausenbergerdorff", 1, "a.wolfeschlegelsteinhausenberger" },
	{ "Anne", "Wolfeschlegelsteinhausenbergerdorff", 12345, "a.wolfeschlegelsteinhausenb12345" },
};

static void test_an_identifier_comes_from_the_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(uids); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		const char *uid = agent_uid(a, uids[i].given, uids[i].surname, uids[i].n);

		print_message("%s %s\n", uids[i].given, uids[i].surname);
		assert_string_equal(uid, uids[i].uid);
		assert_in_range(strlen(uid), 3, 32);
	}
}

static struct request_person person_of(const char *given, const char *surname)
{
	struct request_person p;

	request_person_default(&p);
	p.given_name = given;
	p.surname = surname;
	p.mail = "quelquun@valmoreau.example";
	return p;
}

static const char *const people[][3] = {
	{ "Lise", "Aubrac", "l.aubrac2" }, /* the directory has one */
	{ "Luc", "Aubrac", "l.aubrac3" },  /* and this changeset too */
	{ "Noé", "Varenne", "n.varenne" },
};

static enum err make_all(struct world *w, struct edits *x, struct request_person *out, struct changeset **cs)
{
	struct agents_new n;
	struct audit_record r = act_record(w->a, &w->reviewer, EVENT_GRANT_ACTIVATED);
	enum err e = agents_new_begin(&w->app, w->a, "921", day_today(), "habFournisseurId=V", &n);
	const char *dn;

	*cs = changeset_new(w->a);
	for (size_t i = 0; i < LENGTH(people) && !e; i++) {
		out[i] = person_of(people[i][0], people[i][1]);
		e = agents_new_add(&w->app, w->a, &n, x, &out[i], &dn);
	}
	agents_new_end(w->a, *cs, &n);
	changeset_audit(*cs, &r);
	return e;
}

static void test_namesakes_have_their_own(void **state)
{
	struct world *w = *state;
	struct request_person p[LENGTH(people)], q[LENGTH(people)];
	struct changeset *first, *second;

	put_uuid(w, TABLE_MIRROR_NAME, mirror_name_key(w->a, 'u', "l.aubrac"), 0, uuid_of(40));
	put_uuid(w, TABLE_MIRROR_NAME, mirror_name_key(w->a, 'n', "921-00002"), 0, uuid_of(41));
	assert_int_equal(make_all(w, edits_new(w->a), p, &first), ERR_OK);
	for (size_t i = 0; i < LENGTH(people); i++)
		assert_string_equal(p[i].uid, people[i][2]);
	assert_string_equal(p[0].number, "921-00001");
	assert_string_equal(p[1].number, "921-00003");
	assert_string_equal(p[2].number, "921-00004");
	/* whoever does the same at once is told, and has others afterwards */
	assert_int_equal(make_all(w, edits_new(w->a), q, &second), ERR_OK);
	assert_int_equal(changeset_commit(w->app.store, first, NULL), ERR_OK);
	assert_int_equal(changeset_commit(w->app.store, second, NULL), ERR_CONFLICT);
	assert_int_equal(make_all(w, edits_new(w->a), q, &second), ERR_OK);
	assert_string_equal(q[0].uid, "l.aubrac4");
	assert_string_equal(q[2].uid, "n.varenne2");
	assert_string_equal(q[2].number, "921-00007");
}

static const char *value_of(const struct edit_entry *e, const char *attribute)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->v[i].attribute, attribute) == 0)
			return e->v[i].value;
	return NULL;
}

/* The lines of the job the changeset carries. */
static void read_job(struct world *w, struct edit_entry **out, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix_back(&t, TABLE_JOB, BYTES_NONE);
	struct job j;

	assert_true(scan_next(&s));
	assert_int_equal(job_decode(w->a, s.record.payload, &j), ERR_OK);
	assert_string_equal(j.kind, "directory");
	assert_int_equal(edits_read(w->a, &j.lines, out, n), ERR_OK);
}

static void test_the_entry_asks_for_a_password(void **state)
{
	struct world *w = *state;
	struct edits *x = edits_new(w->a);
	struct request_person p[LENGTH(people)];
	struct edit_entry *v;
	struct changeset *cs;
	size_t n;

	assert_int_equal(make_all(w, x, p, &cs), ERR_OK);
	edits_job(w->a, cs, x, "");
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
	read_job(w, &v, &n);
	assert_int_equal(n, LENGTH(people));
	assert_string_equal(v[0].classes, "inetOrgPerson habAgent");
	assert_string_equal(v[0].dn, "uid=l.aubrac,habFournisseurId=V");
	assert_string_equal(value_of(&v[0], "cn"), "Lise Aubrac");
	assert_string_equal(value_of(&v[0], "sn"), "Aubrac");
	assert_string_equal(value_of(&v[0], "habStatut"), "active");
	assert_string_equal(value_of(&v[0], "habDemandeMotDePasse"), "TRUE");
	assert_string_equal(value_of(&v[0], "habAgentNumero"), "921-00001");
	assert_null(value_of(&v[0], "title"));
	assert_null(value_of(&v[0], "userPassword"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_identifier_comes_from_the_name),
		world_test(test_namesakes_have_their_own),
		world_test(test_the_entry_asks_for_a_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
