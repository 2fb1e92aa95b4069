/*
 * Writes a 32-bit program byte by byte. For tests of registers, which need one on machines that
 * have no 32-bit compiler or library.
 */
#include "tests/fake/small_elf.h"

#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int small_elf(void)
{
	static const uint8_t code[] = {
		0xb8, 0x44, 0x33, 0x22, 0x91,	    /* mov $0x91223344, %eax */
		0xbb, 0x88, 0x77, 0x66, 0x55,	    /* mov $0x55667788, %ebx */
		0xd9, 0xe8, 0xcc, 0xcc, 0xeb, 0xfe, /* fld1; int3; int3; jmp . */
	};
	enum { BASE = 0x8048000 };
	struct {
		Elf32_Ehdr head;
		Elf32_Phdr part;
		uint8_t code[sizeof(code)];
	} file = {
		.head = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB,
				       EV_CURRENT },
			  .e_type = ET_EXEC,
			  .e_machine = EM_386,
			  .e_version = EV_CURRENT,
			  .e_entry = BASE + sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr),
			  .e_phoff = sizeof(Elf32_Ehdr),
			  .e_ehsize = sizeof(Elf32_Ehdr),
			  .e_phentsize = sizeof(Elf32_Phdr),
			  .e_phnum = 1 },
		.part = { .p_type = PT_LOAD,
			  .p_vaddr = BASE,
			  .p_filesz = sizeof(file),
			  .p_memsz = sizeof(file),
			  .p_flags = PF_R | PF_X,
			  .p_align = 0x1000 },
	};
	int fd = memfd_create("small", MFD_CLOEXEC);

	memcpy(file.code, code, sizeof(code));
	if (fd < 0 || write(fd, &file, sizeof(file)) != (ssize_t)sizeof(file))
		abort();
	return fd;
}
