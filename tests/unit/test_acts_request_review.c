/* What a Caf does with a request: which step from which state, dates, the queue, the document, what the activation writes. */
#include "acts/activated.h"
#include "acts/activation.h"
#include "acts/agreement_text.h"
#include "acts/edit.h"
#include "acts/request_review.h"
#include "tests/unit/test_acts_store.h"

#define NUMBER "H26-921-00163"
#define SIRET "21920078900015"
#define SENT (T0 - 22 * DAY_MS) /* 2 November 2026 */

static struct visitor admin_of(struct world *w)
{
	struct visitor v = visitor_of(21, ROLE_CAF_ADMIN, "Odile Marchenoir", "CAF-0001");

	v.caf.code = "921";
	v.caf.name = "Caf du Val-d’Aumane";
	v.caf.dn = "habCodeCaf=921,ou=cafs,dc=example";
	(void)w;
	return v;
}

static struct request_person person_named(struct world *w, const char *given, const char *surname, const char *mail)
{
	struct request_person p;

	codec_default(&request_person_codec, &p);
	p.given_name = given;
	p.surname = surname;
	p.title = "responsable enfance";
	p.mail = mail;
	strs_add(w->a, &p.listing, "ETAB2041");
	strs_add(w->a, &p.listing, "ETAB2042");
	strs_add(w->a, &p.places, "ETAB2041");
	return p;
}

static struct grant_request request_made(struct world *w)
{
	struct request_person people[] = { person_named(w, "Inès", "Vautrelle", "i.vautrelle@courtebise.example"),
					   person_named(w, "Sofiane", "Bellacourt", "s.bellacourt@courtebise.example") };
	struct grant_request r;

	people[1].places = (struct strs){ 0 };
	codec_default(&grant_request_codec, &r);
	r.number = NUMBER;
	r.state = "submitted";
	r.sent_at = SENT;
	r.caf = "921";
	r.name = "Commune de Courtebise";
	r.siret = SIRET;
	r.address = "Mairie, 3 rue de l’Aumane";
	r.postal_code = "00420";
	r.city = "Courtebise";
	r.signatory = "Jeanne Aubertin, maire";
	r.mail = "mairie@courtebise.example";
	r.phone = "+33199001200";
	strs_add(w->a, &r.listing, "ETAB2041");
	strs_add(w->a, &r.listing, "ETAB2042");
	strs_add(w->a, &r.places, "ETAB2041");
	r.people = request_people_encode(w->a, people, LENGTH(people));
	return r;
}

static void put_request(struct world *w, const struct grant_request *r)
{
	struct changeset *cs = changeset_new(w->a);
	struct audit_record audit = act_record(w->a, &w->agent, EVENT_REQUEST_SENT);
	struct uuid object = request_object(r->number);
	struct todo t;
	uint32_t n = 0;
	struct visitor nobody = { .at = r->sent_at };

	codec_default(&todo_codec, &t);
	t.kind = "demande";
	t.establishment = object;
	t.title = r->number;
	t.since = r->sent_at;
	changeset_put(cs, TABLE_REQUEST, request_key(w->a, r->number), grant_request_encode(w->a, r));
	changeset_put(cs, TABLE_TODO, todo_key(w->a, r->caf, t.since, "demande", object), todo_encode(w->a, &t));
	request_event_add(w->a, cs, &nobody, r->number, &n, "submitted", "");
	changeset_audit(cs, &audit);
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
}

static void set_up(struct world *w)
{
	struct grant_request r = request_made(w);

	w->settings.data_agreement =
		arena_printf(w->a, "%s/acts/data/convention.txt", getenv("HABILIS_SRC") ? getenv("HABILIS_SRC") : ".");
	put_request(w, &r);
}

static struct request_file opened(struct world *w)
{
	struct visitor v = admin_of(w);
	struct request_file f;

	assert_int_equal(request_open(&w->app, w->a, &v, NUMBER, &f), ERR_OK);
	return f;
}

/* --- steps --- */

static enum err do_check(struct world *w, const struct visitor *v, struct faults *faults)
{
	(void)faults;
	return request_check(&w->app, w->a, v, NUMBER);
}

static enum err do_prepare(struct world *w, const struct visitor *v, struct faults *faults)
{
	(void)faults;
	return request_prepare(&w->app, w->a, v, NUMBER);
}

static enum err do_post(struct world *w, const struct visitor *v, struct faults *faults)
{
	struct posting p = { .posted = day_today() - 10, .copies = 2, .document = "" };

	return request_post(&w->app, w->a, v, NUMBER, &p, faults);
}

static enum err do_incomplete(struct world *w, const struct visitor *v, struct faults *faults)
{
	return request_incomplete(&w->app, w->a, v, NUMBER, "Il manque l’annexe", faults);
}

static struct signed_return signed_well(void)
{
	return (struct signed_return){ .signed_by = "Jeanne Aubertin, maire",
				       .provider = day_today() - 8,
				       .caf = day_today() - 2,
				       .archive_ref = "2026-P-44",
				       .prefecture_ref = "092-219200789-20261110-DCM1-AI",
				       .people_same = true,
				       .places_same = true };
}

static enum err do_return(struct world *w, const struct visitor *v, struct faults *faults)
{
	struct signed_return s = signed_well();

	return request_return(&w->app, w->a, v, NUMBER, &s, faults);
}

static enum err do_activate(struct world *w, const struct visitor *v, struct faults *faults)
{
	return request_activate(&w->app, w->a, v, NUMBER, "", true, faults);
}

