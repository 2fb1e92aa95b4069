/*
 * Children that wait for a debugger: which programs are held, who they are, and letting them go on.
 * A held process is stopped by SIGSTOP and not traced, so that this server, another one or a native
 * debugger can attach to it. Called by watch.c when a child is to be held, and by its user through
 * `monitor` and `info os held`. Facts: ptrace(2), "Group-stop"; pidfd_open(2); setpgid(2).
 */
#include "target/linux/hold.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <time.h>
#include <unistd.h>

#include "target/linux/view_priv.h"

enum { HELD_MAX = 256, STOP_ROUNDS = 1000 };

struct linux_held {
	pid_t pid, parent;
	int fd; /* a pidfd: its number may be another's once it has ended */
	char *program;
	struct linux_held *next;
};

/* --- which --- */

bool linux_hold_children(struct target *t, const char *rule)
{
	struct linux_hold *h = &((struct linux_target *)t)->hold;
	size_t word = strcspn(rule, ":");
	bool at_fork = word == 4 && !strncmp(rule, "fork", word);
	bool named = at_fork || (word == 4 && !strncmp(rule, "exec", word));
	const char *pattern = !named ? rule : rule[word] ? rule + word + 1 : "";

	free(h->pattern);
	h->pattern = *pattern ? strdup(pattern) : NULL;
	h->at_fork = at_fork;
	h->on = !*pattern || h->pattern;
	/*
	 * The kernel hangs up a stopped process when the parent that ties its process group to the
	 * session ends; orphans that become the server's children stay tied.
	 */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return h->on;
}

/* The file, without a folder unless the pattern has one; or the name of a script. */
bool linux_hold_wants(const struct linux_target *l, pid_t pid)
{
	const char *pattern = l->hold.pattern;
	char path[PATH_MAX];
	struct proc_stat stat;

	if (!pattern)
		return true;
	if (!proc_link(proc_path("/proc/%u/exe", (unsigned)pid).s, path, sizeof(path)))
		path[0] = '\0';
	if (strchr(pattern, '/'))
		return fnmatch(pattern, path, 0) == 0;
	const char *slash = strrchr(path, '/');
	if (fnmatch(pattern, slash ? slash + 1 : path, 0) == 0)
		return true;
	return proc_stat((uint32_t)pid, (uint32_t)pid, &stat) &&
	       fnmatch(pattern, stat.name, 0) == 0;
}

/* --- who --- */

static void destroy(struct linux_held *h)
{
	if (h->fd >= 0) /* or errno would not say why it was not opened */
		close(h->fd);
	free(h->program);
	free(h);
}

/* false: too many, or errno. */
static bool add(struct linux_target *l, pid_t pid)
{
	struct linux_held *h = l->hold.held_count < HELD_MAX ? calloc(1, sizeof(*h)) : NULL;
	char path[PATH_MAX];

	if (!h)
		return false;
	if (!proc_link(proc_path("/proc/%u/exe", (unsigned)pid).s, path, sizeof(path)))
		path[0] = '\0';
	h->pid = pid;
	h->parent = (pid_t)proc_status_number((uint32_t)pid, "PPid");
	h->fd = pidfd_open(pid, 0);
	h->program = strdup(path);
	if (h->fd < 0 || !h->program) {
		destroy(h);
		return false;
	}
	struct linux_held **end = &l->hold.held;
	while (*end)
		end = &(*end)->next;
	*end = h;
	l->hold.held_count++;
	rescue_hold(l->rescue, (uint32_t)pid);
	return true;
}

static void drop(struct linux_target *l, struct linux_held *h)
{
	struct linux_held **at = &l->hold.held;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	rescue_unhold(l->rescue, (uint32_t)h->pid);
	l->hold.held_count--;
	destroy(h);
}

static void drop_ended(struct linux_target *l)
{
	struct linux_held *next;

	for (struct linux_held *h = l->hold.held; h; h = next) {
		struct pollfd fd = { .fd = h->fd, .events = POLLIN };

		next = h->next;
		if (poll(&fd, 1, 0) == 1)
			drop(l, h);
	}
}

static struct linux_held *find(struct linux_target *l, pid_t pid)
{
	drop_ended(l);
	for (struct linux_held *h = l->hold.held; h; h = h->next)
		if (h->pid == pid)
			return h;
	return NULL;
}

/* --- holding and letting go --- */

void linux_hold(struct linux_target *l, pid_t pid)
{
	if (l->hold.held_count == HELD_MAX)
		drop_ended(l);
	if (!add(l, pid)) {
		target_logf(&l->base.log, TARGET_LOG_WARN,
			    "hold pid=%d: the process is not held: %s", (int)pid,
			    l->hold.held_count == HELD_MAX ? "too many are" : strerror(errno));
		ptrace(PTRACE_DETACH, pid, NULL, NULL);
		return;
	}
	/* it stops for this before it executes anything */
	kill(pid, SIGSTOP);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	target_logf(&l->base.log, TARGET_LOG_WARN,
		    "hold pid=%d: it waits for a debugger: `attach %d`, or `monitor release %d`",
		    (int)pid, (int)pid, (int)pid);
}

