/* Inside the convention's text only: building blocks, the articles of a template, the request's values as people read them. */
#ifndef ACTS_AGREEMENT_WORDS_H
#define ACTS_AGREEMENT_WORDS_H

#include "acts/agreement_text.h"

struct block *agreement_text_add(struct arena *a, struct agreement_text *t, enum block_kind kind, const char *text);
/* With its columns, then NULL; a row of it, its cells. */
struct block *agreement_text_table(struct arena *a, struct agreement_text *t, const char *caption, ...)
	__attribute__((sentinel));
void agreement_text_cells(struct arena *a, struct block *table, ...) __attribute__((sentinel));
void agreement_text_row(struct arena *a, struct block *table, const struct strs *cells);

/* French no-break spaces before : ; ? ! » and after «. */
const char *agreement_typeset(struct arena *a, const char *s);
/* « Mairie, 3 rue de l’Aumane, 00420 Courtebise ». */
const char *agreement_address(struct arena *a, const struct grant_request *r);
/* « 219 200 789 00015 ». */
const char *agreement_siret(struct arena *a, const char *siret);

/* A checked template's title and articles, its placeholders filled. ERR_CORRUPT: an unknown one. */
MUST_USE enum err agreement_articles(struct arena *a, const char *template, const struct caf *caf,
				     const struct grant_request *r, size_t people, const char **title,
				     struct agreement_text *out);

#endif
