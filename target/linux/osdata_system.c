/*
 * The tables of `info os` that come out of one file of /proc: CPUs, kernel modules, internet
 * sockets. Called by osdata.c.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/linux/osdata_priv.h"
#include "target/linux/proc.h"

size_t osdata_words(char *line, char **words, size_t cap)
{
	size_t n = 0;
	char *word;

	while (n < cap && (word = strsep(&line, " \t")))
		if (*word)
			words[n++] = word;
	return n;
}

/* --- CPUs --- */

/** Keys of /proc/cpuinfo, for columns outlive the text they come from. */
static const char *const cpu_keys[] = {
	"processor",
	"vendor_id",
	"cpu family",
	"model",
	"model name",
	"stepping",
	"microcode",
	"cpu MHz",
	"cache size",
	"physical id",
	"siblings",
	"core id",
	"cpu cores",
	"apicid",
	"initial apicid",
	"fpu",
	"fpu_exception",
	"cpuid level",
	"wp",
	"flags",
	"vmx flags",
	"bugs",
	"bogomips",
	"TLB size",
	"clflush size",
	"cache_alignment",
	"address sizes",
	"power management",
	"BogoMIPS",
	"Features",
	"CPU implementer",
	"CPU architecture",
	"CPU variant",
	"CPU part",
	"CPU revision",
};

enum { CPU_KEYS = sizeof(cpu_keys) / sizeof(cpu_keys[0]) };

/** One CPU: its values by index of cpu_keys, NULL: it has none. */
struct cpu {
	const char *values[CPU_KEYS];
};

/* "key<tabs>: value" cut in place; SIZE_MAX: not a key of ours. */
static size_t cut_pair(char *line, const char **value)
{
	char *colon = strchr(line, ':');

	if (!colon)
		return SIZE_MAX;
	*value = colon + 1 + strspn(colon + 1, " \t");
	do
		*colon = '\0';
	while (colon-- > line && (*colon == ' ' || *colon == '\t'));
	for (size_t i = 0; i < CPU_KEYS; i++)
		if (!strcmp(cpu_keys[i], line))
			return i;
	return SIZE_MAX;
}

/* The first CPU says which columns there are. */
static void add_cpu(struct target_table *out, const struct cpu *cpu)
{
	const char *columns[CPU_KEYS + 1] = { NULL };
	size_t n = 0;

	for (size_t i = 0; i < CPU_KEYS; i++)
		if (cpu->values[i])
			columns[n++] = cpu_keys[i];
	if (!out->column_count && n)
		target_table_init(out, columns);
	for (size_t c = 0; c < out->column_count; c++)
		for (size_t i = 0; i < CPU_KEYS; i++)
			if (out->columns[c] == cpu_keys[i])
				target_table_text(out, cpu->values[i] ? cpu->values[i] : "");
}

void osdata_cpus(struct target_table *out)
{
	struct target_text text = { 0 };
	struct cpu cpu = { { NULL } };

	bool ok = proc_read("/proc/cpuinfo", &text) && text.data;
	char *rest = ok ? text.data : NULL, *line;
	while ((line = strsep(&rest, "\n"))) {
		const char *value;
		size_t key = cut_pair(line, &value);

		if (!key && cpu.values[0]) {
			add_cpu(out, &cpu);
			cpu = (struct cpu){ { NULL } };
		}
		if (key < CPU_KEYS)
			cpu.values[key] = value;
	}
	if (cpu.values[0])
		add_cpu(out, &cpu);
	target_text_deinit(&text);
}

/* --- modules --- */

void osdata_modules(struct target_table *out)
{
	enum { COLUMNS = 6, ADDRESS = 5 };
	struct target_text text = { 0 };
	char *words[COLUMNS];

	bool ok = proc_read("/proc/modules", &text) && text.data;
	char *rest = ok ? text.data : NULL, *line;
	while ((line = strsep(&rest, "\n"))) {
		if (osdata_words(line, words, COLUMNS) != COLUMNS)
			continue;
		for (size_t i = 0; i < ADDRESS; i++)
			target_table_text(out, words[i]);
		target_table_cell(out, "%llx", strtoull(words[ADDRESS], NULL, 16));
	}
	target_text_deinit(&text);
}

/* --- sockets --- */

/** A table of /proc/net. */
struct net {
	const char *path;
	int family;
	bool stream;
};

/* Kernel: include/net/tcp_states.h. */
static const char *const socket_states[] = {
	"(unknown)", "ESTABLISHED", "SYN_SENT",	  "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
	"TIME_WAIT", "CLOSE",	    "CLOSE_WAIT", "LAST_ACK", "LISTEN",	   "CLOSING",
};

enum { SOCKET_STATES = sizeof(socket_states) / sizeof(socket_states[0]) };

/* "0100007F:1F90": words of an address as they lie in memory, then the port. */
static bool add_address(struct target_table *out, int family, const char *text)
{
	size_t words = family == AF_INET ? 1 : 4;
	char shown[INET6_ADDRSTRLEN];
	uint32_t address[4] = { 0 };

	for (size_t i = 0; i < words; i++, text += 8) {
		char word[9] = "";

		if (strspn(text, "0123456789ABCDEF") < 8)
			return false;
		memcpy(word, text, 8);
		address[i] = (uint32_t)strtoul(word, NULL, 16);
	}
	if (*text != ':' || !inet_ntop(family, address, shown, sizeof(shown)))
		return false;
	target_table_text(out, shown);
	target_table_cell(out, "%lu", strtoul(text + 1, NULL, 16));
	return true;
}

/* A row, cells in full: what was added of one that breaks off is taken back. */
static void add_socket(struct target_table *out, const struct net *net, char *line)
{
	enum { LOCAL = 1, REMOTE, STATE, USER = 7, WORDS };
	size_t cells = out->cell_count, len = out->cells.len;
	char *words[WORDS], user[OSDATA_NAME];

	if (osdata_words(line, words, WORDS) != WORDS)
		return;
	if (!add_address(out, net->family, words[LOCAL]) ||
	    !add_address(out, net->family, words[REMOTE])) {
		out->cell_count = cells;
		out->cells.len = len;
		return;
	}
	unsigned long state = strtoul(words[STATE], NULL, 16);
	osdata_user((uint32_t)strtoul(words[USER], NULL, 10), user, sizeof(user));
	target_table_text(out, socket_states[state < SOCKET_STATES ? state : 0]);
	target_table_text(out, user);
	target_table_text(out, net->family == AF_INET ? "INET" : "INET6");
	target_table_text(out, net->stream ? "STREAM" : "DGRAM");
}

void osdata_sockets(struct target_table *out)
{
	static const struct net nets[] = {
		{ "/proc/net/tcp", AF_INET, true },
		{ "/proc/net/udp", AF_INET, false },
		{ "/proc/net/tcp6", AF_INET6, true },
		{ "/proc/net/udp6", AF_INET6, false },
	};

	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++) {
		struct target_text text = { 0 };
		bool ok = proc_read(nets[i].path, &text) && text.data;
		char *rest = ok ? text.data : NULL, *line;

		while ((line = strsep(&rest, "\n")))
			add_socket(out, &nets[i], line);
		target_text_deinit(&text);
	}
}
