/*
 * Starts the daemon as the lines of a script said, and connects to it. Called by rsp-play's steps;
 * the process itself is play_daemon.c's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/tools/play_script.h"

const char *script_output_folder(void)
{
	const char *o = getenv("O");

	return o ? o : "build";
}

static size_t add_words(struct script *s, char *text, const char **argv, size_t n)
{
	return daemon_words(&s->daemon, script_output_folder(), text, s->argv_words, argv, n);
}

static size_t add_comm(struct script *s, const char **argv, size_t n, char *path)
{
	switch (s->daemon.comm) {
	case PLAY_STDIO:
		argv[n++] = "stdio";
		break;
	case PLAY_LINE:
		if (!daemon_line(&s->daemon, path))
			script_give_up(s, "a terminal", strerror(errno));
		argv[n++] = path;
		break;
	case PLAY_UNIX:
		daemon_prepare(&s->daemon);
		snprintf(path, PLAY_PATH, "unix:%s/socket", s->daemon.dir);
		argv[n++] = path;
		break;
	default:
		argv[n++] = s->listen;
	}
	return n;
}

size_t script_app_words(struct script *s, char *text, const char **argv, size_t n)
{
	char path[PLAY_PATH];
	size_t first = n;

	n = add_words(s, text, argv, n);
	if (n > first) {
		snprintf(path, sizeof(path), "%s/tests/apps/%.200s", script_output_folder(),
			 argv[first]);
		memcpy(s->argv_words[first], path, sizeof(path));
	}
	return n;
}

/* The words behind the options; path has room for a COMM. */
static size_t add_form(struct script *s, const char **argv, size_t n, char *path)
{
	static const char *const options[] = { "--core", NULL, "--attach", "--multi" };

	if (options[s->form])
		argv[n++] = options[s->form];
	if (s->form == FORM_CORE)
		argv[n++] = s->core;
	n = add_comm(s, argv, n, path);
	if (s->form == FORM_CORE && s->kernel[0])
		argv[n++] = s->kernel;
	if (s->form == FORM_PROGRAM)
		n = script_app_words(s, s->program, argv, n);
	if (s->form == FORM_ATTACH) {
		snprintf(s->argv_words[n], PLAY_PATH, "%d", s->app.pid);
		argv[n] = s->argv_words[n];
		n++;
	}
	return n;
}

bool script_start(struct script *s)
{
	char program[PLAY_PATH], path[PLAY_PATH];
	const char *argv[PLAY_ARGS] = { program };
	size_t n = 1;

	if (s->started)
		return true;
	snprintf(program, sizeof(program), "%s/ascend-gdbserver", script_output_folder());
	n = add_words(s, s->words, argv, n);
	if (s->daemon.comm != PLAY_COMMAND)
		n = add_form(s, argv, n, path);
	s->started = true;
	if (!daemon_start(&s->daemon, argv))
		script_give_up(s, "a daemon that starts", "none");
	return !s->broken;
}

/* A Unix socket is its user's alone: for another one it has to be opened first. */
static bool dial_unix(struct script *s)
{
	char path[PLAY_PATH];

	snprintf(path, sizeof(path), "%s/socket", s->daemon.dir);
	if (s->other_user && (chmod(s->daemon.dir, 0755) || chmod(path, 0666)))
		return false;
	if (s->other_user && seteuid(PLAY_OTHER_USER))
		return false;
	return wire_connect_unix(s->wire, path);
}

/* A socket is of the user who makes it. */
static bool dial(struct script *s)
{
	bool ok = true;

	if (s->daemon.comm == PLAY_STDIO)
		wire_use(s->wire, s->daemon.in, s->daemon.out);
	else if (s->daemon.comm == PLAY_LINE)
		wire_use(s->wire, dup(s->daemon.in), dup(s->daemon.out));
	else if (s->daemon.comm == PLAY_UNIX)
		ok = dial_unix(s);
	else
		ok = (!s->other_user || !seteuid(PLAY_OTHER_USER)) &&
		     wire_connect_tcp(s->wire, "localhost", s->daemon.port);
	return (!s->other_user || !seteuid(0)) && ok;
}

bool script_connect(struct script *s)
{
	if (!script_start(s))
		return false;
	bool ok = dial(s);
	if (!ok)
		script_give_up(s, "a connection", "none");
	return ok;
}

bool script_connected(struct script *s)
{
	return s->wire->in >= 0 || script_connect(s);
}