static enum err do_refuse(struct world *w, const struct visitor *v, struct faults *faults)
{
	return request_refuse(&w->app, w->a, v, NUMBER, "", "SIRET inconnu", faults);
}

static enum err do_acknowledge(struct world *w, const struct visitor *v, struct faults *faults)
{
	return request_acknowledge(&w->app, w->a, v, NUMBER, "", "", faults);
}

static enum err do_create(struct world *w, const struct visitor *v, struct faults *faults)
{
	return request_place_create(&w->app, w->a, v, NUMBER, 1, &(struct new_place){ "", "", "", "", "", "" }, faults);
}

static enum err do_resend(struct world *w, const struct visitor *v, struct faults *faults)
{
	return request_resend(&w->app, w->a, v, NUMBER, "921-00001", "", "i.vautrelle@courtebise.example", false, faults);
}

typedef enum err (*step)(struct world *w, const struct visitor *v, struct faults *faults);

static const step steps[] = { do_check, do_post, do_return, do_activate };

/* Brings a fresh request to a state: the first n steps. */
static void walk(struct world *w, size_t n)
{
	struct visitor v = admin_of(w);
	struct faults faults = { 0 };

	set_up(w);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(steps[i](w, &v, &faults), ERR_OK);
	assert_int_equal(faults.n, 0);
}

static const struct {
	const char *name;
	step run;
	bool ok[6]; /* submitted, checked, agreement_sent, agreement_signed, active, refused */
} table[] = {
	{ "check", do_check, { true } },
	{ "prepare", do_prepare, { false, true } },
	{ "post", do_post, { false, true } },
	{ "incomplete", do_incomplete, { false, false, true } },
	{ "return", do_return, { false, false, true } },
	{ "activate", do_activate, { false, false, false, true } },
	{ "refuse", do_refuse, { true, true, true, true } },
	{ "acknowledge", do_acknowledge, { true, true, true, true } },
	{ "make an establishment", do_create, { true, true, true, true } },
	{ "send a password again", do_resend, { false, false, false, false, true } },
};

static void one_state(struct world *w, size_t state)
{
	struct visitor v = admin_of(w);
	struct faults faults = { 0 };

	walk(w, state < 5 ? state : 0);
	if (state == 5)
		assert_int_equal(do_refuse(w, &v, &faults), ERR_OK);
	for (size_t i = 0; i < LENGTH(table); i++)
		if (!table[i].ok[state]) {
			print_message("state %zu: %s\n", state, table[i].name);
			roles_asked = 0;
			assert_int_equal(table[i].run(w, &v, &faults), ERR_CONFLICT);
			assert_int_equal(roles_asked, 1); /* another state stays another one: it is not tried again */
		}
}

/* Every act from every state but its own is refused; the walk itself shows that its own is taken. */
#define STATE_TEST(n) \
	static void test_state_##n(void **state) \
	{ \
		one_state(*state, n); \
	}
STATE_TEST(0)
STATE_TEST(1)
STATE_TEST(2)
STATE_TEST(3)
STATE_TEST(4)
STATE_TEST(5)

static void test_others_do_nothing(void **state)
{
	struct world *w = *state;
	struct visitor v = admin_of(w);
	struct faults faults = { 0 };

	set_up(w);
	v.person.caf = "751";
	for (size_t i = 0; i < LENGTH(table); i++)
		assert_int_equal(table[i].run(w, &v, &faults), ERR_NOTFOUND);
	v = admin_of(w);
	role_answer = ERR_DENIED;
	for (size_t i = 0; i < LENGTH(table); i++)
		assert_int_equal(table[i].run(w, &v, &faults), ERR_DENIED);
	assert_string_equal(opened(w).r.state, "submitted");
	assert_int_equal(opened(w).events_n, 1);
}

/* --- dates --- */

static const struct {
	int provider, caf; /* days from today */
	bool people, places;
	const char *field; /* NULL: fine */
} returns[] = {
	{ -8, -2, true, true, NULL },
	{ -2, -8, true, true, NULL },
	{ 0, 0, true, true, NULL },
	{ -22, -22, true, true, NULL }, /* the day of the request */
	{ 1, -2, true, true, "signature_fournisseur" },
	{ -2, 1, true, true, "signature_caf" },
	{ -23, -2, true, true, "signature_fournisseur" },
	{ -2, -23, true, true, "signature_caf" },
	{ -2, -2, false, true, "annexe" },
	{ -2, -2, true, false, "annexe" },
};

static void test_signatures(void **state)
{
	struct world *w = *state;
	struct grant_request r = request_made(w);

	for (size_t i = 0; i < LENGTH(returns); i++) {
		struct signed_return s = signed_well();
		struct faults faults = { 0 };

		s.provider = day_today() + returns[i].provider;
		s.caf = day_today() + returns[i].caf;
		s.people_same = returns[i].people;
		s.places_same = returns[i].places;
		signed_return_check(w->a, &r, &s, day_today(), &faults);
		assert_int_equal(faults.n, returns[i].field ? 1 : 0);
		if (returns[i].field)
			assert_string_equal(faults.v[0].name, returns[i].field);
	}
}

static void test_posting(void **state)
{
	static const struct {
		int day;
		int64_t copies;
		size_t faults;
	} rows[] = { { 0, 2, 0 }, { -22, 1, 0 }, { 1, 2, 1 }, { -23, 2, 1 }, { 0, 0, 1 }, { 0, 10, 1 }, { 1, 0, 2 } };
	struct world *w = *state;
	struct grant_request r = request_made(w);

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct posting p = { .posted = day_today() + rows[i].day, .copies = rows[i].copies, .document = "" };
		struct faults faults = { 0 };

		posting_check(w->a, &r, &p, day_today(), &faults);
		assert_int_equal(faults.n, rows[i].faults);
	}
}

