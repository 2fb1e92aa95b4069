/*
 * Attach: sockets at paths that a program was told of by hand, and programs without what it takes.
 * The whole of it, with a kernel, is test_live_ends.c's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "target/device/clients.h"
#include "tests/fake/fake_app.h"
#include "tests/unit/unit.h"

static void on_message(void *ctx, struct device_client *c, const struct stub_message *m)
{
	(void)m;
	++*(int *)ctx;
	device_client_answer(c, 0);
}

static void on_gone(void *ctx, struct device_client *c)
{
	(void)ctx;
	(void)c;
}

struct place {
	char folder[64], path[100];
};

static void make_place(struct place *p)
{
	snprintf(p->folder, sizeof(p->folder), "/tmp/test_device_late.XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(p->folder));
	snprintf(p->path, sizeof(p->path), "%s/stub", p->folder);
}

static void drop_place(const struct place *p)
{
	unlink(p->path);
	CU_ASSERT_EQUAL(rmdir(p->folder), 0);
}

static struct sockaddr_un address_of(const struct place *p)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", p->path);
	return a;
}

static int bound_socket(const struct place *p)
{
	struct sockaddr_un a = address_of(p);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CU_ASSERT_EQUAL(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static void test_listen(void)
{
	int messages = 0;
	struct device_clients_handler handler = { on_message, on_gone, &messages };
	struct device_clients *s = device_clients_create(&handler, (struct target_log){ 0 });
	struct place p;
	struct stat st;
	char text[32];

	make_place(&p);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	/* a socket that a dead server left is taken over */
	close(bound_socket(&p));
	CU_ASSERT_TRUE(device_clients_listen(s, p.path));
	CU_ASSERT_TRUE(device_clients_listen(s, p.path));
	CU_ASSERT_TRUE(stat(p.path, &st) == 0 && (st.st_mode & 0777) == 0700);
	struct sockaddr_un to = address_of(&p);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	CU_ASSERT_EQUAL(send(fd, "$stream_id:5;#", 14, MSG_NOSIGNAL), 14);
	for (int i = 0; i < 4; i++)
		device_clients_serve(s);
	CU_ASSERT_EQUAL(messages, 1);
	CU_ASSERT_EQUAL(recv(fd, text, sizeof(text), MSG_DONTWAIT), 4);
	close(fd);
	device_clients_destroy(s);
	CU_ASSERT_NOT_EQUAL(stat(p.path, &st), 0);
	drop_place(&p);
}

static void test_refused(void)
{
	struct device_clients_handler handler = { on_message, on_gone, NULL };
	struct device_clients *s = device_clients_create(&handler, (struct target_log){ 0 });
	char path[200];
	struct place p;
	struct stat st;

	make_place(&p);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	/* a server that lives */
	int fd = bound_socket(&p);
	CU_ASSERT_EQUAL(listen(fd, 1), 0);
	CU_ASSERT_FALSE(device_clients_listen(s, p.path));
	CU_ASSERT_EQUAL(errno, EADDRINUSE);
	close(fd);
	/* what is no socket stays what it is */
	unlink(p.path);
	fclose(fopen(p.path, "we"));
	CU_ASSERT_FALSE(device_clients_listen(s, p.path));
	CU_ASSERT_TRUE(stat(p.path, &st) == 0 && S_ISREG(st.st_mode));
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	CU_ASSERT_FALSE(device_clients_listen(s, path));
	CU_ASSERT_EQUAL(errno, ENAMETOOLONG);
	CU_ASSERT_FALSE(device_clients_listen(s, "/nowhere/at/all"));
	/* not more than there is room for */
	unlink(p.path);
	for (int i = 0; i < 40; i++) {
		snprintf(path, sizeof(path), "%s/%d", p.folder, i);
		if (!device_clients_listen(s, path))
			break;
		CU_ASSERT_TRUE(i < 16);
	}
	CU_ASSERT_EQUAL(errno, ENOSPC);
	device_clients_destroy(s);
	drop_place(&p);
}

/* A process that has nothing to do with an NPU, and one that is not there. */
static void test_attach(void)
{
	static struct fake_npu npu;
	struct fake_app a;

	app_open(&a, &npu);
	CU_ASSERT_EQUAL(target_attach(a.t, (uint32_t)getpid()), TARGET_OK);
	CU_ASSERT_EQUAL(target_attach(a.t, 0x7ffffff0), TARGET_OK);
	CU_ASSERT_TRUE(target_attached(a.t, APP_PROCESS));
	app_close(&a);
}

static const struct unit_test tests[] = {
	{ "sockets of somebody's choice", test_listen },
	{ "sockets that cannot be had", test_refused },
	{ "programs without a stub", test_attach },
};

int main(void)
{
	return unit_run("device_late", tests, sizeof(tests) / sizeof(tests[0]));
}
