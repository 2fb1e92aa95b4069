/*
 * Starting what the benchmarks of live processes compare: an app, a server attached to it, a raw
 * client. Servers choose their ports and say which.
 */
#include "tests/bench/peer.h"

#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "target/auto.h"

enum { LLDB_PORT_FD = 3, WORDS = 7 };

double peer_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Runs a program whose descriptor `fd` is read by *said. -1: it could not be started. */
static pid_t spawn(const char *const *argv, int fd, FILE **said)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	*said = fdopen(ends[0], "r");
	pid_t pid = fork();
	if (!pid) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);
		int end = fcntl(ends[1], F_DUPFD_CLOEXEC, LLDB_PORT_FD + 1);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 0; i < LLDB_PORT_FD; i++)
			dup2(null, i);
		dup2(end, fd);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(ends[1]);
	return pid;
}

static bool begin_app(struct peer *p, const char *folder, unsigned threads, size_t bytes)
{
	char program[512], count[16], size[24];
	const char *argv[] = { program, count, size, NULL };
	FILE *said = NULL;

	snprintf(program, sizeof(program), "%s/tests/bench/live_app", folder);
	snprintf(count, sizeof(count), "%u", threads);
	snprintf(size, sizeof(size), "%zu", bytes);
	p->app = spawn(argv, STDOUT_FILENO, &said);
	bool ok = said && fscanf(said, "%" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64, &p->hit,
				 &p->range, &p->range_end, &p->memory) == 4;
	if (said)
		fclose(said);
	return ok;
}

/* The number behind "Listening on port"; lldb-server writes nothing but the number. */
static bool read_port(struct peer *p, char port[16])
{
	AUTO_FREE char *line = NULL;
	const char *words = p->kind == PEER_LLDB ? "" : "Listening on port ";
	size_t cap = 0;

	while (getdelim(&line, &cap, p->kind == PEER_LLDB ? '\0' : '\n', p->said) > 0) {
		if (strncmp(line, words, strlen(words)))
			continue;
		snprintf(port, 16, "%lu", strtoul(line + strlen(words), NULL, 10));
		return true;
	}
	return false;
}

static bool begin_server(struct peer *p, const char *folder, char port[16])
{
	char ours[512], pid[16];
	const char *all[PEERS][WORDS] = {
		[PEER_OURS] = { ours, "--once", "--attach", "localhost:0", pid },
		[PEER_GDBSERVER] = { "gdbserver", "--once", "--attach", "localhost:0", pid },
		[PEER_LLDB] = { "lldb-server-14", "gdbserver", "--attach", pid, "--pipe", "3",
				"localhost:0" },
	};
	const char *argv[WORDS + 1] = { NULL };

	snprintf(ours, sizeof(ours), "%s/ascend-gdbserver", folder);
	snprintf(pid, sizeof(pid), "%d", p->app);
	memcpy(argv, all[p->kind], sizeof(all[p->kind]));
	double start = peer_now();
	p->server = spawn(argv, p->kind == PEER_LLDB ? LLDB_PORT_FD : STDERR_FILENO, &p->said);
	bool ok = p->said && read_port(p, port);
	p->attach = peer_now() - start;
	return ok;
}

bool peer_begin(struct peer *p, enum peer_kind kind, unsigned threads, size_t bytes)
{
	const char *folder = getenv("O");
	char port[16];

	*p = (struct peer){ .kind = kind, .app = -1, .server = -1, .client.fd = -1 };
	folder = folder ? folder : "build";
	return begin_app(p, folder, threads, bytes) && begin_server(p, folder, port) &&
	       rsp_client_open(&p->client, port);
}

/* The app first: no server can hold it then, whatever state it is in. */
void peer_end(struct peer *p)
{
	pid_t all[] = { p->app, p->server };

	rsp_client_close(&p->client);
	for (size_t i = 0; i < 2; i++)
		if (all[i] > 0)
			kill(all[i], SIGKILL);
	for (size_t i = 0; i < 2; i++)
		if (all[i] > 0)
			waitpid(all[i], NULL, 0);
	if (p->said)
		fclose(p->said);
}

bool peer_ask(struct peer *p, const char *fmt, ...)
{
	char packet[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(packet, sizeof(packet), fmt, args);
	va_end(args);
	if (!rsp_client_ask(&p->client, packet, &p->reply, &p->reply_n) || !p->reply_n)
		return false;
	/* lldb-server's binary replies have no letter in front */
	return *p->reply != 'E' || (p->reply_n != 3 && p->reply[1] != '.');
}

static double rss_of(pid_t pid)
{
	char path[64], line[128];
	double kb = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	FILE *f = fopen(path, "re");
	while (f && !kb && fgets(line, sizeof(line), f))
		if (!strncmp(line, "VmRSS:", 6))
			kb = strtod(line + 6, NULL);
	if (f)
		fclose(f);
	return kb;
}

/* Nanoseconds on a CPU of a process without the threads that have ended. */
static double ran_of(pid_t pid)
{
	char pattern[64];
	double all = 0, one;
	glob_t tasks;

	snprintf(pattern, sizeof(pattern), "/proc/%d/task/*/schedstat", pid);
	if (glob(pattern, 0, NULL, &tasks) != 0)
		return 0;
	for (size_t i = 0; i < tasks.gl_pathc; i++) {
		FILE *f = fopen(tasks.gl_pathv[i], "re");

		if (f && fscanf(f, "%lf", &one) == 1)
			all += one;
		if (f)
			fclose(f);
	}
	globfree(&tasks);
	return all;
}

/* A server may be two processes: ours has one that guards the other. */
static double sum(const struct peer *p, double (*of)(pid_t pid))
{
	double all = of(p->server);
	char path[64];
	int child;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", p->server, p->server);
	FILE *f = fopen(path, "re");
	while (f && fscanf(f, "%d", &child) == 1)
		all += of(child);
	if (f)
		fclose(f);
	return all;
}

double peer_rss(const struct peer *p)
{
	return sum(p, rss_of);
}

double peer_cpu(const struct peer *p)
{
	return sum(p, ran_of) / 1e9;
}
