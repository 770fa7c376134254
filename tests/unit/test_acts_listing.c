/* The listing's form, its rubrics, and the acts on it: draft, revision, decision, withdrawal. */
#include "tests/unit/test_acts_store.h"

#include "acts/codes.h"
#include "acts/search.h"

#define CONTACT "telephone=01+99+00+12+74&"

/* A form, the field at fault (NULL: none) and the sentence. */
static const struct {
	const char *type, *form, *field, *sentence;
} forms[] = {
	{ "eaje", CONTACT, NULL, NULL },
	{ "eaje", "courriel=a%40b.example", NULL, NULL },
	{ "eaje", "", "telephone", "Indiquez un numéro de téléphone ou un courriel" },
	{ "eaje", "telephone=01+99+00+12", "telephone", "Le numéro de téléphone doit comporter 10 chiffres" },
	{ "eaje", "telephone=0000000000", "telephone", "Saisissez un numéro de téléphone français, comme 01 99 00 12 34" },
	{ "eaje", CONTACT "courriel=a", "courriel", "Saisissez le courriel comme nom@exemple.fr" },
	{ "eaje", CONTACT "site=javascript:alert(1)", "site", "Saisissez l’adresse du site comme https://www.exemple.fr" },
	{ "eaje", CONTACT "me_ouverture=7+h+30&me_fermeture=2+h+30", "me_fermeture",
	  "Mercredi : l’heure de fermeture doit venir après l’heure d’ouverture" },
	{ "eaje", CONTACT "lu_ouverture=7+h+30", "lu_fermeture", "Lundi : indiquez aussi l’heure de fermeture" },
	{ "eaje", CONTACT "di_fermeture2=18h", "di_ouverture2", "Dimanche : indiquez aussi l’heure d’ouverture" },
	{ "eaje", CONTACT "ma_ouverture=matin&ma_fermeture=18", "ma_ouverture",
	  "Mardi : écrivez l’heure d’ouverture comme 7 h 30" },
	{ "eaje", CONTACT "lu_ouverture=8&lu_fermeture=12&lu_ouverture2=11+h+30&lu_fermeture2=18", "lu_ouverture2",
	  "Lundi : deux horaires se chevauchent" },
	{ "eaje", CONTACT "lu_ouverture=14&lu_fermeture=18&lu_ouverture2=8&lu_fermeture2=12", NULL, NULL },
	{ "eaje", CONTACT "lu_ouverture=8&lu_fermeture=12&lu_ouverture2=12&lu_fermeture2=24", NULL, NULL },
	{ "eaje", CONTACT "lu_ouverture=8&lu_fermeture=8", "lu_fermeture",
	  "Lundi : l’heure de fermeture doit venir après l’heure d’ouverture" },
	{ "eaje", CONTACT "fermeture=aout&fermeture=noel", NULL, NULL },
	{ "eaje", CONTACT "fermeture=jamais", NULL, NULL },
	{ "eaje", CONTACT "fermeture=jamais&fermeture=aout", "fermeture",
	  "Périodes de fermeture : « Aucune fermeture » ne va pas avec une autre période" },
	{ "eaje", CONTACT "fermeture=mars", "fermeture", "Périodes de fermeture : choisissez une réponse de la liste" },
	{ "eaje", CONTACT "age_min=10&age_min_unit=week&age_max=3&age_max_unit=year", NULL, NULL },
	{ "eaje", CONTACT "age_min=4&age_min_unit=year&age_max=36&age_max_unit=month", "age_max",
	  "L’âge maximal doit être supérieur à l’âge minimal" },
	{ "eaje", CONTACT "age_min=3", "age_min_unit", "Âge minimal : choisissez semaines, mois ou ans" },
	{ "eaje", CONTACT "age_min_unit=week", NULL, NULL },
	{ "eaje", CONTACT "age_min=-1&age_min_unit=week", "age_min", "Âge minimal : écrivez un nombre entre 0 et 999" },
	{ "eaje", CONTACT "capacity_lt12m=10&capacity_m12_23=12&capacity_m24_35=14", NULL, NULL },
	{ "eaje", CONTACT "capacity_m12_23=12&capacity_m24_35=25", "capacity_m12_23",
	  "La somme des places par âge (37) dépasse la capacité de l’établissement (36)" },
	{ "eaje", CONTACT "periods=wednesday", "periods",
	  "Périodes d’accueil : laissez vide, la question ne concerne pas ce type d’établissement" },
	{ "eaje", CONTACT "periods=", NULL, NULL },
	{ "alsh", CONTACT "periods=wednesday&periods=summer&capacity_under6=24&meals_provided=yes", NULL, NULL },
	{ "alsh", CONTACT "capacity_lt12m=3", "capacity_lt12m",
	  "Places pour les moins de 1 an : laissez vide, la question ne concerne pas ce type d’établissement" },
	{ "rpe", CONTACT "meals_provided=yes", "meals_provided",
	  "Repas fournis : laissez vide, la question ne concerne pas ce type d’établissement" },
	{ "rpe", CONTACT "projet=Un+lieu+d%27information+pour+les+parents", NULL, NULL },
	{ "eaje", CONTACT "projet=...............", "projet",
	  "Projet d’accueil : écrivez une phrase, ou laissez la rubrique vide" },
	{ "eaje", CONTACT "fee_text=Cr%C3%A8che", "fee_text", "Tarifs : écrivez une phrase, ou laissez la rubrique vide" },
	{ "eaje", CONTACT "projet=%3Cp%3EUn+jardin%3C%2Fp%3E", NULL, NULL },
	{ "eaje", CONTACT "meals_provided=perhaps", "meals_provided", "Repas fournis : choisissez une réponse de la liste" },
	{ "eaje", CONTACT "admission_home=none&admission_home=commune", "admission_home",
	  "Conditions de domicile : « Aucune condition » ne va pas avec une autre réponse" },
	{ "eaje", CONTACT "served_communes=92078", NULL, NULL },
	{ "eaje", CONTACT "served_communes=2A004%0A92078%0A%0A92078", NULL, NULL },
	{ "eaje", CONTACT "served_communes=9207", "served_communes",
	  "Communes desservies : nous ne connaissons pas « 9207 »" },
};

