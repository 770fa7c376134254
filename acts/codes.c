#include "acts/codes.h"

#include <string.h>

/* clang-format off */
const struct choice type_choices[] = {
	{ "eaje",                "Établissement d’accueil du jeune enfant" },
	{ "alsh",                "Accueil de loisirs" },
	{ "rpe",                 "Relais petite enfance" },
	{ "laep",                "Lieu d’accueil enfants-parents" },
	{ "ludotheque",          "Ludothèque" },
	{ "clas",                "Accompagnement à la scolarité" },
	{ "mediation_familiale", "Médiation familiale" },
	{ "espace_rencontre",    "Espace de rencontre" },
	{ "centre_social",       "Centre social" },
	{ "evs",                 "Espace de vie sociale" },
	{ "reaap",               "Réseau d’écoute, d’appui et d’accompagnement des parents" },
	{ "point_info_famille",  "Point info famille" },
	{ "aide_domicile",       "Aide à domicile des familles" },
	{ NULL, NULL },
};

const struct choice category_choices[] = {
	{ "creche_collective", "Crèche collective" },
	{ "jardin_enfants",    "Jardin d’enfants" },
	{ "creche_familiale",  "Crèche familiale" },
	{ "multi_accueil",     "Multi-accueil" },
	{ NULL, NULL },
};

const struct choice closure_choices[] = {
	{ "juillet", "Juillet" },
	{ "aout",    "Août" },
	{ "noel",    "Noël – Nouvel An" },
	{ "jamais",  "Aucune fermeture" },
	{ NULL, NULL },
};

const struct choice age_unit_choices[] = {
	{ "",      "Choisissez" },
	{ "week",  "semaines" },
	{ "month", "mois" },
	{ "year",  "ans" },
	{ NULL, NULL },
};

const struct choice tri_choices[] = {
	{ "",    "Non précisé" },
	{ "yes", "Oui" },
	{ "no",  "Non" },
	{ NULL, NULL },
};

const struct choice yes_choices[] = {
	{ "oui", "Oui" },
	{ NULL, NULL },
};

const struct choice funding_choices[] = {
	{ "psu",            "Prestation de service unique (Caf ou MSA)" },
	{ "paje",           "Prestation d’accueil du jeune enfant (Caf ou MSA)" },
	{ "company",        "Entreprise" },
	{ "intercommunal",  "Intercommunalité" },
	{ "department",     "Conseil départemental" },
	{ "other",          "Autre" },
	{ NULL, NULL },
};

const struct choice admission_work_choices[] = {
	{ "none",        "Aucune condition de travail" },
	{ "one_parent",  "Un parent au moins travaille" },
	{ "two_parents", "Les deux parents travaillent" },
	{ "seeking",     "Parent en recherche d’emploi ou en formation" },
	{ "employees",   "Salariés des entreprises partenaires" },
	{ NULL, NULL },
};

const struct choice admission_home_choices[] = {
	{ "none",           "Aucune condition de domicile" },
	{ "commune",        "Habiter la commune" },
	{ "intercommunal",  "Habiter l’intercommunalité" },
	{ "department",     "Habiter le département" },
	{ "workplace",      "Travailler dans la commune" },
	{ NULL, NULL },
};

const struct choice period_choices[] = {
	{ "before_school",  "Avant l’école" },
	{ "lunch",          "Pause de midi" },
	{ "after_school",   "Après l’école" },
	{ "wednesday",      "Mercredi" },
	{ "saturday",       "Samedi" },
	{ "short_holidays", "Petites vacances" },
	{ "summer",         "Été" },
	{ NULL, NULL },
};

