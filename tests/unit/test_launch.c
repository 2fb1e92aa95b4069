/*
 * How programs are started: settings that stay from run to run and client to client, their bounds,
 * and the packets that change them, over the fake target.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stub/launch.h"
#include "tests/fake/fake_client.h"
#include "tests/unit/unit.h"

static bool choose(struct launch *l, const char *a, const char *b)
{
	const char *const words[] = { a, b, NULL };

	return launch_program(l, words);
}

static void test_program(void)
{
	const char *const none[] = { NULL };
	struct launch l;

	CU_ASSERT_TRUE_FATAL(launch_init(&l));
	CU_ASSERT_TRUE(l.shell && l.no_randomization && !l.quiet_stdio);
	CU_ASSERT_FALSE(launch_program(&l, none));
	CU_ASSERT_FALSE(choose(&l, "", "x"));
	CU_ASSERT_TRUE(choose(&l, "/bin/a", "one"));
	CU_ASSERT_TRUE(choose(&l, "", "two"));
	CU_ASSERT_STRING_EQUAL(l.program.words[0], "/bin/a");
	CU_ASSERT_STRING_EQUAL(l.program.words[1], "two");
	CU_ASSERT_TRUE(launch_program(&l, none));
	CU_ASSERT_EQUAL(l.program.n, 1);
	CU_ASSERT_PTR_NULL(l.program.words[1]);
	launch_deinit(&l);
}

/* A bare name is a file of the server's folder before it is one of PATH. */
static void test_program_here(void)
{
	char folder[] = "/tmp/test-launch-XXXXXX", old[4096], want[64];
	struct launch l;

	CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(old, sizeof(old)));
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	CU_ASSERT_TRUE_FATAL(launch_init(&l) && chdir(folder) == 0);
	fclose(fopen("here", "w"));
	CU_ASSERT_TRUE(choose(&l, "here", NULL));
	snprintf(want, sizeof(want), "%s/here", folder);
	CU_ASSERT_STRING_EQUAL(l.program.words[0], want);
	CU_ASSERT_TRUE(choose(&l, "./here", NULL));
	CU_ASSERT_STRING_EQUAL(l.program.words[0], "./here");
	CU_ASSERT_TRUE(choose(&l, "there", NULL));
	CU_ASSERT_STRING_EQUAL(l.program.words[0], "there");
	unlink("here");
	CU_ASSERT_EQUAL(chdir(old), 0);
	rmdir(folder);
	launch_deinit(&l);
}

static const char *value(const struct launch *l, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < l->env.n; i++)
		if (!strncmp(l->env.words[i], name, n) && l->env.words[i][n] == '=')
			return l->env.words[i] + n + 1;
	return NULL;
}

static void test_environment(void)
{
	struct launch l;

	setenv("FAKE_OWN", "mine", 1);
	CU_ASSERT_TRUE_FATAL(launch_init(&l));
	size_t n = l.env.n, bytes = l.env.bytes;
	CU_ASSERT_STRING_EQUAL(value(&l, "FAKE_OWN"), "mine");
	CU_ASSERT_TRUE(launch_env_set(&l, "FAKE_NEW=a=b"));
	CU_ASSERT_TRUE(launch_env_set(&l, "FAKE_OWN="));
	CU_ASSERT_EQUAL(l.env.n, n + 1);
	CU_ASSERT_STRING_EQUAL(value(&l, "FAKE_NEW"), "a=b");
	CU_ASSERT_STRING_EQUAL(value(&l, "FAKE_OWN"), "");
	launch_env_unset(&l, "FAKE_OWN");
	launch_env_unset(&l, "FAKE_NOT_THERE");
	launch_env_unset(&l, "");
	CU_ASSERT_PTR_NULL(value(&l, "FAKE_OWN"));
	CU_ASSERT_EQUAL(l.env.n, n);
	CU_ASSERT_PTR_NULL(l.env.words[l.env.n]);
	CU_ASSERT_FALSE(launch_env_set(&l, "NAME") || launch_env_set(&l, "=x"));
	CU_ASSERT_TRUE(launch_env_reset(&l));
	CU_ASSERT_EQUAL(l.env.n, n);
	CU_ASSERT_EQUAL(l.env.bytes, bytes);
	launch_deinit(&l);
	unsetenv("FAKE_OWN");
}

static void test_bounds(void)
{
	static char big[LAUNCH_BYTES], *many[LAUNCH_WORDS + 2];
	struct launch l;
	char text[32];
	unsigned i = 0;

	CU_ASSERT_TRUE_FATAL(launch_init(&l));
	do
		snprintf(text, sizeof(text), "FAKE_%u=1", i++);
	while (i <= LAUNCH_WORDS && launch_env_set(&l, text));
	CU_ASSERT_EQUAL(l.env.n, LAUNCH_WORDS);
	CU_ASSERT_TRUE(launch_env_set(&l, "FAKE_0=other")); /* one that is there */
	memset(big, 'x', sizeof(big) - 1);
	CU_ASSERT_TRUE(choose(&l, "/bin/a", "b"));
	CU_ASSERT_FALSE(choose(&l, "/bin/c", big));
	for (i = 0; i <= LAUNCH_WORDS; i++)
		many[i] = text;
	CU_ASSERT_FALSE(launch_program(&l, (const char *const *)many));
	CU_ASSERT_STRING_EQUAL(l.program.words[0], "/bin/a");
	CU_ASSERT_STRING_EQUAL(l.program.words[1], "b");
	launch_deinit(&l);
}

