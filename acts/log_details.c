/* A record's details, kept as name=value in codes, said in French. */
#include "acts/log.h"

#include "acts/amendment.h"
#include "acts/codes.h"
#include "acts/listing.h"
#include "acts/reminders.h"
#include "acts/request.h"
#include "base/text.h"

#include <string.h>

enum saying {
	SAY_WORDS, /* codes and days, joined by commas */
	SAY_AS_IS, /* somebody's words, or the directory's */
	SAY_NAME,  /* the label says it all */
	SAY_EVENT,
	SAY_RIGHT, /* "VDA-4821 921000042 3" */
	SAY_SHORT, /* the beginning of a long reference */
	SAY_CHOICE,
};

struct detail {
	const char *name;
	const char *label;
	enum saying saying;
	const struct choice *choices; /* SAY_CHOICE */
};

static const struct choice hows[] = { { "made", "créé" }, { "found", "déjà au répertoire" }, { NULL, NULL } };
static const struct choice parties[] = { { "fournisseur", "le fournisseur" }, { "caf", "la Caf" }, { NULL, NULL } };
static const struct choice results[] = { { "reussi", "réussi" }, { "echec", "échec" }, { NULL, NULL } };
static const struct choice yes_no[] = { { "yes", "oui" }, { "no", "non" }, { NULL, NULL } };
static const struct choice operations[] = { { "add", "ajout" },
					    { "modify", "modification" },
					    { "delete", "suppression" },
					    { "modrdn", "renommage" },
					    { NULL, NULL } };
/* What the directory's log tells is shown as it stands. */
static const struct choice changes[] = { { "(not text)", "valeur binaire" }, { NULL, NULL } };
static const struct choice purposes[] = { { "activation", "activation" }, { "reset", "oubli" }, { NULL, NULL } };

