/*
 * Fuzz target: any words as a command line (a newline or NUL ends a word). The first word goes to
 * the parsers of COMM and of --allow too.
 */
#include <stdlib.h>
#include <string.h>

#include "stub/access.h"
#include "stub/comm.h"
#include "stub/options.h"
#include "tests/fuzz/fuzz.h"

enum { WORDS = 64 };

static void try_options(int argc, char **argv)
{
	struct options o;
	struct config c;
	char why[OPTIONS_WORDS];

	config_init(&c);
	if (!options_parse(argc, argv, &o, why)) {
		demand(why[0] && memchr(why, 0, sizeof(why)));
		return;
	}
	demand(o.mode != OPTIONS_CORE || o.core);
	demand(o.mode != OPTIONS_RUN || (o.program && o.program[0]));
	demand(o.mode != OPTIONS_ATTACH || o.pid);
	demand(o.mode != OPTIONS_TRANSLATE || (o.translate && o.output));
	demand(options_apply(&o, &c, why) || why[0]);
}

static void try_comm(const char *text)
{
	struct comm c;
	char why[COMM_WORDS];

	demand(comm_parse(text, &c, why) || why[0]);
	demand(memchr(c.host, 0, sizeof(c.host)) && memchr(c.path, 0, sizeof(c.path)));
}

/* What is let in can be told, and what is not says why. */
static void try_access(const char *text)
{
	struct access a;
	char why[ACCESS_WORDS], line[ACCESS_LINE];

	access_init(&a, 1);
	demand(access_allow(&a, text, why) || (why[0] && memchr(why, 0, sizeof(why))));
	demand(a.count <= ACCESS_NETS);
	for (size_t i = 0; i < a.count; i++)
		demand(a.nets[i].bits <= 128);
	access_describe(&a, true, line);
	demand(memchr(line, 0, sizeof(line)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *argv[WORDS + 1];
	int argc = 0;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = 0;
	for (size_t i = 0; i < size; i++)
		if (text[i] == '\n')
			text[i] = 0;
	for (char *at = text; at <= text + size && argc < WORDS; at += strlen(at) + 1)
		argv[argc++] = at;
	argv[argc] = NULL;
	try_options(argc, argv);
	try_comm(argv[0]);
	try_access(argv[0]);
	free(text);
	return 0;
}
