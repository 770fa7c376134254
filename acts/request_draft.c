/* The draft in the store: read, saved step by step, forgotten. */
#include "acts/request_rules.h"

#include "acts/who_throttle.h"
#include "base/french.h"
#include "base/text.h"

#include <string.h>

#define BYTES_MAX (64u << 10)
#define TRIES 4
#define NAMED_MOST 6 /* establishments a sentence names one by one */

const char *const request_step_names[REQUEST_STEPS] = { "organisme", "caf", "fonctionnement", "places", "personnes" };
const char *const request_step_titles[REQUEST_STEPS] = { "Votre organisme", "Votre Caf", "Établissements : fonctionnement",
							 "Établissements : places libres", "Personnes à habiliter" };

enum err request_draft_key(struct arena *a, const char *token, struct bytes *out)
{
	uint8_t raw[32], digest[DIGEST_SIZE];

	if (!token || secret_token_parse(token, raw))
		return ERR_MALFORMED;
	secret_digest(bytes_of(token), digest);
	*out = (struct bytes){ (const uint8_t *)arena_memdup(a, digest, sizeof digest), sizeof digest };
	return ERR_OK;
}

bool request_draft_is_over(const struct grant_request *r, int64_t now)
{
	return now - r->saved_at >= REQUEST_KEPT_MS;
}

bool request_draft_is_blank(const struct request_draft *d)
{
	return !d->r.steps && !d->r.listing.n && !d->r.places.n && !d->r.others.n && !d->n;
}

const char *request_draft_just_sent(const struct request_draft *d)
{
	const struct strs *sent = &d->r.sent_before;

	return sent->n && request_draft_is_blank(d) ? sent->v[sent->n - 1] : NULL;
}

static enum err read_at(struct app *app, struct arena *a, struct bytes key, int64_t now, struct request_draft *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	enum err e = grant_request_get(&t, a, TABLE_REQUEST_DRAFT, key, &out->r);

	if (e == ERR_NOTFOUND) {
		out->lost = true;
		return t.err;
	}
	if (e)
		return e;
	if (request_draft_is_over(&out->r, now)) {
		uint64_t rev = out->r.rev;

		codec_default(&grant_request_codec, &out->r);
		out->r.rev = rev; /* its row is still there to be replaced */
		out->lost = true;
	}
	return request_people(a, &out->r, &out->people, &out->n);
}

enum err request_draft_read(struct app *app, struct arena *a, const char *token, struct request_draft *out)
{
	struct request_draft d = { .lost = false };
	struct bytes key;
	enum err e = ERR_OK;

	codec_default(&grant_request_codec, &d.r);
	if (!request_draft_key(a, token, &key))
		e = read_at(app, a, key, clock_now(), &d);
	if (e)
		return e;
	d.stored_listing = d.r.listing;
	d.stored_places = d.r.places;
	*out = d;
	return ERR_OK;
}

enum err request_draft_erase(struct app *app, struct arena *a, const char *token)
{
	struct changeset *cs = changeset_new(a);
	struct bytes key;

	if (request_draft_key(a, token, &key))
		return ERR_OK;
	changeset_delete(cs, TABLE_REQUEST_DRAFT, key);
	return changeset_commit(app->store, cs, NULL);
}

/* --- which draft a form is of --- */

#define FRESH "neuf-"
#define KEPT "suivi-"

const char *request_draft_origin(struct arena *a, const struct request_draft *d)
{
	return arena_printf(a, "%s%zu", request_draft_is_blank(d) ? FRESH : KEPT, d->r.sent_before.n);
}

static bool read_origin(const struct input *in, bool *kept, size_t *sent)
{
	const char *origin = input_get(in, "brouillon");
	int64_t n;

	*kept = strncmp(origin, KEPT, strlen(KEPT)) == 0;
	if (!*kept && strncmp(origin, FRESH, strlen(FRESH)) != 0)
		return false;
	if (text_to_int(strchr(origin, '-') + 1, 0, INT32_MAX, &n))
		return false;
	*sent = (size_t)n;
	return true;
}

const char *request_draft_sent_as(const struct request_draft *d, const struct input *in)
{
	size_t sent;
	bool kept;

	return read_origin(in, &kept, &sent) && sent < d->r.sent_before.n ? d->r.sent_before.v[sent] : NULL;
}

