/*
 * --chip-file: an INI file becomes a chip (arch/chip_overlay.h). Called by main.
 */
#include "stub/chip_file.h"

#include <stdio.h>

#include "config/config.h"
static bool take_section(void *ctx, const char *name, struct config_error *err)
{
	(void)ctx;
	if (chip_overlay_section(name))
		return true;
	snprintf(err->text, sizeof(err->text),
		 "there is no section [%.40s]: [chip], [memory], [registers] are", name);
	return false;
}

static bool take_value(void *ctx, const char *section, const char *key, const char *value,
		       struct config_error *err)
{
	char why[CHIP_OVERLAY_WORDS];

	if (chip_overlay_set(ctx, section, key, value, why))
		return true;
	snprintf(err->text, sizeof(err->text), "%.40s in section [%s]: %s", key, section, why);
	return false;
}

static const struct chip *read_fd(int fd, const char *name, struct chip_overlay *o, char *why)
{
	const struct config_handler to = { take_section, take_value, o };
	struct config_error err;
	char words[CHIP_OVERLAY_WORDS];

	if (!config_lex_file(fd, &to, &err)) {
		snprintf(why, CHIP_FILE_WORDS, "%.200s:%u: %s", name, err.line, err.text);
		return NULL;
	}
	const struct chip *chip = chip_overlay_chip(o, words);
	if (!chip)
		snprintf(why, CHIP_FILE_WORDS, "%.200s: %s", name, words);
	return chip;
}

const struct chip *chip_file_read(int fd, const char *name, struct chip_overlay **out, char *why)
{
	*out = chip_overlay_create();
	const struct chip *chip = *out ? read_fd(fd, name, *out, why) : NULL;
	if (!*out)
		snprintf(why, CHIP_FILE_WORDS, "out of memory");
	if (chip)
		return chip;
	chip_overlay_destroy(*out);
	*out = NULL;
	return NULL;
}
