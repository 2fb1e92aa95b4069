# The simulated NPU (ascend-npu-sim) and the runtime libraries that give apps its ACL calls, below
# $(O)/sim as in a toolkit. Included by the Makefile.

SIM_RT := $(wildcard target/sim/rt_*.c) target/sim/wire.c
SIM_ACL_IMPL := $(wildcard target/sim/acl_impl*.c)
SIM_ACL := target/sim/acl.c
SIM_SRC := $(filter-out $(SIM_RT) $(SIM_ACL_IMPL) $(SIM_ACL),$(wildcard target/sim/*.c))
SIM_OBJ := $(SIM_SRC:%.c=$(O)/%.o)
SIM_BIN := $(O)/ascend-npu-sim
SIM_LIB := $(O)/sim/lib64
SIM_LIBS := $(addprefix $(SIM_LIB)/,libruntime.so libacl_rt_impl.so libascendcl.so)
SIM_HEADERS := $(O)/sim/include/acl/acl.h $(O)/sim/include/acl/acl_rt.h $(O)/sim/include/runtime/rt.h

.PHONY: sim
sim: $(SIM_BIN) $(SIM_LIBS) $(SIM_HEADERS) ## the simulated NPU and its runtime libraries
all: sim

$(SIM_BIN): $(SIM_OBJ) $(filter $(O)/arch/%,$(LIB_OBJ))
	$(Q)$(LINK) -lunicorn -lm

# The libraries go into programs that are not ours, a Python among them: no sanitizers. What is preloaded
# sees calls from library to library, not those within one.
SIM_SHARED = $(CC) $(filter-out $(SANFLAGS),$(LDFLAGS)) -shared -Wl,-z,defs -Wl,-Bsymbolic-functions -Wl,-soname,$(@F) -o $@

$(O)/sim/obj/%.o: target/sim/%.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(filter-out $(SANFLAGS),$(CFLAGS)) -fPIC -c -o $@ $<

$(SIM_LIB)/libruntime.so: $(SIM_RT:target/sim/%.c=$(O)/sim/obj/%.o)
	$(Q)mkdir -p $(@D)
	$(Q)$(SIM_SHARED) $^ -pthread
$(SIM_LIB)/libacl_rt_impl.so: $(SIM_ACL_IMPL:target/sim/%.c=$(O)/sim/obj/%.o) $(SIM_LIB)/libruntime.so
	$(Q)$(SIM_SHARED) $^ -Wl,-rpath,'$$ORIGIN' $(shell pkg-config --libs json-c)
$(SIM_LIB)/libascendcl.so: $(SIM_ACL:target/sim/%.c=$(O)/sim/obj/%.o) $(SIM_LIB)/libacl_rt_impl.so
	$(Q)$(SIM_SHARED) $^ -Wl,-rpath,'$$ORIGIN' -Wl,-rpath-link,$(SIM_LIB)

# Real host code includes <acl/acl.h>.
$(O)/sim/include/acl/acl.h: target/sim/acl.h
	$(Q)install -D -m 644 $< $@
$(O)/sim/include/acl/acl_rt.h: target/sim/acl.h
	$(Q)install -D -m 644 $< $@
$(O)/sim/include/runtime/rt.h: target/sim/rt.h
	$(Q)install -D -m 644 $< $@

$(addprefix $(O)/tests/unit/,test_sim_number test_sim_debug): $(O)/target/sim/number.o
$(addprefix $(O)/tests/unit/,test_sim_number test_sim_debug): LDLIBS += -lm
$(addprefix $(O)/tests/fuzz/,replay_simelf fuzz_simelf): $(O)/target/sim/kernel_elf.o