static struct establishment plain(const char *type)
{
	struct establishment e;

	codec_default(&establishment_codec, &e);
	e.type = type;
	e.capacity = 36;
	return e;
}

static void test_form_says_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(forms); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct establishment e = plain(forms[i].type);
		struct input in = input_of(a, &listing_form, forms[i].form);
		struct faults faults = { 0 };
		struct listing l;

		print_message("%s %s\n", forms[i].type, forms[i].form);
		listing_from_input(NULL, a, &e, &in, &l, &faults);
		assert_int_equal(faults.n, forms[i].field ? 1 : 0);
		if (!forms[i].field)
			continue;
		assert_string_equal(faults.v[0].name, forms[i].field);
		assert_string_equal(faults.v[0].value, forms[i].sentence);
	}
}

static void test_too_long_a_text_is_told_by_how_much(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct establishment e = plain("eaje");
	struct buf b = buf_new(a);
	struct faults faults = { 0 };
	struct listing l;

	(void)state;
	buf_text(&b, CONTACT "projet=");
	for (int i = 0; i < 5062; i++)
		buf_text(&b, "%C3%A9");
	struct input in = input_of(a, &listing_form, buf_str(&b));

	listing_from_input(NULL, a, &e, &in, &l, &faults);
	assert_int_equal(faults.n, 1);
	assert_string_equal(faults.v[0].value, "Le projet d’accueil dépasse de 62 caractères la limite de 5\u202F000");
}

