/*
 * What runtime stubs of other makes and ages tell the server, and what none should: every message
 * is answered, so that the program goes on, and the server stays.
 */
#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "target/stub_message.h"
#include "tests/fake/fake_app.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { ROOM = 1024 };

/* A launch with a file of these bytes. */
static const char *launch_file(struct fake_app *a, const char *head, const void *file, size_t n)
{
	char text[ROOM];
	size_t k = (size_t)snprintf(text, sizeof(text), "%s", head);

	CU_ASSERT_FATAL(k + stub_message_room(n) + 2 < sizeof(text));
	k += stub_message_escape(file, n, text + k);
	text[k++] = ';';
	text[k++] = '#';
	return app_say_bytes(a, text, k);
}

/* A header that promises sections; what it says of their place is the caller's. */
static Elf64_Ehdr header(uint64_t at, uint16_t count)
{
	Elf64_Ehdr h = { .e_type = ET_DYN,
			 .e_machine = 0x1029,
			 .e_version = EV_CURRENT,
			 .e_shoff = at,
			 .e_ehsize = sizeof(h),
			 .e_shentsize = sizeof(Elf64_Shdr),
			 .e_shnum = count };

	memcpy(h.e_ident, ELFMAG, SELFMAG);
	h.e_ident[EI_CLASS] = ELFCLASS64;
	h.e_ident[EI_DATA] = ELFDATA2LSB;
	h.e_ident[EI_VERSION] = EV_CURRENT;
	return h;
}

static size_t threads(struct fake_app *a)
{
	struct target_tid tids[8];
	size_t n = 0;

	CU_ASSERT_EQUAL(target_threads(a->t, tids, COUNT(tids), &n), TARGET_OK);
	return n;
}

static void count_library(void *ctx, const struct target_library *lib)
{
	(void)lib;
	++*(int *)ctx;
}

/* One connection tells what every generation has told. */
static void test_generations(void)
{
	static const char *const ok[] = {
		"$kernel_name:add;#",		    /* the oldest: the stream comes afterwards */
		"$stream_id:5;#",		    /* ... like this */
		"$kernel_name:add;$stream_id:12;#", /* one puts a '$' in the middle */
		"$kernel_name:add;stream_id:12;#",  /* the newer ones */
		"$kernel_name:add;stream_id:0;new:1;#", /* and what is not known here */
		"$ipc_mem_addr:0x12c000000000;size:4096;key:0123456789abcdef;#",
		"$ipc_mem_addr:0x12c000000000;free:1;#",
	};
	static struct fake_npu npu;
	struct fake_app a;

	app_open(&a, &npu);
	target_wish(a.t, TARGET_WISH_EXEC);
	app_set_device(&a);
	for (size_t i = 0; i < COUNT(ok); i++)
		CU_ASSERT_STRING_EQUAL(app_say(&a, ok[i]), "$ok;");
	CU_ASSERT_STRING_EQUAL(app_launch(&a, "add"), ""); /* and a file, which is held */
	app_close(&a);
}

static void test_bad_files(void)
{
	static const char head[] = "$kernel_name:add;stream_id:1;pc_base_addr:1000;kernel_binary:";
	static const char no_base[] = "$kernel_name:add;stream_id:1;kernel_binary:";
	const Elf64_Ehdr cut = header(sizeof(cut), 4), far = header(UINT64_C(1) << 30, 4);
	const Elf64_Ehdr empty = header(0, 0), many = header(64, 0xfeff);
	struct {
		Elf64_Ehdr h;
		Elf64_Shdr s[2];
	} huge = { .h = header(sizeof(Elf64_Ehdr), 2) };
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;
	int libraries = 0;

	huge.s[1] = (Elf64_Shdr){ .sh_type = SHT_PROGBITS,
				  .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
				  .sh_offset = 64,
				  .sh_size = UINT64_C(1) << 30 };
	app_open(&a, &npu);
	target_wish(a.t, TARGET_WISH_EXEC);
	app_set_device(&a);
	CU_ASSERT_STRING_EQUAL(launch_file(&a, no_base, &cut, sizeof(cut)), "$fail:20206;");
	CU_ASSERT_STRING_EQUAL(launch_file(&a, head, &cut, 10), "$fail:20206;");
	CU_ASSERT_STRING_EQUAL(launch_file(&a, head, &cut, sizeof(cut)), "$ok;");
	CU_ASSERT_STRING_EQUAL(launch_file(&a, head, &far, sizeof(far)), "$ok;");
	CU_ASSERT_STRING_EQUAL(launch_file(&a, head, &empty, sizeof(empty)), "$ok;");
	CU_ASSERT_STRING_EQUAL(launch_file(&a, head, &many, sizeof(many)), "$ok;");
	CU_ASSERT_EQUAL(threads(&a), 0);
	/* with a section of 1 GiB in a file of some bytes: shown as far as it goes */
	CU_ASSERT_STRING_EQUAL(launch_file(&a, head, &huge, sizeof(huge)), "");
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE(app_event(&a, &stop) && stop.kind == TARGET_STOP_EXEC);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE(app_event(&a, &stop) && stop.kind == TARGET_STOP_LIBRARY);
	CU_ASSERT_EQUAL(target_libraries(a.t, APP_PROCESS, count_library, &libraries), TARGET_OK);
	CU_ASSERT_EQUAL(libraries, 1);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(app_answer(&a), "$ok;");
	app_close(&a);
}

