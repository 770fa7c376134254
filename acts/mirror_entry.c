/* Entries of the directory as records. What breaks a rule stays empty, and an empty field closes: no status is not active,
   no type has no right, no effect is not in force. */
#include "acts/mirror.h"

#include "acts/codes.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define CAPACITY_MAX 100000
#define SOME_DAY 1 /* of 1970: there is a date nobody can read */

const char *const mirror_person_attributes[] = {
	"objectClass",
	"uid",
	"cn",
	"sn",
	"givenName",
	"title",
	"mail",
	"habAgentNumero",
	"habStatut",
	"habDemandeMotDePasse",
	"pwdChangedTime",
	"pwdReset",
	"entryCSN",
	NULL,
};

/* --- values --- */

static const char *clean(struct arena *a, const char *value, bool lines)
{
	const char *out;

	return value && text_clean(a, bytes_of(value), lines, &out) == ERR_OK ? text_trim(a, out) : "";
}

/* The only value. */
static const char *text(struct arena *a, const struct entry *e, const char *name)
{
	return clean(a, entry_text(e, name), false);
}

static const char *lines(struct arena *a, const struct entry *e, const char *name)
{
	return clean(a, entry_text(e, name), true);
}

/* The first of several: cn, title. */
static const char *first(struct arena *a, const struct entry *e, const char *name)
{
	struct strs values = entry_texts(a, e, name);

	return values.n ? clean(a, values.v[0], false) : "";
}

static const char *lower(struct arena *a, const char *s)
{
	char *out = arena_strdup(a, s);

	for (char *p = out; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return out;
}

static const char *code(struct arena *a, const struct entry *e, const char *name, const struct choice *choices)
{
	const char *value = lower(a, text(a, e, name));

	return choice_has(choices, value) ? value : "";
}

bool mirror_true(const struct entry *e, const char *name)
{
	const char *value = entry_text(e, name);

	return value && strcmp(value, "TRUE") == 0;
}

static const char *status(struct arena *a, const struct entry *e)
{
	static const char *const known[] = { "demandee", "active", "suspendue", "terminee" };
	const char *value = lower(a, text(a, e, "habStatut"));

	for (size_t i = 0; i < LENGTH(known); i++)
		if (strcmp(known[i], value) == 0)
			return known[i];
	return "";
}

/* 0: none. */
static int64_t day(const struct entry *e, const char *name)
{
	const char *value = entry_text(e, name);
	day_t out;

	return value && day_parse_ldap(value, &out) == ERR_OK ? out : 0;
}

/* "20261123080000Z" (generalizedTime, UTC). */
int64_t mirror_time(const struct entry *e, const char *name)
{
	const char *s = entry_text(e, name);
	int64_t date, hour;
	int year, month, day;
	day_t d;
	char text[15] = { 0 };

	if (!s || strlen(s) < 14)
		return 0;
	memcpy(text, s, 14);
	if (text_to_int(text + 8, 0, 235959, &hour))
		return 0;
	text[8] = '\0';
	if (text_to_int(text, 10101, 99991231, &date))
		return 0;
	year = (int)(date / 10000), month = (int)(date / 100 % 100), day = (int)(date % 100);
	if (day_make(year, month, day, &d))
		return 0;
	return d * DAY_MS + (hour / 10000 * 3600 + hour / 100 % 100 * 60 + hour % 100) * SECOND_MS;
}

static bool has(const struct entry *e, const char *name)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcasecmp(e->v[i].name, name) == 0)
			return e->v[i].n > 0;
	return false;
}

static const char *key_of_dn(struct arena *a, const char *dn)
{
	const char *normal;

	return dn && dn_normal(a, dn, &normal) == ERR_OK ? normal : "";
}

static struct strs keys(struct arena *a, const struct entry *e, const char *name)
{
	struct strs values = entry_texts(a, e, name);
	struct strs out = { 0 };

	for (size_t i = 0; i < values.n; i++) {
		const char *key = key_of_dn(a, values.v[i]);

		if (*key && !strs_has(&out, key))
			strs_add(a, &out, key);
	}
	return out;
}

static bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static const char *caf_code(struct arena *a, const char *key)
{
	const char *value = dn_value(a, key, "habcodecaf");

	return value ? value : "";
}

