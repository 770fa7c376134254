/* Pages: the route table, what a handler gets, the page frame and the pieces pages are made of.
   Adding a page: one row in routes.c, one handler, one row in tests/flow/matrix. */
#ifndef FCGI_PAGE_PAGE_H
#define FCGI_PAGE_PAGE_H

#include "acts/codes.h"
#include "acts/places.h"
#include "acts/who.h"
#include "base/text.h"
#include "fcgi/http/html.h"
#include "fcgi/http/http.h"

enum pool { POOL_PUBLIC, POOL_PRIVATE, POOL_LOGIN, POOL__MAX };

#define SESSION_COOKIE "__Host-session"
#define FORM_COOKIE "__Host-form" /* of anonymous forms: dies with the browser, unless a draft is kept (request.c) */
#define ROUTE_ARGS 3

struct request {
	struct app *app;
	struct arena *arena;
	const struct http_request *http;
	struct http_reply *re;
	const struct route *route;
	const char *arg[ROUTE_ARGS]; /* what stood for {…} in the pattern, in order */
	struct visitor who;
	struct input in;            /* the route's form: body of a POST, query of a GET */
	struct input posted;        /* as it came, whatever the page made of it */
	bool kept;                  /* in comes from a form an expired session had posted */
	struct strs kept_elsewhere; /* pages of others of its forms */
	const char *form_id;        /* of the forms of this page (« reprise ») */
	struct faults faults;
	size_t summary_at;      /* where in the body the error summary goes; 0: nowhere */
	const struct form *of;  /* what in was typed in; NULL: the route's form */
	bool old_form;          /* refused because it was shown to another session */
	bool wrong_method;      /* the page is there, and is asked for in another way */
	const char *csrf;       /* to put in every form (page_form_open does) */
	struct establishment e; /* routes with a right or a Caf's establishment */
	unsigned families;      /* the visitor's rights on e */
};

typedef enum err (*page_handler)(struct request *rq, struct html *h);
typedef const struct form *(*form_of)(void);

enum route_flag {
	ROUTE_ANONYMOUS_CSRF = 1, /* a POST without session: CSRF is keyed BLAKE2b of the __Host-form cookie */
	ROUTE_FIRST_LOGIN = 2,    /* reachable while the password must be changed */
	ROUTE_OWN = 4,            /* {id} is an establishment the visitor has a right of `families` on */
	ROUTE_CAF_OWN = 8,        /* {id} is an establishment of the visitor's Caf */
	ROUTE_STALE = 16,         /* answers even when the mirror is not fresh */
	ROUTE_LONG = 32,          /* its form may be longer than 64 KiB */
};

#define ANY_ROLE (~0u)

/* A handler runs once everything its row says holds; the page leaves only if it answers ERR_OK. */
struct route {
	unsigned methods;
	const char *pattern; /* "/a/{id}/b"; {…} matches one segment */
	enum pool pool;
	unsigned roles; /* any of these; ANY_ROLE: whoever logged in, who has none yet too; 0: anyone, no session needed */
	unsigned families; /* ROUTE_OWN */
	unsigned flags;
	form_of form; /* declared fields; NULL: none */
	page_handler run;
};

extern const struct route routes[];
extern const size_t routes_n;

/* A refusal is an event of its own, of rq->e where the request is about it; without its record the answer stays a refusal. */
void record_refusal(struct request *rq, const char *cause);

/* dispatch.c: the only way from a request to a handler, and from an error to a page. */
struct dispatch {
	struct app *app;
	enum pool pool;
};
void dispatch(void *dispatch, const struct http_request *http, struct http_reply *re);

/* Matches path; NULL: none (*allowed then holds the methods of the routes that match the path, or 0). */
const struct route *route_find(const char *path, unsigned method, struct arena *a, const char *arg[ROUTE_ARGS],
			       unsigned *allowed);

/* The page that shows the form a path takes: the path itself, or what it stands below. "" : none. */
const char *form_page_of(struct arena *a, const char *path);

/* Records that the visitor asked for a file of another Caf (caf: whose it is; "" : his own is named); his answer is 404. */
void refuse_foreign(struct request *rq, const char *object_kind, const char *object_id, const char *caf);

/* --- frame.c --- */

enum space { SPACE_PUBLIC, SPACE_PRO, SPACE_CAF, SPACE_AUDIT };

