/* The steps: check, refuse, note, post, record the signed return. */
#include "acts/acknowledgement.h"
#include "acts/agreement_text.h"
#include "acts/listing_rules.h"
#include "acts/mails.h"
#include "acts/numbers.h"
#include "acts/outcome.h"
#include "acts/queue.h"
#include "acts/request_review_step.h"
#include "base/text.h"

#include <string.h>

#define REF_MAX 64
#define OPEN "submitted checked agreement_sent agreement_signed"

/* --- what every step does --- */

static bool is_among(const char *state, const char *states)
{
	size_t n = strlen(state);

	for (const char *s = states; (s = strstr(s, state)); s += n)
		if ((s == states || s[-1] == ' ') && (!s[n] || s[n] == ' '))
			return true;
	return false;
}

enum err step_begin(struct app *app, struct arena *a, const struct visitor *who, const char *number, const char *states,
		    struct step *out)
{
	*out = (struct step){ .app = app, .a = a, .who = who, .number = number, .now = visitor_now(who) };
	enum err e = request_open(app, a, who, number, &out->f);

	if (!e)
		e = role_confirm(app, a, who, ROLE_CAF_ADMIN);
	if (e)
		return e;
	out->rev = out->f.r.rev;
	out->events = (uint32_t)out->f.events_n;
	out->done = act_was_done(app, who);
	return out->done || is_among(out->f.r.state, states) ? ERR_OK : ERR_CONFLICT;
}

enum err step_change(struct step *x, enum event event)
{
	enum err e = act_begin(x->app, x->a, x->who, &x->cs);

	if (e)
		return e;
	x->audit = act_record(x->a, x->who, event);
	x->audit.caf = x->f.r.caf;
	x->audit.provider = x->f.r.provider_id;
	x->audit.object_kind = "request";
	x->audit.object_id = x->f.r.number;
	changeset_expect(x->cs, TABLE_REQUEST, request_key(x->a, x->number), x->rev);
	return ERR_OK;
}

enum err request_todo_find(struct app *app, struct arena *a, const struct grant_request *r, struct todo *out)
{
	static const char *const kinds[] = { "demande", "convention", REQUEST_UNRETURNED };
	enum err e = ERR_NOTFOUND;

	for (size_t i = 0; e == ERR_NOTFOUND && i < LENGTH(kinds); i++)
		e = queue_find(app, a, r->caf, kinds[i], request_object(r->number), out);
	return e;
}

/* What waits since it came keeps its place; what the Caf waited for begins anew. */
static enum err move_row(struct step *x, const char *kind, const char *detail)
{
	struct todo row;
	enum err e = request_todo_find(x->app, x->a, &x->f.r, &row);

	if (e && e != ERR_NOTFOUND)
		return e;
	if (!e)
		changeset_delete(x->cs, TABLE_TODO, todo_key(x->a, x->f.r.caf, row.since, row.kind, row.establishment));
	else
		codec_default(&todo_codec, &row);
	if (!*kind)
		return ERR_OK;
	row.since = row.since ? row.since : x->now;
	row.kind = kind;
	row.detail = detail;
	request_todo_put(x->a, x->cs, &x->f.r, &row);
	return ERR_OK;
}

enum err request_recall_add(struct app *app, struct arena *a, struct changeset *cs, const struct grant_request *r)
{
	struct visitor service = { .address = "", .user_agent = "", .method = "", .path = "" };
	struct audit_record audit = act_record(a, &service, EVENT_REQUEST_NOTED);
	struct todo row;
	enum err e = queue_find(app, a, r->caf, REQUEST_UNRETURNED, request_object(r->number), &row);

	if (e != ERR_NOTFOUND)
		return e;
	codec_default(&todo_codec, &row);
	row.since = clock_now();
	row.kind = REQUEST_UNRETURNED;
	row.detail = "Convention non revenue signée";
	changeset_expect(cs, TABLE_REQUEST, request_key(a, r->number), r->rev);
	request_todo_put(a, cs, r, &row);
	audit.role = "service";
	audit.caf = r->caf;
	audit.object_kind = "request";
	audit.object_id = r->number;
	act_detail(a, &audit, "waits", day_iso(a, (day_t)r->posted));
	changeset_audit(cs, &audit);
	return ERR_OK;
}

enum err step_end(struct step *x, const char *what, const char *text, const char *kind, const char *detail)
{
	enum err e = kind ? move_row(x, kind, detail) : ERR_OK;

