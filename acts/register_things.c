/* What the directory has, and every name by which a row may mean it. */
#include "acts/register_import.h"

#include "acts/calendar.h"
#include "acts/rights.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

/* --- names --- */

static struct import_name **bucket_of(struct import *m, const char *name)
{
	uint32_t h = 2166136261u;

	for (const char *s = name; *s; s++)
		h = (h ^ (uint8_t)*s) * 16777619u;
	return &m->names[h % IMPORT_BUCKETS];
}

static struct import_name *name_of(struct import *m, const char *full)
{
	struct import_name *x = *bucket_of(m, full);

	while (x && strcmp(x->name, full) != 0)
		x = x->next;
	return x;
}

static const char *full_name(struct import *m, char kind, const char *name)
{
	return arena_printf(m->arena, "%c%s", kind, text_casefold(m->arena, name));
}

void import_name_add(struct import *m, char kind, const char *name, struct import_thing *thing)
{
	const char *full = full_name(m, kind, name);
	struct import_name *x = *name ? name_of(m, full) : NULL, **bucket;

	if (!*name)
		return;
	if (x) {
		x->several = x->several || x->thing != thing;
		return;
	}
	bucket = bucket_of(m, full);
	x = arena_new_of(m->arena, struct import_name);
	*x = (struct import_name){ full, thing, false, *bucket };
	*bucket = x;
}

struct import_thing *import_find(struct import *m, char kind, const char *name, bool *several)
{
	struct import_name *x = *name ? name_of(m, full_name(m, kind, name)) : NULL;

	*several = x && x->several;
	return x && !x->several ? x->thing : NULL;
}

struct import_thing *import_known(struct import *m, char kind, const char *name)
{
	bool several;

	return import_find(m, kind, name, &several);
}

const char *import_pair(struct import *m, const struct import_thing *x, const struct import_thing *y)
{
	return arena_printf(m->arena, "%s|%s", x->key, y->key);
}

/* By its address too: two of one name stand in one town. */
const char *import_spot(struct import *m, const char *name, const char *postal, const char *street)
{
	struct arena *a = m->arena;

	return arena_printf(a, "%s|%s|%s", text_fold(a, name), postal, text_fold(a, street));
}

bool import_is_ours(struct import *m, const struct import_thing *t)
{
	const char *caf = dn_value(m->arena, t->key, "habcodecaf");

	return caf && strcmp(caf, m->o.caf) == 0;
}

/* --- what is there --- */

struct import_thing *import_thing_add(struct import *m, const struct import_thing *t)
{
	struct import_thing *kept = arena_new_of(m->arena, struct import_thing);

	*kept = *t;
	m->things = arena_more(m->arena, m->things, m->n_things, sizeof *m->things);
	return m->things[m->n_things++] = kept;
}

void import_name_thing(struct import *m, struct import_thing *t, const char *siret, const char *mail)
{
	static const char kinds[] = {
		[IMPORT_PROVIDER] = 'p', [IMPORT_ESTABLISHMENT] = 'e', [IMPORT_AGREEMENT] = 'g', [IMPORT_PERSON] = 'n', [IMPORT_RIGHT] = 'r'
	};

	import_name_add(m, kinds[t->kind], t->id, t);
	import_name_add(m, 'k', t->key, t);
	if (t->kind == IMPORT_PERSON)
		import_name_add(m, 'u', t->uid, t);
	if (!import_is_ours(m, t))
		return;
	import_name_add(m, 's', siret, t);
	import_name_add(m, 'm', mail, t);
}

/* Two people may share an address, two of one name hardly do. */
static const char *who(struct import *m, const char *mail, const char *given_name, const char *surname)
{
	struct arena *a = m->arena;

	return arena_printf(a, "%s|%s|%s", mail, text_fold(a, given_name), text_fold(a, surname));
}

void import_name_person(struct import *m, struct import_thing *t, const char *mail, const char *given_name,
			const char *surname)
{
	import_name_thing(m, t, "", mail);
	if (import_is_ours(m, t))
		import_name_add(m, 'w', who(m, mail, given_name, surname), t);
}

void import_name_mail(struct import *m, struct import_thing *t, const char *mail, const char *status)
{
	import_name_add(m, strcmp(status, "terminee") == 0 ? 'y' : 'x', mail, t);
}

struct import_thing *import_person_named(struct import *m, const char *mail, const char *given_name, const char *surname)
{
	return import_known(m, 'w', who(m, mail, given_name, surname));
}

void import_name_place(struct import *m, struct import_thing *t, const char *name, const char *postal, const char *street)
{
	if (!import_is_ours(m, t))
		return;
	import_name_add(m, 'f', text_fold(m->arena, name), t);
	import_name_add(m, 'a', import_spot(m, name, postal, street), t);
}

