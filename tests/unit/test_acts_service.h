/* For tests of acts/ on the real parts: a private slapd (test_ldap_slapd.h), a writer in a child, the mirror polled once.
   The Caf 921 has a provider F001 with the agents jmartin (A-000001, no password yet) and pdurand (A-000002), the crèche
   E0001 covered by an agreement in force, the staff a.valideur and c.auditeur; the Cnaf has n.auditeur. */
#ifndef TEST_ACTS_SERVICE_H
#define TEST_ACTS_SERVICE_H

#include "acts/mirror.h"
#include "acts/rights.h"
#include "acts/who.h"
#include "base/text.h"
#include "store/writer.h"
#include "tests/unit/test_ldap_slapd.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define OLD_PASSWORD "velours-boussole-61"
#define SECOND_AGENT "uid=pdurand," PROVIDER
#define AGREEMENT "habConventionNumero=921-2026-0001," PROVIDER
#define STAFF "ou=personnel," CAF

struct stage {
	struct arena *a;
	const char *dir;
	pid_t writer;
	struct settings settings;
	struct app app;
	struct directory *sync;
	struct visitor from; /* nobody yet, at an address */
};

static inline void stage_write(struct stage *s)
{
	struct writer_options o = { .dir = s->dir,
				    .socket = arena_printf(s->a, "%s/writer.sock", s->dir),
				    .map_bytes = (uint64_t)1 << 28,
				    .test_clock = true };
	struct writer *writer;
	const char *why = "";

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (writer_open(s->a, &o, &writer, &why) || writer_serve(writer, &why))
		fprintf(stderr, "writer: %s\n", why);
	_exit(1);
}

static inline void stage_open(struct stage *s)
{
	const char *socket = arena_printf(s->a, "%s/writer.sock", s->dir);
	struct store_place place = { .dir = s->dir, .writer = socket, .map_bytes = (uint64_t)1 << 28 };
	const char *why = "";

	for (int i = 0; i < 1000; i++) {
		if (access(socket, F_OK) == 0 &&
		    !store_open(s->a, &place, 1u << STORE_MAIN | 1u << STORE_PUBLIC, &s->app.store, &why))
			return;
		usleep(10000);
	}
	fail_msg("store_open: %s", why);
}

/* What the mirror takes from the directory now. */
static inline size_t stage_poll(struct stage *s)
{
	AUTO_ARENA struct arena *a = arena_new();
	size_t changed = 0;

	assert_int_equal(mirror_poll(&s->app, a, s->sync, &changed), ERR_OK);
	return changed;
}

/* clang-format off */
#define PERSON(dn, class, uid, name, number) \
	"dn: " dn "\nchangetype: add\nobjectClass: inetOrgPerson\nobjectClass: " class "\nuid: " uid "\ncn: " name \
	"\nsn: " name "\nmail: " uid "@ville.example\nhabAgentNumero: " number "\nhabStatut: active\n"
#define WITH_PASSWORD "userPassword: " OLD_PASSWORD "\n"
#define GROUP(dn, cn, member) \
	"dn: " dn "\nchangetype: add\nobjectClass: groupOfNames\ncn: " cn "\nmember: " member "\n\n"
#define UNIT(ou) "dn: ou=" ou "," CAF "\nchangetype: add\nobjectClass: organizationalUnit\nou: " ou "\n\n"
#define MODIFY(dn) "dn: " dn "\nchangetype: modify\n"

