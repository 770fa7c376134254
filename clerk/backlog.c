#include "clerk/clerk.h"

#include "base/log.h"

#include <string.h>

static uint64_t seq_of(struct bytes key)
{
	struct reader in = reader_of(key);

	return read_u64(&in);
}

/* Once in the life of the process, however often it is come across. */
static void tell_unreadable(struct arena *a, struct backlog *o, uint64_t seq)
{
	if (seq < o->told)
		return;
	o->told = seq + 1;
	log_line(LOG_LEVEL_ERROR, "a waiting row cannot be read", "table", table_name(o->table), "seq",
		 arena_printf(a, "%llu", (unsigned long long)seq), NULL);
}

/* Done rows before the first open one are never looked at again. */
static enum err look(struct clerk *c, struct arena *a, struct backlog *o, int64_t now, struct waiting *out, size_t most,
		     size_t *n)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	uint64_t revision = txn_revision(&t);
	AUTO_SCAN struct scan s = scan_from(&t, o->table, BYTES_NONE, key_u64(a, o->first), false);
	bool any = false;
	int64_t due = INT64_MAX, held = 0;

	while (*n < most && scan_next(&s)) {
		struct due row = { 0 };
		uint64_t seq = seq_of(s.key);

		bool open = o->is_open(a, s.record.payload, &row);

		if (open && row.unreadable) {
			tell_unreadable(a, o, seq);
			open = row.in_order;
		}
		if (!open) {
			if (!any)
				o->first = seq + 1;
			continue;
		}
		any = true;
		if (row.in_order && row.next_at < held)
			row.next_at = held;
		if (row.next_at > now) {
			due = row.next_at < due ? row.next_at : due;
			held = row.in_order ? row.next_at : held;
			continue;
		}
		out[(*n)++] = (struct waiting){
			seq,
			s.record.rev,
			{ (const uint8_t *)arena_memdup(a, s.record.payload.p, s.record.payload.n), s.record.payload.n },
		};
	}
	if (t.err)
		return t.err;
	/* whatever is taken now changes the store, and is looked at again */
	o->revision = *n ? 0 : revision;
	o->due = due;
	return ERR_OK;
}

static bool is_quiet(struct clerk *c, const struct backlog *o, int64_t now)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);

	return o->revision && now < o->due && txn_revision(&t) == o->revision && !t.err;
}

enum err backlog_due(struct clerk *c, struct arena *a, struct backlog *o, int64_t now, struct waiting *out, size_t most,
		     size_t *n)
{
	*n = 0;
	return is_quiet(c, o, now) ? ERR_OK : look(c, a, o, now, out, most, n);
}
