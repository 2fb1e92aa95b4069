/*
 * The `monitor ascend` commands except x over the fake device: what each prints, and what it says
 * to arguments that make no sense.
 */
#include "tests/fake/fake_monitor.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fake_device *open_device(void)
{
	struct fake_device *f = fake_device_910b();

	CU_ASSERT_FATAL(fake_open(f));
	return f;
}

static void dispatch(void)
{
	struct fake_device *f = open_device();
	struct target_text out = { 0 };
	const char *const ascend[] = { "ascend", "where" };

	CU_ASSERT_EQUAL(fake_monitor(f, AIV11, "help", &out), TARGET_UNSUPPORTED);
	CU_ASSERT_EQUAL(fake_monitor(f, AIV11, "", &out), TARGET_UNSUPPORTED);
	fake_fails(f, AIV11, "ascend", TARGET_INVALID, "ascend what? Type: monitor ascend help");
	fake_fails(f, AIV11, "ascend dance now", TARGET_INVALID,
		   "'ascend dance now' is not known here. Type: monitor ascend help");
	fake_fails(f, AIV11, "ascend info", TARGET_INVALID,
		   "'ascend info' is not known here. Type: monitor ascend help");
	fake_fails(f, AIV11, "ascend info summaryx", TARGET_INVALID,
		   "'ascend info summaryx' is not known here. Type: monitor ascend help");
	fake_fails(f, AIV11, "ascend info summary now", TARGET_INVALID,
		   "too many arguments\nUsage: ascend info summary");
	fake_fails(f, 99, "ascend where", TARGET_NO_THREAD, "device 2 has no thread 7.100");
	/* no thread chosen yet: the focus */
	CU_ASSERT_EQUAL(target_command(&f->a.base, (struct target_tid){ 0, 0 }, 2, ascend, &out),
			TARGET_OK);
	target_text_deinit(&out);
	target_close(&f->a.base);
}

static void help(void)
{
	struct fake_device *f = open_device();
	struct target_text out = { 0 };

	CU_ASSERT_EQUAL(fake_monitor(f, AIV11, "ascend help", &out), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(out.data, target_help(&f->a.base));
	CU_ASSERT_NSTRING_EQUAL(out.data, "ascend info summary -- ", 23);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.data, "\nascend bt [--merge|aic N|aiv N] -- "));
	target_text_deinit(&out);
	target_close(&f->a.base);
}

static void summary(void)
{
	struct fake_device *f = open_device();

	fake_has(f, AIV11, "ascend info summary",
		 "  CoreId  CoreType        PC         DeviceId    ChipType\n"
		 "     3       AIC    0x12c041200010       2        A2/A3\n"
		 "     0       AIV    0x12c041200010       2        A2/A3\n"
		 " *  11       AIV    0x12c041203ea0       2        A2/A3\n"
		 "\n"
		 "  Id           DataType                   MemType                     Addr       "
		 "   "
		 "             Size             CoreId    CoreType    Dim\n"
		 "   0            ARGS                     GM/DCACHE               0x12c000000000  "
		 "   "
		 "              40               NA          NA        NA\n"
		 "   1        INPUT_TENSOR                    GM                   0x12c000001000  "
		 "   "
		 "              64               NA          NA        [4, 8]\n");
	fake_has(f, AIV11, "ascend info summary",
		 "   5            STACK                    GM/DCACHE                0xff000018000  "
		 "   "
		 "             4096              3          AIC        NA\n");
	fake_has(f, AIV11, "ascend info summary", " 0x12c000004000(invalid) ");
	/* the star is at the core of the thread that asks */
	fake_has(f, AIC3, "ascend info summary", "\n *   3       AIC ");
	target_close(&f->a.base);
}

static void summary_odd(void)
{
	struct fake_device *f = fake_device_create(15);
	uint16_t core = fake_core(f, CHIP_AIV, 70);
	size_t b = fake_block(f, ASCEND_INPUT_TENSOR, 0x1000000000, 8, -1);

	f->a.blocks[b].dim_count = 10;
	for (size_t i = 0; i < 10; i++)
		f->a.blocks[b].dims[i] = i;
	fake_block(f, ASCEND_SIMT_STACK, 0x2000000000, 8, core);
	fake_block(f, ASCEND_STACK, 0x3000000000, 8, 5000);
	CU_ASSERT_FATAL(fake_open(f));
	fake_has(f, core, "ascend info summary",
		 " *  70       AIV    0xffffffffffffffff       2        A5\n");
	fake_has(f, core, "ascend info summary", "       [0, 1, 2, 3, 4, 5, 6, 7...]\n");
	fake_has(f, core, "ascend info summary",
		 "   1          VF_STACK                      GM                    0x2000000000   "
		 "   "
		 "               8               70         AIV        NA\n");
	fake_has(f, core, "ascend info summary", "    8               NA          NA        NA\n");
	target_close(&f->a.base);
}