/* clang-format off */
#define WHOLE \
	"telephone=01+99+00+12+74&phone2=%2B33+1+99+00+12+75&courriel=l%40valmoreau.example&site=https%3A%2F%2Fv.example" \
	"&lu_ouverture=7+h+30&lu_fermeture=18+h+30&ma_ouverture=7:30&ma_fermeture=18h30&me_ouverture=7h30&me_fermeture=12+h+30" \
	"&fermeture=noel&fermeture=aout&hours_note=Sauf+f%C3%AAtes&by_appointment=oui&age_min=10&age_min_unit=week&age_max=3" \
	"&age_max_unit=year&capacity_lt12m=10&capacity_m12_23=12&capacity_m24_35=14&meals_provided=yes&diapers_provided=no" \
	"&projet=Deux+salles+de+vie&handicap=Locaux+de+plain-pied&funding=psu&fee_text=Selon+les+ressources" \
	"&manager_text=La+ville+de+Valmoreau&team_text=Quatre+professionnelles&admission_work=none&admission_home=commune" \
	"&admission_text=Commission+en+mars&registration_text=Au+guichet+famille&served_communes=92078"
/* clang-format on */

static void test_every_field_comes_back(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct establishment e = plain("eaje");
	struct input in = input_of(a, &listing_form, WHOLE);
	struct faults faults = { 0 };
	struct listing l, again;

	(void)state;
	listing_from_input(NULL, a, &e, &in, &l, &faults);
	assert_int_equal(faults.n, 0);
	assert_string_equal(l.phone, "+33199001274");
	assert_string_equal(l.closures.v[0], "aout");
	assert_int_equal(l.band_capacity[BAND_GE36M], U16_NONE);
	struct input back = listing_to_input(NULL, a, &l);

	assert_string_equal(input_get(&back, "telephone"), "01 99 00 12 74");
	assert_string_equal(input_get(&back, "ma_fermeture"), "18 h 30");
	listing_from_input(NULL, a, &e, &back, &again, &faults);
	assert_int_equal(faults.n, 0);
	assert_true(bytes_equal(listing_encode(a, &l), listing_encode(a, &again)));
	for (size_t i = 0; i < in.n; i++)
		assert_true(*input_get(&back, in.v[i].name));
}

/* clang-format off */
static const struct {
	const char *form, *text;
	unsigned halves;
} hours[] = {
	{ CONTACT, "", 0 },
	{ CONTACT "lu_ouverture=7+h+45&lu_fermeture=18+h+15&ma_ouverture=7+h+45&ma_fermeture=18+h+15&me_ouverture=7+h+45"
	  "&me_fermeture=18+h+15&je_ouverture=7+h+45&je_fermeture=18+h+15&ve_ouverture=7+h+45&ve_fermeture=17+h+30",
	  "Lundi à jeudi : 7 h 45 – 18 h 15\nVendredi : 7 h 45 – 17 h 30", 0x3ff },
	{ CONTACT "sa_ouverture=9&sa_fermeture=12&di_ouverture=9&di_fermeture=12", "Samedi et dimanche : 9 h – 12 h", 0x1400 },
	{ CONTACT "lu_ouverture=14&lu_fermeture=18&lu_ouverture2=8&lu_fermeture2=12", "Lundi : 8 h – 12 h, 14 h – 18 h", 3 },
	{ CONTACT "ma_ouverture=13&ma_fermeture=18&je_ouverture=8&je_fermeture=13", "Mardi : 13 h – 18 h\nJeudi : 8 h – 13 h", 0x48 },
};
/* clang-format on */

static void test_hours_are_grouped(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(hours); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct establishment e = plain("eaje");
		struct input in = input_of(a, &listing_form, hours[i].form);
		struct faults faults = { 0 };
		struct listing l;

		listing_from_input(NULL, a, &e, &in, &l, &faults);
		assert_int_equal(faults.n, 0);
		assert_string_equal(hours_text(a, &l), hours[i].text);
		assert_int_equal(hours_open_halves(&l), hours[i].halves);
	}
}

