/* Wire form of a changeset, big endian:
     magic u32 "HCS1" · id 16 · at i64 (0: the writer's clock)
     tables u8, each: length u8, name          operations name their table by its place in this list, so that neither a
     operations u32, each: kind u8, table u8,   newer program nor an old row of OUTBOUND depends on the order of an enum
       key: length u16, bytes                   (OP_APPEND, OP_PURGE: length 0)
       then rev u64 (OP_EXPECT, OP_PURGE), or value: length u32, bytes (OP_PUT, OP_APPEND, OP_PUBLISH), or nothing
     audit records u32, each: length u32, bytes */
#include "store/ops.h"

#include <string.h>

#define MAGIC 0x48435331u

static bool has_value(enum op_kind kind)
{
	return kind == OP_PUT || kind == OP_APPEND || kind == OP_PUBLISH;
}

static bool has_rev(enum op_kind kind)
{
	return kind == OP_EXPECT || kind == OP_PURGE;
}

static bool is_for_public(const struct op *op)
{
	return op->kind == OP_PUBLISH || op->kind == OP_UNPUBLISH;
}

static void put_tables(struct buf *b, const struct changeset *cs, uint8_t place[TABLE__MAX])
{
	const char *names[TABLE__MAX];
	uint8_t n = 0;
	bool seen[TABLE__MAX] = { false };

	for (const struct op *op = cs->first; op; op = op->next) {
		if (seen[op->table])
			continue;
		seen[op->table] = true;
		place[op->table] = n;
		names[n++] = table_name(op->table);
	}
	buf_byte(b, n);
	for (uint8_t i = 0; i < n; i++) {
		buf_byte(b, (uint8_t)strlen(names[i]));
		buf_text(b, names[i]);
	}
}

static void put_op(struct buf *b, const struct op *op, uint8_t table)
{
	buf_byte(b, (uint8_t)op->kind);
	buf_byte(b, table);
	buf_u16(b, (uint16_t)op->key.n);
	buf_add(b, op->key.p, op->key.n);
	if (has_rev(op->kind))
		buf_u64(b, op->rev);
	if (has_value(op->kind)) {
		buf_u32(b, (uint32_t)op->value.n);
		buf_add(b, op->value.p, op->value.n);
	}
}

static struct bytes encode(struct arena *a, const struct changeset *cs, bool public_only)
{
	uint8_t place[TABLE__MAX] = { 0 };
	struct buf b = buf_new(a);
	uint32_t n = 0;

	buf_u32(&b, MAGIC);
	buf_add(&b, cs->id, sizeof cs->id);
	buf_u64(&b, (uint64_t)cs->at);
	put_tables(&b, cs, place);
	for (const struct op *op = cs->first; op; op = op->next)
		n += !public_only || is_for_public(op);
	buf_u32(&b, n);
	for (const struct op *op = cs->first; op; op = op->next)
		if (!public_only || is_for_public(op))
			put_op(&b, op, place[op->table]);
	n = 0;
	for (const struct note *note = cs->first_note; note && !public_only; note = note->next)
		n++;
	buf_u32(&b, n);
	for (const struct note *note = cs->first_note; note && !public_only; note = note->next) {
		buf_u32(&b, (uint32_t)note->record.n);
		buf_add(&b, note->record.p, note->record.n);
	}
	return buf_bytes(&b);
}

struct bytes changeset_encode(struct arena *a, const struct changeset *cs)
{
	return encode(a, cs, false);
}

struct bytes changeset_outbound(struct arena *a, const struct changeset *cs)
{
	return encode(a, cs, true);
}

static uint8_t get_tables(struct reader *in, enum table tables[TABLE__MAX])
{
	uint8_t n = read_u8(in);

	if (n > TABLE__MAX)
		in->err = ERR_MALFORMED;
	for (uint8_t i = 0; i < n && !in->err; i++) {
		tables[i] = table_named(read_bytes(in, read_u8(in)));
		if (tables[i] == TABLE__MAX)
			in->err = ERR_MALFORMED;
	}
	return n;
}

static void get_ops(struct reader *in, struct changeset *cs)
{
	enum table tables[TABLE__MAX] = { 0 };
	uint8_t known = get_tables(in, tables);
	uint32_t n = read_u32(in);

	if (n > CHANGESET_OPS_MAX)
		cs->err = ERR_TOOLARGE;
	for (uint32_t i = 0; i < n && !in->err && !cs->err; i++) {
		struct op op = { .kind = (enum op_kind)read_u8(in) };
		uint8_t table = read_u8(in);

		if (in->err || table >= known || op.kind < OP_EXPECT || op.kind >= OP__MAX) {
			in->err = ERR_MALFORMED;
			return;
		}
		op.table = tables[table];
		op.key = read_bytes(in, read_u16(in));
		if (has_rev(op.kind))
			op.rev = read_u64(in);
		if (has_value(op.kind))
			op.value = read_bytes(in, read_u32(in));
		if (!in->err)
			changeset_add(cs, op);
	}
}

static void get_notes(struct reader *in, struct changeset *cs)
{
	uint32_t n = read_u32(in);

	if (n > CHANGESET_OPS_MAX)
		cs->err = ERR_TOOLARGE;
	for (uint32_t i = 0; i < n && !in->err && !cs->err; i++) {
		struct bytes record = read_bytes(in, read_u32(in));

		if (!in->err)
			changeset_add_note(cs, record);
	}
}

enum err changeset_peek_id(struct bytes in, uint8_t id[CHANGESET_ID_SIZE])
{
	struct reader r = reader_of(in);
	uint32_t magic = read_u32(&r);
	struct bytes b = read_bytes(&r, CHANGESET_ID_SIZE);

	if (magic != MAGIC || b.n == 0)
		return ERR_MALFORMED;
	memcpy(id, b.p, b.n);
	return ERR_OK;
}

enum err changeset_decode(struct arena *a, struct bytes in, struct changeset **out)
{
	struct changeset *cs = changeset_blank(a);
	struct reader r = reader_of(in);

	if (in.n > CHANGESET_BYTES_MAX)
		return ERR_TOOLARGE;
	if (changeset_peek_id(in, cs->id))
		return ERR_MALFORMED;
	(void)read_bytes(&r, 4 + sizeof cs->id);
	cs->at = (int64_t)read_u64(&r);
	get_ops(&r, cs);
	get_notes(&r, cs);
	if (r.err || r.n)
		return ERR_MALFORMED;
	if (cs->err)
		return cs->err == ERR_TOOLARGE ? ERR_TOOLARGE : ERR_MALFORMED;
	*out = cs;
	return ERR_OK;
}
