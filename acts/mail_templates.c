/* The words of all mails. */
#include "acts/mails.h"

#include <string.h>

/* clang-format off */
const struct mail_template mail_templates[] = {
	{ "acknowledgement", "Accusé de réception de votre demande {numero}",
	  "{bonjour}, la {caf} a reçu le {recu} votre demande d’habilitation pour {le organisme} ({contenu}).\n"
	  "Service chargé de votre dossier : {coordonnees}.\n"
	  "?refus Si la demande est complète et que la {caf} n’a pas répondu le {refus}, elle est considérée comme refusée. Vous "
	  "pouvez alors, pendant deux mois, {recours}.\n"
	  "?accord Si la demande est complète et que la {caf} n’a pas répondu le {accord}, elle est considérée comme acceptée. "
	  "Vous pouvez alors demander à la {caf} l’attestation prévue à l’article L. 232-3 du code des relations entre le public et "
	  "l’administration.\n"
	  "La {caf} va vous envoyer la convention par la poste. L’accès sera ouvert quand elle l’aura reçue signée. La demande ne se "
	  "modifie plus en ligne : écrivez au service en rappelant {numero}.\n"
	  "Vos données : {donnees}.\n", NULL },
	{ "temporary_password", "Votre accès à l’espace professionnel",
	  "?fournisseur {bonjour}, la {caf} vous a habilité(e) pour {le fournisseur}. Identifiant : {identifiant}. Mot de passe "
	  "provisoire : {mdp} (majuscules et minuscules comptent).\n"
	  "!fournisseur {bonjour}, un accès vous est ouvert. Identifiant : {identifiant}. Mot de passe provisoire : {mdp} "
	  "(majuscules et minuscules comptent).\n"
	  "?fournisseur Connectez-vous sur {site}/connexion avant le {expiration} : vous choisirez un mot de passe personnel d’au moins "
	  "{longueur} caractères.\n"
	  "!fournisseur Connectez-vous sur {site}/connexion avant le {expiration} : vous choisirez un mot de passe personnel, par exemple "
	  "quatre ou cinq mots sans rapport.\n"
	  "Cet accès est à vous seul(e) ; ne le prêtez pas. Les connexions sont enregistrées.\n",
	  "activation" },
	{ "password_reset", "Votre nouveau mot de passe provisoire",
	  "{bonjour}, une demande a été faite le {date} à {heure}. Identifiant : {identifiant}. Mot de passe provisoire : "
	  "{mdp} (majuscules et minuscules comptent), valable jusqu’au {expiration} sur {site}/connexion.\n"
	  "Vous devrez en choisir un autre. Votre mot de passe actuel reste valable tant que celui-ci n’a pas servi.\n"
	  "Si vous n’avez rien demandé, ne faites rien, ou {joindre}.\n",
	  "reset" },
	{ "temporary_password_again", "Votre nouveau mot de passe provisoire",
	  "{bonjour}, un nouveau mot de passe provisoire a été demandé pour votre compte le {date} à {heure}. Identifiant : "
	  "{identifiant}. Mot de passe provisoire : {mdp} (majuscules et minuscules comptent), valable jusqu’au {expiration} sur "
	  "{site}/connexion.\n"
	  "Il remplace celui que vous aviez reçu, qui ne sert plus. Vous choisirez un mot de passe personnel à la première connexion.\n"
	  "Pour toute question, {joindre}.\n",
	  "activation" },
	{ "revision_accepted", "{etablissement} : votre modification est en ligne",
	  "{bonjour}, la {caf} a accepté le {date} la modification n° {n} envoyée par {agent}. Les familles la voient ici : {url}.\n", NULL },
	{ "revision_refused", "{etablissement} : modification à corriger",
	  "{bonjour}, la {caf} n’a pas publié la modification n° {n}. Motif : {motifs}.\n"
	  "?precision À corriger : « {precision} ».\n"
	  "?date_fiche La fiche du {date_fiche} reste en ligne et votre texte est conservé : {site}/espace-pro.\n"
	  "!date_fiche Votre texte est conservé : {site}/espace-pro.\n", NULL },
	{ "listing_withdrawn", "{etablissement} : fiche retirée du public",
	  "{bonjour}, la {caf} a retiré le {date} la fiche {de etablissement} : les familles ne la voient plus.\n"
	  "?motif Motif : « {motif} ».\n"
	  "Votre texte est conservé : {site}/espace-pro. Pour toute question, {joindre}.\n", NULL },
	{ "taken_down", "{etablissement} : {le organisme} a retiré {quoi}",
	  "{bonjour}, {agent} ({organisme}) a retiré du public, le {date} à {heure}, {quoi} {de etablissement}. Vous n’avez rien à "
	  "faire : l’établissement reste au répertoire, et le fournisseur peut remettre en ligne ce qu’il a retiré.\n", NULL },
	{ "password_changed", "Votre mot de passe a été modifié",
	  "{bonjour}, le mot de passe de votre compte {identifiant} a été modifié le {date} à {heure}. Vos autres sessions ont été "
	  "fermées.\n"
	  "Si vous n’avez rien modifié, demandez un nouveau mot de passe sur {site}/mot-de-passe-oublie, puis {joindre}.\n", NULL },
	{ "agreement_ending",
	  "?convention {organisme} : la convention {numero} se renouvelle le {echeance}\n"
	  "!convention Votre convention se renouvelle le {echeance}",
	  "{bonjour}, la convention entre {le organisme} et la {caf} se renouvelle pour un an le {echeance}. Vous n’avez rien à faire "
	  "pour la garder.\n"
	  "Pour y mettre fin, envoyez une lettre recommandée avec avis de réception : la {caf} doit la recevoir le "
	  "{limite_preavis} au plus tard.\n"
	  "?convention Copie pour la {caf} : {site}/caf/conventions/{convention}.\n"
	  "!convention Vérifiez aussi la liste des personnes habilitées : {site}/espace-pro/convention.\n", NULL },
	{ "agreement_finishing",
	  "?convention {organisme} : la convention {numero} prend fin le {echeance}\n"
	  "!convention Votre convention prend fin le {echeance}",
	  "{bonjour}, la convention {numero} entre {le organisme} et la {caf} prend fin le {echeance} et ne se renouvelle pas. Les droits "
	  "de mise à jour qu’elle donne sont arrêtés ce jour-là. Ce qui a été fait avant reste acquis.\n"
	  "?convention Copie pour la {caf} : {site}/caf/conventions/{convention}.\n"
	  "!convention Pour toute question, {joindre}.\n", NULL },
	{ "agreement_ended",
	  "?convention {organisme} : la convention {numero} a pris fin\n"
	  "!convention La convention {numero} a pris fin",
	  "{bonjour}, la convention {numero} entre {le organisme} et la {caf} a pris fin le {echeance}. Les droits de mise à jour "
	  "qu’elle donnait sont arrêtés. Ce qui a été fait avant reste acquis.\n"
	  "?convention Copie pour la {caf} : {site}/caf/conventions/{convention}.\n"
	  "!convention Pour toute question, {joindre}.\n", NULL },
	{ "agreement_reopened",
	  "?convention {organisme} : la convention {numero} est de nouveau en vigueur\n"
	  "!convention La convention {numero} est de nouveau en vigueur",
	  "{bonjour}, la convention {numero} entre {le organisme} et la {caf}, dont la fin vous avait été annoncée, est de nouveau en "
	  "vigueur.\n"
	  "?convention Les droits de mise à jour arrêtés à sa fin ne reviennent pas d’eux-mêmes : vous les redonnez depuis "
	  "{site}/caf/conventions/{convention}.\n"
	  "!convention Les droits de mise à jour arrêtés à sa fin ne reviennent pas d’eux-mêmes : la {caf} les redonne. Ceux que vous "
	  "avez aujourd’hui : {site}/espace-pro.\n"
	  "!convention Pour toute question, {joindre}.\n", NULL },
	{ "places_stale", "Places à actualiser : {combien}",
	  "{bonjour}, des places libres sont à actualiser :\n"
	  "{lignes}\n"
	  "Après {jours_masque} jours, les familles ne les voient plus. Si rien n’a changé, un clic suffit : {site}/espace-pro.\n"
	  "Le rythme de ces rappels se choisit dans « Mon compte » : {site}/espace-pro/mon-compte.\n", NULL },
	{ "queue_digest", "À traiter : {combien}",
	  "{bonjour}, dans la file de la {caf} :\n"
	  "{lignes}\n"
	  "La file : {site}/caf.\n", NULL },
	{ "request_refused", "Votre demande {numero} n’est pas acceptée",
	  "{bonjour}, la {caf} n’a pas accepté la demande d’habilitation {numero} {de organisme}, reçue le {recue}.\n"
	  "Motif : « {motif} ».\n"
	  "Vous pouvez transmettre une nouvelle demande : {site}/demande-habilitation.\n"
	  "Service chargé de votre dossier : {coordonnees}.\n"
	  "?recours Pour contester cette décision, vous pouvez, pendant deux mois, {recours}.\n", NULL },
	{ "request_withdrawn", "Votre demande {numero} est retirée",
	  "{bonjour}, la {caf} a retiré la demande d’habilitation {numero} {de organisme}, reçue le {recue}, comme votre organisme l’a "
	  "demandé.\n"
	  "« {motif} »\n"
	  "Vous pouvez transmettre une nouvelle demande : {site}/demande-habilitation.\n"
	  "Si vous n’avez rien demandé, prévenez le service chargé de votre dossier : {coordonnees}.\n", NULL },
	{ "access_suspended", "Votre accès est suspendu",
	  "{bonjour}, votre accès à l’espace professionnel pour {le organisme} est suspendu depuis le {date} à {heure}.\n"
	  "?fin Dernier jour de mission : {fin}.\n"
	  "?motif Motif : « {motif} ».\n"
	  "Si c’est une erreur, {joindre}.\n", NULL },
	{ "access_reopened", "Votre accès est rouvert",
	  "{bonjour}, votre accès à l’espace professionnel pour {le organisme} est rouvert.\n"
	  "?provisoire Un mot de passe provisoire vous est envoyé par un autre courriel.\n"
	  "!provisoire Votre identifiant ({identifiant}) et votre mot de passe sont inchangés : {site}/connexion.\n"
	  "Pour toute question, {joindre}.\n", NULL },
	{ "access_closed", "Votre accès est fermé",
	  "{bonjour}, la {caf} a fermé votre accès à l’espace professionnel pour {le organisme}, le {date}.\n"
	  "?motif Motif : « {motif} ».\n"
	  "?fournisseur Ce que vous avez publié reste en ligne.\n"
	  "Pour toute question, {joindre}.\n", NULL },
	{ "departure_reported", "{organisme} : fin de mission signalée",
	  "{bonjour}, le {date} à {heure}, {par} a signalé la fin de mission de {personnes}, pour {le organisme}. Dernier jour : {fin}. "
	  "L’accès est suspendu. Confirmez la fin de mission, ou rouvrez l’accès : {site}/caf?type=depart.\n", NULL },
	{ "departure_link", "{organisme} : signaler une fin de mission",
	  "{bonjour}, le {date} à {heure}, un lien a été demandé pour signaler la fin de mission d’une ou de plusieurs personnes "
	  "habilitées pour {le organisme}. Ouvrez-le avant le {expiration} ; il sert une seule fois :\n{lien}\n"
	  "Si vous n’avez rien demandé, ne faites rien, ou {joindre}.\n",
	  "departure" },
	{ "report_answered", "{etablissement} : réponse à votre signalement",
	  "{bonjour}, vous avez signalé le {recu} une erreur sur la page {de etablissement}. La {caf} a vérifié et vous répond :\n"
	  "{reponse}\n"
	  "Pour toute question, {joindre}.\n"
	  "Votre adresse a servi à cette réponse seulement ; elle n’est pas gardée avec le signalement.\n", NULL },
	{ "mail_changed", "Votre adresse de courriel a été corrigée",
	  "{bonjour}, la {caf} a remplacé le {date} à {heure} l’adresse de courriel de votre compte {identifiant} : {nouveau} au lieu de "
	  "{ancien}. Votre identifiant est inchangé.\n"
	  "?provisoire Le mot de passe provisoire envoyé à l’ancienne adresse ne sert plus ; un autre est envoyé à la nouvelle.\n"
	  "?differe Le mot de passe provisoire envoyé à l’ancienne adresse ne sert plus ; un autre sera envoyé à la nouvelle quand votre "
	  "accès sera rouvert.\n"
	  "?garde Votre mot de passe est inchangé.\n"
	  "Si vous n’avez pas demandé ce changement, {joindre}.\n", NULL },
	{ "identifier_changed", "Votre identifiant a été modifié",
	  "{bonjour}, l’identifiant de votre compte a été remplacé le {date} à {heure} : {nouveau} au lieu de {ancien}, qui ne sert plus. "
	  "Votre mot de passe est inchangé : {site}/connexion.\n"
	  "Si vous n’avez pas demandé ce changement, {joindre}.\n", NULL },
	{ "manager_changed", "Changement de gestionnaire : {combien}",
	  "{bonjour}, la {caf} a enregistré le {date} que {le organisme} ne gère plus :\n"
	  "{lignes}\n"
	  "Les personnes habilitées pour {le organisme} ne peuvent plus en modifier la fiche ni les places libres. Si c’est une erreur, "
	  "{joindre}.\n", NULL },
	{ "agreement_terminated", "La convention {numero} prend fin le {fin}",
	  "{bonjour}, la {caf} a enregistré la résiliation de la convention {numero} avec {le organisme}, demandée par {par} par lettre "
	  "recommandée {reference}. La convention prend fin le {fin} : les droits de mise à jour qu’elle donne sont arrêtés ce jour-là. "
	  "Ce qui a été fait avant reste acquis.\n"
	  "Pour toute question, {joindre}.\n", NULL },
	{ "agreement_stopped", "La convention {numero} a pris fin le {fin}",
	  "{bonjour}, la {caf} a enregistré la résiliation de la convention {numero} avec {le organisme}, demandée par {par} par lettre "
	  "recommandée {reference} et reçue avant la limite du préavis. La convention a pris fin le {fin} : les droits de mise à jour "
	  "qu’elle donnait sont arrêtés. Ce qui a été fait avant reste acquis.\n"
	  "Pour toute question, {joindre}.\n", NULL },
	{ "agreement_kept", "La convention {numero} n’est plus résiliée",
	  "{bonjour}, la {caf} a annulé le {date} la résiliation de la convention {numero} avec {le organisme}. La convention se renouvelle "
	  "le {fin}, et les droits de mise à jour continuent.\n"
	  "Pour toute question, {joindre}.\n", NULL },
};
/* clang-format on */
const size_t mail_templates_n = LENGTH(mail_templates);

const struct mail_template *mail_template_find(const char *code)
{
	for (size_t i = 0; i < mail_templates_n; i++)
		if (strcmp(mail_templates[i].code, code) == 0)
			return &mail_templates[i];
	return NULL;
}
