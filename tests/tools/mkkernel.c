/*
 * mkkernel IN.elf OUT.o: gives a linked AArch64 kernel the shape of a file of the device compiler,
 * the inverse of what target/symbols does for clients: e_machine 0x1029, DWARF registers 64 and up
 * in .debug_frame, .eh_frame, .debug_info, .debug_loc and .debug_loclists. Called by
 * tests/kernels/rules.mk; the work is in mkkernel_*.c.
 */
#include <stdio.h>

#include "tests/tools/mkkernel.h"

static struct mk_out read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct mk_out all = { 0 };
	uint8_t part[4096];
	size_t n;
	if (!f)
		mk_fail("cannot open the input: check the path");
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		mk_put(&all, part, n);
	fclose(f);
	return all;
}

static void write_file(const char *path, const struct mk_out *out)
{
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(out->bytes, 1, out->n, f) != out->n || fclose(f) != 0)
		mk_fail("cannot write the output: check the path and the free space");
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: mkkernel IN.elf OUT.o\n", stderr);
		return 2;
	}
	struct mk_out in = read_file(argv[1]), out = { 0 };
	mk_kernel(mk_in_of(in.bytes, in.n, "the file"), &out);
	write_file(argv[2], &out);
	mk_out_free(&in);
	mk_out_free(&out);
	return 0;
}
