#include "acts/mails.h"

#include "acts/caf_texts.h"
#include "acts/outcome.h"
#include "acts/rights.h"
#include "base/french.h"
#include "base/text.h"

#include <string.h>

#define SUBJECT_MAX 400

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

static const char footer[] = "\nNous ne vous demanderons jamais votre mot de passe.\n";

const struct mail_template *mail_template_find(const char *code)
{
	for (size_t i = 0; i < mail_templates_n; i++)
		if (strcmp(mail_templates[i].code, code) == 0)
			return &mail_templates[i];
	return NULL;
}

/* --- adding --- */

static const char *host_of(const char *url)
{
	const char *at = strstr(url, "://");

	return at ? at + 3 : url;
}

const char *mail_message_id(struct app *app, struct arena *a)
{
	uint8_t id[16];
	const char *host = host_of(app->settings->site_url);

	secret_random(id, sizeof id);
	return arena_printf(a, "<%s@%.*s>", text_hex(a, (struct bytes){ id, sizeof id }), (int)strcspn(host, ":/"), host);
}

static void add(struct app *app, struct arena *a, struct changeset *cs, struct mail m, va_list list)
{
	for (const char *name; (name = va_arg(list, const char *));) {
		const char *value = va_arg(list, const char *);

		strs_add(a, &m.args, arena_printf(a, "%s=%s", name, value ? value : ""));
	}
	m.state = "waiting";
	m.created = clock_now();
	m.message_id = mail_message_id(app, a);
	changeset_append(cs, TABLE_MAIL, mail_encode(a, &m));
}

static struct mail mail_of(const char *template, struct uuid person, const char *to, const char *caf)
{
	struct mail m;

	codec_default(&mail_codec, &m);
	m.template = template;
	m.person = person;
	m.to = to;
	m.caf = caf;
	return m;
}

void mail_add(struct app *app, struct arena *a, struct changeset *cs, const char *template, struct uuid person,
	      const char *to, const char *caf, ...)
{
	va_list list;

	va_start(list, caf);
	add(app, a, cs, mail_of(template, person, to, caf), list);
	va_end(list);
}

void mail_add_about(struct app *app, struct arena *a, struct changeset *cs, const char *about, const char *template,
		    struct uuid person, const char *to, const char *caf, ...)
{
	struct mail m = mail_of(template, person, to, caf);
	va_list list;

	m.about = about;
	outcome_put(a, cs, about, &(struct outcome){ .state = "waiting", .at = clock_now(), .to = to, .what = template });
	va_start(list, caf);
	add(app, a, cs, m, list);
	va_end(list);
}

/* --- values --- */

struct values {
	struct app *app;
	struct arena *arena;
	const struct mail *mail;
	struct person person;
	struct provider provider;
	struct caf caf;
};

static enum err read_values(struct values *v)
{
	AUTO_TXN struct txn t = txn_read(v->app->store, STORE_MAIN);
	const struct mail *m = v->mail;
	struct arena *a = v->arena;
	enum err e = ERR_OK;

	codec_default(&person_codec, &v->person);
	codec_default(&provider_codec, &v->provider);
	codec_default(&caf_codec, &v->caf);
	if (!uuid_is_none(m->person))
		e = or_none(person_get(&t, a, TABLE_MIRROR_PERSON, key_bytes(m->person.b, sizeof m->person.b), &v->person));
	if (!e && *v->person.provider_key)
		e = or_none(provider_by_key(&t, a, v->person.provider_key, &v->provider));
	if (!e && *m->caf)
		e = or_none(caf_by_code(&t, a, m->caf, &v->caf));
	return e ? e : t.err;
}

static const char *first_of(const char *s, const char *otherwise)
{
	return *s ? s : otherwise;
}

/* « Bonjour Maëlle Querrien », or nobody named. */
static const char *greeting(const struct values *v)
{
	const char *given = v->person.given_name, *name = first_of(v->person.surname, v->person.name);

	return arena_printf(v->arena, "Bonjour%s%s%s%s", *given ? " " : "", given, *name ? " " : "", name);
}

/* As typed with an LDAP tool, or no number at all. */
static const char *phone_of(const struct values *v)
{
	const char *number;

	return text_phone_fr(v->arena, text_phone(v->arena, v->caf.phone, &number) ? v->caf.phone : number);
}

/* A sentence's end: what to do to reach the Caf, by what its entry tells. */
static const char *way_to_caf(const struct values *v)
{
	struct arena *a = v->arena;
	const char *service = french_le(a, first_of(v->caf.service, "votre Caf")), *phone = phone_of(v);

	if (!*v->mail->caf)
		return "prévenez l’administrateur du service";
	if (*phone)
		return arena_printf(a, "appelez %s au %s", service, phone);
	if (*v->caf.mail)
		return arena_printf(a, "écrivez %s (%s)", french_a(a, service), v->caf.mail);
	return arena_printf(a, "adressez-vous %s", french_a(a, service));
}

static const char *contact_of(const struct values *v)
{
	struct arena *a = v->arena;
	struct buf b = buf_new(a);
	const char *const parts[] = { first_of(v->caf.service, "votre Caf"), text_one_line(a, caf_address(a, &v->caf)),
				      v->caf.mail, phone_of(v) };

	for (size_t i = 0; i < LENGTH(parts); i++)
		if (*parts[i])
			buf_printf(&b, "%s%s", b.n ? ", " : "", parts[i]);
	return buf_str(&b);
}

