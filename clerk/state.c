/* What both loops stand on: sleeping, and telling a state when it changes. */
#include "clerk/clerk.h"

#include "base/log.h"
#include "base/procs.h"

#include <time.h>

void clerk_sleep(int64_t ms)
{
	struct timespec wait = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	if (ms > 0 && !procs_stopping())
		(void)nanosleep(&wait, NULL);
}

void state_tell(struct state_of *s, enum err e)
{
	if (s->known && s->last == e)
		return;
	if (e)
		log_line(LOG_LEVEL_WARNING, "failing", "what", s->subject, "error", err_text(e), NULL);
	else if (s->known)
		log_line(LOG_LEVEL_INFO, "working again", "what", s->subject, NULL);
	s->known = true;
	s->last = e;
}
