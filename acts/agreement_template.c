/* The articles of a convention: the template, its placeholders, the one a Caf has set. */
#include "acts/agreement_words.h"
#include "acts/request.h"
#include "acts/rights.h"
#include "base/french.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char *const agreement_placeholders[] = {
	"caf",     "service",      "adresse_caf",    "courriel_caf", "telephone_caf", "organisme",
	"siret",   "adresse",      "signataire",     "courriel",     "telephone",     "numero",
	"demande", "date_demande", "etablissements", "personnes",    "le_organisme",  NULL,
};

/* --- values as people read them --- */

const char *agreement_address(struct arena *a, const struct grant_request *r)
{
	return arena_printf(a, "%s, %s %s", text_one_line(a, r->address), r->postal_code, r->city);
}

const char *agreement_siret(struct arena *a, const char *siret)
{
	if (strlen(siret) != 14)
		return siret;
	return arena_printf(a, "%.3s\u00A0%.3s\u00A0%.3s\u00A0%.5s", siret, siret + 3, siret + 6, siret + 9);
}

static const char *value_of(struct arena *a, const struct caf *caf, const struct grant_request *r, size_t people,
			    const char *name)
{
	const struct {
		const char *name, *value;
	} all[] = {
		{ "caf", caf->name },
		{ "service", caf->service },
		{ "adresse_caf", text_one_line(a, caf->address) },
		{ "courriel_caf", caf->mail },
		{ "telephone_caf", text_phone_fr(a, caf->phone) },
		{ "organisme", r->name },
		{ "le_organisme", french_le(a, r->name) },
		{ "siret", agreement_siret(a, r->siret) },
		{ "adresse", agreement_address(a, r) },
		{ "signataire", r->signatory },
		{ "courriel", r->mail },
		{ "telephone", text_phone_fr(a, r->phone) },
		{ "numero", r->agreement },
		{ "demande", r->number },
		{ "date_demande", day_fr(a, day_of(r->sent_at)) },
		{ "etablissements", arena_printf(a, "%zu", request_establishments(r)) },
		{ "personnes", arena_printf(a, "%zu", people) },
	};

	for (size_t i = 0; i < LENGTH(all); i++)
		if (strcmp(all[i].name, name) == 0)
			return all[i].value;
	return NULL;
}

static bool is_placeholder(const char *name)
{
	for (size_t i = 0; agreement_placeholders[i]; i++)
		if (strcmp(agreement_placeholders[i], name) == 0)
			return true;
	return false;
}

/* --- the articles --- */

struct filling {
	struct arena *a;
	const struct caf *caf;
	const struct grant_request *r;
	size_t people;
	bool failed;
};

static const char *fill(struct filling *x, const char *s)
{
	struct buf b = buf_new(x->a);

	while (*s) {
		size_t plain = strcspn(s, "{");

		buf_add(&b, s, plain);
		s += plain;
		if (!*s)
			break;
		size_t n = strcspn(s + 1, "}");
		const char *value = value_of(x->a, x->caf, x->r, x->people, arena_memdup(x->a, s + 1, n));

		x->failed |= !value || !s[n + 1];
		buf_text(&b, value ? value : "");
		s += n + 1 + (s[n + 1] == '}');
	}
	return agreement_typeset(x->a, buf_str(&b));
}

static const char *after(const char *line, const char *mark)
{
	size_t n = strlen(mark);

	return strncmp(line, mark, n) == 0 ? line + n : NULL;
}

/* « 1. », « 12) »: a line of its own. */
static bool is_numbered(const char *line)
{
	size_t n = strspn(line, "0123456789");

	return n && (line[n] == '.' || line[n] == ')') && line[n + 1] == ' ';
}

static void end_paragraph(struct filling *x, struct buf *words, struct agreement_text *out)
{
	if (words->n)
		agreement_text_add(x->a, out, BLOCK_PARAGRAPH, fill(x, buf_str(words)));
	*words = buf_new(x->a);
}

static void take_line(struct filling *x, const char *line, struct buf *words, const char **title, struct agreement_text *out)
{
	const char *rest;

	if ((rest = after(line, "# "))) {
		end_paragraph(x, words, out);
		*title = fill(x, rest);
	} else if ((rest = after(line, "## "))) {
		end_paragraph(x, words, out);
		agreement_text_add(x->a, out, BLOCK_HEADING, fill(x, rest));
	} else if ((rest = after(line, "- "))) {
		end_paragraph(x, words, out);
		agreement_text_add(x->a, out, BLOCK_ITEM, fill(x, rest));
	} else if (*line) {
		if (is_numbered(line))
			end_paragraph(x, words, out);
		buf_printf(words, "%s%s", words->n ? " " : "", line);
	} else {
		end_paragraph(x, words, out);
	}
}

enum err agreement_articles(struct arena *a, const char *template, const struct caf *caf, const struct grant_request *r,
			    size_t people, const char **title, struct agreement_text *out)
{
	struct filling x = { .a = a, .caf = caf, .r = r, .people = people };
	struct buf words = buf_new(a);

	*out = (struct agreement_text){ 0 };
	*title = "Convention d’habilitation";
	while (*template) {
		size_t n = strcspn(template, "\n");

		take_line(&x, text_trim(a, arena_memdup(a, template, n)), &words, title, out);
		template += n + (template[n] == '\n');
	}
	end_paragraph(&x, &words, out);
	return x.failed ? ERR_CORRUPT : ERR_OK;
}

/* --- checking one --- */