/* clang-format off */
static const struct detail details[] = {
	/* a listing, a grid */
	{ "n",               "n°",                               SAY_WORDS,  NULL },
	{ "base",            "écrite sur la fiche n°",           SAY_WORDS,  NULL },
	{ "supersedes",      "remplace le n°",                   SAY_WORDS,  NULL },
	{ "sections",        "rubriques :",                      SAY_WORDS,  NULL },
	{ "author",          "auteur :",                         SAY_AS_IS,  NULL },
	{ "reasons",         "motif :",                          SAY_WORDS,  NULL },
	{ "reason",          "cause :",                          SAY_WORDS,  NULL },
	{ "because",         "cause :",                          SAY_WORDS,  NULL },
	{ "rhythm",          "rythme :",                         SAY_WORDS,  NULL },
	{ "state",           "",                                 SAY_WORDS,  NULL },
	{ "from",            "à partir du",                      SAY_WORDS,  NULL },
	{ "free_halves",     "demi-journées avec une place :",   SAY_WORDS,  NULL },
	{ "report",          "signalement",                      SAY_SHORT,  NULL },
	/* a request, an agreement */
	{ "request",         "demande",                          SAY_AS_IS,  NULL },
	{ "siret",           "SIRET",                            SAY_AS_IS,  NULL },
	{ "establishments",  "établissements :",                 SAY_AS_IS,  NULL },
	{ "places",          "dont pour les places libres :",    SAY_AS_IS,  NULL },
	{ "people",          "personnes :",                      SAY_AS_IS,  NULL },
	{ "stage",           "étape :",                          SAY_CHOICE, request_state_choices },
	{ "note",            "",                                 SAY_CHOICE, request_event_choices },
	{ "how",             "établissement",                    SAY_CHOICE, hows },
	{ "agreement",       "convention",                       SAY_AS_IS,  NULL },
	{ "entry",           "entrée de l’annuaire :",           SAY_SHORT,  NULL },
	{ "hash",            "empreinte du document :",          SAY_AS_IS,  NULL },
	{ "posted",          "postée le",                        SAY_WORDS,  NULL },
	{ "waits",           "non revenue, postée le",           SAY_WORDS,  NULL },
	{ "signed_provider", "signée par le fournisseur le",     SAY_WORDS,  NULL },
	{ "signed_caf",      "signée par la Caf le",             SAY_WORDS,  NULL },
	{ "effect",          "prise d’effet le",                 SAY_WORDS,  NULL },
	{ "due",             "échéance le",                      SAY_WORDS,  NULL },
	{ "end",             "fin le",                           SAY_WORDS,  NULL },
	{ "cancelled",       "résiliation annulée",              SAY_NAME,   NULL },
	{ "by",              "décidée par",                      SAY_CHOICE, parties },
	{ "reference",       "référence :",                      SAY_AS_IS,  NULL },
	{ "kind",            "nature :",                         SAY_CHOICE, amendment_natures },
	{ "right",           "droit :",                          SAY_RIGHT,  NULL },
	{ "right_given",     "droit donné :",                    SAY_RIGHT,  NULL },
	{ "right_taken",     "droit retiré :",                   SAY_RIGHT,  NULL },
	{ "establishment",   "établissement",                    SAY_AS_IS,  NULL },
	/* people */
	{ "person",          "personne :",                       SAY_AS_IS,  NULL },
	{ "agent",           "personne :",                       SAY_AS_IS,  NULL },
	{ "old",             "ancienne adresse :",               SAY_AS_IS,  NULL },
	{ "new",             "nouvelle adresse :",               SAY_AS_IS,  NULL },
	{ "departure",       "fin de mission signalée : réglée", SAY_NAME,   NULL },
	{ "sessions",        "sessions ouvertes :",              SAY_WORDS,  NULL },
	{ "unwritten",       "refus comptés sans être inscrits :", SAY_WORDS, NULL },
	{ "unwritten_others", "refus d’autres comptés sans être inscrits :", SAY_WORDS, NULL },
	{ "sessions_ended",  "autres sessions fermées :",        SAY_WORDS,  NULL },
	{ "first",           "première connexion",               SAY_NAME,   NULL },
	{ "must_change",     "mot de passe à changer",           SAY_NAME,   NULL },
	{ "identifier",      "empreinte de l’identifiant :",     SAY_AS_IS,  NULL },
	{ "purpose",         "usage :",                          SAY_CHOICE, purposes },
	{ "until",           "jusqu’au",                         SAY_WORDS,  NULL },
	/* the directory, the register */
	{ "at",              "fait le",                          SAY_WORDS,  NULL },
	{ "operation",       "opération :",                      SAY_CHOICE, operations },
	{ "change",          "changement :",                     SAY_CHOICE, changes },
	{ "before",          "avant :",                          SAY_CHOICE, changes },
	{ "name",            "nouveau nom :",                    SAY_CHOICE, changes },
	{ "fournisseurs.csv",   "fournisseurs.csv, lignes :",     SAY_AS_IS, NULL },
	{ "etablissements.csv", "etablissements.csv, lignes :",   SAY_AS_IS, NULL },
	{ "conventions.csv",    "conventions.csv, lignes :",      SAY_AS_IS, NULL },
	{ "personnes.csv",      "personnes.csv, lignes :",        SAY_AS_IS, NULL },
	{ "droits.csv",         "droits.csv, lignes :",           SAY_AS_IS, NULL },
	{ "changes",         "changements :",                    SAY_AS_IS,  NULL },
	{ "imported",        "import de fichiers",               SAY_NAME,   NULL },
	{ "covers",          "établissements ajoutés :",         SAY_AS_IS,  NULL },
	{ "leaves",          "établissements retirés :",         SAY_AS_IS,  NULL },
	{ "job",             "travail illisible, mis de côté :", SAY_AS_IS,  NULL },
	{ "passwords",       "mots de passe envoyés :",          SAY_CHOICE, yes_no },
	/* the log: its criteria as typed on the pages and to habilisctl */
	{ "records",         "lignes :",                         SAY_WORDS,  NULL },
	{ "seals",           "scellés :",                        SAY_WORDS,  NULL },
	{ "line",            "à la ligne",                       SAY_WORDS,  NULL },
	{ "purged",          "lignes effacées :",                SAY_WORDS,  NULL },
	{ "to",              "ramenée au",                       SAY_WORDS,  NULL },
	{ "du",              "du",                               SAY_WORDS,  NULL },
	{ "au",              "au",                               SAY_WORDS,  NULL },
	{ "fournisseur",     "fournisseur :",                    SAY_AS_IS,  NULL },
	{ "provider",        "fournisseur :",                    SAY_AS_IS,  NULL },
	{ "evenement",       "événement :",                      SAY_EVENT,  NULL },
	{ "event",           "événement :",                      SAY_EVENT,  NULL },
	{ "resultat",        "résultat :",                       SAY_CHOICE, results },
	{ "failed",          "échecs seulement",                 SAY_NAME,   NULL },
	{ "done",            "réussites seulement",              SAY_NAME,   NULL },
	{ "ip",              "adresse IP :",                     SAY_AS_IS,  NULL },
	{ "address",         "adresse IP :",                     SAY_AS_IS,  NULL },
	{ "caf",             "Caf",                              SAY_AS_IS,  NULL },
	{ "limit",           "lignes au plus :",                 SAY_AS_IS,  NULL },
	{ "json",            "en JSON",                          SAY_NAME,   NULL },
	{ "page",            "avant la ligne",                   SAY_AS_IS,  NULL },
	{ "lignes",          "lignes :",                         SAY_WORDS,  NULL },
	{ "journal",         "journal :",                        SAY_AS_IS,  NULL },
	{ "exported",        "lignes exportées :",               SAY_WORDS,  NULL },
};