/* What every entry has: its names. ERR_CORRUPT: none we can keep it under. */
static enum err names(struct arena *a, const struct entry *e, struct uuid *uuid, const char **dn, const char **key)
{
	if (uuid_is_none(e->uuid) || !e->dn || dn_normal(a, e->dn, key) || !**key)
		return ERR_CORRUPT;
	*uuid = e->uuid;
	*dn = e->dn;
	return ERR_OK;
}

/* RFC 4517 §3.3.28: lines between '$'; \24 and \5C stand for '$' and '\'. */
static const char *postal_address(struct arena *a, const struct entry *e)
{
	struct strs values = entry_texts(a, e, "postalAddress");
	struct buf b = buf_new(a);

	for (const char *s = values.n ? values.v[0] : ""; *s; s++) {
		if (strncmp(s, "\\24", 3) == 0) {
			buf_byte(&b, '$');
			s += 2;
		} else if (strncasecmp(s, "\\5C", 3) == 0) {
			buf_byte(&b, '\\');
			s += 2;
		} else {
			buf_byte(&b, *s == '$' ? '\n' : (uint8_t)*s);
		}
	}
	return clean(a, buf_str(&b), true);
}

/* --- people --- */

/* One class for each place: an agent under a provider, staff under ou=personnel. Anything else has no status. */
static void place(struct arena *a, const struct entry *e, struct person *p)
{
	bool agent = entry_is(e, "habAgent"), staff = entry_is(e, "habPersonnel");
	const char *parent = dn_parent(a, p->key);

	p->caf = caf_code(a, p->key);
	if (agent && !staff && starts(parent, "habfournisseurid=")) {
		p->agent = true;
		p->provider_key = parent;
	} else if (!staff || agent || !starts(parent, "ou=personnel,")) {
		p->status = "";
	}
}

enum err mirror_person(struct arena *a, const struct entry *e, struct person *out)
{
	struct person p;

	codec_default(&person_codec, &p);
	enum err failed = names(a, e, &p.uuid, &p.dn, &p.key);

	if (failed)
		return failed;
	p.uid = first(a, e, "uid");
	p.number = text(a, e, "habAgentNumero");
	p.name = first(a, e, "cn");
	p.surname = first(a, e, "sn");
	p.given_name = first(a, e, "givenName");
	p.title = first(a, e, "title");
	p.mail = text(a, e, "mail");
	p.status = status(a, e);
	p.wants_password = mirror_true(e, "habDemandeMotDePasse");
	p.end = day(e, "habFinMission");
	p.end_reason = text(a, e, "habMotifRetrait");
	place(a, e, &p);
	*out = p;
	return ERR_OK;
}

/* --- establishments --- */

/* "48.9353 2.3231": latitude and longitude in degrees. */
static const char *coordinates(struct arena *a, const struct entry *e)
{
	const char *value = text(a, e, "habCoordonnees");
	const char *s = value;

	for (int i = 0; i < 2; i++) {
		s += *s == '-';
		size_t whole = strspn(s, "0123456789");

		s += whole;
		if (*s == '.')
			s += 1 + strspn(s + 1, "0123456789");
		if (!whole || whole > 3 || *s != (i ? '\0' : ' '))
			return "";
		s++;
	}
	return value;
}

static uint64_t capacity(struct arena *a, const struct entry *e)
{
	int64_t n;

	return text_to_int(text(a, e, "habCapacite"), 0, CAPACITY_MAX, &n) == ERR_OK ? (uint64_t)n : 0;
}

enum err mirror_establishment(struct arena *a, const struct entry *e, struct establishment *out)
{
	struct establishment x;

	codec_default(&establishment_codec, &x);
	enum err failed = names(a, e, &x.uuid, &x.dn, &x.key);

	if (failed)
		return failed;
	x.id = text(a, e, "habEtablissementId");
	x.name = first(a, e, "cn");
	x.type = code(a, e, "habTypeEtablissement", type_choices);
	x.caf = starts(dn_parent(a, x.key), "ou=etablissements,") ? caf_code(a, x.key) : "";
	x.manager_key = key_of_dn(a, entry_text(e, "habGestionnaire"));
	x.street = first(a, e, "street");
	x.postal_code = first(a, e, "postalCode");
	x.city = first(a, e, "l");
	x.insee = text(a, e, "habCodeInsee");
	x.coordinates = coordinates(a, e);
	x.listing_keys = keys(a, e, "habDroitFonctionnement");
	if (entry_is(e, "habEaje")) {
		x.category = code(a, e, "habCategorieEaje", category_choices);
		x.capacity = capacity(a, e);
		x.avip = mirror_true(e, "habAvip");
		x.places_keys = keys(a, e, "habDroitDisponibilites");
	}
	*out = x;
	return ERR_OK;
}

