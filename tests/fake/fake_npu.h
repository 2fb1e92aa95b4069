#ifndef TESTS_FAKE_FAKE_NPU_H
#define TESTS_FAKE_FAKE_NPU_H

#include "target/device/message.h"

/**
 * A device that is as small as its messages allow: cores that run straight code, word by word, up
 * to a BREAK, an END or for ever; one block of memory; registers that spell core and number. It is
 * fed commands and gives replies and events; the driver in front of it is another matter
 * (drv_model.h).
 */

enum { NPU_CORES = 4, NPU_MEMORY = 3 * 4096, NPU_RING = 9, NPU_TURNS = 64 };

#define NPU_BASE  UINT64_C(0x120000000000) /* of its memory */
#define NPU_BREAK 0x41800000u
#define NPU_END	  0x41600000u
#define NPU_LOOP  0x40000000u /* jumps to itself */
#define NPU_FAULT 0x00000000u /* an exception */

struct npu_core {
	struct device_core_id id;
	enum device_status status;
	uint64_t pc;
	uint32_t block;
	uint8_t position; /* of its stops; what commands for it have to say (wide) */
	uint16_t thread;
	uint16_t dim[2]; /* x and y of its SIMT function; z is 1 */
	bool silent; /* answers nothing that is asked of it */
	bool skips;  /* the hardware breakpoint that it stands at */
};

/** Messages on the way to the host that are not what was sent. */
struct npu_wrong {
	uint8_t at, value;    /* one byte of them */
	unsigned skip, times; /* so many are right first, then so many wrong */
};

struct fake_npu {
	bool wide;
	bool refuses_suspend;
	bool unmapped;	 /* no memory can be copied */
	bool gone;	 /* the way to it is lost */
	bool old_warps;	 /* warps are asked for by a thread, not by number */
	bool no_numbers; /* replies do not carry the number of their command */
	uint8_t memory[NPU_MEMORY];
	uint8_t icache[NPU_MEMORY]; /* what is executed: memory as of the last invalidation */
	struct npu_core cores[NPU_CORES];
	uint32_t stream, task;
	uint64_t hard; /* the one hardware breakpoint there is; 0: free */
	uint16_t hard_stream;
	uint8_t ring[NPU_RING][DEVICE_MESSAGE];
	size_t first, count;
	unsigned swallow;	/* so many replies get lost */
	unsigned lost;		/* messages that found the ring full */
	unsigned delay;		/* so many receives find nothing first */
	unsigned commands[128]; /* how often each came */
	bool hasty;		/* who waits for it does so without a pause */
	struct npu_wrong wrong;
	unsigned refreshed[NPU_CORES]; /* how often each looked at its code anew */
	uint32_t tgid;		       /* whose memory was copied last */
};

/** Two AIC and two AIV, no task. */
void npu_init(struct fake_npu *n);
/** Starts a task at pc on the cores with a bit in `cores` (place in the array). */
void npu_launch(struct fake_npu *n, uint64_t pc, unsigned cores);
void npu_word(struct fake_npu *n, uint64_t at, uint32_t word); /* as a loader does: icache too */
uint32_t npu_word_at(const struct fake_npu *n, uint64_t at);   /* of memory */
/** Runs all running cores a little; events go into the ring. */
void npu_turn(struct fake_npu *n);
/** One command; false: the ring is full and the reply is lost. */
bool npu_command(struct fake_npu *n, const uint8_t *sqe);
/** A message of nobody knows what; false: the ring is full. */
bool npu_push(struct fake_npu *n, const uint8_t *cqe);
/** false: nothing is there. */
bool npu_receive(struct fake_npu *n, uint8_t *cqe);
/** false: not all of it is memory. */
bool npu_copy(struct fake_npu *n, bool to_host, uint64_t at, void *buf, size_t size);

#endif
