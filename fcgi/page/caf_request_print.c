/* The convention of a request, as a page to print and as a PDF: both from the text that was kept and hashed. */
#include "fcgi/page/caf_request.h"

#include "fcgi/page/document.h"

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

enum err page_caf_request_agreement(struct request *rq, struct html *h)
{
	struct request_file f;
	struct agreement_text t;
	enum err e = read_document(rq, &f, &t);

	if (e)
		return e;
	caf_request_begin(rq, h, &f, "Convention");
	document_print(h, &t, foot_of(rq, &f), caf_request_path(rq, &f, "/convention.pdf"));
	page_end(rq, h);
	return ERR_OK;
}

enum err page_caf_request_pdf(struct request *rq, struct html *h)
{
	struct request_file f;
	struct agreement_text t;
	enum err e = read_document(rq, &f, &t);

	(void)h;
	return e ? e :
		   document_pdf(rq, &t, arena_printf(rq->arena, "Convention n° %s", f.r.agreement), foot_of(rq, &f),
				arena_printf(rq->arena, "convention-%s", f.r.agreement));
}
