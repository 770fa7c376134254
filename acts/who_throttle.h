/* Counters in THROTTLE: failures of an account and from an address, writes of a person, mails anybody may ask for.
   Keys: 'a' entryUUID, 'u' keyed digest of an identifier nobody has, 'i' address (/32 or /64), 'w' entryUUID, 'm' entryUUID of
   the account or provider written to, 'f' and 'd' address that asked for passwords and for links of departure, 'r' address:
   drafts of requests begun, 's' address: reports of families. */
#ifndef ACTS_WHO_THROTTLE_H
#define ACTS_WHO_THROTTLE_H

#include "acts/app.h"

struct bytes throttle_key(struct arena *a, char kind, struct bytes what);

/* An address as it is counted: the four bytes of IPv4 (mapped ones too), the first eight of IPv6; any other text as it is. */
struct bytes throttle_address(struct arena *a, const char *address);

/* Notes one more failure: of an account, from the 4th refused for 5, 15, 60, 300, 900 s, forgotten after 24 h;
   from an address, from the 30th in 10 minutes, or when it is the 10th distinct account. */
void throttle_fail_account(struct throttle *t, int64_t now);
void throttle_fail_address(struct arena *a, struct throttle *t, const char *account, int64_t now);

/* Counts a mail to an account: one in 5 minutes, 5 a day. False: it is too much, and nothing is counted. */
bool throttle_ask_mail(struct throttle *t, int64_t now);
/* Counts a request from an address: 10 an hour. The next one is then refused by throttle_until. */
void throttle_ask_address(struct throttle *t, int64_t now);

/* Until when nothing is tried; 0: now. */
int64_t throttle_until(const struct throttle *t, int64_t now);

/* Nothing is left to remember: the clerk may sweep it. */
bool throttle_is_over(const struct throttle *t, char kind, int64_t now);

/* Adds one write of the person to the changeset. ERR_LIMIT: more than the settings allow in this minute. */
MUST_USE enum err throttle_count_write(struct app *app, struct arena *a, struct changeset *cs, struct uuid person,
				       int64_t now);

/* Adds one more draft of a request, begun from this address, to the changeset. ERR_LIMIT: 20 were within a day. */
MUST_USE enum err throttle_count_draft(struct app *app, struct arena *a, struct changeset *cs, const char *address,
				       int64_t now);

/* The same for reports of families: 20 within a day. */
MUST_USE enum err throttle_count_report(struct app *app, struct arena *a, struct changeset *cs, const char *address,
					int64_t now);

#endif
