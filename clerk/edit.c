#include "clerk/edit.h"

#include "acts/edit.h"
#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

#define TRIES 3
#define TRACKING_BYTES 16

struct editing {
	struct directory *d;
	struct arena *a;
	const char *suffix;
	struct strs *csns;
};

static void made(const struct editing *x, const char *csn)
{
	if (csn)
		strs_add(x->a, x->csns, csn);
}

/* --- values: equal as slapd compares them, or a line would be written again and again --- */

static bool begins(const char *s, const char *with)
{
	return strncasecmp(s, with, strlen(with)) == 0;
}

static bool holds_dns(const char *attribute)
{
	return begins(attribute, "habDroit") || strcasecmp(attribute, "habGestionnaire") == 0 ||
	       strcasecmp(attribute, "habEtablissementCouvert") == 0 || strcasecmp(attribute, "member") == 0;
}

static bool holds_days(const char *attribute)
{
	return begins(attribute, "habDate") || strcasecmp(attribute, "habFinMission") == 0;
}

static const char *without(struct arena *a, const char *s, const char *marks)
{
	char *out = arena_strdup(a, s), *p = out;

	for (; *s; s++)
		if (!strchr(marks, *s))
			*p++ = *s;
	*p = '\0';
	return out;
}

static const char *comparable(struct arena *a, const char *attribute, const char *value)
{
	const char *normal;
	day_t day;

	if (holds_dns(attribute) && dn_normal(a, value, &normal) == ERR_OK)
		return normal;
	if (holds_days(attribute) && day_parse_ldap(value, &day) == ERR_OK)
		return day_iso(a, day);
	if (strcasecmp(attribute, "telephoneNumber") == 0)
		return without(a, value, " -");
	return text_casefold(a, value);
}

static bool same(struct arena *a, const char *attribute, const char *one, const char *other)
{
	return strcmp(one, other) == 0 || strcmp(comparable(a, attribute, one), comparable(a, attribute, other)) == 0;
}

/* The value's place in the list; its end when it has none. */
static size_t find(struct arena *a, const char *attribute, const struct strs *list, const char *value)
{
	size_t i = 0;

	while (i < list->n && !same(a, attribute, list->v[i], value))
		i++;
	return i;
}

/* --- what an entry's lines make of one attribute --- */

static const struct attribute *attribute_of(const struct entry *e, const char *name)
{
	for (size_t i = 0; e && i < e->n; i++)
		if (strcasecmp(e->v[i].name, name) == 0)
			return &e->v[i];
	return NULL;
}

static void take_out(struct strs *list, size_t at)
{
	list->n--;
	memmove(list->v + at, list->v + at + 1, (list->n - at) * sizeof *list->v);
}

static bool counts(const struct edit_line *l, const struct entry *e)
{
	return l->verb != EDIT_WHILE && (l->verb != EDIT_FIRST || !e);
}

/* Applies the lines of that attribute in their order; true when one of them sets it whole. */
static bool apply(struct arena *a, const struct entry *e, const struct edit_entry *wanted, const char *attribute,
		  struct strs *values)
{
	bool whole = false;

	for (size_t i = 0; i < wanted->n; i++) {
		const struct edit_line *l = &wanted->v[i];

		if (strcasecmp(l->attribute, attribute) != 0 || !counts(l, e))
			continue;
		size_t at = find(a, attribute, values, l->value);

		if (l->verb == EDIT_DROP && at < values->n)
			take_out(values, at);
		if (l->verb == EDIT_PUT && at == values->n)
			strs_add(a, values, l->value);
		if (l->verb != EDIT_SET && l->verb != EDIT_FIRST)
			continue;
		whole = true;
		values->n = 0;
		if (*l->value)
			strs_add(a, values, l->value);
	}
	return whole;
}

