/*
 * Where clients wait: those behind a silent one are served as soon as they speak, those behind one
 * that is served are turned away politely. A socket that is closed with unread bytes is reset and
 * the client may never see the message, so its first packet is read before it is told.
 */
#include "stub/lobby.h"

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rsp/frame.h"
#include "stub/clock.h"

enum { GRACE_MS = 150, PATIENCE_MS = 1000, DRAIN_MAX = 16 };

static const char refusal[] = "E.another client is connected: try again when it has left";

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

/* The seat of the one who waits longest; LOBBY_MAX: nobody waits. */
static size_t oldest(const struct lobby *l)
{
	size_t best = LOBBY_MAX;

	for (size_t i = 0; i < LOBBY_MAX; i++)
		if (l->seats[i].fd >= 0 &&
		    (best == LOBBY_MAX || l->seats[i].since < l->seats[best].since))
			best = i;
	return best;
}

static int leave_seat(struct lobby *l, size_t i, struct comm_peer *out)
{
	int fd = l->seats[i].fd;

	*out = l->seats[i].peer;
	l->seats[i].fd = -1;
	return fd;
}

int lobby_take(struct lobby *l, struct comm_peer *out)
{
	size_t i = oldest(l);

	return i < LOBBY_MAX ? leave_seat(l, i, out) : -1;
}

int lobby_take_speaker(struct lobby *l, const struct pollfd *polled, struct comm_peer *out)
{
	for (size_t i = 0; i < LOBBY_MAX; i++) {
		char byte;

		if (l->seats[i].fd < 0 || l->seats[i].fd != polled[i].fd || !polled[i].revents)
			continue;
		if (recv(l->seats[i].fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
			return leave_seat(l, i, out);
		close(leave_seat(l, i, out)); /* it left without a word */
	}
	return -1;
}

/* With a client served, what others say is looked at only after the grace: poll would wake for it
 * at once. */
void lobby_poll(const struct lobby *l, bool busy, struct pollfd *out)
{
	int64_t now = clock_ms();

	for (size_t i = 0; i < LOBBY_MAX; i++) {
		bool listen = !busy || now >= l->seats[i].since + GRACE_MS;

		out[i] = (struct pollfd){ .fd = listen ? l->seats[i].fd : -1, .events = POLLIN };
	}
}

int lobby_timeout(const struct lobby *l)
{
	int64_t least = -1, now = clock_ms();

	for (size_t i = 0; i < LOBBY_MAX; i++) {
		int64_t waited = now - l->seats[i].since;
		int64_t left = (waited < GRACE_MS ? GRACE_MS : PATIENCE_MS) - waited;

		if (l->seats[i].fd >= 0 && (least < 0 || left < least))
			least = left < 0 ? 0 : left;
	}
	return (int)least;
}

/*
 * The acknowledgement of the client's first packet, and the refusal as its reply. Who has sent more
 * than a first packet, or goes on sending, does not hear it.
 */
static void turn_away(int fd)
{
	char drain[4096], out[1 + RSP_FRAME_ROOM(sizeof(refusal))];

	for (int i = 0; i < DRAIN_MAX && recv(fd, drain, sizeof(drain), MSG_DONTWAIT) > 0; i++)
		;
	out[0] = '+';
	size_t n = 1 + rsp_frame_encode('$', refusal, sizeof(refusal) - 1, false, out + 1);
	(void)!send(fd, out, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

void lobby_add(struct lobby *l, int fd, const struct comm_peer *peer)
{
	size_t i = 0;

	while (i < LOBBY_MAX && l->seats[i].fd >= 0)
		i++;
	if (i == LOBBY_MAX) {
		i = oldest(l);
		turn_away(l->seats[i].fd);
	}
	l->seats[i].fd = fd;
	l->seats[i].since = clock_ms();
	l->seats[i].peer = *peer;
}

void lobby_serve(struct lobby *l, const struct pollfd *polled)
{
	int64_t now = clock_ms();

	for (size_t i = 0; i < LOBBY_MAX; i++) {
		bool spoke = l->seats[i].fd == polled[i].fd && polled[i].revents;

		if (l->seats[i].fd < 0 || (!spoke && now < l->seats[i].since + PATIENCE_MS))
			continue;
		turn_away(l->seats[i].fd);
		l->seats[i].fd = -1;
	}
}