static const struct {
	uint64_t min;
	const char *min_unit;
	uint64_t max;
	const char *max_unit, *text;
	unsigned bands;
} ages[] = {
	{ 0, "", 0, "", "", 7 },
	{ 10, "week", 3, "year", "Enfants de 10 semaines à 3 ans.", 7 },
	{ 10, "week", 0, "", "Enfants à partir de 10 semaines.", 7 },
	{ 18, "month", 6, "year", "Enfants de 18 mois à 6 ans.", 14 },
	{ 1, "year", 24, "month", "Enfants de 1 an à 24 mois.", 2 },
	{ 3, "year", 17, "year", "Enfants de 3 ans à 17 ans.", 8 },
	{ 3, "year", 0, "", "Enfants à partir de 3 ans.", 8 },
	{ 0, "", 12, "month", "Enfants jusqu’à 12 mois.", 1 },
	{ 2, "year", 2, "year", "Enfants de 2 ans à 2 ans.", 4 },
};

static void test_ages_make_bands(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(ages); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct listing l;

		codec_default(&listing_codec, &l);
		l.age_min = ages[i].min;
		l.age_min_unit = ages[i].min_unit;
		l.age_max = ages[i].max;
		l.age_max_unit = ages[i].max_unit;
		assert_string_equal(ages_text(a, &l), ages[i].text);
		assert_int_equal(listing_bands(&l), ages[i].bands);
	}
}

static void test_rubrics_are_compared(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct establishment e = plain("eaje");
	struct input in = input_of(a, &listing_form, WHOLE);
	struct input other = input_with(a, &in, "ve_ouverture", "8");
	struct faults faults = { 0 };
	struct listing l, m;
	struct difference *v;
	size_t n;

	(void)state;
	other = input_with(a, &other, "ve_fermeture", "17 h 30");
	other = input_with(a, &other, "handicap", "");
	listing_from_input(NULL, a, &e, &in, &l, &faults);
	listing_from_input(NULL, a, &e, &other, &m, &faults);
	listing_compare(NULL, a, &l, &l, &v, &n);
	assert_int_equal(n, 0);
	listing_compare(NULL, a, &l, &m, &v, &n);
	assert_int_equal(n, 2);
	assert_int_equal(v[0].section, SECTION_HOURS);
	assert_int_equal(v[1].section, SECTION_DISABILITY);
	assert_string_equal(v[1].after, "");
	assert_string_equal(section_text(NULL, a, &l, SECTION_CLOSURES), "Fermé en août et entre Noël et le Nouvel An.");
	assert_string_equal(section_text(NULL, a, &l, SECTION_CONTACT),
			    "01 99 00 12 74\nAutre téléphone : 01 99 00 12 75\nl@valmoreau.example\nhttps://v.example");
	listing_compare(NULL, a, NULL, &l, &v, &n);
	assert_int_equal(n, SECTION__MAX - 1); /* all but an accueil de loisirs' activities */
}

/* The same words in another field are another listing: hours move the grid's half-days, a note does not. */
static const struct {
	const char *before, *after;
	bool differ;
} moved[] = {
	{ "by_appointment=oui", "hours_note=Sur+rendez-vous.", true },
	{ "lu_ouverture=9&lu_fermeture=12", "hours_note=Lundi+%3A+9+h+%E2%80%93+12+h", true },
	{ "lu_ouverture=9&lu_fermeture=12", "lu_ouverture=9+h&lu_fermeture=12%3A00", false },
	{ "telephone=0199001274&phone2=0199001275", "telephone=0199001275&phone2=0199001274", true },
	{ "hours_note=Sauf+f%C3%AAtes", "hours_note=Sauf+f%C3%AAtes", false },
};

static void test_words_moved_to_another_field_differ(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(moved); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct establishment e = plain("eaje");
		struct input before = input_of(a, &listing_form, moved[i].before);
		struct input after = input_of(a, &listing_form, moved[i].after);
		struct faults faults = { 0 };
		struct listing l, m;
		struct difference *v;
		size_t n;

		listing_from_input(NULL, a, &e, &before, &l, &faults);
		listing_from_input(NULL, a, &e, &after, &m, &faults);
		listing_compare(NULL, a, &l, &m, &v, &n);
		assert_int_equal(n > 0, moved[i].differ);
	}
}

/* --- acts --- */

