/*
 * Unit tests of stub/options.c: every form of the command line, each option with and without its
 * value, the exact text of each refusal, and that help and man page name every option.
 */
#include <stdlib.h>
#include <string.h>

#include "stub/options.h"
#include "stub/version.h"
#include "tests/unit/unit.h"

enum { WORDS = 16, HELP_BYTES = 16384 };

#define NOTHING                                                                                    \
	"nothing to debug: write COMM PROG, --attach COMM PID or --core FILE COMM, see "           \
	"ascend-gdbserver --help"

/* A command line cut at blanks; its words live as long as this. */
struct line {
	char text[512];
	char *argv[WORDS + 1];
	int argc;
	struct options o;
	char why[OPTIONS_WORDS];
};

static bool parse(struct line *l, const char *text)
{
	snprintf(l->text, sizeof(l->text), "ascend-gdbserver %s", text);
	l->argc = 0;
	for (char *at = l->text; *at && l->argc < WORDS;) {
		l->argv[l->argc++] = at;
		at += strcspn(at, " ");
		if (*at)
			*at++ = 0;
	}
	l->argv[l->argc] = NULL;
	return options_parse(l->argc, l->argv, &l->o, l->why);
}

static void test_core_forms(void)
{
	struct line l;

	CU_ASSERT_TRUE(parse(&l, "--core a.core :2345"));
	CU_ASSERT_EQUAL(l.o.mode, OPTIONS_CORE);
	CU_ASSERT_STRING_EQUAL(l.o.core, "a.core");
	CU_ASSERT_STRING_EQUAL(l.o.comm, ":2345");
	CU_ASSERT_PTR_NULL(l.o.kernel);
	CU_ASSERT_TRUE(parse(&l, ":0 --once --core=a.core k.o --insecure-files"));
	CU_ASSERT_STRING_EQUAL(l.o.core, "a.core");
	CU_ASSERT_STRING_EQUAL(l.o.kernel, "k.o");
	CU_ASSERT_TRUE(l.o.once && l.o.insecure_files && !l.o.multi);
	CU_ASSERT_TRUE(parse(&l, "--core a.core"));
	CU_ASSERT_PTR_NULL(l.o.comm);
	CU_ASSERT_TRUE(parse(&l, "--multi --core a.core -"));
	CU_ASSERT_EQUAL(l.o.mode, OPTIONS_CORE);
	CU_ASSERT_STRING_EQUAL(l.o.comm, "-");
	CU_ASSERT_TRUE(parse(&l, "--core a.core -- --odd-comm"));
	CU_ASSERT_STRING_EQUAL(l.o.comm, "--odd-comm");
}

static void test_gdbserver_forms(void)
{
	struct line l;

	CU_ASSERT_TRUE(parse(&l, "--once localhost:0 ./prog --core x -v"));
	CU_ASSERT_EQUAL(l.o.mode, OPTIONS_RUN);
	CU_ASSERT_STRING_EQUAL(l.o.program[0], "./prog");
	CU_ASSERT_STRING_EQUAL(l.o.program[1], "--core");
	CU_ASSERT_STRING_EQUAL(l.o.program[3], "-v");
	CU_ASSERT_PTR_NULL(l.o.program[4]);
	CU_ASSERT_PTR_NULL(l.o.core);
	CU_ASSERT_TRUE(parse(&l, "--attach :1 42"));
	CU_ASSERT_EQUAL(l.o.mode, OPTIONS_ATTACH);
	CU_ASSERT_EQUAL(l.o.pid, 42);
	CU_ASSERT_TRUE(parse(&l, ":1 --attach 0x10"));
	CU_ASSERT_EQUAL(l.o.pid, 16);
	CU_ASSERT_TRUE(parse(&l, "--multi :1"));
	CU_ASSERT_EQUAL(l.o.mode, OPTIONS_MULTI);
	CU_ASSERT_TRUE(parse(&l, "--multi :1 prog"));
	CU_ASSERT_EQUAL(l.o.mode, OPTIONS_RUN);
	CU_ASSERT_TRUE(l.o.multi);
}

