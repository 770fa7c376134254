/* A Caf's queue: what waits for it, oldest first. */
#ifndef ACTS_QUEUE_H
#define ACTS_QUEUE_H

#include "acts/rights.h"

struct queue_filter {
	const char *kind;    /* "" : all */
	const char *text;    /* provider or establishment, folded contains */
	const char *claimed; /* "" all, "moi", "personne" */
	size_t page, per_page;
};

struct queue_page {
	struct todo *v;
	size_t n;
	size_t total; /* that match */
	size_t all;   /* without the filter */
	size_t revisions, requests, reports;
	size_t agreements; /* that came back signed */
	size_t unreturned, departures;
	int64_t last_decided; /* for the empty queue; 0: never */
};
MUST_USE enum err queue_read(struct app *app, struct arena *a, const struct visitor *who, const struct queue_filter *f,
			     struct queue_page *out);
size_t queue_count(struct app *app, struct arena *a, const char *caf);
/* The same, of those the visitor may open: requests and conventions are the administrators'. queue_read and queue_next leave
   the others out too. */
size_t queue_count_for(struct app *app, struct arena *a, const struct visitor *who);
/* Its page is the visitor's: fiches and reports are the reviewers', the others the administrators'. */
bool todo_may_open(const struct visitor *who, const struct todo *t);
/* The oldest of that kind ("" : any) that he may open and no colleague has taken; ERR_NOTFOUND: none left. */
MUST_USE enum err queue_next(struct app *app, struct arena *a, const struct visitor *who, const char *kind,
			     struct todo *out);
/* All files of a kind in the visitor's Caf, oldest first. */
MUST_USE enum err queue_of_kind(struct app *app, struct arena *a, const struct visitor *who, const char *kind,
				struct todo **out, size_t *n);
/* Rank (from 1) and number of files of a kind. ERR_NOTFOUND: it waits no longer. */
MUST_USE enum err queue_rank(struct app *app, struct arena *a, const char *caf, const char *kind,
			     struct uuid establishment, size_t *rank, size_t *of);
/* One file; object: the establishment of a fiche, else the file's own id. ERR_NOTFOUND. */
MUST_USE enum err queue_find(struct app *app, struct arena *a, const char *caf, const char *kind, struct uuid object,
			     struct todo *out);
/* Somebody took it less than 30 minutes ago. */
bool todo_is_claimed(const struct todo *t, int64_t now);
int64_t todo_claimed_until(const struct todo *t);
/* Takes a file for 30 minutes (« Pris par »), one's own for 30 more from now. A colleague may take it over. */
MUST_USE enum err queue_claim(struct app *app, struct arena *a, const struct visitor *who, const struct todo *file);

/* Keys, for the acts that add and remove files. */
struct bytes todo_key(struct arena *a, const char *caf, int64_t since, const char *kind, struct uuid object);

#endif