	if (e)
		return e;
	request_event_add(x->a, x->cs, x->who, x->number, &x->events, what, text);
	changeset_put(x->cs, TABLE_REQUEST, request_key(x->a, x->number), grant_request_encode(x->a, &x->f.r));
	changeset_audit(x->cs, &x->audit);
	return changeset_commit(x->app->store, x->cs, NULL);
}

static enum err read_caf(const struct step *x, struct caf *out)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);

	return caf_by_code(&t, x->a, x->f.r.caf, out);
}

enum err step_document(struct step *x)
{
	struct agreement_text text;
	uint8_t digest[DIGEST_SIZE];
	struct caf caf;
	enum err e = read_caf(x, &caf);

	if (!e)
		e = agreement_text_of(x->app, x->a, &caf, &x->f.r, &text);
	if (e)
		return e;
	x->f.r.document = agreement_text_write(x->a, &text);
	agreement_text_hash(x->f.r.document, digest);
	x->f.r.document_hash = (struct bytes){ (const uint8_t *)arena_memdup(x->a, digest, sizeof digest), sizeof digest };
	act_detail(x->a, &x->audit, "agreement", x->f.r.agreement);
	act_detail(x->a, &x->audit, "hash", text_hex(x->a, x->f.r.document_hash));
	return ERR_OK;
}

static void enter(struct step *x, const char *state)
{
	x->f.r.state = state;
	x->f.r.decided_at = x->now;
}

/* --- check, prepare --- */

static enum err check(struct step *x)
{
	struct numbers numbers;
	enum err e = step_change(x, EVENT_REQUEST_CHECKED);

	if (e || (e = numbers_begin(x->app, x->a, NUMBER_AGREEMENT, x->f.r.caf, day_of(x->now), &numbers)) ||
	    (e = numbers_next(x->app, x->a, &numbers, &x->f.r.agreement)) || (e = step_document(x)))
		return e;
	numbers_end(x->a, x->cs, &numbers);
	enter(x, "checked");
	return step_end(x, "checked", "", "demande", "Convention à envoyer");
}

/* A colleague at another request may take the number meanwhile. */
enum err request_check(struct app *app, struct arena *a, const struct visitor *who, const char *number)
{
	enum err e = ERR_CONFLICT;

	for (int i = 0; i < STEP_TRIES && e == ERR_CONFLICT; i++) {
		struct step x;

		if ((e = step_begin(app, a, who, number, "submitted", &x)) || x.done)
			return e;
		e = check(&x);
	}
	return e;
}

enum err request_prepare(struct app *app, struct arena *a, const struct visitor *who, const char *number)
{
	struct step x;
	enum err e = step_begin(app, a, who, number, "checked", &x);

	if (e || x.done)
		return e;
	if ((e = step_change(&x, EVENT_AGREEMENT_PREPARED)) || (e = step_document(&x)))
		return e;
	return step_end(&x, "prepared", "", NULL, NULL);
}

/* --- refuse, withdraw, note --- */

struct closing {
	enum event event;
	const char *state, *missing, *template;
};

static const struct closing refusal = { EVENT_REQUEST_REFUSED, "refused", "Écrivez le motif", "request_refused" };
static const struct closing withdrawal = { EVENT_REQUEST_WITHDRAWN, "withdrawn",
					   "Écrivez comment l’organisme l’a demandé", "request_withdrawn" };

const char *closing_key(struct arena *a, const char *number)
{
	return outcome_key(a, "demande", number, "cloture");
}

const char *closing_address(struct app *app, struct arena *a, const struct grant_request *r)
{
	struct outcome last;

	return outcome_of(app, a, closing_key(a, r->number), &last) || !*last.to ? r->mail : last.to;
}

static void mail_closing(struct step *x, const char *template, const char *to)
{
	const struct grant_request *r = &x->f.r;
	const struct caf *c = &x->who->caf;

	mail_add_about(x->app, x->a, x->cs, closing_key(x->a, r->number), template, UUID_NONE, to, r->caf, "numero",
		       r->number, "organisme", r->name, "recue", day_fr(x->a, day_of(r->sent_at)), "motif",
		       r->reason_text, "recours", c->remedies, NULL);
}

static enum err close_request(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			      const struct closing *c, const char *seen, const char *reason, struct faults *faults)
{
	struct step x;
	enum err e = step_begin(app, a, who, number, OPEN, &x);

	if (e || x.done)
		return e;
	if (*seen && strcmp(seen, x.f.r.state) != 0)
		return ERR_CONFLICT;
	reason_check(a, faults, "motif", c->missing, reason);
	if (faults->n)
		return ERR_INVALID;
	if ((e = step_change(&x, c->event)))
		return e;
	act_detail(a, &x.audit, "stage", x.f.r.state);
	enter(&x, c->state);
	x.f.r.reason_text = reason;
	mail_closing(&x, c->template, x.f.r.mail);
	return step_end(&x, c->state, reason, "", "");
}

