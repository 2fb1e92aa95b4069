/*
 * Growing text with an upper bound: documents, tables and command output of all targets.
 * Called by every target and by stub/; whoever hands the text on looks at `failed` once.
 */
#include "target/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void target_text_deinit(struct target_text *t)
{
	free(t->data);
	*t = (struct target_text){ 0 };
}

/* Room for n more bytes and the NUL. */
static bool reserve(struct target_text *t, size_t n)
{
	if (t->failed || n >= TARGET_TEXT_MAX - t->len) {
		t->failed = true;
		return false;
	}
	size_t need = t->len + n + 1;
	if (need <= t->cap)
		return true;
	size_t cap = t->cap ? t->cap : 256;
	while (cap < need)
		cap *= 2;
	char *data = realloc(t->data, cap);
	if (!data) {
		t->failed = true;
		return false;
	}
	t->data = data;
	t->cap = cap;
	return true;
}

void target_text_bytes(struct target_text *t, const void *data, size_t n)
{
	if (!reserve(t, n))
		return;
	if (n)
		memcpy(t->data + t->len, data, n);
	t->len += n;
	t->data[t->len] = '\0';
}

void target_text_add(struct target_text *t, const char *s)
{
	target_text_bytes(t, s, strlen(s));
}

void target_text_format(struct target_text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0) {
		t->failed = true;
		return;
	}
	if (!reserve(t, (size_t)n))
		return;
	va_start(args, fmt);
	vsnprintf(t->data + t->len, (size_t)n + 1, fmt, args);
	va_end(args);
	t->len += (size_t)n;
}

static void blanks(struct target_text *t, size_t n)
{
	for (; n; n--)
		target_text_bytes(t, " ", 1);
}

void target_text_centred(struct target_text *t, const char *s, size_t width)
{
	size_t n = strlen(s);
	size_t pad = n < width ? width - n : 0;

	blanks(t, pad / 2);
	target_text_bytes(t, s, n);
	blanks(t, pad - pad / 2);
}
