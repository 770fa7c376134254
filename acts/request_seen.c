/* What the forms of a draft were shown with, and whether that moved in another window meanwhile. */
#include "acts/request_rules.h"

#include "base/text.h"

#include <string.h>

static const char *mark_of(struct arena *a, struct bytes whole)
{
	uint8_t digest[DIGEST_SIZE];

	secret_digest(whole, digest);
	return text_hex(a, key_bytes(digest, MARK_LENGTH / 2));
}

static const char *mark(struct arena *a, const struct strs *texts)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; i < texts->n; i++)
		buf_add(&b, texts->v[i], strlen(texts->v[i]) + 1);
	return mark_of(a, buf_bytes(&b));
}

const char *request_provider_mark(struct arena *a, const struct grant_request *r)
{
	const char *own[] = { r->name, r->siret, r->address, r->postal_code, r->city, r->signatory, r->mail, r->phone };

	return mark(a, &(struct strs){ own, LENGTH(own) });
}

const char *request_person_mark(struct arena *a, const struct request_person *p)
{
	const char *own[] = { p->surname, p->given_name, p->title, p->mail };

	return mark(a, &(struct strs){ own, LENGTH(own) });
}

static const char *name_mark(struct arena *a, const struct request_person *p)
{
	const char *name[] = { p->surname, p->given_name };

	return mark(a, &(struct strs){ name, LENGTH(name) });
}

const char *request_person_seen(struct arena *a, const struct request_person *p)
{
	return arena_printf(a, "%s%s", name_mark(a, p), mark_of(a, request_person_encode(a, p)));
}

const char *request_lines_mark(struct arena *a, const struct grant_request *r)
{
	return mark(a, &r->others);
}

static const struct strs *stored_list(const struct request_draft *d, enum request_step step)
{
	return step == REQUEST_LISTING ? &d->stored_listing : &d->stored_places;
}

const char *request_list_mark(struct arena *a, const struct request_draft *d, enum request_step step)
{
	return arena_printf(a, "%s%s", request_lines_mark(a, &d->r), mark(a, stored_list(d, step)));
}

/* Saved again as it was, it is the same. */
const char *request_draft_mark(struct arena *a, const struct request_draft *d)
{
	struct grant_request r = d->r;

	r.saved_at = 0;
	r.people = request_people_encode(a, d->people, d->n);
	return mark_of(a, grant_request_encode(a, &r));
}

bool request_draft_moved(struct arena *a, const struct request_draft *d, const struct input *in)
{
	const char *seen = input_get(in, "version");

	return *seen && strcmp(seen, request_draft_mark(a, d)) != 0;
}

size_t request_person_place(struct arena *a, const struct request_draft *d, const struct input *in)
{
	const char *who = input_get(in, "qui"), *seen = input_get(in, "vu");
	int64_t n;

	if (!*who)
		return text_to_int(input_get(in, "personne"), 1, REQUEST_PEOPLE_MAX, &n) ? 0 : (size_t)n;
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(who, request_person_mark(a, &d->people[i])) == 0)
			return i + 1;
	/* changed meanwhile, all but the name, which is nobody else's */
	for (size_t i = 0; i < d->n && *seen; i++)
		if (strncmp(seen, name_mark(a, &d->people[i]), MARK_LENGTH) == 0)
			return i + 1;
	return 0;
}

bool request_lines_moved(const struct taking *x)
{
	const char *seen = input_get(x->in, "lignes");

	return *seen && strncmp(seen, request_lines_mark(x->a, &x->d->r), MARK_LENGTH) != 0;
}

bool request_list_moved(const struct taking *x, enum request_step step, const struct strs *ticked)
{
	const char *seen = input_get(x->in, "lignes");

	if (request_lines_moved(x))
		return true;
	return strlen(seen) > MARK_LENGTH && strcmp(seen, request_list_mark(x->a, x->d, step)) != 0 &&
	       !strs_same(stored_list(x->d, step), ticked);
}

bool request_line_is_again(const struct taking *x, enum request_step step, const struct strs *ticked, const char *line)
{
	const char *seen = input_get(x->in, "lignes");
	struct grant_request before = x->d->r;
	struct strs after = { 0 };

	if (!*line || !before.others.n ||
	    strcmp(text_fold(x->a, line), text_fold(x->a, before.others.v[before.others.n - 1])) != 0)
		return false;
	for (size_t i = 0; i < ticked->n; i++)
		strs_add(x->a, &after, ticked->v[i]);
	strs_add(x->a, &after, arena_printf(x->a, "+%zu", before.others.n--));
	return strncmp(seen, request_lines_mark(x->a, &before), MARK_LENGTH) == 0 &&
	       strs_same(stored_list(x->d, step), &after);
}
