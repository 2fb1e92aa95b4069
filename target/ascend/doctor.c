/*
 * `monitor doctor`, the kernels: what their files lack, and whether the device runs what is in
 * them. Called for a dump as an operation, for live devices by target/device.
 */
#include <string.h>

#include "target/ascend/ascend_priv.h"
#include "target/doctor.h"

static const char what[] = "kernel";

/* Data next to the code may have changed: only instructions are compared. */
static bool same_piece(const struct ascend_kernel *k, uint64_t at, const uint8_t *device,
		       const uint8_t *file, size_t n)
{
	for (size_t i = 0; i + 4 <= n; i += 4)
		if (symbols_covers(k->object, at + i) && memcmp(device + i, file + i, 4) != 0)
			return false;
	return true;
}

enum match { SAME, OTHER, UNREADABLE };

/* The code on the device, without breakpoints, and that of the file. */
static enum match compare(struct ascend *a, const struct ascend_kernel *k)
{
	enum { PIECE = 4096 };
	uint8_t piece[PIECE];
	size_t size, done;
	const uint8_t *file = symbols_load_image(k->object, &size);

	for (size_t at = 0; file && at < size; at += PIECE) {
		size_t n = size - at < PIECE ? size - at : PIECE;

		if (a->source->global(a, k->base + at, piece, n, &done) != TARGET_OK || done < n)
			return UNREADABLE;
		if (!same_piece(k, k->base + at, piece, file + at, n))
			return OTHER;
	}
	return SAME;
}

static void check_code(struct ascend *a, const struct ascend_kernel *k, struct doctor *r)
{
	/* a dump was compared when it was opened, as far as it has the code */
	enum match match = a->source->point ? compare(a, k) : k->differs ? OTHER : SAME;

	if (match == OTHER) {
		doctor_problem(r, what, "%s: its file " ASCEND_DIFFERS, k->name);
		doctor_mend(r, "%s",
			    a->source->point ? "build the program and its kernels again, and run "
					       "what was built"
					     : "name the kernel file that ran: --core FILE COMM "
					       "KERNEL.o");
	} else if (match == UNREADABLE) {
		doctor_problem(r, what,
			       "%s: its code at %#llx cannot be read: no breakpoint can be set "
			       "in it",
			       k->name, (unsigned long long)k->base);
		doctor_mend(r, "use hardware breakpoints (hbreak) where the chip has them");
	}
}

static void check_kernel(struct ascend *a, const struct ascend_kernel *k, struct doctor *r)
{
	const char *note = k->object ? symbols_note(k->object) : NULL;

	if (!k->object) {
		doctor_problem(r, what, "%s: no usable file: no functions, no lines", k->name);
		doctor_mend(r, "name its file: --core FILE COMM KERNEL.o");
		return;
	}
	if (!symbols_has_lines(k->object)) {
		doctor_problem(r, what, "%s: %s", k->name,
			       note ? note : "compiled without -g: no lines");
		doctor_mend(r, "compile it with -g -O0 --cce-ignore-always-inline=true");
	} else {
		doctor_ok(r, what, "%s at %#llx, with lines%s%s", k->name,
			  (unsigned long long)k->base, note ? "; " : "", note ? note : "");
	}
	check_code(a, k, r);
}

void ascend_doctor(struct target *t, struct doctor *r)
{
	struct ascend *a = (struct ascend *)t;

	for (size_t i = 0; i < a->kernel_count; i++)
		check_kernel(a, &a->kernels[i], r);
	if (a->kernel_count && a->source->point)
		doctor_note(r, "breakpoints",
			    "one that gdb keeps pending names no function or file of these "
			    "kernels: monitor ascend info kernels, info functions");
}
