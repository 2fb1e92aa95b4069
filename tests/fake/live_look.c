/*
 * What /proc says of a process and of its threads.
 */
#include "tests/fake/live_look.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "NAME:\tVALUE" of /proc/TASK/status */
static long status_of(const char *task, const char *name)
{
	char path[300], line[256];
	size_t n = strlen(name);
	long value = -1;

	snprintf(path, sizeof(path), "/proc/%s/status", task);
	FILE *f = fopen(path, "re");
	while (f && value < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, n) && line[n] == ':')
			value = strtol(line + n + 1, NULL, 10);
	if (f)
		fclose(f);
	return value;
}

long live_status(pid_t pid, const char *name)
{
	char task[16];

	snprintf(task, sizeof(task), "%d", pid);
	return status_of(task, name);
}

static bool stands(const char *task)
{
	char path[300], text[512] = "";

	snprintf(path, sizeof(path), "/proc/%s/stat", task);
	FILE *f = fopen(path, "re");
	if (f) {
		(void)!fgets(text, sizeof(text), f);
		fclose(f);
	}
	const char *state = strrchr(text, ')');
	return state && (state[2] == 't' || state[2] == 'T');
}

typedef long (*task_fn)(const char *task);

/* The sum over all threads. */
static long each_task(pid_t pid, task_fn fn)
{
	char name[280];
	long sum = 0;

	snprintf(name, sizeof(name), "/proc/%d/task", pid);
	DIR *dir = opendir(name);
	for (struct dirent *e; dir && (e = readdir(dir));) {
		snprintf(name, sizeof(name), "%d/task/%.16s", pid, e->d_name);
		if (e->d_name[0] != '.')
			sum += fn(name);
	}
	if (dir)
		closedir(dir);
	return sum;
}

static long count_standing(const char *task)
{
	return stands(task);
}

bool live_stands(pid_t pid)
{
	return each_task(pid, count_standing) > 0;
}

static long count_sleeps(const char *task)
{
	return status_of(task, "voluntary_ctxt_switches");
}

long live_sleeps(pid_t pid)
{
	return each_task(pid, count_sleeps);
}
