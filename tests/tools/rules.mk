# Tools that make the tests' inputs: kernels in the shape the device compiler gives them (mkkernel)
# and core dumps from text recipes (mkcore). Included by the Makefile.

DUMP_OBJ := $(addprefix $(O)/tests/tools/,dumpdata.o dumplayout.o dumpranges.o dumpwriter.o)

# unit tests that build dumps in memory
$(filter $(O)/tests/unit/test_dumpwriter $(O)/tests/unit/test_core_%,$(UNIT_BIN)): $(DUMP_OBJ)
