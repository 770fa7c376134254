#include "clerk/post.h"

#include "base/text.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CONNECT_S 10L
#define ANSWER_S 10L
#define WHOLE_S 30L

/* Kept: a queue goes out over one connection. */
static CURL *handle;

#define ANSWER_MAX 200

struct talk {
	bool recipient;              /* RCPT was said: what is refused from here on is this mail */
	char answer[ANSWER_MAX + 1]; /* the relay's last no */
};

static int watch(CURL *h, curl_infotype type, char *data, size_t n, void *user)
{
	struct talk *talk = user;

	(void)h;
	if (type == CURLINFO_HEADER_OUT && n >= 4 && strncasecmp(data, "RCPT", 4) == 0)
		talk->recipient = true;
	if (type == CURLINFO_HEADER_IN && n && (*data == '4' || *data == '5'))
		(void)snprintf(talk->answer, sizeof talk->answer, "%.*s", (int)n, data);
	return 0;
}

/* The whole message; libcurl doubles the dots at the beginning of lines. */
static const char *message_of(const struct settings *s, struct arena *a, const struct mail_text *m, int64_t date)
{
	struct buf b = buf_new(a);

	buf_printf(&b, "Date: %s\r\n", header_date(a, date));
	buf_printf(&b, "From: %s <%s>\r\n", header_phrase(a, s->site_name), s->mail_from);
	buf_printf(&b, "To: <%s>\r\n", m->to);
	if (*m->reply_to)
		buf_printf(&b, "Reply-To: <%s>\r\n", m->reply_to);
	buf_printf(&b, "Subject: %s\r\n", header_encode(a, m->subject));
	buf_printf(&b, "Message-ID: %s\r\n", m->message_id);
	buf_text(&b, "Auto-Submitted: auto-generated\r\n"
		     "Content-Language: fr\r\n"
		     "MIME-Version: 1.0\r\n"
		     "Content-Type: text/plain; charset=utf-8\r\n"
		     "Content-Transfer-Encoding: quoted-printable\r\n"
		     "\r\n");
	buf_text(&b, body_encode(a, m->body));
	return buf_str(&b);
}

static size_t give(char *to, size_t size, size_t count, void *user)
{
	struct bytes *left = user;
	size_t n = size * count < left->n ? size * count : left->n;

	if (n)
		memcpy(to, left->p, n);
	left->p += n;
	left->n -= n;
	return n;
}

static bool set_message(CURL *h, struct bytes *message)
{
	return !curl_easy_setopt(h, CURLOPT_UPLOAD, 1L) && !curl_easy_setopt(h, CURLOPT_READFUNCTION, give) &&
	       !curl_easy_setopt(h, CURLOPT_READDATA, message) &&
	       !curl_easy_setopt(h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)message->n);
}

static const char *host_of(const char *url)
{
	const char *at = strstr(url, "://");

	return at ? at + 3 : url;
}

static bool set_relay(CURL *h, const struct settings *s, struct arena *a, struct talk *talk)
{
	const char *host = host_of(s->site_url);
	/* the path is what EHLO says */
	const char *url = arena_printf(a, "%s/%.*s", s->mail_smtp, (int)strcspn(host, ":/"), host);

	curl_easy_reset(h);
	return !curl_easy_setopt(h, CURLOPT_URL, url) && !curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps") &&
	       !curl_easy_setopt(h, CURLOPT_PROXY, "") && !curl_easy_setopt(h, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL) &&
	       !curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L) && !curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L) &&
	       (!*s->mail_ca || !curl_easy_setopt(h, CURLOPT_CAINFO, s->mail_ca)) &&
	       !curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L) && !curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, CONNECT_S) &&
	       !curl_easy_setopt(h, CURLOPT_SERVER_RESPONSE_TIMEOUT, ANSWER_S) &&
	       !curl_easy_setopt(h, CURLOPT_TIMEOUT, WHOLE_S) && !curl_easy_setopt(h, CURLOPT_VERBOSE, 1L) &&
	       !curl_easy_setopt(h, CURLOPT_DEBUGFUNCTION, watch) && !curl_easy_setopt(h, CURLOPT_DEBUGDATA, talk);
}

/* One line of it; a relay may say anything. */
static const char *answer_text(struct arena *a, const char *answer)
{
	const char *clean;

	return text_clean(a, key_bytes(answer, strcspn(answer, "\r\n")), false, &clean) ? "" : text_trim(a, clean);
}

static enum delivery verdict(CURL *h, CURLcode rc, const struct talk *talk, struct arena *a, const char **reason,
			     const char **answer)
{
	long code = 0;

	if (rc == CURLE_OK)
		return DELIVERY_SENT;
	curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &code);
	*reason = arena_printf(a, "%s (%ld)", curl_easy_strerror(rc), code);
	*answer = code >= 400 ? answer_text(a, talk->answer) : "";
	if (talk->recipient && code >= 500 && code < 600)
		return DELIVERY_REFUSED;
	return talk->recipient ? DELIVERY_LATER : DELIVERY_AWAY;
}

enum delivery smtp_send(const struct settings *s, struct arena *a, const struct mail_text *m, int64_t date,
			const char **reason, const char **answer)
{
	struct curl_slist *to = curl_slist_append(NULL, arena_printf(a, "<%s>", m->to));
	struct bytes message = bytes_of(message_of(s, a, m, date));
	struct talk talk = { .recipient = false };
	enum delivery d = DELIVERY_AWAY;

	*reason = "libcurl has no room";
	*answer = "";
	if (!handle)
		handle = curl_easy_init();
	if (handle && to && set_relay(handle, s, a, &talk) && set_message(handle, &message) &&
	    !curl_easy_setopt(handle, CURLOPT_MAIL_FROM, arena_printf(a, "<%s>", s->mail_from)) &&
	    !curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, to))
		d = verdict(handle, curl_easy_perform(handle), &talk, a, reason, answer);
	if (handle)
		curl_easy_reset(handle); /* nothing may point to what goes now */
	curl_slist_free_all(to);
	return d;
}

void smtp_done(void)
{
	curl_easy_cleanup(handle);
	handle = NULL;
}
