/*
 * Fuzz target: a byte that chooses a row of the packet table, then the arguments of its packet.
 * What comes out lies inside what went in, and there is as much of it as the grammar has letters.
 */
#include <string.h>

#include "stub/commands.h"
#include "tests/fuzz/fuzz.h"

static unsigned letters(const char *grammar, char letter)
{
	unsigned n = 0;

	for (; *grammar; grammar++)
		n += *grammar == letter;
	return n;
}

static void inside(struct rsp_text t, const char *data, size_t size)
{
	demand(!t.n || (t.p >= data && t.p + t.n <= data + size));
}

/* A number or a thread id of the wire. */
static void check_id(const struct rsp_tid *id)
{
	demand(id->tid >= -1 && id->tid <= UINT32_MAX);
	demand(id->pid >= -1 && id->pid <= UINT32_MAX && (id->has_pid || !id->pid));
}

static void check(const char *grammar, const char *data, size_t size)
{
	struct rsp_args a;

	if (!rsp_args_parse(grammar, data, size, &a))
		return;
	demand(a.nums <= letters(grammar, 'x') && a.texts <= letters(grammar, 's'));
	demand(a.tids <= letters(grammar, 't') && a.chrs <= letters(grammar, 'c'));
	for (unsigned i = 0; i < a.texts; i++)
		inside(a.text[i], data, size);
	for (unsigned i = 0; i < a.tids; i++)
		check_id(&a.tid[i]);
	inside(a.rest, data, size);
}

/* Splitting loses nothing. */
static void split(const char *data, size_t size)
{
	struct rsp_text t = { data, size }, piece;
	size_t pieces = 0, bytes = 0;

	for (; rsp_text_split(&t, ';', &piece); pieces++) {
		inside(piece, data, size);
		bytes += piece.n;
	}
	demand(bytes + pieces == size || bytes + pieces == size + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[16];

	if (!size)
		return 0;
	const char *text = (const char *)data + 1;
	check(commands[data[0] % command_count].grammar, text, size - 1);
	split(text, size - 1);
	struct rsp_text hex = { text, size - 1 };
	if (rsp_text_unhex(hex, path, sizeof(path)))
		demand(strlen(path) == (size - 1) / 2);
	return 0;
}
