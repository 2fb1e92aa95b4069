#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include <stddef.h>
#include <stdint.h>

/**
 * The key table: what can stand in a config file. To add a setting: its member in struct config,
 * a row in keys.c, a line in ascend-gdbserver.ini and in the manual page. The parser,
 * --help-config and the tests read the table.
 */

enum config_type {
	CONFIG_KEY_TEXT, /* at most CONFIG_TEXT - 1 bytes */
	CONFIG_KEY_BOOL, /* yes no true false on off 1 0 */
	CONFIG_KEY_UINT, /* decimal, min..max */
	CONFIG_KEY_SIZE, /* as UINT, with K M G T behind it */
};

struct config_key {
	const char *section;
	const char *name;
	enum config_type type;
	size_t offset;      /* in struct config */
	uint64_t min, max;  /* UINT and SIZE */
	const char *preset; /* as it would stand in a file */
	const char *help;
};

extern const struct config_key config_keys[];
extern const size_t config_key_count;
enum { CONFIG_KEYS_MAX = 64 };

#endif
