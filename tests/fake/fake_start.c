/*
 * The part of the fake target that starts programs: it starts nothing and keeps how it was asked.
 */
#include "tests/fake/fake_target.h"

#include <stdio.h>
#include <string.h>

static void note(struct fake_target *f, const char *kind, const char *text)
{
	size_t n = strlen(f->started);

	snprintf(f->started + n, sizeof(f->started) - n, "%s%s|", kind, text);
}

static void note_words(struct fake_target *f, const char *kind, const char *const *words)
{
	for (; words && *words; words++)
		note(f, kind, *words);
}

static enum target_status fake_start(struct target *t, const struct target_launch *how,
				     uint32_t *pid)
{
	struct fake_target *f = ((struct fake_target *)t);

	if (strstr(how->argv[0], "missing"))
		return target_fail(t, TARGET_SYSTEM,
				   "During startup program exited with code 127.");
	snprintf(f->started, sizeof(f->started), "%c%c%c|", how->shell ? 's' : '-',
		 how->no_randomization ? 'r' : '-', how->quiet_stdio ? 'q' : '-');
	note_words(f, "wrapper:", how->wrapper);
	note_words(f, "", how->argv);
	for (const char *const *e = how->env; e && *e; e++)
		if (!strncmp(*e, "FAKE_", 5))
			note(f, "env:", *e);
	if (how->cwd)
		note(f, "cwd:", how->cwd);
	f->starts++;
	f->ended[1] = false;
	*pid = 1;
	return TARGET_OK;
}

static enum target_status fake_attach(struct target *t, uint32_t pid)
{
	if (pid != 1)
		return target_fail(t, TARGET_SYSTEM, "Cannot attach to process %u", pid);
	((struct fake_target *)t)->attaches++;
	((struct fake_target *)t)->ended[1] = false;
	return TARGET_OK;
}

static bool fake_attached(const struct target *t, uint32_t pid)
{
	(void)pid;
	return !((const struct fake_target *)t)->starts;
}

const struct target_process_ops fake_process_ops = {
	.start = fake_start,
	.attach = fake_attach,
	.attached = fake_attached,
};
