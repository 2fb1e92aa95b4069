/*
 * How programs are started, and the lines about it on the server's terminal. main fills it from the
 * command line, cmd_process.c from packets; the target does the starting.
 */
#include "stub/launch.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stub/say.h"
#include "target/auto.h"

/* --- owned lists of words --- */

static void words_clear(struct launch_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->words[i]);
	free(w->words);
	*w = (struct launch_words){ 0 };
}

/* Puts a word in place of word at, which may be one behind the last. */
static bool words_put(struct launch_words *w, size_t at, const char *text)
{
	size_t added = strlen(text) + 1;
	size_t lost = at < w->n ? strlen(w->words[at]) + 1 : 0;

	if (at >= LAUNCH_WORDS || w->bytes - lost + added > LAUNCH_BYTES)
		return false;
	if (at == w->n) {
		char **grown = realloc(w->words, (w->n + 2) * sizeof(*grown));

		if (!grown)
			return false;
		w->words = grown;
		w->words[at] = w->words[at + 1] = NULL;
	}
	char *copy = strdup(text);
	if (!copy)
		return false;
	free(w->words[at]);
	w->words[at] = copy;
	w->n += at == w->n;
	w->bytes += added - lost;
	return true;
}

static bool words_add_all(struct launch_words *w, const char *const *from)
{
	for (; *from; from++)
		if (!words_put(w, w->n, *from))
			return false;
	return true;
}

/* --- settings --- */

bool launch_init(struct launch *l)
{
	sigset_t set;

	*l = (struct launch){ .shell = true, .no_randomization = true };
	/* taking the terminal from a program would stop the server otherwise */
	sigemptyset(&set);
	sigaddset(&set, SIGTTOU);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return launch_env_reset(l);
}

void launch_deinit(struct launch *l)
{
	if (l->terminal > 0)
		tcsetpgrp(STDERR_FILENO, l->terminal);
	words_clear(&l->program);
	words_clear(&l->env);
	free(l->cwd);
	*l = (struct launch){ 0 };
}

static bool is_file_here(const char *name)
{
	struct stat st;

	return !strchr(name, '/') && stat(name, &st) == 0 && S_ISREG(st.st_mode);
}

/* A name without folder is a file of the server's folder first, then one of PATH. */
static bool add_program(struct launch_words *w, const char *name)
{
	if (!is_file_here(name))
		return words_put(w, 0, name);
	AUTO_FREE char *real = realpath(".", NULL);
	struct target_text path = { 0 };
	target_text_format(&path, "%s/%s", real ? real : ".", name);
	bool ok = !path.failed && words_put(w, 0, path.data);
	target_text_deinit(&path);
	return ok;
}

bool launch_program(struct launch *l, const char *const *words)
{
	struct launch_words fresh = { 0 };
	bool same = !words[0] || !words[0][0];

	if (same && !l->program.n)
		return false;
	bool ok = same ? words_put(&fresh, 0, l->program.words[0]) : add_program(&fresh, words[0]);
	if (!ok || !words_add_all(&fresh, words[0] ? words + 1 : words)) {
		words_clear(&fresh);
		return false;
	}
	words_clear(&l->program);
	l->program = fresh;
	return true;
}

/* Place of variable NAME (n bytes), or one behind the last. */
static size_t env_find(const struct launch_words *w, const char *name, size_t n)
{
	size_t i = 0;

	while (i < w->n && (strncmp(w->words[i], name, n) || w->words[i][n] != '='))
		i++;
	return i;
}

bool launch_env_set(struct launch *l, const char *text)
{
	size_t n = strcspn(text, "=");

	return n && text[n] && words_put(&l->env, env_find(&l->env, text, n), text);
}

void launch_env_unset(struct launch *l, const char *name)
{
	struct launch_words *w = &l->env;
	size_t i = env_find(&l->env, name, strlen(name));

	if (i == w->n)
		return;
	w->bytes -= strlen(w->words[i]) + 1;
	free(w->words[i]);
	memmove(w->words + i, w->words + i + 1, (w->n - i) * sizeof(*w->words));
	w->n--;
}

