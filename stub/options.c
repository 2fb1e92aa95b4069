/*
 * The command line as one table. main calls options_parse, then options_apply once the config file
 * is read. Whether a form can be served, whether files exist and what COMM means is not decided
 * here (main, target/core, comm.c).
 */
#include "stub/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "stub/disable.h"

/* What follows an option. */
enum value {
	VALUE_NONE,
	VALUE_NEEDED, /* --name=VALUE or --name VALUE */
	VALUE_EQUAL,  /* --name or --name=VALUE */
};

struct parse {
	char *const *argv; /* the words not yet used, ended by NULL */
	struct options *o;
	size_t positionals;
	bool ended;    /* after "--" no word is an option */
	bool finished; /* the rest does not matter */
	char *why;
};

struct row {
	const char *name;
	enum value value;
	size_t offset; /* without take: of a bool, or of a const char * when a value is needed */
	bool (*take)(struct parse *p, const char *value);
};

static bool fail(struct parse *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct parse *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->why, OPTIONS_WORDS, fmt, ap);
	va_end(ap);
	return false;
}

static bool take_end(struct parse *p, enum options_mode mode)
{
	p->o->mode = mode;
	p->finished = true;
	return true;
}

static bool take_help(struct parse *p, const char *value)
{
	(void)value;
	return take_end(p, OPTIONS_HELP);
}

static bool take_version(struct parse *p, const char *value)
{
	(void)value;
	return take_end(p, OPTIONS_VERSION_TEXT);
}

static bool take_help_config(struct parse *p, const char *value)
{
	(void)value;
	return take_end(p, OPTIONS_HELP_CONFIG);
}

static bool take_selftest(struct parse *p, const char *value)
{
	p->o->selftest = value ? value : "";
	return true;
}

/* "--wrapper WORDS --" */
static bool take_wrapper(struct parse *p, const char *value)
{
	size_t n = 0;

	(void)value;
	while (*p->argv && strcmp(*p->argv, "--")) {
		if (n == OPTIONS_WRAPPER)
			return fail(p, "--wrapper takes at most %d words", OPTIONS_WRAPPER);
		p->o->wrapper[n++] = *p->argv++;
	}
	if (!n || !*p->argv)
		return fail(p, "--wrapper needs words and then \"--\": write --wrapper WORDS --");
	p->o->wrapper[n] = NULL;
	p->argv++;
	return true;
}

static bool take_shell(struct parse *p, const char *value)
{
	(void)value;
	p->o->no_shell = false;
	return true;
}

static bool take_no_randomization(struct parse *p, const char *value)
{
	(void)value;
	p->o->randomize = false;
	return true;
}

/* Cuts the next word off a list with commas; false at its end. */
static bool next_word(const char **list, const char **word, size_t *n)
{
	if (!**list)
		return false;
	*word = *list;
	*n = strcspn(*list, ",");
	*list += *n + ((*list)[*n] == ',');
	return true;
}

static bool word_is(const char *word, size_t n, const char *name)
{
	return strlen(name) == n && !strncmp(word, name, n);
}

/* The components of gdbserver 14; "threads" is what a --debug without a list means there. */
static bool take_debug(struct parse *p, const char *list)
{
	const char *word;
	size_t n;

	if (!list)
		list = "threads";
	while (next_word(&list, &word, &n)) {
		bool on = *word != '-';

		if (!on) {
			word++;
			n--;
		}
		bool all = word_is(word, n, "all");
		if (all || word_is(word, n, "threads") || word_is(word, n, "event-loop"))
			p->o->debug = on;
		else if (!word_is(word, n, "remote"))
			return fail(p,
				    "Unknown debug argument: \"%.*s\": it is one of all, threads, "
				    "event-loop, remote",
				    (int)(n < 80 ? n : 80), word);
		if (all || word_is(word, n, "remote"))
			p->o->remote_debug = on;
	}
	return true;
}

