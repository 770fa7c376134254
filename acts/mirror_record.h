/* Inside mirror*.c: one entry of the directory as a record with the index rows that lead to it, whatever its kind. */
#ifndef ACTS_MIRROR_RECORD_H
#define ACTS_MIRROR_RECORD_H

#include "acts/mirror.h"
#include "acts/mirror_keys.h"

struct index_row {
	enum table table;
	struct bytes key;
	struct bytes value; /* MIRROR_RIGHT: one byte, the families */
};

struct mirrored {
	enum mirror_kind kind;
	enum table table;
	struct uuid uuid;
	const char *key; /* normal DN */
	struct bytes payload;
	struct index_row *rows;
	size_t n;
	union {
		struct person person;
		struct establishment establishment;
		struct provider provider;
		struct agreement agreement;
		struct caf caf;
		struct group group;
	} is;
};

#define MIRROR_TABLES 6
extern const enum table mirror_tables[MIRROR_TABLES];

/* Of an entry just read. ERR_NOTFOUND: of none of our classes. */
MUST_USE enum err mirrored_of(struct arena *a, const struct entry *e, struct mirrored *out);

/* As it is stored, in whichever table. ERR_NOTFOUND. */
MUST_USE enum err mirrored_read(struct txn *t, struct arena *a, struct uuid uuid, struct mirrored *out);

/* The row of that table and key, or NULL. */
const struct index_row *mirrored_row(const struct mirrored *m, enum table table, struct bytes key);

#endif