bool launch_env_reset(struct launch *l)
{
	words_clear(&l->env);
	return words_add_all(&l->env, (const char *const *)environ);
}

bool launch_set_cwd(struct launch *l, const char *path)
{
	const char *home = getenv("HOME");
	bool user = home && path[0] == '~' && (path[1] == '/' || !path[1]);
	struct target_text full = { 0 };

	free(l->cwd);
	l->cwd = NULL;
	if (!*path)
		return true;
	target_text_format(&full, "%s%s", user ? home : "", path + user);
	if (full.failed)
		target_text_deinit(&full);
	l->cwd = full.data;
	return l->cwd != NULL;
}

/* --- starting --- */

/* A program that reads the terminal is in its foreground, as if the shell had started it. */
static void give_terminal(struct launch *l, uint32_t pid)
{
	pid_t before = tcgetpgrp(STDERR_FILENO);

	if (before <= 0)
		return;
	if (!l->terminal)
		l->terminal = before;
	tcsetpgrp(STDERR_FILENO, (pid_t)pid);
}

/* What the user preloads stays, behind ours. */
static bool add_injected(struct launch_words *env, const char *variable)
{
	static const char preload[] = "LD_PRELOAD";
	size_t n = strcspn(variable, "="), at = env_find(env, variable, n);
	struct target_text text = { 0 };

	target_text_add(&text, variable);
	if (at < env->n && n == strlen(preload) && !strncmp(variable, preload, n) &&
	    env->words[at][n + 1])
		target_text_format(&text, ":%s", env->words[at] + n + 1);
	bool ok = !text.failed && words_put(env, at, text.data);
	target_text_deinit(&text);
	return ok;
}

/* The environment of the next program. */
static bool make_env(const struct launch *l, struct launch_words *out)
{
	const char *const *variable = l->inject;

	*out = (struct launch_words){ 0 };
	if (l->env.n && !words_add_all(out, (const char *const *)l->env.words))
		return false;
	for (; variable && *variable; variable++)
		if (!add_injected(out, *variable))
			return false;
	return true;
}

static enum target_status start(struct launch *l, struct target *t, const char *const *env,
				uint32_t *pid)
{
	struct target_launch how = {
		.argv = (const char *const *)l->program.words,
		.wrapper = l->wrapper,
		.env = env,
		.cwd = l->cwd,
		.shell = l->shell,
		.no_randomization = l->no_randomization,
		.quiet_stdio = l->quiet_stdio,
		/* the device has work of it in hand */
		.outlives = l->inject != NULL,
	};

	enum target_status status = target_start(t, &how, pid);
	if (status != TARGET_OK)
		return status;
	give_terminal(l, *pid);
	say_to_user("Process %s created; pid = %u\n", how.argv[0], *pid);
	return TARGET_OK;
}

enum target_status launch_start(struct launch *l, struct target *t, uint32_t *pid)
{
	const char *const nothing = NULL;
	struct launch_words env;

	if (!l->program.n)
		return target_fail(t, TARGET_INVALID, "no program was named");
	enum target_status status =
		make_env(l, &env)
			? start(l, t, env.n ? (const char *const *)env.words : &nothing, pid)
			: target_fail(t, TARGET_INVALID, "the environment is too large");
	words_clear(&env);
	return status;
}

enum target_status launch_attach(struct target *t, uint32_t pid)
{
	enum target_status status = target_attach(t, pid);

	if (status == TARGET_OK)
		say_to_user("Attached; pid = %u\n", pid);
	return status;
}

void launch_say_end(const struct launch *l, const struct target_stop *stop)
{
	/* over stdio the client shows it in the same terminal */
	if (l->quiet_stdio)
		return;
	if (stop->kind == TARGET_STOP_EXITED) {
		say_to_user("\nChild exited with status %d\n", (int)stop->value);
	} else if (stop->kind == TARGET_STOP_SIGNALED) {
		const char *name = sigabbrev_np((int)stop->value);

		say_to_user("\nChild terminated with signal = 0x%x (SIG%s)\n",
			    (unsigned)stop->value, name ? name : "RT");
	}
}
