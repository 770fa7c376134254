/* FastCGI records: as far as one must look into them before libfcgi may, and whole answers, which libfcgi would write in
   pieces of 8 KiB, each waking nginx and each a packet of its own. A record is
     version 1 | type | request id (2) | content length (2) | padding length | 0 | content | padding
   a request BEGIN (role (2), flags, 5 zeros), PARAMS… up to an empty one, STDIN… up to an empty one,
   an answer STDOUT… up to an empty one, END (status (4), protocol status 0: complete, 3 zeros). */
#include "fcgi/http/inside.h"

#include "base/clock.h"
#include "base/procs.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define RECORD_HEADER ((size_t)8)
#define BEGIN_SIZE 8
#define ROLE_RESPONDER 1

/* an answer may take so long, and a second more for each so many bytes: who reads slower holds a process too long */
#define SEND_MS (10 * SECOND_MS)
#define SEND_RATE ((size_t)64 << 10)

#define CONTENT_MAX ((size_t)65528) /* of one record, a multiple of 8 */

enum record_type { RECORD_BEGIN = 1, RECORD_END = 3, RECORD_PARAMS = 4, RECORD_STDIN = 5, RECORD_STDOUT = 6 };

struct record {
	unsigned type;
	unsigned id;
	uint8_t *content;
	size_t n;
	size_t pad;
};

struct scan {
	uint8_t *p; /* the next record */
	uint8_t *end;
	uint8_t *params; /* contents of the PARAMS records, moved together at the start of the buffer */
	size_t n;
	unsigned id;
};

static unsigned u16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static enum peeked next_record(struct scan *s, struct record *out)
{
	size_t left = (size_t)(s->end - s->p);

	if (left > 0 && s->p[0] != 1)
		return PEEKED_BROKEN;
	if (left < RECORD_HEADER)
		return PEEKED_PARTIAL;
	*out = (struct record){ s->p[1], u16(s->p + 2), s->p + RECORD_HEADER, u16(s->p + 4), s->p[6] };
	size_t whole = RECORD_HEADER + out->n + out->pad;

	if (whole > left)
		return PEEKED_PARTIAL;
	s->p += whole;
	return PEEKED_WHOLE;
}

/* Neither a BEGIN nor the end of a stream may be padded: libfcgi takes the padding for the next record. */
static enum peeked begin(struct scan *s)
{
	struct record r;
	enum peeked e = next_record(s, &r);

	if (e != PEEKED_WHOLE)
		return e;
	if (r.type != RECORD_BEGIN || r.id == 0 || r.n != BEGIN_SIZE || r.pad || u16(r.content) != ROLE_RESPONDER)
		return PEEKED_BROKEN;
	s->id = r.id;
	return PEEKED_WHOLE;
}

/* Skips the records of a stream up to its empty one; keep: gathers what PARAMS hold. */
static enum peeked stream(struct scan *s, enum record_type type, bool keep)
{
	struct record r;

	for (;;) {
		enum peeked e = next_record(s, &r);

		if (e != PEEKED_WHOLE)
			return e;
		if (r.type != type || r.id != s->id)
			return PEEKED_BROKEN;
		if (r.n == 0)
			return r.pad ? PEEKED_BROKEN : PEEKED_WHOLE;
		if (!keep)
			continue;
		if (r.n > PARAMS_MAX - s->n)
			return PEEKED_BROKEN;
		memmove(s->params + s->n, r.content, r.n);
		s->n += r.n;
	}
}

/* A length of one byte, or of four with the first bit set. False past the end. */
static bool length(const uint8_t **p, const uint8_t *end, size_t *out)
{
	if (*p == end)
		return false;
	*out = *(*p)++;
	if (!(*out & 0x80))
		return true;
	if (end - *p < 3)
		return false;
	*out = (*out & 0x7F) << 24 | (size_t)(*p)[0] << 16 | (size_t)(*p)[1] << 8 | (*p)[2];
	*p += 3;
	return true;
}

/* Names and values that fill their stream to the byte, without what would read differently as a C string "name=value". */
static bool are_pairs(const uint8_t *p, const uint8_t *end)
{
	size_t name, value;

	while (p < end) {
		if (!length(&p, end, &name) || !length(&p, end, &value))
			return false;
		size_t left = (size_t)(end - p);

		if (name > left || value > left - name)
			return false;
		if (memchr(p, '=', name) || memchr(p, 0, name + value))
			return false;
		p += name + value;
	}
	return true;
}

enum peeked peeked_of(uint8_t *p, size_t n)
{
	struct scan s = { .p = p, .end = p + n, .params = p };
	enum peeked e = begin(&s);

	if (e == PEEKED_WHOLE)
		e = stream(&s, RECORD_PARAMS, true);
	if (e == PEEKED_WHOLE && !are_pairs(s.params, s.params + s.n))
		return PEEKED_BROKEN;
	if (e == PEEKED_WHOLE) {
		e = stream(&s, RECORD_STDIN, false);
		if (e == PEEKED_PARTIAL)
			return PEEKED_HEAD;
		/* libfcgi reads ahead and forgets: what follows at once would never be answered */
		if (s.p < s.end)
			return PEEKED_BROKEN;
	}
	/* a head that fills the buffer will never be seen whole */
	return e == PEEKED_PARTIAL && n >= PEEK_MAX ? PEEKED_BROKEN : e;
}

/* False when the peer is gone, takes nothing for as long as the socket waits, or not enough until the deadline. */
static bool send_all(int fd, struct iovec *v, size_t n, int64_t deadline)
{
	while (n) {
		struct msghdr m = { .msg_iov = v, .msg_iovlen = n };
		ssize_t sent = sendmsg(fd, &m, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 || clock_monotonic() > deadline)
			return false;
		procs_busy(); /* who reads slowly reads all the same */
		size_t done = (size_t)sent;

		for (; n && done >= v->iov_len; v++, n--)
			done -= v->iov_len;
		if (n) {
			v->iov_base = (uint8_t *)v->iov_base + done;
			v->iov_len -= done;
		}
	}
	return true;
}

/* Takes up to n bytes from the front of b. */
static struct iovec take(struct bytes *b, size_t n)
{
	n = n < b->n ? n : b->n;
	struct iovec v = { .iov_base = (uint8_t *)(uintptr_t)b->p, .iov_len = n };

	if (n)
		*b = (struct bytes){ b->p + n, b->n - n };
	return v;
}

bool record_answer(int fd, unsigned id, struct bytes head, struct bytes body)
{
	const uint8_t high = (uint8_t)(id >> 8), low = (uint8_t)id;
	uint8_t padding[8] = { 0 };
	uint8_t end[24] = { 1, RECORD_STDOUT, high, low, 0, 0, 0, 0, 1, RECORD_END, high, low, 0, 8 };
	int64_t deadline = clock_monotonic() + SEND_MS + (int64_t)(body.n / SEND_RATE) * SECOND_MS;
	bool sent = true;

	while (sent && (head.n || body.n)) {
		struct iovec first = take(&head, CONTENT_MAX), rest = take(&body, CONTENT_MAX - first.iov_len);
		size_t n = first.iov_len + rest.iov_len, pad = (8 - n % 8) % 8;
		uint8_t header[] = { 1, RECORD_STDOUT, high, low, (uint8_t)(n >> 8), (uint8_t)n, (uint8_t)pad, 0 };
		bool last = !head.n && !body.n;

		struct iovec after = { padding, pad }, ending = { end, last ? sizeof end : 0 };

		sent = send_all(fd, (struct iovec[]){ { header, sizeof header }, first, rest, after, ending }, 5, deadline);
	}
	return sent;
}
