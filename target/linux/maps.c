/*
 * Where a process has memory (qMemoryRegionInfo), from /proc/PID/maps, which proc(5) describes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/linux/proc.h"
#include "target/linux/view_priv.h"

/* Behind the blanks and the word that follow. */
static const char *skip_word(const char *at)
{
	at += strspn(at, " ");
	return at + strcspn(at, " \n");
}

/* One line: "start-end rwxp offset device inode   name". false: it is none. */
static bool read_line(const char *line, struct target_region *out)
{
	char *at;

	*out = (struct target_region){ .mapped = true, .start = strtoull(line, &at, 16) };
	if (*at != '-')
		return false;
	out->end = strtoull(at + 1, &at, 16);
	if (strcspn(at, "\n") < strlen(" rwxp"))
		return false;
	out->readable = at[1] == 'r';
	out->writable = at[2] == 'w';
	out->executable = at[3] == 'x';
	const char *name = skip_word(skip_word(skip_word(skip_word(at))));
	name += strspn(name, " ");
	snprintf(out->name, sizeof(out->name), "%.*s", (int)strcspn(name, "\n"), name);
	return true;
}

/* The lines are sorted: the first that ends behind `at` holds it, or ends the hole that does. */
static void find(const char *lines, uint64_t at, struct target_region *out)
{
	struct target_region r;
	uint64_t hole = 0;

	for (const char *line = lines; line && *line;) {
		if (read_line(line, &r) && (at < r.end || !r.end)) {
			*out = at >= r.start
				       ? r
				       : (struct target_region){ .start = hole, .end = r.start };
			return;
		}
		hole = r.end;
		line = strchr(line, '\n');
		line += line != NULL;
	}
	*out = (struct target_region){ .start = hole };
}

enum target_status linux_region(struct target *t, struct target_tid tid, uint64_t at,
				struct target_region *out)
{
	struct target_text text = { 0 };
	struct linux_process *p;

	enum target_status status = linux_view_process(t, tid.pid, &p);
	if (status != TARGET_OK)
		return status;
	if (proc_read(proc_path("/proc/%u/maps", tid.pid).s, &text) && text.len)
		find(text.data, at, out);
	else
		status = linux_view_failed(t, tid.pid);
	target_text_deinit(&text);
	return status;
}
