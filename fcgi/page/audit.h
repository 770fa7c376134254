/* What the auditor's pages share. */
#ifndef FCGI_PAGE_AUDIT_H
#define FCGI_PAGE_AUDIT_H

#include "acts/log.h"
#include "fcgi/page/page.h"

/* The cells of a record's row after who it was: event, result, address, what else it says. */
void log_cells(struct request *rq, struct html *h, const struct audit_record *r, const char *place);
#define LOG_CELL_HEADS "Événement", "Résultat", "Adresse IP", "Précision"

#endif
