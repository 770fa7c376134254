/* Inside clerk/: one message handed to the relay. */
#ifndef CLERK_POST_H
#define CLERK_POST_H

#include "acts/mails.h"
#include "clerk/clerk.h"

enum delivery {
	DELIVERY_SENT,
	DELIVERY_REFUSED, /* for good: 5xx to this recipient or to this text */
	DELIVERY_LATER,   /* 4xx, or the relay's own trouble */
	DELIVERY_AWAY,    /* no relay to talk to: the others need not try now */
};

/* smtp:// always by STARTTLS, the relay's certificate checked; 30 s at most. *reason in English, without addresses;
   *answer: the relay's own words of a refusal, which may hold one ("" otherwise). */
enum delivery smtp_send(const struct settings *s, struct arena *a, const struct mail_text *m, int64_t date,
			const char **reason, const char **answer);
void smtp_done(void);

/* RFC 2047: as it is when plain ASCII, else encoded words of at most 75 characters, folded. */
const char *header_encode(struct arena *a, const char *text);
/* The same for the name before an address: as it is when made of atoms only. */
const char *header_phrase(struct arena *a, const char *text);
/* RFC 2045 quoted-printable of a text with '\n' lines: CRLF, lines of at most 76 characters. */
const char *body_encode(struct arena *a, const char *text);
/* RFC 5322 date in UTC. */
const char *header_date(struct arena *a, int64_t ms);

#endif
