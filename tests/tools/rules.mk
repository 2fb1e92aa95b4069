# Tools that make the tests' inputs: kernels in the shape of the device compiler's files (mkkernel)
# and core dumps from text recipes (mkcore). Included by the Makefile; see tests/tools/README.md.

TOOL_DIR := $(O)/tests/tools
DUMP_OBJ := $(addprefix $(TOOL_DIR)/,dumpdata.o dumplayout.o dumpranges.o dumpwriter.o)
MKKERNEL_OBJ := $(patsubst %.c,$(O)/%.o,$(sort $(wildcard tests/tools/mkkernel*.c)))

$(TOOL_DIR)/mkkernel: $(MKKERNEL_OBJ)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

# unit tests that build dumps in memory
$(filter $(O)/tests/unit/test_dumpwriter $(O)/tests/unit/test_core_%,$(UNIT_BIN)): $(DUMP_OBJ)