static void test_folder(void)
{
	struct launch l;

	setenv("HOME", "/home/x", 1);
	CU_ASSERT_TRUE_FATAL(launch_init(&l));
	CU_ASSERT_TRUE(launch_set_cwd(&l, "/a b"));
	CU_ASSERT_STRING_EQUAL(l.cwd, "/a b");
	CU_ASSERT_TRUE(launch_set_cwd(&l, "~"));
	CU_ASSERT_STRING_EQUAL(l.cwd, "/home/x");
	CU_ASSERT_TRUE(launch_set_cwd(&l, "~/y"));
	CU_ASSERT_STRING_EQUAL(l.cwd, "/home/x/y");
	CU_ASSERT_TRUE(launch_set_cwd(&l, "~y"));
	CU_ASSERT_STRING_EQUAL(l.cwd, "~y");
	CU_ASSERT_TRUE(launch_set_cwd(&l, ""));
	CU_ASSERT_PTR_NULL(l.cwd);
	launch_deinit(&l);
}

/* What a client sets holds for its later runs and for the next client. */
static void test_sticky(void)
{
	static const char *const words[] = { "env", "A=1", NULL };
	struct fake_client c;

	client_open(&c, FAKE_ALL | FAKE_START);
	c.target->ended[1] = true;
	c.launch.wrapper = words;
	CU_ASSERT_TRUE(client_expect(&c, "!", "OK"));
	CU_ASSERT_TRUE(client_expect(&c, "QEnvironmentHexEncoded:46414b455f413d31", "OK"));
	CU_ASSERT_TRUE(client_expect(&c, "QSetWorkingDir:2f746d70", "OK"));
	CU_ASSERT_TRUE(client_expect(&c, "QStartupWithShell:0", "OK"));
	CU_ASSERT_TRUE(client_expect(&c, "vRun;2f70;61;;62", "~T*"));
	CU_ASSERT_STRING_EQUAL(c.target->started, "-r-|wrapper:env|wrapper:A=1|/p|a||b|"
						  "env:FAKE_A=1|cwd:/tmp|");
	client_ask(&c, "k");
	client_reconnect(&c);
	CU_ASSERT_TRUE(client_expect(&c, "!", "OK"));
	CU_ASSERT_TRUE(client_expect(&c, "QDisableRandomization:0", "OK"));
	CU_ASSERT_TRUE(client_expect(&c, "QEnvironmentReset", "OK"));
	CU_ASSERT_TRUE(client_expect(&c, "QSetWorkingDir:", "OK"));
	CU_ASSERT_TRUE(client_expect(&c, "vRun;;78", "~T*"));
	CU_ASSERT_STRING_EQUAL(c.target->started, "---|wrapper:env|wrapper:A=1|/p|x|");
	client_close(&c);
}

/* A client that cannot tell processes apart has one at a time. */
static void test_one_at_a_time(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL | FAKE_START);
	CU_ASSERT_TRUE(client_expect(&c, "vRun;2f70", "~E.already debugging*"));
	CU_ASSERT_TRUE(client_expect(&c, "vAttach;1", "~E.already debugging*"));
	client_ask(&c, "!");
	CU_ASSERT_TRUE(client_expect(&c, "vRun;2f70", "~E.already debugging*"));
	CU_ASSERT_EQUAL(c.target->starts + c.target->attaches, 0);
	client_ask(&c, "k");
	CU_ASSERT_FALSE(c.session->closing);
	CU_ASSERT_TRUE(client_expect(&c, "?", "W00"));
	CU_ASSERT_TRUE(client_expect(&c, "vAttach;1", "~T*"));
	client_close(&c);
}

/* "R" starts the same program again, without a reply; only in extended mode. */
static void test_restart(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL | FAKE_START);
	c.target->ended[1] = true;
	CU_ASSERT_TRUE(client_expect(&c, "vRun;2f70;61", "~T*"));
	CU_ASSERT_TRUE(client_expect(&c, "R00", CLIENT_SILENCE));
	CU_ASSERT_EQUAL(c.target->starts, 1);
	client_ask(&c, "!");
	CU_ASSERT_TRUE(client_expect(&c, "R00", CLIENT_SILENCE));
	CU_ASSERT_EQUAL(c.target->starts, 2);
	CU_ASSERT_EQUAL(c.target->killed, 1);
	CU_ASSERT_NOT_EQUAL(strstr(c.target->started, "|/p|a|"), NULL);
	CU_ASSERT_TRUE(client_expect(&c, "?", "~T*"));
	client_close(&c);
}

/* With a process left the session goes on, also in plain mode. */
static void test_two_processes(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL | FAKE_START | FAKE_TWO_PROCESSES);
	client_ask(&c, "qSupported:multiprocess+");
	CU_ASSERT_TRUE(client_expect(&c, "D;2", "OK"));
	CU_ASSERT_FALSE(c.session->closing);
	CU_ASSERT_TRUE(client_expect(&c, "D;2", "E.there is no such thread"));
	CU_ASSERT_TRUE(client_expect(&c, "vKill;1", "OK"));
	CU_ASSERT_TRUE(c.session->closing);
	client_close(&c);
	client_open(&c, FAKE_ALL | FAKE_START | FAKE_TWO_PROCESSES);
	CU_ASSERT_TRUE(client_expect(&c, "k", CLIENT_SILENCE));
	CU_ASSERT_TRUE(c.target->ended[1] && c.target->ended[2] && c.session->closing);
	client_close(&c);
}

static const struct unit_test tests[] = {
	{ "a program and the one before", test_program },
	{ "a name without a folder", test_program_here },
	{ "the environment", test_environment },
	{ "bounds", test_bounds },
	{ "the folder", test_folder },
	{ "settings stay", test_sticky },
	{ "one at a time", test_one_at_a_time },
	{ "restart", test_restart },
	{ "two processes", test_two_processes },
};

int main(void)
{
	return unit_run("launch", tests, sizeof(tests) / sizeof(tests[0]));
}
