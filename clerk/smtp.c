#include "clerk/post.h"

#include <curl/curl.h>
#include <string.h>

#define CONNECT_S 10L
#define WHOLE_S 30L

/* Kept: a queue goes out over one connection. */
static CURL *handle;

struct talk {
	bool recipient; /* RCPT was said: what is refused from here on is this mail */
};

static int watch(CURL *h, curl_infotype type, char *data, size_t n, void *user)
{
	struct talk *talk = user;

	(void)h;
	if (type == CURLINFO_HEADER_OUT && n >= 4 && strncasecmp(data, "RCPT", 4) == 0)
		talk->recipient = true;
	return 0;
}

static const char *crlf(struct arena *a, const char *text)
{
	struct buf b = buf_new(a);

	for (; *text; text++) {
		if (*text == '\n')
			buf_byte(&b, '\r');
		buf_byte(&b, (uint8_t)*text);
	}
	return buf_str(&b);
}

static bool add(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer)
		*list = longer;
	return longer != NULL;
}

static bool add_headers(const struct settings *s, struct arena *a, const struct mail_text *m, int64_t date,
			struct curl_slist **list)
{
	const char *const lines[] = {
		arena_printf(a, "Date: %s", header_date(a, date)),
		arena_printf(a, "From: %s <%s>", header_encode(a, s->site_name), s->mail_from),
		arena_printf(a, "To: <%s>", m->to),
		arena_printf(a, "Subject: %s", header_encode(a, m->subject)),
		arena_printf(a, "Message-ID: %s", m->message_id),
		"Auto-Submitted: auto-generated",
		"Content-Language: fr",
	};

	for (size_t i = 0; i < LENGTH(lines); i++)
		if (!add(list, lines[i]))
			return false;
	return !*m->reply_to || add(list, arena_printf(a, "Reply-To: <%s>", m->reply_to));
}

static bool add_body(CURL *h, struct arena *a, const struct mail_text *m, curl_mime **out)
{
	curl_mime *mime = curl_mime_init(h);
	curl_mimepart *part = mime ? curl_mime_addpart(mime) : NULL;

	*out = mime;
	return part && !curl_mime_data(part, crlf(a, m->body), CURL_ZERO_TERMINATED) &&
	       !curl_mime_type(part, "text/plain; charset=utf-8") && !curl_mime_encoder(part, "quoted-printable");
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
	       !curl_easy_setopt(h, CURLOPT_TIMEOUT, WHOLE_S) && !curl_easy_setopt(h, CURLOPT_VERBOSE, 1L) &&
	       !curl_easy_setopt(h, CURLOPT_DEBUGFUNCTION, watch) && !curl_easy_setopt(h, CURLOPT_DEBUGDATA, talk);
}

static enum delivery verdict(CURL *h, CURLcode rc, const struct talk *talk, struct arena *a, const char **reason)
{
	long code = 0;

	if (rc == CURLE_OK)
		return DELIVERY_SENT;
	curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &code);
	*reason = arena_printf(a, "%s (%ld)", curl_easy_strerror(rc), code);
	if (talk->recipient && code >= 500 && code < 600)
		return DELIVERY_REFUSED;
	return talk->recipient ? DELIVERY_LATER : DELIVERY_AWAY;
}

enum delivery smtp_send(const struct settings *s, struct arena *a, const struct mail_text *m, int64_t date, const char **reason)
{
	struct curl_slist *headers = NULL, *to = NULL;
	curl_mime *mime = NULL;
	struct talk talk = { false };
	enum delivery d = DELIVERY_AWAY;

	*reason = "libcurl has no room";
	if (!handle)
		handle = curl_easy_init();
	if (handle && set_relay(handle, s, a, &talk) && add_headers(s, a, m, date, &headers) &&
	    add(&to, arena_printf(a, "<%s>", m->to)) && add_body(handle, a, m, &mime) &&
	    !curl_easy_setopt(handle, CURLOPT_MAIL_FROM, arena_printf(a, "<%s>", s->mail_from)) &&
	    !curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, to) && !curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers) &&
	    !curl_easy_setopt(handle, CURLOPT_MIMEPOST, mime))
		d = verdict(handle, curl_easy_perform(handle), &talk, a, reason);
	if (handle)
		curl_easy_reset(handle); /* nothing may point to what goes now */
	curl_mime_free(mime);
	curl_slist_free_all(headers);
	curl_slist_free_all(to);
	return d;
}

void smtp_done(void)
{
	curl_easy_cleanup(handle);
	handle = NULL;
}
