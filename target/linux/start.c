/*
 * Starts a program, stopped at its first instruction, traced from before it is that program.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/auto.h"
#include "target/linux/linux_priv.h"

/* --- starting --- */

/* Adds a word so that the shell gives it to the program as it is. */
static void add_quoted(struct target_text *line, const char *word, bool csh)
{
	target_text_add(line, " ");
	if (*word && !strpbrk(word, "\"!#$&*()\\|[]{}<>?'`~^; \t\n")) {
		target_text_add(line, word);
		return;
	}
	target_text_add(line, "'");
	for (; *word; word++) {
		if (*word == '\'')
			target_text_add(line, "'\\''");
		else if (csh && (*word == '!' || *word == '\n'))
			target_text_format(line, "\\%c", *word);
		else
			target_text_bytes(line, word, 1);
	}
	target_text_add(line, "'");
}

static bool is_csh(const char *shell)
{
	size_t n = strlen(shell);

	return n >= 3 && !strcmp(shell + n - 3, "csh");
}

/*
 * Words for the shell: $SHELL -c "exec [wrapper] program args", as gdbserver starts programs. The
 * wrapper is for the shell to read, the others mean what they are.
 */
static char *shell_line(const struct target_launch *how, const char *shell)
{
	struct target_text line = { 0 };

	target_text_add(&line, "exec");
	for (const char *const *w = how->wrapper; w && *w; w++)
		target_text_format(&line, " %s", *w);
	for (const char *const *w = how->argv; *w; w++)
		add_quoted(&line, *w, is_csh(shell));
	if (!line.failed)
		return line.data;
	target_text_deinit(&line);
	return NULL;
}

static size_t count_words(const char *const *words)
{
	size_t n = 0;

	while (words && words[n])
		n++;
	return n;
}

/* What is given to exec; *line is owned by the caller. NULL: out of memory. */
static const char **exec_words(const struct target_launch *how, char **line)
{
	size_t wrap = count_words(how->wrapper), args = count_words(how->argv);
	const char **words = calloc(wrap + args + 4, sizeof(*words));
	const char *shell = getenv("SHELL");

	if (!shell || !*shell)
		shell = "/bin/sh";
	*line = how->shell ? shell_line(how, shell) : NULL;
	if (!words || (how->shell && !*line)) {
		free(words);
		return NULL;
	}
	if (how->shell) {
		words[0] = shell;
		words[1] = "-c";
		words[2] = *line;
	} else {
		if (wrap)
			memcpy(words, how->wrapper, wrap * sizeof(*words));
		memcpy(words + wrap, how->argv, args * sizeof(*words));
	}
	return words;
}

static void quiet_stdio(void)
{
	static const char told[] = "stdin/stdout redirected\n";
	int null = open("/dev/null", O_RDONLY);

	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	(void)!write(STDERR_FILENO, told, sizeof(told) - 1);
}

/* What a child that cannot become the program leaves in a pipe. */
struct refusal {
	int error; /* errno */
	bool cwd;  /* of the folder, not of the program */
};

/* GO: a byte when the parent traces the child, nothing when the parent is dead. */
struct pipes {
	int go[2], report[2];
};

/*
 * In the child: waits until the parent traces it, then becomes the program. Signals are as they
 * were before the server changed them.
 */
static void become(const struct target_launch *how, const char **words, const struct pipes *p)
{
	sigset_t none;
	char byte;

	close(p->go[1]); /* or there were always somebody who may write */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	setpgid(0, 0);
	if (how->no_randomization)
		personality((unsigned long)personality(0xffffffff) | ADDR_NO_RANDOMIZE);
	if (how->quiet_stdio)
		quiet_stdio();
	if (read(p->go[0], &byte, 1) != 1)
		_exit(127);
	struct refusal why = { .cwd = how->cwd && chdir(how->cwd) != 0 };
	if (!why.cwd)
		execvpe(words[0], (char *const *)(uintptr_t)words,
			how->env ? (char *const *)(uintptr_t)how->env : environ);
	why.error = errno;
	(void)!write(p->report[1], &why, sizeof(why));
	_exit(127);
}

/* Programs that are executed on the way to the one that is wanted, itself included. */
static unsigned expected_execs(const struct target_launch *how)
{
	return 1u + how->shell + (how->wrapper && how->wrapper[0]);
}

/* What becomes of it when the server dies. */
static int end_option(const struct target_launch *how)
{
	return how->outlives ? 0 : PTRACE_O_EXITKILL;
}

/* From inside execve to behind it: the kernel is done with the registers then. */
static bool leave_exec(const struct target_launch *how, pid_t pid, int *status)
{
	ptrace(PTRACE_SETOPTIONS, pid, NULL,
	       (void *)(intptr_t)(LINUX_TRACE_OPTIONS | end_option(how)));
	/* one that was killed meanwhile has its end to tell */
	ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
	return linux_wait_for(pid, status) && WIFSTOPPED(*status);
}

/* Runs the child up to the last exec. false: it ended before; *status is how. */
static bool run_to_program(const struct target_launch *how, pid_t pid, int *status)
{
	unsigned execs = expected_execs(how);

	while (linux_wait_for(pid, status)) {
		if (!WIFSTOPPED(*status))
			return false;
		bool exec = *status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8);
		if (exec && --execs == 0)
			return leave_exec(how, pid, status);
		bool event = *status >> 16;
		int signal = event ? 0 : WSTOPSIG(*status);
		ptrace(PTRACE_CONT, pid, NULL, (void *)(intptr_t)signal);
	}
	return false;
}

