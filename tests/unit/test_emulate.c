/*
 * Instructions that the server executes itself, each beside the CPU: random bytes at random
 * registers, by host_emulate() on a copy and by PTRACE_SINGLESTEP in a child; registers, flags and
 * memory have to be the same. Nothing is expected of the instructions but that.
 */
#include <elf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <Zydis/Zydis.h>

#include "target/linux/host.h"
#include "tests/unit/unit.h"

enum {
	CODE_BYTES = 4096,
	DATA_BYTES = 65536,
	INSN = 15,
	TRIES = 400000,
	STEPS = 20000,
	KINDS_MIN = 80, /* mnemonics that have to be among them */
};

/* The code stands right in front of the data, so that both are near to each other. */
struct world {
	pid_t child;
	uint8_t *code, *data; /* shared with the child */
	uint8_t *model;	      /* the data as the emulated ones leave it */
	struct user_regs_struct begin;
	bool wrote;
	uint64_t random;
};

static uint64_t dice(struct world *w)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return w->random;
}

static uint8_t *in_model(struct world *w, uint64_t at, size_t n)
{
	uint64_t start = (uintptr_t)w->data;

	return at >= start && at - start <= DATA_BYTES - n ? w->model + (at - start) : NULL;
}

static bool model_read(void *ctx, uint64_t at, void *buf, size_t n)
{
	const uint8_t *from = in_model(ctx, at, n);

	if (from)
		memcpy(buf, from, n);
	return from;
}

static bool model_write(void *ctx, uint64_t at, const void *data, size_t n)
{
	struct world *w = ctx;
	uint8_t *to = in_model(w, at, n);

	CU_ASSERT_FALSE(w->wrote);
	if (!to)
		return false;
	memcpy(to, data, n);
	w->wrote = true;
	return true;
}

static bool wait_trap(pid_t child)
{
	int status = 0;

	return waitpid(child, &status, 0) == child && WIFSTOPPED(status) &&
	       WSTOPSIG(status) == SIGTRAP;
}

static bool begin(struct world *w)
{
	*w = (struct world){ .random = 88172645463325252u };
	w->model = malloc(DATA_BYTES);
	w->code = mmap(NULL, CODE_BYTES + DATA_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (!w->model || w->code == MAP_FAILED)
		return false;
	w->data = w->code + CODE_BYTES;
	for (size_t i = 0; i < DATA_BYTES; i++)
		w->model[i] = w->data[i] = (uint8_t)dice(w);
	w->child = fork();
	if (!w->child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGTRAP);
		_exit(0);
	}
	return w->child > 0 && wait_trap(w->child) &&
	       !ptrace(PTRACE_GETREGS, w->child, NULL, &w->begin);
}

static void end(struct world *w)
{
	if (w->child > 0) {
		kill(w->child, SIGKILL);
		waitpid(w->child, NULL, 0);
	}
	munmap(w->code, CODE_BYTES + DATA_BYTES);
	free(w->model);
}

/* A pointer to the data, a small number, or any. */
static uint64_t random_value(struct world *w)
{
	uint64_t kind = dice(w) % 4, value = dice(w);

	if (kind < 2)
		return (uintptr_t)w->data + DATA_BYTES / 4 + value % (DATA_BYTES / 2);
	return kind == 2 ? value % 512 : value;
}

static struct user_regs_struct random_regs(struct world *w)
{
	enum { FLAGS = 0x8d5, DF = 0x400, ALWAYS = 0x202 };
	struct user_regs_struct r = w->begin;
	unsigned long long *const all[] = { &r.rax, &r.rbx, &r.rcx, &r.rdx, &r.rsi, &r.rdi,
					    &r.rbp, &r.rsp, &r.r8,  &r.r9,  &r.r10, &r.r11,
					    &r.r12, &r.r13, &r.r14, &r.r15 };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		*all[i] = random_value(w);
	r.rip = (uintptr_t)w->code + dice(w) % (CODE_BYTES - INSN);
	r.eflags = (dice(w) & (FLAGS | DF)) | ALWAYS;
	r.fs_base = (uintptr_t)w->data + dice(w) % 256;
	r.gs_base = (uintptr_t)w->data + dice(w) % 256;
	r.orig_rax = (unsigned long long)-1;
	return r;
}