#define FIRST CONTACT "lu_ouverture=7+h+30&lu_fermeture=18+h+30&projet=Deux+salles+de+vie+et+un+jardin"
#define SECOND CONTACT "lu_ouverture=7+h+30&lu_fermeture=17+h&projet=Deux+salles+de+vie+et+un+jardin"

static enum err send(struct world *w, const struct visitor *who, const char *form, uint64_t base, uint64_t *n)
{
	struct input in = input_of(w->a, &listing_form, form);
	struct listing_state st;
	struct faults faults = { 0 };
	bool unchanged;

	assert_int_equal(listing_state_read(&w->app, w->a, who, &w->nursery, &st), ERR_OK);
	return revision_send(&w->app, w->a, who, &w->nursery, &in,
			     &(struct revision_seen){ base, st.pending.n, st.draft.rev }, &faults, &unchanged, n);
}

static enum err decide(struct world *w, const struct visitor *who, uint64_t n, bool accept, struct revision *now)
{
	struct decision d = { .n = n, .accept = accept, .reason_text = "Retirez la publicité." };
	struct faults faults = { 0 };

	strs_add(w->a, &d.reasons, "publicite");
	return revision_decide(&w->app, w->a, who, &w->nursery, &d, &faults, now);
}

static struct listing_state state_of(struct world *w, const struct visitor *who)
{
	struct listing_state st;

	assert_int_equal(listing_state_read(&w->app, w->a, who, &w->nursery, &st), ERR_OK);
	return st;
}

static size_t mails_of(struct world *w, const char *template)
{
	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MAIL, BYTES_NONE);
	struct mail m;
	size_t n = 0;

	while (scan_next(&s))
		n += !mail_decode(w->a, s.record.payload, &m) && strcmp(m.template, template) == 0;
	return n;
}

static void test_revision_is_accepted_and_published(void **state)
{
	struct world *w = *state;
	struct family_page page;
	struct revision now;
	struct audit_record r;
	uint64_t n = 0;

	put_commune(&w->app, w->a);
	assert_int_equal(family_page_find(&w->app, w->a, "etab2041", &page), ERR_NOTFOUND);
	assert_int_equal(send(w, &w->agent, FIRST, 0, &n), ERR_OK);
	assert_int_equal(n, 1);
	struct listing_state st = state_of(w, &w->agent);

	assert_int_equal(st.pending.n, 1);
	assert_string_equal(st.head.last_state, "pending");
	assert_int_equal(queue_count(&w->app, w->a, "921"), 1);
	assert_int_equal(audit_of(w, "revision_sent", &r), 1);
	assert_string_equal(r.number, "VDA-4821");
	assert_string_equal(r.object_id, "ETAB2041");
	assert_string_equal(r.caf, "921");

	assert_int_equal(decide(w, &w->reviewer, 1, true, &now), ERR_OK);
	st = state_of(w, &w->agent);
	assert_string_equal(st.published.state, "online");
	assert_int_equal(st.published.n, 1);
	assert_int_equal(st.pending.rev, 0);
	assert_int_equal(queue_count(&w->app, w->a, "921"), 0);
	assert_int_equal(mails_of(w, "revision_accepted"), 1);
	assert_int_equal(audit_of(w, "revision_accepted", &r), 1);
	assert_string_equal(r.number, "CAF-0001");
	assert_int_equal(family_page_find(&w->app, w->a, "etab2041", &page), ERR_OK);
	assert_string_equal(page.state, "online");
	assert_string_equal(page.slug, "les-lucioles");
	assert_string_equal(page.published_by, "Ville de Valmoreau");
	assert_string_equal(page.caf_name, "Caf des Hauts-de-Seine");
	assert_int_equal(page.ended_on, 0);
}

