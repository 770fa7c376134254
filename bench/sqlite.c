/* The peer of the writer: the same rows and indexes in SQLite, WAL, synchronous=FULL, a connection a client.
     sqlite FILE CLIENTS SECONDS     prints: transactions a second, p50 and p99 in milliseconds */
#include "bench/samples.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

static sqlite3 *connect_to(const char *file)
{
	sqlite3 *db;

	if (sqlite3_open(file, &db))
		exit(1);
	sqlite3_busy_timeout(db, 20000);
	sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", NULL, NULL, NULL);
	return db;
}

static void run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why)) {
		fprintf(stderr, "%s\n", why);
		exit(1);
	}
}

static void bind_and_step(sqlite3_stmt *s, const char *key, const void *value, int n)
{
	sqlite3_bind_text(s, 1, key, -1, SQLITE_TRANSIENT);
	sqlite3_bind_blob(s, 2, value, n, SQLITE_TRANSIENT);
	if (sqlite3_step(s) != SQLITE_DONE)
		exit(1);
	sqlite3_reset(s);
}

static void client(const char *file, int number, double seconds, struct samples *shared)
{
	sqlite3 *db = connect_to(file);
	sqlite3_stmt *put, *audit;
	int64_t end = micros() + (int64_t)(seconds * 1e6);
	uint8_t value[200], record[180];
	char key[64];

	sqlite3_prepare_v2(db, "INSERT INTO grid_history VALUES (?, ?)", -1, &put, NULL);
	sqlite3_prepare_v2(
		db, "INSERT INTO audit (person, record, establishment, caf, address, event) VALUES (?, ?, ?, '921', '198.51.100.24', 'places_published')",
		-1, &audit, NULL);
	for (int serial = 0; micros() < end; serial++) {
		int64_t began = micros();

		(void)!getrandom(value, sizeof value, 0);
		memset(record, serial & 255, sizeof record);
		run(db, "BEGIN IMMEDIATE");
		for (int i = 0; i < 5; i++) {
			snprintf(key, sizeof key, "%02d %08d %d", number, serial, i);
			bind_and_step(put, key, value, sizeof value);
		}
		sqlite3_bind_int(audit, 3, serial % 200);
		snprintf(key, sizeof key, "%02d", number);
		bind_and_step(audit, key, record, sizeof record);
		run(db, "COMMIT");
		sample_since(shared, began);
	}
	exit(0);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	struct samples *s = samples_new();
	double seconds = atof(argv[3]);
	sqlite3 *db = connect_to(argv[1]);

	run(db, "CREATE TABLE grid_history (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;"
		"CREATE TABLE audit (seq INTEGER PRIMARY KEY, person TEXT, record BLOB, establishment INTEGER, caf TEXT, address TEXT, event TEXT);"
		"CREATE INDEX a1 ON audit (person); CREATE INDEX a2 ON audit (establishment); CREATE INDEX a3 ON audit (caf);"
		"CREATE INDEX a4 ON audit (address); CREATE INDEX a5 ON audit (event);");
	sqlite3_close(db);
	for (int i = 0; i < atoi(argv[2]); i++)
		if (fork() == 0)
			client(argv[1], i, seconds, s);
	while (wait(NULL) > 0)
		;
	return samples_print(s, seconds);
}
