#ifndef STUB_LAUNCH_H
#define STUB_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "target/target.h"

/**
 * How programs are started: set by the command line, changed by clients, kept from one run and one
 * client to the next as gdbserver does. One per server; everything in it is bounded.
 */

enum {
	LAUNCH_WORDS = 4096,       /* words of a program or variables of an environment */
	LAUNCH_BYTES = 1 << 20,    /* of all words of one list */
};

/** Owned words, ended by NULL once there is one. */
struct launch_words {
	char **words;
	size_t n, bytes;
};

struct launch {
	bool shell;            /* through $SHELL -c exec */
	bool no_randomization; /* addresses are the same in every run */
	bool quiet_stdio;      /* the client talks through our stdin and stdout */
	const char *const *wrapper; /* words in front of every program, borrowed; NULL none */
	struct launch_words program; /* what was run last, or is to be run next */
	struct launch_words env;
	const char *const *inject; /* variables of every program, NULL-terminated, borrowed; NULL */
	char *cwd;      /* NULL: the server's own */
	pid_t terminal; /* process group that had the terminal before a program got it; 0 none */
};

/** Presets of gdbserver and the server's own environment. false: out of memory. */
bool launch_init(struct launch *l);
/** Gives the terminal back and frees all. */
void launch_deinit(struct launch *l);

/**
 * Chooses what is started next, NULL-terminated words. No word, or an empty first one: the program
 * of the last run with these arguments. false: there is none, or it is too much; nothing changed.
 */
bool launch_program(struct launch *l, const char *const *words);

/** "NAME=VALUE"; false: no '=', no name, or too much. */
bool launch_env_set(struct launch *l, const char *text);
void launch_env_unset(struct launch *l, const char *name);
/** Back to the server's own environment. */
bool launch_env_reset(struct launch *l);
/** "" is the server's own folder; "~" is the user's. false: out of memory. */
bool launch_set_cwd(struct launch *l, const char *path);

/**
 * Starts the program, gives it the terminal, and prints "Process NAME created; pid = N", which
 * IDEs wait for.
 */
enum target_status launch_start(struct launch *l, struct target *t, uint32_t *pid) TARGET_CHECKED;
/** Attaches and prints "Attached; pid = N". */
enum target_status launch_attach(struct target *t, uint32_t pid) TARGET_CHECKED;

/** Tells the person at the server's terminal how a process ended, in gdbserver's words. */
void launch_say_end(const struct launch *l, const struct target_stop *stop);

#endif