static void test_two_deciders_one_decision(void **state)
{
	struct world *w = *state;
	struct revision now;
	uint64_t n = 0;

	assert_int_equal(send(w, &w->agent, FIRST, 0, &n), ERR_OK);
	assert_int_equal(decide(w, &w->reviewer, n, false, &now), ERR_OK);
	assert_int_equal(decide(w, &w->second, n, true, &now), ERR_CONFLICT);
	assert_string_equal(now.state, "refused");
	assert_string_equal(now.decider_name, "Odile Marchenoir");
	struct listing_state st = state_of(w, &w->agent);

	assert_int_equal(st.refused.n, n);
	assert_string_equal(st.refused.reasons.v[0], "publicite");
	assert_int_equal(st.published.rev, 0);
	assert_int_equal(mails_of(w, "revision_refused"), 1);
	assert_int_equal(audit_of(w, "revision_accepted", NULL), 0);
}

/* Both had the file open, and both had read it when the first one wrote. */
static void test_what_was_read_must_still_hold(void **state)
{
	struct world *w = *state;
	struct changeset *cs = changeset_new(w->a);
	struct revision now;
	struct file f;
	uint64_t n = 0;

	assert_int_equal(send(w, &w->agent, FIRST, 0, &n), ERR_OK);
	assert_int_equal(file_read(&w->app, w->a, &w->nursery, n, &f), ERR_OK);
	file_expect(w->a, cs, &w->nursery, &f);
	assert_int_equal(decide(w, &w->reviewer, n, true, &now), ERR_OK);
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_CONFLICT);
}

static void test_newer_text_supersedes_and_its_decider_is_told(void **state)
{
	struct world *w = *state;
	struct revision now;
	uint64_t n = 0;

	assert_int_equal(send(w, &w->agent, FIRST, 0, &n), ERR_OK);
	assert_int_equal(send(w, &w->agent, FIRST, 0, &n), ERR_INVALID); /* nothing new in it */
	assert_int_equal(send(w, &w->colleague, SECOND, 0, &n), ERR_OK);
	assert_int_equal(n, 2);
	assert_int_equal(queue_count(&w->app, w->a, "921"), 1);
	assert_int_equal(decide(w, &w->reviewer, 1, true, &now), ERR_CONFLICT);
	assert_string_equal(now.state, "superseded");
	assert_int_equal(decide(w, &w->reviewer, 2, true, &now), ERR_OK);
	assert_int_equal(send(w, &w->agent, FIRST, 0, &n), ERR_CONFLICT); /* written on nothing, now there is one */
	assert_int_equal(send(w, &w->agent, SECOND, 2, &n), ERR_INVALID);
	assert_int_equal(send(w, &w->agent, FIRST, 2, &n), ERR_OK);
	assert_int_equal(n, 3);
	/* read before the third was sent */
	struct input in = input_of(w->a, &listing_form, SECOND);
	struct faults faults = { 0 };
	bool unchanged;

	assert_int_equal(revision_send(&w->app, w->a, &w->colleague, &w->nursery, &in,
				       &(struct revision_seen){ .base = 2 }, &faults, &unchanged, &n),
			 ERR_CONFLICT);
}

static void test_rights_are_read_again(void **state)
{
	struct world *w = *state;
	struct revision now;
	struct faults faults = { 0 };
	uint64_t n = 0;

	right_answer = ERR_DENIED;
	assert_int_equal(send(w, &w->agent, FIRST, 0, &n), ERR_DENIED);
	right_answer = ERR_UNAVAILABLE;
	assert_int_equal(send(w, &w->agent, FIRST, 0, &n), ERR_UNAVAILABLE);
	right_answer = ERR_OK;
	assert_int_equal(send(w, &w->agent, FIRST, 0, &n), ERR_OK);
	role_answer = ERR_DENIED;
	assert_int_equal(decide(w, &w->reviewer, n, true, &now), ERR_DENIED);
	role_answer = ERR_OK;
	w->second.person.caf = "751";
	assert_int_equal(decide(w, &w->second, n, true, &now), ERR_NOTFOUND);
	struct decision d = { .n = n, .reason_text = "" };

	assert_int_equal(revision_decide(&w->app, w->a, &w->reviewer, &w->nursery, &d, &faults, &now), ERR_INVALID);
	assert_string_equal(fault_of(&faults, "motif"), "Choisissez au moins un motif");
	assert_string_equal(fault_of(&faults, "precision"), "Écrivez ce qu’il faut corriger");
}

