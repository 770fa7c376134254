/* What an auditor may see, and what he asked for. */
#include "acts/log_reading.h"

#include "acts/rights.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

#define DEFAULT_DAYS 7
#define FOREIGN_MAX 100

/* clang-format off */
static const struct field fields[] = {
	{ .name = "du", .label = "Du", .kind = FIELD_DAY },
	{ .name = "au", .label = "Au", .kind = FIELD_DAY },
	{ .name = "fournisseur", .label = "Fournisseur de données", .kind = FIELD_TEXT, .max = 150 },
	{ .name = "agent", .label = "Personne ou identifiant", .kind = FIELD_TEXT, .max = 150 },
	{ .name = "evenement", .label = "Événement", .kind = FIELD_TEXT, .max = 60 },
	{ .name = "resultat", .label = "Résultat", .kind = FIELD_TEXT, .max = 20 },
	{ .name = "ip", .label = "Adresse IP", .kind = FIELD_TEXT, .max = 45 },
	{ .name = "page", .label = "Page", .kind = FIELD_TOKEN, .max = 20 },
	{ .name = "lignes", .label = "Lignes", .kind = FIELD_TOKEN, .max = LOG_LINES_MAX * 21 },
	{ .name = "journal", .label = "Journal", .kind = FIELD_TOKEN, .max = 20 },
};
/* clang-format on */
const struct form log_form = { fields, LENGTH(fields) };

/* --- scope --- */

enum err log_scope(const struct visitor *who, const char **scope)
{
	*scope = NULL;
	if (who->roles & (ROLE_NATIONAL_AUDITOR | ROLE_OPERATOR))
		return ERR_OK;
	if (!(who->roles & ROLE_CAF_AUDITOR) || !who->person.caf || !*who->person.caf)
		return ERR_DENIED;
	*scope = who->person.caf;
	return ERR_OK;
}

bool log_in_scope(const char *scope, const char *caf)
{
	return !scope || strcmp(scope, caf) == 0;
}

/* --- criteria --- */

static day_t day_typed(struct reading *r, const char *name, day_t otherwise)
{
	day_t day;

	return day_parse(input_get(r->in, name), &day) == ERR_OK ? day : otherwise;
}

static void take_period(struct reading *r)
{
	struct log_view *v = r->view;
	day_t today = day_of(visitor_now(r->who));

	v->until = day_typed(r, "au", today);
	v->from = day_typed(r, "du", v->until - DEFAULT_DAYS);
	if (v->until < v->from && !fault_of(r->faults, "du"))
		fault_add(r->arena, r->faults, "au", "La date de fin précède le début.");
	v->query.from = day_start(v->from);
	v->query.until = day_start(v->until + 1);
}

/* An event asked for by name is shown on either page. */
static void take_event(struct reading *r, int event_class)
{
	const char *typed = input_get(r->in, "evenement");
	struct audit_query *q = &r->view->query;

	q->event_class = event_class;
	if (!*typed || choice_is(r->arena, typed, "", "Tous"))
		return;
	for (int ev = 0; ev < EVENT__MAX; ev++) {
		const char *code = event_code((enum event)ev);

		if (!choice_is(r->arena, typed, code, event_label(code)))
			continue;
		q->event = code;
		q->event_class = -1;
		return;
	}
	fault_add(r->arena, r->faults, "evenement", "Choisissez un événement de la liste.");
}

static void take_result(struct reading *r)
{
	const char *typed = input_get(r->in, "resultat");
	struct arena *a = r->arena;

	r->view->query.failed = -1;
	if (choice_is(a, typed, "reussi", "Réussi"))
		r->view->query.failed = 0;
	else if (choice_is(a, typed, "echec", "Échec"))
		r->view->query.failed = 1;
	else if (*typed && !choice_is(a, typed, "", "Tous"))
		fault_add(a, r->faults, "resultat", "Choisissez un résultat de la liste.");
}

static void take_address(struct reading *r)
{
	const char *typed = input_get(r->in, "ip");

	if (*typed && text_address(r->arena, typed, &r->view->query.address))
		fault_add(r->arena, r->faults, "ip", "Saisissez une adresse entière, par exemple 198.51.100.24.");
}

/* ERR_MALFORMED: no list of a link of ours. */
static enum err take_lines(struct reading *r)
{
	struct log_view *v = r->view;
	const char *typed = input_get(r->in, "lignes");
	int64_t seq;

	if (!*typed)
		return ERR_OK;
	v->lines = arena_array(r->arena, LOG_LINES_MAX, uint64_t);
	for (const char *p = typed;; p++) {
		size_t n = strcspn(p, ",");

		if (v->lines_n == LOG_LINES_MAX || text_to_int(arena_memdup(r->arena, p, n), 1, INT64_MAX, &seq))
			return ERR_MALFORMED;
		v->lines[v->lines_n++] = (uint64_t)seq;
		p += n;
		if (!*p)
			return ERR_OK;
	}
}

