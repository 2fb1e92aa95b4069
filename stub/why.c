/*
 * What was refused and why, for `monitor why`. One refusal of each kind of packet is kept, since a
 * client that was refused a write reads a lot before its user can ask. Called by session.c.
 */
#include "stub/why.h"

#include <stdio.h>
#include <string.h>

static size_t place_of(const struct why *w, const char *name)
{
	size_t i = 0;

	while (i < WHY_KINDS - 1 && w->entries[i].name && strcmp(w->entries[i].name, name) != 0)
		i++;
	return i;
}

/* Up to the data, which is bytes of the user's, or to what no terminal should get. */
static void copy_packet(char *to, const char *packet, size_t n)
{
	size_t i = 0;

	for (; i < n && i < WHY_PACKET - 1; i++) {
		if (packet[i] <= ' ' || packet[i] >= 0x7f || packet[i] == ':')
			break;
		to[i] = packet[i];
	}
	to[i] = '\0';
}

void why_note(struct why *w, const char *name, const char *packet, size_t n, const char *words)
{
	struct why_entry *first = w->entries;

	memmove(first + 1, first, place_of(w, name) * sizeof(*first));
	first->name = name;
	copy_packet(first->packet, packet, n);
	snprintf(first->words, sizeof(first->words), "%s", words);
}

void why_print(const struct why *w, struct target_text *out)
{
	if (!w->entries[0].name)
		target_text_add(out, "No request of this client was refused.\n");
	for (size_t i = 0; i < WHY_KINDS && w->entries[i].name; i++)
		target_text_format(out, "%s: %s\n", w->entries[i].packet, w->entries[i].words);
}
