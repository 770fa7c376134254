/* For tests of acts/ on a real store: a writer in a child, a mirror written by hand, and a directory that answers what the
   test says (right_confirm, agent_confirm and role_confirm are ours here). */
#ifndef TEST_ACTS_STORE_H
#define TEST_ACTS_STORE_H

#include "acts/commune.h"
#include "acts/listing_rules.h"
#include "acts/mirror_keys.h"
#include "acts/publish.h"
#include "acts/queue.h"
#include "base/text.h"
#include "store/writer.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define T0 ((int64_t)1795532400000) /* 2026-11-24, 15 h in Paris */

/* What the directory answers to the acts. */
static enum err right_answer;
static enum err role_answer;
static unsigned roles_asked; /* how often */

enum err right_confirm(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e,
		       enum family family)
{
	(void)app, (void)a, (void)who, (void)e, (void)family;
	return right_answer;
}

enum err agent_confirm(struct app *app, struct arena *a, const struct visitor *who)
{
	(void)app, (void)a, (void)who;
	return right_answer;
}

enum err role_confirm(struct app *app, struct arena *a, const struct visitor *who, enum role role)
{
	(void)app, (void)a, (void)who, (void)role;
	roles_asked++;
	return role_answer;
}

struct world {
	struct arena *a;
	const char *dir;
	pid_t writer;
	struct settings settings;
	struct app app;
	struct establishment nursery, camp;
	struct visitor agent, colleague, reviewer, second;
};

static inline int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static inline void run_writer(struct world *w, const char *socket)
{
	struct writer_options o = { .dir = w->dir, .socket = socket, .map_bytes = (uint64_t)1 << 28, .test_clock = true };
	struct writer *writer;
	const char *why = "";

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (writer_open(w->a, &o, &writer, &why) || writer_serve(writer, &why)) {
		fprintf(stderr, "writer: %s\n", why);
		_exit(1);
	}
	_exit(0);
}

/* Does nothing; answered once the writer listens. */
static inline enum err ping(struct world *w)
{
	struct changeset *cs = changeset_new(w->a);

	changeset_expect(cs, TABLE_LISTING, bytes_of("none"), REV_ABSENT);
	return changeset_commit(w->app.store, cs, NULL);
}

static inline void open_world_store(struct world *w, const char *socket)
{
	struct store_place place = { .dir = w->dir, .writer = socket, .map_bytes = (uint64_t)1 << 28 };
	const char *why = "no answer";

	for (int i = 0; i < 1000; i++) {
		if (!w->app.store && access(socket, F_OK) == 0 &&
		    store_open(w->a, &place, 1u << STORE_MAIN | 1u << STORE_PUBLIC, &w->app.store, &why))
			w->app.store = NULL;
		if (w->app.store && !ping(w))
			return;
		usleep(10000);
	}
	fail_msg("writer: %s", why);
}

static inline struct uuid uuid_of(uint8_t n)
{
	struct uuid u = { { n, 1, 2, 3 } };

	return u;
}

static inline struct visitor visitor_of(uint8_t n, unsigned roles, const char *name, const char *number)
{
	struct visitor v = { .known = true,
			     .roles = roles,
			     .address = "192.0.2.7",
			     .user_agent = "test",
			     .method = "POST",
			     .path = "/test",
			     .resume = "" };

	codec_default(&person_codec, &v.person);
	codec_default(&provider_codec, &v.provider);
	codec_default(&caf_codec, &v.caf);
	v.person.uuid = uuid_of(n);
	v.person.name = name;
	v.person.number = number;
	v.person.caf = "921";
	v.person.agent = roles == ROLE_AGENT;
	v.provider.name = v.person.agent ? "Ville de Valmoreau" : "";
	return v;
}

/* Puts one record of the mirror, as the clerk does. */
static inline uint64_t put_record(struct world *w, enum table table, struct bytes key, struct bytes payload)
{
	struct changeset *cs = changeset_new(w->a);
	uint64_t rev = 0;

	changeset_put(cs, table, key, payload);
	assert_int_equal(changeset_commit(w->app.store, cs, &rev), ERR_OK);
	return rev;
}

static inline void put_uuid(struct world *w, enum table table, struct bytes key, char kind, struct uuid u)
{
	struct buf b = buf_new(w->a);

	if (kind)
		buf_byte(&b, (uint8_t)kind);
	buf_add(&b, u.b, sizeof u.b);
	put_record(w, table, key, buf_bytes(&b));
}

static inline void put_establishment(struct world *w, struct establishment *e)
{
	e->rev = put_record(w, TABLE_MIRROR_ESTABLISHMENT, key_bytes(e->uuid.b, 16), establishment_encode(w->a, e));
	put_uuid(w, TABLE_MIRROR_NAME, mirror_name_key(w->a, 'e', e->id), 0, e->uuid);
}

static inline struct establishment establishment_of(struct world *w, uint8_t n, const char *id, const char *type)
{
	struct establishment e;

	codec_default(&establishment_codec, &e);
	e.uuid = uuid_of(n);
	e.id = id;
	e.type = type;
	e.key = arena_printf(w->a, "habetablissementid=%s", id);
	e.caf = "921";
	e.manager_key = "habfournisseurid=v";
	e.street = "4 rue du Lavoir";
	e.postal_code = "92390";
	e.city = "Villeneuve-la-Garenne";
	e.insee = "92078";
	return e;
}

