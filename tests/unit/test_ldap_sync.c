/* What the mirror is told, and what happens when slapd is slow, gone, back, or somebody else. */
#include "tests/unit/test_ldap_slapd.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PEOPLE "(objectClass=habAgent)"
#define OTHER "uid=adurand," PROVIDER

static void add_other(void)
{
	slapd_change("dn: " OTHER "\nchangetype: add\nobjectClass: inetOrgPerson\nobjectClass: habAgent\nuid: adurand\n"
		     "cn: A Durand\nsn: Durand\nmail: a.durand@ville.fr\nhabAgentNumero: A-000002\nhabStatut: active\n");
}

/* The next poll of p's cookie; p is then what it answered. */
static void poll_again(struct directory *d, const char *filter, struct sync_result *p)
{
	assert_int_equal(directory_sync(d, slapd.arena, SUFFIX, filter, p->cookie, p), ERR_OK);
}

static struct sync_result first_poll(struct directory *d, const char *filter)
{
	struct sync_result p = { .cookie = "" };

	poll_again(d, filter, &p);
	assert_true(p.whole);
	return p;
}

static void assert_event(const struct sync_result *p, size_t i, enum sync_kind kind, struct uuid uuid)
{
	assert_true(i < p->n);
	assert_int_equal(p->v[i].kind, kind);
	assert_true(uuid_equal(p->v[i].uuid, uuid));
}

static void test_a_poll_tells_what_changed_since_the_last(void **state)
{
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_SYNC);
	struct sync_result p = first_poll(d, PEOPLE);
	struct uuid martin = p.v[0].uuid;

	(void)state;
	assert_int_equal(p.n, 1);
	assert_string_equal(p.v[0].entry.dn, AGENT);
	assert_string_equal(entry_text(&p.v[0].entry, "mail"), "j.martin@ville.fr");
	assert_non_null(entry_text(&p.v[0].entry, "entryCSN"));
	assert_null(entry_text(&p.v[0].entry, "userPassword"));

	poll_again(d, PEOPLE, &p);
	assert_true(p.n == 0 && !p.whole);

	add_other();
	poll_again(d, PEOPLE, &p);
	assert_true(p.n == 1 && !p.whole && p.v[0].kind == SYNC_ENTRY);
	assert_string_equal(p.v[0].entry.dn, OTHER);
	struct uuid other = p.v[0].uuid;

	slapd_change("dn: " OTHER "\nchangetype: modify\nreplace: habStatut\nhabStatut: suspendue\n\n"
		     "dn: " OTHER "\nchangetype: modrdn\nnewrdn: uid=adurand2\ndeleteoldrdn: 1\n");
	poll_again(d, PEOPLE, &p);
	assert_int_equal(p.n, 1);
	assert_event(&p, 0, SYNC_ENTRY, other);
	assert_string_equal(p.v[0].entry.dn, "uid=adurand2," PROVIDER);
	assert_string_equal(entry_text(&p.v[0].entry, "habStatut"), "suspendue");

	slapd_change("dn: uid=adurand2," PROVIDER "\nchangetype: delete\n");
	poll_again(d, PEOPLE, &p);
	assert_true(p.n == 1 && !p.whole);
	assert_event(&p, 0, SYNC_DELETED, other);
	assert_false(uuid_equal(martin, other));
}

/* The session log of slapd is in memory: after a restart it says what is still there instead of what is gone. */
static void test_what_went_before_a_restart_is_missing_after_it(void **state)
{
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_SYNC);

	(void)state;
	add_other();
	struct sync_result p = first_poll(d, PEOPLE);
	struct uuid martin = p.v[strcmp(p.v[0].entry.dn, AGENT) == 0 ? 0 : 1].uuid;

	assert_int_equal(p.n, 2);
	slapd_change("dn: " OTHER "\nchangetype: delete\n");
	slapd_stop(SIGTERM);
	slapd_start();
	poll_again(d, PEOPLE, &p);
	assert_true(p.whole);
	assert_int_equal(p.n, 1);
	assert_event(&p, 0, SYNC_PRESENT, martin);
	poll_again(d, PEOPLE, &p);
	assert_true(p.n == 0 && !p.whole);
}

