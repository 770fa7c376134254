/* What serve.c believes of libfcgi. Its header says of these fields "Don't use anything below here". */
#include "tests/unit/test_http_client.h"

static void test_libfcgi_still_has_the_two_fields_we_set(void **state)
{
	struct bytes rq = get_of("/", KEEP);
	FCGX_Request fcgi;
	int s[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	assert_int_equal(FCGX_Init(), 0);
	for (int i = 0; i < 3; i++) {
		FCGX_InitRequest(&fcgi, -1, 0);
		assert_int_equal(fcgi.ipcFd, -1);
		fcgi.ipcFd = s[0];
		fcgi.keepConnection = 1;
		assert_true(say(s[1], i < 2 ? rq : get_of("/", 0)));
		assert_int_equal(FCGX_Accept_r(&fcgi), 0);
		assert_int_equal(fcgi.ipcFd, s[0]);
		assert_int_equal(fcgi.keepConnection, i < 2);
		assert_string_equal(FCGX_GetParam("DOCUMENT_URI", fcgi.envp), "/");
		assert_int_equal(FCGX_GetChar(fcgi.in), -1);
		FCGX_PutStr("Status: 200\r\n\r\n", 15, fcgi.out);
		FCGX_Finish_r(&fcgi);
		assert_true(hear(s[1]).whole);
		assert_int_equal(fcgi.ipcFd, i < 2 ? s[0] : -1);
	}
	assert_true(is_closed(s[1]));
	close(s[1]);
}

static void test_a_broken_request_is_an_error_and_a_closed_descriptor(void **state)
{
	FCGX_Request fcgi;
	int s[2];

	(void)state;
	assert_int_equal(FCGX_Init(), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	FCGX_InitRequest(&fcgi, -1, 0);
	fcgi.ipcFd = s[0];
	fcgi.keepConnection = 1;
	assert_true(say(s[1], bytes_of("garbage garbage garbage")));
	shutdown(s[1], SHUT_WR);
	assert_true(FCGX_Accept_r(&fcgi) < 0);
	assert_int_equal(fcgi.ipcFd, -1);
	assert_true(is_closed(s[1]));
	close(s[1]);
}

/* As serve.c does: nothing is written, nothing is closed. */
static void test_a_request_is_freed_without_being_finished(void **state)
{
	FCGX_Request fcgi;
	int s[2];
	char c;

	(void)state;
	assert_int_equal(FCGX_Init(), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	for (int i = 0; i < 2; i++) {
		FCGX_InitRequest(&fcgi, -1, 0);
		fcgi.ipcFd = s[0];
		fcgi.keepConnection = 1;
		assert_true(say(s[1], get_of("/", KEEP)));
		assert_int_equal(FCGX_Accept_r(&fcgi), 0);
		assert_int_equal(fcgi.requestId, 1);
		assert_int_equal(FCGX_GetChar(fcgi.in), -1);
		assert_int_equal(FCGX_GetError(fcgi.in), 0);
		FCGX_Free(&fcgi, 0);
		assert_int_equal(fcgi.ipcFd, s[0]);
		assert_int_equal(recv(s[1], &c, 1, MSG_DONTWAIT), -1);
	}
	close(s[0]);
	close(s[1]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_libfcgi_still_has_the_two_fields_we_set),
		cmocka_unit_test(test_a_broken_request_is_an_error_and_a_closed_descriptor),
		cmocka_unit_test(test_a_request_is_freed_without_being_finished),
	};

	return cmocka_run_group_tests(tests, worker_setup, worker_teardown);
}
