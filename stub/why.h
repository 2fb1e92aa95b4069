#ifndef STUB_WHY_H
#define STUB_WHY_H

#include <stddef.h>

#include "target/target.h"

/**
 * The words of requests that were refused. Clients have no room for most of them: gdb 13 makes
 * "Cannot access memory" of whatever is said to a write, so `monitor why` tells them.
 */

enum {
	WHY_KINDS = 4,	 /* kinds of packets that are remembered, one refusal of each */
	WHY_PACKET = 40, /* bytes of a packet that are shown, with the NUL */
};

struct why_entry {
	const char *name; /* of the packet's row: entries of one kind replace each other */
	char packet[WHY_PACKET];
	char words[TARGET_MESSAGE];
};

/** All zero: nothing was refused yet. The newest one stands first. */
struct why {
	struct why_entry entries[WHY_KINDS];
};

/** Remembers a refusal. name: of the row, lives for ever; packet: n bytes, any; words: of it. */
void why_note(struct why *w, const char *name, const char *packet, size_t n, const char *words);
/** A line for each, "PACKET: WORDS", the newest first; says so when there is none. */
void why_print(const struct why *w, struct target_text *out);

#endif
