/*
 * The dialog between a runtime stub and the server as bytes: live facts 1.3 and 1.4. Called by
 * target/runtime in the app and by target/device in the server.
 */
#include "target/stub_message.h"

#include <string.h>

enum { ESCAPE = 0x7d, FLIP = 0x20 };

size_t stub_message_escape(const void *data, size_t n, char *out)
{
	const uint8_t *p = data;
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		bool special = p[i] == '#' || p[i] == '$' || p[i] == '*' || p[i] == ESCAPE;

		if (special)
			out[k++] = ESCAPE;
		out[k++] = (char)(special ? p[i] ^ FLIP : p[i]);
	}
	return k;
}

/* In place; a lone escape at the end stands for nothing. */
static size_t unescape(char *p, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] != ESCAPE)
			p[k++] = p[i];
		else if (++i < n)
			p[k++] = (char)(p[i] ^ FLIP);
	}
	return k;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* The whole text as a number; a hex one may have 0x in front. */
static bool number(const char *s, unsigned base, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (base == 16 && s[0] == '0' && (s[1] | 0x20) == 'x')
		s += 2;
	if (!*s)
		return false;
	for (; *s; s++) {
		unsigned d = (unsigned)digit_of(*s);

		if (d >= base || v > (max - d) / base)
			return false;
		v = v * base + d;
	}
	*out = v;
	return true;
}

static bool small(const char *s, int64_t *out)
{
	uint64_t v;

	if (!number(s, 10, INT32_MAX, &v))
		return false;
	*out = (int64_t)v;
	return true;
}

static bool take_device(struct stub_message *m, char *value)
{
	m->kind = STUB_DEVICE;
	return small(value, &m->device);
}

static bool take_tgid(struct stub_message *m, char *value)
{
	return small(value, &m->tgid);
}

static bool take_soc(struct stub_message *m, char *value)
{
	m->soc = value;
	return strlen(value) < 64;
}

static bool take_name(struct stub_message *m, char *value)
{
	m->kind = STUB_KERNEL;
	m->name = value;
	return *value && strlen(value) < STUB_NAME;
}

static bool take_stream(struct stub_message *m, char *value)
{
	if (m->kind == STUB_NOTHING)
		m->kind = STUB_STREAM;
	return small(value, &m->stream);
}

static bool take_hash(struct stub_message *m, char *value)
{
	m->hash = value;
	return strlen(value) == STUB_HASH && strspn(value, "0123456789abcdefABCDEF") == STUB_HASH;
}

static bool take_base(struct stub_message *m, char *value)
{
	m->has_base = number(value, 16, UINT64_MAX, &m->base);
	return m->has_base;
}

static bool take_ipc(struct stub_message *m, char *value)
{
	m->kind = STUB_IPC;
	return number(value, 16, UINT64_MAX, &m->ipc_at);
}

static bool take_size(struct stub_message *m, char *value)
{
	return number(value, 10, UINT64_MAX, &m->ipc_n);
}

static bool take_key(struct stub_message *m, char *value)
{
	m->key = value;
	return strlen(value) < 128;
}

static const struct {
	const char *key;
	bool (*take)(struct stub_message *m, char *value);
	const char *wrong;
} keys[] = {
	{ "device_id", take_device, "device_id is no number" },
	{ "tgid", take_tgid, "tgid is no number" },
	{ "soc_version", take_soc, "soc_version is too long" },
	{ "kernel_name", take_name, "kernel_name is empty or too long" },
	{ "stream_id", take_stream, "stream_id is no number" },
	{ "kernel_hash", take_hash, "kernel_hash is no SHA-256" },
	{ "pc_base_addr", take_base, "pc_base_addr is no number" },
	{ "ipc_mem_addr", take_ipc, "ipc_mem_addr is no number" },
	{ "size", take_size, "size is no number" },
	{ "key", take_key, "key is too long" },
};

/* What newer stubs say beyond this is passed over. */
static const char *take(struct stub_message *m, const char *key, char *value)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(key, keys[i].key))
			return keys[i].take(m, value) ? NULL : keys[i].wrong;
	return NULL;
}

static const char *take_binary(struct stub_message *m, char *value, size_t n)
{
	n -= n && value[n - 1] == ';';
	m->binary = (const uint8_t *)value;
	m->binary_n = unescape(value, n);
	return m->binary_n < STUB_ELF_MIN ? "kernel_binary is too short to be a kernel" : NULL;
}

static const char *finish(const struct stub_message *m)
{
	if (m->kind == STUB_DEVICE && m->tgid < 0)
		return "tgid is missing";
	if (m->kind == STUB_KERNEL && m->binary && !m->has_base)
		return "pc_base_addr is missing";
	return NULL;
}

/* A binary holds any bytes, so its value goes up to the end; it is the last one. */
const char *stub_message_parse(char *p, size_t n, struct stub_message *out)
{
	char *end = p + n;

	*out = (struct stub_message){
		.device = -1,
		.tgid = -1,
		.stream = -1,
		.soc = "",
		.name = "",
		.hash = "",
		.key = "",
	};
	while (p < end) {
		while (p < end && (*p == '$' || *p == ';')) /* a '$' of one generation */
			p++;
		char *colon = memchr(p, ':', (size_t)(end - p));
		if (!colon)
			return p < end ? "a key without a value" : finish(out);
		*colon = '\0';
		char *value = colon + 1;
		if (!strcmp(p, "kernel_binary")) {
			const char *why = take_binary(out, value, (size_t)(end - value));

			return why ? why : finish(out);
		}
		char *stop = memchr(value, ';', (size_t)(end - value));
		stop = stop ? stop : end;
		value[unescape(value, (size_t)(stop - value))] = '\0';
		const char *why = take(out, p, value);
		if (why)
			return why;
		p = stop + 1;
	}
	return finish(out);
}
