/*
 * Children that wait for a debugger: real programs that make children by fork, vfork and
 * posix_spawn; which of them are held, where they stand, who can attach to them, and that they go
 * on when they are released or the target is closed.
 */
#include <elf.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/linux/proc.h"
#include "tests/fake/live.h"
#include "tests/unit/unit.h"

enum { PUMPS = 1000, PUMP_MS = 10, COLUMNS = 4 };

/** A target that holds, the programs, and what it has told. */
struct nursery {
	struct live l;
	char dispatch[PATH_MAX], say[PATH_MAX];
	struct target_stop stops[8];
	size_t count;
};

/** One row of the table. */
struct row {
	uint32_t pid, parent;
	char state[64], program[PATH_MAX];
};

static bool open_nursery(struct nursery *n, const char *rule)
{
	enum { CHLD = 20 }; /* GDB's number */
	const uint8_t pass[] = { 0, 0, 1 << CHLD % 8 };

	*n = (struct nursery){ .count = 0 };
	if (!live_app("dispatch", n->dispatch, sizeof(n->dispatch)) ||
	    !live_app("say", n->say, sizeof(n->say)))
		return false;
	live_open(&n->l);
	CU_ASSERT_TRUE(linux_hold_children(n->l.t, rule));
	target_pass(n->l.t, pass, sizeof(pass));
	return true;
}

static bool start(struct nursery *n, const char *const *argv)
{
	const struct target_launch how = { .argv = argv };

	CU_ASSERT_EQUAL(target_start(n->l.t, &how, &n->l.pid), TARGET_OK);
	return n->l.pid != 0;
}

static void resume(struct nursery *n)
{
	const struct target_action all = { .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 };

	CU_ASSERT_EQUAL(target_resume(n->l.t, &all, 1), TARGET_OK);
}

static void pump(struct nursery *n)
{
	struct pollfd p = { .fd = target_event_fd(n->l.t), .events = POLLIN };
	struct target_stop stop;
	bool got = false;

	poll(&p, 1, PUMP_MS);
	CU_ASSERT_EQUAL(target_next_event(n->l.t, &stop, &got), TARGET_OK);
	if (got && n->count < sizeof(n->stops) / sizeof(n->stops[0]))
		n->stops[n->count++] = stop;
}

/** The next stop; kind -1: none in ten seconds. */
static struct target_stop next_stop(struct nursery *n)
{
	struct target_stop stop = { .kind = (enum target_stop_kind) - 1 };

	for (int i = 0; i < PUMPS && !n->count; i++)
		pump(n);
	if (!n->count)
		return stop;
	stop = n->stops[0];
	memmove(n->stops, n->stops + 1, --n->count * sizeof(stop));
	return stop;
}

static size_t rows(struct nursery *n, struct row *first)
{
	struct target_table table;
	const char *cells[COLUMNS] = { NULL };
	size_t cursor = 0;

	if (target_table(n->l.t, "held", &table) != TARGET_OK)
		return 0;
	size_t count = target_table_rows(&table);
	for (size_t i = 0; count && i < COLUMNS; i++)
		cells[i] = target_table_next(&table, &cursor);
	if (count) {
		*first = (struct row){ (uint32_t)strtoul(cells[0], NULL, 10),
				       (uint32_t)strtoul(cells[1], NULL, 10), "", "" };
		snprintf(first->state, sizeof(first->state), "%s", cells[2]);
		snprintf(first->program, sizeof(first->program), "%s", cells[3]);
	}
	target_table_deinit(&table);
	return count;
}

/** Until the first that is held is in that state. */
static bool await_row(struct nursery *n, const char *state, struct row *out)
{
	for (int i = 0; i < PUMPS; i++) {
		if (rows(n, out) == 1 && !strcmp(out->state, state))
			return true;
		pump(n);
	}
	return false;
}

static char state_of(uint32_t pid)
{
	struct proc_stat stat;

	return proc_stat(pid, pid, &stat) ? stat.state : '\0';
}

static bool is_free(uint32_t pid)
{
	char state = state_of(pid);

	return proc_status_number(pid, "TracerPid") == 0 && state && strchr("RSD", state);
}