static void test_only_the_printed_document_is_posted(void **state)
{
	struct world *w = *state;
	struct visitor v = admin_of(w);
	struct faults faults = { 0 };

	walk(w, 1);
	struct posting p = { .posted = day_today(), .copies = 2, .document = text_hex(w->a, opened(w).r.document_hash) };

	w->settings.data_agreement = arena_printf(w->a, "%s/other.txt", w->dir);
	FILE *f = fopen(w->settings.data_agreement, "we");

	assert_non_null(f);
	fputs("## Article 1\nAutre texte de {organisme}.\n", f);
	fclose(f);
	assert_int_equal(request_prepare(&w->app, w->a, &v, NUMBER), ERR_OK);
	assert_int_equal(request_post(&w->app, w->a, &v, NUMBER, &p, &faults), ERR_CONFLICT);
	p.document = text_hex(w->a, opened(w).r.document_hash);
	assert_int_equal(request_post(&w->app, w->a, &v, NUMBER, &p, &faults), ERR_OK);
	assert_non_null(strstr(opened(w).r.document, "Autre texte de Commune de Courtebise."));
}

/* --- the queue shows what the Caf must do now --- */

static const char *queue_kind(struct world *w)
{
	struct visitor v = admin_of(w);
	struct queue_filter f = { "", "", "", 0, 10 };
	struct queue_page p;

	assert_int_equal(queue_read(&w->app, w->a, &v, &f, &p), ERR_OK);
	return p.all ? arena_printf(w->a, "%s: %s", p.v[0].kind, p.v[0].detail) : "";
}

static void test_queue(void **state)
{
	struct world *w = *state;
	struct visitor v = admin_of(w);
	struct faults faults = { 0 };

	set_up(w);
	assert_string_equal(queue_kind(w), "demande: ");
	assert_int_equal(do_check(w, &v, &faults), ERR_OK);
	assert_string_equal(queue_kind(w), "demande: Convention à envoyer");
	assert_int_equal(do_post(w, &v, &faults), ERR_OK);
	assert_string_equal(queue_kind(w), "");
	assert_int_equal(do_return(w, &v, &faults), ERR_OK);
	assert_string_equal(queue_kind(w), "convention: Signée, à activer");
	assert_int_equal(queue_count_for(&w->app, w->a, &w->reviewer), 0); /* no administrator */
	assert_int_equal(do_activate(w, &v, &faults), ERR_OK);
	assert_string_equal(queue_kind(w), "");
}

/* What cannot be read is no row that is missing: a second one would stand beside it. */
static void test_a_queue_that_cannot_be_read_moves_no_row(void **state)
{
	struct world *w = *state;
	struct visitor v = admin_of(w);
	struct audit_record audit = act_record(w->a, &v, EVENT_REQUEST_NOTED);
	struct changeset *cs = changeset_new(w->a);
	struct faults faults = { 0 };

	set_up(w);
	changeset_put(cs, TABLE_TODO, todo_key(w->a, "921", SENT, "demande", request_object(NUMBER)),
		      bytes_of("unreadable"));
	changeset_audit(cs, &audit);
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
	assert_int_equal(do_check(w, &v, &faults), ERR_CORRUPT);
	assert_string_equal(opened(w).r.state, "submitted");
	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);

	assert_int_equal(txn_count(&t, TABLE_TODO), 1);
}

static void test_refusal_is_mailed(void **state)
{
	struct world *w = *state;
	struct visitor v = admin_of(w);
	struct faults faults = { 0 };

	set_up(w);
	assert_int_equal(request_refuse(&w->app, w->a, &v, NUMBER, "", " ", &faults), ERR_INVALID);
	assert_string_equal(faults.v[0].name, "motif");
	assert_string_equal(opened(w).r.state, "submitted");
	faults = (struct faults){ 0 };
	assert_int_equal(do_refuse(w, &v, &faults), ERR_OK);
	assert_string_equal(opened(w).r.reason_text, "SIRET inconnu");
	assert_string_equal(queue_kind(w), "");

	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MAIL, BYTES_NONE);
	struct mail m;

	assert_true(scan_next(&s));
	assert_int_equal(mail_decode(w->a, s.record.payload, &m), ERR_OK);
	assert_string_equal(m.template, "request_refused");
	assert_string_equal(m.to, "mairie@courtebise.example");
	assert_string_equal(arg_of(&m.args, "motif"), "SIRET inconnu");
	assert_false(scan_next(&s));
	assert_int_equal(request_withdraw(&w->app, w->a, &v, NUMBER, "", "Trop tard", &faults), ERR_CONFLICT);
}

static void test_closing_is_of_the_request_that_was_read(void **state)
{
	struct world *w = *state;
	struct visitor v = admin_of(w);
	struct faults faults = { 0 };

	walk(w, 3);
	assert_int_equal(request_refuse(&w->app, w->a, &v, NUMBER, "checked", "Trop tard", &faults), ERR_CONFLICT);
	assert_int_equal(request_withdraw(&w->app, w->a, &v, NUMBER, "agreement_sent", "Lettre", &faults), ERR_CONFLICT);
	assert_string_equal(opened(w).r.state, "agreement_signed");
	assert_int_equal(request_refuse(&w->app, w->a, &v, NUMBER, "agreement_signed", "Motif", &faults), ERR_OK);
}

static const char *acknowledged_to(struct world *w, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MAIL, BYTES_NONE);
	struct mail m = { .to = "" };

	for (*n = 0; scan_next(&s); ++*n)
		assert_int_equal(mail_decode(w->a, s.record.payload, &m), ERR_OK);
	return m.to;
}

