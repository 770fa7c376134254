#include "acts/register_import.h"

#include "acts/agreement.h"
#include "acts/deeds.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct import *import_new(struct arena *a, const struct import_options *o)
{
	struct import *m = arena_new_of(a, struct import);

	m->arena = a;
	m->o = *o;
	m->names = arena_array(a, IMPORT_BUCKETS, struct import_name *);
	return m;
}

void import_change(struct import *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	strs_add(m->arena, &m->changes, arena_vprintf(m->arena, format, args));
	va_end(args);
}

void import_warn(struct import *m, enum import_kind kind, size_t line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	strs_add(m->arena, &m->warnings,
		 arena_printf(m->arena, "%s:%zu: warning: %s", import_files[kind], line,
			      arena_vprintf(m->arena, format, args)));
	va_end(args);
}

static int by_place(const void *a, const void *b)
{
	const struct import_fault *x = a, *y = b;
	enum import_kind first = import_kind_of(x->file), second = import_kind_of(y->file);

	if (first != second)
		return first < second ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return strcmp(x->column, y->column);
}

const struct import_fault *import_faults(const struct import *m, size_t *n)
{
	*n = m->n_faults;
	if (m->n_faults)
		qsort(m->faults, m->n_faults, sizeof *m->faults, by_place);
	return m->faults;
}

const struct strs *import_changes(const struct import *m)
{
	return &m->changes;
}

const struct strs *import_warnings(const struct import *m)
{
	return &m->warnings;
}

enum err import_plan(struct app *app, struct import *m, const struct entries *directory)
{
	struct mirror_status status;
	enum err e = app_fresh(app);

	m->app = app;
	if (!e)
		e = mirror_status_read(app, m->arena, &status);
	if (!e && !status.complete)
		e = ERR_UNAVAILABLE;
	if (e)
		return e;
	import_directory(m, directory);
	if (!m->caf_dn)
		return ERR_NOTFOUND;
	if ((e = agents_new_begin(app, m->arena, m->o.caf, m->o.today, "", &m->people)))
		return e;
	if ((e = import_resolve(m)))
		return e;
	return m->n_faults ? ERR_OK : import_edit_all(m);
}

static struct audit_record record(struct import *m, const struct visitor *who)
{
	struct audit_record r = act_record(m->arena, who, EVENT_REGISTER_IMPORTED);

	r.caf = m->o.caf;
	r.object_kind = "caf";
	r.object_id = m->o.caf;
	for (size_t k = 0; k < IMPORT__MAX; k++)
		if (m->files[k].n)
			act_detail(m->arena, &r, import_files[k], arena_printf(m->arena, "%zu", m->files[k].n));
	act_detail(m->arena, &r, "changes", arena_printf(m->arena, "%zu", m->changes.n));
	act_detail(m->arena, &r, "passwords", m->o.passwords ? "yes" : "no");
	return r;
}

#define COVERS_LENGTH 2000

static void record_written(struct import *m, struct changeset *cs, const struct visitor *who,
			   const struct import_written *w)
{
	struct audit_record r = act_record(m->arena, who, EVENT_AGREEMENT_WRITTEN);
	const struct import_thing *t = w->agreement;

	if (t->there)
		act_on_agreement(m->arena, &r, &t->there->is.agreement,
				 &(struct provider){ .id = t->parent->id, .caf = m->o.caf });
	r.caf = m->o.caf;
	r.provider = t->parent->id;
	r.object_kind = "agreement";
	r.object_id = t->id;
	act_detail(m->arena, &r, "imported", "yes");
	if (*w->covers)
		act_detail(m->arena, &r, "covers", text_cut(m->arena, w->covers, COVERS_LENGTH));
	if (*w->leaves)
		act_detail(m->arena, &r, "leaves", text_cut(m->arena, w->leaves, COVERS_LENGTH));
	changeset_audit(cs, &r);
}

#define TOLD_AT_ONCE 100 /* people and rights: a record has an end */

static void add_told(struct arena *a, struct audit_record *r, const struct import_told *told)
{
	const char *number = told->person->id;

	if (!told->place)
		act_detail(a, r, "agent", number);
	if (told->given)
		act_detail(a, r, "right_given", deed_right_write(a, number, told->place->id, told->given));
	if (told->taken)
		act_detail(a, r, "right_taken", deed_right_write(a, number, told->place->id, told->taken));
}

/* The first ones that are left, all of one provider, or of none: whom a tool put aside has none. *n is how many are left. */
static void record_told(struct import *m, struct changeset *cs, const struct visitor *who, struct import_told *v, size_t *n)
{
	struct audit_record r = act_record(m->arena, who, EVENT_REGISTER_IMPORTED);
	const struct import_thing *provider = v[0].person->parent;
	size_t left = 0, taken = 0;

	r.caf = m->o.caf;
	r.provider = provider ? provider->id : "";
	r.object_kind = provider ? "provider" : "caf";
	r.object_id = provider ? provider->id : m->o.caf;
	for (size_t i = 0; i < *n; i++) {
		if (v[i].person->parent == provider && taken < TOLD_AT_ONCE) {
			add_told(m->arena, &r, &v[i]);
			taken++;
		} else {
			v[left++] = v[i];
		}
	}
	*n = left;
	changeset_audit(cs, &r);
}

enum err import_commit(struct app *app, struct import *m, const struct visitor *who)
{
	struct changeset *cs = act_changeset(app, m->arena, who);
	struct audit_record r = record(m, who);

	if (m->n_faults || !m->n_jobs)
		return ERR_INVALID;
	/* a row of agents' numbers was begun for the uids; what was drawn stands in numbers[] */
	if (m->numbered[NUMBER_AGENT])
		m->people.numbers = m->numbers[NUMBER_AGENT];
	for (size_t i = 0; i < NUMBER__MAX; i++)
		if (m->numbered[i] && i != NUMBER_AGENT)
			numbers_end(m->arena, cs, &m->numbers[i]);
	agents_new_end(m->arena, cs, &m->people);
	import_handovers_add(m, cs);
	for (size_t i = 0; i < m->n_jobs; i++)
		edits_job(m->arena, cs, m->jobs[i], "");
	changeset_audit(cs, &r);
	for (size_t i = 0; i < m->n_written; i++)
		record_written(m, cs, who, &m->written[i]);
	for (size_t left = m->n_told; left;)
		record_told(m, cs, who, m->told, &left);
	return changeset_commit(app->store, cs, NULL);
}