/* --- names --- */

/* Out of scope; what does not fit is left out. */
struct foreign {
	struct uuid v[FOREIGN_MAX];
	size_t n;
};

static void add_foreign(struct foreign *f, const struct person *p)
{
	if (f->n < FOREIGN_MAX)
		f->v[f->n++] = p->uuid;
}

/* By uid or number, else the only one in scope whose name or mail holds the text. n: how many did. */
static enum err find_person(struct reading *r, struct txn *t, const char *typed, struct person *out, size_t *n,
			    struct foreign *foreign)
{
	const char *sought = text_sought(r->arena, typed);
	struct person p;
	bool by_uid = person_by_name(t, r->arena, 'u', typed, out) == ERR_OK;

	*n = 1;
	if (by_uid || person_by_name(t, r->arena, 'n', typed, out) == ERR_OK) {
		*n = log_in_scope(r->scope, out->caf);
		if (!*n && by_uid)
			add_foreign(foreign, out);
		return t->err;
	}
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_MIRROR_PERSON, BYTES_NONE);

	*n = 0;
	while (scan_next(&s)) {
		AUTO_ARENA struct arena *a = arena_new();

		if (person_decode(a, s.record.payload, &p))
			continue;
		if (!text_mentions(a, sought, &p.name, 1) && strcmp(p.mail, typed) != 0)
			continue;
		if (!log_in_scope(r->scope, p.caf)) {
			add_foreign(foreign, &p);
			continue;
		}
		if ((*n)++ == 0 && person_decode(r->arena, s.record.payload, out))
			return ERR_CORRUPT;
	}
	return t->err;
}

/* Who did something in the scope is named there, so the auditor may be told how to find him; of anybody else nothing is said. */
static enum err tell_foreign(struct reading *r, struct txn *t, const struct foreign *foreign)
{
	for (size_t i = 0; i < foreign->n; i++) {
		struct audit_query q = {
			.person = &foreign->v[i], .caf = r->scope, .event_class = -1, .failed = -1, .limit = 1
		};
		struct audit_page page;
		enum err e = audit_find(t, r->arena, &q, &page);

		if (e)
			return e;
		if (!page.n)
			continue;
		fault_add(r->arena, r->faults, "agent",
			  "Cette personne n’est pas de votre Caf : saisissez son numéro d’agent.");
		return ERR_OK;
	}
	return ERR_OK;
}

/* Somebody the directory no longer has is still found by his number. */
static enum err take_person(struct reading *r, struct txn *t)
{
	const char *typed = input_get(r->in, "agent");
	struct foreign foreign = { .n = 0 };
	struct person p;
	size_t n;

	if (!*typed)
		return ERR_OK;
	enum err e = find_person(r, t, typed, &p, &n, &foreign);

	if (!e && !n)
		e = tell_foreign(r, t, &foreign);
	if (e)
		return e;
	if (n > 1)
		fault_add(r->arena, r->faults, "agent",
			  "%zu personnes portent ce nom : saisissez l’identifiant ou le numéro.", n);
	if (n == 1) {
		r->person = p.uuid;
		r->view->query.person = &r->person;
	} else {
		r->view->query.number = typed;
		r->view->nobody = !n;
	}
	return ERR_OK;
}

static enum err take_provider(struct reading *r, struct txn *t)
{
	const char *typed = input_get(r->in, "fournisseur"), *sought = text_sought(r->arena, typed);
	struct provider p;
	size_t n = 0, exact = 0;

	if (!*typed)
		return ERR_OK;
	r->view->query.provider = typed;
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_MIRROR_PROVIDER, BYTES_NONE);

	while (scan_next(&s)) {
		if (provider_decode(r->arena, s.record.payload, &p) || !log_in_scope(r->scope, p.caf))
			continue;
		bool same = strcmp(text_fold(r->arena, p.name), sought) == 0 || strcasecmp(p.id, typed) == 0;

		exact += same;
		if (!same && !text_mentions(r->arena, sought, &p.name, 1))
			continue;
		n++;
		if (same || !exact)
			r->view->query.provider = p.id;
	}
	if (exact != 1 && n > 1)
		fault_add(r->arena, r->faults, "fournisseur",
			  "%zu fournisseurs portent ce nom : saisissez-le en entier.", n);
	r->view->no_provider = !n;
	return t->err;
}

enum err log_take_criteria(struct reading *r, int event_class)
{
	AUTO_TXN struct txn t = txn_read(r->app->store, STORE_MAIN);

	input_check(r->arena, &log_form, r->in, r->faults);
	take_period(r);
	take_event(r, event_class);
	take_result(r);
	take_address(r);
	enum err e = take_lines(r);

	if (!e)
		e = take_person(r, &t);

	if (!e)
		e = take_provider(r, &t);
	r->view->query.caf = r->scope;
	if (!e && r->faults->n)
		e = ERR_INVALID;
	return e;
}