/* What the log says of the last note. */
static void noted_addresses(struct world *w, const char *old, const char *fresh)
{
	struct audit_record r;

	assert_true(audit_of(w, "request_noted", &r));
	assert_string_equal(arg_of(&r.details, "old"), old);
	assert_string_equal(arg_of(&r.details, "new"), fresh);
}

static const char old_mail[] = "mairie@courtebise.example", new_mail[] = "accueil@courtebise.example";

/* request_tell, request_acknowledge */
typedef enum err (*write_again)(struct app *app, struct arena *a, const struct visitor *who, const char *number,
				const char *seen, const char *mail, struct faults *faults);

/* It goes to the corrected address, once more too, and not to that of another window's form, of before. */
static void correct_address(struct world *w, const struct visitor *v, write_again write)
{
	struct faults faults = { 0 };
	size_t n;

	assert_int_equal(write(&w->app, w->a, v, NUMBER, old_mail, "mairie", &faults), ERR_INVALID);
	assert_string_equal(faults.v[0].name, "courriel");
	faults = (struct faults){ 0 };
	assert_int_equal(write(&w->app, w->a, v, NUMBER, old_mail, new_mail, &faults), ERR_OK);
	noted_addresses(w, old_mail, new_mail);
	assert_string_equal(acknowledged_to(w, &n), new_mail);
	assert_int_equal(write(&w->app, w->a, v, NUMBER, old_mail, "mairie.bis@courtebise.example", &faults), ERR_CONFLICT);
	assert_int_equal(write(&w->app, w->a, v, NUMBER, old_mail, new_mail, &faults), ERR_OK);
	noted_addresses(w, "", "");
}

static void test_the_closing_mail_goes_to_the_corrected_address(void **state)
{
	struct world *w = *state;
	struct visitor v = admin_of(w);
	struct faults faults = { 0 };

	set_up(w);
	assert_int_equal(do_refuse(w, &v, &faults), ERR_OK);
	correct_address(w, &v, request_tell);
	assert_int_equal(request_tell(&w->app, w->a, &v, NUMBER, "", old_mail, &faults), ERR_OK);
}

static void test_the_acknowledgement_goes_to_the_corrected_address(void **state)
{
	struct world *w = *state;
	struct visitor v = admin_of(w);
	struct faults faults = { 0 };
	size_t n;

	set_up(w);
	correct_address(w, &v, request_acknowledge);
	assert_string_equal(opened(w).r.mail, new_mail);
	assert_string_equal(
		request_event_last(&(struct request_file){ .events = opened(w).events, .events_n = 2 }, "acknowledged")->text,
		"à accueil@courtebise.example, au lieu de mairie@courtebise.example");
	assert_int_equal(request_acknowledge(&w->app, w->a, &v, NUMBER, "", "", &faults), ERR_OK);
	noted_addresses(w, "", "");
	assert_string_equal(acknowledged_to(w, &n), new_mail);
	assert_int_equal(n, 3);
}

/* Until it is sent, the convention bears the address there is. */
static void test_a_convention_is_prepared_again_with_the_corrected_address(void **state)
{
	struct world *w = *state;
	struct visitor v = admin_of(w);
	struct faults faults = { 0 };
	struct audit_record told;

	walk(w, 1);
	struct grant_request first = opened(w).r;
	struct posting p = { .posted = day_today(), .copies = 2, .document = text_hex(w->a, first.document_hash) };

	assert_non_null(strstr(first.document, old_mail));
	assert_int_equal(request_acknowledge(&w->app, w->a, &v, NUMBER, "", old_mail, &faults), ERR_OK);
	assert_string_equal(text_hex(w->a, opened(w).r.document_hash), p.document);
	assert_int_equal(request_acknowledge(&w->app, w->a, &v, NUMBER, old_mail, new_mail, &faults), ERR_OK);
	struct request_file f = opened(w);

	assert_non_null(strstr(f.r.document, new_mail));
	assert_null(strstr(f.r.document, old_mail));
	assert_non_null(request_event_last(&f, "prepared"));
	assert_string_equal(f.r.state, "checked");
	assert_int_equal(audit_of(w, "request_noted", &told), 2);
	assert_string_equal(arg_of(&told.details, "hash"), text_hex(w->a, f.r.document_hash));
	assert_int_equal(request_post(&w->app, w->a, &v, NUMBER, &p, &faults), ERR_CONFLICT); /* printed before */
	p.document = text_hex(w->a, f.r.document_hash);
	assert_int_equal(request_post(&w->app, w->a, &v, NUMBER, &p, &faults), ERR_OK);
	/* what was sent stays what was signed */
	assert_int_equal(request_acknowledge(&w->app, w->a, &v, NUMBER, "", old_mail, &faults), ERR_OK);
	assert_string_equal(text_hex(w->a, opened(w).r.document_hash), p.document);
}

/* --- what the activation writes --- */

static struct edit_entry *job_entries(struct world *w, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix_back(&t, TABLE_JOB, BYTES_NONE);
	struct edit_entry *v;
	struct job j;

	assert_true(scan_next(&s));
	assert_int_equal(job_decode(w->a, s.record.payload, &j), ERR_OK);
	assert_string_equal(j.kind, "directory");
	assert_int_equal(edits_read(w->a, &j.lines, &v, n), ERR_OK);
	return v;
}

static const char *value_of(const struct edit_entry *e, const char *attribute)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->v[i].attribute, attribute) == 0)
			return e->v[i].value;
	return "";
}

