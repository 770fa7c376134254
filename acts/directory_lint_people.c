/* People, groups, providers and Cafs; and one name for two entries, which the directory refuses but for what comes by
   replication. */
#include "acts/directory_lint.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define VALUE_LENGTH 120

void lint_person(struct lint *l, const struct lint_entry *e)
{
	const struct person *p = &e->is.is.person;
	const char *status = entry_text(e->entry, "habStatut");
	bool agent = entry_is(e->entry, "habAgent"), active = status && strcasecmp(status, "active") == 0;

	if (agent && entry_is(e->entry, "habPersonnel"))
		lint_say(l, e->subject, "is an agent and staff at once");
	else if (agent && (!p->agent || !lint_find(l, MIRROR_KIND_PROVIDER, p->provider_key)))
		lint_say(l, e->subject, "an agent under no provider");
	else if (!agent && strncmp(dn_parent(l->arena, p->key), "ou=personnel,", 13) != 0)
		lint_say(l, e->subject, "staff outside ou=personnel");
	if (!*p->mail)
		lint_say(l, e->subject, "has no mail address that can be read");
	if (p->wants_password && !active)
		lint_say(l, e->subject, "asks for a password (habDemandeMotDePasse) and is not active");
	if (active && p->end && p->end < l->today)
		lint_say(l, e->subject, "is active, and the mission ended on %s (habFinMission)",
			 day_iso(l->arena, (day_t)p->end));
}

/* --- groups --- */

static const char *member_fault(struct lint *l, const struct group *g, const char *key)
{
	const struct lint_entry *member = lint_find(l, MIRROR_KIND_PERSON, key);
	const struct person *p;

	/* what refint leaves in a group that became empty */
	if (strncmp(key, "cn=personne,", 12) == 0)
		return NULL;
	if (!member)
		return arena_printf(l->arena, "nobody: %s", text_cut(l->arena, key, VALUE_LENGTH));
	p = &member->is.is.person;
	if (p->agent)
		return arena_printf(l->arena, "%s, an agent of a provider", member->subject);
	if (*g->caf && strcmp(g->caf, p->caf) != 0)
		return arena_printf(l->arena, "%s, not of this Caf", member->subject);
	if (strcmp(p->status, "terminee") == 0)
		return arena_printf(l->arena, "%s, who left", member->subject);
	return NULL;
}

void lint_group(struct lint *l, const struct lint_entry *e)
{
	const struct group *g = &e->is.is.group;

	for (size_t i = 0; i < g->member_keys.n; i++) {
		const char *fault = member_fault(l, g, g->member_keys.v[i]);

		if (fault)
			lint_say(l, e->subject, "has the member %s", fault);
	}
}

/* --- Cafs and providers --- */

void lint_caf(struct lint *l, const struct lint_entry *e)
{
	const struct caf *c = &e->is.is.caf;
	const struct {
		const char *value, *name;
	} wanted[] = {
		{ c->service, "habServiceNom" },
		{ c->phone, "telephoneNumber" },
		{ *c->address ? c->address : c->mail, "postalAddress or mail" },
		{ c->silence, "habSilence" },
		{ c->silence_delay, "habSilenceDelai" },
		{ c->remedies, "habVoiesRecours" },
		{ c->data_notice, "habMentionDonnees" },
	};

	for (size_t i = 0; i < LENGTH(wanted); i++)
		if (!*wanted[i].value)
			lint_say(l, e->subject, "lacks a text the law asks for: %s", wanted[i].name);
	if (*c->silence && strcmp(c->silence, "rejet") != 0 && strcmp(c->silence, "acceptation") != 0)
		lint_say(l, e->subject, "unknown silence rule %s", c->silence);
}

void lint_provider(struct lint *l, const struct lint_entry *e)
{
	const struct provider *p = &e->is.is.provider;

	if (!*p->caf)
		lint_say(l, e->subject, "stands under no Caf's ou=fournisseurs");
	/* La Poste's offices have a key of their own */
	if (strncmp(p->siret, "356000000", 9) != 0 && !text_is_luhn(p->siret))
		lint_say(l, e->subject, "SIRET %s has a wrong key", text_cut(l->arena, p->siret, VALUE_LENGTH));
}

/* --- one name for two --- */

struct named {
	char kind; /* two of different kinds may share a name */
	const char *name;
	const char *subject;
};

struct names {
	struct named *v;
	size_t n;
};

static void name_add(struct lint *l, struct names *x, char kind, const char *name, const char *subject)
{
	if (!*name)
		return;
	x->v = arena_more(l->arena, x->v, x->n, sizeof *x->v);
	x->v[x->n++] = (struct named){ kind, text_casefold(l->arena, name), subject };
}

static int by_name(const void *a, const void *b)
{
	const struct named *first = a, *second = b;
	int order = first->kind - second->kind;

	if (!order)
		order = strcmp(first->name, second->name);
	return order ? order : strcmp(first->subject, second->subject);
}

static void add_names(struct lint *l, struct names *x, const struct lint_entry *e)
{
	switch (e->is.kind) {
	case MIRROR_KIND_PERSON:
		name_add(l, x, 'u', e->is.is.person.uid, e->subject);
		name_add(l, x, 'n', e->is.is.person.number, e->subject);
		if (strcmp(e->is.is.person.status, "terminee") != 0) /* it is nobody's way to log in */
			name_add(l, x, 'm', e->is.is.person.mail, e->subject);
		return;
	case MIRROR_KIND_ESTABLISHMENT:
		name_add(l, x, 'e', e->is.is.establishment.id, e->entry->dn);
		return;
	case MIRROR_KIND_PROVIDER:
		name_add(l, x, 'p', e->is.is.provider.id, e->entry->dn);
		if (*e->is.is.provider.siret) /* one may work with two Cafs */
			name_add(l, x, 's',
				 arena_printf(l->arena, "%s %s", e->is.is.provider.caf, e->is.is.provider.siret),
				 e->subject);
		return;
	case MIRROR_KIND_AGREEMENT:
		name_add(l, x, 'g', e->is.is.agreement.number, e->entry->dn);
		return;
	default:
		return;
	}
}

static const char *kind_text(char kind)
{
	switch (kind) {
	case 'u':
		return "uid";
	case 'n':
		return "number";
	case 'm':
		return "mail address";
	case 'e':
		return "habEtablissementId";
	case 'p':
		return "habFournisseurId";
	case 's':
		return "SIRET";
	default:
		return "habConventionNumero";
	}
}

void lint_doubles(struct lint *l)
{
	struct names x = { 0 };

	for (size_t i = 0; i < l->n; i++)
		add_names(l, &x, &l->v[i]);
	if (x.n)
		qsort(x.v, x.n, sizeof *x.v, by_name);
	for (size_t i = 0; i + 1 < x.n; i++) {
		const struct named *one = &x.v[i], *other = &x.v[i + 1];

		if (one->kind != other->kind || strcmp(one->name, other->name) != 0)
			continue;
		lint_say(l, one->subject, "has the same %s as %s", kind_text(one->kind), other->subject);
		/* nothing tells which of them is wrong, and each is found by it */
		if (one->kind == 's')
			lint_say(l, other->subject, "has the same %s as %s", kind_text(one->kind), one->subject);
	}
}
