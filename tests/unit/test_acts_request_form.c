/* The public request: the rules of its steps, the draft in the store, the sending. */
#include "tests/unit/test_acts_store.h"

#include "acts/acknowledgement.h"
#include "acts/caf_texts.h"
#include "acts/request_rules.h"

/* --- rules --- */

static const struct {
	const char *typed;
	enum err e;
	const char *digits;
} sirets[] = {
	{ "93456781900016", ERR_OK, "93456781900016" },
	{ "934 567 819 00016", ERR_OK, "93456781900016" },
	{ "934.567.819-00016", ERR_OK, "93456781900016" },
	{ "934\u00A0567\u202F819\u00A000016", ERR_OK, "93456781900016" },
	{ "93456781900017", ERR_INVALID, NULL },
	{ "39456781900016", ERR_INVALID, NULL }, /* two digits changed places */
	{ "9345678190001", ERR_MALFORMED, NULL },
	{ "934567819000160", ERR_MALFORMED, NULL },
	{ "9345678190001A", ERR_MALFORMED, NULL },
	{ "+3456781900016", ERR_MALFORMED, NULL },
	{ "", ERR_MALFORMED, NULL },
	{ "00000000000000", ERR_MALFORMED, NULL },
	/* La Poste: Luhn, or a sum of digits that is a multiple of 5 */
	{ "35600000000048", ERR_OK, "35600000000048" },
	{ "35600000049837", ERR_OK, "35600000049837" },
	{ "35600000049838", ERR_INVALID, NULL },
	{ "35600000149839", ERR_INVALID, NULL },
	{ "35600100149835", ERR_INVALID, NULL }, /* another Siren: Luhn alone */
};

static void test_siret(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < LENGTH(sirets); i++) {
		const char *digits = NULL;

		print_message("%s\n", sirets[i].typed);
		assert_int_equal(request_siret(a, sirets[i].typed, &digits), sirets[i].e);
		if (sirets[i].digits)
			assert_string_equal(digits, sirets[i].digits);
	}
}

static const struct {
	const char *delay, *day, *words; /* day NULL: refused */
} delays[] = {
	{ "P2M", "2027-01-30", "deux mois" },
	{ "P3M", "2027-02-28", "trois mois" },
	{ "P1Y", "2027-11-30", "un an" },
	{ "P60D", "2027-01-29", "60 jours" },
	{ "P8W", "2027-01-25", "8 semaines" },
	{ "P1W", "2026-12-07", "une semaine" },
	{ "P0M", NULL, "P0M" },
	{ "P", NULL, "P" },
	{ "2M", NULL, "2M" },
	{ "P2", NULL, "P2" },
	{ "P2M1D", NULL, "P2M1D" },
	{ "PT2H", NULL, "PT2H" },
	{ "p2m", NULL, "p2m" },
	{ "", NULL, "" },
	{ "P-2M", NULL, "P-2M" },
	{ "P12345M", NULL, "P12345M" },
};

static void test_silence(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	day_t received, day;

	(void)state;
	assert_int_equal(day_parse("2026-11-30", &received), ERR_OK);
	for (size_t i = 0; i < LENGTH(delays); i++) {
		print_message("%s\n", delays[i].delay);
		assert_int_equal(silence_day(delays[i].delay, received, &day), delays[i].day ? ERR_OK : ERR_INVALID);
		if (delays[i].day)
			assert_string_equal(day_iso(a, day), delays[i].day);
		assert_string_equal(silence_delay_fr(a, delays[i].delay), delays[i].words);
	}
	assert_int_equal(day_parse("2026-12-31", &received), ERR_OK);
	assert_int_equal(silence_day("P2M", received, &day), ERR_OK);
	assert_string_equal(day_iso(a, day), "2027-02-28");
}

static struct caf whole_caf(void)
{
	struct caf c;

	codec_default(&caf_codec, &c);
	c.uuid = uuid_of(93);
	c.code = "921";
	c.name = "Caf du Val-d’Aumane";
	c.service = "Service Partenaires";
	c.address = "Caf du Val-d’Aumane\nService Partenaires\n12 rue des Tisserands\n00400 Aumane-Ville";
	c.mail = "partenaires@caf.example";
	c.phone = "+33199004410";
	c.silence = "rejet";
	c.silence_delay = "P2M";
	c.remedies = "saisir le tribunal administratif.";
	c.data_notice = "elles servent à traiter votre demande.";
	return c;
}

