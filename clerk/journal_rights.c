/* Rights that came or went with an LDAP tool: an establishment's entry lists people's names, the record tells their numbers, by which
   their histories find it. */
#include "clerk/journal.h"

#include "acts/deeds.h"

#include <string.h>
#include <strings.h>

struct change_of {
	struct person person;
	unsigned given, taken;
};

struct looking {
	struct txn *t;
	struct arena *a;
	const struct entry *change;
	bool deletes;
	struct change_of *v;
	size_t n;
};

/* NULL: nobody the mirror knows. */
static struct change_of *change_at(struct looking *x, const char *key)
{
	struct person p;

	if (person_by_key(x->t, x->a, key, &p))
		return NULL;
	for (size_t i = 0; i < x->n; i++)
		if (uuid_equal(x->v[i].person.uuid, p.uuid))
			return &x->v[i];
	x->v = arena_more(x->a, x->v, x->n, sizeof *x->v);
	x->v[x->n] = (struct change_of){ .person = p };
	return &x->v[x->n++];
}

static void put(struct arena *a, struct strs *list, const char *key)
{
	if (!strs_has(list, key))
		strs_add(a, list, key);
}

static void drop(struct strs *list, const char *key)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i], key) == 0)
			list->v[i--] = list->v[--list->n];
}

/* "attribute:+ value", "attribute: value"; false: another attribute's. *key "": no value, or no name. */
static bool read_value(struct arena *a, const char *text, const char *attribute, char *verb, const char **key)
{
	size_t n = strlen(attribute);

	if (strncasecmp(text, attribute, n) != 0 || text[n] != ':')
		return false;
	text += n + 1;
	*verb = *text && *text != ' ' ? *text++ : ' ';
	if (*text != ' ' || dn_normal(a, text + 1, key))
		*key = "";
	return true;
}

/* Values before and after; of one that is deleted whole nothing is left. */
static void read_lists(struct looking *x, const char *attribute, struct strs *before, struct strs *after)
{
	struct strs old = entry_texts(x->a, x->change, "reqOld"), changed = entry_texts(x->a, x->change, "reqMod");
	const char *key;
	bool replaced = false;
	char verb;

	for (size_t i = 0; i < old.n; i++)
		if (read_value(x->a, old.v[i], attribute, &verb, &key) && *key)
			put(x->a, before, key);
	if (!x->deletes)
		*after = strs_copy(x->a, before);
	for (size_t i = 0; i < changed.n; i++) {
		if (!read_value(x->a, changed.v[i], attribute, &verb, &key))
			continue;
		if ((verb == '=' && !replaced) || (verb == '-' && !*key))
			after->n = 0;
		replaced = replaced || verb == '=';
		if (verb == '-' && *key) {
			put(x->a, before, key);
			drop(after, key);
		} else if (*key) {
			put(x->a, after, key);
		}
	}
}

static void look_at(struct looking *x, const char *attribute, unsigned family)
{
	struct strs before = { 0 }, after = { 0 };
	const struct strs *lists[] = { &before, &after };

	read_lists(x, attribute, &before, &after);
	for (size_t k = 0; k < LENGTH(lists); k++)
		for (size_t i = 0; i < lists[k]->n; i++) {
			struct change_of *c = strs_has(lists[!k], lists[k]->v[i]) ? NULL : change_at(x, lists[k]->v[i]);

			if (c)
				*(k ? &c->given : &c->taken) |= family;
		}
}

static void add(struct looking *x, const struct establishment *place, struct audit_record *r, size_t *room)
{
	for (size_t i = 0; i < x->n; i++) {
		const struct change_of *c = &x->v[i];
		const char *given = deed_right_write(x->a, c->person.number, place->id, c->given),
			   *taken = deed_right_write(x->a, c->person.number, place->id, c->taken);

		if ((c->given && !journal_room(room, "right_given", given)) ||
		    (c->taken && !journal_room(room, "right_taken", taken)))
			return;
		if (c->given)
			act_detail(x->a, r, "right_given", given);
		if (c->taken)
			act_detail(x->a, r, "right_taken", taken);
	}
}

/* Theirs who got one, or theirs who lost one, or else the manager: a history is looked for among the records of its provider. */
static void name_provider(struct looking *x, const struct establishment *place, struct audit_record *r)
{
	const char *key = place->manager_key;
	struct provider p;
	bool given = false;

	for (size_t i = 0; i < x->n && !given; i++) {
		given = x->v[i].given != 0;
		if (given || !i)
			key = x->v[i].person.provider_key;
	}
	if (*key && provider_by_key(x->t, x->a, key, &p) == ERR_OK)
		r->provider = p.id;
}

void journal_rights(struct txn *t, struct arena *a, const struct entry *change, const char *type,
		    const struct establishment *place, struct audit_record *r, size_t *room)
{
	struct looking x = { .t = t, .a = a, .change = change, .deletes = strcmp(type, "delete") == 0 };

	if (!r->failed) {
		look_at(&x, "habDroitFonctionnement", FAMILY_LISTING);
		look_at(&x, "habDroitDisponibilites", FAMILY_PLACES);
	}
	name_provider(&x, place, r);
	add(&x, place, r, room);
}