static void info_tables(void)
{
	struct fake_device *f = open_device();

	fake_prints(f, AIV11, "ascend info devices",
		    "  Device Aic_Num Aiv_Num Aic_Mask Aiv_Mask Chip ChipType Origin\n"
		    "*      2       1       2      0x8    0x801 910B    A2/A3   fake\n");
	fake_prints(
		f, AIV11, "ascend info cores",
		"  CoreId Type Device Stream Task Block             PC   stop reason Filename Line "
		"Function\n"
		"       3  aic      2     NA   NA    NA 0x12c041200010 Unknown Error       NA   NA "
		"      NA\n"
		"       0  aiv      2     NA   NA    NA 0x12c041200010 Unknown Error       NA   NA "
		"      NA\n"
		"*     11  aiv      2     NA   NA    NA 0x12c041203ea0     VEC_ERROR       NA   NA "
		"      NA\n");
	fake_has(f, AIV11, "ascend info memory", "Id  DataType");
	fake_has(f, AIV11, "ascend info memory", "0x12c000004000(invalid)");
	fake_has(f, AIV11, "ascend info tensors",
		 "\noutput_0  OUTPUT_TENSOR  NA       NA      0x12c0");
	fake_prints(f, AIV11, "ascend info kernels",
		    "Name  Base  Size  Lines  Origin  File  Digest  Note\n");
	target_close(&f->a.base);
}

static void stop(void)
{
	struct fake_device *f = open_device();
	static const char want[] =
		"AIV 11 (thread 7.37): VEC_ERROR\n"
		"  pc 0x12c041203ea0 in ??  (stored 0x12c04120395c, corrected by the "
		"error registers)\n"
		"  AIC_ERROR_1 = 0x40000000  (decides)\n"
		"    bit 30  vec_ub_wrap_around  unit VEC\n"
		"  AIC_ERROR_2 = 0x00008000\n"
		"    bit 15  reserved_ccu_bus_err  (msDebug: ccu_bus_err)\n"
		"  details: VEC_ERR_INFO_0 = 0x0000fca8, VEC_ERR_INFO_1 = 0x0000000f\n";

	fake_prints(f, AIV11, "ascend stop", want);
	fake_prints(f, AIC3, "ascend stop aiv 11", want);
	fake_prints(f, AIC3, "ascend stop AIV11", want);
	fake_has(f, AIC3, "ascend stop all", want);
	fake_has(f, AIC3, "ascend stop all", "AIC 3 (thread 7.4): Unknown Error\n");
	fake_prints(
		f, AIV0, "ascend stop",
		"AIV 0 (thread 7.26): Unknown Error\n  pc 0x12c041200010 in ??\n"
		"  no error registers were saved for this core: it is not part of the exception "
		"record\n");
	fake_fails(f, AIV11, "ascend stop 11", TARGET_INVALID,
		   "'11' is no core: give aic N or aiv N\nUsage: ascend stop [all|aic N|aiv N]");
	fake_fails(
		f, AIV11, "ascend stop aiv", TARGET_INVALID,
		"'aiv' takes exactly one aiv index argument\nUsage: ascend stop [all|aic N|aiv N]");
	fake_fails(f, AIV11, "ascend stop aiv 5", TARGET_INVALID,
		   "Invalid core id, please check command: ascend info summary");
	target_close(&f->a.base);
}

