/* Inside amendment*.c: one amendment on its way, and what each nature makes of it. */
#ifndef ACTS_AMENDMENT_PARTS_H
#define ACTS_AMENDMENT_PARTS_H

#include "acts/agent_new.h"
#include "acts/amendment.h"
#include "acts/handover.h"

struct amending {
	struct app *app;
	struct arena *a;
	const struct visitor *who;
	const struct provider *p;
	const struct input *in;
	struct faults *faults;
	struct agreement g; /* as the directory has it now */
	struct agreement_file file;
	struct amendment am;
	struct audit_record audit;
	struct agents_new fresh;
	struct handover given; /* the establishment that is added */
	struct edits *edits;
	day_t today;
};

/* The signed amendment: reference and both days. */
void amendment_check_signed(struct amending *x);

/* Checks the form, and adds the edits, the lines that say what they are and the details of the record. What is wrong is in faults. */
MUST_USE enum err amendment_by_nature(struct amending *x, const char *nature);

#endif
