/*
 * Runs a fuzz target once over every file of its corpus, so that `make check` does without clang.
 * A target that crashes ends the program, which tests/run counts as a failure.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX = 16 << 20 };

/* Reads a file into memory of just its size, so that a sanitizer sees the first byte too many. */
static int replay(const char *folder, const char *name)
{
	static const char cannot[] = "%s/%s: cannot be read\n";
	char path[4096];
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	in = fopen(path, "rb");
	if (!in)
		return printf(cannot, folder, name), -1;
	uint8_t *all = malloc(INPUT_MAX);
	size_t n = all ? fread(all, 1, INPUT_MAX, in) : 0;
	uint8_t *exact = malloc(n ? n : 1);
	fclose(in);
	if (!all || !exact) {
		free(all);
		free(exact);
		return printf(cannot, folder, name), -1;
	}
	memcpy(exact, all, n);
	free(all);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	return 0;
}

int main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : ".";
	DIR *corpus = opendir(folder);
	unsigned passed = 0, failed = 0;

	for (struct dirent *e; corpus && (e = readdir(corpus));) {
		if (e->d_name[0] == '.')
			continue;
		if (replay(folder, e->d_name) == 0)
			passed++;
		else
			failed++;
	}
	if (!corpus) {
		printf("%s: no such folder\n", folder);
		failed++;
	} else {
		closedir(corpus);
	}
	printf("replay of %s: %u passed, %u failed\n", folder, passed, failed);
	return failed ? 1 : 0;
}
