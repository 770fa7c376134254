/* A request that the Caf refuses, or takes back for who sent it; and its mail, sent again. */
#include "fcgi/page/caf_request.h"

#include <string.h>

/* The state of the request that the form was shown with. */
#define FIELD_STATE \
	{ \
		.name = "etat", .label = "État", .kind = FIELD_TOKEN, .max = 32 \
	}

static const struct field refuse_fields[] = {
	{ .name = "motif",
	  .label = "Motif du refus",
	  .kind = FIELD_LINES,
	  .required = true,
	  .max = 500,
	  .hint = "Ce texte est envoyé tel quel par courriel à l’organisme. 500 caractères au plus.",
	  .missing = "Écrivez le motif" },
	FIELD_STATE,
};
static const struct field withdraw_fields[] = {
	{ .name = "motif",
	  .label = "Comment l’organisme l’a demandé",
	  .kind = FIELD_LINES,
	  .required = true,
	  .max = 500,
	  .hint = "Exemple : lettre reçue le 24/11/2026. Ce texte est envoyé tel quel par courriel à l’organisme. 500 caractères au plus.",
	  .missing = "Écrivez comment l’organisme l’a demandé" },
	FIELD_STATE,
};
static const struct field tell_fields[] = {
	{ .name = "courriel",
	  .label = "Courriel de l’organisme",
	  .kind = FIELD_MAIL,
	  .required = true,
	  .missing = "Saisissez le courriel" },
	FIELD_SEEN,
};

const struct form *form_request_refuse(void)
{
	static const struct form form = { refuse_fields, LENGTH(refuse_fields) };

	return &form;
}

const struct form *form_request_withdraw(void)
{
	static const struct form form = { withdraw_fields, LENGTH(withdraw_fields) };

	return &form;
}

const struct form *form_request_tell(void)
{
	static const struct form form = { tell_fields, LENGTH(tell_fields) };

	return &form;
}

/* What was done since the form was shown; "" : nothing. */
static const char *done_since(struct request *rq, const struct request_file *f)
{
	struct buf b = buf_new(rq->arena);
	enum request_stage seen = request_stage(input_get(&rq->in, "etat")), now = request_stage(f->r.state);

	for (int i = seen; seen != STAGE_CLOSED && i < (int)now; i++)
		buf_printf(&b, "%s ", caf_request_step_done(rq, f, (enum request_stage)i));
	if (!b.n && rq->re->status == 409)
		buf_text(&b, "Le dossier a changé entre-temps. ");
	return b.n ? buf_str(&b) : "";
}

static enum err closing_page(struct request *rq, struct html *h, const struct request_file *f, const struct form *form,
			     const char *title, const char *after_it)
{
	const char *since = done_since(rq, f);

	caf_request_begin(rq, h, f, title);
	html(h, "<h1>{} {}</h1>\n<p class=\"lead\">{}</p>\n", title, f->r.number, f->r.name);
	if (*since)
		html(h,
		     "<div class=\"note note-warn\" role=\"alert\"><p>{f}La demande n’est pas close. Relisez-la, puis recommencez "
		     "s’il le faut.</p></div>\n",
		     since);
	form_open(rq, h, "card decision narrow", NULL);
	field_hidden(h, "etat", f->r.state);
	field_of(rq, h, form, "motif", "");
	html(h,
	     "<p>Le courriel part à {}. La demande est close{f}.</p>\n<div class=\"actions\">"
	     "<button class=\"btn btn-danger\">{}</button><a href=\"{}\">Revenir à la demande</a></div>\n",
	     f->r.mail, after_it, title, caf_request_path(rq, f, ""));
	form_close(h);
	page_end(rq, h);
	return ERR_OK;
}

static enum err refuse_page(struct request *rq, struct html *h, const struct request_file *f)
{
	return closing_page(rq, h, f, form_request_refuse(), "Refuser la demande",
			    " : l’organisme peut en transmettre une autre");
}

static enum err withdraw_page(struct request *rq, struct html *h, const struct request_file *f)
{
	return closing_page(rq, h, f, form_request_withdraw(), "Retirer la demande",
			    ", sur ce que l’organisme vous a dit ; il peut en transmettre une autre");
}

static enum err before_closing(struct request *rq, struct html *h, caf_request_again page)
{
	struct request_file f;
	enum err e = caf_request_open(rq, &f);

	if (e)
		return e;
	return request_is_open(&f.r) ? page(rq, h, &f) : done(rq, caf_request_path(rq, &f, ""), "dossier-clos");
}

enum err page_caf_request_refuse(struct request *rq, struct html *h)
{
	return before_closing(rq, h, refuse_page);
}

enum err page_caf_request_withdraw(struct request *rq, struct html *h)
{
	return before_closing(rq, h, withdraw_page);
}

/* Of a request that is still open, what changed since is told above the form, which keeps the reason. */
static enum err close_it(struct request *rq, struct html *h,
			 enum err (*act)(struct app *app, struct arena *a, const struct visitor *who, const char *number,
					 const char *seen, const char *reason, struct faults *faults),
			 const char *code, caf_request_again page)
{
	struct request_file f;
	enum err e = caf_request_open(rq, &f);

	if (!e)
		e = act(rq->app, rq->arena, &rq->who, rq->arg[0], input_get(&rq->in, "etat"),
			input_get(&rq->in, "motif"), &rq->faults);
	if (e != ERR_CONFLICT || caf_request_open(rq, &f) || !request_is_open(&f.r))
		return caf_request_answer(rq, h, e, STAGE_SIGNED, code, page);
	rq->faults = (struct faults){ 0 };
	rq->re->status = 409;
	return page(rq, h, &f);
}

enum err page_caf_request_refuse_post(struct request *rq, struct html *h)
{
	return close_it(rq, h, request_refuse, "demande-refusee", refuse_page);
}

enum err page_caf_request_withdraw_post(struct request *rq, struct html *h)
{
	return close_it(rq, h, request_withdraw, "demande-retiree", withdraw_page);
}

enum err page_caf_request_tell(struct request *rq, struct html *h)
{
	const char *seen = input_get(&rq->in, "adresse_vue"), *now;
	struct request_file f;
	enum err e = caf_request_open(rq, &f);

	if (!e)
		e = request_tell(rq->app, rq->arena, &rq->who, rq->arg[0], seen, input_get(&rq->in, "courriel"),
				 &rq->faults);
	if (e == ERR_CONFLICT && *seen && !caf_request_open(rq, &f) && request_stage(f.r.state) == STAGE_CLOSED &&
	    strcmp(seen, now = closing_address(rq->app, rq->arena, &f.r)) != 0)
		return caf_request_address_moved(rq, h, &f, "l’organisme", now);
	return caf_request_answer(rq, h, e, STAGE_CLOSED, "motif-renvoye", NULL);
}
