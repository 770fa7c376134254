#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

/* Short values keep a line under PIPE_BUF, so lines of several processes never mix. */
#define VALUE_MAX 600

static const char *program_name = "habilis";

static const char *level_name(enum log_level level)
{
	return level == LOG_LEVEL_ERROR ? "error" : level == LOG_LEVEL_WARNING ? "warning" : "info";
}

void log_open(const char *program)
{
	program_name = program;
}

static void add(struct json *j, struct arena *a, const char *key, const char *value)
{
	json_key(j, key);
	if (value)
		json_string(j, arena_printf(a, "%.*s", VALUE_MAX, value));
	else
		json_null(j);
}

static void write_all(const char *s, size_t n)
{
	while (n) {
		ssize_t done = write(STDERR_FILENO, s, n);

		if (done < 0 && errno != EINTR)
			return; /* nobody left to tell */
		if (done > 0) {
			s += done;
			n -= (size_t)done;
		}
	}
}

void log_line(enum log_level level, const char *message, ...)
{
	int saved = errno;
	AUTO_ARENA struct arena *a = arena_new();
	struct json *j = json_new(a);
	va_list args;

	json_open_map(j);
	add(j, a, "time", time_iso(a, clock_now()));
	add(j, a, "level", level_name(level));
	add(j, a, "program", program_name);
	json_key(j, "pid");
	json_integer(j, getpid());
	add(j, a, "message", message);
	va_start(args, message);
	for (const char *key; (key = va_arg(args, const char *));)
		add(j, a, key, va_arg(args, const char *));
	va_end(args);
	json_close_map(j);

	const char *line = arena_printf(a, "<%d>%s\n", (int)level, json_text(j));

	write_all(line, strlen(line));
	errno = saved;
}
