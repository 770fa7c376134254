#include "fcgi/page/page.h"

#include "acts/places.h"
#include "acts/report.h"
#include "acts/request_draft.h"

#define GET METHOD_GET
#define POST METHOD_POST
#define BOTH (FAMILY_LISTING | FAMILY_PLACES)
#define ESTABLISHMENT "/espace-pro/etablissements/{id}"
#define REQUEST "/demande-habilitation"
#define ANYONE (ROUTE_STALE | ROUTE_ANONYMOUS_CSRF)
#define CAF_REQUEST "/caf/demandes/{numero}"

/* clang-format off */
const struct route routes[] = {
	/* families */
	{ GET,  "/",                                  POOL_PUBLIC, 0, 0, 0, NULL, page_home },
	{ GET,  "/recherche",                         POOL_PUBLIC, 0, 0, 0, form_search, page_search },
	{ GET,  "/etablissements/{slug-id}",          POOL_PUBLIC, 0, 0, 0, NULL, page_family },
	{ GET,  "/aide",                              POOL_PUBLIC, 0, 0, 0, NULL, page_help },
	{ GET,  "/accessibilite",                     POOL_PUBLIC, 0, 0, 0, NULL, page_accessibility },
	{ GET,  "/mentions-legales",                  POOL_PUBLIC, 0, 0, 0, NULL, page_legal },
	{ GET,  "/donnees-personnelles",              POOL_PUBLIC, 0, 0, 0, NULL, page_privacy },
	{ GET,  "/plan-du-site",                      POOL_PUBLIC, 0, 0, 0, NULL, page_sitemap },
	{ GET,  "/etablissements/{id}/signaler",      POOL_PRIVATE, 0, 0, ANYONE, NULL, page_report },
	{ POST, "/etablissements/{id}/signaler",      POOL_PRIVATE, 0, 0, ANYONE, report_form, page_report_post },

	/* the request of somebody who has no account: neither slapd nor a fresh mirror is needed */
	{ GET,  REQUEST,                              POOL_PRIVATE, 0, 0, ROUTE_STALE, NULL, page_grant_about },
	{ GET,  REQUEST "/etapes",                    POOL_PRIVATE, 0, 0, ANYONE, NULL, page_request_steps },
	{ GET,  REQUEST "/etapes/organisme",          POOL_PRIVATE, 0, 0, ANYONE, NULL, page_request_provider },
	{ POST, REQUEST "/etapes/organisme",          POOL_PRIVATE, 0, 0, ANYONE, request_provider_form, page_request_provider_post },
	{ GET,  REQUEST "/etapes/caf",                POOL_PRIVATE, 0, 0, ANYONE, NULL, page_request_caf },
	{ POST, REQUEST "/etapes/caf",                POOL_PRIVATE, 0, 0, ANYONE, request_caf_form, page_request_caf_post },
	{ GET,  REQUEST "/etapes/fonctionnement",     POOL_PRIVATE, 0, 0, ANYONE, request_list_form, page_request_listing },
	{ POST, REQUEST "/etapes/fonctionnement",     POOL_PRIVATE, 0, 0, ANYONE, request_list_form, page_request_listing_post },
	{ GET,  REQUEST "/etapes/places",             POOL_PRIVATE, 0, 0, ANYONE, request_list_form, page_request_places },
	{ POST, REQUEST "/etapes/places",             POOL_PRIVATE, 0, 0, ANYONE, request_list_form, page_request_places_post },
	{ GET,  REQUEST "/etapes/personnes",          POOL_PRIVATE, 0, 0, ANYONE, request_person_form, page_request_people },
	{ POST, REQUEST "/etapes/personnes",          POOL_PRIVATE, 0, 0, ANYONE, request_person_form, page_request_people_post },
	{ GET,  REQUEST "/etapes/verification",       POOL_PRIVATE, 0, 0, ANYONE, NULL, page_request_check },
	{ POST, REQUEST "/transmettre",               POOL_PRIVATE, 0, 0, ANYONE, request_send_form, page_request_send },
	{ GET,  REQUEST "/confirmation/{numero}",     POOL_PRIVATE, 0, 0, ANYONE, form_request_sent, page_request_sent },
	{ GET,  REQUEST "/effacer",                   POOL_PRIVATE, 0, 0, ANYONE, NULL, page_request_erase },
	{ POST, REQUEST "/effacer",                   POOL_PRIVATE, 0, 0, ANYONE, NULL, page_request_erase_post },

	/* coming in and out */
	{ GET,  "/connexion",                         POOL_PRIVATE, 0, 0, ROUTE_STALE, NULL, page_login },
	{ POST, "/connexion",                         POOL_LOGIN,   0, 0, ROUTE_STALE | ROUTE_ANONYMOUS_CSRF, form_login, page_login_post },
	{ POST, "/deconnexion",                       POOL_PRIVATE, ANY_ROLE, 0, ROUTE_FIRST_LOGIN, NULL, page_logout },
	{ GET,  "/mot-de-passe-oublie",               POOL_LOGIN,   0, 0, ROUTE_STALE, NULL, page_forgotten },
	{ POST, "/mot-de-passe-oublie",               POOL_LOGIN,   0, 0, ROUTE_STALE | ROUTE_ANONYMOUS_CSRF, form_forgotten, page_forgotten_post },
	{ GET,  "/mot-de-passe-oublie/envoye",        POOL_LOGIN,   0, 0, ROUTE_STALE, NULL, page_forgotten_sent },
	{ GET,  "/mot-de-passe/premier-changement",   POOL_LOGIN,   ANY_ROLE, 0, ROUTE_FIRST_LOGIN, NULL, page_first_change },
	{ POST, "/mot-de-passe/premier-changement",   POOL_LOGIN,   ANY_ROLE, 0, ROUTE_FIRST_LOGIN, form_first_change, page_first_change_post },

	/* the provider's contact, who may have no account */
	{ GET,  "/fin-de-mission",                    POOL_PRIVATE, 0, 0, ROUTE_STALE, NULL, page_departure_ask },
	{ POST, "/fin-de-mission",                    POOL_PRIVATE, 0, 0, ROUTE_STALE | ROUTE_ANONYMOUS_CSRF, form_departure_ask, page_departure_ask_post },
	{ GET,  "/fin-de-mission/envoye",             POOL_PRIVATE, 0, 0, ROUTE_STALE, NULL, page_departure_sent },
	{ GET,  "/fin-de-mission/signalee",           POOL_PRIVATE, 0, 0, ROUTE_STALE, NULL, page_departure_done },
	{ GET,  "/fin-de-mission/{jeton}",            POOL_PRIVATE, 0, 0, ROUTE_STALE, NULL, page_departure_link },
	{ POST, "/fin-de-mission/{jeton}",            POOL_PRIVATE, 0, 0, ROUTE_STALE | ROUTE_ANONYMOUS_CSRF, form_departure_link, page_departure_link_post },

	/* the agent */
	{ GET,  "/espace-pro",                        POOL_PRIVATE, ROLE_AGENT, 0, 0, NULL, page_pro_home },
	{ GET,  "/espace-pro/convention",             POOL_PRIVATE, ROLE_AGENT, 0, 0, form_departure, page_pro_agreement },
	{ POST, "/espace-pro/convention",             POOL_PRIVATE, ROLE_AGENT, 0, 0, form_departure, page_departure_post },
	{ GET,  "/espace-pro/mon-compte",             POOL_PRIVATE, ANY_ROLE, 0, 0, NULL, page_account },
	{ POST, "/espace-pro/mon-compte",             POOL_LOGIN,   ANY_ROLE, 0, 0, form_account, page_account_post },
	{ POST, "/espace-pro/mon-compte/rappels",     POOL_PRIVATE, ROLE_AGENT, 0, 0, form_reminders, page_reminders_post },
	{ GET,  ESTABLISHMENT,                        POOL_PRIVATE, ROLE_AGENT, BOTH, ROUTE_OWN, NULL, page_pro_establishment },
	{ POST, ESTABLISHMENT,                        POOL_PRIVATE, ROLE_AGENT, BOTH, ROUTE_OWN, form_withdraw, page_listing_withdraw },
	{ GET,  ESTABLISHMENT "/fonctionnement",      POOL_PRIVATE, ROLE_AGENT, FAMILY_LISTING, ROUTE_OWN, NULL, page_listing_edit },
	{ POST, ESTABLISHMENT "/fonctionnement",      POOL_PRIVATE, ROLE_AGENT, FAMILY_LISTING, ROUTE_OWN | ROUTE_LONG, form_listing, page_listing_save },
	{ GET,  ESTABLISHMENT "/fonctionnement/verification", POOL_PRIVATE, ROLE_AGENT, FAMILY_LISTING, ROUTE_OWN, NULL, page_listing_check },
	{ POST, ESTABLISHMENT "/fonctionnement/verification", POOL_PRIVATE, ROLE_AGENT, FAMILY_LISTING, ROUTE_OWN, form_listing_send, page_listing_send },
	{ GET,  ESTABLISHMENT "/revisions",           POOL_PRIVATE, ROLE_AGENT, FAMILY_LISTING, ROUTE_OWN, NULL, page_revisions },
	{ GET,  ESTABLISHMENT "/revisions/{n}",       POOL_PRIVATE, ROLE_AGENT, FAMILY_LISTING, ROUTE_OWN, NULL, page_revision },
	{ POST, ESTABLISHMENT "/revisions/{n}",       POOL_PRIVATE, ROLE_AGENT, FAMILY_LISTING, ROUTE_OWN, form_withdraw, page_revision_withdraw },
	{ GET,  ESTABLISHMENT "/places",              POOL_PRIVATE, ROLE_AGENT, FAMILY_PLACES, ROUTE_OWN, NULL, page_places_edit },
	{ POST, ESTABLISHMENT "/places",              POOL_PRIVATE, ROLE_AGENT, FAMILY_PLACES, ROUTE_OWN, grid_form, page_places_post },
	{ GET,  ESTABLISHMENT "/places/historique",   POOL_PRIVATE, ROLE_AGENT, FAMILY_PLACES, ROUTE_OWN, form_places_history, page_places_history },

	/* the Caf */
	{ GET,  "/caf",                               POOL_PRIVATE, ROLE_CAF, 0, 0, form_queue, page_caf_queue },
	{ GET,  "/caf/revisions/{id}",                POOL_PRIVATE, ROLE_CAF_REVIEWER, 0, ROUTE_CAF_OWN, NULL, page_caf_revision },
	{ GET,  "/caf/revisions/{id}/apercu",         POOL_PRIVATE, ROLE_CAF_REVIEWER, 0, ROUTE_CAF_OWN, NULL, page_caf_preview },
	{ POST, "/caf/revisions/{id}/prendre",        POOL_PRIVATE, ROLE_CAF_REVIEWER, 0, ROUTE_CAF_OWN, NULL, page_caf_claim },
	{ POST, "/caf/revisions/{id}/decision",       POOL_PRIVATE, ROLE_CAF_REVIEWER, 0, ROUTE_CAF_OWN, form_decision, page_caf_decide },
	{ GET,  "/caf/signalements/{signalement}",    POOL_PRIVATE, ROLE_CAF_REVIEWER, 0, 0, NULL, page_caf_report },
	{ POST, "/caf/signalements/{signalement}",    POOL_PRIVATE, ROLE_CAF_REVIEWER, 0, 0, report_answer_form, page_caf_report_post },
	{ GET,  "/caf/demandes",                      POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_caf_requests, page_caf_requests },
	{ GET,  CAF_REQUEST,                              POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, NULL, page_caf_request },
	{ POST, CAF_REQUEST "/prendre",                   POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, NULL, page_caf_request_claim },
	{ POST, CAF_REQUEST "/accuse",                    POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_request_acknowledge, page_caf_request_acknowledge },
	{ POST, CAF_REQUEST "/verifier",                  POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, NULL, page_caf_request_check },
	{ POST, CAF_REQUEST "/preparer",                  POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, NULL, page_caf_request_prepare },
	{ GET,  CAF_REQUEST "/refuser",                   POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, NULL, page_caf_request_refuse },
	{ POST, CAF_REQUEST "/refuser",                   POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_request_refuse, page_caf_request_refuse_post },
	{ GET,  CAF_REQUEST "/retirer",                   POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, NULL, page_caf_request_withdraw },
	{ POST, CAF_REQUEST "/retirer",                   POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_request_withdraw, page_caf_request_withdraw_post },
	{ POST, CAF_REQUEST "/motif",                     POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_request_tell, page_caf_request_tell },
	{ POST, CAF_REQUEST "/envoi",                     POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_request_posting, page_caf_request_post },
	{ GET,  CAF_REQUEST "/pli-incomplet",             POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, NULL, page_caf_request_incomplete },
	{ POST, CAF_REQUEST "/pli-incomplet",             POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_request_incomplete, page_caf_request_incomplete_post },
	{ POST, CAF_REQUEST "/retour-signe",              POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_request_return, page_caf_request_return },
	{ GET,  CAF_REQUEST "/lignes/{n}",                POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, NULL, page_caf_request_place },
	{ POST, CAF_REQUEST "/lignes/{n}",                POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_request_place, page_caf_request_place_post },
	{ GET,  CAF_REQUEST "/convention",                POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, NULL, page_caf_request_agreement },
	{ GET,  CAF_REQUEST "/convention.pdf",            POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, NULL, page_caf_request_pdf },
	{ GET,  CAF_REQUEST "/activer",                   POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, NULL, page_caf_request_activate },
	{ POST, CAF_REQUEST "/activer",                   POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_request_activate, page_caf_request_activate_post },
	{ POST, CAF_REQUEST "/personnes/{agent}",         POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_request_resend, page_caf_request_resend },
	{ GET,  "/caf/etablissements",                POOL_PRIVATE, ROLE_CAF, 0, 0, form_caf_establishments, page_caf_establishments },
	{ GET,  "/caf/etablissements/{id}",           POOL_PRIVATE, ROLE_CAF, 0, ROUTE_CAF_OWN, NULL, page_caf_establishment },
	{ POST, "/caf/etablissements/{id}",           POOL_PRIVATE, ROLE_CAF_REVIEWER, 0, ROUTE_CAF_OWN, form_caf_establishment, page_caf_establishment_post },
	{ GET,  "/caf/conventions",                   POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_caf_agreements, page_caf_agreements },
	{ GET,  "/caf/conventions/{convention}",      POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, NULL, page_caf_agreement },
	{ GET,  "/caf/conventions/{convention}/annexe", POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_annex, page_annex },
	{ GET,  "/caf/conventions/{convention}/annexe.pdf", POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_annex, page_annex_pdf },
	{ GET,  "/caf/conventions/{convention}/avenant", POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_amendment_ask, page_amendment },
	{ POST, "/caf/conventions/{convention}/avenant", POOL_PRIVATE, ROLE_CAF_ADMIN, 0, ROUTE_LONG, form_amendment, page_amendment_post },
	{ GET,  "/caf/conventions/{convention}/resiliation", POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, NULL, page_termination },
	{ POST, "/caf/conventions/{convention}/resiliation", POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_termination, page_termination_post },
	{ POST, "/caf/conventions/{convention}/resiliation/annuler", POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_agreement_keep, page_agreement_keep },
	{ GET,  "/caf/fournisseurs",                  POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_caf_providers, page_caf_providers },
	{ GET,  "/caf/fournisseurs/{fournisseur}",    POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, NULL, page_caf_provider },
	{ GET,  "/caf/fournisseurs/{fournisseur}/agents/{agent}", POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, NULL, page_caf_agent },
	{ POST, "/caf/fournisseurs/{fournisseur}/agents/{agent}", POOL_PRIVATE, ROLE_CAF_ADMIN, 0, 0, form_caf_agent, page_caf_agent_post },

	/* the auditor */
	{ GET,  "/controle/connexions",               POOL_PRIVATE, ROLE_AUDITOR, 0, 0, form_log, page_connections },
	{ GET,  "/controle/actions",                  POOL_PRIVATE, ROLE_AUDITOR, 0, 0, form_log, page_actions },
	{ GET,  "/controle/agents/{personne}",        POOL_PRIVATE, ROLE_AUDITOR, 0, 0, NULL, page_log_person },
	{ GET,  "/controle/exports",                  POOL_PRIVATE, ROLE_AUDITOR, 0, 0, form_log, page_log_export },
	{ GET,  "/controle/integrite",                POOL_PRIVATE, ROLE_AUDITOR, 0, 0, NULL, page_integrity },
};
/* clang-format on */

const size_t routes_n = LENGTH(routes);

/* Matches one pattern; segments of {…} go to arg. An empty segment matches nothing. */
static bool matches(const char *pattern, const char *path, struct arena *a, const char *arg[ROUTE_ARGS])
{
	size_t n = 0;

	while (*pattern) {
		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		size_t length = 0;

		while (path[length] && path[length] != '/')
			length++;
		if (!length || n == ROUTE_ARGS)
			return false;
		arg[n++] = arena_memdup(a, path, length);
		path += length;
		while (*pattern++ != '}')
			;
	}
	return !*path;
}

const struct route *route_find(const char *path, unsigned method, struct arena *a, const char *arg[ROUTE_ARGS],
			       unsigned *allowed)
{
	*allowed = 0;
	for (size_t i = 0; i < routes_n; i++) {
		if (!matches(routes[i].pattern, path, a, arg))
			continue;
		if (routes[i].methods & method)
			return &routes[i];
		*allowed |= routes[i].methods;
	}
	return NULL;
}
