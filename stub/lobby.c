/*
 * Turns away the second client politely. A socket that is closed with unread bytes is reset and
 * the client may never see the message, so its first packet is read before it is told.
 */
#include "stub/lobby.h"

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "rsp/frame.h"

enum { GRACE_MS = 150, PATIENCE_MS = 1000 };

static const char busy[] = "E.another client is connected: try again when it has left";

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void lobby_init(struct lobby *l)
{
	for (size_t i = 0; i < LOBBY_MAX; i++)
		l->seats[i].fd = -1;
}

void lobby_close(struct lobby *l)
{
	for (size_t i = 0; i < LOBBY_MAX; i++)
		if (l->seats[i].fd >= 0)
			close(l->seats[i].fd);
	lobby_init(l);
}

void lobby_add(struct lobby *l, int fd, const struct comm_peer *peer)
{
	for (size_t i = 0; i < LOBBY_MAX; i++)
		if (l->seats[i].fd < 0) {
			l->seats[i].fd = fd;
			l->seats[i].since = now_ms();
			l->seats[i].peer = *peer;
			return;
		}
	close(fd);
}

int lobby_take(struct lobby *l, struct comm_peer *out)
{
	size_t best = LOBBY_MAX;

	for (size_t i = 0; i < LOBBY_MAX; i++)
		if (l->seats[i].fd >= 0 &&
		    (best == LOBBY_MAX || l->seats[i].since < l->seats[best].since))
			best = i;
	if (best == LOBBY_MAX)
		return -1;
	int fd = l->seats[best].fd;
	*out = l->seats[best].peer;
	l->seats[best].fd = -1;
	return fd;
}

/* What it says is looked at only after the grace: poll would wake for it at once. */
void lobby_poll(const struct lobby *l, struct pollfd *out)
{
	int64_t now = now_ms();

	for (size_t i = 0; i < LOBBY_MAX; i++) {
		bool listen = now >= l->seats[i].since + GRACE_MS;

		out[i] = (struct pollfd){ .fd = listen ? l->seats[i].fd : -1, .events = POLLIN };
	}
}

int lobby_timeout(const struct lobby *l)
{
	int64_t least = -1, now = now_ms();

	for (size_t i = 0; i < LOBBY_MAX; i++) {
		int64_t waited = now - l->seats[i].since;
		int64_t left = (waited < GRACE_MS ? GRACE_MS : PATIENCE_MS) - waited;

		if (l->seats[i].fd >= 0 && (least < 0 || left < least))
			least = left < 0 ? 0 : left;
	}
	return (int)least;
}

/* The acknowledgement of the client's first packet, and the refusal as its reply. */
static void turn_away(int fd)
{
	char drain[4096], out[1 + RSP_FRAME_ROOM(sizeof(busy))];

	while (recv(fd, drain, sizeof(drain), MSG_DONTWAIT) > 0)
		;
	out[0] = '+';
	size_t n = 1 + rsp_frame_encode('$', busy, sizeof(busy) - 1, false, out + 1);
	(void)!send(fd, out, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

void lobby_serve(struct lobby *l, const struct pollfd *polled)
{
	int64_t now = now_ms();

	for (size_t i = 0; i < LOBBY_MAX; i++) {
		bool spoke = l->seats[i].fd == polled[i].fd && polled[i].revents;

		if (l->seats[i].fd < 0 || (!spoke && now < l->seats[i].since + PATIENCE_MS))
			continue;
		turn_away(l->seats[i].fd);
		l->seats[i].fd = -1;
	}
}
