/*
 * The tables of `info os` that walk all processes, and the list of all tables. Rows and columns are
 * those of gdbserver, which front ends read by name. Everything is looked up when it is asked for.
 */
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "target/auto.h"
#include "target/linux/osdata_priv.h"
#include "target/linux/proc.h"
#include "target/linux/view_priv.h"

enum { CORES_MAX = 4096, COMMAND_LINE_MAX = 1 << 20 };

void osdata_user(uint32_t uid, char *buf, size_t cap)
{
	char storage[2048];
	struct passwd entry, *found = NULL;

	buf[0] = '\0';
	if (!getpwuid_r(uid, &entry, storage, sizeof(storage), &found) && found)
		snprintf(buf, cap, "%s", entry.pw_name);
}

void osdata_command(uint32_t pid, char *buf, size_t cap)
{
	struct proc_stat stat;

	if (pid && proc_stat(pid, pid, &stat))
		snprintf(buf, cap, "%s", stat.name);
	else
		snprintf(buf, cap, "%u", pid);
}

/* The words of the command line with blanks between; of a kernel thread "[name]". */
static void add_command_line(struct target_table *out, uint32_t pid)
{
	struct target_text line = { 0 };
	char name[PROC_COMM];

	if (proc_read(proc_path("/proc/%u/cmdline", pid).s, &line) && line.len) {
		size_t n = line.len < COMMAND_LINE_MAX ? line.len : COMMAND_LINE_MAX;

		while (n && !line.data[n - 1])
			n--;
		line.data[n] = '\0';
		for (size_t i = 0; i < n; i++)
			if (!line.data[i])
				line.data[i] = ' ';
		target_table_text(out, line.data);
	} else {
		osdata_command(pid, name, sizeof(name));
		target_table_cell(out, "[%s]", name);
	}
	target_text_deinit(&line);
}

/* --- processes --- */

/* "0,3": the CPUs that the threads of a process use. */
static void add_cores(struct target_table *out, uint32_t pid)
{
	struct proc_dir dir = proc_dir_open(proc_path("/proc/%u/task", pid).s);
	uint8_t used[CORES_MAX / 8] = { 0 };
	struct target_text list = { 0 };
	uint32_t tid;

	while (proc_dir_next(&dir, &tid)) {
		struct proc_stat stat;

		if (proc_stat(pid, tid, &stat) && stat.core >= 0 && stat.core < CORES_MAX)
			used[stat.core / 8] |= (uint8_t)(1 << stat.core % 8);
	}
	proc_dir_close(&dir);
	for (int core = 0; core < CORES_MAX; core++)
		if (used[core / 8] >> core % 8 & 1)
			target_text_format(&list, "%s%d", list.len ? "," : "", core);
	target_table_text(out, list.data ? list.data : "");
	target_text_deinit(&list);
}

static void processes(struct target_table *out)
{
	struct proc_dir dir = proc_dir_open("/proc");
	uint32_t pid;

	while (proc_dir_next(&dir, &pid)) {
		char user[OSDATA_NAME] = "?";
		struct stat st;

		if (!stat(proc_path("/proc/%u", pid).s, &st))
			osdata_user(st.st_uid, user, sizeof(user));
		target_table_cell(out, "%u", pid);
		target_table_cell(out, "%s", user);
		add_command_line(out, pid);
		add_cores(out, pid);
	}
	proc_dir_close(&dir);
}

/* --- process groups --- */

struct member {
	uint32_t group, pid;
};