static enum target_status start_failed(struct target *t, const struct target_launch *how,
				       int report, int status)
{
	struct refusal why;

	if (read(report, &why, sizeof(why)) == sizeof(why))
		return target_fail(t, TARGET_SYSTEM, "Cannot %s %s: %s",
				   why.cwd ? "change to the folder" : "exec",
				   why.cwd ? how->cwd : how->argv[0], strerror(why.error));
	if (WIFEXITED(status) && WEXITSTATUS(status))
		return target_fail(t, TARGET_SYSTEM, "During startup program exited with code %d.",
				   WEXITSTATUS(status));
	if (WIFEXITED(status))
		return target_fail(t, TARGET_SYSTEM, "During startup program exited normally.");
	return target_fail(t, TARGET_SYSTEM,
			   "During startup program terminated with signal %d, %s.",
			   WTERMSIG(status), strsignal(WTERMSIG(status)));
}

static bool open_pipes(struct pipes *p)
{
	if (pipe2(p->go, O_CLOEXEC) != 0)
		return false;
	if (pipe2(p->report, O_CLOEXEC) == 0)
		return true;
	close(p->go[0]);
	close(p->go[1]);
	return false;
}

static void close_pipes(struct pipes *p)
{
	close(p->go[0]);
	close(p->go[1]);
	close(p->report[0]);
	close(p->report[1]);
}

/* A child that waits for a byte, traced; -1: errno. */
static pid_t fork_traced(const struct target_launch *how, const char **words, struct pipes *p)
{
	pid_t pid = fork();

	if (pid == 0)
		become(how, words, p);
	close(p->report[1]);
	p->report[1] = -1;
	if (pid < 0)
		return -1;
	/* what the shell or the wrapper starts on the way is not ours */
	int options = PTRACE_O_TRACEEXEC | end_option(how);
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)(intptr_t)options) != 0) {
		int error = errno;

		kill(pid, SIGKILL);
		waitpid(pid, NULL, __WALL);
		errno = error;
		return -1;
	}
	return pid;
}

/* Takes a new process with one stopped thread into the tables. */
static struct linux_process *adopt(struct linux_target *l, pid_t pid, bool outlives)
{
	struct linux_process *p = linux_process_add(l, pid, false, outlives);

	if (p && linux_thread_add(l, p, pid) && linux_mem_open(p)) {
		p->desc = host_desc(l->host, pid);
		if (p->desc)
			return p;
	}
	if (p)
		linux_process_drop(l, p);
	return NULL;
}

void linux_first_stop(struct linux_target *l, struct linux_process *p, int signal)
{
	struct linux_thread *th = p->threads;

	/* a signal that was on its way; without a client that asks it stays pending */
	if (!th->has_pending || l->non_stop)
		th->last = (struct target_stop){ .kind = TARGET_STOP_SIGNAL,
						 .tid = linux_tid(th),
						 .signal = signal,
						 .core = -1 };
	else
		th->last = th->pending;
	th->has_pending &= l->non_stop;
	th->told = true;
	l->last = linux_tid(th);
	l->foreground = l->last.pid;
}

static enum target_status start_words(struct linux_target *l, const struct target_launch *how,
				      const char **words, uint32_t *pid)
{
	struct target *t = &l->base;
	struct pipes pipes;
	int status = 0;

	if (!open_pipes(&pipes))
		return target_fail(t, TARGET_SYSTEM, "no pipe: %s", strerror(errno));
	pid_t child = fork_traced(how, words, &pipes);
	if (child < 0) {
		int error = errno;

		close_pipes(&pipes);
		return target_fail(t, TARGET_SYSTEM, "cannot trace a new process: %s",
				   strerror(error));
	}
	if (write(pipes.go[1], "", 1) != 1)
		kill(child, SIGKILL);
	bool there = run_to_program(how, child, &status);
	enum target_status result = TARGET_OK;
	if (!there)
		result = start_failed(t, how, pipes.report[0], status);
	close_pipes(&pipes);
	if (!there)
		return result;
	struct linux_process *p = adopt(l, child, how->outlives);
	if (!p) {
		kill(child, SIGKILL);
		waitpid(child, NULL, __WALL);
		return target_fail(t, TARGET_SYSTEM, "the new process cannot be read: %s",
				   strerror(errno));
	}
	p->program = strdup(how->argv[0]);
	linux_first_stop(l, p, TARGET_SIGNAL_TRAP);
	*pid = (uint32_t)child;
	return TARGET_OK;
}

static enum target_status linux_start(struct target *t, const struct target_launch *how,
				      uint32_t *pid)
{
	AUTO_FREE char *line = NULL;
	AUTO_FREE const char **words = exec_words(how, &line);

	if (!words)
		return target_fail(t, TARGET_SYSTEM, "out of memory");
	return start_words((struct linux_target *)t, how, words, pid);
}

static bool linux_attached(const struct target *t, uint32_t pid)
{
	const struct linux_target *l = (const struct linux_target *)t;

	for (const struct linux_process *p = l->processes; p; p = p->next)
		if ((uint32_t)p->pid == pid)
			return p->attached;
	return true;
}

const struct target_process_ops linux_process_ops = {
	.start = linux_start,
	.attach = linux_attach,
	.attached = linux_attached,
};