/* Without a list the words for it are shown. */
static bool take_disable(struct parse *p, const char *list)
{
	const char *word;
	size_t n;

	if (!list)
		return take_end(p, OPTIONS_DISABLE_LIST);
	if (disable_parse(list, &p->o->disabled, &word, &n))
		return true;
	return fail(p, "Don't know how to disable \"%.*s\": --disable-packet alone lists the words",
		    (int)(n < 80 ? n : 80), word);
}

static bool take_debug_format(struct parse *p, const char *list)
{
	const char *word;
	size_t n;

	while (next_word(&list, &word, &n)) {
		bool on = word_is(word, n, "all") || word_is(word, n, "timestamp");

		if (!on && !word_is(word, n, "none"))
			return fail(p,
				    "Unknown debug-format argument: \"%.*s\": it is one of all, "
				    "none, timestamp",
				    (int)(n < 80 ? n : 80), word);
		p->o->timestamps = on;
	}
	return true;
}

/* --allow may stand several times. */
static bool take_allow(struct parse *p, const char *value)
{
	size_t n = 0;

	while (p->o->allow[n])
		n++;
	if (n == OPTIONS_ALLOW)
		return fail(p, "--allow may be given %d times: name networks as ADDR/BITS",
			    OPTIONS_ALLOW);
	p->o->allow[n] = value;
	return true;
}

static bool take_idle_timeout(struct parse *p, const char *value)
{
	enum { YEAR = 31536000 };
	char *end;

	errno = 0;
	long seconds = strtol(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno || seconds > YEAR)
		return fail(p,
			    "--idle-timeout takes seconds from 0 (never) to %d, not \"%.80s\"",
			    YEAR, value);
	p->o->idle_timeout = seconds;
	return true;
}

static bool take_log_level(struct parse *p, const char *value)
{
	if (strlen(value) != 1 || *value < '0' || *value > '3')
		return fail(
			p, "--log-level takes a number from 0 (errors) to 3 (debug), not \"%.80s\"",
			value);
	p->o->log_level = *value - '0';
	return true;
}

static bool take_hold(struct parse *p, const char *value)
{
	p->o->hold = value && *value ? value : "exec";
	return true;
}

#define BOOL(name, member) { name, VALUE_NONE, offsetof(struct options, member), NULL }
#define TEXT(name, member) { name, VALUE_NEEDED, offsetof(struct options, member), NULL }

static const struct row rows[] = {
	BOOL("--attach", attach),
	BOOL("--multi", multi),
	BOOL("--once", once),
	{ "--wrapper", VALUE_NONE, 0, take_wrapper },
	{ "--startup-with-shell", VALUE_NONE, 0, take_shell },
	BOOL("--no-startup-with-shell", no_shell),
	{ "--disable-randomization", VALUE_NONE, 0, take_no_randomization },
	BOOL("--no-disable-randomization", randomize),
	{ "--allow", VALUE_NEEDED, 0, take_allow },
	{ "--idle-timeout", VALUE_NEEDED, 0, take_idle_timeout },
	BOOL("--read-only", read_only),
	BOOL("--no-run", no_run),
	BOOL("--no-monitor", no_monitor),
	BOOL("--no-files", no_files),
	TEXT("--file-root", file_root),
	TEXT("--device", device),
	TEXT("--device-id", device_id),
	TEXT("--chip-file", chip_file),
	TEXT("--device-port", device_port),
	TEXT("--view", view),
	TEXT("--sim-args", sim_args),
	BOOL("--no-device", no_device),
	TEXT("--core", core),
	TEXT("--translate", translate),
	TEXT("-o", output),
	BOOL("-f", force),
	{ "--help", VALUE_NONE, 0, take_help },
	{ "--version", VALUE_NONE, 0, take_version },
	{ "--help-config", VALUE_NONE, 0, take_help_config },
	TEXT("--config", config),
	{ "--log-level", VALUE_NEEDED, 0, take_log_level },
	TEXT("--log-to", log_to),
	TEXT("--packet-log", packet_log),
	BOOL("--insecure-files", insecure_files),
	{ "--debug", VALUE_EQUAL, 0, take_debug },
	{ "--debug-format", VALUE_NEEDED, 0, take_debug_format },
	TEXT("--debug-file", debug_file),
	BOOL("--remote-debug", remote_debug),
	BOOL("--event-loop-debug", debug),
	{ "--disable-packet", VALUE_EQUAL, 0, take_disable },
	{ "--hold-children", VALUE_EQUAL, 0, take_hold },
	{ "--selftest", VALUE_EQUAL, 0, take_selftest },
};

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

