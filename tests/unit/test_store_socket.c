/* What comes over the writer's socket and is no changeset. */
#include "store/ops.h"
#include "store/wire.h"
#include "test_store_server.h"

#include <poll.h>
#include <sys/mman.h>

static int raw_connect(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	memcpy(to.sun_path, path, strlen(path));
	assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
	return fd;
}

static void send_raw(int fd, struct bytes message, int memfd)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct iovec part = { (void *)(uintptr_t)message.p, message.n };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };

	if (memfd >= 0) {
		msg.msg_control = control.room;
		msg.msg_controllen = sizeof control.room;
		struct cmsghdr *h = CMSG_FIRSTHDR(&msg);

		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof memfd);
		memcpy(CMSG_DATA(h), &memfd, sizeof memfd);
	}
	assert_int_equal(sendmsg(fd, &msg, MSG_NOSIGNAL), (ssize_t)message.n);
}

/* The writer hangs up without a word. */
static void expect_closed(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char byte;

	assert_int_equal(poll(&p, 1, 5000), 1);
	assert_true(recv(fd, &byte, 1, 0) <= 0);
	close(fd);
}

static void test_noise_is_hung_up_on(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	AUTO_CLIENT struct client c = client_of(&s);
	struct dice d = { 3 };

	for (int i = 0; i < 200; i++) {
		struct buf b = buf_new(c.a);
		int fd = raw_connect(s.o.socket);

		/* half of them begin like a message of ours */
		if (i % 2) {
			buf_u32(&b, WIRE_REQUEST);
			buf_byte(&b, (uint8_t)(i % 5));
		}
		for (size_t n = 1 + below(&d, 300); n; n--)
			buf_byte(&b, (uint8_t)roll(&d));
		send_raw(fd, buf_bytes(&b), -1);
		expect_closed(fd);
	}
	assert_int_equal(put(&c, "k", "v", NULL), ERR_OK);
}

/* A changeset of a version that knows another table: its sender waits for that id. */
static void test_a_changeset_that_does_not_decode_is_answered(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	AUTO_CLIENT struct client c = client_of(&s);
	struct changeset *cs = changeset_new(c.a);
	int fd = raw_connect(s.o.socket);
	struct buf b = buf_new(c.a);
	uint8_t answer[64];

	changeset_put(cs, TABLE_DRAFT, bytes_of("k"), bytes_of("v"));
	struct bytes wire = changeset_encode(c.a, cs);
	uint8_t *name = memmem(wire.p, wire.n, "DRAFT", 5);

	assert_non_null(name);
	memcpy(name, "DROUT", 5);
	buf_u32(&b, WIRE_REQUEST);
	buf_byte(&b, WAY_INLINE);
	buf_add(&b, wire.p, wire.n);
	send_raw(fd, buf_bytes(&b), -1);
	ssize_t n = recv(fd, answer, sizeof answer, 0);

	assert_true(n >= 21);
	assert_memory_equal(answer + 4, wire.p + 4, 16);
	assert_int_equal(answer[20], WIRE_REFUSED);
	close(fd);
}

/* seals, whether a descriptor goes along, and a size that is not the file's */
static const struct {
	int seals;
	bool sent;
	int more;
	bool taken;
} memfds[] = {
	{ WIRE_SEALS, true, 0, true },
	{ F_SEAL_WRITE | F_SEAL_GROW, true, 0, false },
	{ F_SEAL_SHRINK | F_SEAL_GROW, true, 0, false },
	{ 0, true, 0, false },
	{ WIRE_SEALS, false, 0, false },
	{ WIRE_SEALS, true, 1, false },
	{ WIRE_SEALS, true, -1, false },
	{ WIRE_SEALS, true, CHANGESET_BYTES_MAX, false },
};