static bool puts_value(const struct edit_entry *e, const char *attribute, const char *value)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->v[i].verb == EDIT_PUT && strcmp(e->v[i].attribute, attribute) == 0 &&
		    strcmp(e->v[i].value, value) == 0)
			return true;
	return false;
}

/* Done again, it changes nothing of an entry that was corrected since. */
static bool makes_alone(const struct edit_entry *e)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->v[i].verb != EDIT_FIRST && strcmp(e->v[i].attribute, "habEtablissementCouvert") != 0)
			return false;
	return true;
}

#define NEW_PROVIDER "habFournisseurId=F92100001,ou=fournisseurs,habCodeCaf=921,ou=cafs,dc=example"
#define FIRST_AGENT "uid=i.vautrelle," NEW_PROVIDER
#define OTHER_AGENT "uid=s.bellacourt," NEW_PROVIDER

static void test_activation(void **state)
{
	struct world *w = *state;
	size_t n;

	w->nursery.dn = "habEtablissementId=ETAB2041,ou=etablissements,habCodeCaf=921,ou=cafs,dc=example";
	strs_add(w->a, &w->nursery.listing_keys, "uid=old,habfournisseurid=v");
	put_establishment(w, &w->nursery);
	walk(w, 4);
	struct edit_entry *v = job_entries(w, &n);

	assert_int_equal(n, 8); /* provider, convention, two people, two establishments, each with the convention it leaves */
	assert_string_equal(v[0].dn, NEW_PROVIDER);
	assert_string_equal(v[0].classes, "habFournisseur");
	for (size_t i = 0; i < n; i++)
		assert_int_equal(v[i].needed, i < 4);
	assert_string_equal(value_of(&v[0], "habSiret"), SIRET);
	assert_string_equal(value_of(&v[0], "postalAddress"), "Mairie, 3 rue de l’Aumane$00420 Courtebise");
	for (size_t i = 0; i < 4; i++)
		assert_true(makes_alone(&v[i]));
	assert_string_equal(v[2].dn, FIRST_AGENT);
	assert_string_equal(value_of(&v[2], "habAgentNumero"), "921-00001");
	assert_string_equal(value_of(&v[2], "habDemandeMotDePasse"), "TRUE");
	assert_string_equal(v[3].dn, OTHER_AGENT);
	assert_string_equal(v[1].dn, "habConventionNumero=921-2026-0001," NEW_PROVIDER);
	assert_string_equal(value_of(&v[1], "habDateEffet"), "20261122000000Z");
	assert_string_equal(value_of(&v[1], "habDateEcheance"), "20271122000000Z");
	assert_string_equal(value_of(&v[1], "habDateRetour"), "20261124000000Z");
	assert_string_equal(value_of(&v[1], "habSignataireNom"), "Jeanne Aubertin");
	assert_string_equal(value_of(&v[1], "habSignataireFonction"), "maire");
	assert_string_equal(value_of(&v[1], "habTaciteReconduction"), "TRUE");
	assert_true(puts_value(&v[1], "habEtablissementCouvert", w->nursery.dn));
	assert_true(uuid_equal(v[4].uuid, w->nursery.uuid));
	assert_string_equal(value_of(&v[4], "habGestionnaire"), NEW_PROVIDER);
	assert_true(puts_value(&v[4], "habDroitFonctionnement", FIRST_AGENT));
	assert_true(puts_value(&v[4], "habDroitFonctionnement", OTHER_AGENT));
	assert_true(puts_value(&v[4], "habDroitDisponibilites", FIRST_AGENT));
	assert_false(puts_value(&v[4], "habDroitDisponibilites", OTHER_AGENT)); /* not his right */
	assert_int_equal(v[4].v[1].verb, EDIT_DROP);                            /* the manager before */
	assert_true(uuid_equal(v[5].uuid, uuid_of(91)));
	assert_int_equal(v[5].v[0].verb, EDIT_DROP);
	assert_string_equal(value_of(&v[5], "habEtablissementCouvert"), w->nursery.dn);
	assert_false(puts_value(&v[6], "habDroitDisponibilites", FIRST_AGENT)); /* no Eaje */

	struct request_file f = opened(w);
	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);
	struct agreement_file kept;

	assert_string_equal(f.r.state, "active");
	assert_string_equal(f.r.provider_id, "F92100001");
	assert_string_equal(f.people[1].number, "921-00002");
	assert_int_equal(agreement_file_get(&t, w->a, TABLE_AGREEMENT, bytes_of("921-2026-0001"), &kept), ERR_OK);
	assert_string_equal(kept.request, NUMBER);
	assert_string_equal(kept.archive_ref, "2026-P-44");
	assert_true(bytes_equal(kept.document_hash, f.r.document_hash));
}

static void put_known(struct world *w, const char *name, const char *mail, const char *status)
{
	struct person p;

	codec_default(&person_codec, &p);
	p.uuid = uuid_of(77);
	p.dn = "uid=ivautrelle,habFournisseurId=V,ou=fournisseurs,habCodeCaf=921,ou=cafs,dc=example";
	p.key = "uid=ivautrelle,habfournisseurid=v";
	p.provider_key = "habfournisseurid=v";
	p.agent = true;
	p.caf = "921";
	p.number = "A-000001";
	p.uid = "ivautrelle";
	p.name = name;
	p.status = status;
	p.mail = mail;
	put_record(w, TABLE_MIRROR_PERSON, key_bytes(p.uuid.b, 16), person_encode(w->a, &p));
	put_record(w, TABLE_MIRROR_IN, mirror_in_key(w->a, 'l', text_fold(w->a, mail), p.uuid), BYTES_NONE);
}