static const char stage_ldif[] =
	MODIFY(CAF)
	"replace: mail\nmail: partenaires@caf921.example\n-\nreplace: telephoneNumber\ntelephoneNumber: +33199009210\n\n"
	UNIT("personnel")
	UNIT("roles")
	PERSON(SECOND_AGENT, "habAgent", "pdurand", "Paul Durand", "A-000002") WITH_PASSWORD "\n"
	PERSON("uid=a.valideur," STAFF, "habPersonnel", "a.valideur", "Anne Valideur", "921-0001") WITH_PASSWORD "\n"
	PERSON("uid=c.auditeur," STAFF, "habPersonnel", "c.auditeur", "Cora Auditeur", "921-0002") "\n"
	PERSON("uid=n.auditeur,ou=personnel," SUFFIX, "habPersonnel", "n.auditeur", "Nora Auditeur", "CNAF-0001") "\n"
	GROUP("cn=valideurs,ou=roles," CAF, "valideurs", "UID=A.Valideur,ou=Personnel," CAF)
	GROUP("cn=auditeurs,ou=roles," CAF, "auditeurs", "uid=c.auditeur," STAFF)
	MODIFY("cn=auditeurs,ou=roles," SUFFIX) "replace: member\nmember: uid=n.auditeur,ou=personnel," SUFFIX "\n\n"
	MODIFY(PLACE) "replace: habGestionnaire\nhabGestionnaire: " PROVIDER "\n\n"
	"dn: " AGREEMENT "\nchangetype: add\nobjectClass: habConvention\nhabConventionNumero: 921-2026-0001\n"
	"habStatut: active\nhabDateEffet: 20240101000000Z\nhabTaciteReconduction: TRUE\n"
	"habEtablissementCouvert: " PLACE "\n";
/* clang-format on */

static inline int stage_set_up(void **state)
{
	if (slapd_set_up(state))
		return -1;
	slapd_change(stage_ldif);
	struct arena *a = arena_new();
	struct stage *s = arena_new_of(a, struct stage);

	s->a = a;
	s->dir = arena_printf(s->a, "%s/service", slapd.folder);
	if (mkdir(s->dir, 0700))
		return -1;
	s->writer = fork();
	if (s->writer == 0)
		stage_write(s);
	s->settings = (struct settings){
		.site_url = "https://accueil.example",
		.site_name = "Accueil enfant",
		.run_dir = s->dir,
		.data_communes = "",
		.ldap_suffix = SUFFIX,
		.session_idle_min = 30,
		.session_absolute_h = 10,
		.password_min_length = 8,
		.password_bits = 50,
		.password_staff_bits = 80,
		.temporary_activation_days = 7,
		.temporary_reset_h = 24,
		.limit_writes_per_minute = 30,
		.places_reminder_days = 7,
		.places_stale_days = 30,
		.places_hidden_days = 60,
	};
	s->app = (struct app){ .settings = &s->settings, .test_clock = true };
	s->app.web = slapd_open(SERVICE_WEB);
	s->app.password = slapd_open(SERVICE_PASSWORD);
	s->sync = slapd_open(SERVICE_SYNC);
	s->from = (struct visitor){ .address = "192.0.2.7",
				    .user_agent = "Mozilla/5.0 (X11; Linux) Firefox/140.0",
				    .method = "POST",
				    .path = "/connexion",
				    .resume = "" };
	stage_open(s);
	stage_poll(s);
	*state = s;
	return 0;
}

static inline int stage_tear_down(void **state)
{
	struct stage *s = *state;

	clock_test_offset(0);
	store_close(s->app.store);
	directory_free(s->app.web);
	directory_free(s->app.password);
	directory_free(s->sync);
	kill(s->writer, SIGTERM);
	waitpid(s->writer, NULL, 0);
	arena_free(s->a);
	return slapd_tear_down(state);
}

/* The newest record of an event. */
static inline struct audit_record last_record(struct stage *s, enum event ev)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	struct audit_query q = { .event = event_code(ev), .event_class = -1, .failed = -1, .limit = 1 };
	struct audit_page page = { 0 };

	assert_int_equal(audit_find(&t, s->a, &q, &page), ERR_OK);
	assert_true(page.n == 1);
	return page.v[0];
}

/* Somebody of the directory, as his session would have him. */
static inline struct visitor logged_in(struct stage *s, const char *uid)
{
	struct visitor who = s->from;
	struct person p;

	{
		AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);

		assert_int_equal(person_by_name(&t, s->a, 'u', uid, &p), ERR_OK);
	}
	assert_int_equal(visitor_fill(&s->app, s->a, &p, &who), ERR_OK);
	return who;
}

static inline size_t records_of(struct stage *s, enum event ev)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	struct audit_query q = { .event = event_code(ev), .event_class = -1, .failed = -1 };
	size_t n = 0, failures;

	assert_int_equal(audit_count(&t, &q, 100000, &n, &failures), ERR_OK);
	return n;
}

#endif
