/* Whether the log is whole, as far as a page can look, and as the service found it last night. */
#include "fcgi/page/audit.h"

static void end_note(struct request *rq, struct html *h, const struct audit_verdict *v)
{
	if (!v->whole) {
		html(h, "<div class=\"note note-warn\" role=\"alert\"><p><strong>Rupture à la ligne {}</strong>, vers le {}. Prévenez l’exploitant du service.</p></div>\n",
		     number_fr(rq->arena, (int64_t)v->bad_seq),
		     v->last_time ? time_fr(rq->arena, v->last_time) : "début du journal");
		return;
	}
	html(h, "<div class=\"note note-ok\" role=\"status\"><p><strong>{}</strong> Lignes vérifiées : {}. Scellés conformes : {}.</p></div>\n",
	     v->first == 1 ? "Journal intact." : "Fin du journal intacte.", number_fr(rq->arena, (int64_t)v->records),
	     number_fr(rq->arena, (int64_t)v->seals));
}

static void end_words(struct request *rq, struct html *h, const struct audit_verdict *v)
{
	html(h, "<p>Chaque ligne est liée à la précédente par une empreinte : une ligne changée, retirée ou déplacée se voit. ");
	if (v->first == 1)
		html(h, "La vérification vient d’être faite, du début à la fin.</p>\n");
	else
		html(h,
		     "La vérification vient d’être faite de la ligne {}{}{} à la dernière. Avant elle, le journal est vérifié la "
		     "nuit.</p>\n",
		     number_fr(rq->arena, (int64_t)v->first), v->first_time ? ", du " : "",
		     v->first_time ? time_fr(rq->arena, v->first_time) : "");
}

static void night(struct request *rq, struct html *h, const struct log_check *x)
{
	html(h, "<h2>Journal entier, chaque nuit</h2>\n");
	if (!x->begun && !x->ended)
		note(h, NOTE_INFO, "Le service n’a pas encore vérifié le journal entier.");
	else if (!x->ended)
		html(h,
		     "<div class=\"note note-warn\"><p>La vérification commencée le {} n’est pas terminée. Si elle ne l’est pas dans une "
		     "heure, prévenez l’exploitant du service.</p></div>\n",
		     time_fr(rq->arena, x->begun));
	else if (x->whole)
		html(h,
		     "<div class=\"note note-ok\"><p><strong>Entier et intact</strong> le {}. Lignes vérifiées : {}. Scellés "
		     "conformes : {}.</p></div>\n",
		     time_fr(rq->arena, x->ended), x->records, x->seals);
	else
		html(h,
		     "<div class=\"note note-warn\" role=\"alert\"><p><strong>Rupture à la ligne {}</strong>, trouvée le {}. Prévenez "
		     "l’exploitant du service.</p></div>\n",
		     x->line, time_fr(rq->arena, x->ended));
}

enum err page_integrity(struct request *rq, struct html *h)
{
	struct audit_verdict v;
	struct log_check last;
	enum err e = log_verify(rq->app, rq->arena, &rq->who, &v);

	if (!e)
		e = log_check_last(rq->app, rq->arena, &last);
	if (e)
		return e;
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_AUDIT, .tab = "/controle/integrite", .title = "Intégrité du journal" });
	html(h, "<h1>Intégrité du journal</h1>\n");
	end_note(rq, h, &v);
	end_words(rq, h, &v);
	night(rq, h, &last);
	page_end(rq, h);
	return ERR_OK;
}
