/*
 * Reading /proc: files, links, folders of numbers, and the few fields that several callers want.
 * Called by the other files of this folder; what the contents mean to a debugger is theirs.
 */
#include "target/linux/proc.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target/auto.h"

struct proc_path proc_path(const char *fmt, ...)
{
	struct proc_path path;
	va_list args;

	va_start(args, fmt);
	int n = vsnprintf(path.s, sizeof(path.s), fmt, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(path.s))
		path.s[0] = '\0'; /* opens nothing, unlike a path that was cut */
	return path;
}

static ssize_t read_some(int fd, void *buf, size_t n)
{
	ssize_t got;

	do
		got = read(fd, buf, n);
	while (got < 0 && errno == EINTR);
	return got;
}

bool proc_read(const char *path, struct target_text *out)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	char buf[16384];
	ssize_t n;

	if (fd < 0)
		return false;
	while ((n = read_some(fd, buf, sizeof(buf))) > 0 && !out->failed)
		target_text_bytes(out, buf, (size_t)n);
	return n >= 0;
}

ssize_t proc_read_short(const char *path, char *buf, size_t cap)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read_some(fd, buf, cap - 1);

	buf[n < 0 ? 0 : n] = '\0';
	return n;
}

bool proc_link(const char *path, char *buf, size_t cap)
{
	ssize_t n = readlink(path, buf, cap);

	if (n <= 0 || (size_t)n >= cap)
		return false;
	buf[n] = '\0';
	return true;
}

struct proc_dir proc_dir_open(const char *path)
{
	return (struct proc_dir){ opendir(path) };
}

bool proc_dir_next(struct proc_dir *d, uint32_t *number)
{
	const struct dirent *e;

	while (d->dir && (e = readdir(d->dir))) {
		char *end;

		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		unsigned long v = strtoul(e->d_name, &end, 10);
		if (*end || v > INT32_MAX)
			continue;
		*number = (uint32_t)v;
		return true;
	}
	return false;
}

void proc_dir_close(struct proc_dir *d)
{
	if (d->dir)
		closedir(d->dir);
	d->dir = NULL;
}

/* The kernel writes a newline as \n and a backslash as two; n: bytes of the name as written. */
static void copy_name(char out[PROC_COMM], const char *from, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n && len < PROC_COMM - 1; i++) {
		bool escaped = from[i] == '\\' && i + 1 < n;

		i += escaped;
		out[len++] = escaped && from[i] == 'n' ? '\n' : from[i];
	}
	out[len] = '\0';
}

static int parse_core(const char *at)
{
	enum { PROCESSOR = 39, BEHIND_NAME = 3 }; /* fields are counted from 1 */
	char *end;

	for (int field = BEHIND_NAME; at && field <= PROCESSOR; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return -1;
	long core = strtol(at, &end, 10);
	return end == at || core < 0 || core > INT32_MAX ? -1 : (int)core;
}

bool proc_stat(uint32_t pid, uint32_t tid, struct proc_stat *out)
{
	struct proc_path path = proc_path("/proc/%u/task/%u/stat", pid, tid);
	char buf[1024];

	*out = (struct proc_stat){ .core = -1 };
	if (proc_read_short(path.s, buf, sizeof(buf)) <= 0)
		return false;
	/* the name may hold blanks and parentheses: the last one ends it */
	const char *start = strchr(buf, '('), *end = strrchr(buf, ')');
	if (!start || !end || end < start)
		return false;
	copy_name(out->name, start + 1, (size_t)(end - start) - 1);
	out->state = end[1] == ' ' ? end[2] : '\0';
	out->core = parse_core(end);
	return true;
}

long proc_status_number(uint32_t pid, const char *name)
{
	char path[64], line[256];
	long value = -1;

	snprintf(path, sizeof(path), "/proc/%u/status", pid);
	FILE *f = fopen(path, "re");
	if (!f)
		return -1;
	while (value < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ':')
			value = strtol(line + strlen(name) + 1, NULL, 10);
	fclose(f);
	return value;
}

bool proc_class(uint32_t pid, struct proc_class *out)
{
	struct proc_path path = proc_path("/proc/%u/exe", pid);
	AUTO_CLOSE int fd = open(path.s, O_RDONLY | O_CLOEXEC);
	Elf64_Ehdr head; /* the fields used lie alike in both classes */

	if (fd < 0 || pread(fd, &head, sizeof(Elf32_Ehdr), 0) != sizeof(Elf32_Ehdr) ||
	    memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
		return false;
	out->wide = head.e_ident[EI_CLASS] == ELFCLASS64;
	out->machine = head.e_machine;
	return true;
}