enum err request_refuse(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			const char *seen, const char *reason, struct faults *faults)
{
	return close_request(app, a, who, number, &refusal, seen, reason, faults);
}

enum err request_withdraw(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			  const char *seen, const char *reason, struct faults *faults)
{
	return close_request(app, a, who, number, &withdrawal, seen, reason, faults);
}

static void mail_check(struct arena *a, const char *mail, struct faults *faults)
{
	if (!text_is_mail(mail))
		fault_add(a, faults, "courriel", "Cette adresse n’est pas une adresse de courriel");
}

bool request_address_moved(const char *seen, const char *wanted, const char *now)
{
	return *seen && strcmp(seen, now) != 0 && strcmp(wanted, now) != 0;
}

static void tell_addresses(struct step *x, const char *old, const char *fresh)
{
	if (strcmp(old, fresh) == 0)
		return;
	act_detail(x->a, &x->audit, "old", old);
	act_detail(x->a, &x->audit, "new", fresh);
}

enum err request_tell(struct app *app, struct arena *a, const struct visitor *who, const char *number, const char *seen,
		      const char *mail, struct faults *faults)
{
	struct step x;
	const char *last;
	enum err e = step_begin(app, a, who, number, "refused withdrawn", &x);

	if (e || x.done)
		return e;
	last = closing_address(app, a, &x.f.r);
	if (request_address_moved(seen, mail, last))
		return ERR_CONFLICT;
	mail_check(a, mail, faults);
	if (faults->n)
		return ERR_INVALID;
	if ((e = step_change(&x, EVENT_REQUEST_NOTED)))
		return e;
	act_detail(a, &x.audit, "note", "told");
	tell_addresses(&x, last, mail);
	mail_closing(&x, strcmp(x.f.r.state, refusal.state) == 0 ? refusal.template : withdrawal.template, mail);
	return step_end(&x, "told", mail, NULL, NULL);
}

enum err request_incomplete(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			    const char *text, struct faults *faults)
{
	struct step x;
	enum err e = step_begin(app, a, who, number, "agreement_sent", &x);

	if (e || x.done)
		return e;
	reason_check(a, faults, "precision", "Écrivez ce qui manque", text);
	if (faults->n)
		return ERR_INVALID;
	if ((e = step_change(&x, EVENT_REQUEST_NOTED)))
		return e;
	act_detail(a, &x.audit, "note", "incomplete");
	return step_end(&x, "incomplete", text, NULL, NULL);
}

/* A convention that nobody sent yet must not be signed with the address that was wrong. */
static enum err readdress(struct step *x, const char *mail)
{
	bool prepared = strcmp(x->f.r.state, "checked") == 0;

	tell_addresses(x, x->f.r.mail, mail);
	x->f.r.mail = mail;
	if (prepared)
		request_event_add(x->a, x->cs, x->who, x->number, &x->events, "prepared", "");
	return prepared ? step_document(x) : ERR_OK;
}

enum err request_acknowledge(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			     const char *seen, const char *mail, struct faults *faults)
{
	struct caf caf;
	struct step x;
	const char *text = "";
	enum err e = step_begin(app, a, who, number, OPEN, &x);

	if (e || x.done)
		return e;
	if (*mail && request_address_moved(seen, mail, x.f.r.mail))
		return ERR_CONFLICT;
	if (*mail)
		mail_check(a, mail, faults);
	if (faults->n)
		return ERR_INVALID;
	if ((e = step_change(&x, EVENT_REQUEST_NOTED)))
		return e;
	act_detail(a, &x.audit, "note", "acknowledged");
	if (*mail && strcmp(mail, x.f.r.mail) != 0) {
		text = arena_printf(a, "à %s, au lieu de %s", mail, x.f.r.mail);
		e = readdress(&x, mail);
	}
	if (e || (e = read_caf(&x, &caf)) || (e = acknowledgement_add(app, a, x.cs, &x.f.r, &caf)))
		return e;
	return step_end(&x, "acknowledged", text, NULL, NULL);
}

/* --- post --- */

