#ifndef TESTS_TOOLS_PLAY_SCRIPT_H
#define TESTS_TOOLS_PLAY_SCRIPT_H

#include "tests/tools/play.h"

/** One transcript that is being played: what its lines have said so far, and how it goes. */

/* A user that this machine need not know. */
enum { PLAY_OTHER_USER = 54321 };

/* What the daemon is started for. */
enum form { FORM_CORE, FORM_PROGRAM, FORM_ATTACH, FORM_MULTI };

struct script {
	const char *path;
	unsigned line;
	struct play_daemon daemon;
	bool started;
	bool ended; /* @expect-exit was satisfied */
	struct play_wire wires[2];
	struct play_wire *wire; /* the one in use */
	char listen[PLAY_PATH]; /* COMM of PLAY_TCP */
	char core[PLAY_PATH], kernel[PLAY_PATH], words[2048];
	enum form form;
	bool other_user; /* clients are those of another user */
	char program[PLAY_PATH]; /* FORM_PROGRAM: NAME ARGS */
	struct play_app app;
	char argv_words[PLAY_ARGS][PLAY_PATH]; /* `words` of @args, expanded */
	struct play_text sent;
	unsigned failures;
	bool broken; /* there is no use in going on */
	char skip[PLAY_PATH];
};

/** The line in hand did not hold; the dialog goes on. */
void script_complain(struct script *s, const char *what, const void *got, size_t n);
/** A failure after which the dialog is out of step. */
void script_give_up(struct script *s, const char *what, const char *got);

/* --- play_start.c --- */
/** $O */
const char *script_output_folder(void);
/** "NAME ARGS" of tests/apps as words behind the n that argv has. */
size_t script_app_words(struct script *s, char *text, const char **argv, size_t n);
/** Starts the daemon unless it is; false: that has been said. */
bool script_start(struct script *s);
/** Connects the connection in use, anew or unless it is. */
bool script_connect(struct script *s);
bool script_connected(struct script *s);

#endif