static void take_entry(struct import *m, const struct mirrored *x, const struct entry *entry)
{
	struct import_thing t = { .there = x, .entry = entry, .id = "", .uid = "", .type = "", .key = x->key };
	const struct establishment *e = &x->is.establishment;
	const char *siret = "", *mail = "";

	switch (x->kind) {
	case MIRROR_KIND_PROVIDER:
		t.kind = IMPORT_PROVIDER, t.id = x->is.provider.id, t.dn = x->is.provider.dn;
		siret = x->is.provider.siret;
		break;
	case MIRROR_KIND_ESTABLISHMENT:
		t.kind = IMPORT_ESTABLISHMENT, t.id = e->id, t.dn = e->dn, t.type = e->type;
		break;
	case MIRROR_KIND_AGREEMENT:
		t.kind = IMPORT_AGREEMENT, t.id = x->is.agreement.number, t.dn = x->is.agreement.dn;
		break;
	case MIRROR_KIND_PERSON:
		t.kind = IMPORT_PERSON, t.id = x->is.person.number, t.dn = x->is.person.dn, t.uid = x->is.person.uid;
		mail = x->is.person.agent ? x->is.person.mail : "";
		break;
	case MIRROR_KIND_CAF:
		if (strcmp(x->is.caf.code, m->o.caf) == 0)
			m->caf_dn = x->is.caf.dn;
		return;
	default:
		return;
	}
	struct import_thing *kept = import_thing_add(m, &t);

	if (t.kind == IMPORT_PERSON) {
		import_name_person(m, kept, mail, x->is.person.given_name, x->is.person.surname);
		import_name_mail(m, kept, x->is.person.mail, x->is.person.status);
	} else {
		import_name_thing(m, kept, siret, mail);
	}
	if (t.kind == IMPORT_ESTABLISHMENT)
		import_name_place(m, kept, e->name, e->postal_code, e->street);
}

static const char *parent_key(const struct mirrored *x)
{
	switch (x->kind) {
	case MIRROR_KIND_ESTABLISHMENT:
		return x->is.establishment.manager_key;
	case MIRROR_KIND_AGREEMENT:
		return x->is.agreement.provider_key;
	case MIRROR_KIND_PERSON:
		return x->is.person.provider_key;
	default:
		return "";
	}
}

static struct agreement planned_agreement(const struct import_row *r)
{
	struct agreement g;
	day_t provider, caf, due;

	codec_default(&agreement_codec, &g);
	if (day_parse_ldap(r->cell[DEAL_SIGNED_PROVIDER], &provider) || day_parse_ldap(r->cell[DEAL_SIGNED_CAF], &caf))
		return g;
	g.status = "active";
	g.effect = caf > provider ? caf : provider;
	g.due = day_parse_ldap(r->cell[DEAL_DUE], &due) ? agreement_first_due((day_t)g.effect) : due;
	g.not_tacit = strcmp(r->cell[DEAL_TACIT], "FALSE") == 0;
	return g;
}

struct agreement import_agreement(const struct import_thing *t)
{
	return t->there ? t->there->is.agreement : planned_agreement(t->row);
}

void import_name_covered(struct import *m, struct import_thing *agreement, const struct import_thing *place)
{
	struct agreement g = import_agreement(agreement);

	import_name_add(m, 'v', import_pair(m, agreement, place), agreement);
	if (agreement_in_force(&g, m->o.today))
		import_name_add(m, 'i', import_pair(m, agreement->parent, place), agreement);
}

static void note_covered(struct import *m, struct import_thing *t)
{
	const struct agreement *g = &t->there->is.agreement;

	if (t->kind != IMPORT_AGREEMENT || !t->parent)
		return;
	for (size_t i = 0; i < g->covered_keys.n; i++) {
		struct import_thing *place = import_known(m, 'k', g->covered_keys.v[i]);

		if (place)
			import_name_covered(m, t, place);
	}
}

void import_directory(struct import *m, const struct entries *directory)
{
	for (size_t i = 0; i < directory->n; i++) {
		struct mirrored *x = arena_new_of(m->arena, struct mirrored);

		if (mirrored_of(m->arena, &directory->v[i], x) == ERR_OK)
			take_entry(m, x, &directory->v[i]);
	}
	for (size_t i = 0; i < m->n_things; i++)
		m->things[i]->parent = import_known(m, 'k', parent_key(m->things[i]->there));
	for (size_t i = 0; i < m->n_things; i++)
		note_covered(m, m->things[i]);
}
