/*
 * Says what a file is that was given as a dump and is none. Called by container.c for the message
 * of a failed open; a table of well-known first bytes, and the few ELF fields that tell a core
 * file from a program.
 */
#include <elf.h>
#include <stdio.h>

#include "target/core/core_priv.h"

enum { MACHINE_ASCEND = 0x1029, TEXT_SAMPLE = 256 };

struct magic {
	uint16_t at;
	uint8_t size;
	const char *bytes;
	const char *what;
	const char *advice;
};

static const struct magic magics[] = {
	{ 0, 2, "\x1f\x8b", "gzip-compressed data", "decompress it first (gunzip FILE)" },
	{ 0, 6,
	  "\xfd"
	  "7zXZ\0",
	  "xz-compressed data", "decompress it first (unxz FILE)" },
	{ 0, 4, "\x28\xb5\x2f\xfd", "zstd-compressed data", "decompress it first (unzstd FILE)" },
	{ 0, 3, "BZh", "bzip2-compressed data", "decompress it first (bunzip2 FILE)" },
	{ 0, 4, "\x04\x22\x4d\x18", "lz4-compressed data", "decompress it first (unlz4 FILE)" },
	{ 0, 4, "PK\x03\x04", "a zip archive", "decompress it first (unzip FILE)" },
	{ 0, 6, "7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "decompress it first (7z x FILE)" },
	{ 257, 5, "ustar", "a tar archive", "decompress it first (tar xf FILE)" },
	{ 0, 4, "MDMP", "a Windows minidump", "it needs a Windows debugger" },
	{ 0, 8, "KDUMP   ", "a Linux kernel dump", "open it with crash" },
	{ 0, 2, "MZ", "a Windows program", "name the .core file of the crash" },
	{ 0, 8, "!<arch>\n", "a static library", "name the .core file of the crash" },
};

static const struct {
	uint16_t number;
	const char *name;
} machines[] = {
	{ EM_386, "i386" },  { EM_X86_64, "x86-64" }, { EM_AARCH64, "aarch64" },
	{ EM_ARM, "arm" },   { EM_RISCV, "riscv" },   { EM_PPC64, "ppc64" },
	{ EM_S390, "s390" }, { EM_MIPS, "mips" },     { 258, "loongarch" },
};

static const char *machine_name(uint16_t number)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].number == number)
			return machines[i].name;
	return "ELF";
}

static void identify_elf(struct span file, struct identity *out)
{
	uint16_t type = span_u16(file, offsetof(Elf64_Ehdr, e_type));
	uint16_t machine = span_u16(file, offsetof(Elf64_Ehdr, e_machine));
	const char *what = "object file";

	if (machine == MACHINE_ASCEND) {
		snprintf(out->what, sizeof(out->what), "an Ascend kernel object");
		out->advice = "it goes behind COMM: --core FILE COMM KERNEL.o";
		return;
	}
	out->advice = "name the .core file of the crash";
	if (type == ET_CORE) {
		what = "core file";
		out->advice = "open it with gdb PROGRAM CORE";
	} else if (type == ET_EXEC || type == ET_DYN) {
		what = "program or library";
	}
	snprintf(out->what, sizeof(out->what), "a Linux %s %s (e_machine %u)",
		 machine_name(machine), what, machine);
}

static bool is_text(struct span file)
{
	uint64_t n = span_room(file, 0, TEXT_SAMPLE);

	for (uint64_t i = 0; i < n; i++) {
		uint8_t c = file.data[i];
		if (c != '\n' && c != '\r' && c != '\t' && (c < ' ' || c == 0x7f))
			return false;
	}
	return true;
}

static bool is_zero(struct span file)
{
	uint64_t n = span_room(file, 0, TEXT_SAMPLE);

	for (uint64_t i = 0; i < n; i++)
		if (file.data[i])
			return false;
	return true;
}

static bool identify_magic(struct span file, struct identity *out)
{
	struct span part;

	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		const struct magic *m = &magics[i];
		if (!span_part(file, m->at, m->size, &part) ||
		    memcmp(part.data, m->bytes, m->size) != 0)
			continue;
		snprintf(out->what, sizeof(out->what), "%s", m->what);
		out->advice = m->advice;
		return true;
	}
	return false;
}

void identify_file(struct span file, struct identity *out)
{
	struct span head;

	if (span_part(file, 0, SELFMAG, &head) && !memcmp(head.data, ELFMAG, SELFMAG) &&
	    file.size >= sizeof(Elf64_Ehdr)) {
		identify_elf(file, out);
		return;
	}
	if (identify_magic(file, out))
		return;
	out->advice = "name the .core file of the crash";
	if (is_zero(file)) {
		snprintf(out->what, sizeof(out->what), "a file of zeros");
		out->advice = "it was probably never completely written or copied";
	} else if (is_text(file)) {
		snprintf(out->what, sizeof(out->what), "a text file");
	} else if (file.size < sizeof(Elf64_Ehdr)) {
		snprintf(out->what, sizeof(out->what), "a file of only %u bytes",
			 (unsigned)file.size);
		out->advice = "it was probably never completely written or copied";
	} else {
		snprintf(out->what, sizeof(out->what),
			 "a file of unknown kind (%02x %02x %02x %02x)", file.data[0], file.data[1],
			 file.data[2], file.data[3]);
	}
}