/* A name that only changes its capitals is a change; a DN or a day spelt otherwise is none. */
static bool stays(struct arena *a, const char *attribute, const struct strs *now, const struct strs *after)
{
	bool loose = holds_dns(attribute) || holds_days(attribute);

	if (now->n != after->n)
		return false;
	for (size_t i = 0; i < after->n; i++)
		if (loose ? find(a, attribute, now, after->v[i]) == now->n : !strs_has(now, after->v[i]))
			return false;
	return true;
}

static struct strs missing(struct arena *a, const char *attribute, const struct strs *of, const struct strs *in)
{
	struct strs out = { 0 };

	for (size_t i = 0; i < of->n; i++)
		if (find(a, attribute, in, of->v[i]) == in->n)
			strs_add(a, &out, of->v[i]);
	return out;
}

struct changes {
	struct change *v;
	size_t n;
};

static void add_change(struct arena *a, struct changes *list, enum change_kind kind, const char *attribute,
		       struct strs values)
{
	list->v = arena_more(a, list->v, list->n, sizeof *list->v);
	list->v[list->n++] = (struct change){ kind, attribute, values };
}

/* Single values are added and deleted as such: what others change at the same time stays. */
static void compare(struct arena *a, const struct entry *e, const struct edit_entry *wanted, const char *attribute,
		    struct changes *out)
{
	const struct attribute *stored = attribute_of(e, attribute);
	struct strs now = { 0 };

	if (stored)
		now = entry_texts(a, e, attribute);
	struct strs after = strs_copy(a, &now);
	bool whole = apply(a, e, wanted, attribute, &after);
	bool binary = stored && stored->n != now.n; /* a value with a NUL, which no line can name */

	if (whole && (binary || !stays(a, attribute, &now, &after)))
		add_change(a, out, CHANGE_REPLACE, attribute, after);
	if (whole)
		return;
	struct strs more = missing(a, attribute, &after, &now), less = missing(a, attribute, &now, &after);

	if (less.n)
		add_change(a, out, CHANGE_DELETE, attribute, less);
	if (more.n)
		add_change(a, out, CHANGE_ADD, attribute, more);
}

/* Each attribute once, in the order of its first line. */
static struct changes changes_of(struct arena *a, const struct entry *e, const struct edit_entry *wanted)
{
	struct strs seen = { 0 };
	struct changes out = { 0 };

	for (size_t i = 0; i < wanted->n; i++) {
		bool again = !counts(&wanted->v[i], e);

		for (size_t j = 0; j < seen.n; j++)
			again = again || strcasecmp(seen.v[j], wanted->v[i].attribute) == 0;
		if (again)
			continue;
		strs_add(a, &seen, wanted->v[i].attribute);
		compare(a, e, wanted, wanted->v[i].attribute, &out);
	}
	return out;
}

/* --- one entry --- */

static enum err look_up(const struct editing *x, const struct edit_entry *wanted, struct entry *out)
{
	static const char *const attributes[] = { "*", "entryCSN", NULL };
	struct entries found;

	if (uuid_is_none(wanted->uuid))
		return directory_read(x->d, x->a, wanted->dn, attributes, out);
	/* it may have been renamed since */
	enum err e =
		directory_search(x->d, x->a, x->suffix, SCOPE_SUBTREE,
				 filter_equal(x->a, "entryUUID", uuid_text(x->a, wanted->uuid)), attributes, 1, &found);

	if (e)
		return e;
	if (!found.n)
		return ERR_NOTFOUND;
	*out = found.v[0];
	return ERR_OK;
}

static bool conditions_hold(struct arena *a, const struct edit_entry *wanted, const struct entry *now)
{
	for (size_t i = 0; i < wanted->n; i++) {
		const struct edit_line *l = &wanted->v[i];
		struct strs values = { 0 };

		if (l->verb != EDIT_WHILE)
			continue;
		if (attribute_of(now, l->attribute))
			values = entry_texts(a, now, l->attribute);
		if (find(a, l->attribute, &values, l->value) == values.n)
			return false;
	}
	return true;
}

