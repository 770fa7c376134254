#include "acts/departure.h"

#include "acts/agent.h"
#include "acts/listing_rules.h"
#include "acts/mails.h"
#include "acts/queue.h"

#include <string.h>

struct reporting {
	struct app *app;
	struct arena *a;
	const struct visitor *who; /* his provider and Caf are filled in, known or not */
	const char *by;            /* how the Caf reads who told it */
	day_t end;
	struct person *people;
	size_t n;
	struct changeset *cs;
};

static void check_day(struct reporting *x, const char *typed, struct faults *faults)
{
	if (!*typed)
		fault_add(x->a, faults, "fin", "Saisissez le dernier jour de mission, par exemple %s",
			  day_slashes(x->a, day_of(visitor_now(x->who))));
	else if (day_parse(typed, &x->end))
		fault_add(x->a, faults, "fin", "%s", day_wrong(x->a, "Dernier jour de mission", typed));
	else if (x->end > day_of(visitor_now(x->who)))
		fault_add(x->a, faults, "fin",
			  "Ce jour est dans le futur : signalez la fin de mission le jour venu, car l’accès est suspendu tout de suite");
}

bool departure_may_report(const struct person *p)
{
	return strcmp(p->status, "active") == 0 || strcmp(p->status, "suspendue") == 0;
}

/* The Caf has not decided of it yet; the mirror takes the file away when an LDAP tool did. */
static enum err check_unreported(struct reporting *x, const struct person *p, struct faults *faults)
{
	struct todo t;
	enum err e = queue_find(x->app, x->a, p->caf, DEPARTURE_TODO, p->uuid, &t);

	if (!e)
		fault_add(x->a, faults, "personne",
			  "La fin de mission de %s est déjà signalée : la Caf va la confirmer", p->name);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* ERR_NOTFOUND: not of this provider. */
static enum err pick(struct reporting *x, const struct strs *numbers, struct faults *faults)
{
	struct person *all;
	size_t n;
	enum err e = people_of(x->app, x->a, x->who->provider.key, &all, &n);

	for (size_t i = 0; i < numbers->n && !e; i++) {
		size_t at = 0;

		while (at < n && strcmp(all[at].number, numbers->v[i]) != 0)
			at++;
		if (at == n)
			return ERR_NOTFOUND;
		if (!departure_may_report(&all[at]))
			fault_add(x->a, faults, "personne", "L’accès de %s est déjà fermé", all[at].name);
		e = check_unreported(x, &all[at], faults);
		x->people = arena_more(x->a, x->people, x->n, sizeof *x->people);
		x->people[x->n++] = all[at];
		if (!e && x->end)
			e = agent_end_check(x->app, x->a, &all[at], x->end, day_of(visitor_now(x->who)), faults);
	}
	if (!numbers->n)
		fault_add(x->a, faults, "personne", "Cochez au moins une personne");
	return e;
}

/* A change of his access that is still on its way to the directory would be undone by ours. */
static enum err check_still(struct reporting *x, const struct person *p, struct faults *faults)
{
	struct agent_state state;
	enum err e = agent_state_read(x->app, x->a, p, &state);

	if (e)
		return e;
	if (agent_is_busy(&state))
		fault_add(x->a, faults, "personne", "L’accès de %s est en train de changer : réessayez dans un instant",
			  p->name);
	return ERR_OK;
}

static void add_todo(struct reporting *x, const struct person *p)
{
	int64_t now = visitor_now(x->who);
	struct bytes key = todo_key(x->a, p->caf, now, DEPARTURE_TODO, p->uuid);
	struct todo t;

	codec_default(&todo_codec, &t);
	t.kind = DEPARTURE_TODO;
	t.establishment = p->uuid;
	t.title = arena_printf(x->a, "Fin de mission : %s", p->name);
	t.detail = arena_printf(x->a, "Dernier jour : %s, signalé par %s", day_fr(x->a, x->end), x->by);
	t.provider_name = x->who->provider.name;
	t.since = now;
	t.path = arena_printf(x->a, "/caf/fournisseurs/%s/agents/%s", x->who->provider.id, p->number);
	changeset_expect(x->cs, TABLE_TODO, key, REV_ABSENT);
	changeset_put(x->cs, TABLE_TODO, key, todo_encode(x->a, &t));
}

static enum err add_person(struct reporting *x, const struct person *p)
{
	struct audit_record r = act_record(x->a, x->who, EVENT_DEPARTURE_REPORTED);
	const char *reason = arena_printf(x->a, "Fin de mission signalée par %s", x->by);