/* Prefixes now and then, one of the two opcode maps, and bytes of which many are small. */
static void random_code(struct world *w, uint8_t *code)
{
	static const uint8_t prefixes[] = { 0x66, 0x64, 0x65, 0x67, 0xf2, 0xf3, 0xf0, 0x2e, 0x3e };
	size_t n = 0;

	if (dice(w) % 4 == 0)
		code[n++] = prefixes[dice(w) % sizeof(prefixes)];
	if (dice(w) % 2)
		code[n++] = (uint8_t)(0x40 + dice(w) % 16);
	if (dice(w) % 3 == 0)
		code[n++] = 0x0f;
	code[n] = (uint8_t)dice(w);
	if (n && code[n - 1] == 0x0f && dice(w) % 2)
		code[n] = (uint8_t)(0x40 + dice(w) % 16 * 16 + dice(w) % 16);
	n++;
	code[n++] = (uint8_t)dice(w);
	for (; n < INSN; n++)
		code[n] = dice(w) % 2 ? (uint8_t)dice(w) : 0;
}

static bool equal(const char *what, uint64_t emulated, uint64_t real, const uint8_t *code)
{
	if (emulated == real)
		return true;
	printf("%s: emulated %#llx, CPU %#llx:", what, (unsigned long long)emulated,
	       (unsigned long long)real);
	for (size_t i = 0; i < INSN; i++)
		printf(" %02x", code[i]);
	printf("\n");
	return false;
}

static bool same_regs(const struct user_regs_struct *a, const struct user_regs_struct *b,
		      const uint8_t *code)
{
	static const char *const names[] = { "r15",    "r14", "r13", "r12",	"rbp",	   "rbx",
					     "r11",    "r10", "r9",  "r8",	"rax",	   "rcx",
					     "rdx",    "rsi", "rdi", "-",	"rip",	   "cs",
					     "eflags", "rsp", "ss",  "fs_base", "gs_base", "ds",
					     "es",     "fs",  "gs" };
	const unsigned long long *x = (const void *)a, *y = (const void *)b;
	bool ok = true;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ok &= equal(names[i], x[i], y[i], code);
	return ok;
}

/* The same by the CPU; false: something is different. */
static bool check_step(struct world *w, const struct user_regs_struct *before,
		       const struct user_regs_struct *emulated)
{
	const uint8_t *code = (const uint8_t *)(uintptr_t)before->rip;
	struct user_regs_struct real;

	if (ptrace(PTRACE_SETREGS, w->child, NULL, before) ||
	    ptrace(PTRACE_SINGLESTEP, w->child, NULL, NULL))
		return false;
	if (!wait_trap(w->child) || ptrace(PTRACE_GETREGS, w->child, NULL, &real))
		return equal("stop", 0, 1, code);
	return same_regs(emulated, &real, code) &&
	       equal("memory", 0, (uint64_t)(memcmp(w->model, w->data, DATA_BYTES) != 0), code);
}

static ZydisMnemonic mnemonic(const uint8_t *code)
{
	ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction i;
	ZydisDecoder decoder;

	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	return ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, code, INSN, &i, op))
		       ? i.mnemonic
		       : ZYDIS_MNEMONIC_INVALID;
}

static void test_beside_cpu(void)
{
	static bool seen[ZYDIS_MNEMONIC_MAX_VALUE + 1];
	struct host_memory m = { .read = model_read, .write = model_write };
	size_t steps = 0, kinds = 0;
	struct world w;

	memset(seen, 0, sizeof(seen));
	m.ctx = &w;
	CU_ASSERT_TRUE_FATAL(begin(&w));
	for (size_t i = 0; i < TRIES && steps < STEPS; i++) {
		struct user_regs_struct before = random_regs(&w), after = before;
		uint8_t *code = (uint8_t *)(uintptr_t)before.rip;

		random_code(&w, code);
		w.wrote = false;
		if (!host_emulate(&after, sizeof(after), code, INSN, &m)) {
			CU_ASSERT_EQUAL(memcmp(&before, &after, sizeof(after)), 0);
			CU_ASSERT_FALSE(w.wrote);
			continue;
		}
		steps++;
		kinds += !seen[mnemonic(code)];
		seen[mnemonic(code)] = true;
		CU_ASSERT_TRUE_FATAL(check_step(&w, &before, &after));
	}
	printf("%zu steps, %zu kinds\n", steps, kinds);
	CU_ASSERT(steps > STEPS / 2);
	CU_ASSERT(kinds >= KINDS_MIN);
	end(&w);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "beside the CPU", test_beside_cpu },
	};

	return unit_run("emulate", tests, sizeof(tests) / sizeof(tests[0]));
}