static const char *placeholders(struct arena *a)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; agreement_placeholders[i]; i++)
		buf_printf(&b, "%s{%s}", i ? " " : "", agreement_placeholders[i]);
	return buf_str(&b);
}

/* What the lines before leave behind. */
struct checking {
	struct arena *a;
	const char **why;
	size_t number;
	size_t heading; /* the line of an article that has no text yet; 0: none */
	bool titled, article;
};

static enum err refuse(struct checking *x, size_t number, const char *what)
{
	*x->why = arena_printf(x->a, "line %zu: %s", number, what);
	return ERR_INVALID;
}

static enum err check_mark(struct checking *x, const char *line)
{
	bool title = after(line, "# ") != NULL, heading = after(line, "## ") != NULL;

	if (*line == '#' && !title && !heading)
		return refuse(x, x->number, "a title begins with \"# \", an article with \"## \", nothing else with \"#\"");
	if (title && x->titled)
		return refuse(x, x->number, "a second title");
	if (heading && x->heading)
		return refuse(x, x->heading, "an article without text");
	x->titled |= title;
	x->article |= heading;
	if (heading)
		x->heading = x->number;
	else if (!title && *line)
		x->heading = 0;
	return ERR_OK;
}

static enum err check_line(struct arena *a, const char *line, size_t number, const char **why)
{
	for (const char *s = line; (s = strchr(s, '{'));) {
		size_t n = strcspn(s + 1, "}");

		if (!s[n + 1]) {
			*why = arena_printf(a, "line %zu: \"{\" without \"}\"", number);
			return ERR_INVALID;
		}
		const char *name = arena_memdup(a, s + 1, n);

		if (!is_placeholder(name)) {
			*why = arena_printf(a, "line %zu: unknown placeholder {%s}; known: %s", number, name,
					    placeholders(a));
			return ERR_INVALID;
		}
		s += n + 2;
	}
	return ERR_OK;
}

enum err agreement_template_check(struct arena *a, struct bytes text, const char **clean, const char **why)
{
	struct checking x = { .a = a, .why = why };
	enum err e = ERR_OK;

	if (text.n > AGREEMENT_TEMPLATE_MAX) {
		*why = arena_printf(a, "more than %u bytes", AGREEMENT_TEMPLATE_MAX);
		return ERR_INVALID;
	}
	if (text_clean(a, text, true, clean)) {
		*why = "not clean UTF-8 text";
		return ERR_INVALID;
	}
	const char *s = *clean;

	while (*s && !e) {
		size_t n = strcspn(s, "\n");
		const char *line = text_trim(a, arena_memdup(a, s, n));

		x.number++;
		e = check_mark(&x, line);
		if (!e)
			e = check_line(a, line, x.number, why);
		s += n + (s[n] == '\n');
	}
	if (!e && x.heading)
		return refuse(&x, x.heading, "an article without text");
	if (!e && !x.article) {
		*why = "no article: a line must begin with \"## \"";
		return ERR_INVALID;
	}
	return e;
}

/* --- the Caf's own --- */

enum err agreement_template_file(struct arena *a, const char *path, struct bytes *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *p = arena_alloc(a, AGREEMENT_TEMPLATE_MAX + 1);
	size_t n = 0;
	ssize_t got = 1;

	if (fd < 0)
		return ERR_NOTFOUND;
	while (n <= AGREEMENT_TEMPLATE_MAX && got) {
		got = read(fd, p + n, AGREEMENT_TEMPLATE_MAX + 1 - n);
		if (got < 0 && errno != EINTR)
			break;
		n += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	*out = (struct bytes){ p, n };
	return got < 0 ? ERR_UNAVAILABLE : ERR_OK;
}

enum err agreement_template_of(struct app *app, struct arena *a, const char *caf, const char **out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct agreement_template own;
	struct bytes text;
	const char *why;
	enum err e = agreement_template_get(&t, a, TABLE_AGREEMENT_TEMPLATE, bytes_of(caf), &own);

	if (!e)
		*out = own.text;
	if (e != ERR_NOTFOUND)
		return e;
	e = agreement_template_file(a, app->settings->data_agreement, &text);
	if (!e && agreement_template_check(a, text, out, &why))
		e = ERR_CORRUPT;
	return e;
}

enum err agreement_template_set(struct app *app, struct arena *a, const struct visitor *who, const char *caf,
				struct bytes text, const char **why)
{
	struct audit_record r = act_record(a, who, EVENT_TEMPLATE_SET);
	struct agreement_template own;
	struct changeset *cs;
	struct caf found;
	uint8_t digest[DIGEST_SIZE];

	*why = "no such Caf";
	{
		AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
		enum err e = caf_by_code(&t, a, caf, &found);

		if (e)
			return e;
	}
	codec_default(&agreement_template_codec, &own);
	enum err e = agreement_template_check(a, text, &own.text, why);

	if (e || (e = act_begin(app, a, who, &cs)))
		return e;
	own.at = visitor_now(who);
	secret_digest(bytes_of(own.text), digest);
	r.caf = caf;
	r.object_kind = "template";
	r.object_id = caf;
	act_detail(a, &r, "hash", text_hex(a, (struct bytes){ digest, sizeof digest }));
	changeset_put(cs, TABLE_AGREEMENT_TEMPLATE, bytes_of(caf), agreement_template_encode(a, &own));
	changeset_audit(cs, &r);
	*why = "not written";
	return changeset_commit(app->store, cs, NULL);
}
