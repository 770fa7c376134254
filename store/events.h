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
	X(REMINDERS_CHOSEN,   "reminders_chosen",    "Rappels choisis",                  EVENT_ACT) \
	X(QUEUE_CLAIMED,      "queue_claimed",       "Dossier pris",                     EVENT_ACT) \
	X(PASSWORD_ISSUED,    "password_issued",     "Mot de passe provisoire",          EVENT_CONNECTION) \
	X(REQUEST_SENT,       "request_sent",        "Demande transmise",                EVENT_ACT) \
	X(REQUEST_CHECKED,    "request_checked",     "Demande vérifiée",                 EVENT_ACT) \
	X(REQUEST_REFUSED,    "request_refused",     "Demande refusée",                  EVENT_ACT) \
	X(REQUEST_NOTED,      "request_noted",       "Demande annotée",                  EVENT_ACT) \
	X(AGREEMENT_PREPARED, "agreement_prepared",  "Convention préparée",              EVENT_ACT) \
	X(AGREEMENT_POSTED,   "agreement_posted",    "Convention envoyée",               EVENT_ACT) \
	X(AGREEMENT_RETURNED, "agreement_returned",  "Convention signée enregistrée",    EVENT_ACT) \
	X(GRANT_ACTIVATED,    "grant_activated",     "Habilitation activée",             EVENT_ACT) \
	X(AGREEMENT_WRITTEN,  "agreement_written",   "Convention écrite dans l’annuaire", EVENT_ACT) \
	X(AGREEMENT_AMENDED,  "agreement_amended",   "Avenant ou retrait enregistré",    EVENT_ACT) \
	X(AGREEMENT_RENEWED,  "agreement_renewed",   "Convention renouvelée",            EVENT_ACT) \
	X(AGREEMENT_WARNED,   "agreement_warned",    "Échéance annoncée",                EVENT_ACT) \
	X(AGREEMENT_NOTICE,   "agreement_notice",    "Résiliation enregistrée",          EVENT_ACT) \
	X(AGREEMENT_ENDED,    "agreement_ended",     "Convention terminée",              EVENT_ACT) \
	X(AGREEMENT_REOPENED, "agreement_reopened",  "Convention rouverte",              EVENT_ACT) \
	X(DEPARTURE_REPORTED, "departure_reported",  "Fin de mission signalée",          EVENT_ACT) \
	X(DEPARTURE_LINK,     "departure_link",      "Lien de fin de mission demandé",   EVENT_CONNECTION) \
	X(REPORT_SENT,        "report_sent",         "Signalement reçu",                 EVENT_CONNECTION) \
	X(REPORT_CLOSED,      "report_closed",       "Signalement clos",                 EVENT_ACT) \
	X(AGENT_SUSPENDED,    "agent_suspended",     "Accès suspendu",                   EVENT_ACT) \
	X(AGENT_REOPENED,     "agent_reopened",      "Accès rouvert",                    EVENT_ACT) \
	X(AGENT_ENDED,        "agent_ended",         "Accès fermé",                      EVENT_ACT) \
	X(AGENT_PURGED,       "agent_purged",        "Effacement du compte",             EVENT_ACT) \
	X(AGENT_MAIL_CHANGED, "agent_mail_changed",  "Adresse corrigée",                 EVENT_ACT) \
	X(PASSWORD_ASKED,     "password_asked",      "Mot de passe demandé",             EVENT_CONNECTION) \
	X(REGISTER_CHANGED,   "register_changed",    "Répertoire modifié",               EVENT_ACT) \
	X(REGISTER_IMPORTED,  "register_imported",   "Répertoire importé",               EVENT_ACT) \
	X(TEMPLATE_SET,       "template_set",        "Modèle de convention changé",      EVENT_ACT) \
	X(DIRECTORY_CHANGE,   "directory_change",    "Annuaire modifié",                 EVENT_ACT) \
	X(DIRECTORY_BIND,     "directory_bind",      "Connexion à l’annuaire",           EVENT_CONNECTION) \
	X(LOG_VERIFIED,       "log_verified",        "Journal vérifié",                  EVENT_ACT) \
	X(SERVICE,            "service",             "Service",                          EVENT_ACT) \
	X(CLOCK_STEP,         "clock_step",          "Recul de l’horloge",               EVENT_ACT) \
	X(REQUEST_WITHDRAWN,  "request_withdrawn",   "Demande retirée",                  EVENT_ACT)

enum event {
#define X(name, code, label, class) EVENT_##name,
	AUDIT_EVENTS(X)
#undef X
	EVENT__MAX
};
/* clang-format on */

#endif
