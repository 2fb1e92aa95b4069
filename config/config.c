/*
 * Settings by the key table of keys.c. inih cuts a file into section, key and value; this file
 * counts its lines, turns values into members and failures into words. main prints the words and
 * lets command-line options override what is set here.
 */
#include "config/config.h"

#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/keys.h"

static bool fail(struct config_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static bool fail(struct config_error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return false;
}

static bool set_text(char *member, const char *value, struct config_error *err)
{
	size_t n = strlen(value);

	if (n >= CONFIG_TEXT)
		return fail(err, "the value is longer than %d bytes", CONFIG_TEXT - 1);
	memcpy(member, value, n + 1);
	return true;
}

static bool set_bool(bool *member, const char *value, struct config_error *err)
{
	static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(value, words[i])) {
			*member = i & 1;
			return true;
		}
	}
	return fail(err, "\"%.40s\" is neither yes nor no", value);
}

/* Shift of a size suffix; -1: the rest of the value is none. */
static int suffix_shift(enum config_type type, const char *rest)
{
	static const char letters[] = "KMGT";
	const char *at;

	if (!*rest)
		return 0;
	if (type != CONFIG_KEY_SIZE || rest[1] || !(at = strchr(letters, *rest)))
		return -1;
	return 10 * (int)(at - letters + 1);
}

static bool set_number(const struct config_key *k, uint64_t *member, const char *value,
		       struct config_error *err)
{
	char *rest;

	errno = 0;
	unsigned long long n = strtoull(value, &rest, 10);
	int shift = suffix_shift(k->type, rest);
	if (*value < '0' || *value > '9' || shift < 0)
		return fail(err, "\"%.40s\" is not a number%s", value,
			    k->type == CONFIG_KEY_SIZE ? " with K, M, G or T or nothing behind it"
						       : "");
	if (errno || n > ULLONG_MAX >> shift || n << shift < k->min || n << shift > k->max)
		return fail(err, "\"%.40s\" is out of bounds: %llu to %llu", value,
			    (unsigned long long)k->min, (unsigned long long)k->max);
	*member = n << shift;
	return true;
}

static bool set_member(struct config *c, const struct config_key *k, const char *value,
		       struct config_error *err)
{
	void *member = (char *)c + k->offset;

	switch (k->type) {
	case CONFIG_KEY_TEXT:
		return set_text(member, value, err);
	case CONFIG_KEY_BOOL:
		return set_bool(member, value, err);
	default:
		return set_number(k, member, value, err);
	}
}

static bool has_section(const char *section)
{
	for (size_t i = 0; i < config_key_count; i++)
		if (!strcmp(section, config_keys[i].section))
			return true;
	return false;
}

static bool fail_unknown(const char *section, const char *key, struct config_error *err)
{
	if (!*section)
		return fail(err, "\"%.40s\" stands before the first [section]", key);
	if (!has_section(section))
		return fail(err, "there is no section [%.40s]: --help-config lists them", section);
	return fail(err, "there is no key \"%.40s\" in section [%.40s]: --help-config lists them",
		    key, section);
}

/* config_key_count: there is no such key. */
static size_t find(const char *section, const char *key)
{
	size_t i = 0;

	while (i < config_key_count && (strcmp(section, config_keys[i].section) != 0 ||
					strcmp(key, config_keys[i].name) != 0))
		i++;
	return i;
}

bool config_set(struct config *c, const char *section, const char *key, const char *value,
		struct config_error *err)
{
	struct config_error why = { .line = 0 };
	size_t i = find(section, key);

	err->line = 0;
	if (i == config_key_count)
		return fail_unknown(section, key, err);
	return set_member(c, &config_keys[i], value, &why) ||
	       fail(err, "%s in section [%s]: %s", key, section, why.text);
}

void config_init(struct config *c)
{
	struct config_error err;

	*c = (struct config){ .log_level = 0 };
	/* Presets fit: a unit test sets each of them. */
	for (size_t i = 0; i < config_key_count; i++)
		(void)set_member(c, &config_keys[i], config_keys[i].preset, &err);
}

/* The text in work; the first failure ends the reading. */
struct reader {
	const char *at, *end;
	unsigned line;
	const struct config_handler *to;
	struct config_error *err;
	bool failed;
};

static char *reader_fail(struct reader *r, const char *words)
{
	fail(r->err, "%s", words);
	r->err->line = r->line;
	r->failed = true;
	return NULL;
}

/* inih calls nobody for a section without keys, so a misspelt one is found here. */
static bool is_bad_section(const struct reader *r, const char *line)
{
	char name[64];
	const char *close = strchr(line, ']');

	if (*line != '[' || !close)
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)(close - line - 1), line + 1);
	return !r->to->section(r->to->ctx, name, r->err);
}

