/*
 * Registers. `g` carries only the first registers of the layout (arch_desc.g_count): each of the
 * others may cost a round trip to a device, and gdb asks for them with `p` when it needs them.
 */
#include <string.h>

#include "rsp/hex.h"
#include "stub/commands.h"
#include "stub/reply.h"

static const struct arch_desc *layout(struct session *s, struct target_tid *tid)
{
	*tid = session_thread(s);
	return target_arch(s->target, *tid);
}

enum target_status cmd_regs_read(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	struct target_tid tid;
	const struct arch_desc *d = layout(s, &tid);
	enum target_status status = d ? TARGET_OK : TARGET_NO_THREAD;

	(void)a;
	for (size_t i = 0; status == TARGET_OK && i < d->g_count; i++)
		status = reply_register(s, tid, i, out);
	return status;
}

enum target_status cmd_reg_read(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	if (a->num[0] > SIZE_MAX)
		return TARGET_INVALID;
	enum target_status status = reply_register(s, session_thread(s), (size_t)a->num[0], out);
	/* lldb does not know x digits and would show made-up bytes */
	if (status == TARGET_OK && s->client.lldb && out->len && out->data[0] == 'x')
		return target_fail(s->target, TARGET_UNAVAILABLE, "the register was not saved");
	return status;
}

static enum target_status write_one(struct session *s, struct target_tid tid, size_t reg,
				    struct rsp_text digits)
{
	const struct arch_desc *d = target_arch(s->target, tid);
	uint8_t value[ARCH_REG_MAX_BYTES];

	if (!d)
		return TARGET_NO_THREAD;
	if (reg >= d->reg_count || digits.n != 2 * arch_reg_size(&d->regs[reg]) ||
	    !rsp_hex_decode(digits.p, digits.n, value))
		return TARGET_INVALID;
	return target_reg_write(s->target, tid, reg, value);
}

enum target_status cmd_reg_write(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)out;
	if (a->num[0] > SIZE_MAX)
		return TARGET_INVALID;
	return write_one(s, session_thread(s), (size_t)a->num[0], a->rest);
}

/* "G": exactly the registers of `g`; x digits leave a register as it is. */
enum target_status cmd_regs_write(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	struct target_tid tid;
	const struct arch_desc *d = layout(s, &tid);
	struct rsp_text t = a->rest;
	enum target_status status = d ? TARGET_OK : TARGET_NO_THREAD;

	(void)out;
	for (size_t i = 0; status == TARGET_OK && i < d->g_count; i++) {
		size_t digits = 2 * arch_reg_size(&d->regs[i]);

		if (t.n < digits)
			return TARGET_INVALID;
		if (*t.p != 'x')
			status = write_one(s, tid, i, (struct rsp_text){ t.p, digits });
		t.p += digits;
		t.n -= digits;
	}
	return status == TARGET_OK && t.n ? TARGET_INVALID : status;
}
