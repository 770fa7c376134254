/* Identifiers and numbers of whoever's entry left the directory, given again: the directory sees nothing wrong with it, the
   store remembers. */
#include "acts/directory_lint.h"

#include "acts/erased.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int by_number(const void *a, const void *b)
{
	const struct right_period *first = a, *second = b;

	return strcasecmp(first->number, second->number);
}

/* The last who had the number at a provider's and whose time there is over; NULL: nobody else. */
static const struct right_period *former_holder(const struct lint *l, const struct person *p)
{
	const struct right_period wanted = { .number = p->number }, *last = NULL;
	const struct right_period *found =
		l->n_people ? bsearch(&wanted, l->people, l->n_people, sizeof wanted, by_number) : NULL;
	const struct right_period *end = l->people + l->n_people;

	while (found && found > l->people && by_number(found - 1, &wanted) == 0)
		found--;
	for (; found && found < end && by_number(found, &wanted) == 0; found++)
		if (found->until && !uuid_equal(found->object, p->uuid) && (!last || found->until > last->until))
			last = found;
	return last;
}

/* The very entry was there before: it left with its directory's data, and came back with them. */
static enum err is_back(struct lint *l, const struct person *p, int64_t gone, bool *out)
{
	struct audit_query q = { .person = &p->uuid, .until = gone, .event_class = -1, .failed = -1, .limit = 1 };
	struct audit_page page;

	*out = false;
	for (size_t i = 0; i < l->n_people && !*out; i++)
		*out = uuid_equal(l->people[i].object, p->uuid) && l->people[i].from < gone;
	if (*out)
		return ERR_OK;
	enum err e = audit_find(l->store, l->arena, &q, &page);

	*out = !e && page.n;
	return e;
}

static enum err say_gone(struct lint *l, const struct lint_entry *e, const char *what, const char *attribute, int64_t gone)
{
	bool back = true;
	enum err failed = gone ? is_back(l, &e->is.is.person, gone, &back) : ERR_OK;

	if (!failed && !back)
		lint_say(l, e->subject, "has the %s of somebody else, whose entry left the directory on %s (%s)", what,
			 day_iso(l->arena, day_of(gone)), attribute);
	return failed;
}

static enum err say_number(struct lint *l, const struct lint_entry *e)
{
	const struct person *p = &e->is.is.person;
	const struct right_period *former = former_holder(l, p);
	int64_t gone;

	if (former) {
		lint_say(l, e->subject,
			 "has the number of somebody else, who was an agent with it from %s to %s (habAgentNumero)",
			 day_iso(l->arena, day_of(former->from)), day_iso(l->arena, day_of(former->until)));
		return ERR_OK;
	}
	enum err failed = erased_at(l->store, l->arena, ERASED_NUMBER, p->number, &gone);

	return failed ? failed : say_gone(l, e, "number", "habAgentNumero", gone);
}

enum err lint_given_again(struct lint *l)
{
	enum err failed = l->store ? right_employments(l->store, l->arena, &l->people, &l->n_people) : ERR_OK;
	int64_t gone;

	if (l->n_people)
		qsort(l->people, l->n_people, sizeof *l->people, by_number);
	for (size_t i = 0; l->store && i < l->n && !failed; i++) {
		if (l->v[i].is.kind != MIRROR_KIND_PERSON)
			continue;
		if (*l->v[i].is.is.person.number)
			failed = say_number(l, &l->v[i]);
		if (!failed)
			failed = erased_at(l->store, l->arena, ERASED_UID, l->v[i].is.is.person.uid, &gone);
		if (!failed)
			failed = say_gone(l, &l->v[i], "uid", "uid", gone);
	}
	return failed;
}
