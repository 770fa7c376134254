#include "store/audit.h"

#include "base/secret.h"
#include "store/log.h"

#include <string.h>

#define EXPIRED_LOOK 10000u

static const struct {
	const char *code;
	const char *label;
	enum event_class class;
} events[EVENT__MAX] = {
#define X(name, code, label, class) [EVENT_##name] = { code, label, class },
	AUDIT_EVENTS(X)
#undef X
};

const char *event_code(enum event ev)
{
	return events[ev].code;
}

enum event event_of(const char *code)
{
	for (unsigned i = 0; i < EVENT__MAX; i++)
		if (strcmp(events[i].code, code) == 0)
			return (enum event)i;
	return EVENT__MAX;
}

const char *event_label(const char *code)
{
	enum event ev = event_of(code);

	return ev == EVENT__MAX ? code : events[ev].label;
}

enum event_class event_class_of(const char *code)
{
	enum event ev = event_of(code);

	/* an event of a newer version: the longer retention */
	return ev == EVENT__MAX ? EVENT_ACT : events[ev].class;
}

enum err log_row_of(struct bytes key, struct bytes value, struct log_row *out)
{
	struct reader in = reader_of(key);
	uint64_t seq = read_u64(&in);

	if (in.err || in.n || value.n < AUDIT_ROW_HEAD)
		return ERR_CORRUPT;
	*out = (struct log_row){
		.seq = seq,
		.link = value.p,
		.digest = value.p + DIGEST_SIZE,
		.record = { value.p + AUDIT_ROW_HEAD, value.n - AUDIT_ROW_HEAD },
	};
	return ERR_OK;
}

enum err log_row_get(struct txn *t, uint64_t seq, struct log_row *out)
{
	uint8_t key[8];
	struct record rec;

	put_u64(key, seq);
	enum err e = txn_get(t, TABLE_AUDIT, key_bytes(key, sizeof key), &rec);

	return e ? e : log_row_of(key_bytes(key, sizeof key), rec.payload, out);
}

bool log_head_of(struct bytes record, struct log_head *out)
{
	struct reader in = reader_of(record);
	struct codec_item it;

	*out = (struct log_head){ 0 };
	while (codec_next(&in, &it) && it.tag <= AUDIT_TAG_event) {
		if (it.tag == AUDIT_TAG_seq)
			out->seq = codec_u64(it.value);
		else if (it.tag == AUDIT_TAG_time)
			out->time = codec_i64(it.value);
		else if (it.tag == AUDIT_TAG_event)
			out->event = it.value;
	}
	return !in.err && out->seq && out->event.n;
}

static bool is_time(int64_t ms)
{
	return ms >= -LOG_TIME_MAX && ms <= LOG_TIME_MAX;
}

enum err log_tip_get(struct txn *t, struct log_tip *out)
{
	struct record rec;
	enum err e = txn_get(t, TABLE_META, bytes_of("audit"), &rec);

	if (e == ERR_NOTFOUND) {
		*out = (struct log_tip){ 0 };
		return ERR_OK;
	}
	if (e)
		return e;
	struct reader in = reader_of(rec.payload);

	out->seq = read_u64(&in);
	struct bytes link = read_bytes(&in, sizeof out->link);

	if (link.n)
		memcpy(out->link, link.p, link.n);
	out->time = (int64_t)read_u64(&in);
	out->highest = (int64_t)read_u64(&in);
	out->back = (int64_t)read_u64(&in);
	bool sane = out->back >= 0 && out->back <= 2 * LOG_TIME_MAX && is_time(out->time) && is_time(out->highest);

	return in.err || !sane ? ERR_CORRUPT : ERR_OK;
}

void log_link(const uint8_t previous[32], struct bytes digest, uint8_t out[32])
{
	secret_digest2((struct bytes){ previous, DIGEST_SIZE }, digest, out);
}

