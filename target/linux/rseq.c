/*
 * The struct rseq of a thread: the CPU it ran on, for stop replies, and whether it stands in a
 * restartable sequence, for emulation. Facts: include/uapi/linux/rseq.h of the kernel, ptrace(2).
 */
#include "target/linux/rseq.h"

#include <sys/ptrace.h>
#include <sys/uio.h>

#include "target/linux/linux_priv.h"

enum { CPUS = 1 << 13 /* more than any kernel for this CPU has: the program can write there */ };

/* The start of it. */
struct head {
	uint32_t cpu_start;
	int32_t cpu;
	uint64_t section;
};

_Static_assert(offsetof(struct head, section) == LINUX_RSEQ_SECTION_AT, "as the kernel has it");

static bool ask_place(const struct linux_thread *th, uint64_t *at)
{
	struct {
		uint64_t at;
		uint32_t size, signature, flags, pad;
	} said;

	if (ptrace(PTRACE_GET_RSEQ_CONFIGURATION, th->tid, sizeof(said), &said) !=
	    (long)sizeof(said))
		return false;
	*at = said.at;
	return true;
}

/* head NULL: the pieces alone. false: the head cannot be read. */
static bool read_all(const struct linux_thread *th, struct head *head, struct linux_piece *pieces)
{
	struct iovec here[1 + LINUX_PIECES], there[1 + LINUX_PIECES];
	size_t want = head ? sizeof(*head) : 0, all = want;
	unsigned n = 0;

	here[n] = (struct iovec){ head, want };
	there[n++] = (struct iovec){ (void *)(uintptr_t)th->rseq.at, want };
	for (unsigned i = 0; pieces && i < LINUX_PIECES; i++) {
		here[n] = (struct iovec){ pieces[i].buf, pieces[i].n };
		there[n++] = (struct iovec){ (void *)(uintptr_t)pieces[i].at, pieces[i].n };
		all += pieces[i].n;
	}
	ssize_t got = all ? process_vm_readv(th->tid, here, n, there, n, 0) : 0;
	for (unsigned i = 0; pieces && got != (ssize_t)all && i < LINUX_PIECES; i++)
		pieces[i].n = 0;
	return !head || got >= (ssize_t)want;
}

bool linux_rseq_look(const struct linux_target *l, struct linux_thread *th,
		     struct linux_piece *pieces)
{
	struct linux_rseq *r = &th->rseq;
	struct head head = { .cpu = -1 };

	if (r->known && r->writes == l->writes)
		return read_all(th, NULL, pieces);
	/* a thread that has one keeps it for its life, or until exec */
	if ((!r->at && !ask_place(th, &r->at)) || !read_all(th, r->at ? &head : NULL, pieces))
		return false;
	r->section = head.section;
	r->cpu = head.cpu < CPUS ? head.cpu : -1;
	r->writes = l->writes;
	r->known = true;
	return true;
}
