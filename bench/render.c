/* A listing's page, dispatched in one process with the public environment in memory: no socket, no wait.
     render CONFIG PATH ROUNDS     prints: microseconds of CPU a page, bytes */
#include "base/secret.h"
#include "fcgi/page/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static size_t once(struct dispatch *d, const char *path)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct http_request rq = {
		.arena = a,
		.method = METHOD_GET,
		.path = path,
		.query = "fait=" /* not the page kept ready: made anew */,
		.content_type = "",
		.address = "127.0.0.1",
		.user_agent = "",
		.origin = "",
		.fetch_site = "",
		.if_none_match = "",
		.cookie = "",
	};
	struct http_reply re;

	http_reply_init(&re, a);
	dispatch(d, &rq, &re);
	return re.status == 200 ? re.body.n : 0;
}

int main(int argc, char **argv)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct app app;
	const char *why;
	size_t bytes = 0;

	if (argc != 4)
		return 2;
	secret_init();
	if (app_open(a, argv[1], APP_PUBLIC, &app, &why)) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	/* read at each look at the clock, by services under test alone */
	clock_test_file(NULL);
	struct dispatch d = { &app, POOL_PUBLIC };
	int rounds = atoi(argv[3]);

	for (int i = 0; i < 1000; i++)
		bytes = once(&d, argv[2]);
	double began = cpu_us();

	for (int i = 0; i < rounds; i++)
		bytes = once(&d, argv[2]);
	printf("%.2f %zu\n", (cpu_us() - began) / rounds, bytes);
	app_close(&app);
	return bytes ? 0 : 1;
}
