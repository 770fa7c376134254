/* Inside log*.c: what an auditor should look at. */
#ifndef ACTS_LOG_ALERTS_H
#define ACTS_LOG_ALERTS_H

#include "acts/log.h"

/* What is worth a look in the connections the query selects (its event and result set apart): bursts of failures from an address never
   seen for that person, sessions that overlap from different networks, logins at night. records: oldest first. */
void log_alerts(struct arena *a, const struct audit_record *records, size_t n, int64_t now,
		bool (*is_new)(void *user, const struct audit_record *first), void *user, struct log_alert **out,
		size_t *out_n);

#endif
