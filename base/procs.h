/* A parent and its children: forks each, starts again what dies or hangs, ends them on SIGTERM. Used by the web pools and the
   clerk. */
#ifndef BASE_PROCS_H
#define BASE_PROCS_H

#include "base/base.h"

/* Runs in the child; its return value is the exit status. */
typedef int (*proc_main)(size_t index, void *user);

/* Forks n children and stays in the foreground. A child that dies is forked again at once (after 1 s when it lived less
   than 1 s, at most 100 ms the first three times); one that a signal ended is told in the log. SIGTERM or SIGINT: TERM to
   every child, KILL after 5 s; answers 0.
   Children get PR_SET_PDEATHSIG SIGTERM, default signal actions and no copy of anybody's LMDB environment. limit_ms: a child
   whose work in hand does not get on for so long is killed, told in the log and replaced; 0: none is. */
int procs_run(size_t n, int64_t limit_ms, proc_main run, void *user);

/* In a child: it has work in hand and gets on with it, to be said again at each step that may take long; it has none. */
void procs_busy(void);
void procs_idle(void);

/* True once SIGTERM or SIGINT came (children install it by procs_on_term). */
bool procs_stopping(void);
void procs_on_term(void);

/* NoNewPrivileges, not dumpable, no core: first thing in every program. */
void procs_harden(void);

#endif
