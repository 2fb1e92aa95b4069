/*
 * Handlers of the signals that end the server out of order. main installs them; letting processes
 * go is the guardian's business (guardian.c). Only async-signal-safe calls, on a stack of their
 * own, behind which they find their state.
 */
#include "stub/crash.h"

#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include "stub/guardian.h"
#include "stub/log.h"
#include "stub/packet_ring.h"

enum { STACK = 1 << 17, FRAMES = 64 };

struct crash {
	char stack[STACK];
	struct crash_setup setup;
	volatile sig_atomic_t ending; /* 0, or how the signal came that ends the server */
};

enum { PASSED_ON = 1, CAME_HERE = 2 };

static const int broken[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGQUIT, SIGXCPU };
static const int ends[] = { SIGTERM, SIGINT, SIGHUP };

static int way_of(int si_code)
{
	return si_code == SI_QUEUE ? PASSED_ON : CAME_HERE;
}

/* The kernel gives the handler the stack it runs on: signal handlers take no other argument. */
static struct crash *state_of(void *context)
{
	return ((ucontext_t *)context)->uc_stack.ss_sp;
}

/* --- words --- */

static bool say(int fd, const char *text)
{
	return log_write_all(fd, text, strlen(text));
}

static void say_number(int fd, uint64_t n, unsigned base)
{
	char digits[24], *at = digits + sizeof(digits) - 1;

	*at = '\0';
	do
		*--at = "0123456789abcdef"[n % base];
	while (n /= base);
	(void)say(fd, at);
}

struct frames {
	void *at[FRAMES];
	int n;
};

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *to)
{
	struct frames *f = to;

	f->at[f->n] = (void *)(uintptr_t)_Unwind_GetIP(context);
	f->n += f->at[f->n] != NULL;
	return f->n < FRAMES ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static void report(const struct crash *c, int fd, int signal, const siginfo_t *info)
{
	struct frames frames = { .n = 0 };

	if (!say(fd, "error: the server is broken: signal "))
		return;
	say_number(fd, (uint64_t)signal, 10);
	if (info->si_code > 0) {
		(void)say(fd, " at 0x");
		say_number(fd, (uintptr_t)info->si_addr, 16);
	}
	(void)say(fd, "\nthe last packets, r: sent, w: received\n");
	if (c->setup.packets)
		packet_ring_write(c->setup.packets, fd);
	(void)say(fd, "backtrace\n");
	/* backtrace() would load the library that this function is linked from */
	_Unwind_Backtrace(add_frame, &frames);
	for (int i = 0; i < frames.n && log_takes(fd); i++)
		backtrace_symbols_fd(&frames.at[i], 1, fd);
}

/* --- handlers --- */

static void undo(const struct crash *c)
{
	if (c->setup.guardian)
		guardian_undo(c->setup.guardian);
}

/* With the handler gone the signal does what it would have done; it comes when this one returns. */
static void again(int signal)
{
	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), signal);
}

static void on_broken(int signal, siginfo_t *info, void *context)
{
	const struct crash *c = state_of(context);

	undo(c);
	report(c, log_fd(c->setup.log), signal, info);
	again(signal);
}

/* One signal to the whole process group comes twice, here and through the guardian. */
static void on_end(int signal, siginfo_t *info, void *context)
{
	const struct crash *c = state_of(context);
	struct sigaction preset = { .sa_handler = SIG_DFL };

	if (c->ending && c->ending != way_of(info->si_code))
		return;
	undo(c);
	sigaction(signal, &preset, NULL);
	again(signal);
}

static void install(int signal, void (*handler)(int, siginfo_t *, void *), bool once)
{
	unsigned flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART | (once ? SA_RESETHAND : 0u);
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = (int)flags };
	struct sigaction before;

	sigfillset(&action.sa_mask);
	sigaction(signal, NULL, &before);
	if (before.sa_handler != SIG_IGN)
		sigaction(signal, &action, NULL);
}

struct crash *crash_watch(const struct crash_setup *setup)
{
	struct crash *c =
		mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (c == MAP_FAILED)
		return NULL;
	c->setup = *setup;
	const stack_t stack = { .ss_sp = c->stack, .ss_size = sizeof(c->stack) };
	if (sigaltstack(&stack, NULL) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		install(broken[i], on_broken, true);
	for (size_t i = 0; setup->guardian && i < sizeof(ends) / sizeof(ends[0]); i++)
		install(ends[i], on_end, false);
	signal(SIGXFSZ, SIG_IGN); /* a log that may not grow is an error of write */
	return c;
}

void crash_server_ends(struct crash *c, int si_code)
{
	sigset_t set;

	if (!c)
		return;
	c->ending = way_of(si_code);
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaddset(&set, ends[i]);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}
