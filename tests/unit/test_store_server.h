/* For tests of store/: a writer in a process of its own, and clients of it. */
#ifndef TEST_STORE_SERVER_H
#define TEST_STORE_SERVER_H

#include "test_store_common.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

struct server {
	struct arena *a;
	struct writer_options o;
	pid_t pid;
};

static inline void sleep_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	(void)nanosleep(&t, NULL);
}

static inline void run_writer(const struct writer_options *o)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct writer *w = NULL;
	const char *why = "";
	enum err e = writer_open(a, o, &w, &why);

	if (!e)
		e = writer_serve(w, &why);
	writer_close(w);
	if (e)
		fprintf(stderr, "writer: %s: %s\n", err_text(e), why);
	arena_free(a);
	_exit(e ? 1 : 0);
}

static inline bool reachable(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	bool yes;

	memcpy(to.sun_path, path, strlen(path));
	yes = connect(fd, (const struct sockaddr *)&to, sizeof to) == 0;
	close(fd);
	return yes;
}

static inline void start(struct server *s)
{
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0)
		run_writer(&s->o);
	for (int i = 0; i < 500 && !reachable(s->o.socket); i++)
		sleep_ms(10);
}

/* Its exit status; a signal's number negative. */
static inline int stop(struct server *s, int sig)
{
	int status = 0;

	kill(s->pid, sig);
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	s->pid = 0;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static inline struct server server_new(void)
{
	struct server s = { .a = arena_new() };

	s.o = (struct writer_options){ .dir = temp_dir(s.a), .map_bytes = MAP_BYTES };
	s.o.socket = arena_printf(s.a, "%s/writer.sock", s.o.dir);
	start(&s);
	return s;
}

static inline void server_done(struct server *s)
{
	if (s->pid)
		stop(s, SIGTERM);
	remove_dir(s->o.dir);
	arena_free(s->a);
}

#define AUTO_SERVER AUTO(server_done)

/* A client: its store lives in an arena of its own. */
struct client {
	struct arena *a;
	struct store *st;
};

static inline struct client client_of(const struct server *s)
{
	struct client c = { .a = arena_new() };
	struct store_place place = { .dir = s->o.dir, .writer = s->o.socket, .map_bytes = MAP_BYTES };
	const char *why = "";
	enum err e = store_open(c.a, &place, BOTH_PARTS, &c.st, &why);

	if (e)
		fail_msg("%s: %s", err_text(e), why);
	return c;
}

static inline void client_done(struct client *c)
{
	store_close(c->st);
	arena_free(c->a);
}

#define AUTO_CLIENT AUTO(client_done)

static inline enum err put(struct client *c, const char *key, const char *value, uint64_t *rev)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct changeset *cs = changeset_new(a);

	changeset_put(cs, TABLE_LISTING, bytes_of(key), bytes_of(value));
	note(cs, EVENT_REVISION_ACCEPTED);
	return changeset_commit(c->st, cs, rev);
}

static inline bool has(struct client *c, const char *key, const char *value)
{
	AUTO_TXN struct txn t = txn_read(c->st, STORE_MAIN);
	struct record rec;

	return txn_get(&t, TABLE_LISTING, bytes_of(key), &rec) == ERR_OK && bytes_equal(rec.payload, bytes_of(value));
}

static inline struct audit_verdict verdict(struct client *c)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct audit_verdict v = { .reason = "" };

	assert_int_equal(audit_verify(a, c->st, &v), ERR_OK);
	return v;
}

/* Children end by _exit with what a check says. */
static inline void reap(const pid_t *pids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

static inline uint64_t entries(struct client *c, enum table table)
{
	AUTO_TXN struct txn t = txn_read(c->st, table_part(table));

	return txn_count(&t, table);
}

#endif