static void test_launch_options(void)
{
	struct line l;

	CU_ASSERT_TRUE(parse(&l, "--wrapper env A=1 -- --once :1 prog -- x"));
	CU_ASSERT_STRING_EQUAL(l.o.wrapper[0], "env");
	CU_ASSERT_STRING_EQUAL(l.o.wrapper[1], "A=1");
	CU_ASSERT_PTR_NULL(l.o.wrapper[2]);
	CU_ASSERT_TRUE(l.o.once && !l.o.no_shell && !l.o.randomize);
	CU_ASSERT_STRING_EQUAL(l.o.program[0], "prog");
	CU_ASSERT_STRING_EQUAL(l.o.program[1], "--");
	CU_ASSERT_TRUE(parse(&l, "--no-startup-with-shell --no-disable-randomization :1 p"));
	CU_ASSERT_TRUE(l.o.no_shell && l.o.randomize);
	CU_ASSERT_TRUE(parse(&l, "--no-startup-with-shell --startup-with-shell "
				 "--no-disable-randomization --disable-randomization :1 p"));
	CU_ASSERT_TRUE(!l.o.no_shell && !l.o.randomize);
	CU_ASSERT_TRUE(parse(&l, "--hold-children :1 p"));
	CU_ASSERT_STRING_EQUAL(l.o.hold, "exec");
	CU_ASSERT_TRUE(parse(&l, "--hold-children=fork:w* :1 p"));
	CU_ASSERT_STRING_EQUAL(l.o.hold, "fork:w*");
}

static void test_access_options(void)
{
	struct config c;
	struct line l;

	CU_ASSERT_TRUE(parse(&l, "--allow 10.0.0.0/8 :1 p --allow x"));
	CU_ASSERT_STRING_EQUAL(l.o.allow[0], "10.0.0.0/8");
	CU_ASSERT_PTR_NULL(l.o.allow[1]);
	CU_ASSERT_TRUE(parse(&l, "--allow=any --allow samenet --idle-timeout 90 :1 p"));
	CU_ASSERT_STRING_EQUAL(l.o.allow[1], "samenet");
	config_init(&c);
	CU_ASSERT_TRUE(options_apply(&l.o, &c, l.why));
	CU_ASSERT_EQUAL(c.idle_timeout, 90);
	CU_ASSERT_TRUE(parse(&l, ":1 p"));
	CU_ASSERT_TRUE(options_apply(&l.o, &c, l.why));
	CU_ASSERT_EQUAL(c.idle_timeout, 90);
	CU_ASSERT_TRUE(parse(&l, "--idle-timeout=0 :1 p"));
	CU_ASSERT_TRUE(options_apply(&l.o, &c, l.why));
	CU_ASSERT_EQUAL(c.idle_timeout, 0);
	CU_ASSERT_FALSE(parse(&l, "--idle-timeout 31536001 :1 p"));
	CU_ASSERT_FALSE(parse(&l, "--idle-timeout 5s :1 p"));
	CU_ASSERT_FALSE(parse(&l, "--allow"));
}

static void test_translate(void)
{
	struct line l;

	CU_ASSERT_TRUE(parse(&l, "--translate k.o -o out.o"));
	CU_ASSERT_EQUAL(l.o.mode, OPTIONS_TRANSLATE);
	CU_ASSERT_STRING_EQUAL(l.o.translate, "k.o");
	CU_ASSERT_STRING_EQUAL(l.o.output, "out.o");
	CU_ASSERT_FALSE(l.o.force);
	CU_ASSERT_TRUE(parse(&l, "-f -o out.o --translate=k.o"));
	CU_ASSERT_TRUE(l.o.force);
}

static void test_modes_that_end(void)
{
	struct line l;

	CU_ASSERT_TRUE(parse(&l, "--help --nonsense"));
	CU_ASSERT_EQUAL(l.o.mode, OPTIONS_HELP);
	CU_ASSERT_TRUE(parse(&l, "--once --version"));
	CU_ASSERT_EQUAL(l.o.mode, OPTIONS_VERSION_TEXT);
	CU_ASSERT_TRUE(parse(&l, "--help-config"));
	CU_ASSERT_EQUAL(l.o.mode, OPTIONS_HELP_CONFIG);
	CU_ASSERT_TRUE(parse(&l, "--selftest"));
	CU_ASSERT_EQUAL(l.o.mode, OPTIONS_SELFTEST);
	CU_ASSERT_STRING_EQUAL(l.o.selftest, "");
	CU_ASSERT_TRUE(parse(&l, "--selftest=arch"));
	CU_ASSERT_STRING_EQUAL(l.o.selftest, "arch");
}