static void test_only_sealed_memory_is_read(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	AUTO_CLIENT struct client c = client_of(&s);

	for (size_t i = 0; i < LENGTH(memfds); i++) {
		struct changeset *cs = changeset_new(c.a);
		struct buf b = buf_new(c.a);
		int fd = raw_connect(s.o.socket);
		int memfd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

		changeset_put(cs, TABLE_DRAFT, bytes_of("k"), bytes_of("v"));
		struct bytes wire = changeset_encode(c.a, cs);

		assert_int_equal(write(memfd, wire.p, wire.n), (ssize_t)wire.n);
		if (memfds[i].seals)
			assert_int_equal(fcntl(memfd, F_ADD_SEALS, memfds[i].seals), 0);
		buf_u32(&b, WIRE_REQUEST);
		buf_byte(&b, WAY_MEMFD);
		buf_u32(&b, (uint32_t)((int)wire.n + memfds[i].more));
		send_raw(fd, buf_bytes(&b), memfds[i].sent ? memfd : -1);
		close(memfd);
		if (memfds[i].taken) {
			uint8_t answer[64];

			assert_true(recv(fd, answer, sizeof answer, 0) > 0);
			close(fd);
		} else {
			expect_closed(fd);
		}
	}
	assert_int_equal(entries(&c, TABLE_DRAFT), 1);
}

static void test_who_does_not_read_his_answers_is_hung_up_on(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	AUTO_CLIENT struct client c = client_of(&s);
	struct changeset *cs = changeset_new(c.a);
	int fd = raw_connect(s.o.socket);
	struct buf b = buf_new(c.a);
	ssize_t n = 1;

	changeset_put(cs, TABLE_DRAFT, bytes_of("k"), bytes_of("v"));
	struct bytes wire = changeset_encode(c.a, cs);

	buf_u32(&b, WIRE_REQUEST);
	buf_byte(&b, WAY_INLINE);
	buf_add(&b, wire.p, wire.n);
	for (int i = 0; i < 100000 && n > 0; i++)
		n = send(fd, b.p, b.n, MSG_NOSIGNAL);
	assert_true(n < 0);
	close(fd);
	assert_int_equal(put(&c, "k", "v", NULL), ERR_OK);
}

static void test_a_second_writer_is_refused(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	AUTO_ARENA struct arena *a = arena_new();
	struct writer *w = NULL;
	const char *why = "";

	assert_int_equal(writer_open(a, &s.o, &w, &why), ERR_UNAVAILABLE);
	assert_non_null(strstr(why, "another writer"));
	assert_int_equal(writer_restore(a, &s.o, "/nonexistent", &why), ERR_UNAVAILABLE);
}

static int listen_to_it(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(at.sun_path, path, strlen(path));
	(void)unlink(path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

static void expect_word(int fd, const char *word)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char said[64] = "";

	while (strcmp(said, word) != 0) {
		assert_int_equal(poll(&p, 1, 10000), 1);
		ssize_t n = recv(fd, said, sizeof said - 1, 0);

		assert_true(n > 0);
		said[n] = '\0';
	}
}

static void test_it_tells_its_supervisor_that_it_lives(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	const char *dir = temp_dir(a), *path = arena_printf(a, "%s/notify", dir);
	int fd = listen_to_it(path);

	setenv("NOTIFY_SOCKET", path, 1);
	AUTO_SERVER struct server s = server_new();

	unsetenv("NOTIFY_SOCKET");
	expect_word(fd, "READY=1");
	expect_word(fd, "WATCHDOG=1");
	close(fd);
	/* another one in its place */
	fd = listen_to_it(path);
	expect_word(fd, "WATCHDOG=1");
	assert_int_equal(stop(&s, SIGTERM), 0);
	expect_word(fd, "STOPPING=1");
	close(fd);
	remove_dir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noise_is_hung_up_on),
		cmocka_unit_test(test_a_changeset_that_does_not_decode_is_answered),
		cmocka_unit_test(test_only_sealed_memory_is_read),
		cmocka_unit_test(test_who_does_not_read_his_answers_is_hung_up_on),
		cmocka_unit_test(test_a_second_writer_is_refused),
		cmocka_unit_test(test_it_tells_its_supervisor_that_it_lives),
	};

	return cmocka_run_group_tests(tests, secrets_ready, NULL);
}
