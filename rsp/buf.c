/*
 * The reply under construction: appends text, numbers, hex, escaped binary and XML into storage of
 * fixed size. Handlers write here; the dispatcher alone looks at `overflow` and sends.
 */
#include "rsp/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rsp/hex.h"

void rsp_buf_init(struct rsp_buf *b, char *storage, size_t cap)
{
	b->data = storage;
	b->cap = cap;
	rsp_buf_reset(b);
}

void rsp_buf_reset(struct rsp_buf *b)
{
	b->len = 0;
	b->overflow = false;
}

size_t rsp_buf_room(const struct rsp_buf *b)
{
	return b->overflow ? 0 : b->cap - b->len;
}

/* Room for n more bytes, or NULL with overflow set. */
static char *take(struct rsp_buf *b, size_t n)
{
	if (b->overflow || n > b->cap - b->len) {
		b->overflow = true;
		return NULL;
	}
	b->len += n;
	return b->data + b->len - n;
}

void rsp_buf_char(struct rsp_buf *b, char c)
{
	rsp_buf_raw(b, &c, 1);
}

void rsp_buf_text(struct rsp_buf *b, const char *s)
{
	rsp_buf_raw(b, s, strlen(s));
}

void rsp_buf_raw(struct rsp_buf *b, const void *data, size_t n)
{
	char *to = take(b, n);

	if (to && n)
		memcpy(to, data, n);
}

void rsp_buf_format(struct rsp_buf *b, const char *fmt, ...)
{
	size_t room = rsp_buf_room(b);
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(b->data + b->len, room, fmt, ap);
	va_end(ap);
	/* vsnprintf wants a place for its NUL, so text that fills the room exactly does not fit */
	if (n < 0 || (size_t)n >= room)
		b->overflow = true;
	else
		b->len += (size_t)n;
}

void rsp_buf_number(struct rsp_buf *b, uint64_t v)
{
	char text[16];
	size_t n = 0;

	do {
		text[sizeof(text) - ++n] = "0123456789abcdef"[v & 15];
		v >>= 4;
	} while (v);
	rsp_buf_raw(b, text + sizeof(text) - n, n);
}

void rsp_buf_hex(struct rsp_buf *b, const void *data, size_t n)
{
	char *to = n > b->cap ? take(b, n) : take(b, 2 * n);

	if (to)
		rsp_hex_encode(data, n, to);
}

void rsp_buf_unavailable(struct rsp_buf *b, size_t n)
{
	char *to = take(b, 2 * n);

	if (to)
		memset(to, 'x', 2 * n);
}

void rsp_buf_hex_text(struct rsp_buf *b, const char *s)
{
	rsp_buf_hex(b, s, strlen(s));
}

/* Bytes up to the next one that must be escaped. */
static size_t plain_run(const char *p, size_t n)
{
	static const bool special[256] = { ['#'] = true, ['$'] = true, ['*'] = true, ['}'] = true };
	size_t i = 0;

	while (i < n && !special[(unsigned char)p[i]])
		i++;
	return i;
}

size_t rsp_buf_binary(struct rsp_buf *b, const void *data, size_t n)
{
	const char *p = data;
	size_t room = rsp_buf_room(b);
	size_t done = 0;
	char *to = b->data + b->len;

	while (done < n && room) {
		size_t run = plain_run(p + done, n - done < room ? n - done : room);

		memcpy(to, p + done, run);
		to += run;
		done += run;
		room -= run;
		if (done == n || room < 2)
			break;
		*to++ = '}';
		*to++ = (char)(p[done++] ^ 0x20);
		room -= 2;
	}
	b->len = (size_t)(to - b->data);
	return done;
}

static const char *xml_entity(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&apos;";
	default:
		return NULL;
	}
}

/* Length of the UTF-8 character at s, 0 when XML has none such: one bad byte spoils a document. */
static size_t xml_char(const char *s)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char c = (unsigned char)*s;

	if (c < 0x80)
		return (c >= ' ' && c != 0x7f) || c == '\t' || c == '\n';
	size_t n = c >= 0xf8 ? 0 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 0;
	uint32_t v = n ? c & (0x7fu >> n) : 0;
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (s[i] & 0x3f);
	}
	bool outside = v < least[n] || v > 0x10ffff || (v >= 0xd800 && v < 0xe000);
	return outside || v == 0xfffe || v == 0xffff ? 0 : n;
}

void rsp_buf_xml(struct rsp_buf *b, const char *s)
{
	while (*s) {
		const char *entity = xml_entity(*s);
		size_t n = entity ? 1 : xml_char(s);

		if (entity)
			rsp_buf_text(b, entity);
		else if (n)
			rsp_buf_raw(b, s, n);
		else
			rsp_buf_char(b, '?');
		s += n ? n : 1;
	}
}