static bool await_free(uint32_t pid)
{
	for (int i = 0; i < PUMPS && !is_free(pid); i++)
		usleep(PUMP_MS * 1000);
	return is_free(pid);
}

/** Both ends, in whatever order, with that code. */
static void expect_ends(struct nursery *n, int count, int code)
{
	for (int i = 0; i < count; i++) {
		resume(n);
		struct target_stop stop = next_stop(n);
		CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXITED);
		CU_ASSERT_EQUAL(stop.value, code);
	}
	n->l.pid = 0;
}

static enum target_status command(struct nursery *n, const char *word, const char *more, char *out,
				  size_t cap)
{
	const char *const argv[] = { word, more, NULL };
	struct target_text text = { 0 };

	enum target_status status =
		target_command(n->l.t, (struct target_tid){ 0 }, more ? 2 : 1, argv, &text);
	snprintf(out, cap, "%s", status == TARGET_OK ? text.data : target_words(n->l.t, status));
	target_text_deinit(&text);
	return status;
}

/** Starts a program and lets it run until its child waits. */
static void start_held(struct nursery *n, const char *const *argv, struct row *row)
{
	CU_ASSERT_TRUE_FATAL(start(n, argv));
	resume(n);
	CU_ASSERT_TRUE_FATAL(await_row(n, "waits", row));
}