const char *options_name(size_t n)
{
	return n < ROW_COUNT ? rows[n].name : NULL;
}

/* The row of a word "--name" or "--name=value". */
static const struct row *row_find(const char *word, const char **value)
{
	size_t n = strcspn(word, "=");

	*value = word[n] ? word + n + 1 : NULL;
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (word_is(word, n, rows[i].name))
			return &rows[i];
	return NULL;
}

static void store(struct options *o, const struct row *row, const char *value)
{
	void *member = (char *)o + row->offset;

	if (row->value == VALUE_NONE)
		*(bool *)member = true;
	else
		*(const char **)member = value;
}

/* Takes the option at p->argv[0], with its value where that is the next word. */
static bool take_option(struct parse *p)
{
	const char *word = *p->argv++, *value;
	const struct row *row = row_find(word, &value);

	if (!row)
		return fail(p, "Unknown argument: %.80s (ascend-gdbserver --help lists them)",
			    word);
	if (row->value == VALUE_NONE && value)
		return fail(p, "%s takes no value: leave \"=%.80s\" out", row->name, value);
	if (row->value == VALUE_NEEDED && !value && *p->argv)
		value = *p->argv++;
	if (row->value == VALUE_NEEDED && (!value || !*value))
		return fail(p, "%s needs a value (ascend-gdbserver --help says which)", row->name);
	if (row->take)
		return row->take(p, value);
	store(p->o, row, value);
	return true;
}

static bool take_pid(struct parse *p, const char *word)
{
	char *end;

	errno = 0;
	unsigned long pid = strtoul(word, &end, 0);
	if (*word < '0' || *word > '9' || *end || errno || !pid || pid > INT32_MAX)
		return fail(p, "\"%.80s\" is not a process id: write --attach COMM PID", word);
	p->o->pid = (uint32_t)pid;
	return true;
}

/* A word that is no option. The first is COMM; what the second is depends on the form. */
static bool take_positional(struct parse *p)
{
	struct options *o = p->o;
	size_t place = p->positionals++;

	if (place == 0) {
		o->comm = *p->argv++;
		return true;
	}
	if (place == 1 && o->core) {
		o->kernel = *p->argv++;
		return true;
	}
	if (place == 1 && o->attach)
		return take_pid(p, *p->argv++);
	if (place > 1 || o->translate)
		return fail(p, "\"%.80s\" is one word too many (see ascend-gdbserver --help)",
			    *p->argv);
	/* From here on the words belong to the program. */
	o->program = p->argv;
	p->finished = true;
	return true;
}

static bool is_option(const struct parse *p)
{
	const char *word = *p->argv;

	return !p->ended && word[0] == '-' && word[1];
}

static bool choose_mode(struct parse *p)
{
	struct options *o = p->o;

	if (o->selftest)
		o->mode = OPTIONS_SELFTEST;
	else if (o->translate)
		o->mode = OPTIONS_TRANSLATE;
	else if (o->core)
		o->mode = OPTIONS_CORE;
	else if (o->attach)
		o->mode = OPTIONS_ATTACH;
	else if (o->multi && !o->program)
		o->mode = OPTIONS_MULTI;
	else
		o->mode = OPTIONS_RUN;
	if (!!o->translate + !!o->core + o->attach + !!o->program > 1)
		return fail(p, "--core, --translate, --attach and PROG exclude each other: "
			       "choose one");
	return true;
}

