/* What the acts on one establishment have in common: its records, their preconditions, their end. */
#include "acts/listing_rules.h"
#include "acts/publish.h"
#include "acts/queue.h"
#include "base/text.h"

#include <string.h>

struct bytes numbered_key(struct arena *a, struct uuid establishment, uint64_t n)
{
	struct buf b = buf_new(a);

	buf_add(&b, establishment.b, sizeof establishment.b);
	buf_u32(&b, (uint32_t)n);
	return buf_bytes(&b);
}

struct bytes draft_key(struct arena *a, struct uuid establishment, enum family family, struct uuid person)
{
	struct buf b = buf_new(a);

	buf_add(&b, establishment.b, sizeof establishment.b);
	buf_byte(&b, (uint8_t)family);
	buf_add(&b, person.b, sizeof person.b);
	return buf_bytes(&b);
}

static struct bytes key_of(const struct establishment *e)
{
	return key_bytes(e->uuid.b, sizeof e->uuid.b);
}

void expect_establishment(struct changeset *cs, const struct establishment *e)
{
	changeset_expect(cs, TABLE_MIRROR_ESTABLISHMENT, key_of(e), e->rev);
}

enum err act_publish(struct app *app, struct arena *a, struct changeset *cs, const struct establishment *e,
		     const struct published *p, const struct grid *g)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct published now = *p;
	struct grid grid = *g;

	/* rev tells what exists, and what the act puts will. */
	now.rev = now.rev || now.n ? 1 : 0;
	grid.rev = grid.rev || grid.n ? 1 : 0;
	return publish_establishment(app, a, &t, cs, e, &now, &grid, false);
}

enum err published_read(struct txn *t, struct arena *a, const struct establishment *e, struct published *out)
{
	enum err failed = published_get(t, a, TABLE_LISTING, key_of(e), out);

	return failed == ERR_NOTFOUND ? ERR_OK : failed;
}

enum err grid_read(struct txn *t, struct arena *a, const struct establishment *e, struct grid *out)
{
	enum err failed = grid_get(t, a, TABLE_GRID, key_of(e), out);

	return failed == ERR_NOTFOUND ? ERR_OK : failed;
}

enum err file_read(struct app *app, struct arena *a, const struct establishment *e, uint64_t n, struct file *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	enum err failed = revision_head_get(&t, a, TABLE_REVISION_HEAD, key_of(e), &out->head);

	if (failed && failed != ERR_NOTFOUND)
		return failed;
	if (!n)
		n = out->head.pending;
	codec_default(&revision_codec, &out->r);
	if (n > UINT32_MAX)
		return ERR_NOTFOUND;
	failed = n ? revision_get(&t, a, TABLE_REVISION, numbered_key(a, e->uuid, n), &out->r) : ERR_OK;
	if (!failed)
		failed = published_read(&t, a, e, &out->published);
	return failed ? failed : grid_read(&t, a, e, &out->grid);
}

void file_expect(struct arena *a, struct changeset *cs, const struct establishment *e, const struct file *f)
{
	expect_establishment(cs, e);
	changeset_expect(cs, TABLE_REVISION_HEAD, key_of(e), f->head.rev);
	changeset_expect(cs, TABLE_LISTING, key_of(e), f->published.rev);
	changeset_expect(cs, TABLE_GRID, key_of(e), f->grid.rev);
	if (f->r.rev)
		changeset_expect(cs, TABLE_REVISION, numbered_key(a, e->uuid, f->r.n), f->r.rev);
}

void file_close(struct arena *a, struct changeset *cs, const struct establishment *e, struct file *f, const char *state,
		int64_t now, const char *by)
{
	f->r.state = state;
	f->r.decided_at = now;
	changeset_put(cs, TABLE_REVISION, numbered_key(a, e->uuid, f->r.n), revision_encode(a, &f->r));
	changeset_delete(cs, TABLE_TODO, todo_key(a, f->r.caf, f->r.sent_at, "fiche", e->uuid));
	f->head.pending = 0;
	f->head.last_state = state;
	f->head.last_at = now;
	f->head.last_author = by;
	changeset_put(cs, TABLE_REVISION_HEAD, key_of(e), revision_head_encode(a, &f->head));
}
