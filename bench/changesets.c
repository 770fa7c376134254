/* Durable changesets: 5 puts, one audit record with its indexes, through a real writer process.
     changesets DIR CLIENTS SECONDS     prints: changesets a second, p50 and p99 in milliseconds */
#include "base/procs.h"
#include "base/secret.h"
#include "bench/samples.h"
#include "store/changeset.h"
#include "store/writer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct changeset *one(struct arena *a, unsigned client, unsigned serial)
{
	struct changeset *cs = changeset_new(a);
	struct audit_record r;
	uint8_t value[200];

	secret_random(value, sizeof value);
	codec_default(&audit_record_codec, &r);
	r.event = "places_published";
	r.number = "921-0001";
	r.person.b[0] = (uint8_t)client;
	r.establishment.b[0] = (uint8_t)(serial % 200);
	r.caf = "921";
	r.address = "198.51.100.24";
	for (unsigned i = 0; i < 5; i++) {
		const char *key = arena_printf(a, "%02u %08u %u", client, serial, i);

		changeset_put(cs, TABLE_GRID_HISTORY, key_text(a, key), key_bytes(value, sizeof value));
	}
	changeset_audit(cs, &r);
	return cs;
}

static void client(const struct store_place *place, unsigned number, double seconds, struct samples *s)
{
	AUTO_ARENA struct arena *base = arena_new();
	struct store *st;
	const char *why;
	int64_t end = micros() + (int64_t)(seconds * 1e6);

	if (store_open(base, place, 1u << STORE_MAIN, &st, &why))
		_exit(1);
	for (unsigned serial = 0; micros() < end; serial++) {
		AUTO_ARENA struct arena *a = arena_new();
		int64_t began = micros();

		if (changeset_commit(st, one(a, number, serial), NULL))
			_exit(1);
		sample_since(s, began);
	}
	_exit(0);
}

static int serve(const struct writer_options *o)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct writer *w;
	const char *why = "";

	procs_on_term();
	if (writer_open(a, o, &w, &why) || writer_serve(w, &why)) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	writer_close(w);
	return 0;
}

int main(int argc, char **argv)
{
	AUTO_ARENA struct arena *a = arena_new();

	if (argc != 4)
		return 2;
	secret_init();
	const char *socket = arena_printf(a, "%s/writer.sock", argv[1]);
	struct writer_options o = { .dir = argv[1], .socket = socket, .map_bytes = 8ull << 30 };
	struct store_place place = { .dir = argv[1], .writer = socket, .map_bytes = 8ull << 30 };
	struct samples *s = samples_new();
	double seconds = atof(argv[3]);
	pid_t writer = fork();

	if (writer == 0)
		_exit(serve(&o));
	while (access(socket, F_OK))
		usleep(10000);
	for (int i = 0; i < atoi(argv[2]); i++)
		if (fork() == 0)
			client(&place, (unsigned)i, seconds, s);
	for (int i = 0; i < atoi(argv[2]); i++)
		if (wait(NULL) == writer)
			return 1;
	kill(writer, SIGTERM);
	waitpid(writer, NULL, 0);
	return samples_print(s, seconds);
}