/* What the chosen form needs, and which options mean something in another form only. */
static bool check_form(struct parse *p)
{
	const struct options *o = p->o;

	if (o->mode == OPTIONS_TRANSLATE && !o->output)
		return fail(p, "--translate needs a place for the result: add -o OUT.o");
	if (o->mode == OPTIONS_TRANSLATE && o->comm)
		return fail(p,
			    "\"%.80s\" is one word too many: write --translate KERNEL.o -o OUT.o",
			    o->comm);
	if (o->mode != OPTIONS_TRANSLATE && (o->output || o->force))
		return fail(p, "%s belongs to --translate KERNEL.o", o->output ? "-o" : "-f");
	if (o->mode == OPTIONS_CORE && (o->device_port || o->view))
		return fail(p, "%s is for devices of programs: a dump is served at COMM alone",
			    o->device_port ? "--device-port" : "--view");
	if (o->mode == OPTIONS_ATTACH && !o->pid)
		return fail(p, "the process id is missing: write --attach COMM PID");
	if (o->mode == OPTIONS_RUN && !o->program)
		return fail(p, "nothing to debug: write COMM PROG, --attach COMM PID or --core "
			       "FILE COMM, see ascend-gdbserver --help");
	return true;
}

bool options_parse(int argc, char *const argv[], struct options *out, char *why)
{
	struct parse p = { .argv = argv, .o = out, .why = why };

	*out = (struct options){ .log_level = -1, .idle_timeout = -1 };
	*why = 0;
	if (argc > 0)
		p.argv++;
	while (*p.argv && !p.finished) {
		if (!p.ended && !strcmp(*p.argv, "--")) {
			p.ended = true;
			p.argv++;
			continue;
		}
		if (!(is_option(&p) ? take_option(&p) : take_positional(&p)))
			return false;
	}
	if (p.finished && !out->program)
		return true;
	return choose_mode(&p) && check_form(&p);
}

static bool apply_text(char *to, const char *value, const char *what, char *why)
{
	if (!value)
		return true;
	if (strlen(value) >= CONFIG_TEXT) {
		snprintf(why, OPTIONS_WORDS, "%s is longer than %d bytes", what, CONFIG_TEXT - 1);
		return false;
	}
	memcpy(to, value, strlen(value) + 1);
	return true;
}

bool options_apply(const struct options *o, struct config *c, char *why)
{
	if (!apply_text(c->listen, o->comm, "COMM", why) ||
	    !apply_text(c->log_file, o->debug_file, "the name after --debug-file", why) ||
	    !apply_text(c->hold_children, o->hold, "the pattern of --hold-children", why) ||
	    !apply_text(c->log_file, o->log_to, "the name after --log-to", why) ||
	    !apply_text(c->packet_log, o->packet_log, "the name after --packet-log", why) ||
	    !apply_text(c->file_root, o->file_root, "the name after --file-root", why) ||
	    !apply_text(c->device, o->no_device ? "none" : o->device, "--device", why) ||
	    !apply_text(c->device_id, o->device_id, "--device-id", why) ||
	    !apply_text(c->device_port, o->device_port, "--device-port", why) ||
	    !apply_text(c->view, o->view, "--view", why) ||
	    !apply_text(c->chip_file, o->chip_file, "the name after --chip-file", why) ||
	    !apply_text(c->sim_args, o->sim_args, "--sim-args", why))
		return false;
	c->once |= o->once;
	c->multi |= o->multi;
	c->insecure_files |= o->insecure_files;
	c->read_only |= o->read_only;
	c->no_run |= o->no_run;
	c->no_monitor |= o->no_monitor;
	c->no_files |= o->no_files;
	if (c->no_files && c->file_root[0]) {
		snprintf(why, OPTIONS_WORDS,
			 "--no-files and --file-root exclude each other: choose one");
		return false;
	}
	if (o->idle_timeout >= 0)
		c->idle_timeout = (uint64_t)o->idle_timeout;
	if (o->log_level >= 0)
		c->log_level = (uint64_t)o->log_level;
	else if (o->debug || o->remote_debug)
		c->log_level = 3;
	if (o->mode <= OPTIONS_CORE && !c->listen[0]) {
		snprintf(why, OPTIONS_WORDS,
			 "COMM is missing: write where clients connect, as in \":2345\", or set "
			 "\"listen\" in section [server] of the config file");
		return false;
	}
	return true;
}
