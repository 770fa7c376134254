#include "acts/request.h"

#include "acts/queue.h"
#include "acts/rights.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
const struct choice request_state_choices[] = {
	{ "submitted",        "Transmise" },
	{ "checked",          "Vérifiée" },
	{ "agreement_sent",   "Convention envoyée" },
	{ "agreement_signed", "Retour signé" },
	{ "active",           "Active" },
	{ "refused",          "Refusée" },
	{ "withdrawn",        "Retirée" },
	{ NULL, NULL },
};

const struct choice request_event_choices[] = {
	{ "submitted",        "Demande transmise" },
	{ "acknowledged",     "Accusé de réception renvoyé" },
	{ "checked",          "Demande vérifiée" },
	{ "created",          "Établissement ajouté au répertoire" },
	{ "prepared",         "Convention préparée" },
	{ "posted",           "Convention envoyée par la poste" },
	{ "incomplete",       "Pli reçu incomplet" },
	{ "returned",         "Convention signée enregistrée" },
	{ "activated",        "Habilitation activée" },
	{ "refused",          "Demande refusée" },
	{ "withdrawn",        "Demande retirée" },
	{ "told",             "Motif renvoyé" },
	{ NULL, NULL },
};
/* clang-format on */

/* The Caf's code stands between the dashes: « H26-921-00187 ». */
const char *request_caf(struct arena *a, const char *number)
{
	const char *dash = strchr(number, '-');

	return dash ? arena_memdup(a, dash + 1, strcspn(dash + 1, "-")) : "";
}

static struct bytes key_of(struct arena *a, const char *caf, const char *number, const uint32_t *n)
{
	struct buf b = buf_new(a);

	buf_text(&b, caf);
	buf_byte(&b, 0);
	buf_text(&b, number);
	if (n) {
		buf_byte(&b, 0);
		for (int shift = 24; shift >= 0; shift -= 8)
			buf_byte(&b, (uint8_t)(*n >> shift));
	}
	return buf_bytes(&b);
}

struct bytes request_key(struct arena *a, const char *number)
{
	return key_of(a, request_caf(a, number), number, NULL);
}

struct bytes request_event_key(struct arena *a, const char *number, uint32_t n)
{
	return key_of(a, request_caf(a, number), number, &n);
}

struct bytes request_prefix(struct arena *a, const char *caf)
{
	return key_of(a, caf, "", NULL);
}

struct uuid request_object(const char *number)
{
	uint8_t digest[DIGEST_SIZE];
	struct uuid out;

	secret_digest(bytes_of(number), digest);
	memcpy(out.b, digest, sizeof out.b);
	return out;
}

size_t request_establishments(const struct grant_request *r)
{
	size_t n = r->listing.n;

	for (size_t i = 0; i < r->places.n; i++)
		n += !strs_has(&r->listing, r->places.v[i]);
	return n;
}

void request_todo_put(struct arena *a, struct changeset *cs, const struct grant_request *r, struct todo *row)
{
	row->establishment = request_object(r->number);
	row->title = r->number;
	row->provider_name = r->name;
	row->path = arena_printf(a, "/caf/demandes/%s", r->number);
	changeset_put(cs, TABLE_TODO, todo_key(a, r->caf, row->since, row->kind, row->establishment), todo_encode(a, row));
}

/* --- people: each record after its length --- */

struct bytes request_people_encode(struct arena *a, const struct request_person *v, size_t n)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; i < n; i++) {
		struct bytes one = request_person_encode(a, &v[i]);

		for (int shift = 24; shift >= 0; shift -= 8)
			buf_byte(&b, (uint8_t)(one.n >> shift));
		buf_add(&b, one.p, one.n);
	}
	return buf_bytes(&b);
}

enum err request_people(struct arena *a, const struct grant_request *r, struct request_person **out, size_t *n)
{
	const uint8_t *p = r->people.p, *end = p + r->people.n;
	struct request_person *v = NULL;
	size_t count = 0;

	while (p < end) {
		if (end - p < 4)
			return ERR_CORRUPT;
		size_t length = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];

		p += 4;
		if (length > (size_t)(end - p))
			return ERR_CORRUPT;
		v = arena_more(a, v, count, sizeof *v);
		if (request_person_decode(a, (struct bytes){ p, length }, &v[count++]))
			return ERR_CORRUPT;
		p += length;
	}
	*out = v;
	*n = count;
	return ERR_OK;
}

unsigned request_line_of(const char *id)
{
	return *id == '+' ? (unsigned)strtoul(id + 1, NULL, 10) : 0;
}

const char *request_name_of(struct app *app, struct arena *a, const struct grant_request *r, const char *id)
{
	unsigned line = request_line_of(id);
	struct establishment e;

	if (line)
		return line <= r->others.n ? r->others.v[line - 1] : id;
	if (!establishment_find(app, a, id, &e) && *e.name)
		return e.name;
	const char *kept = arg_of(&r->names, id);

	return *kept ? kept : id;
}

enum err request_read(struct app *app, struct arena *a, const char *number, struct grant_request *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	enum err e = grant_request_get(&t, a, TABLE_REQUEST, request_key(a, number), out);

	return e ? e : t.err;
}

/* --- what happened --- */

void request_event_add(struct arena *a, struct changeset *cs, const struct visitor *who, const char *number,
		       uint32_t *n, const char *what, const char *text)
{
	struct request_event ev;
	struct bytes key = request_event_key(a, number, *n);

	codec_default(&request_event_codec, &ev);
	ev.at = visitor_now(who);
	ev.what = what;
	ev.number = who->known ? who->person.number : "";
	ev.name = who->known ? who->person.name : "";
	ev.text = text;
	changeset_expect(cs, TABLE_REQUEST_EVENT, key, REV_ABSENT);
	changeset_put(cs, TABLE_REQUEST_EVENT, key, request_event_encode(a, &ev));
	(*n)++;
}

enum err request_events(struct app *app, struct arena *a, const char *number, struct request_event **out, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct bytes prefix = request_key(a, number);
	struct buf whole = buf_new(a);
	struct request_event *v = NULL;
	size_t count = 0;
	enum err e = ERR_OK;

	buf_add(&whole, prefix.p, prefix.n);
	buf_byte(&whole, 0);
	AUTO_SCAN struct scan s = scan_from(&t, TABLE_REQUEST_EVENT, buf_bytes(&whole), BYTES_NONE, false);

	while (!e && scan_next(&s)) {
		v = arena_more(a, v, count, sizeof *v);
		e = request_event_decode(a, s.record.payload, &v[count++]);
	}
	if (e || t.err)
		return e ? e : t.err;
	*out = v;
	*n = count;
	return ERR_OK;
}