/* fgets() on memory, one line a call. */
static char *next_line(char *out, int room, void *ctx)
{
	struct reader *r = ctx;

	if (r->failed || r->at == r->end)
		return NULL;
	r->line++;
	const char *start = r->at, *stop = memchr(start, '\n', (size_t)(r->end - start));
	r->at = stop ? stop + 1 : r->end;
	/* Leading blanks would make inih take the line for more of the value above it. */
	while (start < r->at && (*start == ' ' || *start == '\t'))
		start++;
	size_t n = (size_t)(r->at - start);
	if (n >= (size_t)room)
		return reader_fail(r, "the line is too long (199 bytes at most)");
	if (memchr(start, 0, n))
		return reader_fail(r, "there is a NUL byte in the line: this is not a text file");
	memcpy(out, start, n);
	out[n] = 0;
	if (is_bad_section(r, out)) {
		r->err->line = r->line;
		r->failed = true;
		return NULL;
	}
	return out;
}

static int take_value(void *ctx, const char *section, const char *key, const char *value)
{
	struct reader *r = ctx;

	if (!r->failed && !r->to->value(r->to->ctx, section, key, value, r->err)) {
		r->err->line = r->line;
		r->failed = true;
	}
	return !r->failed;
}

bool config_lex(const char *text, size_t n, const struct config_handler *to,
		struct config_error *err)
{
	struct reader r = { .at = text, .end = text + n, .to = to, .err = err };

	*err = (struct config_error){ .line = 0 };
	int line = ini_parse_stream(next_line, &r, take_value, &r);
	/* inih goes on after a line it does not understand: what comes first counts. */
	if (line > 0 && (!r.failed || (unsigned)line < err->line)) {
		err->line = (unsigned)line;
		return fail(err, "the line is neither [section] nor key = value nor a comment");
	}
	if (line < 0)
		return fail(err, "out of memory");
	return !r.failed;
}

static bool take_section(void *ctx, const char *name, struct config_error *err)
{
	(void)ctx;
	return has_section(name) || fail_unknown(name, "", err);
}

/* The settings of one file. */
struct settings {
	struct config *c;
	uint64_t seen; /* a bit for each row of the table: CONFIG_KEYS_MAX */
};

static bool take_setting(void *ctx, const char *section, const char *key, const char *value,
			 struct config_error *err)
{
	struct settings *s = ctx;
	size_t i = find(section, key);
	uint64_t bit = i < config_key_count ? 1ULL << i : 0;

	if (s->seen & bit)
		return fail(err,
			    "%s in section [%s] is there a second time: all it says stands in "
			    "one line",
			    key, section);
	s->seen |= bit;
	return config_set(s->c, section, key, value, err);
}

bool config_parse(struct config *c, const char *text, size_t n, struct config_error *err)
{
	struct settings s = { .c = c };
	const struct config_handler to = { take_section, take_setting, &s };

	return config_lex(text, n, &to, err);
}

/* Up to room bytes of fd; -1 with errno set. */
static ssize_t read_all(int fd, char *text, size_t room)
{
	size_t n = 0;
	ssize_t got = 1;

	while (got && n < room) {
		got = read(fd, text + n, room - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

bool config_lex_file(int fd, const struct config_handler *to, struct config_error *err)
{
	char *text = malloc(CONFIG_FILE_MAX + 1);
	bool ok;

	*err = (struct config_error){ .line = 0 };
	if (!text)
		return fail(err, "out of memory");
	ssize_t n = read_all(fd, text, CONFIG_FILE_MAX + 1);
	if (n < 0)
		ok = fail(err, "%s", strerror(errno));
	else if (n > CONFIG_FILE_MAX)
		ok = fail(err, "the file is larger than 1 MiB");
	else
		ok = config_lex(text, (size_t)n, to, err);
	free(text);
	return ok;
}

bool config_read(struct config *c, int fd, struct config_error *err)
{
	struct settings s = { .c = c };
	const struct config_handler to = { take_section, take_setting, &s };

	return config_lex_file(fd, &to, err);
}

static void help_values(FILE *out, const struct config_key *k)
{
	switch (k->type) {
	case CONFIG_KEY_TEXT:
		fprintf(out, "text");
		break;
	case CONFIG_KEY_BOOL:
		fprintf(out, "yes or no");
		break;
	case CONFIG_KEY_UINT:
		fprintf(out, "%llu to %llu", (unsigned long long)k->min,
			(unsigned long long)k->max);
		break;
	case CONFIG_KEY_SIZE:
		fprintf(out, "bytes, or with K M G T behind; %llu to %lluT",
			(unsigned long long)k->min, (unsigned long long)(k->max >> 40));
		break;
	}
}

void config_help(FILE *out)
{
	const char *section = "";

	fputs("; Every setting with its preset. Options on the command line go before them.\n",
	      out);
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *k = &config_keys[i];

		if (strcmp(section, k->section) != 0)
			fprintf(out, "\n[%s]\n", k->section);
		section = k->section;
		fprintf(out, "; %s (", k->help);
		help_values(out, k);
		fprintf(out, ")\n%s =%s%s\n", k->name, *k->preset ? " " : "", k->preset);
	}
}