static inline void put_agreement(struct world *w, const char *status)
{
	struct agreement g;
	struct provider p;

	codec_default(&agreement_codec, &g);
	g.uuid = uuid_of(91);
	g.key = "habconventionnumero=1";
	g.provider_key = "habfournisseurid=v";
	g.status = status;
	g.effect = day_today() - 100;
	g.due = day_today() + 265;
	strs_add(w->a, &g.covered_keys, w->nursery.key);
	strs_add(w->a, &g.covered_keys, w->camp.key);
	put_record(w, TABLE_MIRROR_AGREEMENT, key_bytes(g.uuid.b, 16), agreement_encode(w->a, &g));
	put_record(w, TABLE_MIRROR_IN, mirror_in_key(w->a, 'g', g.provider_key, g.uuid), BYTES_NONE);
	codec_default(&provider_codec, &p);
	p.uuid = uuid_of(92);
	p.key = g.provider_key;
	p.name = "Ville de Valmoreau";
	put_record(w, TABLE_MIRROR_PROVIDER, key_bytes(p.uuid.b, 16), provider_encode(w->a, &p));
	put_uuid(w, TABLE_MIRROR_DN, mirror_dn_key(w->a, p.key), MIRROR_KIND_PROVIDER, p.uuid);
}

static inline void put_caf(struct world *w)
{
	struct caf c;

	codec_default(&caf_codec, &c);
	c.uuid = uuid_of(93);
	c.code = "921";
	c.name = "Caf des Hauts-de-Seine";
	c.phone = "+33199000000";
	c.mail = "service@caf.example";
	put_record(w, TABLE_MIRROR_CAF, key_bytes(c.uuid.b, 16), caf_encode(w->a, &c));
	put_uuid(w, TABLE_MIRROR_NAME, mirror_name_key(w->a, 'c', c.code), 0, c.uuid);
}

/* Families are answered once there is one. */
static inline void put_commune(struct app *app, struct arena *a)
{
	struct changeset *cs = changeset_new(a);
	struct commune c;

	codec_default(&commune_codec, &c);
	c.insee = "92036";
	c.name = "Gennevilliers";
	commune_publish(a, cs, &c);
	assert_int_equal(changeset_commit(app->store, cs, NULL), ERR_OK);
}

/* A nursery of 36 places with its point, and a leisure centre without. */
static inline void fill_world(struct world *w)
{
	w->nursery = establishment_of(w, 1, "ETAB2041", "eaje");
	w->nursery.name = "Les Lucioles";
	w->nursery.category = "multi_accueil";
	w->nursery.capacity = 36;
	w->nursery.coordinates = "48.9353 2.3231";
	w->camp = establishment_of(w, 2, "ETAB2042", "alsh");
	w->camp.name = "Accueil de loisirs du Bac";
	put_establishment(w, &w->nursery);
	put_establishment(w, &w->camp);
	put_agreement(w, "active");
	put_caf(w);
	w->agent = visitor_of(11, ROLE_AGENT, "Maëlle Querrien", "VDA-4821");
	w->colleague = visitor_of(12, ROLE_AGENT, "Sofiane Bellacourt", "VDA-4822");
	w->reviewer = visitor_of(13, ROLE_CAF_REVIEWER, "Odile Marchenoir", "CAF-0001");
	w->second = visitor_of(14, ROLE_CAF_REVIEWER, "Karim Desvallons", "CAF-0002");
}

static inline struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof *w);
	char *dir;

	secret_init();
	right_answer = role_answer = ERR_OK;
	w->a = arena_new();
	dir = arena_strdup(w->a, access("/dev/shm", W_OK) == 0 ? "/dev/shm/acts-XXXXXX" : "/tmp/acts-XXXXXX");
	w->dir = mkdtemp(dir);
	assert_non_null(w->dir);
	const char *socket = arena_printf(w->a, "%s/writer.sock", w->dir);

	w->writer = fork();
	if (w->writer == 0)
		run_writer(w, socket);
	assert_true(w->writer > 0);
	clock_test_offset(T0 - clock_now());
	w->settings = (struct settings){ .site_url = "https://accueil.example",
					 .places_reminder_days = 7,
					 .places_stale_days = 30,
					 .places_hidden_days = 60,
					 .people_kept_days = 365,
					 .run_dir = w->dir,
					 .data_communes = "" };
	w->app = (struct app){ .settings = &w->settings, .test_clock = true };
	open_world_store(w, socket);
	fill_world(w);
	return w;
}

static inline void world_free(struct world *w)
{
	store_close(w->app.store);
	kill(w->writer, SIGTERM);
	waitpid(w->writer, NULL, 0);
	(void)nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	clock_test_offset(0);
	arena_free(w->a);
	free(w);
}

static inline int world_setup(void **state)
{
	*state = world_new();
	return 0;
}

static inline int world_teardown(void **state)
{
	world_free(*state);
	return 0;
}

#define world_test(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

/* "name=value&…" as the form's input. */
static inline struct input input_of(struct arena *a, const struct form *form, const char *text)
{
	struct pair *raw;
	struct input in;
	size_t n;

	assert_int_equal(urlencoded_parse(a, bytes_of(text), &raw, &n), ERR_OK);
	assert_int_equal(input_take(a, form, raw, n, &in), ERR_OK);
	return in;
}

/* The records of an event, newest first. */
static inline size_t audit_of(struct world *w, const char *event, struct audit_record *first)
{
	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);
	struct audit_query q = { .event = event, .event_class = -1, .failed = -1, .limit = 50 };
	struct audit_page page = { 0 };

	assert_int_equal(audit_find(&t, w->a, &q, &page), ERR_OK);
	if (page.n && first)
		*first = page.v[0];
	return page.n;
}

#endif