struct page {
	enum space space;
	const char *title; /* French, of the document, without the site's name */
	const char *tab;   /* path of the current tab or navigation entry; NULL: none */
	bool narrow;
};

void page_begin(struct request *rq, struct html *h, const struct page *p);
void page_end(struct request *rq, struct html *h);

/* A whole page for an error code: French sentence, one way out, incident number on 500. Sets the status. */
void page_error(struct request *rq, struct html *h, enum err e, const char *incident);
int status_of(enum err e);

/* The home of the visitor's first role, and the space it stands in; nobody's is the public one. */
const char *home_of(unsigned roles);
enum space space_of(const struct visitor *who);
/* "/espace-pro/etablissements/{id}" of the request's establishment. */
const char *own_path(struct request *rq);

/* --- ui.c: pieces; each writes to h --- */

/* label, href, label, href, …, last label, NULL: fil d’Ariane. */
void crumbs(struct html *h, const char *first, ...) __attribute__((sentinel));

enum note_kind { NOTE_INFO, NOTE_OK, NOTE_WARN };
void note(struct html *h, enum note_kind kind, const char *text);

/* Success note from ?fait=code (notices.c), role="status". */
void notice(struct request *rq, struct html *h);

/* The box first in main; nothing without faults. « Corrigez N réponses », each line links to its field, in the order in which
   the fields stand in the page: it is put there when the page is whole. */
void error_summary(struct request *rq, struct html *h);
void summary_insert(struct request *rq);

/* <form method=post action=… novalidate> with its csrf field and, of somebody known, form_once; action NULL: the request's own path. */
void form_open(struct request *rq, struct html *h, const char *class, const char *action);
/* Pressed twice, what is in the form is sent once. */
void form_once(struct request *rq, struct html *h);
void form_close(struct html *h);
/* A box to tick, one of several of its name; of the fault of its id, which stands before it as « e-ID », it is described. */
void one_box(struct request *rq, struct html *h, const char *id, const char *name, const char *value, const char *label);
/* One box to tick, value "oui", with what is wrong with it; check_box_at: in a page with several of that name, its fault is of
   the id. */
void check_box(struct request *rq, struct html *h, const char *name, const char *label);
void check_box_at(struct request *rq, struct html *h, const char *id, const char *name, const char *label);
void field_hidden(struct html *h, const char *name, const char *value);

/* A field of a form by its row: label, hint, fault, value kept (never a password's). width: "w-s", "w-m", "w-l" or "". */
void field_of(struct request *rq, struct html *h, const struct form *form, const char *name, const char *width);

/* A list to choose from in a search or filter, with its fault if it has one. */
void filter_select(struct request *rq, struct html *h, const char *name, const char *label,
		   const struct choice *choices, const char *selected);
/* Beside it, one line of text as typed. */
void filter_text(struct request *rq, struct html *h, const char *name, const char *label);
/* The form they stand in, of a list at that path; label: what it is for. */
void filter_open(struct html *h, const char *path, const char *label);
void filter_close(struct html *h, const char *button);

/* A table that scrolls by itself where it is wider than the screen, up to its first row: its caption, of that id, and its columns'
   heads, then NULL. Caption and heads are our own French. */
void table_open(struct html *h, const char *id, const char *caption, ...) __attribute__((sentinel));
void table_close(struct html *h);

struct tag_of {
	const char *class; /* "", "tag-ok", "tag-warn", "tag-err", "tag-info" */
	const char *text;
};
void tag(struct html *h, struct tag_of t);
/* « À jour », « À actualiser », …: the same words for the agent and for families. */
struct tag_of freshness_tag(enum freshness fresh);
/* What families read instead of a grid that is hidden or was never reported; confirmed_at of the hidden one. */
void places_untold(struct request *rq, struct html *h, enum freshness fresh, int64_t confirmed_at);

/* Value of ?name= kept in a link: path with its query, each value percent-encoded. name, value, …, NULL. */
const char *link_with(struct arena *a, const char *path, ...) __attribute__((sentinel));

/* A link that calls; the number as the directory or a listing has it. */
void phone_link(struct html *h, struct arena *a, const char *phone);
/* « 1er décembre 2026 », the letters raised. */
void day_words(struct html *h, struct arena *a, day_t day);

/* A read-only table of places for one band; widths and words as in the pictures. */
void places_table(struct html *h, const uint16_t *cells, int band, unsigned halves, unsigned weekdays,
		  const char *caption_extra);