static void stop_odd(void)
{
	struct fake_device *f = fake_device_create(15);
	uint16_t core = fake_core(f, CHIP_AIV, 70);

	fake_reg(f, core, "MTE_ERROR_T0_0", 0x100);
	fake_reg(f, core, "VEC_ERROR_T0_0", 0);
	CU_ASSERT_FATAL(fake_open(f));
	fake_prints(f, core, "ascend stop",
		    "AIV 70 (thread 7.107): MTE_ERROR\n  pc was not saved\n"
		    "  MTE_ERROR_T0_0 = 0x00000100  (decides)\n    bit  8  (meaning not public)\n");
	target_close(&f->a.base);

	f = fake_device_create(15);
	core = fake_core(f, CHIP_AIV, 70);
	fake_reg(f, core, "MTE_ERROR_T0_0", 0);
	fake_reg(f, core, "VEC_ERROR_T0_0", 4);
	fake_reg(f, core, "VEC_ERR_INFO_T0_5", 0);
	CU_ASSERT_FATAL(fake_open(f));
	fake_has(f, core, "ascend stop", "  in a SIMD vector function\n");
	target_close(&f->a.base);
}

static void which_thread(void)
{
	struct fake_device *f = open_device();

	fake_prints(
		f, AIC3, "ascend aiv 11",
		"AIV 11 is Thread 7.37 here. In gdb: `thread find ^AIV 11$` tells its number N, "
		"`thread N` switches to it.\n");
	fake_has(f, AIC3, "ascend aic 3", "AIC 3 is Thread 7.4 here.");
	fake_fails(f, AIC3, "ascend aic", TARGET_INVALID,
		   "'aic' takes exactly one aic index argument:\nUsage: ascend aic N");
	fake_fails(f, AIC3, "ascend aiv 1 2", TARGET_INVALID,
		   "'aiv' takes exactly one aiv index argument:\nUsage: ascend aiv N");
	fake_fails(f, AIC3, "ascend aic x", TARGET_INVALID,
		   "Invalid aicore index 'x'\nUsage: ascend aic N");
	fake_fails(f, AIC3, "ascend aiv -1", TARGET_INVALID,
		   "Invalid aivector index '-1'\nUsage: ascend aiv N");
	fake_fails(f, AIC3, "ascend aiv 99999999999999999999", TARGET_INVALID,
		   "Invalid aivector index '99999999999999999999'\nUsage: ascend aiv N");
	fake_fails(f, AIC3, "ascend aic 4", TARGET_INVALID,
		   "Invalid core id, please check command: ascend info summary");
	target_close(&f->a.base);

	f = fake_device_create(5);
	fake_core(f, CHIP_AIV, 0);
	CU_ASSERT_FATAL(fake_open(f));
	fake_fails(f, AIV0, "ascend aic 0", TARGET_INVALID,
		   "Invalid core type, please check command: ascend info summary");
	target_close(&f->a.base);
}

/* Without symbols cores are grouped by equal pc. */
static void stacks(void)
{
	struct fake_device *f = open_device();

	fake_prints(f, AIV11, "ascend where",
		    "2 cores: AIC 3, AIV 0\n  0x12c041200010 in ??\n"
		    "1 core: AIV 11\n  AIV 11: VEC_ERROR: AIC_ERROR_1 bit 30 vec_ub_wrap_around\n"
		    "  0x12c041203ea0 in ??\n");
	fake_prints(f, AIV11, "ascend bt",
		    "AIV 11: VEC_ERROR: AIC_ERROR_1 bit 30 vec_ub_wrap_around\n"
		    "  #0  0x000012c041203ea0 in ??\n");
	fake_prints(f, AIV11, "ascend bt aic 3",
		    "AIC 3: Unknown Error\n  #0  0x000012c041200010 in ??\n");
	fake_prints(f, AIV11, "ascend bt --merge",
		    "Device 2, chip 910B (A2/A3), 3 cores, kernel unknown\n"
		    "2 cores: AIC 3, AIV 0\n  #0  0x000012c041200010 in ??\n"
		    "1 core: AIV 11\n  AIV 11: VEC_ERROR: AIC_ERROR_1 bit 30 vec_ub_wrap_around\n"
		    "  #0  0x000012c041203ea0 in ??\n");
	fake_fails(
		f, AIV11, "ascend bt --all", TARGET_INVALID,
		"'--all' is no core: give aic N or aiv N\nUsage: ascend bt [--merge|aic N|aiv N]");
	target_close(&f->a.base);

	f = fake_device_create(5);
	fake_core(f, CHIP_AIV, 0);
	CU_ASSERT_FATAL(fake_open(f));
	fake_prints(f, AIV0, "ascend where", "1 core: AIV 0\n  pc was not saved\n");
	fake_prints(f, AIV0, "ascend bt", "AIV 0: Unknown Error\n  pc was not saved\n");
	target_close(&f->a.base);
}

