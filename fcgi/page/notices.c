/* What a redirection says at the top of the next page: ?fait=code. */
#include "fcgi/page/page.h"

#include <string.h>

static const struct choice notices[] = {
	{ "etape", "Étape enregistrée." },
	{ "ligne-ajoutee", "Établissement ajouté à votre demande." },
	{ "personne-ajoutee", "Personne enregistrée. Vous pouvez en ajouter une autre." },
	{ "personne-retiree", "Personne retirée de la liste." },
	{ "signalement-envoye", "Merci, la Caf va vérifier." },
	{ "signalement-clos", "Signalement clos." },
	{ "signalement-repondu", "Signalement clos. Votre réponse part par courriel." },
	{ "saisie-effacee", "Votre saisie est effacée." },
	{ "fiche-envoyee", "Modification envoyée. La Caf l’examine avant de la mettre en ligne." },
	{ "envoi-retire", "Envoi retiré. Votre texte est gardé comme brouillon." },
	{ "brouillon", "Brouillon enregistré. Rien n’a été envoyé à la Caf." },
	{ "brouillon-efface", "Brouillon effacé." },
	{ "places-publiees", "Places publiées. Les familles les voient maintenant." },
	{ "places-publiees-tard",
	  "Places publiées. Les familles les voient maintenant. La date de début est proche ou passée : la prochaine fois, prévenez-les "
	  "au moins trois jours avant." },
	{ "places-publiees-sans-fiche",
	  "Places publiées. Les familles les verront quand la fiche sera de nouveau en ligne." },
	{ "places-confirmees", "Places confirmées. Les familles voient la date du jour." },
	{ "places-confirmees-sans-fiche",
	  "Places confirmées. Les familles les verront quand la fiche sera de nouveau en ligne." },
	{ "places-retirees", "Places retirées. Les familles lisent « Places non communiquées »." },
	{ "fiche-retiree", "Fiche retirée du public." },
	{ "fiche-remise", "Fiche remise en ligne." },
	{ "acceptee", "Modification acceptée. Elle est en ligne." },
	{ "refusee", "Modification refusée. Son auteur reçoit vos explications par courriel." },
	{ "accuse-renvoye", "L’accusé de réception part à nouveau par courriel." },
	{ "demande-verifiee", "Demande vérifiée. La convention est prête à imprimer." },
	{ "demande-refusee", "Demande refusée. L’organisme reçoit vos explications par courriel." },
	{ "demande-retiree", "Demande retirée. L’organisme en reçoit la confirmation par courriel." },
	{ "motif-renvoye", "Le courriel part de nouveau." },
	{ "convention-preparee", "Convention préparée à nouveau. Imprimez cette version." },
	{ "envoi-enregistre", "Envoi enregistré. La demande attend le retour signé." },
	{ "pli-incomplet", "Ce qui manque est noté dans l’historique." },
	{ "convention-enregistree", "Convention enregistrée. Vous pouvez activer l’habilitation." },
	{ "etablissement-ajoute", "Établissement ajouté : il est au répertoire dans un instant." },
	{ "etablissement-choisi", "Établissement choisi pour cette ligne de la demande." },
	{ "habilitation-active", "Habilitation activée. Les accès s’ouvrent et les courriels partent." },
	{ "mot-de-passe-renvoye", "Un nouveau mot de passe provisoire part par courriel." },
	{ "etape-autre", "La demande n’en est plus à cette étape." },
	{ "dossier-clos", "Ce dossier n’attend plus rien de vous." },
	{ "dossier-pris", "Vous avez pris ce dossier pour 30 minutes. Vos collègues le voient." },
	{ "acces-suspendu", "Accès suspendu. Les sessions de cette personne sont fermées." },
	{ "acces-rouvert", "Accès rouvert. La personne est prévenue par courriel." },
	{ "mission-terminee", "Fin de mission enregistrée. Accès fermé ; ses sessions sont coupées." },
	{ "adresse-corrigee", "Adresse corrigée. Un courriel part à l’ancienne et à la nouvelle." },
	{ "mot-de-passe-demande", "Un mot de passe provisoire va partir par courriel." },
	{ "resiliation-enregistree", "Résiliation enregistrée. Le fournisseur et ses agents sont prévenus." },
	{ "resiliation-annulee", "Résiliation annulée. Le fournisseur et ses agents sont prévenus." },
	{ "avenant-enregistre", "Avenant enregistré. Les droits sont en train d’être ouverts." },
	{ "avenant-enregistre-suspendue",
	  "Avenant enregistré. L’accès de cette personne est suspendu : ses droits s’ouvriront quand il sera rouvert." },
	{ "retrait-enregistre", "Retrait enregistré. Les droits sont retirés." },
	{ "mot-de-passe", "Mot de passe enregistré. Un courriel vous le confirme." },
	{ "rappels", "Rythme des rappels enregistré." },
	{ "fin-de-mission", "Fin de mission signalée. L’accès est suspendu, et la Caf est prévenue." },
	{ "deconnexion", "Votre session est fermée." },
	{ "mot-de-passe-choisi", "Un mot de passe personnel vient d’être choisi pour ce compte. Connectez-vous avec lui." },
	{ "session-finie", "Votre session a expiré. Connectez-vous de nouveau." },
	{ "session-expiree", "Votre session a expiré. Connectez-vous : vous retrouverez ce que vous aviez écrit." },
	{ "rien-enregistre", "Votre session était fermée : rien n’a été enregistré. Connectez-vous de nouveau." },
	{ NULL, NULL },
};

static void kept_note(struct request *rq, struct html *h)
{
	html(h, "<div class=\"note\"><p>Voici ce que vous aviez écrit avant la fin de votre session. Rien n’a encore été enregistré.</p>\n");
	for (size_t i = 0; i < rq->kept_elsewhere.n; i++)
		html(h, "<p><a href=\"{}\">Un autre texte est gardé</a> : ouvrez sa page pour le retrouver.</p>\n",
		     rq->kept_elsewhere.v[i]);
	html(h, "</div>\n");
}

void notice(struct request *rq, struct html *h)
{
	const char *code = input_get(&rq->in, "fait");

	if (rq->kept)
		kept_note(rq, h);
	if (rq->http->method != METHOD_GET || rq->kept || !choice_has(notices, code))
		return;
	html(h, "<div class=\"note note-ok\" role=\"status\"><p>{f}</p></div>\n", choice_label(notices, code));
}

enum err done(struct request *rq, const char *path, const char *code)
{
	http_see_other(rq->re, link_with(rq->arena, path, "fait", code, NULL));
	return ERR_OK;
}
