/* Fonctionnement: the comparison with what is online, and its sending to the Caf. */
#include "fcgi/page/pro_listing.h"

#include <string.h>

static const struct choice send_actions[] = {
	{ "envoyer", "Envoyer à la Caf" },
	{ "corriger", "Corriger" },
	{ "effacer", "Effacer le brouillon" },
	{ NULL, NULL },
};
static const struct field send_fields[] = {
	{ .name = "base", .label = "Fiche de départ", .kind = FIELD_TOKEN, .max = 20 },
	{ .name = "attente", .label = "Envoi en attente", .kind = FIELD_TOKEN, .max = 20 },
	{ .name = "brouillon", .label = "Brouillon", .kind = FIELD_TOKEN, .max = 20 },
	{ .name = "action", .label = "Action", .kind = FIELD_BUTTON, .required = true, .choices = send_actions },
};

const struct form *form_listing_send(void)
{
	static const struct form form = { send_fields, LENGTH(send_fields) };

	return &form;
}

void changes(struct request *rq, struct html *h, const struct difference *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *id = arena_printf(rq->arena, "c%zu", i + 1);

		html(h, "<section class=\"change\" aria-labelledby=\"{}\"><h3 id=\"{}\">{f} ", id, id,
		     section_labels[v[i].section]);
		if (!*v[i].before)
			html(h, "<span class=\"tag tag-ok\">Nouveau</span>");
		else if (!*v[i].after)
			html(h, "<span class=\"tag tag-warn\">Retiré</span>");
		else
			html(h, "<span class=\"tag tag-info\">Modifié</span>");
		html(h, "</h3>\n");
		diff_sides(h, rq->arena, v[i].before, v[i].after);
		html(h, "</section>\n");
	}
}

void changes_sentence(struct html *h, size_t n, size_t all)
{
	html(h,
	     "<p><strong>{} {}, {} {}.</strong> Le texte <del><span class=\"vh\">supprimé : </span>barré, sur fond orange</del> "
	     "disparaît ; le texte <ins><span class=\"vh\">ajouté : </span>en gras, sur fond bleu</ins> apparaît.</p>\n",
	     html_number(h, (int64_t)n), n > 1 ? "rubriques modifiées" : "rubrique modifiée",
	     html_number(h, (int64_t)(all - n)), all - n > 1 ? "inchangées" : "inchangée");
}

static bool is_withdrawn(const struct listing_state *st)
{
	return st->published.rev && strcmp(st->published.state, "online") != 0;
}

static void send_form(struct request *rq, struct html *h, const struct listing_state *st, bool changed)
{
	form_open(rq, h, "", arena_printf(rq->arena, "%s/fonctionnement/verification", own_path(rq)));
	field_hidden(h, "base", arena_printf(rq->arena, "%d", (int)st->published.n));
	field_hidden(h, "attente", arena_printf(rq->arena, "%d", (int)st->pending.n));
	field_hidden(h, "brouillon", arena_printf(rq->arena, "%llu", (unsigned long long)st->draft.rev));
	html(h, "<div class=\"actions\">");
	if (changed)
		html(h, "<button class=\"btn\" name=\"action\" value=\"envoyer\">Envoyer à la Caf</button>");
	html(h, "<button class=\"btn btn-alt\" name=\"action\" value=\"corriger\">Corriger</button>"
		"<button class=\"btn btn-alt\" name=\"action\" value=\"effacer\">Effacer le brouillon</button></div>\n");
	form_close(h);
}

/* stale: NULL, or what changed since the comparison was read. */
static enum err check_page(struct request *rq, struct html *h, const struct listing_state *st,
			   const struct listing *draft, const char *stale)
{
	struct difference *v;
	size_t n;

	listing_compare(rq->app, rq->arena, st->published.rev ? &st->online : NULL, draft, &v, &n);
	if (stale)
		rq->re->status = 409;
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_PRO,
				   .tab = "/espace-pro",
				   .title = arena_printf(rq->arena, "%s : relire avant d’envoyer", rq->e.name) });
	listing_crumbs(rq, h, "Relire avant d’envoyer");
	html(h, "<h1>{} : relire avant d’envoyer</h1>\n", rq->e.name);
	if (stale)
		note(h, NOTE_WARN, stale);
	listing_withdrawn_note(rq, h, &st->published);
	listing_pending_note(rq, h, st, "celui-ci le remplacera");
	if (n) {
		html(h, "<h2 class=\"vh\">Modifications</h2>\n");
		changes_sentence(h, n, sections_of(&rq->e));
	} else {
		note(h, NOTE_INFO,
		     is_withdrawn(st) ? "Rien n’a changé : vous pouvez demander que la fiche revienne en ligne." :
					"Rien n’a changé : rien à envoyer.");
	}
	changes(rq, h, v, n);
	send_form(rq, h, st, n > 0 || is_withdrawn(st));
	page_end(rq, h);
	return ERR_OK;
}

/* ERR_NOTFOUND: no draft to check. ERR_INVALID: it was saved with faults. */
static enum err draft_listing(struct request *rq, const struct listing_state *st, struct listing *out)
{
	if (!st->draft.rev)
		return ERR_NOTFOUND;
	struct input in = draft_input(rq->arena, &st->draft);

