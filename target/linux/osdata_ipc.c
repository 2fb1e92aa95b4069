/*
 * The tables of `info os` on System V shared memory, semaphores and message queues: the lines of
 * /proc/sysvipc (proc(5)) with names instead of numbers. Called by osdata.c.
 */
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "target/linux/osdata_priv.h"
#include "target/linux/proc.h"

enum { WORDS = 16 };

/** How one column is made of a word of the line. */
enum kind { END, AS_IS, COMMAND, USER, GROUP, TIME };

struct column {
	uint8_t kind, word;
};

static const struct column shm[] = {
	{ AS_IS, 0 },	{ AS_IS, 1 }, { AS_IS, 2 }, { AS_IS, 3 }, { COMMAND, 4 },
	{ COMMAND, 5 }, { AS_IS, 6 }, { USER, 7 },  { GROUP, 8 }, { USER, 9 },
	{ GROUP, 10 },	{ TIME, 11 }, { TIME, 12 }, { TIME, 13 }, { END, 0 },
};
static const struct column semaphores[] = {
	{ AS_IS, 0 }, { AS_IS, 1 }, { AS_IS, 2 }, { AS_IS, 3 }, { USER, 4 }, { GROUP, 5 },
	{ USER, 6 },  { GROUP, 7 }, { TIME, 8 },  { TIME, 9 },	{ END, 0 },
};
static const struct column msg[] = {
	{ AS_IS, 0 },	{ AS_IS, 1 },	{ AS_IS, 2 }, { AS_IS, 3 }, { AS_IS, 4 },
	{ COMMAND, 5 }, { COMMAND, 6 }, { USER, 7 },  { GROUP, 8 }, { USER, 9 },
	{ GROUP, 10 },	{ TIME, 11 },	{ TIME, 12 }, { TIME, 13 }, { END, 0 },
};

static void group_name(uint32_t gid, char *buf, size_t cap)
{
	struct group entry, *found = NULL;
	char storage[4096];

	if (!getgrgid_r(gid, &entry, storage, sizeof(storage), &found) && found)
		snprintf(buf, cap, "%s", entry.gr_name);
}

static void date(time_t at, char *buf, size_t cap)
{
	struct tm tm;

	if (at && localtime_r(&at, &tm) && !strftime(buf, cap, "%a %b %e %H:%M:%S %Y", &tm))
		buf[0] = '\0';
}

static void add_cell(struct target_table *out, enum kind kind, const char *word)
{
	char text[OSDATA_NAME] = "";
	unsigned long v = strtoul(word, NULL, 10);

	switch (kind) {
	case END:
	case AS_IS:
		target_table_text(out, word);
		return;
	case COMMAND:
		osdata_command((uint32_t)v, text, sizeof(text));
		break;
	case USER:
		osdata_user((uint32_t)v, text, sizeof(text));
		break;
	case GROUP:
		group_name((uint32_t)v, text, sizeof(text));
		break;
	case TIME:
		date((time_t)v, text, sizeof(text));
		break;
	}
	target_table_text(out, text);
}

static void add_line(struct target_table *out, char *line, const struct column *columns)
{
	char *words[WORDS];
	size_t n = osdata_words(line, words, WORDS);

	for (const struct column *c = columns; c->kind != END; c++)
		if (c->word >= n)
			return; /* so old a kernel has other columns */
	for (; columns->kind != END; columns++)
		add_cell(out, columns->kind, words[columns->word]);
}

static void fill(struct target_table *out, const char *path, const struct column *columns)
{
	struct target_text text = { 0 };
	char *rest, *line;

	if (proc_read(path, &text) && text.data) {
		rest = text.data;
		strsep(&rest, "\n"); /* the headline */
		while ((line = strsep(&rest, "\n")))
			add_line(out, line, columns);
	}
	target_text_deinit(&text);
}

void osdata_shm(struct target_table *out)
{
	fill(out, "/proc/sysvipc/shm", shm);
}

void osdata_semaphores(struct target_table *out)
{
	fill(out, "/proc/sysvipc/sem", semaphores);
}

void osdata_msg(struct target_table *out)
{
	fill(out, "/proc/sysvipc/msg", msg);
}
