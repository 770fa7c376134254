#include "acts/listing_rules.h"
#include "base/text.h"

#include <string.h>

#define DRAFT_BYTES_MAX (256u << 10)

static enum err read_drafts(struct txn *t, struct arena *a, const struct visitor *who, const struct establishment *e,
			    struct listing_state *out)
{
	struct bytes own = draft_key(a, e->uuid, FAMILY_LISTING, who->person.uuid);
	struct bytes prefix = { own.p, sizeof e->uuid.b + 1 };
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_DRAFT, prefix);

	codec_default(&draft_codec, &out->draft);
	codec_default(&draft_codec, &out->other_draft);
	while (scan_next(&s)) {
		struct draft d;
		enum err failed = draft_decode(a, s.record.payload, &d);

		if (failed)
			return failed;
		d.rev = s.record.rev;
		if (bytes_equal(s.key, own))
			out->draft = d;
		else if (!out->other_draft.rev || d.saved_at > out->other_draft.saved_at)
			out->other_draft = d;
	}
	return t->err;
}

static enum err read_revision(struct txn *t, struct arena *a, const struct establishment *e, uint64_t n,
			      struct revision *out)
{
	codec_default(&revision_codec, out);
	return n ? revision_get(t, a, TABLE_REVISION, numbered_key(a, e->uuid, n), out) : ERR_OK;
}

enum err listing_state_read(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e,
			    struct listing_state *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct bytes key = key_bytes(e->uuid.b, sizeof e->uuid.b);
	enum err failed = published_read(&t, a, e, &out->published);

	codec_default(&listing_codec, &out->online);
	if (!failed && out->published.rev)
		failed = listing_decode(a, out->published.text, &out->online);
	out->online.rev = out->published.rev;
	if (!failed)
		failed = revision_head_get(&t, a, TABLE_REVISION_HEAD, key, &out->head);
	if (failed && failed != ERR_NOTFOUND)
		return failed;
	bool refused = out->head.rev && strcmp(out->head.last_state, "refused") == 0;

	failed = read_revision(&t, a, e, out->head.pending, &out->pending);
	if (!failed)
		failed = read_revision(&t, a, e, refused ? out->head.last : 0, &out->refused);
	return failed ? failed : read_drafts(&t, a, who, e, out);
}

/* The form's own fields: csrf, reprise and the button pressed are of one request. */
static struct input kept_of(struct arena *a, const struct input *in)
{
	struct pair *v = arena_array(a, in->n, struct pair);
	size_t n = 0;

	for (size_t i = 0; i < in->n; i++)
		if (form_field(&listing_form, in->v[i].name) && strcmp(in->v[i].name, "action") != 0 && *in->v[i].value)
			v[n++] = in->v[i];
	return (struct input){ v, n };
}

struct bytes draft_encoded(struct arena *a, const struct visitor *who, const struct input *in, uint64_t base)
{
	struct input kept = kept_of(a, in);
	struct draft d;

	codec_default(&draft_codec, &d);
	d.saved_at = visitor_now(who);
	d.author_name = who->person.name;
	d.body = bytes_of(urlencoded_write(a, kept.v, kept.n));
	d.base = base;
	return draft_encode(a, &d);
}

enum err draft_save(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e,
		    const struct input *in)
{
	struct bytes key = draft_key(a, e->uuid, FAMILY_LISTING, who->person.uuid);
	struct changeset *cs;
	int64_t base = 0;
	enum err failed = right_confirm(app, a, who, e, FAMILY_LISTING);

	if (failed)
		return failed;
	if (*input_get(in, "base") && text_to_int(input_get(in, "base"), 0, INT32_MAX, &base))
		return ERR_MALFORMED;
	struct bytes draft = draft_encoded(a, who, in, (uint64_t)base);

	if (draft.n > DRAFT_BYTES_MAX)
		return ERR_TOOLARGE;
	if ((failed = act_begin(app, a, who, &cs)))
		return failed;
	changeset_put(cs, TABLE_DRAFT, key, draft);
	return changeset_commit(app->store, cs, NULL);
}

enum err draft_drop(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e, uint64_t rev)
{
	struct bytes key = draft_key(a, e->uuid, FAMILY_LISTING, who->person.uuid);
	struct changeset *cs;
	enum err failed = right_confirm(app, a, who, e, FAMILY_LISTING);

	if (failed || (failed = act_begin(app, a, who, &cs)))
		return failed;
	changeset_expect(cs, TABLE_DRAFT, key, rev);
	changeset_delete(cs, TABLE_DRAFT, key);
	return changeset_commit(app->store, cs, NULL);
}

struct input draft_input(struct arena *a, const struct draft *d)
{
	struct pair *raw = NULL;
	struct input in = { NULL, 0 };
	size_t n = 0;

	/* A form that has changed since: what it no longer knows is left out. */
	if (urlencoded_parse(a, d->body, &raw, &n))
		return in;
	struct input kept = kept_of(a, &(struct input){ raw, n });

	if (input_take(a, &listing_form, kept.v, kept.n, &in))
		return (struct input){ NULL, 0 };
	return in;
}