static void put_known_person(struct world *w, const char *mail)
{
	put_known(w, "Ines VAUTRELLE", mail, "active");
}

static void put_provider_reached(struct world *w, const char *mail, const char *phone)
{
	struct provider p;

	codec_default(&provider_codec, &p);
	p.uuid = uuid_of(92);
	p.dn = "habFournisseurId=V,ou=fournisseurs,habCodeCaf=921,ou=cafs,dc=example";
	p.key = "habfournisseurid=v";
	p.id = "F000V";
	p.siret = SIRET;
	p.caf = "921";
	p.name = "Commune de Courtebise";
	p.mail = mail;
	p.phone = phone;
	put_record(w, TABLE_MIRROR_PROVIDER, key_bytes(p.uuid.b, 16), provider_encode(w->a, &p));
	put_record(w, TABLE_MIRROR_IN, mirror_in_key(w->a, 's', SIRET, p.uuid), BYTES_NONE);
}

static void put_known_provider(struct world *w)
{
	put_provider_reached(w, "Mairie@courtebise.example", "+33 1 99 00 12 00");
}

static void test_who_is_known_is_kept(void **state)
{
	struct world *w = *state;
	size_t n;

	/* by a convention that is over */
	put_agreement(w, "terminee");
	put_known_provider(w);
	strs_add(w->a, &w->nursery.listing_keys, "uid=left,habfournisseurid=v");
	put_establishment(w, &w->nursery);
	put_known_person(w, "I.Vautrelle@courtebise.example");
	walk(w, 4);
	struct edit_entry *v = job_entries(w, &n);

	assert_int_equal(n, 4); /* no provider is made, and who is known stays as she is */
	assert_string_equal(v[1].dn,
			    "uid=s.bellacourt,habFournisseurId=V,ou=fournisseurs,habCodeCaf=921,ou=cafs,dc=example");
	assert_string_equal(opened(w).people[0].number, "A-000001");
	assert_string_equal(opened(w).r.provider_id, "F000V");
	bool dropped = false;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < v[i].n; k++)
			dropped = dropped || (v[i].v[k].verb == EDIT_DROP &&
					      strcmp(v[i].v[k].value, "uid=left,habfournisseurid=v") == 0);
	assert_true(dropped);
}

/* One address may be two people's. */
static void test_who_only_shares_the_address_is_another(void **state)
{
	struct world *w = *state;
	size_t n;

	put_known_provider(w);
	put_known(w, "Bastien Corvalan", "i.vautrelle@courtebise.example", "active");
	walk(w, 4);
	struct edit_entry *v = job_entries(w, &n);

	assert_int_equal(n, 5);
	assert_string_equal(value_of(&v[1], "cn"), "Inès Vautrelle");
	assert_string_equal(value_of(&v[1], "habDemandeMotDePasse"), "TRUE");
	assert_string_not_equal(opened(w).people[0].number, "A-000001");
}

static void test_a_suspended_person_is_not_reopened_by_the_way(void **state)
{
	struct world *w = *state;
	struct visitor v = admin_of(w);
	struct faults faults = { 0 };

	put_known_provider(w);
	put_known(w, "Inès Vautrelle", "i.vautrelle@courtebise.example", "suspendue");
	walk(w, 3);
	assert_int_equal(do_activate(w, &v, &faults), ERR_INVALID);
	assert_string_equal(faults.v[0].name, "personnes");
	assert_non_null(strstr(faults.v[0].value, "L’accès d’Inès Vautrelle, agent A-000001"));
	assert_string_equal(opened(w).r.state, "agreement_signed");
}

static void test_nothing_is_taken_from_a_manager_by_the_way(void **state)
{
	struct world *w = *state;
	struct visitor v = admin_of(w);
	struct faults faults = { 0 };

	walk(w, 3);
	assert_int_equal(request_activate(&w->app, w->a, &v, NUMBER, "", false, &faults), ERR_INVALID);
	assert_string_equal(faults.v[0].name, "gestion");
	assert_string_equal(opened(w).r.state, "agreement_signed");
	faults = (struct faults){ 0 };
	/* another manager than the form named */
	assert_int_equal(request_activate(&w->app, w->a, &v, NUMBER, "ETAB2041=F0007", true, &faults), ERR_CONFLICT);
	assert_int_equal(request_activate(&w->app, w->a, &v, NUMBER, "-", true, &faults), ERR_CONFLICT);
	assert_string_equal(opened(w).r.state, "agreement_signed");
	put_known_provider(w); /* the manager itself */
	assert_int_equal(request_activate(&w->app, w->a, &v, NUMBER, "ETAB2041=F000V", true, &faults), ERR_CONFLICT);
	assert_int_equal(request_activate(&w->app, w->a, &v, NUMBER, "", false, &faults), ERR_OK);
}

static void show_manager(struct world *w, const char *dn)
{
	struct establishment *all[] = { &w->nursery, &w->camp };

	for (size_t i = 0; i < LENGTH(all); i++) {
		assert_int_equal(dn_normal(w->a, dn, &all[i]->manager_key), ERR_OK);
		put_establishment(w, all[i]);
	}
}

