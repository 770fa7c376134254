/* The pages behind the footer's links, and what an habilitation is. */
#include "fcgi/page/page.h"

#include <string.h>

static void open_text(struct request *rq, struct html *h, const char *title, const char *tab)
{
	rq->re->private = false;
	page_begin(rq, h, &(struct page){ .space = SPACE_PUBLIC, .title = title, .tab = tab });
	html(h, "<div class=\"narrow\">\n<h1>{f}</h1>\n", title);
}

static enum err close_text(struct request *rq, struct html *h)
{
	html(h, "</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

static void contact_line(struct request *rq, struct html *h)
{
	const char *mail = rq->app->settings->site_contact;

	if (*mail)
		html(h, "<p>Écrire au service : <a href=\"mailto:{}\">{}</a></p>\n", mail, mail);
}

enum err page_help(struct request *rq, struct html *h)
{
	open_text(rq, h, "Aide et contact", NULL);
	html(h,
	     "<h2>Vous cherchez une place</h2>\n"
	     "<p>Indiquez une commune ou un code postal, puis l’âge de l’enfant. Chaque fiche montre les places libres par "
	     "demi-journée et leur date. Pour une admission, contactez l’établissement : lui seul peut la confirmer.</p>\n"
	     "<h2>Une fiche contient une erreur</h2>\n<p>Signalez-la à l’établissement, ou à la Caf nommée en bas de la fiche.</p>\n"
	     "<h2>Vous êtes une personne habilitée</h2>\n"
	     "<p>Vous ne pouvez plus vous connecter, votre adresse a changé, une personne arrive ou s’en va : appelez le service "
	     "Partenaires de votre Caf. Ses coordonnées sont dans votre espace et dans vos courriels.</p>\n"
	     "<h3>Modifier une fiche</h3>\n<p>Ouvrez « Modifier la fiche », corrigez, relisez, puis envoyez à la Caf. "
	     "La fiche en ligne reste visible jusqu’à sa réponse.</p>\n"
	     "<h3>Mettre à jour les places</h3>\n<p>Elles paraissent tout de suite, sans vérification. Si rien n’a changé, "
	     "un clic suffit. Après {} jours sans nouvelle, les familles ne les voient plus.</p>\n",
	     html_number(h, rq->app->settings->places_hidden_days));
	if (*rq->app->settings->site_contact)
		html(h, "<h2>Nous écrire</h2>\n");
	contact_line(rq, h);
	return close_text(rq, h);
}

enum err page_accessibility(struct request *rq, struct html *h)
{
	open_text(rq, h, "Accessibilité", NULL);
	html(h,
	     "<p>Ce site s’engage à être accessible, selon l’article 47 de la loi du 11 février 2005.</p>\n"
	     "<h2>État de conformité</h2>\n<p>Accessibilité : <strong>{f}</strong>. Aucun audit du référentiel RGAA 4.1 n’a "
	     "encore été mené : le site se déclare donc ainsi, quoi qu’en disent ses propres essais.</p>\n"
	     "<h2>Ce qui est fait</h2>\n<ul>\n<li>Le site fonctionne sans JavaScript, au clavier, et sur un écran de 320 pixels.</li>\n"
	     "<li>Les erreurs de saisie sont annoncées en haut de la page et près de chaque réponse.</li>\n"
	     "<li>Les couleurs ne font que répéter ce que les mots disent.</li>\n"
	     "<li>Le plan de la recherche dit la même chose que la liste voisine.</li>\n</ul>\n",
	     rq->app->settings->site_accessibility);
	if (*rq->app->settings->site_contact)
		html(h, "<h2>Signaler une difficulté</h2>\n<p>Dites-nous la page et ce qui bloque : une réponse vous est faite.</p>\n");
	contact_line(rq, h);
	html(h, "<h2>Voie de recours</h2>\n<p>Si aucune réponse ne vous convient, vous pouvez saisir le Défenseur des droits, "
		"par son site, par téléphone ou par un de ses délégués près de chez vous.</p>\n");
	return close_text(rq, h);
}

enum err page_legal(struct request *rq, struct html *h)
{
	open_text(rq, h, "Mentions légales", NULL);
	const char *publisher = rq->app->settings->site_publisher;

	if (*publisher || *rq->app->settings->site_contact)
		html(h, "<h2>Éditeur</h2>\n");
	if (*publisher)
		html(h, "<p>{}</p>\n", publisher);
	contact_line(rq, h);
	html(h, "<h2>Responsabilité des informations</h2>\n"
		"<p>Chaque fiche est écrite par la personne morale nommée sur elle, sous convention avec sa Caf. La Caf vérifie "
		"le fonctionnement avant de le mettre en ligne. Les places libres sont publiées sans vérification.</p>\n"
		"<h2>Données géographiques</h2>\n<p>Communes : code officiel géographique (Insee), base des codes postaux (La Poste), "
		"centres des communes (IGN, Etalab), sous Licence Ouverte 2.0.</p>\n"
		"<h2>Logiciel</h2>\n<p>Ce site fonctionne avec Habilis, logiciel libre sous licence EUPL 1.2.</p>\n");
	return close_text(rq, h);
}

enum err page_privacy(struct request *rq, struct html *h)
{
	open_text(rq, h, "Données personnelles", NULL);
	html(h,
	     "<h2>Familles</h2>\n<p>La recherche ne demande ni nom ni compte. Aucun traceur, aucune mesure d’audience. "
	     "L’adresse IP figure dans le journal technique du serveur, pour sa sécurité.</p>\n"
	     "<p>Signaler une erreur sur une fiche : votre texte va à la Caf et il est effacé au bout d’un an. Votre adresse de "
	     "courriel, si vous la laissez, sert à vous répondre ; elle est effacée quand la Caf a clos le signalement, et au plus "
	     "tard 30 jours après l’envoi de sa réponse.</p>\n"
	     "<h2>Personnes habilitées et agents des Caf</h2>\n"
	     "<p>Nom, prénom, fonction, courriel professionnel et numéro d’identification servent à ouvrir l’accès, à savoir qui a "
	     "écrit quoi et à prévenir la personne. Ils viennent de la demande d’habilitation.</p>\n"
	     "<p>Les connexions sont enregistrées avec l’adresse IP et le navigateur, et gardées {} jours. Les actions (envois, "
	     "décisions, publications) sont gardées {} jours, comme preuve de ce qui a été publié. Les coordonnées d’une personne "
	     "habilitée sont effacées {} jours après la fin de sa mission ou de la convention ; le journal ne garde que son numéro.</p>\n"
	     "<p>Seuls les agents de la Caf, les auditeurs et l’exploitant y ont accès, chacun pour sa mission. La consultation du "
	     "journal est elle-même enregistrée.</p>\n"
	     "<h2>Témoins de connexion (cookies)</h2>\n<p>Un seul, indispensable : il tient votre session ou votre formulaire, et "
	     "disparaît avec elle.</p>\n<h2>Vos droits</h2>\n<p>Accès, rectification, limitation, opposition : écrivez à votre Caf"
	     "{}.</p>\n",
	     number_fr(rq->arena, rq->app->settings->audit_connections_days),
	     number_fr(rq->arena, rq->app->settings->audit_acts_days),
	     number_fr(rq->arena, rq->app->settings->people_kept_days),
	     *rq->app->settings->site_contact ? ", ou au service" : "");
	contact_line(rq, h);
	html(h, "<p>Vous pouvez aussi adresser une réclamation à la Cnil.</p>\n");
	return close_text(rq, h);
}

/* The pages anyone may open, printed from the route table. */
static const struct choice titles[] = {
	{ "/", "Trouver une place d’accueil" },
	{ "/demande-habilitation", "Demander une habilitation" },
	{ "/connexion", "Se connecter à l’espace professionnel" },
	{ "/mot-de-passe-oublie", "Mot de passe perdu ou volé" },
	{ "/fin-de-mission", "Signaler la fin de mission d’une personne habilitée" },
	{ "/aide", "Aide et contact" },
	{ "/accessibilite", "Accessibilité" },
	{ "/mentions-legales", "Mentions légales" },
	{ "/donnees-personnelles", "Données personnelles" },
	{ "/plan-du-site", "Plan du site" },
	{ NULL, NULL },
};

enum err page_sitemap(struct request *rq, struct html *h)
{
	open_text(rq, h, "Plan du site", NULL);
	html(h, "<ul>\n");
	for (size_t i = 0; i < routes_n; i++)
		if (routes[i].methods & METHOD_GET && !routes[i].roles && choice_has(titles, routes[i].pattern))
			html(h, "<li><a href=\"{}\">{f}</a></li>\n", routes[i].pattern,
			     choice_label(titles, routes[i].pattern));
	html(h, "</ul>\n");
	return close_text(rq, h);
}

enum err page_grant_about(struct request *rq, struct html *h)
{
	open_text(rq, h, "Demander une habilitation", "/demande-habilitation");
	html(h,
	     "<p class=\"lead\">Une habilitation permet à votre organisme de publier ici les informations et les places libres "
	     "de ses établissements. Elle repose sur une convention signée avec votre Caf.</p>\n<h2>Ce qu’il faut préparer</h2>\n<ul>\n"
	     "<li>le nom, le numéro SIRET et l’adresse de votre organisme, et la personne qui signe la convention</li>\n"
	     "<li>la liste des établissements dont vous décrirez le fonctionnement</li>\n"
	     "<li>parmi eux, ceux du jeune enfant dont vous publierez les places libres</li>\n"
	     "<li>le nom, la fonction et le courriel professionnel de chaque personne à habiliter</li>\n</ul>\n"
	     "<h2>Comment se passe une demande</h2>\n<ol>\n<li>Vous transmettez ces éléments à votre Caf, qui accuse réception.</li>\n"
	     "<li>La Caf vérifie et vous envoie la convention par la poste.</li>\n"
	     "<li>Vous la renvoyez signée ; la Caf ouvre les accès.</li>\n"
	     "<li>Chaque personne reçoit par courriel son identifiant et un mot de passe provisoire.</li>\n</ol>\n"
	     "<p>Comptez 15 minutes. Votre saisie est conservée 7 jours sur votre appareil : vous pouvez vous arrêter et revenir.</p>\n"
	     "<div class=\"actions\"><a class=\"btn\" href=\"/demande-habilitation/etapes\">Commencer</a></div>\n");
	return close_text(rq, h);
}
