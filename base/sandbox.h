/* What a process may still do once everything it needs is open: a list of system calls (libseccomp; anything else ends the
   process by SIGSYS) and of files (Landlock, as far as the kernel has it). It holds with systemd and without. */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include "base/settings.h"

enum sandbox_role {
	SANDBOX_PARENT,  /* starts and ends the processes of a pool or of the clerk; its limits are theirs too */
	SANDBOX_COMMAND, /* habilisctl: opens the files it is told, starts no program; tells nobody what lacks */
	SANDBOX_PUBLIC,  /* holds nginx's socket and public/: no file, no socket of its own, no process */
	SANDBOX_PRIVATE, /* and talks to slapd and the writer, and reads fonts and the text of conventions */
	SANDBOX_LOGIN,   /* talks to slapd and the writer */
	SANDBOX_WRITER,  /* writes the store it holds: no file, no socket of its own, no process */
	SANDBOX_MIRROR,  /* the clerk's three: the heartbeat; the secrets of the directory; the relay */
	SANDBOX_WORK,
	SANDBOX_POST,
	SANDBOX__MAX
};

/* For good, and for whatever it forks. Needs no privilege. What this machine cannot give is told in the log, once by a parent and
   its children, and the process goes on without: a portal that is down protects nobody. Builds with sanitizers or coverage are not
   confined: those write files and start helpers at their end. */
void sandbox_enter(enum sandbox_role role, const struct settings *s);

#endif
