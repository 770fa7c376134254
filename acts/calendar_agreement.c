/* What a day brings a convention: renewal, end, warning (art. 5), and what an LDAP tool made of it. The store keeps for which due day
   each was done: the directory's entry follows by a job. */
#include "acts/agreement.h"
#include "acts/calendar.h"
#include "acts/edit.h"
#include "acts/mails.h"
#include "acts/right_history.h"

#include <string.h>

#define NEWS 7 /* days after the end */

struct day_of_agreement {
	struct app *app;
	struct arena *a;
	struct changeset *cs;
	const struct agreement *g;
	struct provider provider;
	struct agreement_file file;
	day_t today;
	bool any;
};

static void edit(struct day_of_agreement *x, const char *attribute, const char *value)
{
	struct edits *edits = edits_new(x->a);

	edits_on(edits, x->g->uuid);
	edits_set(edits, attribute, value);
	edits_job(x->a, x->cs, edits, "");
}

static void record(struct day_of_agreement *x, enum event ev, const char *name, day_t day)
{
	static const struct visitor nobody = { .address = "", .user_agent = "", .method = "", .path = "" };
	struct audit_record r = act_record(x->a, &nobody, ev);

	r.role = "service";
	act_on_agreement(x->a, &r, x->g, &x->provider);
	act_detail(x->a, &r, name, day_iso(x->a, day));
	changeset_audit(x->cs, &r);
	x->any = true;
}

static void renew(struct day_of_agreement *x)
{
	day_t due = agreement_due(x->g, x->today);

	/* without a due day the first one is a year after the effect: nothing to move before */
	if (due == x->g->due || (!x->g->due && due == agreement_first_due((day_t)x->g->effect)) || x->file.renewed_to >= due)
		return;
	edit(x, "habDateEcheance", day_ldap(x->a, due));
	x->file.renewed_to = due;
	record(x, EVENT_AGREEMENT_RENEWED, "due", due);
}

/* --- mails: to everybody whose access is open, the provider's contact and the Caf --- */

/* convention: "", or the number that leads the Caf to its own page. */
static void write_to(struct day_of_agreement *x, const char *template, const struct agreement_reader *to,
		     const char *convention, day_t day)
{
	struct arena *a = x->a;

	mail_add(x->app, a, x->cs, template, to->person, to->mail, x->provider.caf, "organisme", x->provider.name,
		 "numero", x->g->number, "echeance", day_fr(a, day), "limite_preavis",
		 day_fr(a, agreement_notice_limit(day)), "convention", convention, NULL);
}

static enum err write_all(struct day_of_agreement *x, const char *template, day_t day)
{
	struct agreement_reader *readers;
	struct caf caf;
	size_t n;
	enum err e = agreement_readers(x->app, x->a, &x->provider, &readers, &n);

	if (e)
		return e;
	for (size_t i = 0; i < n; i++)
		write_to(x, template, &readers[i], "", day);
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);

	e = caf_by_code(&t, x->a, x->provider.caf, &caf);
	if (!e && *caf.mail)
		write_to(x, template, &(struct agreement_reader){ UUID_NONE, caf.mail }, x->g->number, day);
	return or_none(e);
}

/* What no other convention in force covers: its rights go with this one, and do not come back with a later one. */
static enum err drop_rights(struct day_of_agreement *x, struct edits *edits)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);
	struct agreements all;
	enum err e = agreements_of(&t, x->a, x->provider.key, &all);

	for (size_t i = 0; !e && i < x->g->covered_keys.n; i++) {
		struct establishment place;

		e = establishment_by_key(&t, x->a, x->g->covered_keys.v[i], &place);
		if (e == ERR_NOTFOUND || (!e && strcmp(place.manager_key, x->provider.key) != 0)) {
			e = ERR_OK;
			continue;
		}
		if (e || agreements_cover(&all, x->g->uuid, &place, x->today) ||
		    !(place.listing_keys.n + place.places_keys.n))
			continue;
		edits_on(edits, place.uuid);
		for (size_t k = 0; k < place.listing_keys.n; k++)
			edits_drop(edits, "habDroitFonctionnement", place.listing_keys.v[k]);
		for (size_t k = 0; k < place.places_keys.n; k++)
			edits_drop(edits, "habDroitDisponibilites", place.places_keys.v[k]);
	}
	return e;
}