/* « Page 2 sur 9 » and its neighbours; list: the path with the filters of its query. Nothing where one page holds all. */
void pages_of(struct request *rq, struct html *h, const char *list, const char *label, int64_t page, size_t total,
	      size_t per_page);
/* A page past the last one: true, and the reply leads to the last. */
bool pages_are_fewer(struct request *rq, const char *list, int64_t page, size_t total, size_t per_page);

/* "page" of the query, 1 where it is not given. ERR_MALFORMED. */
MUST_USE enum err page_number(struct request *rq, int64_t *out);

/* The diff of two rubrics, side by side. */
void diff_sides(struct html *h, struct arena *a, const char *before, const char *after);

/* Pieces several subjects share: the changed rubrics, the sentence that counts them, a listing's rubrics, a state. */
void changes(struct request *rq, struct html *h, const struct difference *v, size_t n);
void changes_sentence(struct html *h, size_t n, size_t all);
void listing_rubrics(struct request *rq, struct html *h, const struct listing *l);
/* At most one on a page; links lead to each revision of rq->e. */
void revisions_table(struct request *rq, struct html *h, const struct revision *v, size_t n);
struct tag_of revision_tag(const char *state);

/* What was posted and is not recorded, to copy out: « Ce que vous aviez écrit ». Nothing where there was nothing. */
void typed_values(struct request *rq, struct html *h);

/* Pages of families kept ready in the worker: answered while the record they were made from has the same revision, and for a
   minute at most, since they speak of days. Both give the reply its tag, which tells the body: a browser that has it is not sent it
   again (RFC 9110 section 13.1.2). path is the canonical one. Bounded: 256 pages of 16 KiB. */
bool page_cache_get(const char *path, uint64_t rev, struct http_reply *re);
void page_cache_put(const char *path, uint64_t rev, struct http_reply *re);

/* To the agent: the Caf took the listing off the site, and why; nothing while it is online. */
void listing_withdrawn_note(struct request *rq, struct html *h, const struct published *p);

/* The provider's conventions in force, when one renews or ends, whom to call at the Caf. */
MUST_USE enum err own_agreements(struct request *rq, struct agreements *out);
void own_agreement_sentence(struct request *rq, struct html *h, const struct agreement *g);
void caf_service_lines(struct request *rq, struct html *h);

/* Address of the public page: "/etablissements/{slug}-{id}". */
const char *public_path(struct arena *a, const char *name, const char *id);

/* 303 to path?fait=code. */
enum err done(struct request *rq, const char *path, const char *code);

/* Rows that several forms have. */
/* clang-format off */
#define FIELD_IDENTIFIER \
	{ .name = "identifiant", \
	  .label = "Identifiant", \
	  .kind = FIELD_TEXT, \
	  .required = true, \
	  .max = 254, \
	  .hint = "Il figure dans le courriel qui a ouvert votre accès. Exemple : l.valombre", \
	  .missing = "Saisissez votre identifiant", \
	  .autocomplete = "username" }
#define DEPARTURE_MOVED "Quelque chose a changé entre-temps : rien n’est enregistré. Relisez, puis recommencez."
#define FIELD_LAST_DAY \
	{ .name = "fin", \
	  .label = "Dernier jour de mission", \
	  .kind = FIELD_DAY, \
	  .required = true, \
	  .hint = "Aujourd’hui ou un jour passé, comme 24/11/2026", \
	  .missing = "Saisissez le dernier jour de mission" }
/* clang-format on */

