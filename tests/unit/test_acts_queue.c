/* A Caf's queue: order, filters, claims. */
#include "acts/departure.h"
#include "acts/request_review.h"
#include "tests/unit/test_acts_store.h"

static void put_todo(struct world *w, const char *caf, const char *kind, uint8_t object, int days, const char *title,
		     const char *provider)
{
	struct changeset *cs = changeset_new(w->a);
	struct audit_record r = act_record(w->a, &w->agent, EVENT_REVISION_SENT);
	struct todo t;

	codec_default(&todo_codec, &t);
	t.kind = kind;
	t.establishment = uuid_of(object);
	t.title = title;
	t.provider_name = provider;
	t.since = T0 - days * DAY_MS;
	changeset_put(cs, TABLE_TODO, todo_key(w->a, caf, t.since, kind, t.establishment), todo_encode(w->a, &t));
	changeset_audit(cs, &r);
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
}

static void fill(struct world *w)
{
	put_todo(w, "921", "fiche", 1, 8, "La Ribambelle du Moulin", "Ville de Valmoreau");
	put_todo(w, "921", "demande", 61, 7, "H26-VDA-00181", "Les Petits Tisserands");
	put_todo(w, "921", "fiche", 2, 6, "Les Coquelicots", "Crèche Les Coquelicots");
	put_todo(w, "921", "signalement", 63, 5, "Halte-garderie Les Galets", "Ville de Pont-Mérou");
	put_todo(w, "9211", "fiche", 64, 9, "Ailleurs", "Ailleurs");
	put_todo(w, "751", "fiche", 65, 20, "Paris", "Ville de Paris");
}

static void test_what_did_not_come_back_is_no_signed_return(void **state)
{
	struct world *w = *state;
	struct queue_filter f = { "convention", "", "", 0, 10 };
	struct queue_page p;

	w->reviewer.roles |= ROLE_CAF_ADMIN;
	put_todo(w, "921", "convention", 71, 3, "H26-921-00001", "Ville de Valmoreau");
	put_todo(w, "921", REQUEST_UNRETURNED, 72, 2, "H26-921-00002", "Ville de Valmoreau");
	assert_int_equal(queue_read(&w->app, w->a, &w->reviewer, &f, &p), ERR_OK);
	assert_int_equal(p.total, 1);
	assert_int_equal(p.agreements, 1);
}

static const struct {
	const char *kind, *text, *claimed;
	size_t total;
	const char *first;
} filters[] = {
	{ "", "", "", 4, "La Ribambelle du Moulin" },
	{ "fiche", "", "", 2, "La Ribambelle du Moulin" },
	{ "demande", "", "", 1, "H26-VDA-00181" },
	{ "convention", "", "", 0, NULL },
	{ "", "COQUELICOTS", "", 1, "Les Coquelicots" },
	{ "", "pont merou", "", 1, "Halte-garderie Les Galets" },
	{ "", "ville de", "", 2, "La Ribambelle du Moulin" },
	{ "fiche", "pont", "", 0, NULL },
	{ "", "", "moi", 1, "Les Coquelicots" },
	{ "", "", "personne", 3, "La Ribambelle du Moulin" },
};

static void test_filters(void **state)
{
	struct world *w = *state;
	struct todo t;

	fill(w);
	w->reviewer.roles |= ROLE_CAF_ADMIN;
	assert_int_equal(queue_find(&w->app, w->a, "921", "fiche", uuid_of(2), &t), ERR_OK);
	assert_int_equal(queue_claim(&w->app, w->a, &w->reviewer, &t), ERR_OK);
	for (size_t i = 0; i < LENGTH(filters); i++) {
		struct queue_filter f = { filters[i].kind, filters[i].text, filters[i].claimed, 0, 10 };
		struct queue_page p;

		print_message("%s|%s|%s\n", f.kind, f.text, f.claimed);
		assert_int_equal(queue_read(&w->app, w->a, &w->reviewer, &f, &p), ERR_OK);
		assert_int_equal(p.all, 4);
		assert_int_equal(p.revisions, 2);
		assert_int_equal(p.requests, 1);
		assert_int_equal(p.reports, 1);
		assert_int_equal(p.total, filters[i].total);
		if (filters[i].first)
			assert_string_equal(p.v[0].title, filters[i].first);
	}
	assert_int_equal(queue_count(&w->app, w->a, "921"), 4);
}