/* What the form belonged to was sent, erased, or is past its days; or the cookie is gone. */
static bool is_left(const struct request_draft *d, const struct input *in)
{
	size_t sent;
	bool kept;

	if (!read_origin(in, &kept, &sent))
		return false;
	return sent < d->r.sent_before.n || (kept && (!d->r.rev || d->lost || sent > d->r.sent_before.n));
}

/* --- a step --- */

static enum err (*const takers[REQUEST_STEPS])(struct taking *x) = {
	[REQUEST_PROVIDER] = request_take_provider, [REQUEST_CAF] = request_take_caf,
	[REQUEST_LISTING] = request_take_listing,   [REQUEST_PLACES] = request_take_places,
	[REQUEST_PEOPLE] = request_take_person,
};

/* The names by which the establishments were known, for the day the register has lost one. */
static void keep_names(struct app *app, struct arena *a, struct grant_request *r)
{
	const struct strs *lists[] = { &r->listing, &r->places };
	struct strs names = { 0 };

	for (size_t k = 0; k < LENGTH(lists); k++) {
		for (size_t i = 0; i < lists[k]->n; i++) {
			const char *id = lists[k]->v[i];

			if (request_line_of(id) || (k && strs_has(lists[0], id)))
				continue;
			strs_add(a, &names, arena_printf(a, "%s=%s", id, request_name_of(app, a, r, id)));
		}
	}
	r->names = names;
}

static enum err store(struct app *app, struct arena *a, const struct visitor *who, struct bytes key, bool fresh,
		      struct request_draft *d)
{
	struct changeset *cs = changeset_new(a);
	int64_t now = clock_now();
	enum err e;

	d->r.state = "draft";
	d->r.saved_at = now;
	d->r.people = request_people_encode(a, d->people, d->n);
	keep_names(app, a, &d->r);
	struct bytes payload = grant_request_encode(a, &d->r);

	if (payload.n > BYTES_MAX)
		return ERR_TOOLARGE;
	if (fresh && (e = throttle_count_draft(app, a, cs, who->address, now)))
		return e;
	changeset_expect(cs, TABLE_REQUEST_DRAFT, key, d->r.rev);
	changeset_put(cs, TABLE_REQUEST_DRAFT, key, payload);
	return changeset_commit(app->store, cs, NULL);
}

static enum err save(struct app *app, struct arena *a, const struct visitor *who, const char *token,
		     enum request_step step, const struct input *in, struct faults *faults, struct request_draft *now)
{
	struct taking x = { app, a, in, faults, now, false };
	struct bytes key;
	enum err e = request_draft_key(a, token, &key);

	if (!e)
		e = request_draft_read(app, a, token, now);
	if (e)
		return e;
	if (is_left(now, in))
		return ERR_GONE;
	bool fresh = request_draft_is_blank(now);

	*faults = (struct faults){ 0 };
	now->lessened = 0;
	if ((e = takers[step](&x)))
		return e;
	if (faults->n)
		return ERR_INVALID;
	return x.idle ? ERR_OK : store(app, a, who, key, fresh, now);
}

enum err request_step_save(struct app *app, struct arena *a, const struct visitor *who, const char *token,
			   enum request_step step, const struct input *in, struct faults *faults, struct request_draft *now)
{
	enum err e = ERR_CONFLICT;

	/* two windows at two steps: each step is taken into what the other has stored */
	for (int i = 0; i < TRIES && e == ERR_CONFLICT; i++)
		e = save(app, a, who, token, step, in, faults, now);
	return e;
}

/* --- back into the form --- */

static void add_pair(struct arena *a, struct input *in, const char *name, const char *value)
{
	struct pair *v = arena_more(a, (struct pair *)(uintptr_t)in->v, in->n, sizeof *v);

	v[in->n] = (struct pair){ name, value };
	*in = (struct input){ v, in->n + 1 };
}

static void add_all(struct arena *a, struct input *in, const char *name, const struct strs *values)
{
	for (size_t i = 0; i < values->n; i++)
		add_pair(a, in, name, values->v[i]);
}

