/* The convention as a text: titles, paragraphs, tables, in their order. Its canonical form is what is kept, hashed and printed:
   the page and the PDF are made of it alone, so that they say the same. */
#ifndef ACTS_AGREEMENT_TEXT_H
#define ACTS_AGREEMENT_TEXT_H

#include "acts/app.h"

enum block_kind { BLOCK_TITLE, BLOCK_HEADING, BLOCK_PARAGRAPH, BLOCK_ITEM, BLOCK_TABLE, BLOCK_PAGE, BLOCK__MAX };

struct block {
	enum block_kind kind;
	const char *text;  /* of a table: its caption; of a page break: "" */
	struct strs head;  /* a table's columns */
	struct strs *rows; /* a cell's '\n' is a new line in it; the canonical form has none */
	size_t n;
};

struct agreement_text {
	struct block *v;
	size_t n;
};

/* A row of the signatures' table whose cells are for a pen: nothing but the first is filled. */
bool agreement_text_by_hand(const struct block *table, size_t row);

/* One line a block or a row: "T title", "H heading", "P paragraph", "I item", "C caption<TAB>column…" then "R cell<TAB>…" a row,
   "B" a new page. Ends with a newline. */
const char *agreement_text_write(struct arena *a, const struct agreement_text *t);
/* ERR_CORRUPT: no canonical text. */
MUST_USE enum err agreement_text_read(struct arena *a, const char *canonical, struct agreement_text *out);
void agreement_text_hash(const char *canonical, uint8_t out[DIGEST_SIZE]);

/* The document of a request, whose field agreement is its number: the parties, the Caf's articles, the signatures, annex 1. */
MUST_USE enum err agreement_text_of(struct app *app, struct arena *a, const struct caf *caf,
				    const struct grant_request *r, struct agreement_text *out);

/* --- the articles, in the Caf's own words ---
   "# " begins the title, "## " the heading of an article, "- " an item, "1. " a paragraph of its own; other lines up to an empty one are a paragraph.
   {name} stands for a value of the request; agreement_placeholders names them, then NULL. */

#define AGREEMENT_TEMPLATE_MAX (64u << 10)

extern const char *const agreement_placeholders[];

/* A file as it is, or one byte more of it than is allowed. ERR_NOTFOUND and ERR_UNAVAILABLE: errno tells why. */
MUST_USE enum err agreement_template_file(struct arena *a, const char *path, struct bytes *out);
/* The Caf's, or the one we ship (settings data_agreement). ERR_NOTFOUND: that file is not there. */
MUST_USE enum err agreement_template_of(struct app *app, struct arena *a, const char *caf, const char **out);
/* ERR_INVALID, and *why in English with the line: an unknown placeholder, no article, not clean text, too long. */
MUST_USE enum err agreement_template_check(struct arena *a, struct bytes text, const char **clean, const char **why);
/* Keeps it for the Caf, with the record TEMPLATE_SET. ERR_NOTFOUND: no such Caf. */
MUST_USE enum err agreement_template_set(struct app *app, struct arena *a, const struct visitor *who, const char *caf,
					 struct bytes text, const char **why);

#endif