/* Convention, article 2: the five of the reviewer's page first. */
const struct choice reason_choices[] = {
	{ "publicite",    "Publicité, même déguisée" },
	{ "inexact",      "Information fausse ou non vérifiable" },
	{ "atteinte",     "Propos injurieux ou atteinte à une personne" },
	{ "opinion",      "Message politique, syndical, religieux ou philosophique" },
	{ "incomplet",    "Rubrique incomplète ou illisible" },
	{ "raciste",      "Propos racistes, xénophobes ou révisionnistes" },
	{ "reputation",   "Atteinte à l’honneur ou à la réputation" },
	{ "droits_tiers", "Atteinte aux droits d’autrui ou à la loi" },
	{ "malveillant",  "Contenu malveillant ou chaîne de messages" },
	{ "hors_interet", "Sans intérêt pour les familles" },
	{ "autre",        "Autre motif" },
	{ NULL, NULL },
};

const struct choice cause_choices[] = {
	{ "wrong_password",    "Mot de passe erroné" },
	{ "unknown_account",   "Identifiant inconnu" },
	{ "suspended",         "Compte suspendu" },
	{ "ended",             "Compte fermé" },
	{ "never_activated",   "Compte jamais activé" },
	{ "delayed",           "Tentatives trop rapprochées" },
	{ "temporary_expired", "Mot de passe provisoire expiré" },
	{ "temporary_used",    "Mot de passe provisoire déjà utilisé" },
	{ "weak",              "Mot de passe trop faible" },
	{ "session_ended",     "Session terminée" },
	{ "idle",              "Inactivité" },
	{ "absolute",          "Durée maximale atteinte" },
	{ "replaced",          "Mot de passe changé" },
	{ "not_own",           "Établissement non confié" },
	{ "other_caf",         "Dossier d’une autre Caf" },
	{ "role",              "Rôle insuffisant" },
	{ "right_removed",     "Habilitation retirée" },
	{ "must_change",       "Mot de passe à changer d’abord" },
	{ "csrf",              "Formulaire sans jeton valable" },
	{ "origin",            "Formulaire d’un autre site" },
	{ "limit",             "Trop d’envois" },
	{ "account_limit",     "Trop de demandes pour ce compte" },
	{ "address_limit",     "Trop de demandes de cette adresse" },
	{ "no_address",        "Aucune adresse de courriel" },
	{ "unavailable",       "Annuaire indisponible" },
	{ NULL, NULL },
};
/* clang-format on */

const char *const band_labels[BAND__MAX] = {
	[BAND_LT12M] = "Moins de 1 an",
	[BAND_M12_23] = "De 1 à 2 ans",
	[BAND_M24_35] = "De 2 à 3 ans",
	[BAND_GE36M] = "3 ans et plus",
};

const char *const band_labels_inside[BAND__MAX] = {
	[BAND_LT12M] = "moins de 1 an",
	[BAND_M12_23] = "de 1 à 2 ans",
	[BAND_M24_35] = "de 2 à 3 ans",
	[BAND_GE36M] = "3 ans et plus",
};

const char *const band_codes[BAND__MAX] = {
	[BAND_LT12M] = "lt12m",
	[BAND_M12_23] = "m12_23",
	[BAND_M24_35] = "m24_35",
	[BAND_GE36M] = "ge36m",
};

const char *const weekday_codes[7] = { "lu", "ma", "me", "je", "ve", "sa", "di" };
const char *const weekday_labels[7] = { "Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche" };
const char *const weekday_inside[7] = { "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche" };
const char *const weekday_short[7] = { "Lun.", "Mar.", "Mer.", "Jeu.", "Ven.", "Sam.", "Dim." };
const char *const half_labels[2] = { "Matin", "Après-midi" };
const char *const half_inside[2] = { "matin", "après-midi" };

bool type_has_places(const char *type)
{
	return strcmp(type, "eaje") == 0;
}

/* CSP R. 2324-46: a collective nursery's size class follows from its capacity. */
const char *establishment_kind_label(const char *type, const char *category, uint64_t capacity)
{
	if (!type_has_places(type))
		return choice_label(type_choices, type);
	if (strcmp(category, "creche_collective") == 0 && capacity > 0 && capacity <= 12)
		return "Micro-crèche";
	return *category ? choice_label(category_choices, category) : "Crèche";
}
