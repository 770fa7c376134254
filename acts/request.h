/* Requests for an habilitation (convention art. 3-1, 3-2): the anonymous draft, the frozen request, what the Caf
   does with it. States: submitted → checked → agreement_sent → agreement_signed → active; refused, withdrawn. */
#ifndef ACTS_REQUEST_H
#define ACTS_REQUEST_H

#include "acts/app.h"

/* French labels of states and of what happened: state_choices, event_choices. */
extern const struct choice request_state_choices[];
extern const struct choice request_event_choices[];

/* The code of the Caf that stands in a request's number; "" : none does. */
const char *request_caf(struct arena *a, const char *number);

/* Keys. */
struct bytes request_key(struct arena *a, const char *number);
struct bytes request_event_key(struct arena *a, const char *number, uint32_t n);
/* Prefix of all requests of a Caf, by number. */
struct bytes request_prefix(struct arena *a, const char *caf);

/* What stands for a request where an entryUUID is asked (the queue): drawn from its number. */
struct uuid request_object(const char *number);

/* Those of both lists, each once. */
size_t request_establishments(const struct grant_request *r);

/* Its row in the Caf's queue, but for the kind, the detail and since when it waits. */
void request_todo_put(struct arena *a, struct changeset *cs, const struct grant_request *r, struct todo *row);

/* The people inside a request, and back. ERR_CORRUPT. */
MUST_USE enum err request_people(struct arena *a, const struct grant_request *r, struct request_person **out, size_t *n);
struct bytes request_people_encode(struct arena *a, const struct request_person *v, size_t n);

/* "+2" → 2; 0: an establishment's id. */
unsigned request_line_of(const char *id);
/* Name of what a list of the request holds: the establishment's, or the free line; when the register lost it, as it was chosen. */
const char *request_name_of(struct app *app, struct arena *a, const struct grant_request *r, const char *id);

/* One request, whoever asks. ERR_NOTFOUND. */
MUST_USE enum err request_read(struct app *app, struct arena *a, const char *number, struct grant_request *out);

/* Adds what happened (a code of request_event_choices) under the next free n: *n counts the events so far and is raised. */
void request_event_add(struct arena *a, struct changeset *cs, const struct visitor *who, const char *number,
		       uint32_t *n, const char *what, const char *text);
MUST_USE enum err request_events(struct app *app, struct arena *a, const char *number, struct request_event **out,
				 size_t *n);

#endif
