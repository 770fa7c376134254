/* The canonical form, and what a request's document holds. */
#include "acts/agreement_text.h"

#include "acts/agreement_words.h"
#include "acts/request_review.h"
#include "base/text.h"

#include <string.h>

#define SIGNATURE "Signature" /* heads the first column of the signatures */

static const char marks[] = "THPICB"; /* by enum block_kind */

/* --- the canonical form --- */

static const char *cell(struct arena *a, const char *s)
{
	char *out = arena_strdup(a, s);

	for (char *p = out; *p; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	return out;
}

static void write_cells(struct arena *a, struct buf *b, char mark, const char *first, const struct strs *cells)
{
	buf_printf(b, "%c", mark);
	if (first)
		buf_printf(b, " %s", cell(a, first));
	for (size_t i = 0; i < cells->n; i++)
		buf_printf(b, "%c%s", first || i ? '\t' : ' ', cell(a, cells->v[i]));
	buf_byte(b, '\n');
}

bool agreement_text_by_hand(const struct block *table, size_t row)
{
	const struct strs *cells = &table->rows[row];

	for (size_t i = 1; i < cells->n; i++)
		if (*cells->v[i])
			return false;
	return table->head.n && strcmp(table->head.v[0], SIGNATURE) == 0;
}

const char *agreement_text_write(struct arena *a, const struct agreement_text *t)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; i < t->n; i++) {
		const struct block *k = &t->v[i];

		if (k->kind == BLOCK_PAGE) {
			buf_text(&b, "B\n");
			continue;
		}
		write_cells(a, &b, marks[k->kind], k->text, &k->head);
		for (size_t r = 0; r < k->n; r++)
			write_cells(a, &b, 'R', NULL, &k->rows[r]);
	}
	return buf_str(&b);
}

static struct strs cells_of(struct arena *a, const char *s)
{
	struct strs out = { 0 };

	for (;;) {
		size_t n = strcspn(s, "\t");

		strs_add(a, &out, arena_memdup(a, s, n));
		if (!s[n])
			return out;
		s += n + 1;
	}
}

struct block *agreement_text_add(struct arena *a, struct agreement_text *t, enum block_kind kind, const char *text)
{
	t->v = arena_more(a, t->v, t->n, sizeof *t->v);
	t->v[t->n] = (struct block){ .kind = kind, .text = text };
	return &t->v[t->n++];
}

void agreement_text_row(struct arena *a, struct block *table, const struct strs *cells)
{
	table->rows = arena_more(a, table->rows, table->n, sizeof *table->rows);
	table->rows[table->n++] = *cells;
}

static enum err read_line(struct arena *a, struct agreement_text *t, const char *line)
{
	const char *mark = *line ? strchr(marks, *line) : NULL;
	struct block *last = t->n ? &t->v[t->n - 1] : NULL;

	if (strcmp(line, "B") == 0) {
		agreement_text_add(a, t, BLOCK_PAGE, "");
		return ERR_OK;
	}
	if (!*line || line[1] != ' ')
		return ERR_CORRUPT;
	struct strs cells = cells_of(a, line + 2);

	if (*line == 'R') {
		if (!last || last->kind != BLOCK_TABLE || cells.n != last->head.n)
			return ERR_CORRUPT;
		agreement_text_row(a, last, &cells);
		return ERR_OK;
	}
	if (!mark || *line == 'B' || (*line == 'C') != (cells.n > 1))
		return ERR_CORRUPT;
	last = agreement_text_add(a, t, (enum block_kind)(mark - marks), cells.v[0]);
	last->head = (struct strs){ cells.v + 1, cells.n - 1 };
	return ERR_OK;
}

enum err agreement_text_read(struct arena *a, const char *canonical, struct agreement_text *out)
{
	struct agreement_text t = { 0 };
	enum err e = ERR_OK;

