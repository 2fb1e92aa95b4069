/*
 * Unit tests of config/: presets, every type with its bounds, the words and line of each failure,
 * reading a descriptor, and that sample, help text and key table agree.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "config/keys.h"
#include "tests/unit/unit.h"

enum { TEXT = 16384 };

static bool parse(struct config *c, const char *text, struct config_error *err)
{
	config_init(c);
	return config_parse(c, text, strlen(text), err);
}

static void test_presets(void)
{
	struct config c;

	memset(&c, 0xff, sizeof(c));
	config_init(&c);
	CU_ASSERT_STRING_EQUAL(c.listen, "");
	CU_ASSERT_FALSE(c.once || c.multi || c.insecure_files);
	CU_ASSERT_EQUAL(c.log_level, 1);
	CU_ASSERT_EQUAL(c.max_core_bytes, 100ULL << 30);
	CU_ASSERT_EQUAL(c.max_global_bytes, 60ULL << 30);
	CU_ASSERT_EQUAL(c.max_local_bytes, 10ULL << 30);
}

static void test_presets_are_valid(void)
{
	struct config c;
	struct config_error err;

	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *k = &config_keys[i];

		CU_ASSERT_TRUE(config_set(&c, k->section, k->name, k->preset, &err));
		CU_ASSERT_TRUE(k->help[0] != 0);
		for (size_t j = 0; j < i; j++)
			CU_ASSERT_FALSE(!strcmp(k->section, config_keys[j].section) &&
					!strcmp(k->name, config_keys[j].name));
	}
}

static void test_file(void)
{
	struct config c;
	struct config_error err;

	CU_ASSERT_TRUE(parse(&c,
			     "\xef\xbb\xbf; comment\n# comment\n[server]\nlisten = :2345 ; here\n"
			     "  once=yes\n\tmulti : on\r\n\n[log]\nlevel=3\nfile= /tmp/a b \n"
			     "[core]\nmax_file_bytes = 5G\nmax_local_bytes=4096",
			     &err));
	CU_ASSERT_STRING_EQUAL(c.listen, ":2345");
	CU_ASSERT_TRUE(c.once && c.multi);
	CU_ASSERT_EQUAL(c.log_level, 3);
	CU_ASSERT_STRING_EQUAL(c.log_file, "/tmp/a b");
	CU_ASSERT_EQUAL(c.max_core_bytes, 5ULL << 30);
	CU_ASSERT_EQUAL(c.max_local_bytes, 4096);
	CU_ASSERT_EQUAL(c.max_global_bytes, 60ULL << 30);
	CU_ASSERT_TRUE(parse(&c, "", &err));
	CU_ASSERT_TRUE(parse(&c, "\n\n", &err));
}

static void test_bool_words(void)
{
	static const char *const yes[] = { "yes", "true", "on", "1" };
	static const char *const no[] = { "no", "false", "off", "0" };
	struct config c;
	struct config_error err;

	for (size_t i = 0; i < 4; i++) {
		CU_ASSERT_TRUE(config_set(&c, "server", "once", yes[i], &err));
		CU_ASSERT_TRUE(c.once);
		CU_ASSERT_TRUE(config_set(&c, "server", "once", no[i], &err));
		CU_ASSERT_FALSE(c.once);
	}
}

static void test_sizes(void)
{
	static const struct {
		const char *text;
		uint64_t value; /* 0: refused */
	} rows[] = {
		{ "1", 1 },
		{ "1K", 1ULL << 10 },
		{ "3M", 3ULL << 20 },
		{ "2G", 2ULL << 30 },
		{ "1T", 1ULL << 40 },
		{ "2T", 0 },
		{ "0", 0 },
		{ "1KB", 0 },
		{ "1k", 0 },
		{ "G", 0 },
		{ "-1", 0 },
		{ "+1", 0 },
		{ "", 0 },
		{ "99999999999999999999", 0 },
		{ "18446744073709551615T", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config c = { .max_core_bytes = 77 };
		struct config_error err;
		bool ok = config_set(&c, "core", "max_file_bytes", rows[i].text, &err);

		CU_ASSERT_EQUAL(ok, rows[i].value != 0);
		CU_ASSERT_EQUAL(c.max_core_bytes, ok ? rows[i].value : 77);
	}
}