static void test_texts_of_a_caf(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct caf c = whole_caf();

	(void)state;
	assert_int_equal(caf_texts_missing(a, &c).n, 0);
	assert_string_equal(caf_address(a, &c), "12 rue des Tisserands\n00400 Aumane-Ville");
#define LACKS(member, value, attribute) \
	do { \
		struct caf x = whole_caf(); \
\
		x.member = value; \
		struct strs missing = caf_texts_missing(a, &x); \
\
		assert_int_equal(missing.n, 1); \
		assert_string_equal(missing.v[0], attribute); \
	} while (0)
	LACKS(service, "", "habServiceNom");
	LACKS(address, "", "postalAddress");
	LACKS(mail, "partenaires", "mail");
	LACKS(phone, "", "telephoneNumber");
	LACKS(silence, "", "habSilence");
	LACKS(silence, "peut-etre", "habSilence");
	LACKS(silence_delay, "2 mois", "habSilenceDelai");
	LACKS(remedies, "", "habVoiesRecours");
	LACKS(data_notice, "", "habMentionDonnees");
	c.silence = "acceptation";
	c.remedies = "";
	assert_int_equal(caf_texts_missing(a, &c).n, 0);
}

/* --- the draft --- */

static const char token[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static const struct form *form_of(enum request_step step)
{
	switch (step) {
	case REQUEST_PROVIDER:
		return request_provider_form();
	case REQUEST_CAF:
		return request_caf_form();
	case REQUEST_PEOPLE:
		return request_person_form();
	default:
		return request_list_form();
	}
}

static const struct visitor provider = {
	.address = "192.0.2.7", .user_agent = "test", .method = "POST", .path = "/test", .resume = ""
};

static enum err save_as(struct world *w, const char *key, enum request_step step, const char *text, struct faults *faults)
{
	struct input in = input_of(w->a, form_of(step), text);
	struct request_draft d;

	return request_step_save(&w->app, w->a, &provider, key, step, &in, faults, &d);
}

static void saved(struct world *w, enum request_step step, const char *text)
{
	struct faults faults = { 0 };
	enum err e = save_as(w, token, step, text, &faults);

	if (faults.n)
		print_message("%s: %s\n", faults.v[0].name, faults.v[0].value);
	assert_int_equal(e, ERR_OK);
}

static void refused(struct world *w, enum request_step step, const char *text, const char *field, const char *words)
{
	struct faults faults = { 0 };

	print_message("%s\n", text);
	assert_int_equal(save_as(w, token, step, text, &faults), ERR_INVALID);
	assert_int_equal(faults.n, 1);
	assert_string_equal(faults.v[0].name, field);
	assert_non_null(strstr(faults.v[0].value, words));
}

static void now_is(int64_t ms)
{
	clock_test_offset(0);
	clock_test_offset(ms - clock_now());
}

static struct request_draft draft_of(struct world *w)
{
	struct request_draft d;

	assert_int_equal(request_draft_read(&w->app, w->a, token, &d), ERR_OK);
	return d;
}

static enum request_progress progress_of(struct world *w, enum request_step step)
{
	struct request_draft d = draft_of(w);
	enum request_progress p;

	assert_int_equal(request_step_check(&w->app, w->a, &d, step, NULL, &p), ERR_OK);
	return p;
}

#define PROVIDER \
	"nom=Trois-Rives&siret=934 567 819 00016&adresse=6 place du Bac&code_postal=00450&commune=Saint-Elvin&" \
	"signataire=Herv%C3%A9 Castelneau&courriel=contact@trois-rives.example&telephone=01 99 00 12 00"
#define PERSON "nom=Thivolle&prenom=Agn%C3%A8s&fonction=Coordinatrice&courriel=a@trois-rives.example"

/* The world's Caf with all its texts; both establishments are in its list. */
static void with_texts(struct world *w)
{
	struct caf c = whole_caf();

	put_record(w, TABLE_MIRROR_CAF, key_bytes(c.uuid.b, 16), caf_encode(w->a, &c));
}

static void fill_draft(struct world *w)
{
	with_texts(w);
	saved(w, REQUEST_PROVIDER, PROVIDER);
	saved(w, REQUEST_CAF, "caf=921");
	saved(w, REQUEST_LISTING, "etablissement=ETAB2041&etablissement=ETAB2042");
	saved(w, REQUEST_PLACES, "etablissement=ETAB2041");
	saved(w, REQUEST_PEOPLE, PERSON "&tous=oui");
}

static void test_a_caf_without_texts_is_not_offered(void **state)
{
	struct world *w = *state;
	struct caf *v;
	size_t n;

	assert_int_equal(cafs_offered(&w->app, w->a, &v, &n), ERR_OK);
	assert_int_equal(n, 0);
	refused(w, REQUEST_CAF, "caf=921", "caf", "dans la liste");
	with_texts(w);
	saved(w, REQUEST_CAF, "caf=921");
}

static void test_steps_one_by_one(void **state)
{
	struct world *w = *state;

	assert_true(request_draft_is_blank(&(struct request_draft){ .n = 0 }));
	saved(w, REQUEST_PEOPLE, PERSON "&tous=oui");
	assert_int_equal(progress_of(w, REQUEST_PEOPLE), REQUEST_STARTED); /* no establishment to write about */
	saved(w, REQUEST_LISTING, "etablissement=ETAB2041&action=chercher&lieu=92390");
	assert_int_equal(progress_of(w, REQUEST_LISTING), REQUEST_STARTED);
	assert_int_equal(progress_of(w, REQUEST_PEOPLE), REQUEST_COMPLETE);
	assert_int_equal(progress_of(w, REQUEST_PROVIDER), REQUEST_TODO);
	saved(w, REQUEST_LISTING, "etablissement=ETAB2041&action=continuer");
	assert_int_equal(progress_of(w, REQUEST_LISTING), REQUEST_COMPLETE);
	saved(w, REQUEST_PLACES, "aucun=oui");
	assert_int_equal(progress_of(w, REQUEST_PLACES), REQUEST_COMPLETE);
}

static void test_what_is_refused(void **state)
{
	struct world *w = *state;

	fill_draft(w);
	refused(w, REQUEST_LISTING, "", "etablissement", "au moins un");
	refused(w, REQUEST_LISTING, "etablissement=E0000", "etablissement", "n’est plus proposé");
	refused(w, REQUEST_LISTING, "etablissement=%2B1", "etablissement", "écrivez-le de nouveau");
	refused(w, REQUEST_LISTING, "action=chercher&lieu=", "lieu", "Indiquez");
	refused(w, REQUEST_LISTING, "etablissement=ETAB2041&autre=!!!&action=ajouter", "autre", "Saisissez");
	refused(w, REQUEST_PLACES, "etablissement=ETAB2042", "etablissement", "n’accueille pas");
	refused(w, REQUEST_PLACES, "etablissement=ETAB2041&aucun=oui", "aucun", "Décochez");
	refused(w, REQUEST_PEOPLE, "nom=THIVOLLE&prenom=agnes&fonction=x&courriel=b@x.example&tous=oui", "nom",
		"déjà dans la liste");
	refused(w, REQUEST_PEOPLE, "nom=A&prenom=B&fonction=x&courriel=b@x.example", "tous", "au moins un établissement");
	refused(w, REQUEST_PEOPLE, "personne=7&nom=A&prenom=B&fonction=x&courriel=b@x.example&tous=oui", "nom",
		"modifiée ou retirée");
	assert_int_equal(draft_of(w).n, 1);
	assert_int_equal(draft_of(w).r.listing.n, 2);
}

static void test_a_search_adds_no_line(void **state)
{
	struct world *w = *state;

	fill_draft(w);
	saved(w, REQUEST_LISTING, "etablissement=ETAB2041&autre=Les Galets&action=chercher&lieu=92390");
	assert_int_equal(draft_of(w).r.others.n, 0);
	assert_int_equal(draft_of(w).r.listing.n, 1);
	refused(w, REQUEST_LISTING, "etablissement=ETAB2041&autre=Les Galets&action=chercher&lieu=", "lieu", "Indiquez");
}

static void test_lists_are_kept_in_reading_order(void **state)
{
	struct world *w = *state;

	fill_draft(w);
	saved(w, REQUEST_LISTING, "etablissement=ETAB2041&etablissement=ETAB2042&autre=Les Galets&action=ajouter");
	struct strs first = draft_of(w).r.listing;

	saved(w, REQUEST_LISTING, "etablissement=%2B1&etablissement=ETAB2042&etablissement=ETAB2041");
	struct strs second = draft_of(w).r.listing;

	assert_int_equal(first.n, 3);
	assert_int_equal(second.n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(first.v[i], second.v[i]);
	assert_string_equal(second.v[2], "+1");
}

static void test_free_lines_close_up(void **state)
{
	struct world *w = *state;
	struct request_draft d;

	fill_draft(w);
	saved(w, REQUEST_LISTING, "etablissement=ETAB2041&autre=Les Galets&autre_places=oui&action=ajouter");
	saved(w, REQUEST_LISTING, "etablissement=ETAB2041&etablissement=%2B1&autre=Les Dunes&action=ajouter");
	saved(w, REQUEST_PEOPLE,
	      "personne=1&" PERSON "&droit_fonctionnement=ETAB2041&droit_fonctionnement=%2B2&droit_places=%2B1");
	d = draft_of(w);
	assert_int_equal(d.r.others.n, 2);
	assert_int_equal(d.r.others_places, 1);
	assert_int_equal(d.people[0].listing.n, 2);
	saved(w, REQUEST_PLACES, "etablissement=ETAB2041");
	saved(w, REQUEST_LISTING, "etablissement=%2B2&etablissement=ETAB2042");
	d = draft_of(w);
	assert_int_equal(d.r.others.n, 1);
	assert_string_equal(d.r.others.v[0], "Les Dunes");
	assert_string_equal(d.r.listing.v[0], "ETAB2042");
	assert_string_equal(d.r.listing.v[1], "+1");
	assert_int_equal(d.r.others_places, 0);
	assert_int_equal(d.people[0].listing.n, 1);
	assert_string_equal(d.people[0].listing.v[0], "+1");
	assert_int_equal(d.people[0].places.n, 0);
}

static void test_a_draft_is_kept_seven_days(void **state)
{
	struct world *w = *state;
	struct request_draft d;

	fill_draft(w);
	now_is(T0 + REQUEST_KEPT_MS - MINUTE_MS);
	d = draft_of(w);
	assert_int_equal(d.n, 1);
	assert_false(d.lost);
	assert_false(request_draft_is_over(&d.r, d.r.saved_at + REQUEST_KEPT_MS - 1));
	assert_true(request_draft_is_over(&d.r, d.r.saved_at + REQUEST_KEPT_MS));
	assert_int_equal(request_draft_erase(&w->app, w->a, token), ERR_OK);
	d = draft_of(w);
	assert_true(d.lost && request_draft_is_blank(&d));
	assert_int_equal(request_draft_read(&w->app, w->a, "no token", &d), ERR_OK);
	assert_false(d.lost);
}

static void test_too_much_for_a_draft(void **state)
{
	struct world *w = *state;
	struct faults faults = { 0 };
	enum err e = ERR_OK;
	char long_part[77] = { 0 };

	fill_draft(w);
	memset(long_part, 'x', sizeof long_part - 1);
	for (int i = 1; i < 50 && !e; i++) {
		const char *name = arena_printf(w->a, "%s%d", long_part, i);

		e = save_as(w, token, REQUEST_PEOPLE,
			    arena_printf(w->a, "nom=%s&prenom=%s&fonction=%s&courriel=p%d@trois-rives.example&tous=oui",
					 name, name, name, i),
			    &faults);
	}
	assert_int_equal(e, ERR_OK);
	refused(w, REQUEST_PEOPLE, "nom=A&prenom=B&fonction=x&courriel=b@x.example&tous=oui", "nom", "limitée à 50");
}

/* --- sending --- */

static enum err send_it(struct world *w, const char *text, struct faults *faults, const char **number)
{
	struct input in = input_of(w->a, request_send_form(), text);

	return request_send(&w->app, w->a, &provider, token, &in, faults, number);
}

static void test_sending(void **state)
{
	struct world *w = *state;
	struct faults faults = { 0 };
	struct grant_request r;
	struct request_person *people;
	struct audit_record audit;
	struct todo t;
	const char *number = "", *again = "";
	size_t n;

	assert_int_equal(send_it(w, "agents=oui", &faults, &number), ERR_NOTFOUND);
	fill_draft(w);
	assert_int_equal(send_it(w, "", &faults, &number), ERR_INVALID);
	assert_string_equal(faults.v[0].name, "agents");
	faults = (struct faults){ 0 };
	assert_int_equal(send_it(w, "agents=oui", &faults, &number), ERR_OK);
	assert_string_equal(number, "H26-921-00001");
	assert_int_equal(send_it(w, "agents=oui", &faults, &again), ERR_OK);
	assert_string_equal(again, number);
	assert_int_equal(audit_of(w, "request_sent", &audit), 1);
	assert_string_equal(audit.object_id, number);
	assert_string_equal(audit.caf, "921");

	assert_int_equal(request_sent(&w->app, w->a, &provider, token, number, &r), ERR_OK);
	assert_string_equal(r.state, "submitted");
	assert_string_equal(day_iso(w->a, (day_t)r.silence), "2027-01-24");
	assert_int_equal(request_people(w->a, &r, &people, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(people[0].listing.n, 2); /* « all » is written out */
	assert_int_equal(people[0].places.n, 1);
	assert_int_equal(queue_find(&w->app, w->a, "921", "demande", request_object(number), &t), ERR_OK);
	assert_string_equal(t.path, "/caf/demandes/H26-921-00001");
	assert_string_equal(t.title, number); /* as the steps write it */
	assert_true(request_draft_is_blank(&(struct request_draft){ .r = draft_of(w).r }));
	assert_string_equal(draft_of(w).r.name, "");

	assert_int_equal(request_sent(&w->app, w->a, &provider, NULL, number, &r), ERR_NOTFOUND);
	assert_int_equal(audit_of(w, "refusal", &audit), 1);
	assert_int_equal(request_sent(&w->app, w->a, &provider, token, "H26-921-99999", &r), ERR_NOTFOUND);
	assert_int_equal(audit_of(w, "refusal", &audit), 1);

	fill_draft(w); /* a second one of the same browser */
	saved(w, REQUEST_LISTING, "etablissement=ETAB2042");
	assert_int_equal(send_it(w, "agents=oui", &faults, &again), ERR_OK);
	assert_string_equal(again, "H26-921-00002");
	/* the Caf's queue and the provider's mail count alike */
	assert_int_equal(queue_find(&w->app, w->a, "921", "demande", request_object(again), &t), ERR_OK);
	assert_string_equal(t.detail, "2 établissements, 1 personne");
	assert_int_equal(request_sent(&w->app, w->a, &provider, token, again, &r), ERR_OK);
	assert_int_equal(acknowledgement_text(&w->app, w->a, &r, &again), ERR_OK);
	assert_non_null(strstr(again, "(2 établissements, 1 personne)"));
	assert_int_equal(request_sent(&w->app, w->a, &provider, token, number, &r), ERR_OK);
}

static void test_what_left_the_register_is_named(void **state)
{
	struct world *w = *state;
	struct changeset *cs = changeset_new(w->a);
	struct faults faults = { 0 };
	const char *number;

	fill_draft(w);
	changeset_delete(cs, TABLE_MIRROR_NAME, mirror_name_key(w->a, 'e', "ETAB2042"));
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
	assert_int_equal(progress_of(w, REQUEST_LISTING), REQUEST_STARTED);
	assert_int_equal(send_it(w, "agents=oui", &faults, &number), ERR_INVALID);
	assert_int_equal(faults.n, 1);
	assert_string_equal(faults.v[0].value, "« Accueil de loisirs du Bac » : cet établissement n’est plus proposé");
}

static void test_twenty_a_day(void **state)
{
	struct world *w = *state;
	struct faults faults = { 0 };

	for (int i = 0; i < 21; i++)
		assert_int_equal(save_as(w, secret_token(w->a), REQUEST_PROVIDER, PROVIDER, &faults),
				 i < 20 ? ERR_OK : ERR_LIMIT);
	now_is(T0 + DAY_MS + MINUTE_MS);
	assert_int_equal(save_as(w, secret_token(w->a), REQUEST_PROVIDER, PROVIDER, &faults), ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_siret),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_texts_of_a_caf),
		world_test(test_a_caf_without_texts_is_not_offered),
		world_test(test_steps_one_by_one),
		world_test(test_what_is_refused),
		world_test(test_a_search_adds_no_line),
		world_test(test_lists_are_kept_in_reading_order),
		world_test(test_free_lines_close_up),
		world_test(test_a_draft_is_kept_seven_days),
		world_test(test_too_much_for_a_draft),
		world_test(test_sending),
		world_test(test_what_left_the_register_is_named),
		world_test(test_twenty_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