/* --- handlers, by subject: one file each --- */
/* public.c */
enum err page_home(struct request *rq, struct html *h);
enum err page_search(struct request *rq, struct html *h);
enum err page_family(struct request *rq, struct html *h);
const struct form *form_search(void);
struct search;
struct search_result;
/* The plan of one page of results; first is the number of its first mark. */
void search_plan(struct html *h, const struct search *q, const struct search_result *r, size_t first);
/* The body of an establishment's page as families see it: also the Caf's preview. */
void family_body(struct request *rq, struct html *h, const struct family_page *p);
/* What it says of a listing that nobody may update any more: struct family_page's ended_on, not 0. */
const char *listing_ended_text(struct arena *a, int64_t ended_on);
/* report.c */
enum err page_report(struct request *rq, struct html *h);
enum err page_report_post(struct request *rq, struct html *h);
/* An establishment that was published and no longer is. */
enum err page_gone(struct request *rq, struct html *h, const struct family_page *p);
/* texts.c */
enum err page_help(struct request *rq, struct html *h);
enum err page_accessibility(struct request *rq, struct html *h);
enum err page_legal(struct request *rq, struct html *h);
enum err page_privacy(struct request *rq, struct html *h);
enum err page_sitemap(struct request *rq, struct html *h);
enum err page_grant_about(struct request *rq, struct html *h);
/* login.c */
enum err page_login(struct request *rq, struct html *h);
enum err page_login_post(struct request *rq, struct html *h);
enum err page_logout(struct request *rq, struct html *h);
enum err page_first_change(struct request *rq, struct html *h);
enum err page_first_change_post(struct request *rq, struct html *h);
enum err page_account(struct request *rq, struct html *h);
enum err page_account_post(struct request *rq, struct html *h);
enum err page_reminders_post(struct request *rq, struct html *h);
const struct form *form_login(void);
const struct form *form_first_change(void);
const struct form *form_account(void);
const struct form *form_reminders(void);
/* forgotten.c */
enum err page_forgotten(struct request *rq, struct html *h);
enum err page_forgotten_post(struct request *rq, struct html *h);
enum err page_forgotten_sent(struct request *rq, struct html *h);
const struct form *form_forgotten(void);
/* request.c, request_lists.c, request_people.c, request_send.c */
enum err page_request_steps(struct request *rq, struct html *h);
enum err page_request_provider(struct request *rq, struct html *h);
enum err page_request_provider_post(struct request *rq, struct html *h);
enum err page_request_caf(struct request *rq, struct html *h);
enum err page_request_caf_post(struct request *rq, struct html *h);
enum err page_request_listing(struct request *rq, struct html *h);
enum err page_request_listing_post(struct request *rq, struct html *h);
enum err page_request_places(struct request *rq, struct html *h);
enum err page_request_places_post(struct request *rq, struct html *h);
enum err page_request_people(struct request *rq, struct html *h);
enum err page_request_people_post(struct request *rq, struct html *h);
enum err page_request_check(struct request *rq, struct html *h);
enum err page_request_send(struct request *rq, struct html *h);
enum err page_request_sent(struct request *rq, struct html *h);
enum err page_request_erase(struct request *rq, struct html *h);
enum err page_request_erase_post(struct request *rq, struct html *h);
const struct form *form_request_sent(void);
/* pro.c, pro_listing.c, pro_places.c */
/* departure.c */
enum err page_departure_ask(struct request *rq, struct html *h);
enum err page_departure_ask_post(struct request *rq, struct html *h);
enum err page_departure_sent(struct request *rq, struct html *h);
enum err page_departure_link(struct request *rq, struct html *h);
enum err page_departure_link_post(struct request *rq, struct html *h);
enum err page_departure_done(struct request *rq, struct html *h);
const struct form *form_departure_ask(void);
const struct form *form_departure_link(void);
/* pro.c, pro_agreement.c, pro_listing.c, pro_places.c */
enum err page_pro_home(struct request *rq, struct html *h);
enum err page_pro_establishment(struct request *rq, struct html *h);
enum err page_pro_agreement(struct request *rq, struct html *h);
enum err page_departure_post(struct request *rq, struct html *h);
const struct form *form_departure(void);
enum err page_listing_edit(struct request *rq, struct html *h);
enum err page_listing_save(struct request *rq, struct html *h);
enum err page_listing_check(struct request *rq, struct html *h);
enum err page_listing_send(struct request *rq, struct html *h);
enum err page_revisions(struct request *rq, struct html *h);
enum err page_revision(struct request *rq, struct html *h);
enum err page_revision_withdraw(struct request *rq, struct html *h);
enum err page_listing_withdraw(struct request *rq, struct html *h);
enum err page_places_edit(struct request *rq, struct html *h);
enum err page_places_post(struct request *rq, struct html *h);
enum err page_places_history(struct request *rq, struct html *h);
const struct form *form_places_history(void);
const struct form *form_listing(void);
const struct form *form_listing_send(void);
const struct form *form_withdraw(void);
/* caf_queue.c, caf_review.c, caf_establishment.c */
enum err page_caf_queue(struct request *rq, struct html *h);
enum err page_caf_revision(struct request *rq, struct html *h);
enum err page_caf_decide(struct request *rq, struct html *h);
/* « Pris par », until when: to take the file, or to keep it. */
void claim_form(struct request *rq, struct html *h, const struct todo *file, const char *action);
enum err page_caf_claim(struct request *rq, struct html *h);
enum err page_caf_preview(struct request *rq, struct html *h);
enum err page_caf_establishments(struct request *rq, struct html *h);
enum err page_caf_establishment(struct request *rq, struct html *h);
enum err page_caf_establishment_post(struct request *rq, struct html *h);
const struct form *form_queue(void);
const struct form *form_decision(void);
const struct form *form_caf_establishment(void);
const struct form *form_caf_establishments(void);
/* caf_report.c */
enum err page_caf_report(struct request *rq, struct html *h);
enum err page_caf_report_post(struct request *rq, struct html *h);
/* caf_agreement.c, caf_amendment.c, caf_annex.c */
enum err page_caf_agreements(struct request *rq, struct html *h);
enum err page_caf_agreement(struct request *rq, struct html *h);
/* 409: the convention as it is now, and who was quicker. */
enum err page_agreement_conflict(struct request *rq, struct html *h);
enum err page_termination(struct request *rq, struct html *h);
enum err page_termination_post(struct request *rq, struct html *h);
enum err page_agreement_keep(struct request *rq, struct html *h);
enum err page_annex(struct request *rq, struct html *h);
enum err page_annex_pdf(struct request *rq, struct html *h);
enum err page_amendment(struct request *rq, struct html *h);
enum err page_amendment_post(struct request *rq, struct html *h);
const struct form *form_caf_agreements(void);
const struct form *form_termination(void);
const struct form *form_agreement_keep(void);
const struct form *form_annex(void);
const struct form *form_amendment_ask(void);
const struct form *form_amendment(void);
/* caf_provider.c, caf_agent.c */
enum err page_caf_providers(struct request *rq, struct html *h);
enum err page_caf_provider(struct request *rq, struct html *h);
enum err page_caf_agent(struct request *rq, struct html *h);
enum err page_caf_agent_post(struct request *rq, struct html *h);
const struct form *form_caf_providers(void);
const struct form *form_caf_agent(void);
/* caf_requests.c, caf_request.c and what follows it */
enum err page_caf_requests(struct request *rq, struct html *h);
enum err page_caf_request(struct request *rq, struct html *h);
enum err page_caf_request_claim(struct request *rq, struct html *h);
enum err page_caf_request_acknowledge(struct request *rq, struct html *h);
enum err page_caf_request_check(struct request *rq, struct html *h);
enum err page_caf_request_prepare(struct request *rq, struct html *h);
enum err page_caf_request_refuse(struct request *rq, struct html *h);
enum err page_caf_request_refuse_post(struct request *rq, struct html *h);
enum err page_caf_request_withdraw(struct request *rq, struct html *h);
enum err page_caf_request_withdraw_post(struct request *rq, struct html *h);
enum err page_caf_request_tell(struct request *rq, struct html *h);
enum err page_caf_request_incomplete(struct request *rq, struct html *h);
enum err page_caf_request_incomplete_post(struct request *rq, struct html *h);
enum err page_caf_request_post(struct request *rq, struct html *h);
enum err page_caf_request_return(struct request *rq, struct html *h);
enum err page_caf_request_place(struct request *rq, struct html *h);
enum err page_caf_request_place_post(struct request *rq, struct html *h);
enum err page_caf_request_agreement(struct request *rq, struct html *h);
enum err page_caf_request_pdf(struct request *rq, struct html *h);
enum err page_caf_request_activate(struct request *rq, struct html *h);
enum err page_caf_request_activate_post(struct request *rq, struct html *h);
enum err page_caf_request_resend(struct request *rq, struct html *h);
const struct form *form_caf_requests(void);
const struct form *form_request_refuse(void);
const struct form *form_request_withdraw(void);
const struct form *form_request_tell(void);
const struct form *form_request_acknowledge(void);
const struct form *form_request_incomplete(void);
const struct form *form_request_posting(void);
const struct form *form_request_return(void);
const struct form *form_request_place(void);
const struct form *form_request_activate(void);
const struct form *form_request_resend(void);
/* audit.c, audit_integrity.c, audit_person.c */
enum err page_log_person(struct request *rq, struct html *h);
enum err page_connections(struct request *rq, struct html *h);
enum err page_actions(struct request *rq, struct html *h);
enum err page_log_export(struct request *rq, struct html *h);
enum err page_integrity(struct request *rq, struct html *h);
const struct form *form_log(void);

#endif