/* --- providers and their agreements --- */

/* Where nobody wrote one, what its parts tell. */
static const char *provider_address(struct arena *a, const struct entry *e)
{
	const char *address = postal_address(a, e);

	if (*address)
		return address;
	return text_trim(
		a, arena_printf(a, "%s\n%s %s", first(a, e, "street"), first(a, e, "postalCode"), first(a, e, "l")));
}

enum err mirror_provider(struct arena *a, const struct entry *e, struct provider *out)
{
	struct provider p;

	codec_default(&provider_codec, &p);
	enum err failed = names(a, e, &p.uuid, &p.dn, &p.key);

	if (failed)
		return failed;
	p.id = text(a, e, "habFournisseurId");
	p.name = first(a, e, "o");
	p.siret = text(a, e, "habSiret");
	p.caf = starts(dn_parent(a, p.key), "ou=fournisseurs,") ? caf_code(a, p.key) : "";
	p.mail = text(a, e, "mail");
	p.address = provider_address(a, e);
	p.phone = first(a, e, "telephoneNumber");
	*out = p;
	return ERR_OK;
}

enum err mirror_agreement(struct arena *a, const struct entry *e, struct agreement *out)
{
	struct agreement g;

	codec_default(&agreement_codec, &g);
	enum err failed = names(a, e, &g.uuid, &g.dn, &g.key);

	if (failed)
		return failed;
	const char *parent = dn_parent(a, g.key);

	g.number = text(a, e, "habConventionNumero");
	g.provider_key = starts(parent, "habfournisseurid=") ? parent : "";
	g.status = status(a, e);
	g.effect = day(e, "habDateEffet");
	g.due = day(e, "habDateEcheance");
	g.termination = day(e, "habDateResiliation");
	if (!g.termination && has(e, "habDateResiliation"))
		g.termination = SOME_DAY;
	g.not_tacit = has(e, "habTaciteReconduction") && !mirror_true(e, "habTaciteReconduction");
	g.covered_keys = keys(a, e, "habEtablissementCouvert");
	g.signatory = text(a, e, "habSignataireNom");
	g.signatory_title = text(a, e, "habSignataireFonction");
	g.signed_caf = day(e, "habDateSignatureCaf");
	g.signed_provider = day(e, "habDateSignatureFournisseur");
	g.posted = day(e, "habDateEnvoi");
	g.returned = day(e, "habDateRetour");
	g.prefecture_ref = text(a, e, "habReferencePrefecture");
	g.letter_ref = text(a, e, "habReferenceRecommande");
	*out = g;
	return ERR_OK;
}

/* --- Cafs and groups --- */

enum err mirror_caf(struct arena *a, const struct entry *e, struct caf *out)
{
	struct caf c;

	codec_default(&caf_codec, &c);
	enum err failed = names(a, e, &c.uuid, &c.dn, &c.key);

	if (failed)
		return failed;
	c.code = starts(c.key, "habcodecaf=") ? caf_code(a, c.key) : "";
	c.name = first(a, e, "o");
	c.service = text(a, e, "habServiceNom");
	c.address = postal_address(a, e);
	c.mail = first(a, e, "mail");
	c.phone = first(a, e, "telephoneNumber");
	c.silence = lower(a, text(a, e, "habSilence"));
	c.silence_delay = text(a, e, "habSilenceDelai");
	c.remedies = lines(a, e, "habVoiesRecours");
	c.data_notice = lines(a, e, "habMentionDonnees");
	*out = c;
	return ERR_OK;
}

enum err mirror_group(struct arena *a, const struct entry *e, struct group *out)
{
	static const char *const roles[] = { "administrateurs", "valideurs", "auditeurs" };
	struct group g;

	codec_default(&group_codec, &g);
	enum err failed = names(a, e, &g.uuid, &g.dn, &g.key);

	if (failed)
		return failed;
	bool named = starts(g.key, "cn=") && starts(dn_parent(a, g.key), "ou=roles,");
	const char *cn = named ? dn_value(a, g.key, "cn") : NULL;

	for (size_t i = 0; cn && i < LENGTH(roles); i++)
		if (strcmp(roles[i], cn) == 0)
			g.role = roles[i];
	g.caf = caf_code(a, g.key);
	g.member_keys = keys(a, e, "member");
	*out = g;
	return ERR_OK;
}
