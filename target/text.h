#ifndef TARGET_TEXT_H
#define TARGET_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Growing text for documents, tables and command output, bounded by TARGET_TEXT_MAX. After a
 * failed allocation or at the bound `failed` is set and further text is dropped; whoever hands the
 * text on looks at it once.
 */
enum { TARGET_TEXT_MAX = 64 << 20 };

struct target_text {
	char *data; /* NUL-terminated unless NULL */
	size_t len;
	size_t cap;
	bool failed;
};

/** All zero is an empty text; deinit leaves it so. */
void target_text_deinit(struct target_text *t);
void target_text_bytes(struct target_text *t, const void *data, size_t n);
void target_text_add(struct target_text *t, const char *s);
void target_text_format(struct target_text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** s centred in width columns, the odd blank on the right (msDebug's tables do that). */
void target_text_centred(struct target_text *t, const char *s, size_t width);

#endif