	while (*canonical && !e) {
		size_t n = strcspn(canonical, "\n");

		if (!canonical[n])
			return ERR_CORRUPT;
		e = read_line(a, &t, arena_memdup(a, canonical, n));
		canonical += n + 1;
	}
	if (!e)
		*out = t;
	return e;
}

void agreement_text_hash(const char *canonical, uint8_t out[DIGEST_SIZE])
{
	secret_digest(bytes_of(canonical), out);
}

/* --- no-break spaces, where French has them --- */

#define NBSP "\u00A0"
#define NNBSP "\u202F"

static const char *space_before(const char *s)
{
	return strchr(";?!", *s) ? NNBSP : NBSP;
}

const char *agreement_typeset(struct arena *a, const char *s)
{
	struct buf b = buf_new(a);

	for (; *s; s++) {
		if (*s == ' ' && s[1] && (strchr(":;?!", s[1]) || strncmp(s + 1, "»", 2) == 0)) {
			buf_text(&b, space_before(s + 1));
		} else if (strncmp(s, "« ", 3) == 0) {
			buf_text(&b, "«" NBSP);
			s += 2;
		} else {
			buf_byte(&b, (uint8_t)*s);
		}
	}
	return buf_str(&b);
}

struct block *agreement_text_table(struct arena *a, struct agreement_text *t, const char *caption, ...)
{
	struct block *b = agreement_text_add(a, t, BLOCK_TABLE, agreement_typeset(a, caption));
	va_list args;

	va_start(args, caption);
	for (const char *s; (s = va_arg(args, const char *));)
		strs_add(a, &b->head, s);
	va_end(args);
	return b;
}

void agreement_text_cells(struct arena *a, struct block *table, ...)
{
	struct strs cells = { 0 };
	va_list args;

	va_start(args, table);
	for (const char *s; (s = va_arg(args, const char *));)
		strs_add(a, &cells, s);
	va_end(args);
	agreement_text_row(a, table, &cells);
}

/* --- what the document holds --- */

struct making {
	struct app *app;
	struct arena *a;
	const struct caf *caf;
	const struct grant_request *r;
	struct request_person *people;
	size_t people_n;
	struct agreement_text *t;
};

static void parties(struct making *x)
{
	const struct grant_request *r = x->r;
	struct block *b = agreement_text_table(x->a, x->t, "Les parties", "Partie", "Caisse d’allocations familiales",
					       "Fournisseur de données", NULL);

	agreement_text_cells(x->a, b, "Nom", x->caf->name, r->name, NULL);
	agreement_text_cells(x->a, b, "SIRET", "", agreement_siret(x->a, r->siret), NULL);
	agreement_text_cells(x->a, b, "Service ou signataire", x->caf->service, r->signatory, NULL);
	agreement_text_cells(x->a, b, "Adresse", text_one_line(x->a, x->caf->address), agreement_address(x->a, r), NULL);
	agreement_text_cells(x->a, b, "Courriel", x->caf->mail, r->mail, NULL);
	agreement_text_cells(x->a, b, "Téléphone", text_phone_fr(x->a, x->caf->phone), text_phone_fr(x->a, r->phone), NULL);
}

static void signatures(struct making *x)
{
	struct block *b;

	agreement_text_add(x->a, x->t, BLOCK_HEADING, "Signatures");
	b = agreement_text_table(x->a, x->t, "Fait en deux exemplaires", SIGNATURE, "Pour la Caf",
				 "Pour le fournisseur de données", NULL);
	agreement_text_cells(x->a, b, "Nom et fonction", "", x->r->signatory, NULL);
	agreement_text_cells(x->a, b, "Date", "", "", NULL);
	agreement_text_cells(x->a, b, "Signature et cachet", "", "", NULL);
}

/* The establishment a list's entry stands for, when the register has it. */
static bool find(struct making *x, const char *id, struct establishment *e)
{
	const char *known = request_resolved(x->r, id);

	return *known && !establishment_find(x->app, x->a, known, e);
}