static const struct choice words[] = {
	{ "open",               "places libres" },
	{ "full",               "complet" },
	{ "answered",           "clos, réponse envoyée" },
	{ "unanswered",         "clos, sans réponse" },
	{ "begun",              "commencé" },
	{ "whole",              "intact" },
	{ "broken",             "rupture" },
	{ "report_purged",      "effacé après un an" },
	{ "agreement_ended",    "fin de la convention" },
	{ "establishment_gone", "fin de l’établissement" },
	{ "manager_changed",    "changement de gestionnaire" },
	{ NULL, NULL },
};
/* clang-format on */

static const char *word(struct arena *a, const char *code)
{
	day_t day;
	int64_t at;

	for (enum section s = 0; s < SECTION__MAX; s++)
		if (strcmp(section_codes[s], code) == 0)
			return section_labels[s];
	if (choice_has(words, code))
		return choice_label(words, code);
	if (choice_has(reminder_choices, code))
		return text_lower_first(a, choice_label(reminder_choices, code));
	if (choice_has(reason_choices, code))
		return choice_label(reason_choices, code);
	if (choice_has(cause_choices, code))
		return text_lower_first(a, choice_label(cause_choices, code));
	if (!time_parse_iso(code, &at))
		return time_fr(a, at);
	return strlen(code) == 10 && code[4] == '-' && !day_parse(code, &day) ? day_slashes(a, day) : code;
}

static const char *words_of(struct arena *a, const char *codes)
{
	struct buf out = buf_new(a);

	for (const char *p = codes; *p;) {
		size_t length = strcspn(p, ",");

		buf_printf(&out, "%s%s", out.n ? ", " : "", word(a, arena_memdup(a, p, length)));
		p += length + (p[length] == ',');
	}
	return buf_str(&out);
}

static const char *right(struct arena *a, const char *value)
{
	const char *last = strrchr(value, ' ');
	int64_t families;

	if (!last || text_to_int(last + 1, 1, FAMILY_LISTING | FAMILY_PLACES, &families))
		return value;
	return arena_printf(a, "%.*s, %s", (int)(last - value), value, families_text((unsigned)families));
}

static const char *said(struct arena *a, const struct detail *d, const char *value)
{
	switch (d->saying) {
	case SAY_WORDS:
		return words_of(a, value);
	case SAY_NAME:
		return "";
	case SAY_EVENT:
		return event_label(value);
	case SAY_RIGHT:
		return right(a, value);
	case SAY_SHORT:
		return text_cut(a, value, 8);
	case SAY_CHOICE:
		return choice_has(d->choices, value) ? text_lower_first(a, choice_label(d->choices, value)) : value;
	default:
		return value;
	}
}

const char *detail_text(struct arena *a, const char *detail)
{
	const char *equal = strchr(detail, '=');
	size_t length = equal ? (size_t)(equal - detail) : 0;

	for (size_t i = 0; i < LENGTH(details) && equal; i++) {
		const struct detail *d = &details[i];

		if (strlen(d->name) != length || strncmp(d->name, detail, length) != 0)
			continue;
		const char *value = said(a, d, equal + 1);

		return arena_printf(a, "%s%s%s", d->label, *d->label && *value ? " " : "", value);
	}
	return detail;
}
