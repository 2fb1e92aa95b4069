/*
 * Every row of THE packet table is sent by some file of tests/protocol.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stub/commands.h"
#include "tests/unit/unit.h"

static bool file_sends(const char *path, const char *name)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;
	bool found = false;

	while (f && !found && getline(&line, &cap, f) > 0) {
		const struct command *row = NULL;

		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "> ", 2))
			row = command_find(line + 2, strlen(line + 2));
		found = row && !strcmp(row->name, name);
	}
	free(line);
	if (f)
		fclose(f);
	return found;
}

static bool has_transcript(const char *name)
{
	DIR *dir = opendir("tests/protocol");
	bool found = false;

	for (struct dirent *e; dir && !found && (e = readdir(dir));) {
		size_t n = strlen(e->d_name);
		char path[512];

		if (n < 4 || strcmp(e->d_name + n - 4, ".rsp") != 0)
			continue;
		snprintf(path, sizeof(path), "tests/protocol/%s", e->d_name);
		found = file_sends(path, name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void test_transcripts(void)
{
	for (size_t i = 0; i < command_count; i++) {
		bool found = has_transcript(commands[i].name);

		if (!found)
			printf("  \"%s\" is in no tests/protocol/*.rsp\n", commands[i].name);
		CU_ASSERT_TRUE(found);
	}
}

static const struct unit_test tests[] = {
	{ "each packet is in a transcript", test_transcripts },
};

int main(void)
{
	return unit_run("transcripts", tests, sizeof(tests) / sizeof(tests[0]));
}