/* Requests are the administrators': others neither see nor count them. */
static void test_everybody_sees_what_he_may_open(void **state)
{
	struct world *w = *state;
	struct queue_filter f = { "", "", "", 0, 10 };
	struct queue_page p;
	struct todo t;

	fill(w);
	put_todo(w, "921", DEPARTURE_TODO, 73, 1, "Agent 921-0001", "Ville de Valmoreau");
	put_todo(w, "921", REQUEST_UNRETURNED, 74, 1, "H26-921-00003", "Ville de Valmoreau");
	assert_int_equal(queue_read(&w->app, w->a, &w->reviewer, &f, &p), ERR_OK);
	assert_int_equal(p.all, 3);
	assert_int_equal(p.requests, 0);
	assert_int_equal(queue_count_for(&w->app, w->a, &w->reviewer), 3);
	assert_int_equal(queue_next(&w->app, w->a, &w->reviewer, "demande", &t), ERR_NOTFOUND);
	assert_int_equal(queue_next(&w->app, w->a, &w->reviewer, "", &t), ERR_OK);
	assert_true(todo_may_open(&w->reviewer, &t) && strcmp(t.kind, "demande") != 0);
	w->reviewer.roles = ROLE_CAF_ADMIN;
	assert_int_equal(queue_next(&w->app, w->a, &w->reviewer, "fiche", &t), ERR_NOTFOUND);
	assert_int_equal(queue_next(&w->app, w->a, &w->reviewer, "", &t), ERR_OK);
	assert_string_equal(t.kind, "demande");
	assert_int_equal(queue_count_for(&w->app, w->a, &w->reviewer), 6);
	assert_int_equal(queue_next(&w->app, w->a, &w->reviewer, "demande", &t), ERR_OK);
}

static void test_pages(void **state)
{
	struct world *w = *state;
	struct queue_filter f = { "", "", "", 1, 3 };
	struct queue_page p;

	fill(w);
	w->reviewer.roles |= ROLE_CAF_ADMIN;
	assert_int_equal(queue_read(&w->app, w->a, &w->reviewer, &f, &p), ERR_OK);
	assert_int_equal(p.n, 1);
	assert_string_equal(p.v[0].title, "Halte-garderie Les Galets");
	f.page = 9;
	assert_int_equal(queue_read(&w->app, w->a, &w->reviewer, &f, &p), ERR_OK);
	assert_int_equal(p.n, 0);
	assert_int_equal(p.total, 4);
}

static void test_claims_last_half_an_hour(void **state)
{
	struct world *w = *state;
	struct audit_record r;
	struct todo t;
	size_t rank, of;

	fill(w);
	assert_int_equal(queue_next(&w->app, w->a, &w->reviewer, "fiche", &t), ERR_OK);
	assert_int_equal(queue_claim(&w->app, w->a, &w->reviewer, &t), ERR_OK);
	assert_int_equal(audit_of(w, "queue_claimed", &r), 1);
	assert_string_equal(r.object_id, "ETAB2041");
	assert_int_equal(queue_next(&w->app, w->a, &w->second, "fiche", &t), ERR_OK);
	assert_string_equal(t.title, "Les Coquelicots");
	assert_int_equal(queue_next(&w->app, w->a, &w->reviewer, "fiche", &t), ERR_OK);
	assert_string_equal(t.title, "La Ribambelle du Moulin");
	assert_string_equal(t.claimed_name, "Odile Marchenoir");
	struct todo seen = t;

	assert_int_equal(queue_claim(&w->app, w->a, &w->second, &t), ERR_OK); /* a colleague takes it over */
	assert_int_equal(queue_claim(&w->app, w->a, &w->second, &seen), ERR_CONFLICT);
	w->second.at = T0 + 20 * MINUTE_MS; /* his own, for half an hour more */
	assert_int_equal(queue_find(&w->app, w->a, "921", "fiche", t.establishment, &t), ERR_OK);
	assert_int_equal(queue_claim(&w->app, w->a, &w->second, &t), ERR_OK);
	assert_int_equal(queue_find(&w->app, w->a, "921", "fiche", t.establishment, &t), ERR_OK);
	assert_int_equal(todo_claimed_until(&t), T0 + 50 * MINUTE_MS);
	assert_true(todo_is_claimed(&t, T0 + 49 * MINUTE_MS));
	assert_false(todo_is_claimed(&t, T0 + 50 * MINUTE_MS));
	w->reviewer.at = T0 + 51 * MINUTE_MS;
	assert_int_equal(queue_next(&w->app, w->a, &w->reviewer, "fiche", &t), ERR_OK);
	assert_string_equal(t.title, "La Ribambelle du Moulin");
	assert_int_equal(queue_rank(&w->app, w->a, "921", "fiche", uuid_of(2), &rank, &of), ERR_OK);
	assert_int_equal(rank, 2);
	assert_int_equal(of, 2);
	assert_int_equal(queue_rank(&w->app, w->a, "921", "fiche", uuid_of(99), &rank, &of), ERR_NOTFOUND);
	assert_int_equal(queue_next(&w->app, w->a, &w->reviewer, "convention", &t), ERR_NOTFOUND);
}

static void test_empty_queue(void **state)
{
	struct world *w = *state;
	struct queue_filter f = { "", "", "", 0, 10 };
	struct queue_page p;

	assert_int_equal(queue_read(&w->app, w->a, &w->reviewer, &f, &p), ERR_OK);
	assert_int_equal(p.all, 0);
	assert_int_equal(p.last_decided, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(test_what_did_not_come_back_is_no_signed_return),
		world_test(test_filters),
		world_test(test_everybody_sees_what_he_may_open),
		world_test(test_pages),
		world_test(test_claims_last_half_an_hour),
		world_test(test_empty_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
