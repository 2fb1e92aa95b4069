/*
 * Monitor commands on a fake device, with CUnit's assertions: used by the unit tests of the
 * commands.
 */
#include "tests/fake/fake_monitor.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

enum { WORDS = 16 };

enum target_status fake_monitor(struct fake_device *f, unsigned unified, const char *line,
				struct target_text *out)
{
	char copy[256];
	const char *argv[WORDS];
	size_t argc = 0;

	target_text_deinit(out);
	snprintf(copy, sizeof(copy), "%s", line);
	for (char *p = copy; *p && argc < WORDS;) {
		argv[argc++] = p;
		p += strcspn(p, " ");
		if (*p)
			*p++ = '\0';
	}
	return target_command(&f->a.base, (struct target_tid){ PID, unified + 1 }, argc, argv, out);
}

void fake_prints(struct fake_device *f, unsigned unified, const char *line, const char *want)
{
	struct target_text out = { 0 };

	CU_ASSERT_EQUAL(fake_monitor(f, unified, line, &out), TARGET_OK);
	if (!out.data || strcmp(out.data, want))
		printf("%s:\n%s\n", line, out.data ? out.data : f->a.base.message);
	CU_ASSERT(out.data && !strcmp(out.data, want));
	target_text_deinit(&out);
}

void fake_has(struct fake_device *f, unsigned unified, const char *line, const char *part)
{
	struct target_text out = { 0 };

	CU_ASSERT_EQUAL(fake_monitor(f, unified, line, &out), TARGET_OK);
	if (!out.data || !strstr(out.data, part))
		printf("%s:\n%s\n", line, out.data ? out.data : f->a.base.message);
	CU_ASSERT(out.data && strstr(out.data, part));
	target_text_deinit(&out);
}

void fake_fails(struct fake_device *f, unsigned unified, const char *line,
		enum target_status status, const char *words)
{
	struct target_text out = { 0 };
	enum target_status got = fake_monitor(f, unified, line, &out);

	if (got != status || strcmp(f->a.base.message, words))
		printf("%s: %d %s\n", line, (int)got, f->a.base.message);
	CU_ASSERT_EQUAL(got, status);
	CU_ASSERT_STRING_EQUAL(f->a.base.message, words);
	target_text_deinit(&out);
}
