/*
 * The guardian: the process in front of the server. Called by main before anything else is opened.
 * The order of a process's end in Linux is what it builds on: robust mutexes are released early,
 * what was traced is let go late (get_robust_list(2); do_exit() in the kernel), so that the
 * program's code is restored, as a rule, before its threads run again.
 */
#include "stub/guardian.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stub/say.h"

enum { SOCKETS = 3 }; /* COMM, --device-port, the runtime stubs' */

/* In memory that both processes share. */
struct guardian {
	pthread_mutex_t alive; /* robust; the server holds it as long as it lives */
	struct unix_socket sockets[SOCKETS];
	size_t socket_count;
	struct rescue *rescue;
	guardian_let_go let_go;
	pid_t guardian;
};

static const int passed_on[] = { SIGTERM, SIGINT, SIGHUP };

enum {
	PASSED_ON = sizeof(passed_on) / sizeof(passed_on[0]),
	ANSWER_S = 5, /* the second signal ends a server within milliseconds, if it hears it */
};

/* The server, for the signal handler; 0: it has ended. */
static volatile sig_atomic_t server_pid;
static volatile sig_atomic_t signals_passed;
static volatile sig_atomic_t gave_up;
/* A terminal that is closed tells only the process that leads its session. */
static volatile sig_atomic_t leads_session;

static struct guardian *make(guardian_let_go let_go)
{
	pthread_mutexattr_t how;
	struct guardian *g =
		mmap(NULL, sizeof(*g), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (g == MAP_FAILED)
		return NULL;
	g->rescue = rescue_create();
	if (!g->rescue) {
		munmap(g, sizeof(*g));
		return NULL;
	}
	g->let_go = let_go;
	g->guardian = getpid();
	pthread_mutexattr_init(&how);
	pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&g->alive, &how);
	pthread_mutexattr_destroy(&how);
	return g;
}

/* --- the server's side --- */

static void be_server(struct guardian *g, int locked)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != g->guardian)
		_exit(1);
	/* the name that users know, and kill by, is the guardian's */
	prctl(PR_SET_NAME, "ascend-tracer");
	pthread_mutex_lock(&g->alive);
	close(locked);
	/* where there is no job control a SIGKILL to the whole group shall not reach both */
	int terminal = open("/dev/tty", O_RDONLY | O_CLOEXEC);
	if (terminal < 0)
		setpgid(0, 0);
	else
		close(terminal);
}

pid_t guardian_pid(const struct guardian *g)
{
	return g->guardian;
}

bool guardian_is_gone(const struct guardian *g)
{
	return getppid() != g->guardian;
}

struct rescue *guardian_rescue(const struct guardian *g)
{
	return g->rescue;
}

void guardian_note_socket(struct guardian *g, const struct unix_socket *s)
{
	assert(g->socket_count < SOCKETS);
	g->sockets[g->socket_count] = *s;
	g->socket_count++; /* last: the server may die at any moment */
}

static void remove_sockets(const struct guardian *g)
{
	for (size_t i = 0; i < g->socket_count; i++)
		unix_socket_remove(&g->sockets[i]);
}

void guardian_undo(const struct guardian *g)
{
	g->let_go(g->rescue, false);
	remove_sockets(g);
}

/* --- the guardian's side --- */

/* The terminal's keys go to both. SI_QUEUE tells the server which came through here. */
static void pass_on(int signal, siginfo_t *info, void *context)
{
	bool here_only = info->si_code != SI_KERNEL || (signal == SIGHUP && leads_session);
	int error = errno;

	(void)context;
	if (here_only && server_pid)
		sigqueue(server_pid, signal, (union sigval){ .sival_int = 0 });
	if (++signals_passed == 2)
		alarm(ANSWER_S);
	errno = error;
}

/* A server that hangs does not keep its user, nor the programs that it has stopped. */
static void give_up(int signal)
{
	int error = errno;

	(void)signal;
	gave_up = server_pid && kill(server_pid, SIGKILL) == 0;
	errno = error;
}

