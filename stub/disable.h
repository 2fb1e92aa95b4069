#ifndef STUB_DISABLE_H
#define STUB_DISABLE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * --disable-packet: the server does as if it did not know some packets, so that clients can be
 * tested against servers that really do not.
 */

enum {
	DISABLE_VCONT = 1,
	DISABLE_CURRENT = 2,   /* qC */
	DISABLE_LIST = 4,      /* qfThreadInfo */
	DISABLE_STOP_TID = 8,  /* the thread of a T packet */
	DISABLE_STOP_FULL = 16, /* T packets as a whole: S packets instead */
};

/** Words of the list, joined by commas, as bits. false: *word (n bytes) is not one of them. */
bool disable_parse(const char *list, unsigned *bits, const char **word, size_t *n);
/** The command of that name is one of the disabled. */
bool disable_hides(unsigned bits, const char *command);
/** The words and their meaning, as gdbserver prints them. */
extern const char disable_help[];

#endif
