#include "clerk/seen.h"

#include "base/clock.h"

#define FORM 1
#define FEW 64

static void add(struct seen *s, struct seen_entry entry)
{
	if (s->n == s->room) {
		size_t room = s->room ? 2 * s->room : FEW;
		struct seen_entry *grown = arena_array(s->arena, room, struct seen_entry);

		for (size_t i = 0; i < s->n; i++)
			grown[i] = s->v[i];
		s->v = grown;
		s->room = room;
	}
	s->v[s->n++] = entry;
}

enum err seen_open(struct seen *s, struct bytes stored, int64_t from)
{
	struct reader in = reader_of(stored);
	int64_t mark = stored.n ? (int64_t)read_u64(&in) : from;

	seen_close(s);
	s->arena = arena_new();
	s->mark = s->newest = mark - mark % SECOND_MS;
	if (stored.n && read_u8(&in) != FORM)
		in.err = ERR_CORRUPT;
	while (in.n && !in.err) {
		uint64_t id = read_u64(&in);

		add(s, (struct seen_entry){ id, s->mark + (int64_t)read_u32(&in) * SECOND_MS, 0, SEEN_COPIED });
	}
	enum err e = in.err ? ERR_CORRUPT : ERR_OK;

	if (e)
		seen_close(s);
	return e;
}

void seen_close(struct seen *s)
{
	arena_free(s->arena);
	*s = (struct seen){ 0 };
}

struct seen_entry *seen_meet(struct seen *s, uint64_t id, int64_t end, int64_t now)
{
	if (end > s->newest)
		s->newest = end;
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].id == id)
			return &s->v[i];
	add(s, (struct seen_entry){ id, end, now, SEEN_WAITS });
	return &s->v[s->n - 1];
}

void seen_forward(struct seen *s, int64_t now)
{
	struct seen kept = { .arena = arena_new(), .newest = s->newest };
	int64_t mark = s->newest - SEEN_MARGIN_MS;

	if (mark > now)
		mark = now - now % SECOND_MS;
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].state == SEEN_WAITS && s->v[i].end < mark)
			mark = s->v[i].end;
	kept.mark = mark > s->mark ? mark : s->mark;
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].end >= kept.mark)
			add(&kept, s->v[i]);
	arena_free(s->arena);
	*s = kept;
}

struct bytes seen_stored(const struct seen *s, struct arena *a)
{
	struct buf b = buf_new(a);

	buf_u64(&b, (uint64_t)s->mark);
	buf_byte(&b, FORM);
	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i].state != SEEN_COPIED)
			continue;
		buf_u64(&b, s->v[i].id);
		buf_u32(&b, (uint32_t)((s->v[i].end - s->mark) / SECOND_MS));
	}
	return buf_bytes(&b);
}
