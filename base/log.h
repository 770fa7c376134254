/* Operators' log: one JSON line an event on stderr, behind a syslog level that systemd reads ("<4>{…}").
   Called at the edges only (mains, what confines and supervises processes, the place that answers a request). Never personal
   data, never a secret. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/base.h"

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_INFO = 6 };

/* The program's name on each line. */
void log_open(const char *program);

/* log_line(LOG_LEVEL_ERROR, "mail refused", "mail", id, "reason", text, NULL): pairs of strings, NULL at the end. */
void log_line(enum log_level level, const char *message, ...) __attribute__((sentinel));

#endif