static void test_failures(void)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *words;
	} rows[] = {
		{ "[server]\n\nonze = yes\n", 3,
		  "there is no key \"onze\" in section [server]: --help-config lists them" },
		{ "[sever]\nonce = yes\n", 1,
		  "there is no section [sever]: --help-config lists them" },
		{ "[server]\n[empty]\n", 2,
		  "there is no section [empty]: --help-config lists them" },
		{ "once = yes\n", 1, "\"once\" stands before the first [section]" },
		{ "[server]\nonce = maybe\n", 2,
		  "once in section [server]: \"maybe\" is neither yes nor no" },
		{ "[log]\nlevel = 4\n", 2,
		  "level in section [log]: \"4\" is out of bounds: 0 to 3" },
		{ "[log]\nlevel = 1K\n", 2, "level in section [log]: \"1K\" is not a number" },
		{ "[core]\nmax_file_bytes = 1X\n", 2,
		  "max_file_bytes in section [core]: \"1X\" is not a number with K, M, G or T or "
		  "nothing behind it" },
		{ "[server]\nonce\n", 2,
		  "the line is neither [section] nor key = value nor a comment" },
		{ "[server\n", 1, "the line is neither [section] nor key = value nor a comment" },
		{ "[access]\nallow = ::1\n[log]\n[access]\nallow = ::2\n", 5,
		  "allow in section [access] is there a second time: all it says stands in one "
		  "line" },
		{ "[server]\nonce\nonce = maybe\n", 2,
		  "the line is neither [section] nor key = value nor a comment" },
		{ "[server]\nonce = maybe\nonce\n", 2,
		  "once in section [server]: \"maybe\" is neither yes nor no" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config c;
		struct config_error err;

		CU_ASSERT_FALSE(parse(&c, rows[i].text, &err));
		CU_ASSERT_EQUAL(err.line, rows[i].line);
		CU_ASSERT_STRING_EQUAL(err.text, rows[i].words);
	}
}

static void test_hostile_text(void)
{
	struct config c;
	struct config_error err;
	char longest[400];

	CU_ASSERT_FALSE(config_parse(&c, "[log]\nfile = a\0b\n", 17, &err));
	CU_ASSERT_EQUAL(err.line, 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "NUL byte"));
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "[log]\nfile=", 11);
	CU_ASSERT_FALSE(config_parse(&c, longest, sizeof(longest), &err));
	CU_ASSERT_EQUAL(err.line, 2);
	CU_ASSERT_STRING_EQUAL(err.text, "the line is too long (199 bytes at most)");
	longest[399] = 0;
	CU_ASSERT_FALSE(config_set(&c, "log", "file", longest, &err));
	CU_ASSERT_STRING_EQUAL(err.text,
			       "file in section [log]: the value is longer than 255 bytes");
	memset(longest, '[', 150);
	longest[150] = ']';
	CU_ASSERT_FALSE(config_parse(&c, longest, 151, &err));
	CU_ASSERT_FALSE(config_set(&c, "nowhere", longest, "", &err));
}

