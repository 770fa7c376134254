/* Annex 1 of a convention at any date, and what changed since another one, as a page to print and as a PDF. */
#include "acts/annex_text.h"
#include "fcgi/page/caf_provider.h"
#include "fcgi/page/document.h"

static const struct field fields[] = {
	{ .name = "au", .label = "Au", .kind = FIELD_DAY, .hint = DAY_HINT },
	{ .name = "depuis", .label = "Changements depuis", .kind = FIELD_DAY, .hint = "Facultatif" },
};

const struct form *form_annex(void)
{
	static const struct form form = { fields, LENGTH(fields) };

	return &form;
}

struct annex_view {
	struct agreement g;
	struct provider p;
	day_t until, since; /* since 0: none asked for */
	struct agreement_text text;
};

/* 0: not given. */
static day_t day_asked(struct request *rq, const char *name)
{
	const char *typed = input_get(&rq->in, name);
	day_t day = 0;

	if (!*typed)
		return 0;
	if (day_parse(typed, &day)) {
		fault_add(rq->arena, &rq->faults, name, "%s",
			  day_wrong(rq->arena, form_field(form_annex(), name)->label, typed));
		return 0;
	}
	if (day > day_today()) {
		fault_add(rq->arena, &rq->faults, name,
			  "Cette date est dans le futur : l’annexe n’est connue que jusqu’à aujourd’hui");
		return 0;
	}
	return day;
}

static enum err read_view(struct request *rq, struct annex_view *v)
{
	enum err e = agreement_of_path(rq, &v->g, &v->p);

	if (e)
		return e;
	v->until = day_asked(rq, "au");
	v->since = day_asked(rq, "depuis");
	if (!v->until)
		v->until = day_today();
	if (v->since && v->since > v->until && !rq->faults.n)
		fault_add(rq->arena, &rq->faults, "depuis", "Cette date suit la date de l’annexe");
	if (rq->faults.n)
		v->since = 0;
	return annex_text_of(
		rq->app, rq->arena,
		&(struct annex_asked){ .g = &v->g, .p = &v->p, .caf = &rq->who.caf, .until = v->until, .since = v->since },
		&v->text);
}

static const char *foot_of(struct request *rq, const struct annex_view *v)
{
	return arena_printf(rq->arena, "Convention n° %s, annexe 1 au %s", v->g.number, day_slashes(rq->arena, v->until));
}

static const char *pdf_path(struct request *rq, const struct annex_view *v)
{
	return link_with(rq->arena, arena_printf(rq->arena, "/caf/conventions/%s/annexe.pdf", v->g.number), "au",
			 day_slashes(rq->arena, v->until), "depuis", v->since ? day_slashes(rq->arena, v->since) : "",
			 NULL);
}

static void dates_form(struct request *rq, struct html *h, const struct annex_view *v)
{
	if (!*input_get(&rq->in, "au"))
		rq->in = input_with(rq->arena, &rq->in, "au", day_slashes(rq->arena, v->until));
	html(h, "<form class=\"card filters no-print\" method=\"get\" action=\"/caf/conventions/{u}/annexe\" aria-label=\"Choisir les dates\">\n",
	     v->g.number);
	filter_text(rq, h, "au", "Annexe au (JJ/MM/AAAA)");
	filter_text(rq, h, "depuis", "Changements depuis le (facultatif)");
	html(h, "<button class=\"btn btn-alt\">Afficher</button>\n</form>\n");
}

static enum err show(struct request *rq, struct html *h, const struct annex_view *v)
{
	if (rq->faults.n)
		rq->re->status = 422;
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_CAF,
				   .tab = "/caf/conventions",
				   .title = annex_text_title(rq->arena, v->until) });
	crumbs(h, "Conventions", "/caf/conventions", v->g.number,
	       arena_printf(rq->arena, "/caf/conventions/%s", v->g.number), "Annexe 1", NULL);
	error_summary(rq, h);
	dates_form(rq, h, v);
	html(h, "<p class=\"small muted no-print\">Les personnes dont l’accès était suspendu à cette date n’y figurent pas.</p>\n");
	document_print(h, &v->text, foot_of(rq, v), pdf_path(rq, v));
	page_end(rq, h);
	return ERR_OK;
}

enum err page_annex(struct request *rq, struct html *h)
{
	struct annex_view v = { 0 };
	enum err e = read_view(rq, &v);

	return e ? e : show(rq, h, &v);
}

/* Dates that are none are said on the page. */
enum err page_annex_pdf(struct request *rq, struct html *h)
{
	struct annex_view v = { 0 };
	enum err e = read_view(rq, &v);

	if (e || rq->faults.n)
		return e ? e : show(rq, h, &v);
	return document_pdf(rq, &v.text, foot_of(rq, &v), foot_of(rq, &v),
			    arena_printf(rq->arena, "annexe-1-%s-%s", v.g.number, day_iso(rq->arena, v.until)));
}
