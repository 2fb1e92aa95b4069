/*
 * Words for the user: why a kernel file cannot be used, and remarks about one that can. Called
 * by every file of this folder.
 */
#include "target/symbols/words_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool words_fail(struct symbols_error *why, const char *fmt, ...)
{
	va_list ap;

	if (!why)
		return false;
	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return false;
}

void words_note(struct symbols_error *note, const char *text)
{
	static const char between[] = "; ";
	size_t used = strnlen(note->text, sizeof(note->text));
	size_t gap = used ? strlen(between) : 0;
	size_t n = strlen(text);

	if (strstr(note->text, text) || gap + n >= sizeof(note->text) - used)
		return;
	memcpy(note->text + used, between, gap);
	memcpy(note->text + used + gap, text, n + 1);
}