void log_keys(const struct audit_record *r, struct log_key out[LOG_INDEXES])
{
	struct bytes person = uuid_is_none(r->person) ? BYTES_NONE : (struct bytes){ r->person.b, sizeof r->person.b };
	struct bytes place = uuid_is_none(r->establishment) ?
				     BYTES_NONE :
				     (struct bytes){ r->establishment.b, sizeof r->establishment.b };

	out[0] = (struct log_key){ TABLE_AUDIT_BY_PERSON, person };
	out[1] = (struct log_key){ TABLE_AUDIT_BY_ESTABLISHMENT, place };
	out[2] = (struct log_key){ TABLE_AUDIT_BY_ADDRESS, bytes_of(r->address) };
	out[3] = (struct log_key){ TABLE_AUDIT_BY_PROVIDER, bytes_of(r->provider) };
	out[4] = (struct log_key){ TABLE_AUDIT_BY_CAF, bytes_of(r->caf) };
	out[5] = (struct log_key){ TABLE_AUDIT_BY_EVENT, bytes_of(r->event) };
	out[6] = (struct log_key){ TABLE_AUDIT_BY_CAF,
				   strcmp(r->actor_caf, r->caf) != 0 ? bytes_of(r->actor_caf) : BYTES_NONE };
}

enum err audit_tip(struct txn *t, uint64_t *seq, uint8_t link[32])
{
	struct log_tip tip;
	enum err e = log_tip_get(t, &tip);

	if (e)
		return e;
	*seq = tip.seq;
	memcpy(link, tip.link, sizeof tip.link);
	return ERR_OK;
}

enum err audit_link(struct txn *t, uint64_t seq, uint8_t link[32], uint8_t digest[32])
{
	struct log_row row;
	enum err e = log_row_get(t, seq, &row);

	if (e)
		return e;
	memcpy(link, row.link, DIGEST_SIZE);
	memcpy(digest, row.digest, DIGEST_SIZE);
	return ERR_OK;
}

enum err audit_get(struct txn *t, struct arena *a, uint64_t seq, struct audit_record *out)
{
	struct log_row row;
	enum err e = log_row_get(t, seq, &row);

	if (e)
		return e;
	return row.record.n ? audit_record_decode(a, row.record, out) : ERR_GONE;
}

enum err audit_record_get(struct txn *t, struct arena *a, enum table table, struct bytes key, struct audit_record *out)
{
	struct reader in = reader_of(key);
	uint64_t seq = read_u64(&in);

	audit_record_default(out);
	return table != TABLE_AUDIT || in.err || in.n ? ERR_NOTFOUND : audit_get(t, a, seq, out);
}

static bool is_expired(struct bytes record, int64_t connections_before, int64_t acts_before)
{
	struct log_head head;
	char code[64] = "";

	if (!log_head_of(record, &head) || head.event.n >= sizeof code)
		return false;
	memcpy(code, head.event.p, head.event.n);
	return head.time < (event_class_of(code) == EVENT_CONNECTION ? connections_before : acts_before);
}

bool log_is_purge(const struct audit_record *r)
{
	for (size_t i = 0; i < r->details.n; i++)
		if (strncmp(r->details.v[i], AUDIT_PURGED, strlen(AUDIT_PURGED)) == 0)
			return true;
	return false;
}

/* The record of a purge stays; only the few that look expired are decoded for it. */
static bool stays(struct arena *a, struct bytes record)
{
	struct audit_record r;

	return audit_record_decode(a, record, &r) || log_is_purge(&r);
}

enum err audit_expired(struct txn *t, struct arena *a, int64_t connections_before, int64_t acts_before, uint64_t *from,
		       uint64_t **seqs, size_t *n)
{
	uint8_t key[8];
	uint64_t *found = arena_array(a, AUDIT_PURGE_MAX, uint64_t);
	size_t looked = 0, count = 0;
	uint64_t next = 0;

	put_u64(key, *from);
	AUTO_SCAN struct scan s = scan_from(t, TABLE_AUDIT, BYTES_NONE, key_bytes(key, sizeof key), false);

	while (scan_next(&s)) {
		struct log_row row;

		if (log_row_of(s.key, s.record.payload, &row))
			continue;
		if (looked++ == EXPIRED_LOOK || count == AUDIT_PURGE_MAX) {
			next = row.seq;
			break;
		}
		if (is_expired(row.record, connections_before, acts_before) && !stays(a, row.record))
			found[count++] = row.seq;
	}
	if (t->err)
		return t->err;
	*from = next;
	*seqs = found;
	*n = count;
	return ERR_OK;
}

void audit_seal_message(uint64_t seq, const uint8_t link[32], int64_t time, uint8_t out[AUDIT_SEAL_BYTES])
{
	put_u64(out, seq);
	memcpy(out + 8, link, 32);
	put_u64(out + 40, (uint64_t)time);
}
