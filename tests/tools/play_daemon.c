/*
 * Starts and ends the daemon under test, and keeps what it prints. It is ended by its pid, and the
 * kernel ends it when rsp-play dies.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/tools/play.h"

enum { TICK_MS = 5 };

static void tick(void)
{
	const struct timespec t = { .tv_nsec = TICK_MS * 1000000 };

	nanosleep(&t, NULL);
}

bool daemon_prepare(struct play_daemon *d)
{
	if (d->dir[0])
		return true;
	snprintf(d->dir, sizeof(d->dir), "/tmp/rsp-play-XXXXXX");
	return mkdtemp(d->dir) != NULL;
}

size_t daemon_words(struct play_daemon *d, const char *o, char *text, char (*store)[PLAY_PATH],
		    const char **argv, size_t n)
{
	for (char *w; (w = strsep(&text, " ")) && n < PLAY_ARGS - 6;) {
		char *mark = strstr(w, "{tmp}");
		bool tmp = mark && daemon_prepare(d);

		if (!mark)
			mark = strstr(w, "{o}");
		if (!*w)
			continue;
		const char *folder = tmp ? d->dir : o;
		int before = mark ? (int)(mark - w) : (int)strlen(w);
		snprintf(store[n], PLAY_PATH, "%.*s%s%s", before, w, mark ? folder : "",
			 mark ? strchr(mark, '}') + 1 : "");
		argv[n] = store[n];
		n++;
	}
	return n;
}

void daemon_output(int fd, struct play_text *out)
{
	char bytes[4096];
	ssize_t n;

	play_text_add(out, "", 0);
	while ((n = pread(fd, bytes, sizeof(bytes), (off_t)out->n)) > 0)
		play_text_add(out, bytes, (size_t)n);
}

static bool has_line(int fd, const char *glob, char *line, size_t cap)
{
	struct play_text all = { 0 };
	bool found = false;

	daemon_output(fd, &all);
	for (char *p = all.p; !found && *p;) {
		size_t n = strcspn(p, "\n");
		bool last = !p[n];

		p[n] = '\0';
		found = !fnmatch(glob, p, 0);
		if (found)
			snprintf(line, cap, "%s", p);
		p += n + !last;
	}
	play_text_deinit(&all);
	return found;
}

static bool wait_line(struct play_daemon *d, int fd, const char *glob, char *line, size_t cap)
{
	for (int ms = 0; ms < PLAY_STEP_MS; ms += TICK_MS) {
		bool over = !d->pid || daemon_wait(d, 0);

		if (has_line(fd, glob, line, cap))
			return true;
		if (over)
			return false; /* it prints no more */
		tick();
	}
	return false;
}

bool daemon_printed(struct play_daemon *d, int fd, const char *glob)
{
	char line[1024];

	return wait_line(d, fd, glob, line, sizeof(line));
}

/* In the child: standard files, then the daemon. */
static void become(struct play_daemon *d, int in, int out, const char *const *argv)
{
	int null = open("/dev/null", O_RDONLY);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	if (d->variable[0])
		putenv(d->variable);
	signal(SIGINT, SIG_DFL); /* a shell that runs us in the background ignores it */
	signal(SIGHUP, SIG_DFL);
	dup2(in >= 0 ? in : null, STDIN_FILENO);
	dup2(out >= 0 ? out : d->out_fd, STDOUT_FILENO);
	dup2(d->err_fd, STDERR_FILENO);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static bool listening(struct play_daemon *d)
{
	char line[256];

	if (d->comm == PLAY_UNIX)
		return daemon_printed(d, d->err_fd, "Listening on *");
	if (d->comm == PLAY_LINE)
		return daemon_printed(d, d->err_fd, "Remote debugging using /*");
	if (!wait_line(d, d->err_fd, "Listening on port *", line, sizeof(line)))
		return false;
	const char *port = line + strlen("Listening on port ");
	size_t n = strlen(port);
	if (n < sizeof(d->port))
		memcpy(d->port, port, n + 1);
	return n < sizeof(d->port);
}

bool daemon_line(struct play_daemon *d, char *path)
{
	d->in = d->out = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	return d->in >= 0 && !grantpt(d->in) && !unlockpt(d->in) &&
	       !ptsname_r(d->in, path, PLAY_PATH);
}

bool daemon_start(struct play_daemon *d, const char *const *argv)
{
	int to[2] = { -1, -1 }, from[2] = { -1, -1 };
	bool stdio = d->comm == PLAY_STDIO;

	d->err_fd = memfd_create("stderr", MFD_CLOEXEC);
	d->out_fd = memfd_create("stdout", MFD_CLOEXEC);
	if (d->err_fd < 0 || d->out_fd < 0)
		return false;
	if (stdio && (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC)))
		return false;
	d->pid = fork();
	if (d->pid < 0)
		return false;
	if (!d->pid)
		become(d, to[0], from[1], argv);
	if (stdio) {
		close(to[0]);
		close(from[1]);
		d->in = from[0];
		d->out = to[1];
	}
	return stdio || d->comm == PLAY_COMMAND || listening(d);
}

bool daemon_wait(struct play_daemon *d, int ms)
{
	for (; d->pid; ms -= TICK_MS) {
		if (waitpid(d->pid, &d->status, WNOHANG) == d->pid)
			d->pid = 0;
		else if (ms <= 0)
			return false;
		else
			tick();
	}
	return true;
}

void daemon_forget(struct play_daemon *d)
{
	DIR *dir = d->dir[0] ? opendir(d->dir) : NULL;

	if (!dir)
		return;
	for (struct dirent *e; (e = readdir(dir));)
		unlinkat(dirfd(dir), e->d_name, 0); /* refuses "." and ".." */
	closedir(dir);
	rmdir(d->dir);
	d->dir[0] = '\0';
}

void daemon_stop(struct play_daemon *d)
{
	if (d->pid) {
		kill(d->pid, SIGTERM);
		if (!daemon_wait(d, PLAY_STEP_MS)) {
			kill(d->pid, SIGKILL);
			waitpid(d->pid, &d->status, 0);
			d->pid = 0;
		}
	}
	if (d->comm == PLAY_LINE)
		close(d->in);
	if (d->err_fd > 0)
		close(d->err_fd);
	if (d->out_fd > 0)
		close(d->out_fd);
	d->err_fd = d->out_fd = 0;
}