static void test_debug(void)
{
	static const struct {
		const char *text;
		bool debug, remote, timestamps;
	} rows[] = {
		{ "", false, false, false },
		{ "--debug", true, false, false },
		{ "--debug=remote", false, true, false },
		{ "--debug=all,-threads", false, true, false },
		{ "--debug=event-loop --remote-debug", true, true, false },
		{ "--debug=", false, false, false },
		{ "--event-loop-debug", true, false, false },
		{ "--debug-format=timestamp", false, false, true },
		{ "--debug-format all", false, false, true },
		{ "--debug-format=all,none", false, false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct line l;
		char text[256];

		snprintf(text, sizeof(text), "--core a :1 %s", rows[i].text);
		CU_ASSERT_TRUE(parse(&l, text));
		CU_ASSERT_EQUAL(l.o.debug, rows[i].debug);
		CU_ASSERT_EQUAL(l.o.remote_debug, rows[i].remote);
		CU_ASSERT_EQUAL(l.o.timestamps, rows[i].timestamps);
	}
}

static void test_files(void)
{
	struct line l;

	CU_ASSERT_TRUE(parse(&l, "--core a :1 --config c.ini --debug-file=d --packet-log p "
				 "--log-level=0"));
	CU_ASSERT_STRING_EQUAL(l.o.config, "c.ini");
	CU_ASSERT_STRING_EQUAL(l.o.debug_file, "d");
	CU_ASSERT_STRING_EQUAL(l.o.packet_log, "p");
	CU_ASSERT_EQUAL(l.o.log_level, 0);
	CU_ASSERT_TRUE(parse(&l, "--core a=b :1"));
	CU_ASSERT_STRING_EQUAL(l.o.core, "a=b");
	CU_ASSERT_EQUAL(l.o.log_level, -1);
}

static void test_refusals(void)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", NOTHING },
		{ ":1", NOTHING },
		{ "--foo", "Unknown argument: --foo (ascend-gdbserver --help lists them)" },
		{ "-x", "Unknown argument: -x (ascend-gdbserver --help lists them)" },
		{ "--once=1 :1", "--once takes no value: leave \"=1\" out" },
		{ "--core", "--core needs a value (ascend-gdbserver --help says which)" },
		{ "--core= :1", "--core needs a value (ascend-gdbserver --help says which)" },
		{ "--core a :1 k.o x", "\"x\" is one word too many (see ascend-gdbserver --help)" },
		{ "--attach :1 42 x", "\"x\" is one word too many (see ascend-gdbserver --help)" },
		{ "--attach :1", "the process id is missing: write --attach COMM PID" },
		{ "--attach :1 abc", "\"abc\" is not a process id: write --attach COMM PID" },
		{ "--attach :1 -- -1", "\"-1\" is not a process id: write --attach COMM PID" },
		{ "--attach :1 0", "\"0\" is not a process id: write --attach COMM PID" },
		{ "--attach :1 99999999999999999999",
		  "\"99999999999999999999\" is not a process id: write --attach COMM PID" },
		{ "--core a --attach :1",
		  "--core, --translate, --attach and PROG exclude each other: choose one" },
		{ "--translate k.o", "--translate needs a place for the result: add -o OUT.o" },
		{ "--translate k.o -o o.o x",
		  "\"x\" is one word too many: write --translate KERNEL.o -o OUT.o" },
		{ "--core a :1 -o x", "-o belongs to --translate KERNEL.o" },
		{ "--core a :1 -f", "-f belongs to --translate KERNEL.o" },
		{ "--core a :1 --view host",
		  "--view is for devices of programs: a dump is served at COMM alone" },
		{ "--core a :1 --device-port 2",
		  "--device-port is for devices of programs: a dump is served at COMM alone" },
		{ "--log-level 4", "--log-level takes a number from 0 (errors) to 3 (debug), not "
				   "\"4\"" },
		{ "--debug=bad", "Unknown debug argument: \"bad\": it is one of all, threads, "
				 "event-loop, remote" },
		{ "--debug-format=bad", "Unknown debug-format argument: \"bad\": it is one of all, "
					"none, timestamp" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct line l;

		CU_ASSERT_FALSE(parse(&l, rows[i].text));
		CU_ASSERT_STRING_EQUAL(l.why, rows[i].why);
	}
}

static void test_no_argv(void)
{
	char *empty[] = { NULL };
	struct line l;

	CU_ASSERT_FALSE(options_parse(0, empty, &l.o, l.why));
}