/* A day of the request's life: not in the future, not before it was sent. */
/* mend: the sentence's end, "" or which of two days is meant. */
static void day_check(struct arena *a, const struct grant_request *r, const char *field, const char *what,
		      const char *mend, day_t day, day_t today, struct faults *faults)
{
	if (day == DAY_NONE || fault_of(faults, field))
		return;
	if (day > today)
		fault_add(a, faults, field, "%s ne peut pas être dans le futur%s", what, mend);
	else if (day < day_of(r->sent_at))
		fault_add(a, faults, field, "%s ne peut pas précéder la demande, transmise le %s%s", what,
			  day_fr(a, day_of(r->sent_at)), mend);
}

void posting_check(struct arena *a, const struct grant_request *r, const struct posting *p, day_t today,
		   struct faults *faults)
{
	day_check(a, r, "date_envoi", "La date d’envoi", "", p->posted, today, faults);
	if (!fault_of(faults, "exemplaires") && (p->copies < 1 || p->copies > 9))
		fault_add(a, faults, "exemplaires", "Le nombre d’exemplaires va de 1 à 9");
}

enum err request_post(struct app *app, struct arena *a, const struct visitor *who, const char *number,
		      const struct posting *p, struct faults *faults)
{
	struct step x;
	enum err e = step_begin(app, a, who, number, "checked", &x);

	if (e || x.done)
		return e;
	if (*p->document && strcmp(p->document, text_hex(a, x.f.r.document_hash)) != 0)
		return ERR_CONFLICT;
	posting_check(a, &x.f.r, p, day_of(x.now), faults);
	if (faults->n || p->posted == DAY_NONE)
		return ERR_INVALID;
	if ((e = step_change(&x, EVENT_AGREEMENT_POSTED)))
		return e;
	enter(&x, "agreement_sent");
	x.f.r.posted = p->posted;
	x.f.r.copies = (uint64_t)p->copies;
	act_detail(a, &x.audit, "agreement", x.f.r.agreement);
	act_detail(a, &x.audit, "hash", text_hex(a, x.f.r.document_hash));
	act_detail(a, &x.audit, "posted", day_iso(a, p->posted));
	return step_end(&x, "posted",
			arena_printf(a, p->copies > 1 ? "le %s, en %d exemplaires" : "le %s, en %d exemplaire",
				     day_fr(a, p->posted), (int)p->copies),
			"", "");
}

/* --- the signed return --- */

static void text_check(struct arena *a, const char *field, const char *what, const char *text, struct faults *faults)
{
	if (!fault_of(faults, field) && text_length(text) > REF_MAX)
		fault_add(a, faults, field, "%s : %d caractères au plus", what, REF_MAX);
}

void signed_return_check(struct arena *a, const struct grant_request *r, const struct signed_return *s, day_t today,
			 struct faults *faults)
{
	if (!fault_of(faults, "signataire") && !*text_trim(a, s->signed_by))
		fault_add(a, faults, "signataire", "Saisissez le nom de la personne qui a signé pour le fournisseur");
	day_check(a, r, "signature_fournisseur", "La date de signature", " : corrigez celle du fournisseur",
		  s->provider, today, faults);
	day_check(a, r, "signature_caf", "La date de signature", " : corrigez celle de la Caf", s->caf, today, faults);
	text_check(a, "cote", "Cote d’archivage", s->archive_ref, faults);
	text_check(a, "deliberation", "Référence de la délibération", s->prefecture_ref, faults);
	if (!s->people_same || !s->places_same)
		fault_add(a, faults, "annexe",
			  "Vérifiez les deux listes de l’annexe. Si l’une diffère de la demande, notez que le pli est incomplet");
}

enum err request_return(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			const struct signed_return *s, struct faults *faults)
{
	struct step x;
	enum err e = step_begin(app, a, who, number, "agreement_sent", &x);

	if (e || x.done)
		return e;
	signed_return_check(a, &x.f.r, s, day_of(x.now), faults);
	if (faults->n || s->provider == DAY_NONE || s->caf == DAY_NONE)
		return ERR_INVALID;
	if ((e = step_change(&x, EVENT_AGREEMENT_RETURNED)))
		return e;
	enter(&x, "agreement_signed");
	x.f.r.signed_by = s->signed_by;
	x.f.r.signed_provider = s->provider;
	x.f.r.signed_caf = s->caf;
	x.f.r.archive_ref = s->archive_ref;
	x.f.r.prefecture_ref = s->prefecture_ref;
	act_detail(a, &x.audit, "agreement", x.f.r.agreement);
	act_detail(a, &x.audit, "signed_provider", day_iso(a, s->provider));
	act_detail(a, &x.audit, "signed_caf", day_iso(a, s->caf));
	return step_end(&x, "returned", "", "convention", "Signée, à activer");
}