/** "release all" answers for that process. */
static void release(struct nursery *n, uint32_t pid)
{
	char text[256], want[64];

	snprintf(want, sizeof(want), "Process %u goes on.\n", pid);
	CU_ASSERT_EQUAL(command(n, "release", "all", text, sizeof(text)), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(text, want);
}

/* --- tests --- */

static uint64_t auxv_value(struct nursery *n, uint32_t pid, uint64_t type)
{
	struct target_text text = { 0 };
	uint64_t value = 0;

	CU_ASSERT_EQUAL(target_auxv(n->l.t, pid, &text), TARGET_OK);
	for (size_t at = 0; at + 16 <= text.len; at += 16)
		if (!memcmp(text.data + at, &type, sizeof(type)))
			memcpy(&value, text.data + at + 8, sizeof(value));
	target_text_deinit(&text);
	return value;
}

/** The program has not executed anything: the pc is the entry of its dynamic linker. */
static void expect_first_instruction(struct nursery *n, uint32_t pid)
{
	struct target_tid tid = { pid, pid };
	const struct arch_desc *d = target_arch(n->l.t, tid);
	uint8_t bytes[ARCH_REG_MAX_BYTES] = { 0 };
	uint64_t pc = 0, base = auxv_value(n, pid, AT_BASE);
	Elf64_Ehdr head = { .e_entry = 0 };
	size_t done = 0;
	bool valid = false;

	CU_ASSERT_EQUAL(target_reg_read(n->l.t, tid, d->pc, bytes, &valid), TARGET_OK);
	memcpy(&pc, bytes, sizeof(pc));
	CU_ASSERT_EQUAL(target_mem_read(n->l.t, tid, base, &head, sizeof(head), &done), TARGET_OK);
	CU_ASSERT_TRUE(valid && base);
	CU_ASSERT_EQUAL(pc, base + head.e_entry);
}

static void hold_and_attach(const char *how, bool non_stop)
{
	struct nursery n;
	struct row row;

	if (!open_nursery(&n, "s[a]y"))
		return;
	target_non_stop(n.l.t, non_stop);
	const char *const argv[] = { n.dispatch, how, n.say, "exit", "5", NULL };
	start_held(&n, argv, &row);
	CU_ASSERT_EQUAL(row.parent, n.l.pid);
	CU_ASSERT_PTR_NOT_NULL(strstr(row.program, "/say"));
	CU_ASSERT_EQUAL(state_of(row.pid), 'T');
	CU_ASSERT_EQUAL(proc_status_number(row.pid, "TracerPid"), 0);
	CU_ASSERT_EQUAL(target_attach(n.l.t, row.pid), TARGET_OK);
	CU_ASSERT_EQUAL(rows(&n, &row), 0);
	expect_first_instruction(&n, row.pid);
	CU_ASSERT_EQUAL(n.count, 0);
	/* the parent runs still */
	expect_ends(&n, 2, 5);
	live_close(&n.l);
}

static void test_exec(void)
{
	hold_and_attach("fork", false);
	hold_and_attach("vfork", false);
	hold_and_attach("spawn", true);
}

static void test_fork(void)
{
	struct nursery n;
	struct row row;

	if (!open_nursery(&n, "fork:dispatch"))
		return;
	const char *const argv[] = { n.dispatch, "fork", n.say, "exit", "5", NULL };
	start_held(&n, argv, &row);
	CU_ASSERT_PTR_NOT_NULL(strstr(row.program, "/dispatch"));
	release(&n, row.pid);
	CU_ASSERT_EQUAL(next_stop(&n).value, 5);
	n.l.pid = 0;
	live_close(&n.l);
}

/** Held at exec although the rule says fork: the parent could not be stopped otherwise. */
static void test_fork_of_vfork(void)
{
	struct nursery n;
	struct row row;

	if (!open_nursery(&n, "fork"))
		return;
	const char *const argv[] = { n.dispatch, "vfork", n.say, "exit", "5", NULL };
	start_held(&n, argv, &row);
	CU_ASSERT_PTR_NOT_NULL(strstr(row.program, "/say"));
	CU_ASSERT_EQUAL(target_interrupt(n.l.t), TARGET_OK);
	CU_ASSERT_EQUAL(next_stop(&n).signal, TARGET_SIGNAL_INT);
	release(&n, row.pid);
	expect_ends(&n, 1, 5);
	live_close(&n.l);
}

static void test_others_run(void)
{
	struct nursery n;
	struct row row;

	if (!open_nursery(&n, "exec:/nowhere/*"))
		return;
	const char *const argv[] = { n.dispatch, "fork", n.say, "exit", "5", NULL };
	if (start(&n, argv)) {
		expect_ends(&n, 1, 5);
		CU_ASSERT_EQUAL(rows(&n, &row), 0);
	}
	live_close(&n.l);
}

static void test_grandchild(void)
{
	struct nursery n;
	struct row row;

	if (!open_nursery(&n, "*/say"))
		return;
	const char *const argv[] = { n.dispatch, "spawn", n.dispatch, "fork",
				     n.say,	 "exit",  "7",	      NULL };
	start_held(&n, argv, &row);
	CU_ASSERT_NOT_EQUAL(row.parent, n.l.pid);
	release(&n, row.pid);
	CU_ASSERT_EQUAL(next_stop(&n).value, 7);
	n.l.pid = 0;
	live_close(&n.l);
}

static void test_script(void)
{
	char path[] = "/tmp/hold-XXXXXX";
	struct nursery n;
	struct row row;
	int fd = mkstemp(path);

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_TRUE(dprintf(fd, "#!/bin/sh\nexit 6\n") > 0 && !fchmod(fd, 0700));
	close(fd);
	if (open_nursery(&n, strrchr(path, '/') + 1)) {
		const char *const argv[] = { n.dispatch, "fork", path, NULL };

		if (start(&n, argv)) {
			resume(&n);
			CU_ASSERT_TRUE(await_row(&n, "waits", &row));
			release(&n, row.pid);
			CU_ASSERT_EQUAL(next_stop(&n).value, 6);
			n.l.pid = 0;
		}
		live_close(&n.l);
	}
	unlink(path);
}

/** A client that hears of forks and lets the child go is not one that follows it. */
static void test_detached_by_client(void)
{
	struct nursery n;
	struct row row;

	if (!open_nursery(&n, "say"))
		return;
	const char *const argv[] = { n.dispatch, "fork", n.say, "exit", "5", NULL };
	target_wish(n.l.t, TARGET_WISH_FORK | TARGET_WISH_EXEC);
	if (start(&n, argv)) {
		resume(&n);
		struct target_stop stop = next_stop(&n);
		CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_FORK);
		CU_ASSERT_EQUAL(target_detach(n.l.t, stop.child.pid), TARGET_OK);
		CU_ASSERT_TRUE(await_row(&n, "waits", &row));
		CU_ASSERT_EQUAL(row.pid, stop.child.pid);
		release(&n, row.pid);
		expect_ends(&n, 1, 5);
	}
	live_close(&n.l);
}

