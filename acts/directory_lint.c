/* The frame: every entry as the mirror reads it, indexes by DN and by provider, then a rule for each kind. */
#include "acts/directory_lint.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SUBJECT_LENGTH 200

enum err directory_lint_read(struct directory *sync, struct arena *a, const char *suffix, struct entries *out)
{
	struct sync_result result;
	struct entries list = { 0 };
	enum err e = directory_sync(sync, a, suffix, "(objectClass=*)", "", &result);

	for (size_t i = 0; !e && i < result.n; i++) {
		if (result.v[i].kind != SYNC_ENTRY)
			continue;
		list.v = arena_more(a, list.v, list.n, sizeof *list.v);
		list.v[list.n] = result.v[i].entry;
		list.v[list.n++].uuid = result.v[i].uuid;
	}
	if (!e)
		*out = list;
	return e;
}

void lint_say(struct lint *l, const char *subject, const char *format, ...)
{
	struct lint_report *r = l->report;
	va_list args;

	r->v = arena_more(l->arena, r->v, r->n, sizeof *r->v);
	va_start(args, format);
	r->v[r->n++] = (struct lint_finding){ subject, arena_vprintf(l->arena, format, args) };
	va_end(args);
}

/* --- what an entry is called --- */

static const char *or_dn(struct lint *l, const struct lint_entry *e, const char *name)
{
	return *name ? name : text_cut(l->arena, e->entry->dn, SUBJECT_LENGTH);
}

static const char *person_subject(struct lint *l, const struct person *p)
{
	if (*p->number && *p->uid)
		return arena_printf(l->arena, "%s (%s)", p->number, p->uid);
	return *p->number ? p->number : p->uid;
}

static const char *subject_of(struct lint *l, const struct lint_entry *e)
{
	switch (e->is.kind) {
	case MIRROR_KIND_PERSON:
		return or_dn(l, e, person_subject(l, &e->is.is.person));
	case MIRROR_KIND_ESTABLISHMENT:
		return or_dn(l, e, e->is.is.establishment.id);
	case MIRROR_KIND_PROVIDER:
		return or_dn(l, e, e->is.is.provider.id);
	case MIRROR_KIND_AGREEMENT:
		return or_dn(l, e, e->is.is.agreement.number);
	case MIRROR_KIND_CAF:
		return *e->is.is.caf.code ? arena_printf(l->arena, "Caf %s", e->is.is.caf.code) : or_dn(l, e, "");
	default:
		return or_dn(l, e, "");
	}
}

/* --- indexes --- */

static int by_key(const void *a, const void *b)
{
	const struct lint_entry *const *first = a, *const *second = b;

	return strcmp((*first)->is.key, (*second)->is.key);
}

static int by_provider(const void *a, const void *b)
{
	const struct lint_entry *const *first = a, *const *second = b;

	return strcmp((*first)->is.is.agreement.provider_key, (*second)->is.is.agreement.provider_key);
}

static void index_entries(struct lint *l)
{
	l->by_key = arena_array(l->arena, l->n + 1, const struct lint_entry *);
	l->agreements = arena_array(l->arena, l->n + 1, const struct lint_entry *);
	for (size_t i = 0; i < l->n; i++) {
		l->by_key[i] = &l->v[i];
		if (l->v[i].is.kind == MIRROR_KIND_AGREEMENT)
			l->agreements[l->n_agreements++] = &l->v[i];
	}
	qsort(l->by_key, l->n, sizeof *l->by_key, by_key);
	qsort(l->agreements, l->n_agreements, sizeof *l->agreements, by_provider);
}

const struct lint_entry *lint_find(const struct lint *l, enum mirror_kind kind, const char *key)
{
	const struct lint_entry wanted = { .is = { .key = key } };
	const struct lint_entry *at = &wanted;
	const struct lint_entry **found = bsearch(&at, l->by_key, l->n, sizeof *l->by_key, by_key);

	return found && (*found)->is.kind == kind ? *found : NULL;
}

/* --- rules for all kinds --- */

/* The directory's own rule looks at what is written, not at what came before the rule. */
static void check_value(struct lint *l, const char *subject, const char *name, struct bytes value)
{
	const char *text = arena_memdup(l->arena, value.p, value.n);

	if (value.n && memchr(value.p, 0, value.n))
		lint_say(l, subject, "%s has a value with a NUL byte in it", name);
	else if (strcasecmp(name, "mail") == 0 && !text_is_mail(text))
		lint_say(l, subject, "no mail can be sent to its address %s", text_cut(l->arena, text, SUBJECT_LENGTH));
}

static void check_values(struct lint *l, const char *subject, const struct entry *e)
{
	for (size_t i = 0; i < e->n; i++)
		for (size_t j = 0; j < e->v[i].n; j++)
			check_value(l, subject, e->v[i].name, e->v[i].v[j]);
}

const char *lint_unknown_status(struct lint *l, const struct lint_entry *e)
{
	static const char *const known[] = { "demandee", "active", "suspendue", "terminee" };
	const char *value = entry_text(e->entry, "habStatut");

	for (size_t i = 0; value && i < LENGTH(known); i++)
		if (strcasecmp(known[i], value) == 0)
			return "";
	return value ? text_cut(l->arena, value, SUBJECT_LENGTH) : "";
}

static void check(struct lint *l, const struct lint_entry *e)
{
	const char *status = lint_unknown_status(l, e);

	if (*status)
		lint_say(l, e->subject, "unknown status %s", status);
	switch (e->is.kind) {
	case MIRROR_KIND_PERSON:
		lint_person(l, e);
		return;
	case MIRROR_KIND_ESTABLISHMENT:
		lint_establishment(l, e);
		return;
	case MIRROR_KIND_PROVIDER:
		lint_provider(l, e);
		return;
	case MIRROR_KIND_AGREEMENT:
		lint_agreement(l, e);
		return;
	case MIRROR_KIND_CAF:
		lint_caf(l, e);
		return;
	case MIRROR_KIND_GROUP:
		lint_group(l, e);
		return;
	}
}

static int by_subject(const void *a, const void *b)
{
	const struct lint_finding *first = a, *second = b;
	int order = strcmp(first->subject, second->subject);

	return order ? order : strcmp(first->what, second->what);
}

enum err directory_lint(struct arena *a, const struct entries *entries, day_t today, const struct lint_known *known,
			struct lint_report *out)
{
	struct lint l = { .arena = a, .today = today, .communes = known->communes, .store = known->store, .report = out };

	*out = (struct lint_report){ .entries = entries->n };
	l.v = arena_array(a, entries->n + 1, struct lint_entry);
	for (size_t i = 0; i < entries->n; i++) {
		struct lint_entry *e = &l.v[l.n];
		enum err failed = mirrored_of(a, &entries->v[i], &e->is);

		e->entry = &entries->v[i];
		e->subject = failed ? or_dn(&l, e, "") : subject_of(&l, e);
		check_values(&l, e->subject, e->entry);
		if (failed == ERR_CORRUPT)
			lint_say(&l, e->subject, "the portal cannot read this entry");
		l.n += !failed;
	}
	index_entries(&l);
	for (size_t i = 0; i < l.n; i++)
		check(&l, &l.v[i]);
	lint_doubles(&l);
	enum err e = lint_given_again(&l);

	if (out->n)
		qsort(out->v, out->n, sizeof *out->v, by_subject);
	return e;
}