static void register_read(void)
{
	struct fake_device *f = open_device();

	fake_prints(f, AIV11, "ascend register read $PC GPR0 AIC_ERROR_1",
		    "                      PC = 0x000012c041203ea0\n"
		    "                    GPR0 = 0x1122334455667788\n"
		    "             AIC_ERROR_1 = 0x40000000\n");
	fake_prints(f, AIV11, "ascend register read",
		    "                      PC = 0x000012c041203ea0\n"
		    "                    GPR0 = 0x1122334455667788\n"
		    "                   GPR30 = 0x0000000000108040\n"
		    "30 registers were unavailable.\n");
	fake_has(f, AIV11, "ascend register read -a", "          VEC_ERR_INFO_0 = 0x0000fca8\n");
	fake_fails(f, AIV11, "ascend register read nope", TARGET_INVALID,
		   "Invalid register name 'nope'.");
	fake_fails(f, AIV0, "ascend register read GPR1", TARGET_UNAVAILABLE,
		   "Get value for register_name=GPR1, register_addr=1, focus_core_id=25 failed");
	target_close(&f->a.base);
}

static void register_read_wide(void)
{
	struct fake_device *f = fake_device_create(15);
	uint16_t core = fake_core(f, CHIP_AIV, 70);
	const struct chip_reg *v1 = chip_reg_find(f->a.chip, "V1");
	const struct chip_reg *p0 = chip_reg_find(f->a.chip, "P0");
	uint8_t bytes[32];

	CU_ASSERT_FATAL(v1 && p0);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	for (uint64_t i = 0; i < 8; i++)
		fake_entry(f, core, v1->addr + i, bytes, sizeof(bytes));
	fake_entry(f, core, p0->addr, bytes, sizeof(bytes));
	CU_ASSERT_FATAL(fake_open(f));
	fake_has(f, core, "ascend register read V1", "V1 = {0x03020100 0x07060504 ");
	fake_has(f, core, "ascend register read P0", "P0 = {0x00 0x01 0x02 ");
	target_close(&f->a.base);
}

/* --- SIMT --- */

static void warp_entry(struct fake_device *f, uint16_t core, const char *name, unsigned warp,
		       uint64_t value)
{
	const struct chip_reg *reg = chip_reg_find(f->a.chip, name);

	CU_ASSERT_FATAL(reg != NULL);
	fake_entry(f, core, reg->addr | warp, &value, sizeof(value));
}

static const char *const malformed_places[] = { "ascend thread", "ascend thread 1 2",
						"ascend thread (1,2,3,4)", "ascend thread x",
						"ascend thread -1" };

static struct fake_device *simt_device(uint64_t x, uint64_t y)
{
	struct fake_device *f = fake_device_create(15);
	uint16_t core = fake_core(f, CHIP_AIV, 70);

	fake_reg(f, core, "VEC_ERROR_T0_0", 4);
	fake_reg(f, core, "VEC_ERR_INFO_T0_5", 1 | 1 << 1); /* SIMT, warp 1 */
	fake_reg(f, core, "VTHREADDIM_X", x);
	fake_reg(f, core, "VTHREADDIM_Y", y);
	fake_reg(f, core, "VTHREADDIM_Z", 1);
	warp_entry(f, core, "SIMT_PC", 0, 0);
	warp_entry(f, core, "SIMT_PC", 1, 0x12c045678100);
	warp_entry(f, core, "EXECMASK", 0, 0);
	warp_entry(f, core, "EXECMASK", 1, 0x0000fff0);
	CU_ASSERT_FATAL(fake_open(f));
	return f;
}

static void simt_threads(void)
{
	struct fake_device *f = simt_device(20, 2);
	unsigned core = f->a.cores[0].unified;

	fake_prints(
		f, core, "ascend info threads",
		"  ThreadIdx To ThreadIdx ActiveCount             PC ActiveMask Filename Line\n"
		"    (0,0,0)     (11,1,0)          32            END 0xffffffff       NA   NA\n"
		"*  (12,1,0)     (19,1,0)           4 0x12c045678100 0x000000f0       NA   NA\n");
	fake_has(f, core, "ascend stop", "  in a SIMT vector function, warp 1, thread 36\n");
	target_close(&f->a.base);

	f = simt_device(100, 100);
	fake_fails(f, core, "ascend info threads", TARGET_INVALID,
		   "Invalid thread dim:(100,100,1), Their product is > 2048.");
	target_close(&f->a.base);

	f = open_device();
	fake_fails(f, AIV11, "ascend info threads", TARGET_INVALID,
		   "The ascend info threads command can only run on in simt kernel.");
	target_close(&f->a.base);
}

