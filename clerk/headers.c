#include "clerk/post.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#define LINE_MAX_CHARS 76
#define WORD_MAX 60 /* characters inside "=?UTF-8?Q?…?=": leaves room for the header's name in a line of 78 */

static bool is_plain(const char *s)
{
	for (; *s; s++)
		if (*s < ' ' || *s > '~')
			return false;
	return true;
}

/* RFC 2047 §5 (3): letters, digits, and '_' for a blank; all else as =XX. */
static void add_byte(struct buf *b, unsigned char c)
{
	if (c == ' ')
		buf_byte(b, '_');
	else if (c < 0x80 && isalnum(c))
		buf_byte(b, c);
	else
		buf_printf(b, "=%02X", (unsigned)c);
}

/* Bytes of the character at s. */
static size_t character(const char *s)
{
	size_t n = 1;

	while (((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* "=?" would be read as an encoded word. */
static bool stays_whole(const char *text)
{
	return is_plain(text) && !strstr(text, "=?") && strlen(text) < 900;
}

static const char *encode(struct arena *a, const char *text)
{
	struct buf b = buf_new(a);
	size_t start = 0;

	buf_text(&b, "=?UTF-8?Q?");
	for (size_t n; *text; text += n) {
		n = character(text);
		if (b.n - start + 3 * n > WORD_MAX) {
			buf_text(&b, "?=\r\n =?UTF-8?Q?");
			start = b.n;
		}
		for (size_t i = 0; i < n; i++)
			add_byte(&b, (unsigned char)text[i]);
	}
	buf_text(&b, "?=");
	return buf_str(&b);
}

const char *header_encode(struct arena *a, const char *text)
{
	return stays_whole(text) ? text : encode(a, text);
}

/* RFC 5322 §3.2.3: atoms and blanks; all else means something in an address, and would have to be quoted. */
const char *header_phrase(struct arena *a, const char *text)
{
	static const char atoms[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~ ";

	return stays_whole(text) && !text[strspn(text, atoms)] ? text : encode(a, text);
}

/* A blank before the line's end would be lost on the way. */
static bool stays(const char *s)
{
	unsigned char c = (unsigned char)*s;

	return c == ' ' || c == '\t' ? s[1] && s[1] != '\n' : c >= ' ' && c <= '~' && c != '=';
}

const char *body_encode(struct arena *a, const char *text)
{
	struct buf b = buf_new(a);
	size_t start = 0;

	for (; *text; text++) {
		if (*text == '\n') {
			buf_text(&b, "\r\n");
			start = b.n;
			continue;
		}
		size_t n = stays(text) ? 1 : 3;

		/* one place stays free for the '=' of a line that goes on */
		if (b.n - start + n > LINE_MAX_CHARS - 1) {
			buf_text(&b, "=\r\n");
			start = b.n;
		}
		if (n == 1)
			buf_byte(&b, (uint8_t)*text);
		else
			buf_printf(&b, "=%02X", (unsigned)(unsigned char)*text);
	}
	return buf_str(&b);
}

const char *header_date(struct arena *a, int64_t ms)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t t = (time_t)(ms / SECOND_MS);
	struct tm tm = { 0 };

	gmtime_r(&t, &tm);
	return arena_printf(a, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
			    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}
