/*
 * Frames of the simulated NPU from a client's side. Called by the runtime library (rt_process.c)
 * and unit tests.
 */
#include "target/sim/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool write_all(int fd, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	while (n > 0) {
		ssize_t done = send(fd, p, n, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

/** What came along with bytes: one descriptor. */
static void take_descriptor(struct msghdr *m, int *passed)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h != NULL; h = CMSG_NXTHDR(m, h)) {
		if (h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS)
			memcpy(passed, CMSG_DATA(h), sizeof(*passed));
	}
}

static bool read_all(int fd, void *bytes, size_t n, int *passed)
{
	unsigned char *p = bytes;

	while (n > 0) {
		union {
			struct cmsghdr header;
			char room[CMSG_SPACE(sizeof(int))];
		} control;
		struct iovec part = { p, n };
		struct msghdr m = { .msg_iov = &part,
				    .msg_iovlen = 1,
				    .msg_control = &control,
				    .msg_controllen = sizeof(control) };
		ssize_t done = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		take_descriptor(&m, passed);
		p += done;
		n -= (size_t)done;
	}
	return true;
}

bool sim_wire_send(int fd, unsigned kind, uint32_t sequence, const struct sim_part *parts,
		   size_t count)
{
	struct sim_frame f = { .magic = SIM_WIRE_MAGIC,
			       .kind = (uint16_t)kind,
			       .version = SIM_WIRE_VERSION,
			       .sequence = sequence };
	bool ok;

	for (size_t i = 0; i < count; i++)
		f.size += (uint32_t)parts[i].n;
	ok = write_all(fd, &f, sizeof(f));
	for (size_t i = 0; i < count && ok; i++)
		ok = write_all(fd, parts[i].at, parts[i].n);
	return ok;
}

bool sim_wire_receive(int fd, struct sim_message *out)
{
	out->fd = -1;
	out->payload = NULL;
	if (read_all(fd, &out->frame, sizeof(out->frame), &out->fd) &&
	    out->frame.magic == SIM_WIRE_MAGIC && out->frame.size <= SIM_WIRE_MAX) {
		out->payload = malloc((size_t)out->frame.size + 1);
		if (out->payload != NULL && read_all(fd, out->payload, out->frame.size, &out->fd))
			return true;
	}
	free(out->payload);
	if (out->fd >= 0)
		close(out->fd);
	return false;
}

static bool greet(int fd, enum sim_role role, struct sim_opened *out)
{
	struct sim_open open = { .role = role };
	struct sim_message m;
	bool ok;

	errno = EPROTO;
	if (!sim_wire_send(fd, SIM_OPEN, 1, &(struct sim_part){ &open, sizeof(open) }, 1) ||
	    !sim_wire_receive(fd, &m))
		return false;
	ok = m.frame.kind == SIM_REPLY && m.frame.size == sizeof(*out);
	if (ok) {
		memcpy(out, m.payload, sizeof(*out));
		out->soc[sizeof(out->soc) - 1] = '\0';
		errno = EACCES;
	}
	free(m.payload);
	return ok && out->result == 0;
}

int sim_wire_open(const char *path, enum sim_role role, struct sim_opened *out)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd, why;

	if (strlen(path) >= sizeof(at.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(at.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && greet(fd, role, out))
		return fd;
	why = errno;
	close(fd);
	errno = why;
	return -1;
}
