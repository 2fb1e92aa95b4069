#ifndef TARGET_STUB_MESSAGE_H
#define TARGET_STUB_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * What a runtime stub inside an app tells the server (live facts 1.3 and 1.4): "$key:value;...;#"
 * with "$ok;" or "$fail:HEX;" back. Both ends use this file. Pure; messages are not trusted.
 */

enum {
	STUB_MESSAGE_MAX = 256 << 20, /* bytes of the longest message */
	STUB_NAME = 2048,
	STUB_HASH = 64, /* hex digits of a SHA-256 */
	STUB_ELF_MIN = 50,
};

/** Variable of the app's environment with the socket's path. */
#define STUB_SOCKET_ENV "MSOP_SOCKET_PATH"

enum stub_message_kind {
	STUB_NOTHING, /* keys that mean nothing here */
	STUB_DEVICE,  /* a device was opened: device, tgid, soc */
	STUB_KERNEL,  /* a launch: name, stream; hash, base and binary at the first one */
	STUB_STREAM,  /* oldest stubs: stream of the launch before */
	STUB_IPC,     /* memory that is shared; key "" when it was freed */
};

/** Texts point into the message, which is changed; "" or -1 for what it does not have. */
struct stub_message {
	enum stub_message_kind kind;
	int64_t device, tgid, stream;
	const char *soc;
	const char *name;
	const char *hash;
	bool has_base;
	uint64_t base;
	const uint8_t *binary; /* unescaped; NULL: none */
	size_t binary_n;
	uint64_t ipc_at, ipc_n;
	const char *key;
};

/**
 * Takes apart n bytes in front of a '#', which are changed; the byte behind them may be, too.
 * NULL: *out is filled; else what is wrong.
 */
const char *stub_message_parse(char *bytes, size_t n, struct stub_message *out);

/** Bytes that stub_message_escape writes at most. */
static inline size_t stub_message_room(size_t n)
{
	return 2 * n;
}
/** Escapes a binary value; returns the bytes written. */
size_t stub_message_escape(const void *data, size_t n, char *out);

#endif
