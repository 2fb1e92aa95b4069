/*
 * The packets that --disable-packet hides. options.c parses with it, session.c and reply.c ask.
 */
#include "stub/disable.h"

#include <string.h>

const char disable_help[] =
	"Disableable packets:\n"
	"  vCont       \tAll vCont packets\n"
	"  qC          \tQuerying the current thread\n"
	"  qfThreadInfo\tThread listing\n"
	"  Tthread     \tPassing the thread specifier in the T stop reply packet\n"
	"  threads     \tAll of the above\n"
	"  T           \tAll 'T' packets\n";

static const struct {
	const char *word;
	unsigned bits;
} words[] = {
	{ "vCont", DISABLE_VCONT },
	{ "qC", DISABLE_CURRENT },
	{ "qfThreadInfo", DISABLE_LIST },
	{ "Tthread", DISABLE_STOP_TID },
	{ "threads", DISABLE_VCONT | DISABLE_CURRENT | DISABLE_LIST | DISABLE_STOP_TID },
	{ "T", DISABLE_STOP_FULL },
};

static const struct {
	const char *name;
	unsigned bit;
} commands[] = {
	{ "vCont?", DISABLE_VCONT },      { "vCont;", DISABLE_VCONT },
	{ "qC", DISABLE_CURRENT },        { "qfThreadInfo", DISABLE_LIST },
	{ "qsThreadInfo", DISABLE_LIST },
};

static bool add_word(const char *word, size_t n, unsigned *bits)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].word) == n && !strncmp(words[i].word, word, n)) {
			*bits |= words[i].bits;
			return true;
		}
	return false;
}

bool disable_parse(const char *list, unsigned *bits, const char **word, size_t *n)
{
	while (*list) {
		*word = list;
		*n = strcspn(list, ",");
		if (*n && !add_word(*word, *n, bits))
			return false;
		list += *n + (list[*n] == ',');
	}
	return true;
}

bool disable_hides(unsigned bits, const char *command)
{
	for (size_t i = 0; bits && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (bits & commands[i].bit && !strcmp(command, commands[i].name))
			return true;
	return false;
}