/* The mirror lags: a second activation would make provider and people again. */
static void test_an_activation_waits_for_the_one_before(void **state)
{
	struct world *w = *state;
	struct visitor v = admin_of(w);
	struct grant_request r = request_made(w);
	struct faults faults = { 0 };

	walk(w, 4);
	r.number = "H26-921-00164";
	r.state = "agreement_signed";
	r.agreement = "921-2026-0077";
	put_request(w, &r);
	assert_int_equal(request_activate(&w->app, w->a, &v, r.number, "", true, &faults), ERR_INVALID);
	assert_string_equal(faults.v[0].name, "convention");
	assert_non_null(strstr(faults.v[0].value, NUMBER));

	faults = (struct faults){ 0 };
	for (uint8_t i = 0; i < 2; i++)
		put_uuid(w, TABLE_MIRROR_NAME, mirror_name_key(w->a, 'n', opened(w).people[i].number), 0, uuid_of(77));
	show_manager(w, NEW_PROVIDER);
	put_known_provider(w);
	put_known_person(w, "i.vautrelle@courtebise.example");
	assert_int_equal(request_activate(&w->app, w->a, &v, r.number, "", true, &faults), ERR_OK);
}

/* Another provider's, of the same establishments: whoever has them now is not in the mirror, and would lose nothing and be told nothing. */
static void test_an_establishment_is_given_once_at_a_time(void **state)
{
	struct world *w = *state;
	struct visitor v = admin_of(w);
	struct grant_request r = request_made(w);
	struct faults faults = { 0 };

	walk(w, 4);
	w->nursery.name = "Crèche du Lavoir";
	put_establishment(w, &w->nursery);
	r.number = "H26-921-00164";
	r.siret = "21920078900023";
	r.state = "agreement_signed";
	r.agreement = "921-2026-0077";
	put_request(w, &r);
	assert_int_equal(request_activate(&w->app, w->a, &v, r.number, "", true, &faults), ERR_INVALID);
	assert_string_equal(faults.v[0].name, "convention");
	assert_string_equal(faults.v[0].value,
			    "Crèche du Lavoir est en train de changer de gestionnaire : recommencez dans un instant");
	faults = (struct faults){ 0 };
	show_manager(w, NEW_PROVIDER);
	assert_int_equal(request_activate(&w->app, w->a, &v, r.number, "", true, &faults), ERR_OK);

	/* what never came to the mirror is over one day */
	r.number = "H26-921-00165";
	r.siret = "21920078900031";
	r.agreement = "921-2026-0078";
	put_request(w, &r);
	assert_int_equal(request_activate(&w->app, w->a, &v, r.number, "", true, &faults), ERR_INVALID);
	faults = (struct faults){ 0 };
	v.at = clock_now() + 10 * MINUTE_MS;
	assert_int_equal(request_activate(&w->app, w->a, &v, r.number, "", true, &faults), ERR_OK);
}

static void test_a_number_taken_since_the_check(void **state)
{
	struct world *w = *state;
	struct visitor v = admin_of(w);
	struct faults faults = { 0 };

	walk(w, 3);
	put_uuid(w, TABLE_MIRROR_NAME, mirror_name_key(w->a, 'g', opened(w).r.agreement), 0, uuid_of(91));
	assert_int_equal(do_activate(w, &v, &faults), ERR_INVALID);
	assert_string_equal(faults.v[0].name, "convention");
	assert_string_equal(opened(w).r.state, "agreement_signed");
}

static void test_free_lines(void **state)
{
	struct world *w = *state;
	struct visitor v = admin_of(w);
	struct grant_request r = request_made(w);
	struct faults faults = { 0 };
	const char *missing = "";

	set_up(w);
	r.number = "H26-921-00164";
	strs_add(w->a, &r.others, "Crèche du Parc, 2 rue du Parc");
	strs_add(w->a, &r.places, "+1");
	r.state = "agreement_signed";
	put_request(w, &r);
	assert_false(request_is_resolved(&w->app, w->a, &r, &missing));
	assert_string_equal(missing, "+1");
	assert_int_equal(request_activate(&w->app, w->a, &v, r.number, "", true, &faults), ERR_INVALID);

	faults = (struct faults){ 0 };
	assert_int_equal(request_place_pick(&w->app, w->a, &v, r.number, 2, "ETAB2042", &faults), ERR_NOTFOUND);
	assert_int_equal(request_place_pick(&w->app, w->a, &v, r.number, 1, "NADA", &faults), ERR_INVALID);
	assert_int_equal(request_place_pick(&w->app, w->a, &v, r.number, 1, "ETAB2042", &faults), ERR_INVALID); /* no places */
	assert_int_equal(request_place_pick(&w->app, w->a, &v, r.number, 1, "ETAB2041", &faults), ERR_INVALID); /* there already */

	struct establishment other = establishment_of(w, 3, "ETAB2043", "eaje");

	faults = (struct faults){ 0 };
	put_establishment(w, &other);
	assert_int_equal(request_place_pick(&w->app, w->a, &v, r.number, 1, "etab2043", &faults), ERR_OK);
	assert_int_equal(request_place_pick(&w->app, w->a, &v, r.number, 1, "ETAB2043", &faults), ERR_INVALID);
	assert_int_equal(request_read(&w->app, w->a, r.number, &r), ERR_OK);
	assert_string_equal(request_resolved(&r, "+1"), "ETAB2043");
	assert_true(request_is_resolved(&w->app, w->a, &r, &missing));
	assert_int_equal(request_line_state(&w->app, w->a, &r, 1), LINE_THERE);
	roles_asked = 0;
	assert_int_equal(request_place_create(&w->app, w->a, &v, r.number, 1,
					      &(struct new_place){ "", "", "", "", "", "" }, &faults),
			 ERR_CONFLICT);
	assert_int_equal(roles_asked, 1);

	/* another one may be picked, also when the one before left the register */
	struct establishment better = establishment_of(w, 4, "ETAB2044", "eaje");

	faults = (struct faults){ 0 };
	put_establishment(w, &better);
	assert_int_equal(request_place_pick(&w->app, w->a, &v, r.number, 1, "ETAB2044", &faults), ERR_OK);
	better.caf = "751";
	put_establishment(w, &better);
	assert_int_equal(request_read(&w->app, w->a, r.number, &r), ERR_OK);
	assert_int_equal(request_line_state(&w->app, w->a, &r, 1), LINE_LOST);
	assert_int_equal(request_place_pick(&w->app, w->a, &v, r.number, 1, "ETAB2043", &faults), ERR_OK);
}