/** One that the client keeps is its own. */
static void test_followed_by_client(void)
{
	struct nursery n;
	struct row row;

	if (!open_nursery(&n, "say"))
		return;
	const char *const argv[] = { n.dispatch, "fork", n.say, "exit", "5", NULL };
	target_wish(n.l.t, TARGET_WISH_FORK | TARGET_WISH_EXEC);
	if (start(&n, argv)) {
		resume(&n);
		CU_ASSERT_EQUAL(next_stop(&n).kind, TARGET_STOP_FORK);
		resume(&n);
		CU_ASSERT_EQUAL(next_stop(&n).kind, TARGET_STOP_EXEC);
		CU_ASSERT_EQUAL(rows(&n, &row), 0);
		expect_ends(&n, 2, 5);
	}
	live_close(&n.l);
}

/** Another debugger that holds on to a process until its pipe ends. */
static pid_t other_debugger(uint32_t pid, int until, int told)
{
	pid_t child = fork();

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	char ok = ptrace(PTRACE_SEIZE, (pid_t)pid, NULL, NULL) == 0;
	(void)!write(told, &ok, 1);
	(void)!read(until, &ok, 1);
	_exit(0);
}

static void test_other_debugger(void)
{
	int until[2], told[2];
	char state[64], text[256], ok = 0;
	struct nursery n;
	struct row row;

	if (!open_nursery(&n, "say"))
		return;
	const char *const argv[] = { n.dispatch, "fork", n.say, "exit", "5", NULL };
	CU_ASSERT_FATAL(!pipe(until) && !pipe(told));
	start_held(&n, argv, &row);
	pid_t other = other_debugger(row.pid, until[0], told[1]);
	CU_ASSERT_EQUAL(read(told[0], &ok, 1), 1);
	CU_ASSERT_EQUAL(ok, 1);
	snprintf(state, sizeof(state), "debugged by process %d", other);
	CU_ASSERT_TRUE(await_row(&n, state, &row));
	snprintf(text, sizeof(text), "%u", row.pid);
	CU_ASSERT_EQUAL(command(&n, "release", text, text, sizeof(text)), TARGET_INVALID);
	CU_ASSERT_EQUAL(write(until[1], "", 1), 1);
	CU_ASSERT_TRUE(await_row(&n, "waits", &row));
	release(&n, row.pid);
	CU_ASSERT_EQUAL(next_stop(&n).value, 5);
	n.l.pid = 0;
	live_close(&n.l);
	close(until[0]), close(until[1]), close(told[0]), close(told[1]);
}

/** A shell that waits for a line, then runs `say wait` as its child. */
struct shell {
	int input[2];
	char line[PATH_MAX + 64];
	pid_t pid;
};

static void become_shell(void *ctx)
{
	struct shell *sh = ctx;

	dup2(sh->input[0], STDIN_FILENO);
	execl("/bin/sh", "sh", "-c", sh->line, NULL);
}

static void open_shell(struct shell *sh, struct nursery *n)
{
	if (pipe(sh->input))
		abort();
	snprintf(sh->line, sizeof(sh->line), "read x; %s wait; exit $?", n->say);
	sh->pid = live_child(become_shell, sh);
	CU_ASSERT_TRUE(live_attach(&n->l, sh->pid));
	resume(n);
	CU_ASSERT_EQUAL(write(sh->input[1], "\n", 1), 1);
}

static void close_shell(struct shell *sh, uint32_t child)
{
	kill((pid_t)child, SIGKILL);
	live_reap(sh->pid);
	waitpid((pid_t)child, NULL, 0); /* an orphan, unless the shell took it */
	close(sh->input[0]);
	close(sh->input[1]);
}

/** What was attached and what was held both go on when the target is closed. */
static void test_close(void)
{
	struct nursery n;
	struct shell sh;
	struct row row;

	if (!open_nursery(&n, "say"))
		return;
	open_shell(&sh, &n);
	CU_ASSERT_TRUE_FATAL(await_row(&n, "waits", &row));
	n.l.pid = 0;
	live_close(&n.l);
	CU_ASSERT_TRUE(await_free(row.pid));
	CU_ASSERT_TRUE(await_free((uint32_t)sh.pid));
	close_shell(&sh, row.pid);
}

