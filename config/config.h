#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * Settings: a lexer that knows no keys (inih) and a key table that knows no lines. The same rows
 * parse the file, print --help-config and check that the shipped sample is complete.
 */

enum { CONFIG_TEXT = 256 };

/** Every setting that can stand in a file; command-line options override them. */
struct config {
	char listen[CONFIG_TEXT];     /* [server] listen */
	bool once;                    /* [server] once */
	bool multi;                   /* [server] multi */
	char hold_children[CONFIG_TEXT]; /* [server] hold_children; "" = none */
	char allow[CONFIG_TEXT];      /* [access] allow; "" = nobody else */
	uint64_t idle_timeout;        /* [access] idle_timeout: seconds, 0 = none */
	bool read_only;               /* [access] read_only, and so on */
	bool no_run;
	bool no_monitor;
	bool no_files;
	char file_root[CONFIG_TEXT];  /* [access] file_root; "" = all files */
	char device[CONFIG_TEXT];     /* [device] way: auto, drv, sim, none */
	char device_id[CONFIG_TEXT];  /* [device] id; "" = every one */
	char device_port[CONFIG_TEXT]; /* [device] port; "" = none of their own */
	char view[CONFIG_TEXT];       /* [device] view: auto, both, host, device */
	char chip_file[CONFIG_TEXT];  /* [device] chip_file; "" = none */
	char sim_args[CONFIG_TEXT];   /* [device] sim_args; words between spaces */
	uint64_t log_level;           /* [log] level: 0 errors .. 3 debug */
	char log_file[CONFIG_TEXT];   /* [log] file; "" = stderr */
	char packet_log[CONFIG_TEXT]; /* [log] packets */
	uint64_t max_core_bytes;      /* [core] max_file_bytes */
	uint64_t max_global_bytes;    /* [core] max_global_bytes */
	uint64_t max_local_bytes;     /* [core] max_local_bytes */
	bool insecure_files;          /* [core] insecure_files */
};

struct config_error {
	unsigned line; /* 0: not about one line */
	char text[CONFIG_TEXT];
};

/** Who takes what stands in a file. */
struct config_handler {
	/** false: there is no such section, err->text says which there are. */
	bool (*section)(void *ctx, const char *name, struct config_error *err);
	bool (*value)(void *ctx, const char *section, const char *key, const char *value,
		      struct config_error *err);
	void *ctx;
};

/** Bytes of the largest file that is read. */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
enum { CONFIG_FILE_MAX = 256 }; /* fuzzers reach the end of it */
#else
enum { CONFIG_FILE_MAX = 1 << 20 };
#endif

/** Cuts n bytes of INI into settings. false: *err says which line and what. */
bool config_lex(const char *text, size_t n, const struct config_handler *to,
		struct config_error *err);
/** The same of an open descriptor to its end (at most 1 MiB). */
bool config_lex_file(int fd, const struct config_handler *to, struct config_error *err);

void config_init(struct config *c); /* presets */
/** Parses n bytes of INI. false: *err says which line and what; *c may be partly changed. */
bool config_parse(struct config *c, const char *text, size_t n, struct config_error *err);
/** Reads an open descriptor to its end (at most 1 MiB) and parses it. */
bool config_read(struct config *c, int fd, struct config_error *err);
/** Every section, key, preset, bounds and meaning, in the form of a config file. */
void config_help(FILE *out);
/** Sets one key by "section.key"; used by the parser and the tests. */
bool config_set(struct config *c, const char *section, const char *key, const char *value,
		struct config_error *err);

#endif