/* By group; its leader first. */
static int by_group(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if ((x->pid == x->group) != (y->pid == y->group))
		return x->pid == x->group ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* Every process with its group; NULL: out of memory. */
static struct member *members(size_t *count)
{
	enum { FIRST = 256 };
	struct proc_dir dir = proc_dir_open("/proc");
	AUTO_FREE struct member *list = malloc(FIRST * sizeof(*list));
	size_t n = 0, cap = FIRST;
	uint32_t pid;

	while (list && proc_dir_next(&dir, &pid)) {
		pid_t group = getpgid((pid_t)pid);

		if (group <= 0)
			continue;
		if (n == cap) {
			struct member *more = realloc(list, 2 * cap * sizeof(*more));

			if (!more)
				break;
			list = more;
			cap *= 2;
		}
		list[n++] = (struct member){ (uint32_t)group, pid };
	}
	proc_dir_close(&dir);
	*count = n;
	return TAKE(list);
}

static void procgroups(struct target_table *out)
{
	size_t n = 0;
	AUTO_FREE struct member *list = members(&n);

	if (list)
		qsort(list, n, sizeof(list[0]), by_group);
	for (size_t i = 0; i < n; i++) {
		char leader[PROC_COMM];

		osdata_command(list[i].group, leader, sizeof(leader));
		target_table_cell(out, "%u", list[i].group);
		target_table_cell(out, "%s", leader);
		target_table_cell(out, "%u", list[i].pid);
		add_command_line(out, list[i].pid);
	}
}

/* --- threads and descriptors --- */

/* Calls add for every number in a folder of every process. */
static void each_in(struct target_table *out, const char *folder,
		    void (*add)(struct target_table *out, uint32_t pid, uint32_t number))
{
	struct proc_dir all = proc_dir_open("/proc");
	uint32_t pid, number;

	while (proc_dir_next(&all, &pid)) {
		struct proc_dir dir = proc_dir_open(proc_path("/proc/%u/%s", pid, folder).s);
		char command[PROC_COMM];

		osdata_command(pid, command, sizeof(command));
		while (proc_dir_next(&dir, &number)) {
			target_table_cell(out, "%u", pid);
			target_table_cell(out, "%s", command);
			add(out, pid, number);
		}
		proc_dir_close(&dir);
	}
	proc_dir_close(&all);
}

static void add_thread(struct target_table *out, uint32_t pid, uint32_t tid)
{
	struct proc_stat stat;

	proc_stat(pid, tid, &stat);
	target_table_cell(out, "%u", tid);
	target_table_cell(out, "%d", stat.core);
}

static void add_file(struct target_table *out, uint32_t pid, uint32_t fd)
{
	char path[PATH_MAX];

	target_table_cell(out, "%u", fd);
	if (proc_link(proc_path("/proc/%u/fd/%u", pid, fd).s, path, sizeof(path)))
		target_table_text(out, path);
	else
		target_table_cell(out, "%u", fd);
}

static void threads(struct target_table *out)
{
	each_in(out, "task", add_thread);
}

static void files(struct target_table *out)
{
	each_in(out, "fd", add_file);
}

/* --- all tables --- */

static const struct target_table_info infos[] = {
	{ "cpus", "Listing of all cpus/cores on the system", "CPUs" },
	{ "files", "Listing of all file descriptors", "File descriptors" },
	{ "held", "Listing of all children that wait for a debugger", "Held children" },
	{ "modules", "Listing of all loaded kernel modules", "Kernel modules" },
	{ "msg", "Listing of all message queues", "Message queues" },
	{ "processes", "Listing of all processes", "Processes" },
	{ "procgroups", "Listing of all process groups", "Process groups" },
	{ "semaphores", "Listing of all semaphores", "Semaphores" },
	{ "shm", "Listing of all shared-memory regions", "Shared-memory regions" },
	{ "sockets", "Listing of all internet-domain sockets", "Sockets" },
	{ "threads", "Listing of all threads", "Threads" },
};

/* In the order of infos; NULL: it is about this target. */
static const struct {
	const char *columns[16];
	void (*fill)(struct target_table *out);
} fills[] = {
	{ { NULL }, osdata_cpus },
	{ { "pid", "command", "file descriptor", "name" }, files },
	{ { "pid", "parent", "state", "program" }, NULL },
	{ { "name", "size", "num uses", "dependencies", "status", "address" }, osdata_modules },
	{ { "key", "msqid", "permissions", "num used bytes", "num messages",
	    "last msgsnd() command", "last msgrcv() command", "user", "group", "creator user",
	    "creator group", "last msgsnd() time", "last msgrcv() time", "last msgctl() time" },
	  osdata_msg },
	{ { "pid", "user", "command", "cores" }, processes },
	{ { "pgid", "leader command", "pid", "command line" }, procgroups },
	{ { "key", "semid", "permissions", "num semaphores", "user", "group", "creator user",
	    "creator group", "last semop() time", "last semctl() time" },
	  osdata_semaphores },
	{ { "key", "shmid", "permissions", "size", "creator command", "last op. command",
	    "num attached", "user", "group", "creator user", "creator group", "last shmat() time",
	    "last shmdt() time", "last shmctl() time" },
	  osdata_shm },
	{ { "local address", "local port", "remote address", "remote port", "state", "user",
	    "family", "protocol" },
	  osdata_sockets },
	{ { "pid", "command", "tid", "core" }, threads },
};

enum { TABLES = sizeof(infos) / sizeof(infos[0]) };
_Static_assert(TABLES == sizeof(fills) / sizeof(fills[0]), "one fill per table");

const struct target_table_info *linux_tables(const struct target *t, size_t *count)
{
	(void)t;
	*count = TABLES;
	return infos;
}

enum target_status linux_table(struct target *t, const char *name, struct target_table *out)
{
	for (size_t i = 0; i < TABLES; i++)
		if (!strcmp(infos[i].name, name)) {
			target_table_init(out, fills[i].columns);
			if (fills[i].fill)
				fills[i].fill(out);
			else
				linux_hold_table((struct linux_target *)t, out);
			return TARGET_OK;
		}
	return target_fail(t, TARGET_INVALID, "there is no table %s", name);
}
