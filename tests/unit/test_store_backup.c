/* Backup, restore, and what a copy shows. */
#include "test_store_server.h"

#include "base/sandbox.h"
#include "base/settings.h"

static const char *backup(struct server *s, const char *name)
{
	AUTO_CLIENT struct client c = client_of(s);
	const char *file = arena_printf(s->a, "%s/%s", s->o.dir, name);
	const char *why = "";

	if (store_backup(c.st, file, &why))
		fail_msg("%s", why);
	return file;
}

/* As habilisctl and habilis-writer --restore do it. */
static int restore_confined(struct server *s, const char *file)
{
	static const struct settings settings = { .run_dir = "" };
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		AUTO_ARENA struct arena *a = arena_new();
		const char *why = "";

		sandbox_enter(SANDBOX_COMMAND, &settings);
		_exit((int)writer_restore(a, &s->o, file, &why));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static enum err restore(struct server *s, const char *file, const char **why)
{
	AUTO_ARENA struct arena *a = arena_new();
	const char *said = "";
	enum err e = writer_restore(a, &s->o, file, &said);

	*why = arena_strdup(s->a, said);
	return e;
}

static void publish(struct client *c, const char *key)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct changeset *cs = changeset_new(a);

	changeset_publish(cs, TABLE_PUBLIC_LISTING, bytes_of(key), bytes_of("page"));
	assert_int_equal(changeset_commit(c->st, cs, NULL), ERR_OK);
}

/* Sessions and passwords of a morning, of which the evening knows that they are over. */
static void test_a_restore_lets_nobody_in(void **state)
{
	static const enum table tables[] = { TABLE_SESSION, TABLE_SESSION_OF, TABLE_KEPT, TABLE_TEMP_PASSWORD,
					     TABLE_MAILED_LINK };
	(void)state;
	AUTO_SERVER struct server s = server_new();
	struct client c = client_of(&s);
	const char *why;

	for (uint64_t n = 0; n < 3; n++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct changeset *cs = changeset_new(a);

		for (uint64_t i = 0; i < 1000; i++)
			changeset_put(cs, tables[i % LENGTH(tables)], key_u64(a, n * 1000 + i), bytes_of("v"));
		changeset_put(cs, TABLE_COUNTER, key_u64(a, n), bytes_of("v"));
		note(cs, EVENT_REVISION_ACCEPTED);
		assert_int_equal(changeset_commit(c.st, cs, NULL), ERR_OK);
	}
	const char *file = backup(&s, "backup");

	client_done(&c);
	assert_int_equal(stop(&s, SIGTERM), 0);
	assert_int_equal(restore(&s, file, &why), ERR_OK);
	start(&s);
	c = client_of(&s);
	for (size_t i = 0; i < LENGTH(tables); i++)
		assert_int_equal(entries(&c, tables[i]), 0);
	assert_int_equal(entries(&c, TABLE_COUNTER), 3);
	client_done(&c);
}

