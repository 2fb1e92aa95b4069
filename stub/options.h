#ifndef STUB_OPTIONS_H
#define STUB_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "config/config.h"
#include "stub/version.h"

/**
 * The command line: gdbserver's forms and options with their meaning, plus those for dumps. The
 * parser neither prints nor exits; texts in struct options point into argv.
 *
 * To add an option: a row in options.c, its member here, its lines in options_help.c and the man
 * page; test_options compares the table with both texts.
 */

enum { OPTIONS_WORDS = 256, OPTIONS_WRAPPER = 64, OPTIONS_ALLOW = 64 };

enum options_mode {
	OPTIONS_RUN,    /* [OPTIONS] COMM PROG [ARGS] */
	OPTIONS_ATTACH, /* --attach COMM PID */
	OPTIONS_MULTI,  /* --multi COMM */
	OPTIONS_CORE,   /* --core FILE COMM [KERNEL.o] */
	OPTIONS_TRANSLATE,
	OPTIONS_HELP,
	OPTIONS_VERSION_TEXT,
	OPTIONS_HELP_CONFIG,
	OPTIONS_SELFTEST,
	OPTIONS_DISABLE_LIST, /* --disable-packet alone */
};

struct options {
	enum options_mode mode;
	const char *comm;      /* NULL: not given, the config file may name it */
	char *const *program;  /* OPTIONS_RUN: PROG [ARGS], ended by NULL */
	uint32_t pid;          /* OPTIONS_ATTACH */
	const char *wrapper[OPTIONS_WRAPPER + 1]; /* words in front of programs, ended by NULL */
	bool no_shell;  /* programs are started without $SHELL */
	bool randomize; /* addresses differ from run to run */
	const char *allow[OPTIONS_ALLOW + 1]; /* who else may connect, ended by NULL */
	int64_t idle_timeout; /* seconds; -1: not given */
	const char *core;      /* OPTIONS_CORE */
	const char *kernel;    /* OPTIONS_CORE: KERNEL.o or NULL */
	const char *translate; /* OPTIONS_TRANSLATE: the kernel to read */
	const char *output;    /* OPTIONS_TRANSLATE: -o */
	bool force;            /* OPTIONS_TRANSLATE: -f */
	bool attach;
	bool multi; /* may stand beside every form */
	bool once;
	bool insecure_files;
	bool read_only; /* what clients may not do */
	bool no_run;
	bool no_monitor;
	bool no_files;
	const char *file_root;  /* NULL: not given */
	const char *device;     /* NULL: not given */
	const char *device_id;  /* NULL: not given */
	const char *device_port; /* NULL: not given */
	const char *view;       /* NULL: not given */
	const char *sim_args;   /* NULL: not given */
	const char *chip_file;  /* NULL: not given */
	bool no_device;
	bool remote_debug;      /* packets in the log */
	bool debug;             /* everything else in the log */
	bool timestamps;        /* --debug-format */
	const char *debug_file; /* NULL: not given; so are the next three */
	const char *log_to;
	const char *packet_log;
	const char *config;
	const char *hold; /* --hold-children: which; NULL: not given */
	int log_level;        /* -1: not given */
	const char *selftest; /* filter or "" */
	unsigned disabled;    /* --disable-packet: DISABLE_* bits */
};

/**
 * Parses argv[1..argc). false: why (OPTIONS_WORDS bytes) says what is wrong and what to write
 * instead; *out is not to be used then. --help, --version, --help-config end the parsing.
 */
bool options_parse(int argc, char *const argv[], struct options *out, char *why);

/**
 * Puts what the command line gave over what the config file gave (c->listen is COMM then).
 * false: why says what is missing or too long.
 */
bool options_apply(const struct options *o, struct config *c, char *why);

/** Name of the n-th option with its dashes, NULL behind the last: for tests and documents. */
const char *options_name(size_t n);

void options_help(FILE *out);
void options_version(FILE *out);

#endif
