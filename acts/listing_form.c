#include "acts/codes.h"
#include "acts/listing_rules.h"

#include <string.h>

#define EAJE 1u
#define ALSH 2u
#define OTHER 4u
#define EVERY (EAJE | ALSH | OTHER)

#define AT(member) offsetof(struct listing, member)
#define AT_BAND(band) (offsetof(struct listing, band_capacity) + (band) * sizeof(uint16_t))

static const struct choice action_choices[] = {
	{ "verifier", "Relire avant d’envoyer à la Caf" },
	{ "brouillon", "Enregistrer le brouillon" },
	{ NULL, NULL },
};
static const struct choice appointment[] = { { "oui", "Sur rendez-vous" }, { NULL, NULL } };

/* clang-format off */
#define SLOT(H, code, day, number, suffix) \
	H(#code "_ouverture" suffix, day ", ouverture" number) \
	H(#code "_fermeture" suffix, day ", fermeture" number)
#define DAY(H, code, day) \
	SLOT(H, code, day, "", "") \
	SLOT(H, code, day, " (2e horaire)", "2") \
	SLOT(H, code, day, " (3e horaire)", "3") \
	SLOT(H, code, day, " (4e horaire)", "4")

/* T: text fields, N: numbers, C: choices and sets; H: the hours, [weekday][slot][end] as HOURS_AT counts. */
#define LISTING_ROWS(T, N, C, H) \
	/* name               label                                             kind         max    binding        member              types */ \
	T("telephone",        "Téléphone",                                      FIELD_PHONE, 40,    BIND_PHONE,    AT(phone),          EVERY, "tel") \
	T("phone2",           "Second téléphone",                               FIELD_PHONE, 40,    BIND_PHONE,    AT(phone2),         EVERY, "tel") \
	T("courriel",         "Courriel",                                       FIELD_MAIL,  254,   BIND_TEXT,     AT(mail),           EVERY, "email") \
	T("site",             "Site internet",                                  FIELD_URL,   500,   BIND_TEXT,     AT(website),        EVERY, "url") \
	DAY(H, lu, "Lundi") DAY(H, ma, "Mardi") DAY(H, me, "Mercredi") DAY(H, je, "Jeudi") DAY(H, ve, "Vendredi") \
	DAY(H, sa, "Samedi") DAY(H, di, "Dimanche") \
	C("fermeture",        "Périodes de fermeture",                          FIELD_SET,    closure_choices,        BIND_SET,  AT(closures),       EVERY) \
	T("hours_note",       "Précisions sur les horaires",                    FIELD_LINES, 500,   BIND_TEXT,     AT(hours_note),     EVERY, NULL) \
	C("by_appointment",   "Accueil sur rendez-vous",                        FIELD_SET,    appointment,            BIND_TICK, AT(by_appointment), EVERY) \
	N("age_min",          "Âge minimal",                                    999,           BIND_AGE,      AT(age_min),        EVERY) \
	C("age_min_unit",     "Unité de l’âge minimal",                         FIELD_CHOICE, age_unit_choices,       BIND_UNIT, AT(age_min_unit),   EVERY) \
	N("age_max",          "Âge maximal",                                    999,           BIND_AGE,      AT(age_max),        EVERY) \
	C("age_max_unit",     "Unité de l’âge maximal",                         FIELD_CHOICE, age_unit_choices,       BIND_UNIT, AT(age_max_unit),   EVERY) \
	N("capacity_lt12m",   "Places pour les moins de 1 an",                  999,           BIND_PLACES,   AT_BAND(BAND_LT12M),  EAJE) \
	N("capacity_m12_23",  "Places de 1 à 2 ans",                            999,           BIND_PLACES,   AT_BAND(BAND_M12_23), EAJE) \
	N("capacity_m24_35",  "Places de 2 à 3 ans",                            999,           BIND_PLACES,   AT_BAND(BAND_M24_35), EAJE) \
	N("capacity_ge36m",   "Places pour les 3 ans et plus",                  999,           BIND_PLACES,   AT_BAND(BAND_GE36M),  EAJE) \
	N("capacity_under6",  "Places déclarées pour les moins de 6 ans",       9999,          BIND_NUMBER,   AT(capacity_under6), ALSH) \
	N("capacity_over6",   "Places déclarées pour les 6 ans et plus",        9999,          BIND_NUMBER,   AT(capacity_over6), ALSH) \
	T("declaration_number", "Numéro de déclaration (SDJES)",                FIELD_TEXT,  40,    BIND_TEXT,     AT(declaration_number), ALSH, NULL) \
	C("meals_provided",   "Repas fournis",                                  FIELD_CHOICE, tri_choices,            BIND_TEXT, AT(meals),          EAJE | ALSH) \
	C("diapers_provided", "Couches fournies",                               FIELD_CHOICE, tri_choices,            BIND_TEXT, AT(diapers),        EAJE) \
	T("projet",           "Projet d’accueil",                               FIELD_LINES, 5000,  BIND_SENTENCE, AT(project_text),   EVERY, NULL) \
	T("handicap",         "Accueil d’un enfant en situation de handicap",   FIELD_LINES, 2000,  BIND_SENTENCE, AT(disability_text), EVERY, NULL) \
	C("periods",          "Périodes d’accueil",                             FIELD_SET,    period_choices,         BIND_SET,  AT(periods),        ALSH) \
	T("activities_text",  "Activités",                                      FIELD_LINES, 2000,  BIND_SENTENCE, AT(activities_text), ALSH, NULL) \
	C("funding",          "Financement",                                    FIELD_SET,    funding_choices,        BIND_SET,  AT(funding),        EAJE) \
	T("fee_text",         "Tarifs",                                         FIELD_LINES, 2000,  BIND_SENTENCE, AT(fee_text),       EVERY, NULL) \
	T("manager_text",     "Gestionnaire",                                   FIELD_LINES, 2000,  BIND_SENTENCE, AT(manager_text),   EVERY, NULL) \
	T("team_text",        "Équipe",                                         FIELD_LINES, 2000,  BIND_SENTENCE, AT(team_text),      EVERY, NULL) \
	C("admission_work",   "Conditions de travail des parents",              FIELD_SET,    admission_work_choices, BIND_SET,  AT(admission_work), EAJE) \
	C("admission_home",   "Conditions de domicile",                         FIELD_SET,    admission_home_choices, BIND_SET,  AT(admission_home), EAJE) \
	T("admission_text",   "Conditions d’admission",                         FIELD_LINES, 2000,  BIND_SENTENCE, AT(admission_text), EVERY, NULL) \
	T("registration_text", "Inscription",                                   FIELD_LINES, 2000,  BIND_SENTENCE, AT(registration_text), EVERY, NULL) \
	T("served_communes",  "Communes desservies",                            FIELD_LINES, 12000, BIND_COMMUNES, AT(served_communes), EVERY, NULL)

#define FIELD_T(n, l, k, m, bind, at, types, auto) { .name = n, .label = l, .kind = k, .max = m, .autocomplete = auto },
#define FIELD_N(n, l, big, bind, at, types)        { .name = n, .label = l, .kind = FIELD_NUMBER, .least = 0, .most = big },
#define FIELD_C(n, l, k, c, bind, at, types)       { .name = n, .label = l, .kind = k, .choices = c },
#define FIELD_H(n, l)                              { .name = n, .label = l, .kind = FIELD_HOUR, .max = 20 },

#define BINDING_T(n, l, k, m, bind, at, types, auto) { bind, at, types },
#define BINDING_N(n, l, big, bind, at, types)        { bind, at, types },
#define BINDING_C(n, l, k, c, bind, at, types)       { bind, at, types },
#define BINDING_H(n, l)                              { BIND_NONE, 0, EVERY },

static const struct field fields[] = {
	LISTING_ROWS(FIELD_T, FIELD_N, FIELD_C, FIELD_H)
	{ .name = "base", .label = "Fiche de départ", .kind = FIELD_NUMBER, .least = 0, .most = INT32_MAX },
	{ .name = "action", .label = "Action", .kind = FIELD_BUTTON, .choices = action_choices },
};

const struct binding listing_bindings[] = {
	LISTING_ROWS(BINDING_T, BINDING_N, BINDING_C, BINDING_H)
	{ BIND_NONE, 0, EVERY },
	{ BIND_NONE, 0, EVERY },
};
/* clang-format on */

const struct form listing_form = { fields, LENGTH(fields) };

static unsigned type_bit(const char *type)
{
	if (type_has_places(type))
		return EAJE;
	return strcmp(type, "alsh") == 0 ? ALSH : OTHER;
}

bool listing_field_applies(const struct field *f, const struct establishment *e)
{
	const struct field *own = form_field(&listing_form, f->name);

	return own && (listing_bindings[own - fields].types & type_bit(e->type));
}