	listing_from_input(rq->app, rq->arena, &rq->e, &in, out, &rq->faults);
	return rq->faults.n ? ERR_INVALID : ERR_OK;
}

/* The form again, with what stands in the way of checking or sending the draft. */
static enum err back_to_form(struct request *rq, struct html *h, const struct listing_state *st, enum err e)
{
	if (e == ERR_INVALID) {
		rq->in = draft_input(rq->arena, &st->draft);
		rq->re->status = 422;
		return listing_edit_page(rq, h, st);
	}
	http_see_other(rq->re, arena_printf(rq->arena, "%s/fonctionnement", own_path(rq)));
	return ERR_OK;
}

#define OTHER_ONLINE \
	"La fiche en ligne a changé depuis que vous avez commencé. Relisez la comparaison ; votre texte est gardé. Envoyez-le de " \
	"nouveau s’il convient."
#define OTHER_PENDING \
	"Ce qui attend la Caf a changé depuis que vous avez lu cette comparaison ; votre texte est gardé. Relisez, puis envoyez de " \
	"nouveau s’il convient."
#define OTHER_DRAFT \
	"Votre brouillon a changé dans une autre fenêtre depuis que vous avez lu cette comparaison. Relisez-la, puis envoyez."

static bool is_other_draft(struct request *rq, const struct listing_state *st)
{
	const char *read = input_get(&rq->in, "brouillon");

	return *read && strcmp(read, arena_printf(rq->arena, "%llu", (unsigned long long)st->draft.rev)) != 0;
}

/* Refused: pressed twice, it was sent all the same. */
static enum err not_sent(struct request *rq, struct html *h, const struct revision_seen *seen, struct listing *draft,
			 enum err refused)
{
	struct listing_state st;

	if (act_was_done(rq->app, &rq->who))
		return done(rq, "/espace-pro", "fiche-envoyee");
	enum err e = listing_state_read(rq->app, rq->arena, &rq->who, &rq->e, &st);

	if (e)
		return e;
	if (st.draft.rev && is_other_draft(rq, &st))
		return (e = draft_listing(rq, &st, draft)) ? back_to_form(rq, h, &st, e) :
							     check_page(rq, h, &st, draft, OTHER_DRAFT);
	if (refused == ERR_INVALID)
		rq->re->status = 422;
	return check_page(rq, h, &st, draft,
			  refused != ERR_CONFLICT      ? NULL :
			  seen->base != st.published.n ? OTHER_ONLINE :
							 OTHER_PENDING);
}

enum err page_listing_check(struct request *rq, struct html *h)
{
	struct listing_state st;
	struct listing draft;
	enum err e = listing_state_read(rq->app, rq->arena, &rq->who, &rq->e, &st);

	if (e)
		return e;
	if ((e = draft_listing(rq, &st, &draft)))
		return back_to_form(rq, h, &st, e);
	return check_page(rq, h, &st, &draft, st.draft.base == st.published.n ? NULL : OTHER_ONLINE);
}

/* Stays as it is when the field is not there. */
static enum err take_number(struct request *rq, const char *name, uint64_t *n)
{
	const char *typed = input_get(&rq->in, name);
	int64_t number;

	if (!*typed)
		return ERR_OK;
	if (text_to_int(typed, 0, INT32_MAX, &number))
		return ERR_MALFORMED;
	*n = (uint64_t)number;
	return ERR_OK;
}

enum err page_listing_send(struct request *rq, struct html *h)
{
	struct listing_state st;
	struct listing draft;
	struct revision_seen seen;
	uint64_t n;
	bool unchanged = false;
	enum err e = listing_state_read(rq->app, rq->arena, &rq->who, &rq->e, &st);

	if (e)
		return e;
	if (input_has(&rq->in, "action", "corriger"))
		return back_to_form(rq, h, &st, ERR_OK);
	bool drop = input_has(&rq->in, "action", "effacer");

	if (drop && !(st.draft.rev && is_other_draft(rq, &st)))
		return (e = draft_drop(rq->app, rq->arena, &rq->who, &rq->e, st.draft.rev)) ?
			       e :
			       done(rq, own_path(rq), "brouillon-efface");
	if (!drop && !input_has(&rq->in, "action", "envoyer"))
		return ERR_MALFORMED;
	if (!drop && act_was_done(rq->app, &rq->who))
		return done(rq, "/espace-pro", "fiche-envoyee");
	if ((e = draft_listing(rq, &st, &draft)))
		return back_to_form(rq, h, &st, e);
	seen = (struct revision_seen){ st.draft.base, st.pending.n, st.draft.rev };
	if ((e = take_number(rq, "base", &seen.base)) || (e = take_number(rq, "attente", &seen.pending)))
		return e;
	if (is_other_draft(rq, &st))
		return check_page(rq, h, &st, &draft, OTHER_DRAFT);
	struct input in = draft_input(rq->arena, &st.draft);

	e = revision_send(rq->app, rq->arena, &rq->who, &rq->e, &in, &seen, &rq->faults, &unchanged, &n);
	if (e == ERR_INVALID && !unchanged)
		return back_to_form(rq, h, &st, e);
	if (e == ERR_CONFLICT || e == ERR_INVALID)
		return not_sent(rq, h, &seen, &draft, e);
	return e ? e : done(rq, "/espace-pro", "fiche-envoyee");
}
