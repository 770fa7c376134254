#include "acts/acknowledgement.h"

#include "acts/caf_texts.h"
#include "acts/mails.h"
#include "acts/outcome.h"
#include "acts/request.h"
#include "acts/rights.h"
#include "base/text.h"

#include <string.h>

#define TEMPLATE "acknowledgement"

const char *acknowledgement_key(struct arena *a, const char *number)
{
	return outcome_key(a, "demande", number, "accuse");
}

static const char *counted(struct arena *a, size_t n, const char *one)
{
	return arena_printf(a, "%zu %s%s", n, one, n > 1 ? "s" : "");
}

/* A sentence's middle: the texts are written by hand, with or without a last stop. */
static const char *without_stop(struct arena *a, const char *s)
{
	size_t n = strlen(s);

	while (n && (s[n - 1] == '.' || s[n - 1] == ' ' || s[n - 1] == '\n'))
		n--;
	return arena_memdup(a, s, n);
}

#define VALUES 8

static enum err values_of(struct arena *a, const struct grant_request *r, const struct caf *c, struct pair v[VALUES])
{
	bool rejects = strcmp(c->silence, "rejet") == 0;
	const char *day = day_fr(a, (day_t)r->silence);
	struct request_person *people;
	size_t n;
	enum err e = request_people(a, r, &people, &n);

	if (e)
		return e;
	v[0] = (struct pair){ "numero", r->number };
	v[1] = (struct pair){ "recu", time_fr(a, r->sent_at) };
	v[2] = (struct pair){ "organisme", r->name };
	v[3] = (struct pair){ "contenu", arena_printf(a, "%s, %s", counted(a, request_establishments(r), "établissement"),
						      counted(a, n, "personne")) };
	v[4] = (struct pair){ "refus", rejects ? day : "" };
	v[5] = (struct pair){ "accord", rejects ? "" : day };
	v[6] = (struct pair){ "recours", without_stop(a, text_one_line(a, c->remedies)) };
	v[7] = (struct pair){ "donnees", without_stop(a, text_one_line(a, c->data_notice)) };
	return ERR_OK;
}

enum err acknowledgement_add(struct app *app, struct arena *a, struct changeset *cs, const struct grant_request *r,
			     const struct caf *c)
{
	struct pair v[VALUES];
	enum err e = values_of(a, r, c, v);

	if (e)
		return e;
	mail_add_about(app, a, cs, acknowledgement_key(a, r->number), TEMPLATE, (struct uuid){ { 0 } }, r->mail, r->caf,
		       v[0].name, v[0].value, v[1].name, v[1].value, v[2].name, v[2].value, v[3].name, v[3].value,
		       v[4].name, v[4].value, v[5].name, v[5].value, v[6].name, v[6].value, v[7].name, v[7].value, NULL);
	return ERR_OK;
}

enum err acknowledgement_text(struct app *app, struct arena *a, const struct grant_request *r, const char **out)
{
	struct pair v[VALUES];
	struct mail m;
	struct mail_text text;
	struct caf c;
	enum err e;
	{
		AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);

		e = caf_by_code(&t, a, r->caf, &c);
	}
	if (!e)
		e = values_of(a, r, &c, v);
	if (e)
		return e;
	codec_default(&mail_codec, &m);
	m.template = TEMPLATE;
	m.to = r->mail;
	m.caf = r->caf;
	m.created = r->sent_at;
	m.message_id = mail_message_id(app, a);
	for (size_t i = 0; i < VALUES; i++)
		strs_add(a, &m.args, arena_printf(a, "%s=%s", v[i].name, v[i].value));
	if ((e = mail_render(app, a, &m, &text)))
		return e;
	*out = text.body;
	return ERR_OK;
}
