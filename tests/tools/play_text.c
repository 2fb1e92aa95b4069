/*
 * Text of scripts: escapes to bytes and back. Used by rsp-play only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rsp/hex.h"
#include "tests/tools/play.h"

void play_text_deinit(struct play_text *t)
{
	free(t->p);
	*t = (struct play_text){ 0 };
}

void play_text_add(struct play_text *t, const void *data, size_t n)
{
	if (t->n + n + 1 > t->cap) {
		t->cap = 2 * (t->n + n + 1);
		t->p = realloc(t->p, t->cap);
		if (!t->p)
			abort();
	}
	if (n)
		memcpy(t->p + t->n, data, n);
	t->n += n;
	t->p[t->n] = '\0';
}

/* "N*TEXT}" behind "\{"; returns where it ends, NULL when malformed. */
static const char *repeat(const char *in, struct play_text *out)
{
	char *star;
	unsigned long times = strtoul(in, &star, 10);
	const char *end = strchr(in, '}');

	if (*star != '*' || !end || times > 1 << 24)
		return NULL;
	for (; times; times--)
		play_text_add(out, star + 1, (size_t)(end - star) - 1);
	return end + 1;
}

bool play_unescape(const char *in, struct play_text *out)
{
	char byte;

	play_text_add(out, "", 0);
	while (*in) {
		if (*in != '\\') {
			play_text_add(out, in++, 1);
		} else if (in[1] == 'x' && in[2] && rsp_hex_decode(in + 2, 2, &byte)) {
			play_text_add(out, &byte, 1);
			in += 4;
		} else if (in[1] == '\\' || in[1] == 'p') {
			play_text_add(out, in, in[1] == 'p' ? 2 : 1);
			in += 2;
		} else if (in[1] != '{' || !(in = repeat(in + 2, out))) {
			return false;
		}
	}
	return true;
}

void play_escape(const void *data, size_t n, struct play_text *out)
{
	enum { SHOWN = 400 };
	const unsigned char *p = data;
	char text[64];

	play_text_add(out, "", 0);
	for (size_t i = 0; i < n && i < SHOWN; i++) {
		bool plain = p[i] >= ' ' && p[i] < 0x7f && p[i] != '\\';

		snprintf(text, sizeof(text), plain ? "%c" : "\\x%02x", p[i]);
		play_text_add(out, text, strlen(text));
	}
	if (n > SHOWN) {
		snprintf(text, sizeof(text), "... (%zu bytes)", n);
		play_text_add(out, text, strlen(text));
	}
}

const char *play_words(enum play_got got)
{
	switch (got) {
	case PLAY_GOT:
		return "bytes";
	case PLAY_TIMEOUT:
		return "nothing in time";
	case PLAY_CLOSED:
		return "the connection closed";
	case PLAY_BROKEN:
	default:
		return "bytes that are no packet";
	}
}