static void person_input(struct arena *a, const struct request_draft *d, size_t person, struct input *in)
{
	const struct request_person *p = person && person <= d->n ? &d->people[person - 1] : NULL;

	if (!p || strs_has(&p->listing, REQUEST_ALL))
		add_pair(a, in, "tous", "oui");
	if (!p)
		return;
	add_pair(a, in, "personne", arena_printf(a, "%zu", person));
	add_pair(a, in, "nom", p->surname);
	add_pair(a, in, "prenom", p->given_name);
	add_pair(a, in, "fonction", p->title);
	add_pair(a, in, "courriel", p->mail);
	add_all(a, in, "droit_fonctionnement", &p->listing);
	add_all(a, in, "droit_places", &p->places);
}

struct input request_step_input(struct arena *a, const struct request_draft *d, enum request_step step, size_t person)
{
	const struct grant_request *r = &d->r;
	const struct pair provider[] = {
		{ "nom", r->name },        { "siret", r->siret },
		{ "adresse", r->address }, { "code_postal", r->postal_code },
		{ "commune", r->city },    { "signataire", r->signatory },
		{ "courriel", r->mail },   { "telephone", text_phone_fr(a, r->phone) },
	};
	struct input in = { 0 };

	for (size_t i = 0; step == REQUEST_PROVIDER && i < LENGTH(provider); i++)
		add_pair(a, &in, provider[i].name, provider[i].value);
	if (step == REQUEST_CAF)
		add_pair(a, &in, "caf", r->caf);
	if (step == REQUEST_PLACES && r->steps & 1u << REQUEST_PLACES && !r->places.n)
		add_pair(a, &in, "aucun", "oui");
	if (step == REQUEST_PEOPLE)
		person_input(a, d, person, &in);
	return in;
}

/* --- texts --- */

const char *request_person_name(struct arena *a, const struct request_person *p)
{
	return arena_printf(a, "%s%s%s", p->given_name, *p->given_name ? " " : "", p->surname);
}

const char *request_shared_mail(struct arena *a, const struct request_draft *d)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; i < d->n; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(text_casefold(a, d->people[i].mail), text_casefold(a, d->people[k].mail)) == 0)
				buf_printf(&b, "%s%s et %s ont la même adresse : %s.", b.n ? " " : "",
					   request_person_name(a, &d->people[k]), request_person_name(a, &d->people[i]),
					   d->people[i].mail);
	if (b.n)
		buf_text(&b, " C’est permis, mais elles devront se connecter avec leur identifiant, et liront les courriels "
			     "l’une de l’autre.");
	return buf_str(&b);
}

const char *request_names_of(struct taking *x, const struct strs *ids)
{
	struct strs names = { 0 };

	for (size_t i = 0; i < ids->n; i++)
		strs_add(x->a, &names, request_name_of(x->app, x->a, &x->d->r, ids->v[i]));
	return french_list(x->a, &names);
}

static bool is_tended(const struct request_person *people, size_t n, enum request_step step, const char *id)
{
	for (size_t i = 0; i < n; i++) {
		const struct strs *own = step == REQUEST_LISTING ? &people[i].listing : &people[i].places;

		if (strs_has(own, id) || strs_has(own, REQUEST_ALL))
			return true;
	}
	return false;
}

const char *request_untended(struct app *app, struct arena *a, const struct grant_request *r,
			     const struct request_person *people, size_t n, enum request_step step)
{
	const struct strs *list = step == REQUEST_LISTING ? &r->listing : &r->places;
	struct strs alone = { 0 };

	for (size_t i = 0; n && i < list->n; i++)
		if (!is_tended(people, n, step, list->v[i]))
			strs_add(a, &alone, request_name_of(app, a, r, list->v[i]));
	if (!alone.n)
		return "";
	if (alone.n > NAMED_MOST) {
		size_t others = alone.n - NAMED_MOST + 1;

		alone.n = NAMED_MOST - 1;
		strs_add(a, &alone, arena_printf(a, "%zu autres établissements", others));
	}
	return arena_printf(a, "%s : aucune personne de la demande ne peut mettre à jour %s",
			    step == REQUEST_LISTING ? "Fonctionnement" : "Places libres", french_list(a, &alone));
}
