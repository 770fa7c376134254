/* Audit events: code, French label, class (connections are kept 12 months, acts 3 years). One row each; the labels, the
   filter of the auditors' pages and the retention come from here. */
#ifndef STORE_EVENTS_H
#define STORE_EVENTS_H

enum event_class { EVENT_CONNECTION, EVENT_ACT };

/* clang-format off */
#define AUDIT_EVENTS(X) \
	/* name               code                   French label                        class */ \
	X(LOGIN,              "login",               "Connexion",                        EVENT_CONNECTION) \
	X(LOGOUT,             "logout",              "Déconnexion",                      EVENT_CONNECTION) \
	X(PASSWORD_CHANGE,    "password_change",     "Mot de passe",                     EVENT_CONNECTION) \
	X(SESSION_END,        "session_end",         "Session fermée",                   EVENT_CONNECTION) \
	X(REFUSAL,            "refusal",             "Accès refusé",                     EVENT_CONNECTION) \
	X(LOG_QUERY,          "log_query",           "Journal consulté",                 EVENT_CONNECTION) \
	X(LOG_EXPORT,         "log_export",          "Journal exporté",                  EVENT_CONNECTION) \
	X(REVISION_SENT,      "revision_sent",       "Fiche envoyée",                    EVENT_ACT) \
	X(REVISION_WITHDRAWN, "revision_withdrawn",  "Envoi retiré",                     EVENT_ACT) \
	X(REVISION_ACCEPTED,  "revision_accepted",   "Fiche acceptée",                   EVENT_ACT) \
	X(REVISION_REFUSED,   "revision_refused",    "Fiche refusée",                    EVENT_ACT) \
	X(LISTING_WITHDRAWN,  "listing_withdrawn",   "Fiche retirée du public",          EVENT_ACT) \
	X(LISTING_RESTORED,   "listing_restored",    "Fiche remise en ligne",            EVENT_ACT) \
	X(PLACES_PUBLISHED,   "places_published",    "Places publiées",                  EVENT_ACT) \
	X(PLACES_CONFIRMED,   "places_confirmed",    "Places confirmées",                EVENT_ACT) \
	X(PLACES_WITHDRAWN,   "places_withdrawn",    "Places retirées",                  EVENT_ACT) \
	X(QUEUE_CLAIMED,      "queue_claimed",       "Dossier pris",                     EVENT_ACT) \
	X(PASSWORD_ISSUED,    "password_issued",     "Mot de passe provisoire",          EVENT_CONNECTION) \
	X(DIRECTORY_CHANGE,   "directory_change",    "Annuaire modifié",                 EVENT_ACT) \
	X(DIRECTORY_BIND,     "directory_bind",      "Connexion à l’annuaire",           EVENT_CONNECTION) \
	X(SERVICE,            "service",             "Service",                          EVENT_ACT) \
	X(CLOCK_STEP,         "clock_step",          "Recul de l’horloge",               EVENT_ACT)

enum event {
#define X(name, code, label, class) EVENT_##name,
	AUDIT_EVENTS(X)
#undef X
	EVENT__MAX
};
/* clang-format on */

#endif