/** The one child of a process, once it runs that program. */
static uint32_t child_of(struct nursery *n, pid_t pid, const char *name)
{
	struct proc_path list = proc_path("/proc/%d/task/%d/children", pid, pid);

	for (int i = 0; i < PUMPS; i++) {
		struct proc_stat stat;
		char text[64];

		pump(n);
		if (proc_read_short(list.s, text, sizeof(text)) <= 0)
			continue;
		uint32_t child = (uint32_t)strtoul(text, NULL, 10);
		if (proc_stat(child, child, &stat) && !strcmp(stat.name, name))
			return child;
	}
	return 0;
}

/** A child that is only watched can be attached to, and is free when the target is closed. */
static void test_watched(void)
{
	struct nursery n;
	struct shell sh;

	for (int attach = 0; attach < 2; attach++) {
		if (!open_nursery(&n, "nobody"))
			return;
		open_shell(&sh, &n);
		uint32_t child = child_of(&n, sh.pid, "say");
		CU_ASSERT_TRUE_FATAL(child != 0);
		CU_ASSERT_EQUAL(proc_status_number(child, "TracerPid"), getpid());
		if (attach) {
			struct target_tid tid = { child, child };

			CU_ASSERT_EQUAL(target_attach(n.l.t, child), TARGET_OK);
			CU_ASSERT_TRUE(target_has_thread(n.l.t, tid));
			CU_ASSERT_EQUAL(state_of(child), 't');
		}
		n.l.pid = 0;
		live_close(&n.l);
		CU_ASSERT_TRUE(await_free(child));
		close_shell(&sh, child);
	}
}

/** The kernel hangs up a stopped process whose group loses its tie to the session. */
static void test_parent_ends_first(void)
{
	char line[PATH_MAX + 64];
	struct nursery n;
	struct row row;

	if (!open_nursery(&n, "say"))
		return;
	snprintf(line, sizeof(line), "%s wait & exit 3", n.say);
	const char *const argv[] = { "/bin/sh", "-c", line, NULL };
	if (start(&n, argv)) {
		expect_ends(&n, 1, 3);
		CU_ASSERT_TRUE_FATAL(await_row(&n, "waits", &row));
		usleep(PUMP_MS * 1000);
		CU_ASSERT_TRUE(await_row(&n, "waits", &row));
		release(&n, row.pid);
		CU_ASSERT_TRUE(await_free(row.pid));
		live_reap((pid_t)row.pid);
	}
	live_close(&n.l);
}

static void test_commands(void)
{
	struct nursery n;
	char text[256];

	if (!open_nursery(&n, "exec"))
		return;
	CU_ASSERT_EQUAL(command(&n, "held", NULL, text, sizeof(text)), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(text, "No process is held.\n");
	CU_ASSERT_EQUAL(command(&n, "release", "all", text, sizeof(text)), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(text, "No process is held.\n");
	static const char *const wrong[] = { "1", "", "-1", "x", "1x", "99999999999999999999" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CU_ASSERT_EQUAL(command(&n, "release", wrong[i], text, sizeof(text)),
				TARGET_INVALID);
		CU_ASSERT_PTR_NOT_NULL(strstr(text, "`monitor held` lists them"));
	}
	CU_ASSERT_EQUAL(command(&n, "release", NULL, text, sizeof(text)), TARGET_UNSUPPORTED);
	live_close(&n.l);
	live_open(&n.l);
	CU_ASSERT_EQUAL(command(&n, "held", NULL, text, sizeof(text)), TARGET_INVALID);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "--hold-children"));
	live_close(&n.l);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "held at exec, attached to", test_exec },
		{ "held at fork", test_fork },
		{ "vfork children are held at exec", test_fork_of_vfork },
		{ "other programs run", test_others_run },
		{ "children of children", test_grandchild },
		{ "scripts by their name", test_script },
		{ "detached by the client", test_detached_by_client },
		{ "followed by the client", test_followed_by_client },
		{ "another debugger attaches", test_other_debugger },
		{ "all go on at the end", test_close },
		{ "watched children", test_watched },
		{ "the parent ends first", test_parent_ends_first },
		{ "monitor held, release", test_commands },
	};

	return unit_run("linux_hold", tests, sizeof(tests) / sizeof(tests[0]));
}
