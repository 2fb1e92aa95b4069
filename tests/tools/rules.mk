# Tools that make the tests' inputs: kernels in the shape of the device compiler's files (mkkernel)
# and core dumps from text recipes (mkcore). Included by the Makefile; see tests/tools/README.md.

TOOL_DIR := $(O)/tests/tools
DUMP_OBJ := $(patsubst %.c,$(O)/%.o,$(wildcard target/sim/dump*.c))
MKKERNEL_OBJ := $(patsubst %.c,$(O)/%.o,$(sort $(wildcard tests/tools/mkkernel_*.c)))

$(TOOL_DIR)/mkkernel: $(TOOL_DIR)/mkkernel.o $(MKKERNEL_OBJ)
	$(Q)$(LINK)

# names and error bits of registers come from arch/; kernels are executed by libunicorn
RECIPE_OBJ := $(addprefix $(TOOL_DIR)/,recipe.o recipe_core.o recipe_reg.o recipe_run.o \
	recipe_value.o kernelfile.o)

$(TOOL_DIR)/mkcore: $(TOOL_DIR)/mkcore.o $(RECIPE_OBJ) $(DUMP_OBJ) $(filter $(O)/arch/%,$(LIB_OBJ))
	$(Q)$(LINK) -lunicorn -lm

# a dump of every recipe
DUMPS := $(patsubst tests/recipes/%.dump,$(O)/tests/dumps/%.core,$(wildcard tests/recipes/*.dump))

.PHONY: dumps
dumps: $(DUMPS)

$(O)/tests/dumps/%.core: tests/recipes/%.dump $(TOOL_DIR)/mkcore $(KERNELS) $(wildcard tests/recipes/*.inc)
	$(Q)mkdir -p $(@D)
	$(Q)$(TOOL_DIR)/mkcore $< -o $@ -k $(O)/tests/kernels

# unit tests of the tools themselves
$(O)/tests/unit/test_mkkernel: $(MKKERNEL_OBJ)
$(O)/tests/unit/test_mkcore: $(RECIPE_OBJ)
$(O)/tests/unit/test_mkcore: LDLIBS += -lunicorn -lm

# unit tests that need the real daemon
$(O)/tests/unit/test_front_door: $(addprefix $(TOOL_DIR)/,play_daemon.o play_text.o play_wire.o)
$(O)/tests/unit/test_guardian: $(addprefix $(TOOL_DIR)/,play_daemon.o play_text.o play_wire.o)

# and one that runs programs under it
$(O)/tests/unit/test_live_ends: $(addprefix $(TOOL_DIR)/,play_daemon.o play_text.o play_wire.o)
$(O)/tests/unit/test_live_samples: $(addprefix $(TOOL_DIR)/,play_daemon.o play_program.o play_text.o play_wire.o)
$(O)/tests/unit/test_runtime: $(TOOL_DIR)/play_text.o

# plays tests/protocol/*.rsp against the daemon
$(TOOL_DIR)/rsp-play: $(addprefix $(TOOL_DIR)/,rsp-play.o play_app.o play_daemon.o play_start.o \
		play_text.o play_wire.o) $(LIB)
	$(Q)$(LINK)

# single packets to a server with a process
PROBE_OBJ := $(addprefix $(TOOL_DIR)/,probe.o play_app.o play_daemon.o play_text.o play_wire.o)
$(TOOL_DIR)/rsp-probe: $(TOOL_DIR)/rsp-probe.o $(PROBE_OBJ) $(LIB)
	$(Q)$(LINK)

# sequences of packets by chance
$(TOOL_DIR)/rsp-random: $(addprefix $(TOOL_DIR)/,rsp-random.o random.o) $(PROBE_OBJ) $(LIB)
	$(Q)$(LINK)

# sessions with a server of which a call fails
$(TOOL_DIR)/rsp-faults: $(TOOL_DIR)/rsp-faults.o $(PROBE_OBJ) $(LIB)
	$(Q)$(LINK)

# serves a recorded session
$(TOOL_DIR)/rsp-replay: $(addprefix $(TOOL_DIR)/,rsp-replay.o play_text.o) $(LIB)
	$(Q)$(LINK)

TEST_FILES += $(addprefix $(TOOL_DIR)/,rsp-faults rsp-play rsp-probe rsp-random rsp-replay) $(DUMPS)