/* A message that never ends is given up; others are served meanwhile. */
static void test_endless(void)
{
	static char flood[1 << 20];
	static struct fake_npu npu;
	struct fake_app a;

	memset(flood, 'x', sizeof(flood));
	app_open(&a, &npu);
	app_set_device(&a);
	int first = a.fd;
	CU_ASSERT_STRING_EQUAL(app_say(&a, "$kernel_name:add;pc_base_addr:1;kernel_binary:"), "");
	for (int i = 0; i < 8; i++)
		CU_ASSERT_STRING_EQUAL(app_say_bytes(&a, flood, sizeof(flood)), "");
	app_connect(&a);
	app_set_device(&a);
	CU_ASSERT_STRING_EQUAL(app_say(&a, "$kernel_name:mul;stream_id:1;#"), "$ok;");
	close(first);
	app_serve(&a);
	CU_ASSERT_STRING_EQUAL(app_say(&a, "$kernel_name:mul;stream_id:1;#"), "$ok;");
	app_close(&a);
}

/* The program goes while its launch is held, before and after the client heard of the device. */
static void test_gone_while_held(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	for (int told = 0; told < 2; told++) {
		app_open(&a, &npu);
		target_wish(a.t, TARGET_WISH_EXEC);
		app_set_device(&a);
		CU_ASSERT_STRING_EQUAL(app_launch(&a, "add"), "");
		if (told) {
			CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
			CU_ASSERT_TRUE(app_event(&a, &stop) && stop.kind == TARGET_STOP_EXEC);
		}
		app_quit(&a);
		CU_ASSERT_EQUAL(npu.commands[DEVICE_DISABLE], 1);
		app_connect(&a); /* the next one finds everything as at first */
		app_set_device(&a);
		CU_ASSERT_STRING_EQUAL(app_launch(&a, "add"), "");
		CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
		CU_ASSERT_TRUE(app_event(&a, &stop) && stop.kind == TARGET_STOP_EXEC);
		app_close(&a);
	}
}

/* A launch is told as that of a new device. */
static void comes_up(struct fake_app *a)
{
	struct target_stop stop;

	CU_ASSERT_EQUAL(app_resume(a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE(app_event(a, &stop) && stop.kind == TARGET_STOP_EXEC);
	CU_ASSERT_EQUAL(app_resume(a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE(app_event(a, &stop) && stop.kind == TARGET_STOP_LIBRARY);
}

/* The program gives the device back: its client keeps the process, without a core at work. */
static void test_given_back(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;
	const void *data;
	size_t n;

	app_open(&a, &npu);
	target_wish(a.t, TARGET_WISH_EXEC);
	for (int i = 0; i < 3; i++) {
		app_set_device(&a);
		CU_ASSERT_STRING_EQUAL(app_launch(&a, "add"), "");
		comes_up(&a);
		app_quit(&a);
		CU_ASSERT_EQUAL(threads(&a), 1);
		CU_ASSERT_EQUAL(target_file(a.t, "/ascend/dev0/device", &data, &n), TARGET_OK);
		app_connect(&a);
	}
	/* who lets it go on hears of the end */
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE(app_event(&a, &stop) && stop.kind == TARGET_STOP_EXITED);
	CU_ASSERT_EQUAL(threads(&a), 0);
	app_close(&a);
}

/* In non-stop the end is told at once; what GDB 13 is told right behind it, it forgets. */
static void test_given_back_alone(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;
	bool told = false;

	app_open(&a, &npu);
	target_wish(a.t, TARGET_WISH_EXEC);
	app_set_device(&a);
	CU_ASSERT_STRING_EQUAL(app_launch(&a, "add"), "");
	comes_up(&a);
	CU_ASSERT_TRUE(target_non_stop(a.t, true));
	close(a.fd);
	CU_ASSERT_TRUE(app_event(&a, &stop) && stop.kind == TARGET_STOP_EXITED);
	app_connect(&a);
	app_set_device(&a);
	CU_ASSERT_STRING_EQUAL(app_launch(&a, "add"), ""); /* drops what there is to tell */
	for (int i = 0; i < 20 && !told; i++)
		told = app_event(&a, &stop);
	CU_ASSERT_TRUE(told && stop.kind == TARGET_STOP_EXEC);
	app_close(&a);
}

static const struct unit_test tests[] = {
	{ "generations", test_generations },
	{ "bad files", test_bad_files },
	{ "a message without end", test_endless },
	{ "gone while held", test_gone_while_held },
	{ "given back and taken again", test_given_back },
	{ "the same in non-stop", test_given_back_alone },
};

int main(void)
{
	return unit_run("device_stubs", tests, COUNT(tests));
}