/* One that ended long ago, as an import may bring it, is news to nobody; nor is what was told when the letter was recorded. */
static enum err end(struct day_of_agreement *x)
{
	day_t last = agreement_last_day(x->g);

	if (x->file.ended_at && day_of(x->file.ended_at) >= last)
		return ERR_OK;
	struct edits *edits = edits_new(x->a);

	edits_on(edits, x->g->uuid);
	edits_set(edits, "habStatut", "terminee");
	enum err e = drop_rights(x, edits);

	if (e)
		return e;
	edits_job(x->a, x->cs, edits, "");
	x->file.ended_at = clock_now();
	record(x, EVENT_AGREEMENT_ENDED, "end", last);
	if (x->today - last > NEWS || x->file.end_told == last)
		return ERR_OK;
	x->file.end_told = last;
	return write_all(x, "agreement_ended", last);
}

/* With an LDAP tool, before its due day: the mirror saw when. Its rights go and people are told, as at any other end. */
static enum err ended_by_hand(struct day_of_agreement *x)
{
	day_t day;
	enum err e;

	{
		AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);

		e = agreement_ended_on(&t, x->a, x->g, NULL, x->today, &day);
	}
	if (e || !day || (x->g->due && day >= x->g->due) || x->today - day > NEWS || x->file.end_told == day ||
	    (x->file.ended_at && day_of(x->file.ended_at) >= day))
		return e;
	struct edits *edits = edits_new(x->a);

	if ((e = drop_rights(x, edits)))
		return e;
	edits_job(x->a, x->cs, edits, "");
	x->file.ended_at = clock_now();
	x->file.end_told = day;
	record(x, EVENT_AGREEMENT_ENDED, "end", day);
	return write_all(x, "agreement_ended", day);
}

/* With an LDAP tool, after it had ended: whoever read of the end reads that it goes on. */
static enum err reopen(struct day_of_agreement *x)
{
	day_t due = agreement_due(x->g, x->today);
	bool told = x->file.end_told;

	if (!x->file.ended_at)
		return ERR_OK;
	x->file.ended_at = x->file.end_told = 0;
	record(x, EVENT_AGREEMENT_REOPENED, "due", due);
	return told ? write_all(x, "agreement_reopened", due) : ERR_OK;
}

/* Before it renews, while a letter may still end it; before it ends by itself, unless its end was told when it was recorded. */
static enum err warn(struct day_of_agreement *x)
{
	bool renews = agreement_renews(x->g);
	day_t due = agreement_due(x->g, x->today), last = renews ? agreement_notice_limit(due) : due;

	if (x->today < day_add_months(due, -AGREEMENT_WARNING_MONTHS) || x->today > last || x->file.warned_for == due ||
	    (!renews && x->file.notice_received))
		return ERR_OK;
	x->file.warned_for = due;
	record(x, EVENT_AGREEMENT_WARNED, "due", due);
	return write_all(x, renews ? "agreement_ending" : "agreement_finishing", due);
}

static enum err read_file(struct day_of_agreement *x)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);
	enum err e = provider_by_key(&t, x->a, x->g->provider_key, &x->provider);

	return e ? e : agreement_file_read(x->app, x->a, x->g, &x->provider, &x->file);
}

enum err agreement_day_add(struct app *app, struct arena *a, struct changeset *cs, const struct agreement *g,
			   day_t today, bool *any)
{
	struct day_of_agreement x = { .app = app, .a = a, .cs = cs, .g = g, .today = today };
	bool runs = agreement_in_force(g, today), over = strcmp(g->status, "terminee") == 0;

	*any = false;
	if ((!over && strcmp(g->status, "active") != 0) || !g->effect || g->effect > today)
		return ERR_OK;
	enum err e = read_file(&x);

	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e; /* its provider is gone */
	if (runs)
		e = reopen(&x);
	if (e)
		return e;
	if (runs && agreement_renews(g))
		renew(&x);
	e = over ? ended_by_hand(&x) : runs ? warn(&x) : end(&x);
	if (e || !x.any)
		return e;
	struct bytes key = agreement_file_key(g);

	changeset_expect(cs, TABLE_AGREEMENT, key, x.file.rev);
	changeset_put(cs, TABLE_AGREEMENT, key, agreement_file_encode(a, &x.file));
	*any = true;
	return ERR_OK;
}
