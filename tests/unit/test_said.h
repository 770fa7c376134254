/* For tests: what is written to a file descriptor meanwhile, as standard output or error. */
#ifndef TEST_SAID_H
#define TEST_SAID_H

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define SAID_MOST 4095

struct saying {
	FILE *f;
	int fd, before;
};

static inline struct saying said_begin(int fd)
{
	fflush(stdout);
	struct saying s = { tmpfile(), fd, dup(fd) };

	assert_true(s.f && s.before >= 0 && dup2(fileno(s.f), fd) >= 0);
	return s;
}

static inline const char *said_end(struct arena *a, struct saying *s)
{
	char *text = arena_alloc(a, SAID_MOST + 1);

	fflush(stdout);
	assert_true(dup2(s->before, s->fd) >= 0);
	close(s->before);
	ssize_t n = pread(fileno(s->f), text, SAID_MOST, 0);

	fclose(s->f);
	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

#endif