	changeset_expect(x->cs, TABLE_MIRROR_PERSON, key_bytes(p->uuid.b, sizeof p->uuid.b), p->rev);
	add_todo(x, p);
	act_on_person(&r, p, x->who->provider.id);
	act_detail(x->a, &r, "end", day_iso(x->a, x->end));
	changeset_audit(x->cs, &r);
	return agent_change_add(x->app, x->a, x->cs, x->who, p, AGENT_SUSPEND, x->end, reason);
}

static void tell_caf(struct reporting *x)
{
	const struct caf *caf = &x->who->caf;
	struct buf names = buf_new(x->a);

	if (!*caf->mail)
		return;
	for (size_t i = 0; i < x->n; i++)
		buf_printf(&names, "%s%s (%s)", i ? ", " : "", x->people[i].name, x->people[i].number);
	mail_add(x->app, x->a, x->cs, "departure_reported", UUID_NONE, caf->mail, caf->code, "personnes",
		 buf_str(&names), "organisme", x->who->provider.name, "par", x->by, "fin", day_fr(x->a, x->end), NULL);
}

/* Everybody whose access is changing is named at once. */
static enum err commit(struct reporting *x, struct faults *faults)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < x->n && !e; i++)
		e = check_still(x, &x->people[i], faults);
	if (!e && faults->n)
		e = ERR_CONFLICT;
	for (size_t i = 0; i < x->n && !e; i++)
		e = add_person(x, &x->people[i]);
	if (e)
		return e;
	tell_caf(x);
	return changeset_commit(x->app->store, x->cs, NULL);
}

static enum err check(struct reporting *x, const struct departure_form *form, struct faults *faults)
{
	check_day(x, form->end, faults);
	enum err e = pick(x, &form->numbers, faults);

	return e ? e : faults->n ? ERR_INVALID : ERR_OK;
}

enum err departure_report(struct app *app, struct arena *a, const struct visitor *who,
			  const struct departure_form *form, struct faults *faults)
{
	struct reporting x = { .app = app, .a = a, .who = who };

	if (act_was_done(app, who))
		return ERR_OK;
	x.by = arena_printf(a, "%s (%s)", who->person.name, who->person.number);
	enum err e = check(&x, form, faults);

	if (!e)
		e = agent_confirm(app, a, who);
	if (!e)
		e = act_begin(app, a, who, &x.cs);
	return e ? e : commit(&x, faults);
}

enum err departure_link_report(struct app *app, struct arena *a, const struct visitor *from,
			       const struct departure_link *link, const struct departure_form *form, struct faults *faults)
{
	struct visitor who = *from;
	struct reporting x = { .app = app, .a = a, .who = &who, .by = "le contact du fournisseur" };

	/* whoever sits there with a session acts by the link, not by his account */
	who.known = false;
	who.contact = true;
	who.session = (struct session){ 0 };
	who.provider = link->provider;
	who.caf = link->caf;
	if (act_was_done(app, &who))
		return ERR_OK;
	enum err e = check(&x, form, faults);

	if (!e)
		e = act_begin(app, a, &who, &x.cs);
	if (e)
		return e;
	changeset_expect(x.cs, TABLE_MAILED_LINK, link->key, link->link.rev);
	changeset_delete(x.cs, TABLE_MAILED_LINK, link->key);
	return commit(&x, faults);
}
