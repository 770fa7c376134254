#include "acts/edit.h"

#include "acts/outcome.h"

#include <string.h>

/* A job's lines: "@uuid" or "*classes\tdn" begins an entry, "=attribute: value", "+…", "-…" and "!…" follow. */
struct edits {
	struct arena *arena;
	struct strs lines;
};

static const char verbs[] = "=+-!"; /* by enum edit_verb */

struct edits *edits_new(struct arena *a)
{
	struct edits *x = arena_new_of(a, struct edits);

	x->arena = a;
	return x;
}

void edits_on(struct edits *x, struct uuid entry)
{
	strs_add(x->arena, &x->lines, arena_printf(x->arena, "@%s", uuid_text(x->arena, entry)));
}

void edits_make(struct edits *x, const char *dn, const char *classes)
{
	strs_add(x->arena, &x->lines, arena_printf(x->arena, "*%s\t%s", classes, dn));
}

static void line(struct edits *x, enum edit_verb verb, const char *attribute, const char *value)
{
	strs_add(x->arena, &x->lines, arena_printf(x->arena, "%c%s: %s", verbs[verb], attribute, value));
}

void edits_set(struct edits *x, const char *attribute, const char *value)
{
	line(x, EDIT_SET, attribute, value);
}

void edits_put(struct edits *x, const char *attribute, const char *value)
{
	line(x, EDIT_PUT, attribute, value);
}

void edits_drop(struct edits *x, const char *attribute, const char *value)
{
	line(x, EDIT_DROP, attribute, value);
}

void edits_first(struct edits *x, const char *attribute, const char *value)
{
	line(x, EDIT_FIRST, attribute, value);
}

const struct strs *edits_lines(const struct edits *x)
{
	return &x->lines;
}

void edits_job(struct arena *a, struct changeset *cs, const struct edits *x, const char *about)
{
	struct job j;

	if (!x->lines.n)
		return;
	codec_default(&job_codec, &j);
	j.kind = "directory";
	j.state = "waiting";
	j.created = clock_now();
	j.lines = x->lines;
	j.about = about;
	if (*about)
		outcome_put(a, cs, about, &(struct outcome){ .state = "waiting", .at = j.created, .what = j.kind });
	changeset_append(cs, TABLE_JOB, job_encode(a, &j));
}

static enum err read_entry(struct arena *a, const char *s, struct edit_entry *out)
{
	const char *tab = strchr(s, '\t');

	*out = (struct edit_entry){ .dn = "", .classes = "" };
	if (*s == '@')
		return uuid_parse(s + 1, &out->uuid);
	if (!tab)
		return ERR_MALFORMED;
	out->classes = arena_memdup(a, s + 1, (size_t)(tab - s - 1));
	out->dn = tab + 1;
	return ERR_OK;
}

static enum err read_line(struct arena *a, const char *s, struct edit_line *out)
{
	const char *at = strchr(verbs, *s), *colon = strstr(s, ": ");

	if (!*s || !at || !colon)
		return ERR_MALFORMED;
	out->verb = (enum edit_verb)(at - verbs);
	out->attribute = arena_memdup(a, s + 1, (size_t)(colon - s - 1));
	out->value = colon + 2;
	return ERR_OK;
}

enum err edits_read(struct arena *a, const struct strs *lines, struct edit_entry **out, size_t *n)
{
	struct edit_entry *entries = NULL;
	size_t count = 0;
	enum err e = ERR_OK;

	for (size_t i = 0; i < lines->n && !e; i++) {
		const char *s = lines->v[i];

		if (*s == '@' || *s == '*') {
			entries = arena_more(a, entries, count, sizeof *entries);
			e = read_entry(a, s, &entries[count++]);
			continue;
		}
		if (!count)
			return ERR_MALFORMED;
		struct edit_entry *last = &entries[count - 1];

		last->v = arena_more(a, last->v, last->n, sizeof *last->v);
		e = read_line(a, s, &last->v[last->n++]);
	}
	if (e)
		return ERR_MALFORMED;
	*out = entries;
	*n = count;
	return ERR_OK;
}