/* Which thread's registers are read; row "*" and masks go with it. */
static void simt_focus(void)
{
	static const char outside[] = "input thread is invalid and exceeds the value range "
				      "indicated by thread_dim.";
	struct fake_device *f = simt_device(20, 2);
	unsigned core = f->a.cores[0].unified;

	fake_has(f, core, "ascend register read SIMT_PC", "0x000012c045678100");
	fake_prints(f, core, "ascend thread (3,1,0)",
		    "AIV 70: thread 23 of 40, warp 0 at 0, is the one whose registers are read. In "
		    "gdb: `maint flush register-cache` makes it ask anew.\n");
	fake_has(f, core, "ascend register read SIMT_PC", "0x0000000000000000");
	fake_has(f, core, "ascend info threads", "\n*   (0,0,0)     (11,1,0)          32");
	fake_has(f, core, "ascend thread 37", "thread 37 of 40, warp 1 at 0x12c045678100");
	fake_has(f, core, "ascend thread 19 1 0", "thread 39 of 40");
	fake_has(f, core, "ascend thread (17, 1, 0)", "thread 37 of 40");
	fake_fails(f, core, "ascend thread 35", TARGET_INVALID, "the thread is not active.");
	fake_fails(f, core, "ascend thread 40", TARGET_INVALID, outside);
	fake_fails(f, core, "ascend thread (0,2,0)", TARGET_INVALID, outside);
	fake_fails(f, core, "ascend thread 99999999999999999999", TARGET_INVALID, outside);
	for (size_t i = 0; i < sizeof(malformed_places) / sizeof(*malformed_places); i++)
		fake_fails(f, core, malformed_places[i], TARGET_INVALID,
			   "Invalid format, expected (x, y, z)\nUsage: ascend thread "
			   "N|(X,Y,Z)|X Y Z");
	target_close(&f->a.base);
	f = open_device();
	fake_fails(f, AIV11, "ascend thread 0", TARGET_INVALID,
		   "The ascend info threads command can only run on in simt kernel.");
	target_close(&f->a.base);
}

static void simt_missing(void)
{
	struct fake_device *f = fake_device_create(15);
	uint16_t core = fake_core(f, CHIP_AIV, 70);

	fake_reg(f, core, "VEC_ERROR_T0_0", 4);
	fake_reg(f, core, "VEC_ERR_INFO_T0_5", 1);
	CU_ASSERT_FATAL(fake_open(f));
	fake_fails(f, core, "ascend info threads", TARGET_UNAVAILABLE,
		   "GetThreadDim failed: the dimensions were not saved");
	fake_reg(f, core, "VTHREADDIM_X", 4);
	fake_reg(f, core, "VTHREADDIM_Y", 1);
	fake_reg(f, core, "VTHREADDIM_Z", 1);
	fake_prints(f, core, "ascend info threads",
		    "  ThreadIdx To ThreadIdx ActiveCount PC ActiveMask Filename Line\n"
		    "*   (0,0,0)      (3,0,0)           0 NA 0x00000000       NA   NA\n");
	target_close(&f->a.base);
}

static const struct unit_test tests[] = {
	{ "dispatch", dispatch },
	{ "help", help },
	{ "info summary", summary },
	{ "info summary, odd rows", summary_odd },
	{ "info devices, cores, memory, tensors, kernels", info_tables },
	{ "stop", stop },
	{ "stop on chips without bit names", stop_odd },
	{ "aic, aiv", which_thread },
	{ "where, bt, bt --merge", stacks },
	{ "register read", register_read },
	{ "register read of vectors", register_read_wide },
	{ "info threads", simt_threads },
	{ "thread", simt_focus },
	{ "info threads without dimensions", simt_missing },
};

int main(void)
{
	return unit_run("ascend commands", tests, sizeof(tests) / sizeof(*tests));
}
