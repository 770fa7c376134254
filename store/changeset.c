#include "base/secret.h"
#include "base/text.h"
#include "store/ops.h"

#include <string.h>

#define KEY_MAX 511u
#define USER_AGENT_MAX 200
#define OP_FRAME 16u
#define HEAD_FRAME 4096u

struct changeset *changeset_blank(struct arena *a)
{
	struct changeset *cs = arena_new_of(a, struct changeset);

	cs->arena = a;
	cs->last = &cs->first;
	cs->last_note = &cs->first_note;
	return cs;
}

struct changeset *changeset_new(struct arena *a)
{
	struct changeset *cs = changeset_blank(a);
	uint64_t now = (uint64_t)clock_now();

	secret_random(cs->id, sizeof cs->id);
	for (size_t i = 0; i < 6; i++)
		cs->id[i] = (uint8_t)(now >> (40 - 8 * i));
	return cs;
}

const char *changeset_id(struct arena *a, const struct changeset *cs)
{
	return text_hex(a, (struct bytes){ cs->id, sizeof cs->id });
}

enum err changeset_set_id(struct changeset *cs, const char *hex)
{
	uint8_t id[CHANGESET_ID_SIZE];
	enum err e = text_unhex(hex, id, sizeof id);

	if (!e)
		memcpy(cs->id, id, sizeof id);
	return e;
}

const char *changeset_conflict(const struct changeset *cs)
{
	return cs->conflict;
}

static bool key_fits(const struct op *op)
{
	if (op->kind == OP_APPEND || op->kind == OP_PURGE)
		return op->key.n == 0;
	return op->key.n >= 1 && op->key.n <= KEY_MAX;
}

static bool table_fits(const struct op *op)
{
	switch (op->kind) {
	case OP_EXPECT:
	case OP_PUT:
	case OP_DELETE:
		return table_is_open(op->table) && table_part(op->table) == STORE_MAIN;
	case OP_PUBLISH:
	case OP_UNPUBLISH:
		return table_is_open(op->table) && table_part(op->table) == STORE_PUBLIC;
	case OP_APPEND:
		return op->table == TABLE_JOB || op->table == TABLE_MAIL;
	case OP_PURGE:
		return op->table == TABLE_AUDIT;
	case OP__MAX:
		break;
	}
	return false;
}

/* Counts n bytes more and their framing on the wire; what does not fit sticks. */
static void count(struct changeset *cs, size_t n)
{
	cs->n++;
	cs->bytes += n + OP_FRAME;
	if (cs->n > CHANGESET_OPS_MAX || n > CHANGESET_BYTES_MAX || cs->bytes > CHANGESET_BYTES_MAX - HEAD_FRAME)
		cs->err = ERR_TOOLARGE;
}

void changeset_add(struct changeset *cs, struct op op)
{
	if (!cs->err && (!table_fits(&op) || !key_fits(&op)))
		cs->err = ERR_INTERNAL;
	if (cs->err)
		return;
	count(cs, op.key.n + op.value.n);
	cs->publishes |= op.kind == OP_PUBLISH || op.kind == OP_UNPUBLISH;
	struct op *kept = arena_new_of(cs->arena, struct op);

	*kept = op;
	kept->next = NULL;
	*cs->last = kept;
	cs->last = &kept->next;
}

void changeset_add_note(struct changeset *cs, struct bytes record)
{
	struct note *note = arena_new_of(cs->arena, struct note);

	count(cs, record.n);
	if (record.n > AUDIT_RECORD_MAX)
		cs->err = ERR_TOOLARGE;
	note->record = record;
	*cs->last_note = note;
	cs->last_note = &note->next;
}

static struct bytes copy(struct changeset *cs, struct bytes b)
{
	if (cs->err || b.n > CHANGESET_BYTES_MAX)
		return (struct bytes){ NULL, b.n };
	return (struct bytes){ (const uint8_t *)arena_memdup(cs->arena, b.p, b.n), b.n };
}

void changeset_expect(struct changeset *cs, enum table table, struct bytes key, uint64_t rev)
{
	changeset_add(cs, (struct op){ .kind = OP_EXPECT, .table = table, .key = copy(cs, key), .rev = rev });
}

void changeset_put(struct changeset *cs, enum table table, struct bytes key, struct bytes payload)
{
	struct bytes value = copy(cs, payload);

	changeset_add(cs, (struct op){ .kind = OP_PUT, .table = table, .key = copy(cs, key), .value = value });
}

void changeset_delete(struct changeset *cs, enum table table, struct bytes key)
{
	changeset_add(cs, (struct op){ .kind = OP_DELETE, .table = table, .key = copy(cs, key) });
}

void changeset_append(struct changeset *cs, enum table table, struct bytes payload)
{
	changeset_add(cs, (struct op){ .kind = OP_APPEND, .table = table, .value = copy(cs, payload) });
}

void changeset_publish(struct changeset *cs, enum table table, struct bytes key, struct bytes payload)
{
	struct bytes value = copy(cs, payload);

	changeset_add(cs, (struct op){ .kind = OP_PUBLISH, .table = table, .key = copy(cs, key), .value = value });
}

void changeset_unpublish(struct changeset *cs, enum table table, struct bytes key)
{
	changeset_add(cs, (struct op){ .kind = OP_UNPUBLISH, .table = table, .key = copy(cs, key) });
}

void changeset_purge(struct changeset *cs, uint64_t seq)
{
	changeset_add(cs, (struct op){ .kind = OP_PURGE, .table = TABLE_AUDIT, .rev = seq });
}

void changeset_audit(struct changeset *cs, const struct audit_record *record)
{
	struct audit_record r = *record;

	if (r.user_agent)
		r.user_agent = text_cut(cs->arena, r.user_agent, USER_AGENT_MAX);
	changeset_add_note(cs, audit_record_encode(cs->arena, &r));
}

void changeset_join(struct changeset *cs, const struct changeset *part)
{
	for (const struct op *op = part->first; op; op = op->next)
		changeset_add(cs, *op);
	for (const struct note *note = part->first_note; note; note = note->next)
		changeset_add_note(cs, note->record);
	if (part->err)
		cs->err = part->err;
}

void changeset_at(struct changeset *cs, int64_t time_ms)
{
	cs->at = time_ms;
}

static bool needs_note(const struct op *op)
{
	switch (op->kind) {
	case OP_PUT:
	case OP_APPEND:
		return !table_is_silent(op->table);
	case OP_DELETE: /* expired ones are swept */
		return !table_is_silent(op->table) && op->table != TABLE_TEMP_PASSWORD;
	case OP_PURGE:
		return true;
	default:
		return false;
	}
}

enum err changeset_check(const struct changeset *cs)
{
	if (cs->err)
		return cs->err;
	for (const struct op *op = cs->first; op && !cs->first_note; op = op->next)
		if (needs_note(op))
			return ERR_INTERNAL;
	return cs->n ? ERR_OK : ERR_INTERNAL;
}