static void catch_signals(void)
{
	struct sigaction catch = { .sa_sigaction = pass_on, .sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigaction late = { .sa_handler = give_up, .sa_flags = SA_RESTART };

	sigaction(SIGALRM, &late, NULL);
	for (size_t i = 0; i < PASSED_ON; i++) {
		struct sigaction before;

		/* nohup(1) and shells without job control ignore some */
		sigaction(passed_on[i], NULL, &before);
		if (before.sa_handler != SIG_IGN)
			sigaction(passed_on[i], &catch, NULL);
	}
}

/* The client's end of a pipe must not stay open here; messages still go to the terminal. */
static void close_files(void)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	close_range(STDERR_FILENO + 1, ~0u, 0);
}

static void forget_segment(uintptr_t base, const ElfW(Phdr) * h)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = (base + h->p_vaddr) & -page;
	uintptr_t end = (base + h->p_vaddr + h->p_memsz) & -page;

	if (h->p_type == PT_LOAD && !(h->p_flags & PF_W) && end > start)
		madvise((void *)start, end - start, MADV_DONTNEED);
}

/* Pages of code and constants come back from the files when they are needed. */
static int forget_pages(struct dl_phdr_info *info, size_t size, void *ctx)
{
	ElfW(Phdr) first = { .p_type = PT_NULL }; /* has the headers: it goes last */

	(void)size;
	(void)ctx;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];

		if (h->p_type == PT_LOAD && h->p_offset == 0)
			first = *h;
		else
			forget_segment(info->dlpi_addr, h);
	}
	forget_segment(info->dlpi_addr, &first);
	return 0;
}

static void end_as(int status)
{
	const struct rlimit none = { 0 };

	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	/* the server has left the core file that there is to be */
	setrlimit(RLIMIT_CORE, &none);
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	_exit(128 + WTERMSIG(status));
}

static bool is_passed_on(int signal)
{
	bool found = false;

	for (size_t i = 0; i < PASSED_ON; i++)
		found |= passed_on[i] == signal;
	return found;
}

/* The server ended in no order. */
static void clean_up(struct guardian *g, int status)
{
	g->let_go(g->rescue, true);
	remove_sockets(g);
	if (gave_up)
		say_to_user("ascend-gdbserver: the server did not answer two signals and was "
			    "killed; what did not end with it goes on without "
			    "breakpoints\n");
	else if (WIFSIGNALED(status) && !is_passed_on(WTERMSIG(status)))
		say_to_user(
			"ascend-gdbserver: signal %d ended the server; what did not end with it "
			"goes on without breakpoints\n",
			WTERMSIG(status));
}

static void wait_locked(int locked)
{
	char byte;

	while (read(locked, &byte, 1) < 0 && errno == EINTR)
		;
}

static void be_guardian(struct guardian *g, pid_t server, int locked)
{
	int status = 0;

	server_pid = server;
	leads_session = getsid(0) == getpid();
	catch_signals();
	wait_locked(locked);
	close_files();
	dl_iterate_phdr(forget_pages, NULL);
	pthread_mutex_lock(&g->alive);
	rescue_restore(g->rescue, 0); /* its threads still stand now */
	while (waitpid(server, &status, 0) < 0 && errno == EINTR)
		;
	server_pid = 0;
	if (rescue_due(g->rescue) || WIFSIGNALED(status))
		clean_up(g, status);
	end_as(status);
}

struct guardian *guardian_split(guardian_let_go let_go)
{
	struct guardian *g = make(let_go);
	int locked[2];

	signal(SIGPIPE, SIG_IGN); /* nobody may read what is said */
	if (!g || pipe2(locked, O_CLOEXEC) != 0)
		return NULL;
	pid_t pid = fork();
	if (pid < 0) {
		close(locked[0]);
		close(locked[1]);
		return NULL;
	}
	close(locked[pid != 0]);
	if (pid)
		be_guardian(g, pid, locked[0]);
	be_server(g, locked[1]);
	return g;
}