static void test_a_useless_cookie_starts_anew(void **state)
{
	static const char *const cookies[] = {
		"rid=000,sid=001,csn=20200101000000.000000Z#000000#001#000000",
		"rid=000,sid=001,csn=20990101000000.000000Z#000000#001#000000",
		"rid=000,sid=002,csn=20200101000000.000000Z#000000#002#000000",
		"rid=000,sid=002,csn=20990101000000.000000Z#000000#002#000000",
		"rid=000,sid=001",
		"nonsense",
	};
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_SYNC);

	(void)state;
	for (size_t i = 0; i < LENGTH(cookies); i++) {
		struct sync_result p = { .cookie = cookies[i] };

		print_message("%s\n", cookies[i]);
		poll_again(d, PEOPLE, &p);
		assert_true(p.whole && p.n == 1 && p.v[0].kind == SYNC_ENTRY);
		assert_string_not_equal(p.cookie, cookies[i]);
	}
}

static void test_the_log_is_followed_too(void **state)
{
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_LOG);
	struct sync_result p = { 0 };

	(void)state;
	assert_int_equal(directory_sync(d, slapd.arena, "cn=accesslog", "(objectClass=*)", "", &p), ERR_OK);
	assert_true(p.n > 0);
	slapd_change("dn: " AGENT "\nchangetype: modify\nreplace: title\ntitle: Directrice\n");
	assert_int_equal(directory_sync(d, slapd.arena, "cn=accesslog", "(reqType=modify)", p.cookie, &p), ERR_OK);
	assert_int_equal(p.n, 1);
	assert_false(p.whole);
	assert_string_equal(entry_text(&p.v[0].entry, "reqDN"), AGENT);
	assert_non_null(entry_text(&p.v[0].entry, "entryCSN"));
}

static void test_lost_connections_are_made_again(void **state)
{
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_CLERK);
	struct change change = { CHANGE_REPLACE, "title", { (const char *[]){ "Directrice" }, 1 } };

	(void)state;
	assert_int_equal(directory_ping(d), ERR_OK);
	slapd_stop(SIGTERM);
	assert_int_equal(directory_ping(d), ERR_UNAVAILABLE);
	assert_string_equal(directory_trouble(d), "bind: Can't contact LDAP server (-1)");
	slapd_start();
	assert_int_equal(directory_ping(d), ERR_OK);
	assert_string_equal(directory_trouble(d), "");
	slapd_stop(SIGKILL);
	slapd_start();
	assert_int_equal(directory_modify(d, slapd.arena, AGENT, &change, 1, "test", NULL), ERR_OK);
}

static void test_a_silent_server_is_left_within_three_seconds(void **state)
{
	AUTO_DIRECTORY struct directory *known = slapd_open(SERVICE_CLERK), *fresh = slapd_open(SERVICE_WEB);
	struct change change = { CHANGE_REPLACE, "title", { (const char *[]){ "Directeur" }, 1 } };
	enum bind_outcome bound;
	int status;

	(void)state;
	assert_int_equal(directory_ping(known), ERR_OK);
	kill(slapd.pid, SIGSTOP);
	/* its threads may go on for a while */
	assert_int_equal(waitpid(slapd.pid, &status, WUNTRACED), slapd.pid);
	int64_t start = clock_monotonic();
	enum err write = directory_modify(known, slapd.arena, AGENT, &change, 1, "test", NULL);
	int64_t first = clock_monotonic();
	enum err read = directory_ping(fresh);
	int64_t second = clock_monotonic();
	enum err bind = directory_bind(fresh, AGENT, bytes_of("faux"), "test", &bound);
	int64_t third = clock_monotonic();

	kill(slapd.pid, SIGCONT);
	assert_int_equal(write, ERR_UNKNOWN);
	assert_int_equal(read, ERR_UNAVAILABLE);
	assert_int_equal(bind, ERR_UNAVAILABLE);
	assert_in_range(first - start, 1500, 3000);
	assert_in_range(second - first, 1500, 3000);
	assert_in_range(third - second, 1500, 3000);
	assert_int_equal(directory_ping(known), ERR_OK);
}

/* Somebody else listens there, and says this to whoever comes. */
static pid_t pretend(int family, const struct bytes says, const char **uri)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	struct sockaddr_in inet = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr *at = family == AF_UNIX ? (struct sockaddr *)&local : (struct sockaddr *)&inet;
	socklen_t n = family == AF_UNIX ? sizeof local : sizeof inet;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(local.sun_path, sizeof local.sun_path, "%s/other", slapd.folder);
	unlink(local.sun_path);
	assert_true(fd >= 0 && bind(fd, at, n) == 0 && listen(fd, 8) == 0 && getsockname(fd, at, &n) == 0);
	pid_t child = fork();

	for (int peer; child == 0 && (peer = accept(fd, NULL, NULL)) >= 0;)
		(void)!write(peer, says.p, says.n);
	close(fd);
	*uri = family == AF_UNIX ? arena_printf(slapd.arena, "ldapi://%%2Ftmp%%2F%s%%2Fother", slapd.folder + 5) :
				   arena_printf(slapd.arena, "ldaps://127.0.0.1:%u", ntohs(inet.sin_port));
	return child;
}

