/* The convention of a request, as a page to print and as a PDF: both from the text that was kept and hashed. */
#include "fcgi/page/caf_request.h"

#include "acts/agreement_text.h"
#include "fcgi/page/pdf.h"

#define HASH_SHOWN 8 /* bytes */

static enum err read_document(struct request *rq, struct request_file *f, struct agreement_text *t)
{
	enum err e = caf_request_open(rq, f);

	if (!e && !*f->r.document)
		e = ERR_NOTFOUND;
	return e ? e : agreement_text_read(rq->arena, f->r.document, t);
}

static const char *foot_of(struct request *rq, const struct request_file *f)
{
	struct bytes head = { f->r.document_hash.p, HASH_SHOWN };

	return arena_printf(rq->arena, "Convention n° %s, empreinte %s", f->r.agreement,
			    f->r.document_hash.n < HASH_SHOWN ? "" : text_hex(rq->arena, head));
}

static void print_table(struct html *h, const struct block *b, const char *id)
{
	html(h,
	     "<div class=\"scroll\" role=\"region\" aria-labelledby=\"{}\" tabindex=\"0\">\n<table class=\"data\">\n<caption id=\"{}\">{}</caption>\n"
	     "<thead><tr>",
	     id, id, b->text);
	for (size_t i = 0; i < b->head.n; i++)
		html(h, "<th scope=\"col\">{}</th>", b->head.v[i]);
	html(h, "</tr></thead>\n<tbody>\n");
	for (size_t r = 0; r < b->n; r++) {
		html(h, "<tr><th scope=\"row\">{}</th>", b->rows[r].v[0]);
		for (size_t i = 1; i < b->rows[r].n; i++)
			html(h, "<td>{}</td>", b->rows[r].v[i]);
		html(h, "</tr>\n");
	}
	html(h, "</tbody>\n</table>\n</div>\n");
}

static void print_block(struct html *h, const struct block *b, const char *id, bool new_page)
{
	switch (b->kind) {
	case BLOCK_TITLE:
		html(h, "<h1>{}</h1>\n", b->text);
		break;
	case BLOCK_HEADING:
		html(h, "<h2 class=\"{}\">{}</h2>\n", new_page ? "new-page" : "", b->text);
		break;
	case BLOCK_TABLE:
		print_table(h, b, id);
		break;
	case BLOCK_PAGE:
		break;
	default:
		html(h, "<p>{}</p>\n", b->text);
	}
}

static void print_text(struct html *h, const struct agreement_text *t)
{
	for (size_t i = 0; i < t->n; i++) {
		bool item = t->v[i].kind == BLOCK_ITEM;

		if (!item) {
			print_block(h, &t->v[i], arena_printf(h->out->arena, "t-%zu", i),
				    i && t->v[i - 1].kind == BLOCK_PAGE);
			continue;
		}
		if (!i || t->v[i - 1].kind != BLOCK_ITEM)
			html(h, "<ul>\n");
		html(h, "<li>{}</li>\n", t->v[i].text);
		if (i + 1 == t->n || t->v[i + 1].kind != BLOCK_ITEM)
			html(h, "</ul>\n");
	}
}

enum err page_caf_request_agreement(struct request *rq, struct html *h)
{
	struct request_file f;
	struct agreement_text t;
	enum err e = read_document(rq, &f, &t);

	if (e)
		return e;
	caf_request_begin(rq, h, &f, "Convention");
	html(h,
	     "<div class=\"note no-print\"><p>Imprimez cette page avec votre navigateur, ou <a href=\"{}\">téléchargez le PDF</a>. Les deux disent la "
	     "même chose.</p></div>\n<article class=\"card document\">\n",
	     caf_request_path(rq, &f, "/convention.pdf"));
	print_text(h, &t);
	html(h, "<p class=\"document-foot\">{}</p>\n</article>\n", foot_of(rq, &f));
	page_end(rq, h);
	return ERR_OK;
}

enum err page_caf_request_pdf(struct request *rq, struct html *h)
{
	struct request_file f;
	struct agreement_text t;
	struct buf out = buf_new(rq->arena);
	enum err e = read_document(rq, &f, &t);

	(void)h;
	if (!e)
		e = pdf_write(rq->arena, &t, arena_printf(rq->arena, "Convention n° %s", f.r.agreement),
			      foot_of(rq, &f), &out);
	if (e)
		return e;
	rq->re->body = out;
	rq->re->content_type = "application/pdf";
	http_header(rq->re, "Content-Disposition", "inline; filename=\"convention-%s.pdf\"", f.r.agreement);
	return ERR_OK;
}
