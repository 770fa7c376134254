#include "acts/log.h"

#include "acts/codes.h"

#include <string.h>

/* Causes the dispatcher and the directory name, beside those of codes.c. */
static const struct choice more_causes[] = {
	{ "foreign_object", "Établissement non confié" },
	{ "foreign_file", "Dossier d’une autre Caf" },
	{ "chain_broken", "Rupture de la chaîne" },
	{ "wrong_role", "Rôle insuffisant" },
	{ "not_active", "Compte non actif" },
	{ "ldap_16", "Attribut absent de l’annuaire" },
	{ "ldap_19", "Refusé par une règle de l’annuaire" },
	{ "ldap_20", "Valeur déjà dans l’annuaire" },
	{ "ldap_21", "Valeur refusée par l’annuaire" },
	{ "ldap_32", "Entrée inconnue de l’annuaire" },
	{ "ldap_49", "Identifiants refusés par l’annuaire" },
	{ "ldap_50", "Droits insuffisants dans l’annuaire" },
	{ "ldap_53", "Opération refusée par l’annuaire" },
	{ "ldap_65", "Refusé par le schéma de l’annuaire" },
	{ "ldap_66", "Entrée non vide" },
	{ "ldap_68", "Déjà dans l’annuaire" },
	{ NULL, NULL },
};

const char *cause_label(const char *code)
{
	return choice_has(cause_choices, code) ? choice_label(cause_choices, code) : choice_label(more_causes, code);
}

struct mark {
	const char *token;
	const char *label;
};

/* clang-format off */
/* First match wins: Edge and Opera also say Chrome, Chrome also says Safari. */
static const struct mark browsers[] = {
	{ "Edg", "Edge" }, { "OPR/", "Opera" }, { "SamsungBrowser", "Samsung Internet" }, { "FxiOS", "Firefox" },
	{ "Firefox", "Firefox" }, { "HeadlessChrome", "Chrome" }, { "CriOS", "Chrome" }, { "Chrome", "Chrome" }, { "Chromium", "Chrome" },
	{ "Safari", "Safari" }, { "curl", "curl" }, { "python", "Python" }, { "habilisctl", "habilisctl" },
};
static const struct mark systems[] = {
	{ "Windows", "Windows" }, { "Android", "Android" }, { "iPhone", "iPhone" }, { "iPad", "iPad" }, { "Mac OS X", "macOS" },
	{ "CrOS", "ChromeOS" }, { "Linux", "Linux" },
};
/* clang-format on */

static const char *find(const struct mark *marks, size_t n, const char *in)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(in, marks[i].token))
			return marks[i].label;
	return NULL;
}

const char *user_agent_label(struct arena *a, const char *user_agent)
{
	const char *browser = find(browsers, LENGTH(browsers), user_agent);
	const char *system = find(systems, LENGTH(systems), user_agent);

	if (browser && system)
		return arena_printf(a, "%s, %s", browser, system);
	return browser ? browser : system ? system : *user_agent ? "Autre logiciel" : "";
}
