#include "acts/mails.h"

#include "acts/caf_texts.h"
#include "acts/outcome.h"
#include "acts/rights.h"
#include "base/french.h"
#include "base/text.h"

#include <string.h>

#define SUBJECT_MAX 400

static const char footer[] = "\nNous ne vous demanderons jamais votre mot de passe.\n";

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
