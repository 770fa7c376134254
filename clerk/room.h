/* Inside clerk/: how full the databases are. */
#ifndef CLERK_ROOM_H
#define CLERK_ROOM_H

#include "clerk/clerk.h"

struct rooms {
	struct room {
		const char *name; /* a part of the store, or the suffix of a database of the directory */
		int percent;      /* of the most it may grow to */
	} * v;
	size_t n;
};

/* Those of the store stand in out even where the directory does not answer. */
MUST_USE enum err rooms_read(struct clerk *c, struct arena *a, struct rooms *out);

#endif