static void test_apply(void)
{
	struct config c = { .listen = ":9", .log_level = 1, .once = true, .log_file = "l" };
	struct line l;

	CU_ASSERT_TRUE(parse(&l, "--core a"));
	CU_ASSERT_TRUE(options_apply(&l.o, &c, l.why));
	CU_ASSERT_STRING_EQUAL(c.listen, ":9");
	CU_ASSERT_STRING_EQUAL(c.log_file, "l");
	CU_ASSERT_EQUAL(c.log_level, 1);
	CU_ASSERT_TRUE(c.once && !c.multi && !c.insecure_files);
	CU_ASSERT_TRUE(parse(&l, "--core a :7 --multi --insecure-files --debug --debug-file d "
				 "--packet-log p"));
	CU_ASSERT_TRUE(options_apply(&l.o, &c, l.why));
	CU_ASSERT_STRING_EQUAL(c.listen, ":7");
	CU_ASSERT_STRING_EQUAL(c.log_file, "d");
	CU_ASSERT_STRING_EQUAL(c.packet_log, "p");
	CU_ASSERT_EQUAL(c.log_level, 3);
	CU_ASSERT_TRUE(c.once && c.multi && c.insecure_files);
	CU_ASSERT_TRUE(parse(&l, "--core a :7 --debug --log-level 2"));
	CU_ASSERT_TRUE(options_apply(&l.o, &c, l.why));
	CU_ASSERT_EQUAL(c.log_level, 2);
}

static void test_apply_refuses(void)
{
	struct config c = { .listen = "" };
	struct line l;
	char longest[CONFIG_TEXT + 1];

	CU_ASSERT_TRUE(parse(&l, "--core a"));
	CU_ASSERT_FALSE(options_apply(&l.o, &c, l.why));
	CU_ASSERT_PTR_NOT_NULL(strstr(l.why, "COMM is missing: write where clients connect"));
	CU_ASSERT_TRUE(parse(&l, "--translate a -o b"));
	CU_ASSERT_TRUE(options_apply(&l.o, &c, l.why));
	memset(longest, 'x', CONFIG_TEXT);
	longest[CONFIG_TEXT] = 0;
	l.o.comm = longest;
	CU_ASSERT_FALSE(options_apply(&l.o, &c, l.why));
	CU_ASSERT_STRING_EQUAL(l.why, "COMM is longer than 255 bytes");
}

static char *text_of(void (*print)(FILE *))
{
	char *text = calloc(1, HELP_BYTES);
	FILE *out = fmemopen(text, HELP_BYTES, "w");

	print(out);
	fclose(out);
	return text;
}

static void test_texts_name_every_option(void)
{
	char *help = text_of(options_help), *version = text_of(options_version);
	char *man = calloc(1, 4 * HELP_BYTES);
	FILE *page = fopen("docs/ascend-gdbserver.1", "r");
	const char *name;

	CU_ASSERT_PTR_NOT_NULL_FATAL(page);
	CU_ASSERT_TRUE(fread(man, 1, 4 * HELP_BYTES - 1, page) > 0);
	fclose(page);
	for (size_t i = 0; (name = options_name(i)); i++) {
		char in_man[64];
		size_t used = 0;

		CU_ASSERT_PTR_NOT_NULL(strstr(help, name));
		for (const char *at = name; *at; at++) {
			if (*at == '-')
				in_man[used++] = '\\';
			in_man[used++] = *at;
		}
		in_man[used] = 0;
		CU_ASSERT_PTR_NOT_NULL(strstr(man, in_man));
	}
	CU_ASSERT_EQUAL(strncmp(help, "Usage:\tascend-gdbserver ", 24), 0);
	CU_ASSERT_EQUAL(strncmp(version, "ascend-gdbserver " VERSION_TEXT "\n", 23), 0);
	free(help);
	free(version);
	free(man);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "core forms", test_core_forms },
		{ "gdbserver's forms", test_gdbserver_forms },
		{ "how programs are started", test_launch_options },
		{ "access", test_access_options },
		{ "translate", test_translate },
		{ "modes that end the parsing", test_modes_that_end },
		{ "debug options", test_debug },
		{ "files and levels", test_files },
		{ "refusals and their words", test_refusals },
		{ "no argv at all", test_no_argv },
		{ "options go before the config", test_apply },
		{ "apply refuses", test_apply_refuses },
		{ "help and man page name every option", test_texts_name_every_option },
	};

	return unit_run("options", tests, sizeof(tests) / sizeof(tests[0]));
}
