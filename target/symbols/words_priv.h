#ifndef TARGET_SYMBOLS_WORDS_PRIV_H
#define TARGET_SYMBOLS_WORDS_PRIV_H

#include <stdbool.h>

#include "target/symbols/symbols.h"

/** Keeps the words of a failure; always false: return words_fail(why, ...). why may be NULL. */
bool words_fail(struct symbols_error *why, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** Appends a remark, "; " between two; what does not fit is left out. */
void words_note(struct symbols_error *note, const char *text);

#endif
