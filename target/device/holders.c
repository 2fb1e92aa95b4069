/*
 * Who else has the driver's node open: the driver only says that somebody debugs a device. proc(5)
 * describes what is read; processes come and go meanwhile.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target/device/device.h"

enum { PATH = 320, NAME = 64 };

static bool holds(const char *pid, const char *path)
{
	char folder[PATH], link[2 * PATH], to[PATH];
	struct dirent *e;
	bool found = false;

	snprintf(folder, sizeof(folder), "/proc/%s/fd", pid);
	DIR *dir = opendir(folder);
	while (dir && !found && (e = readdir(dir))) {
		snprintf(link, sizeof(link), "%s/%s", folder, e->d_name);
		ssize_t n = readlink(link, to, sizeof(to) - 1);
		to[n > 0 ? n : 0] = '\0';
		found = !strcmp(to, path);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void add(const char *pid, char *out, size_t cap)
{
	char path[PATH], name[NAME] = "";
	size_t n = strlen(out);

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	FILE *f = fopen(path, "re");
	if (f && fgets(name, sizeof(name), f))
		name[strcspn(name, "\n")] = '\0';
	if (f)
		fclose(f);
	snprintf(out + n, cap - n, "%s%s (%s)", n ? ", " : "", pid, name);
}

size_t device_holders(const char *path, char *out, size_t cap)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	size_t count = 0;

	*out = '\0';
	while (dir && (e = readdir(dir))) {
		bool other = isdigit((unsigned char)*e->d_name) &&
			     strtol(e->d_name, NULL, 10) != getpid();

		if (!other || !holds(e->d_name, path))
			continue;
		add(e->d_name, out, cap);
		count++;
	}
	if (dir)
		closedir(dir);
	return count;
}
