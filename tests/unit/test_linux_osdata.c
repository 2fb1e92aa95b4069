/*
 * The tables of `info os`, held against what the test itself has made: processes, descriptors,
 * sockets, System V objects.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "tests/fake/live.h"
#include "tests/unit/unit.h"

/* The first row whose cell in a column is this; its cells go to row. */
static bool find_row(const struct target_table *t, const char *column, const char *cell,
		     const char **row)
{
	size_t cursor = 0;

	for (size_t r = 0; r < target_table_rows(t); r++) {
		bool found = false;

		for (size_t c = 0; c < t->column_count; c++) {
			row[c] = target_table_next(t, &cursor);
			found |= !strcmp(t->columns[c], column) && !strcmp(row[c], cell);
		}
		if (found)
			return true;
	}
	return false;
}

static bool has(struct live *l, const char *table, const char *column, long number,
		const char **row)
{
	struct target_table t;
	char cell[32];

	snprintf(cell, sizeof(cell), "%ld", number);
	CU_ASSERT_EQUAL(target_table(l->t, table, &t), TARGET_OK);
	CU_ASSERT_TRUE(t.column_count > 0);
	bool found = find_row(&t, column, cell, row);
	if (!found)
		printf("  no %s %s in %s\n", column, cell, table);
	/* rows are looked at by the callers that want one column more only: keep the text */
	static char kept[TARGET_TABLE_COLUMNS][256];
	for (size_t c = 0; found && c < t.column_count; c++) {
		snprintf(kept[c], sizeof(kept[c]), "%s", row[c]);
		row[c] = kept[c];
	}
	target_table_deinit(&t);
	return found;
}

static void test_os_processes(void)
{
	const char *row[TARGET_TABLE_COLUMNS];
	struct live l;
	char want[64];

	live_open(&l);
	CU_ASSERT_TRUE_FATAL(has(&l, "processes", "pid", getpid(), row));
	CU_ASSERT_PTR_NOT_NULL(strstr(row[2], "test_linux_osdata"));
	CU_ASSERT_TRUE(row[3][0] >= '0' && row[3][0] <= '9');
	CU_ASSERT_TRUE_FATAL(has(&l, "procgroups", "pid", getpid(), row));
	snprintf(want, sizeof(want), "%d", getpgid(0));
	CU_ASSERT_STRING_EQUAL(row[0], want);
	CU_ASSERT_TRUE_FATAL(has(&l, "threads", "tid", getpid(), row));
	CU_ASSERT_STRING_EQUAL(row[1], "test_linux_osda");
	int fd = dup(0);
	CU_ASSERT_TRUE(has(&l, "files", "pid", getpid(), row));
	close(fd);
	live_close(&l);
}

static void test_os_sockets(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(0x7f000001) } };
	const char *row[TARGET_TABLE_COLUMNS];
	socklen_t n = sizeof(at);
	struct live l;

	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&at, n) | listen(fd, 1), 0);
	getsockname(fd, (struct sockaddr *)&at, &n);
	live_open(&l);
	CU_ASSERT_TRUE_FATAL(has(&l, "sockets", "local port", ntohs(at.sin_port), row));
	CU_ASSERT_STRING_EQUAL(row[0], "127.0.0.1");
	CU_ASSERT_STRING_EQUAL(row[2], "0.0.0.0");
	CU_ASSERT_STRING_EQUAL(row[4], "LISTEN");
	CU_ASSERT_STRING_EQUAL(row[6], "INET");
	CU_ASSERT_STRING_EQUAL(row[7], "STREAM");
	live_close(&l);
	close(fd);
}

static void test_os_ipc(void)
{
	const char *row[TARGET_TABLE_COLUMNS];
	struct live l;
	int shm = shmget(IPC_PRIVATE, 4096, 0640), sem = semget(IPC_PRIVATE, 3, 0600);
	int msg = msgget(IPC_PRIVATE, 0604);

	live_open(&l);
	if (shm >= 0 && has(&l, "shm", "shmid", shm, row)) {
		CU_ASSERT_STRING_EQUAL(row[2], "640");
		CU_ASSERT_STRING_EQUAL(row[3], "4096");
		CU_ASSERT_STRING_EQUAL(row[4], "test_linux_osda");
		CU_ASSERT_STRING_EQUAL(row[6], "0");
		CU_ASSERT_STRING_EQUAL(row[11], "");
		CU_ASSERT_TRUE(strlen(row[13]) == strlen("Thu Jan  1 00:00:00 1970"));
	}
	if (sem >= 0 && has(&l, "semaphores", "semid", sem, row)) {
		CU_ASSERT_STRING_EQUAL(row[2], "600");
		CU_ASSERT_STRING_EQUAL(row[3], "3");
	}
	if (msg >= 0 && has(&l, "msg", "msqid", msg, row))
		CU_ASSERT_STRING_EQUAL(row[2], "604");
	live_close(&l);
	shmctl(shm, IPC_RMID, NULL);
	semctl(sem, 0, IPC_RMID);
	msgctl(msg, IPC_RMID, NULL);
}

static void test_os_all(void)
{
	const struct target_table_info *info;
	struct target_table t;
	struct live l;
	size_t n;

	live_open(&l);
	info = target_tables(l.t, &n);
	CU_ASSERT_EQUAL(n, 11);
	for (size_t i = 0; i < n; i++) {
		CU_ASSERT_EQUAL(target_table(l.t, info[i].name, &t), TARGET_OK);
		CU_ASSERT_TRUE(info[i].label && info[i].title);
		if (!strcmp(info[i].name, "cpus")) {
			CU_ASSERT_EQUAL(target_table_rows(&t),
					(size_t)sysconf(_SC_NPROCESSORS_ONLN));
			CU_ASSERT_STRING_EQUAL(t.columns[0], "processor");
		}
		target_table_deinit(&t);
	}
	CU_ASSERT_EQUAL(target_table(l.t, "nothing", &t), TARGET_INVALID);
	live_close(&l);
}

static const struct unit_test tests[] = {
	{ "processes", test_os_processes },
	{ "sockets", test_os_sockets },
	{ "IPC", test_os_ipc },
	{ "all", test_os_all },
};

int main(void)
{
	return unit_run("linux_osdata", tests, sizeof(tests) / sizeof(tests[0]));
}
