/* Inside store/ only: what a changeset is made of. */
#ifndef STORE_OPS_H
#define STORE_OPS_H

#include "store/changeset.h"

/* Numbers of the wire form. */
enum op_kind { OP_EXPECT = 1, OP_PUT, OP_DELETE, OP_APPEND, OP_PUBLISH, OP_UNPUBLISH, OP_PURGE, OP__MAX };

struct op {
	enum op_kind kind;
	enum table table;
	struct bytes key;   /* none: OP_APPEND */
	struct bytes value; /* OP_PUT, OP_APPEND, OP_PUBLISH */
	uint64_t rev;       /* OP_EXPECT: the revision; OP_PURGE: the seq */
	struct op *next;
};

/* An encoded struct audit_record, as the client sent it. */
struct note {
	struct bytes record;
	struct note *next;
};

struct changeset {
	struct arena *arena;
	uint8_t id[CHANGESET_ID_SIZE];
	int64_t at; /* 0: the writer's clock */
	enum err err;
	const char *conflict; /* the writer's answer */
	size_t n;             /* operations and audit records */
	size_t bytes;
	bool publishes;
	struct op *first, **last;
	struct note *first_note, **last_note;
};

#define AUDIT_ROW_HEAD 64u /* link, digest */
#define AUDIT_RECORD_MAX 16384u

/* Without id: for the decoder and for the rows of OUTBOUND. */
struct changeset *changeset_blank(struct arena *a);

/* The id of a wire form that does not decode, so that its sender can be told. ERR_MALFORMED: not even that. */
MUST_USE enum err changeset_peek_id(struct bytes in, uint8_t id[CHANGESET_ID_SIZE]);

/* Adds without copying. The first breach of a rule sticks in cs->err. */
void changeset_add(struct changeset *cs, struct op op);
void changeset_add_note(struct changeset *cs, struct bytes record);

/* The whole keeps the rules: cs->err, and nothing that asks for an audit record goes without. */
MUST_USE enum err changeset_check(const struct changeset *cs);

/* Only the operations for public, as a changeset of their own: the row of OUTBOUND. */
struct bytes changeset_outbound(struct arena *a, const struct changeset *cs);

#endif