/* The register changed between the page and the act: nothing is written on what no longer holds. */
static void test_changed_register_is_a_conflict(void **state)
{
	struct world *w = *state;
	struct establishment newer = w->nursery;
	uint64_t n = 0;

	newer.capacity = 30;
	put_establishment(w, &newer);
	assert_int_equal(send(w, &w->agent, FIRST, 0, &n), ERR_CONFLICT);
	w->nursery = newer;
	assert_int_equal(send(w, &w->agent, FIRST, 0, &n), ERR_OK);
}

static void test_form_sent_again_is_done_once(void **state)
{
	struct world *w = *state;
	uint64_t n = 0;

	w->agent.resume = "0123456789abcdef0123456789abcdef";
	assert_int_equal(send(w, &w->agent, FIRST, 0, &n), ERR_OK);
	assert_int_equal(send(w, &w->agent, FIRST, 0, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(audit_of(w, "revision_sent", NULL), 1);
}

static void test_withdrawn_revision_becomes_a_draft(void **state)
{
	struct world *w = *state;
	uint64_t n = 0;

	assert_int_equal(send(w, &w->agent, FIRST, 0, &n), ERR_OK);
	assert_int_equal(revision_withdraw(&w->app, w->a, &w->colleague, &w->nursery, 7), ERR_NOTFOUND);
	assert_int_equal(revision_withdraw(&w->app, w->a, &w->colleague, &w->nursery, n), ERR_OK);
	assert_int_equal(revision_withdraw(&w->app, w->a, &w->colleague, &w->nursery, n), ERR_CONFLICT);
	struct listing_state st = state_of(w, &w->colleague);
	struct input in = draft_input(w->a, &st.draft);

	assert_string_equal(input_get(&in, "lu_fermeture"), "18 h 30");
	assert_int_equal(st.pending.rev, 0);
	assert_int_equal(queue_count(&w->app, w->a, "921"), 0);
	struct revision *v;
	size_t count;

	assert_int_equal(revisions_read(&w->app, w->a, &w->nursery, &v, &count), ERR_OK);
	assert_int_equal(count, 1);
	assert_string_equal(v[0].state, "withdrawn");
}

static void test_drafts_are_kept_as_typed(void **state)
{
	struct world *w = *state;
	struct input in = input_of(w->a, &listing_form, "telephone=01+99&projet=%C3%A9%26x%0Ay&action=brouillon&base=3");

	assert_int_equal(draft_save(&w->app, w->a, &w->agent, &w->nursery, &in), ERR_OK);
	assert_int_equal(draft_save(&w->app, w->a, &w->colleague, &w->nursery, &in), ERR_OK);
	struct listing_state st = state_of(w, &w->agent);

	assert_int_equal(st.draft.base, 3);
	assert_string_equal(st.other_draft.author_name, "Sofiane Bellacourt");
	in = draft_input(w->a, &st.draft);
	assert_string_equal(input_get(&in, "projet"), "é&x\ny");
	assert_string_equal(input_get(&in, "action"), "");
	assert_int_equal(draft_drop(&w->app, w->a, &w->agent, &w->nursery, st.draft.rev + 1), ERR_CONFLICT);
	assert_int_equal(draft_drop(&w->app, w->a, &w->agent, &w->nursery, st.draft.rev), ERR_OK);
	assert_int_equal(state_of(w, &w->agent).draft.rev, 0);
}

static void publish(struct world *w)
{
	struct revision now;
	uint64_t n = 0;

	assert_int_equal(send(w, &w->agent, FIRST, 0, &n), ERR_OK);
	assert_int_equal(decide(w, &w->reviewer, n, true, &now), ERR_OK);
}

static void test_caf_withdraws_with_a_reason(void **state)
{
	struct world *w = *state;
	struct faults faults = { 0 };
	struct family_page page;

	publish(w);
	assert_int_equal(listing_withdraw(&w->app, w->a, &w->reviewer, &w->nursery, " ", &faults), ERR_INVALID);
	assert_non_null(fault_of(&faults, "precision"));
	faults.n = 0;
	assert_int_equal(listing_withdraw(&w->app, w->a, &w->reviewer, &w->nursery, "Fausse adresse", &faults), ERR_OK);
	assert_int_equal(family_page_find(&w->app, w->a, "ETAB2041", &page), ERR_GONE);
	assert_string_equal(page.name, "Les Lucioles");
	assert_int_equal(mails_of(w, "listing_withdrawn"), 1);
	assert_int_equal(listing_withdraw(&w->app, w->a, &w->reviewer, &w->nursery, "Encore", &faults), ERR_CONFLICT);
	assert_int_equal(listing_restore(&w->app, w->a, &w->agent, &w->nursery), ERR_DENIED);
	assert_int_equal(listing_restore(&w->app, w->a, &w->reviewer, &w->nursery), ERR_OK);
	assert_int_equal(family_page_find(&w->app, w->a, "ETAB2041", &page), ERR_OK);
	assert_int_equal(audit_of(w, "listing_withdrawn", NULL), 1);
	assert_int_equal(audit_of(w, "listing_restored", NULL), 1);
}

static void test_agent_withdraws_his_own(void **state)
{
	struct world *w = *state;
	struct faults faults = { 0 };
	struct family_page page;

	assert_int_equal(listing_withdraw(&w->app, w->a, &w->agent, &w->nursery, "", &faults), ERR_NOTFOUND);
	publish(w);
	assert_int_equal(listing_withdraw(&w->app, w->a, &w->agent, &w->nursery, "", &faults), ERR_OK);
	assert_int_equal(family_page_find(&w->app, w->a, "ETAB2041", &page), ERR_GONE);
	assert_int_equal(listing_restore(&w->app, w->a, &w->agent, &w->nursery), ERR_OK);
	assert_int_equal(family_page_find(&w->app, w->a, "ETAB2041", &page), ERR_OK);
}

static void test_ended_convention_closes_what_waits(void **state)
{
	struct world *w = *state;
	struct audit_record r;
	struct revision now;
	uint64_t n = 0;
	size_t closed = 7;

	assert_int_equal(send(w, &w->agent, FIRST, 0, &n), ERR_OK);
	assert_int_equal(revisions_close_ended(&w->app, w->a, &closed), ERR_OK);
	assert_int_equal(closed, 0);
	put_agreement(w, "terminee");
	assert_int_equal(revisions_close_ended(&w->app, w->a, &closed), ERR_OK);
	assert_int_equal(closed, 1);
	assert_int_equal(queue_count(&w->app, w->a, "921"), 0);
	assert_int_equal(decide(w, &w->reviewer, n, true, &now), ERR_CONFLICT);
	assert_string_equal(now.state, "closed");
	assert_int_equal(audit_of(w, "revision_withdrawn", &r), 1);
	assert_string_equal(r.role, "service");
	assert_string_equal(r.caf, "921");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form_says_what_is_wrong),
		cmocka_unit_test(test_too_long_a_text_is_told_by_how_much),
		cmocka_unit_test(test_every_field_comes_back),
		cmocka_unit_test(test_hours_are_grouped),
		cmocka_unit_test(test_ages_make_bands),
		cmocka_unit_test(test_rubrics_are_compared),
		cmocka_unit_test(test_words_moved_to_another_field_differ),
		world_test(test_revision_is_accepted_and_published),
		world_test(test_two_deciders_one_decision),
		world_test(test_what_was_read_must_still_hold),
		world_test(test_newer_text_supersedes_and_its_decider_is_told),
		world_test(test_rights_are_read_again),
		world_test(test_changed_register_is_a_conflict),
		world_test(test_form_sent_again_is_done_once),
		world_test(test_withdrawn_revision_becomes_a_draft),
		world_test(test_drafts_are_kept_as_typed),
		world_test(test_caf_withdraws_with_a_reason),
		world_test(test_agent_withdraws_his_own),
		world_test(test_ended_convention_closes_what_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