static void establishments(struct making *x, const char *caption, const struct strs *ids)
{
	struct block *b = agreement_text_table(x->a, x->t, caption, "Établissement", "Adresse", "Identifiant", NULL);

	for (size_t i = 0; i < ids->n; i++) {
		struct establishment e;

		if (find(x, ids->v[i], &e))
			agreement_text_cells(
				x->a, b, e.name,
				arena_printf(x->a, "%s%s%s %s", e.street, *e.street ? ", " : "", e.postal_code, e.city),
				e.id, NULL);
		else
			agreement_text_cells(x->a, b, request_name_of(x->app, x->a, x->r, ids->v[i]), "", "", NULL);
	}
	if (!ids->n)
		agreement_text_cells(x->a, b, "Aucun", "", "", NULL);
}

static const char *names_of(struct making *x, const struct strs *ids, const struct strs *all)
{
	struct buf b = buf_new(x->a);

	if (!ids->n)
		return "Aucun";
	if (ids->n == all->n)
		return "Tous les établissements de la liste";
	for (size_t i = 0; i < ids->n; i++) {
		struct establishment e;

		buf_printf(&b, "%s%s", i ? ", " : "",
			   find(x, ids->v[i], &e) ? e.name : request_name_of(x->app, x->a, x->r, ids->v[i]));
	}
	return buf_str(&b);
}

static void annex(struct making *x)
{
	struct block *b;

	agreement_text_add(x->a, x->t, BLOCK_PAGE, "");
	agreement_text_add(x->a, x->t, BLOCK_HEADING,
			   agreement_typeset(x->a, "Annexe 1 : personnes habilitées et établissements"));
	b = agreement_text_table(x->a, x->t, "Personnes habilitées", "Nom", "Prénom", "Fonction", "Courriel", NULL);
	for (size_t i = 0; i < x->people_n; i++) {
		const struct request_person *p = &x->people[i];

		agreement_text_cells(x->a, b, p->surname, p->given_name, p->title, p->mail, NULL);
	}
	establishments(x, "Établissements : informations de fonctionnement", &x->r->listing);
	establishments(x, "Établissements : places libres", &x->r->places);
	b = agreement_text_table(x->a, x->t, "Ce que chaque personne peut saisir", "Personne",
				 "Informations de fonctionnement", "Places libres", NULL);
	for (size_t i = 0; i < x->people_n; i++) {
		const struct request_person *p = &x->people[i];

		agreement_text_cells(x->a, b, arena_printf(x->a, "%s %s", p->given_name, p->surname),
				     names_of(x, &p->listing, &x->r->listing), names_of(x, &p->places, &x->r->places),
				     NULL);
	}
}

enum err agreement_text_of(struct app *app, struct arena *a, const struct caf *caf, const struct grant_request *r,
			   struct agreement_text *out)
{
	struct agreement_text t = { 0 };
	struct making x = { .app = app, .a = a, .caf = caf, .r = r, .t = &t };
	const char *template, *title;
	struct agreement_text articles;
	enum err e = request_people(a, r, &x.people, &x.people_n);

	if (!e)
		e = agreement_template_of(app, a, caf->code, &template);
	if (!e)
		e = agreement_articles(a, template, caf, r, x.people_n, &title, &articles);
	if (e)
		return e;
	agreement_text_add(a, &t, BLOCK_TITLE, title);
	agreement_text_add(a, &t, BLOCK_PARAGRAPH,
			   arena_printf(a, "Convention n° %s, sur la demande %s transmise le %s.", r->agreement,
					r->number, day_fr(a, day_of(r->sent_at))));
	parties(&x);
	for (size_t i = 0; i < articles.n; i++)
		*agreement_text_add(a, &t, BLOCK_PARAGRAPH, "") = articles.v[i];
	signatures(&x);
	annex(&x);
	*out = t;
	return ERR_OK;
}