/* The process that traces it, 0 none. */
static pid_t tracer_of(const struct linux_held *h)
{
	long tracer = proc_status_number((uint32_t)h->pid, "TracerPid");

	return tracer > 0 ? (pid_t)tracer : 0;
}

static bool stands(const struct linux_held *h)
{
	struct proc_stat stat;

	return proc_stat((uint32_t)h->pid, (uint32_t)h->pid, &stat) && stat.state == 'T';
}

bool linux_hold_has(struct linux_target *l, pid_t pid)
{
	const struct timespec pause = { .tv_nsec = 200000 };
	const struct linux_held *h = find(l, pid);

	/* it may be on its way still */
	for (int i = 0; h && !stands(h) && !tracer_of(h) && i < STOP_ROUNDS; i++)
		nanosleep(&pause, NULL);
	return h != NULL;
}

void linux_hold_forget(struct linux_target *l, pid_t pid)
{
	struct linux_held *h = find(l, pid);

	if (h)
		drop(l, h);
}

static void let_go(struct linux_target *l, struct linux_held *h)
{
	pidfd_send_signal(h->fd, SIGCONT, NULL, 0);
	drop(l, h);
}

void linux_hold_drop(struct linux_target *l)
{
	drop_ended(l);
	while (l->hold.held) {
		if (tracer_of(l->hold.held))
			drop(l, l->hold.held);
		else
			let_go(l, l->hold.held);
	}
	free(l->hold.pattern);
	l->hold.pattern = NULL;
}

/* --- what the user sees --- */

static void add_state(struct target_table *out, const struct linux_held *h)
{
	pid_t tracer = tracer_of(h);

	if (tracer)
		target_table_cell(out, "debugged by process %d", (int)tracer);
	else
		target_table_cell(out, stands(h) ? "waits" : "runs");
}

void linux_hold_table(struct linux_target *l, struct target_table *out)
{
	drop_ended(l);
	for (const struct linux_held *h = l->hold.held; h; h = h->next) {
		target_table_cell(out, "%d", (int)h->pid);
		target_table_cell(out, "%d", (int)h->parent);
		add_state(out, h);
		target_table_text(out, h->program);
	}
}

static enum target_status show(struct target *t, struct target_text *out)
{
	struct target_table table;
	enum target_status status = linux_table(t, "held", &table);

	if (status == TARGET_OK && target_table_rows(&table))
		target_table_print(&table, out);
	else if (status == TARGET_OK)
		target_text_add(out, "No process is held.\n");
	target_table_deinit(&table);
	return status;
}

static enum target_status release_one(struct target *t, struct linux_held *h,
				      struct target_text *out)
{
	struct linux_target *l = (struct linux_target *)t;
	pid_t tracer = tracer_of(h), pid = h->pid;

	if (tracer)
		return target_fail(t, TARGET_INVALID, "process %d is debugged by process %d",
				   (int)pid, (int)tracer);
	let_go(l, h);
	target_text_format(out, "Process %d goes on.\n", (int)pid);
	return TARGET_OK;
}

static enum target_status release_all(struct target *t, struct target_text *out)
{
	struct linux_target *l = (struct linux_target *)t;
	struct linux_held *next;

	drop_ended(l);
	for (struct linux_held *h = l->hold.held; h; h = next) {
		next = h->next;
		if (!tracer_of(h))
			(void)release_one(t, h, out);
	}
	if (!out->len)
		target_text_add(out, "No process is held.\n");
	return TARGET_OK;
}

static enum target_status release(struct target *t, const char *which, struct target_text *out)
{
	char *end;
	long pid = strtol(which, &end, 10);

	if (!strcmp(which, "all"))
		return release_all(t, out);
	bool number = *which >= '0' && *which <= '9' && !*end && pid > 0 && pid <= INT_MAX;
	struct linux_held *h = number ? find((struct linux_target *)t, (pid_t)pid) : NULL;
	if (h)
		return release_one(t, h, out);
	return target_fail(t, TARGET_INVALID,
			   "\"%.40s\" is no held process: `monitor held` lists them", which);
}

enum target_status linux_hold_command(struct target *t, size_t argc, const char *const *argv,
				      struct target_text *out)
{
	bool held = argc == 1 && !strcmp(argv[0], "held");
	bool let = argc == 2 && !strcmp(argv[0], "release");

	if (!held && !let)
		return TARGET_UNSUPPORTED;
	if (!((struct linux_target *)t)->hold.on)
		return target_fail(t, TARGET_INVALID,
				   "children are not held: start the server with --hold-children");
	return held ? show(t, out) : release(t, argv[1], out);
}