static struct strs words(struct arena *a, const char *s)
{
	struct strs out = { 0 };

	while (*s) {
		size_t n = strcspn(s, " ");

		if (n)
			strs_add(a, &out, arena_memdup(a, s, n));
		s += n + (s[n] == ' ');
	}
	return out;
}

/* By its tracking identifier the copy of the directory's log tells the portal's writes. */
static const char *tracking(struct arena *a)
{
	uint8_t id[TRACKING_BYTES];

	secret_random(id, sizeof id);
	return text_hex(a, (struct bytes){ id, sizeof id });
}

static enum err make(const struct editing *x, const struct edit_entry *wanted)
{
	struct changes all = { 0 };

	add_change(x->a, &all, CHANGE_ADD, "objectClass", words(x->a, wanted->classes));
	struct changes rest = changes_of(x->a, NULL, wanted);

	for (size_t i = 0; i < rest.n; i++)
		if (rest.v[i].values.n)
			add_change(x->a, &all, CHANGE_ADD, rest.v[i].name, rest.v[i].values);
	const char *csn = NULL;
	enum err e = directory_add(x->d, x->a, wanted->dn, all.v, all.n, tracking(x->a), &csn);

	made(x, csn);
	return e;
}

/* Whoever was taken back since is not deleted: that is said, and a failed job is looked at. */
static enum err take_away(const struct editing *x, const struct edit_entry *wanted)
{
	struct entry now;
	enum err e = look_up(x, wanted, &now);

	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	if (!wanted->n || !conditions_hold(x->a, wanted, &now))
		return ERR_CONFLICT;
	e = directory_delete(x->d, now.dn, tracking(x->a));
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* Somebody may change the entry between the look and the write: ERR_CONFLICT, and it is looked at again. */
static enum err bring_about(const struct editing *x, const struct edit_entry *wanted)
{
	struct entry now;
	enum err e = ERR_CONFLICT;

	for (int i = 0; i < TRIES && e == ERR_CONFLICT; i++) {
		e = look_up(x, wanted, &now);
		if (e == ERR_NOTFOUND && uuid_is_none(wanted->uuid)) {
			e = make(x, wanted);
			continue;
		}
		if (e || !conditions_hold(x->a, wanted, &now))
			break;
		struct changes changes = changes_of(x->a, &now, wanted);

		const char *csn = NULL;

		if (changes.n)
			e = directory_modify(x->d, x->a, now.dn, changes.v, changes.n, tracking(x->a), &csn);
		made(x, csn);
	}
	/* gone, and only wanted while it said something: it says that no more */
	return e == ERR_NOTFOUND && !conditions_hold(x->a, wanted, NULL) ? ERR_OK : e;
}

/* The directory's own word, and which entry of the job it was. */
static const char *reason_of(struct directory *d, struct arena *a, enum err e, size_t i, size_t n)
{
	const char *trouble = directory_trouble(d);

	return arena_printf(a, "entry %zu of %zu: %s", i + 1, n, *trouble ? trouble : err_text(e));
}

enum err edit_run(struct directory *d, struct arena *a, const char *suffix, const struct strs *lines, struct strs *csns,
		  const char **reason)
{
	struct editing x = { d, a, suffix, csns };
	struct edit_entry *entries;
	size_t n;
	enum err refused = ERR_OK;

	if (edits_read(a, lines, &entries, &n)) {
		*reason = "its lines cannot be read";
		return ERR_INVALID;
	}
	for (size_t i = 0; i < n; i++) {
		enum err e = entries[i].remove ? take_away(&x, &entries[i]) : bring_about(&x, &entries[i]);

		if (!e)
			continue;
		if (!refused)
			*reason = reason_of(d, a, e, i, n);
		if (e == ERR_UNAVAILABLE || e == ERR_UNKNOWN) {
			*reason = reason_of(d, a, e, i, n);
			return e;
		}
		refused = ERR_INVALID;
		if (entries[i].needed)
			break;
	}
	return refused;
}