/* "" : known and empty; NULL: nobody knows this name. */
static const char *common_value(const struct values *v, const char *name)
{
	struct arena *a = v->arena;
	const struct settings *s = v->app->settings;
	const struct {
		const char *name;
		const char *value;
	} all[] = {
		{ "site", s->site_url },
		{ "date", day_fr(a, day_of(v->mail->created)) },
		{ "heure", time_hour_fr(a, v->mail->created) },
		{ "longueur", arena_printf(a, "%lld", (long long)s->password_min_length) },
		{ "bonjour", greeting(v) },
		{ "identifiant", first_of(v->person.uid, v->person.number) },
		{ "fournisseur", v->provider.name },
		{ "organisme", first_of(v->provider.name, v->caf.name) },
		{ "caf", first_of(v->caf.name, "Caf") },
		{ "joindre", way_to_caf(v) },
		{ "coordonnees", contact_of(v) },
	};

	for (size_t i = 0; i < LENGTH(all); i++)
		if (strcmp(all[i].name, name) == 0)
			return all[i].value;
	return NULL;
}

static const char *plain_value(const struct values *v, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < v->mail->args.n; i++)
		if (strncmp(v->mail->args.v[i], name, n) == 0 && v->mail->args.v[i][n] == '=')
			return v->mail->args.v[i] + n + 1;
	return common_value(v, name);
}

/* « le organisme », « de organisme »: with the words its name wants. */
static const char *value_of(const struct values *v, const char *name)
{
	bool of = strncmp(name, "de ", 3) == 0, with_article = of || strncmp(name, "le ", 3) == 0;
	const char *value = plain_value(v, with_article ? name + 3 : name);

	if (!value || !with_article)
		return value;
	value = french_le(v->arena, value);
	return of ? french_de(v->arena, value) : value;
}

/* --- text --- */

/* Somebody's sentence comes with its full stop: the pattern's own, behind a closing guillemet or not, is left out. Bytes of
   the guillemet. */
static bool ends_twice(const char *value, const char *rest, size_t *guillemet)
{
	size_t n = strlen(value);

	*guillemet = strncmp(rest, " »", strlen(" »")) == 0 ? strlen(" »") : 0;
	return n && strchr(".!?", value[n - 1]) && rest[*guillemet] == '.';
}

static enum err fill(const struct values *v, const char *pattern, size_t n, struct buf *out)
{
	const char *end = pattern + n;
	size_t guillemet;

	while (pattern < end) {
		size_t plain = strcspn(pattern, "{");

		if (plain > (size_t)(end - pattern))
			plain = (size_t)(end - pattern);
		buf_add(out, pattern, plain);
		pattern += plain;
		if (pattern == end)
			break;
		size_t name = strcspn(pattern + 1, "}");
		const char *value = value_of(v, arena_memdup(v->arena, pattern + 1, name));

		if (!value)
			return ERR_INVALID;
		buf_text(out, value);
		pattern += name + 2;
		if (ends_twice(value, pattern, &guillemet)) {
			buf_add(out, pattern, guillemet);
			pattern += guillemet + 1;
		}
	}
	return ERR_OK;
}

/* A line "?name …" or "!name …": whether it stands, and where its text begins. */
static bool stands(const struct values *v, const char **line)
{
	bool wanted = **line == '?';

	if (!wanted && **line != '!')
		return true;
	size_t n = strcspn(*line, " ");
	const char *value = value_of(v, arena_memdup(v->arena, *line + 1, n - 1));

	*line += n + 1;
	return wanted == (value && *value);
}

/* The line of it that stands. */
static enum err fill_subject(const struct values *v, const char *subject, struct buf *out)
{
	const char *line = subject;

	while (!stands(v, &line) && strchr(line, '\n'))
		line = strchr(line, '\n') + 1;
	return fill(v, line, strcspn(line, "\n"), out);
}

static enum err fill_body(const struct values *v, const char *body, const char **out)
{
	struct buf b = buf_new(v->arena);
	enum err e = ERR_OK;

	for (const char *next; *body && !e; body = next) {
		const char *line = body;

		next = body + strcspn(body, "\n") + 1;
		if (stands(v, &line))
			e = fill(v, line, (size_t)(next - line), &b);
	}
	buf_text(&b, footer);
	*out = buf_str(&b);
	return e;
}

/* What goes into a header: one line, no control character. */
static bool is_header(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

static bool is_message_id(const char *s)
{
	size_t n = strlen(s);

	return n > 2 && n < 250 && s[0] == '<' && s[n - 1] == '>' && strcspn(s + 1, "<> \t") == n - 2 && is_header(s);
}

enum err mail_render(struct app *app, struct arena *a, const struct mail *m, struct mail_text *out)
{
	const struct mail_template *template = mail_template_find(m->template);
	struct values v = { .app = app, .arena = a, .mail = m };
	struct buf subject = buf_new(a);
	struct mail_text text = { .reply_to = "" };

	if (!template)
		return ERR_INVALID;
	enum err e = read_values(&v);

	if (!e)
		e = fill_subject(&v, template->subject, &subject);
	if (!e)
		e = fill_body(&v, template->body, &text.body);
	if (e)
		return e;
	text.to = *m->to ? m->to : v.person.mail;
	text.subject = text_cut(a, buf_str(&subject), SUBJECT_MAX);
	text.message_id = m->message_id;
	if (text_is_mail(v.caf.mail))
		text.reply_to = v.caf.mail;
	if (!text_is_mail(text.to) || !is_header(text.subject) || !is_message_id(text.message_id))
		return ERR_INVALID;
	*out = text;
	return ERR_OK;
}