static void test_a_restore_brings_back_what_was_saved(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	struct client c = client_of(&s);
	struct stat st;
	const char *why;

	assert_int_equal(put(&c, "k", "old", NULL), ERR_OK);
	publish(&c, "E1");
	const char *file = backup(&s, "backup");

	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(put(&c, "k", "new", NULL), ERR_OK);
	publish(&c, "E2");
	client_done(&c);
	assert_int_equal(stop(&s, SIGTERM), 0);
	assert_int_equal(restore(&s, file, &why), ERR_OK);
	start(&s);
	c = client_of(&s);
	assert_true(has(&c, "k", "old"));
	/* E1 was still in OUTBOUND; E2 is as if it had never been */
	assert_int_equal(entries(&c, TABLE_PUBLIC_LISTING), 1);
	struct audit_verdict v = verdict(&c);

	assert_true(v.whole);
	assert_int_equal(v.records, 2);
	assert_int_equal(put(&c, "k", "later", NULL), ERR_OK);
	assert_true(has(&c, "k", "later"));
	client_done(&c);
	assert_int_equal(stat(arena_printf(s.a, "%s/store/data.mdb", s.o.dir), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(stat(arena_printf(s.a, "%s/store/lock.mdb", s.o.dir), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
}

static uid_t owner_of(struct server *s, const char *file)
{
	struct stat st;

	assert_int_equal(stat(arena_printf(s->a, "%s/%s", s->o.dir, file), &st), 0);
	return st.st_uid;
}

static void test_what_root_restores_belongs_to_the_folders_owner(void **state)
{
	static const char *const folders[] = { ".", "store", "public" };
	static const char *const restored[] = { "store/data.mdb", "store/lock.mdb", "public/data.mdb",
						"public/lock.mdb", "writer.lock" };
	AUTO_SERVER struct server s = server_new();
	struct client c = client_of(&s);

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(put(&c, "k", "v", NULL), ERR_OK);
	const char *file = backup(&s, "backup");

	client_done(&c);
	assert_int_equal(stop(&s, SIGTERM), 0);
	for (size_t i = 0; i < LENGTH(folders); i++)
		assert_int_equal(chown(arena_printf(s.a, "%s/%s", s.o.dir, folders[i]), 65534, 65534), 0);
	assert_int_equal(restore_confined(&s, file), 0);
	for (size_t i = 0; i < LENGTH(restored); i++)
		assert_int_equal(owner_of(&s, restored[i]), 65534);
}

static void test_a_restore_refuses_while_somebody_reads_or_writes(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	struct client c = client_of(&s);
	const char *why;
	int go[2];

	assert_int_equal(put(&c, "k", "v", NULL), ERR_OK);
	client_done(&c);
	const char *file = backup(&s, "backup");

	assert_int_equal(restore(&s, file, &why), ERR_UNAVAILABLE);
	assert_non_null(strstr(why, "another writer"));
	assert_int_equal(pipe(go), 0);
	pid_t reader = fork();

	if (reader == 0) {
		char byte;

		close(go[1]);
		c = client_of(&s);
		_exit(read(go[0], &byte, 1) == 0 && has(&c, "k", "v") ? 0 : 1);
	}
	close(go[0]);
	sleep_ms(200);
	assert_int_equal(stop(&s, SIGTERM), 0);
	assert_int_equal(restore(&s, file, &why), ERR_UNAVAILABLE);
	assert_non_null(strstr(why, "1 processes read"));
	close(go[1]);
	reap(&reader, 1);
	assert_int_equal(restore(&s, file, &why), ERR_OK);
}

static void test_a_restore_takes_only_a_store(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	struct client c = client_of(&s);
	const char *why, *noise = arena_printf(s.a, "%s/noise", s.o.dir);
	FILE *f = fopen(noise, "we");

	assert_non_null(f);
	for (int i = 0; i < 100000; i++)
		assert_int_not_equal(fputc(i * 7 % 251, f), EOF);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(put(&c, "k", "v", NULL), ERR_OK);
	client_done(&c);
	assert_int_equal(stop(&s, SIGTERM), 0);
	assert_int_not_equal(restore(&s, noise, &why), ERR_OK);
	assert_int_not_equal(restore(&s, "/nonexistent", &why), ERR_OK);
	start(&s);
	c = client_of(&s);
	assert_true(has(&c, "k", "v"));
	client_done(&c);
}

static void flip(const char *file, off_t at)
{
	int fd = open(file, O_RDWR | O_CLOEXEC);
	uint8_t byte;

	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

/* Where the event's code stands in the file. */
static off_t found_at(const char *file, const char *text)
{
	static char content[1 << 20];
	FILE *f = fopen(file, "re");

	assert_non_null(f);
	size_t n = fread(content, 1, sizeof content, f);
	const char *at = memmem(content, n, text, strlen(text));

	assert_int_equal(fclose(f), 0);
	assert_non_null(at);
	return at - content;
}

static void test_a_damaged_backup_leaves_the_store_alone(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	struct client c = client_of(&s);
	struct stat st;
	const char *why;

	for (int i = 0; i < 40; i++)
		assert_int_equal(put(&c, "k", "old", NULL), ERR_OK);
	const char *file = backup(&s, "backup"), *cut = backup(&s, "cut");

	assert_int_equal(put(&c, "k", "new", NULL), ERR_OK);
	client_done(&c);
	assert_int_equal(stop(&s, SIGTERM), 0);
	assert_int_equal(stat(cut, &st), 0);
	for (off_t left = st.st_size - 1; left >= 0; left = left ? left * 2 / 3 : -1) {
		assert_int_equal(truncate(cut, left), 0);
		assert_int_equal(restore(&s, cut, &why), ERR_CORRUPT);
		assert_non_null(strstr(why, left > 4096 ? "its end is missing" : "not a backup"));
	}
	off_t at = found_at(file, event_code(EVENT_REVISION_ACCEPTED));

	flip(file, at);
	assert_int_equal(restore(&s, file, &why), ERR_CORRUPT);
	assert_non_null(strstr(why, "its log is broken at record"));
	start(&s);
	c = client_of(&s);
	assert_true(has(&c, "k", "new"));
	assert_true(verdict(&c).whole);
	client_done(&c);
	assert_int_equal(stop(&s, SIGTERM), 0);
	flip(file, at);
	assert_int_equal(restore(&s, file, &why), ERR_OK);
}

static void test_a_backup_never_overwrites(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	AUTO_CLIENT struct client c = client_of(&s);
	const char *why = "", *file = arena_printf(s.a, "%s/backup", s.o.dir);

	assert_int_equal(store_backup(c.st, file, &why), ERR_OK);
	assert_int_not_equal(store_backup(c.st, file, &why), ERR_OK);
	assert_int_not_equal(store_backup(c.st, "/nonexistent/backup", &why), ERR_OK);
}

/* The file, a folder with data.mdb alone, and the live folders: all show the same log. */
static void test_a_log_is_verified_wherever_it_lies(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	struct client c = client_of(&s);
	AUTO_ARENA struct arena *a = arena_new();

	for (int i = 0; i < 20; i++)
		assert_int_equal(put(&c, "k", "v", NULL), ERR_OK);
	client_done(&c);
	const char *file = backup(&s, "backup"), *copy = arena_printf(a, "%s/copy", s.o.dir);

	assert_int_equal(mkdir(copy, 0700), 0);
	assert_int_equal(link(file, arena_printf(a, "%s/data.mdb", copy)), 0);
	const char *const places[] = { s.o.dir, arena_printf(a, "%s/store", s.o.dir), file, copy };

	for (size_t i = 0; i < LENGTH(places); i++) {
		struct store_place place = { .dir = places[i], .read_ahead = true };
		struct audit_verdict v = { .reason = "" };
		const char *why = "";

		print_message("%s\n", places[i]);
		assert_int_equal(audit_verify_place(a, &place, &v, &why), ERR_OK);
		assert_true(v.whole);
		assert_int_equal(v.records, 20);
	}
	/* a copy stays as it was: no lock file came to be */
	assert_int_not_equal(access(arena_printf(a, "%s/lock.mdb", copy), F_OK), 0);
	struct store_place nowhere = { .dir = "/nonexistent" };
	struct audit_verdict v;
	const char *why = "";

	assert_int_equal(audit_verify_place(a, &nowhere, &v, &why), ERR_NOTFOUND);
	assert_non_null(strstr(why, "/nonexistent"));
}

/* LMDB has no checksums: below its rows anything may happen, but it ends as a verdict or an error, never in a
   crash here. */
static void test_a_damaged_file_is_a_verdict(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	struct client c = client_of(&s);
	struct dice d = { 11 };
	size_t whole = 0;

	for (int i = 0; i < 40; i++)
		assert_int_equal(put(&c, "k", "v", NULL), ERR_OK);
	client_done(&c);
	const char *file = backup(&s, "backup");
	struct stat st;

	assert_int_equal(stat(file, &st), 0);
	for (int i = 0; i < 300; i++) {
		AUTO_ARENA struct arena *a = arena_new();
		int fd = open(file, O_RDWR | O_CLOEXEC);
		off_t at = (off_t)below(&d, (size_t)st.st_size);
		uint8_t was, now;
		struct store_place place = { .dir = file };
		struct audit_verdict v = { .whole = true };
		const char *why = "";

		assert_int_equal(pread(fd, &was, 1, at), 1);
		now = was ^ (uint8_t)(1u << below(&d, 8));
		assert_int_equal(pwrite(fd, &now, 1, at), 1);
		enum err e = audit_verify_place(a, &place, &v, &why);

		assert_true(e || v.whole || v.bad_seq);
		whole += !e && v.whole;
		assert_int_equal(pwrite(fd, &was, 1, at), 1);
		close(fd);
	}
	/* other tables and unused bytes are most of so small a file */
	print_message("%zu of 300 flips were outside the log\n", whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_restore_lets_nobody_in),
		cmocka_unit_test(test_a_restore_brings_back_what_was_saved),
		cmocka_unit_test(test_what_root_restores_belongs_to_the_folders_owner),
		cmocka_unit_test(test_a_restore_refuses_while_somebody_reads_or_writes),
		cmocka_unit_test(test_a_restore_takes_only_a_store),
		cmocka_unit_test(test_a_damaged_backup_leaves_the_store_alone),
		cmocka_unit_test(test_a_backup_never_overwrites),
		cmocka_unit_test(test_a_log_is_verified_wherever_it_lies),
		cmocka_unit_test(test_a_damaged_file_is_a_verdict),
	};

	return cmocka_run_group_tests(tests, secrets_ready, NULL);
}