static void test_a_false_server_holds_nobody(void **state)
{
	static const struct {
		int family;
		const char *says;
	} servers[] = {
		{ AF_UNIX, "" }, /* nothing */
		{ AF_UNIX, "0\x0C\x02\x01\x01"
			   "a" },                     /* half an answer */
		{ AF_UNIX, "0\x84\x7F\xFF\xFF\xFF" }, /* the promise of two gigabytes */
		{ AF_UNIX, "HTTP/1.1 400 Bad Request\r\n\r\n" },
		{ AF_INET, "" }, /* no TLS */
		{ AF_INET, "HTTP/1.1 400 Bad Request\r\n\r\n" },
		{ AF_INET, "\x16\x03\x03\x10" }, /* half a handshake */
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(servers); i++) {
		const char *uri;
		pid_t child = pretend(servers[i].family, bytes_of(servers[i].says), &uri);
		AUTO_DIRECTORY struct directory *d =
			slapd_open_at(uri, SERVICE_WEB, true, arena_printf(slapd.arena, "%s/ca.crt", slapd.folder));
		int64_t start = clock_monotonic();
		enum err e = directory_ping(d);
		int64_t end = clock_monotonic();

		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		print_message("server %zu: %lld ms, %s\n", i, (long long)(end - start), directory_trouble(d));
		assert_int_equal(e, ERR_UNAVAILABLE);
		assert_true(end - start < 3000);
	}
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void test_signals_do_not_cut_an_operation(void **state)
{
	struct sigaction action = { .sa_handler = on_alarm }, before; /* no SA_RESTART */
	struct itimerval often = { { 0, 500 }, { 0, 500 } }, never = { 0 };
	size_t failed = 0;

	(void)state;
	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 50; i++) {
		AUTO_DIRECTORY struct directory *d = slapd_open_at(slapd.ldaps, SERVICE_WEB, true,
								   arena_printf(slapd.arena, "%s/ca.crt", slapd.folder));

		failed += directory_ping(d) || directory_ping(d);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &before, NULL);
	assert_int_equal(failed, 0);
}

static void test_only_the_right_authority_gets_a_password(void **state)
{
	static const struct {
		const char *ca;
		enum err wanted;
	} tries[] = { { "ca.crt", ERR_OK }, { "other.crt", ERR_UNAVAILABLE }, { "none.crt", ERR_UNAVAILABLE } };

	(void)state;
	for (size_t i = 0; i < LENGTH(tries); i++) {
		AUTO_DIRECTORY struct directory *d = slapd_open_at(
			slapd.ldaps, SERVICE_WEB, true, arena_printf(slapd.arena, "%s/%s", slapd.folder, tries[i].ca));

		print_message("%s\n", tries[i].ca);
		assert_int_equal(directory_ping(d), tries[i].wanted);
	}
}

/* slapd's own unix user is its root; asking to be the service, it is no more than that. */
static void test_a_unix_user_is_never_more_than_the_service(void **state)
{
	AUTO_DIRECTORY struct directory *web = slapd_open_at(slapd.ldapi, SERVICE_WEB, false, "");
	AUTO_DIRECTORY struct directory *setter = slapd_open_at(slapd.ldapi, SERVICE_PASSWORD, false, "");

	(void)state;
	assert_int_equal(directory_install_password(web, AGENT, bytes_of("Prov1234"), "test"), ERR_DENIED);
	assert_int_equal(directory_install_password(setter, AGENT, bytes_of("Prov1234"), "test"), ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_poll_tells_what_changed_since_the_last),
		cmocka_unit_test(test_what_went_before_a_restart_is_missing_after_it),
		cmocka_unit_test(test_a_useless_cookie_starts_anew),
		cmocka_unit_test(test_the_log_is_followed_too),
		cmocka_unit_test(test_lost_connections_are_made_again),
		cmocka_unit_test(test_a_silent_server_is_left_within_three_seconds),
		cmocka_unit_test(test_a_false_server_holds_nobody),
		cmocka_unit_test(test_signals_do_not_cut_an_operation),
		cmocka_unit_test(test_only_the_right_authority_gets_a_password),
		cmocka_unit_test(test_a_unix_user_is_never_more_than_the_service),
	};

	return cmocka_run_group_tests(tests, slapd_set_up, slapd_tear_down);
}