/* A descriptor that reads these bytes. */
static int file_of(const char *bytes, size_t n)
{
	char path[] = "/tmp/test_config.XXXXXX";
	int fd = mkstemp(path);

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	unlink(path);
	CU_ASSERT_EQUAL_FATAL(write(fd, bytes, n), (ssize_t)n);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void test_read(void)
{
	struct config c;
	struct config_error err;
	size_t big = (1 << 20) + 1;
	char *blank = malloc(big);

	config_init(&c);
	int fd = file_of("[log]\nlevel=0\n", 14);
	CU_ASSERT_TRUE(config_read(&c, fd, &err));
	CU_ASSERT_EQUAL(c.log_level, 0);
	close(fd);
	memset(blank, '\n', big);
	fd = file_of(blank, big);
	CU_ASSERT_FALSE(config_read(&c, fd, &err));
	CU_ASSERT_STRING_EQUAL(err.text, "the file is larger than 1 MiB");
	CU_ASSERT_EQUAL(err.line, 0);
	CU_ASSERT_EQUAL(ftruncate(fd, (off_t)big - 1), 0);
	lseek(fd, 0, SEEK_SET);
	CU_ASSERT_TRUE(config_read(&c, fd, &err));
	close(fd);
	CU_ASSERT_FALSE(config_read(&c, fd, &err));
	CU_ASSERT_STRING_EQUAL(err.text, "Bad file descriptor");
	free(blank);
}

/* "key = preset" at the start of a line of text, below its section. */
static bool has_key(const char *text, const struct config_key *k)
{
	char section[64], line[128];

	snprintf(section, sizeof(section), "\n[%s]\n", k->section);
	snprintf(line, sizeof(line), "\n%s =%s%s\n", k->name, *k->preset ? " " : "", k->preset);
	const char *at = strstr(text, section);
	if (!at || !(at = strstr(at + 1, "]\n")))
		return false;
	const char *next = strstr(at, "\n[");
	const char *found = strstr(at, line);
	return found && (!next || found < next);
}

static void check_complete(const char *text)
{
	struct config c, presets;
	struct config_error err;

	config_init(&presets);
	memset(&c, 0, sizeof(c));
	CU_ASSERT_TRUE(config_parse(&c, text, strlen(text), &err));
	CU_ASSERT_EQUAL(c.max_local_bytes, presets.max_local_bytes);
	CU_ASSERT_EQUAL(c.log_level, presets.log_level);
	for (size_t i = 0; i < config_key_count; i++)
		CU_ASSERT_TRUE(has_key(text, &config_keys[i]));
}

static void test_help_is_complete(void)
{
	char *text = calloc(1, TEXT);
	FILE *out = fmemopen(text, TEXT, "w");

	config_help(out);
	fclose(out);
	check_complete(text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\n; end when the first connection has closed (yes or "
					    "no)\nonce = no\n"));
	free(text);
}

static void test_sample_is_complete(void)
{
	char *text = calloc(1, TEXT);
	int fd = open("config/ascend-gdbserver.ini", O_RDONLY);

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_TRUE(read(fd, text, TEXT - 1) > 0);
	close(fd);
	check_complete(text);
	free(text);
}

static void test_man_page_is_complete(void)
{
	char *text = calloc(1, 2 * TEXT), key[128];
	int fd = open("docs/ascend-gdbserver.1", O_RDONLY);

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_TRUE(read(fd, text, 2 * TEXT - 1) > 0);
	close(fd);
	for (size_t i = 0; i < config_key_count; i++) {
		snprintf(key, sizeof(key), "[%s] %s", config_keys[i].section, config_keys[i].name);
		CU_ASSERT_PTR_NOT_NULL(strstr(text, key));
	}
	free(text);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "presets", test_presets },
		{ "every preset is a valid value", test_presets_are_valid },
		{ "a file", test_file },
		{ "words for yes and no", test_bool_words },
		{ "sizes", test_sizes },
		{ "failures: line and words", test_failures },
		{ "hostile text", test_hostile_text },
		{ "reading a descriptor", test_read },
		{ "help is complete", test_help_is_complete },
		{ "the sample is complete", test_sample_is_complete },
		{ "the man page is complete", test_man_page_is_complete },
	};

	return unit_run("config", tests, sizeof(tests) / sizeof(tests[0]));
}