/* --- comparisons --- */

static size_t warnings(struct world *w, const char *holding)
{
	struct visitor v = admin_of(w);
	struct request_file f = opened(w);
	struct finding *found;
	size_t n, warned = 0;

	assert_int_equal(request_findings(&w->app, w->a, &v, &f, &found, &n), ERR_OK);
	for (size_t i = 0; i < n; i++) {
		print_message("%c %s\n", found[i].warn ? '!' : ' ', found[i].text);
		warned += found[i].warn && strstr(found[i].text, holding);
	}
	return warned;
}

static void test_findings(void **state)
{
	struct world *w = *state;
	struct grant_request other = request_made(w);

	set_up(w);
	assert_int_equal(warnings(w, "est déjà géré par la Ville de Valmoreau"), 2);
	assert_int_equal(warnings(w, "Une autre demande"), 0);
	other.number = "H26-921-00170";
	put_request(w, &other);
	assert_int_equal(warnings(w, "H26-921-00170"), 1);
	put_known_person(w, "i.vautrelle@courtebise.example");
	assert_int_equal(warnings(w, "A-000001"), 1);
	put_known_provider(w);
	assert_int_equal(warnings(w, "A-000001"), 0); /* its own */
	assert_int_equal(warnings(w, "est déjà géré"), 0);
	assert_int_equal(warnings(w, "déjà une convention en vigueur"), 1);
	put_known(w, "Inès Vautrelle", "i.vautrelle@courtebise.example", "suspendue");
	assert_int_equal(warnings(w, "L’accès d’Inès Vautrelle, agent A-000001, est suspendu"), 1);
	put_known(w, "Inès Vautrelle", "i.vautrelle@courtebise.example", "terminee");
	assert_int_equal(
		warnings(w, "La mission d’Inès Vautrelle, agent A-000001, est finie : un nouvel accès sera créé"), 1);
	put_known(w, "Bastien Corvalan", "i.vautrelle@courtebise.example", "active");
	assert_int_equal(warnings(w, "un accès à part sera créé"), 1);
}

static void test_another_contact_than_the_directory_has_is_told(void **state)
{
	struct world *w = *state;

	set_up(w);
	put_known_provider(w);
	assert_int_equal(warnings(w, "de l’annuaire"), 0);
	put_provider_reached(w, "accueil@courtebise.example", "+33199001299");
	assert_int_equal(
		warnings(w, "mairie@courtebise.example, n’est pas celui de l’annuaire, accueil@courtebise.example"), 1);
	assert_int_equal(warnings(w, "01 99 00 12 00, n’est pas celui de l’annuaire, 01 99 00 12 99"), 1);
	put_provider_reached(w, "", "");
	assert_int_equal(warnings(w, "qui n’en a aucun : l’activation ne l’y met pas"), 1);
	assert_int_equal(warnings(w, "Le téléphone"), 0);
}

static void test_somebody_twice(void **state)
{
	struct world *w = *state;
	struct grant_request r = request_made(w);
	struct request_person people[] = { person_named(w, "Inès", "Vautrelle", "i.vautrelle@courtebise.example"),
					   person_named(w, "Ines", "VAUTRELLE", "ines@courtebise.example") };

	r.people = request_people_encode(w->a, people, LENGTH(people));
	put_request(w, &r);
	assert_int_equal(warnings(w, "portent le même nom"), 1);
	put_known_provider(w);
	put_known(w, "Vautrelle Inès", "autre@courtebise.example", "active");
	put_record(w, TABLE_MIRROR_IN, mirror_in_key(w->a, 'a', "habfournisseurid=v", uuid_of(77)), BYTES_NONE);
	assert_int_equal(warnings(w, "sous un autre courriel, autre@courtebise.example"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(test_state_0),
		world_test(test_state_1),
		world_test(test_state_2),
		world_test(test_state_3),
		world_test(test_state_4),
		world_test(test_state_5),
		world_test(test_others_do_nothing),
		world_test(test_signatures),
		world_test(test_posting),
		world_test(test_only_the_printed_document_is_posted),
		world_test(test_queue),
		world_test(test_a_queue_that_cannot_be_read_moves_no_row),
		world_test(test_refusal_is_mailed),
		world_test(test_closing_is_of_the_request_that_was_read),
		world_test(test_the_acknowledgement_goes_to_the_corrected_address),
		world_test(test_the_closing_mail_goes_to_the_corrected_address),
		world_test(test_a_convention_is_prepared_again_with_the_corrected_address),
		world_test(test_activation),
		world_test(test_who_is_known_is_kept),
		world_test(test_who_only_shares_the_address_is_another),
		world_test(test_a_suspended_person_is_not_reopened_by_the_way),
		world_test(test_another_contact_than_the_directory_has_is_told),
		world_test(test_somebody_twice),
		world_test(test_nothing_is_taken_from_a_manager_by_the_way),
		world_test(test_an_activation_waits_for_the_one_before),
		world_test(test_an_establishment_is_given_once_at_a_time),
		world_test(test_a_number_taken_since_the_check),
		world_test(test_free_lines),
		world_test(test_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
