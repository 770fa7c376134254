#include "acts/annex_text.h"

#include "acts/agreement_words.h"
#include "acts/annex.h"
#include "base/french.h"

struct annexing {
	struct arena *a;
	const struct annex_asked *q;
	struct annex now, before;
	struct agreement_text *t;
};

static void say(struct annexing *x, enum block_kind kind, const char *text)
{
	agreement_text_add(x->a, x->t, kind, agreement_typeset(x->a, text));
}

const char *annex_text_title(struct arena *a, day_t until)
{
	return arena_printf(a, "Annexe 1 au %s", day_fr(a, until));
}

/* « 16 h 08 », on one line. */
static const char *hour(struct arena *a, int64_t at)
{
	struct buf b = buf_new(a);

	for (const char *s = time_hour_fr(a, at); *s; s++)
		if (*s == ' ')
			buf_text(&b, "\u00A0");
		else
			buf_byte(&b, (uint8_t)*s);
	return buf_str(&b);
}

static void head(struct annexing *x)
{
	const struct annex_asked *q = x->q;
	int64_t now = clock_now();

	say(x, BLOCK_TITLE, annex_text_title(x->a, q->until));
	say(x, BLOCK_PARAGRAPH,
	    arena_printf(x->a, "Convention %s entre %s et la %s.", q->g->number, french_le(x->a, q->p->name), q->caf->name));
	say(x, BLOCK_PARAGRAPH,
	    arena_printf(x->a, "Noms, fonctions et adresses sont ceux d’aujourd’hui. Établie le %s à %s.",
			 day_fr(x->a, day_of(now)), hour(x->a, now)));
}

static void unknown_before(struct annexing *x)
{
	int64_t known = x->now.known_since, first = annex_moment(x->q->since ? x->q->since : x->q->until);

	if (!known)
		say(x, BLOCK_PARAGRAPH, "Le service ne connaît encore ni personne ni établissement pour cette convention.");
	else if (first < known)
		say(x, BLOCK_PARAGRAPH,
		    arena_printf(x->a, "Le service suit cette convention depuis le %s : ce qui précède n’y est pas connu.",
				 day_fr(x->a, day_of(known))));
}

static void difference(struct annexing *x)
{
	struct annex_change *c;
	size_t n;

	annex_difference(x->a, &x->before, &x->now, &c, &n);
	say(x, BLOCK_HEADING,
	    arena_printf(x->a, "Changements entre le %s et le %s", day_fr(x->a, x->q->since), day_fr(x->a, x->q->until)));
	if (!n)
		say(x, BLOCK_PARAGRAPH, "Rien n’a changé.");
	for (size_t i = 0; i < n; i++) {
		const char *sign = c[i].added ? "Ajout" : "Retrait";

		say(x, BLOCK_ITEM,
		    c[i].p ? arena_printf(x->a, "%s : %s (%s), %s, %s", sign, c[i].p->name, c[i].p->number,
					  c[i].e->name, families_text(c[i].families)) :
			     arena_printf(x->a, "%s : établissement %s (%s)", sign, c[i].e->name, c[i].e->id));
	}
}

static const char *rights_lines(struct annexing *x, const struct annex_person *p)
{
	struct buf b = buf_new(x->a);

	for (size_t i = 0; i < p->n; i++)
		buf_printf(&b, "%s%s : %s", i ? "\n" : "", p->v[i].e.name, families_text(p->v[i].families));
	return agreement_typeset(x->a, buf_str(&b));
}

static void people(struct annexing *x)
{
	if (!x->now.n) {
		say(x, BLOCK_PARAGRAPH, "À cette date, personne n’a de droit par cette convention.");
		return;
	}
	struct block *b = agreement_text_table(x->a, x->t, "Personnes habilitées", "Nom", "Fonction",
					       "Courriel professionnel", "Établissements et droits", NULL);

	for (size_t i = 0; i < x->now.n; i++) {
		const struct person *p = &x->now.v[i].p;

		agreement_text_cells(x->a, b, arena_printf(x->a, "%s (%s)", p->name, p->number), p->title, p->mail,
				     rights_lines(x, &x->now.v[i]), NULL);
	}
}

static void places(struct annexing *x)
{
	if (!x->now.covered_n)
		return;
	struct block *b = agreement_text_table(x->a, x->t, "Établissements de la convention", "Établissement",
					       "Identifiant", "Adresse", NULL);

	for (size_t i = 0; i < x->now.covered_n; i++) {
		const struct establishment *e = &x->now.covered[i];

		agreement_text_cells(
			x->a, b, e->name, e->id,
			arena_printf(x->a, "%s%s%s %s", e->street, *e->street ? ", " : "", e->postal_code, e->city), NULL);
	}
}

enum err annex_text_of(struct app *app, struct arena *a, const struct annex_asked *q, struct agreement_text *out)
{
	struct agreement_text t = { 0 };
	struct annexing x = { .a = a, .q = q, .t = &t };
	enum err e = annex_at(app, a, q->g, annex_moment(q->until), &x.now);

	if (!e && q->since)
		e = annex_at(app, a, q->g, annex_moment(q->since), &x.before);
	if (e)
		return e;
	head(&x);
	unknown_before(&x);
	if (q->since)
		difference(&x);
	people(&x);
	places(&x);
	*out = t;
	return ERR_OK;
}
