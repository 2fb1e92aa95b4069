# What `make bench` needs beside the tests' dumps.
BENCH_FILES := $(addprefix $(O)/tests/bench/,rsp_read hold live live_app read.core) \
	$(O)/tests/apps/launches

$(O)/tests/bench/rsp_read: $(O)/tests/bench/rsp_read.o $(O)/tests/bench/rsp_client.o $(LIB)
	$(Q)$(LINK)

$(O)/tests/bench/live: $(addprefix $(O)/tests/bench/,live.o peer.o rsp_client.o) $(LIB)
	$(Q)$(LINK) -lm

$(O)/tests/bench/hold: $(O)/tests/bench/hold.o
	$(Q)$(LINK)

$(O)/tests/bench/live_app: $(O)/tests/bench/live_app.o
	$(Q)$(LINK) -lpthread

$(O)/tests/bench/read.core: tests/bench/read.dump $(TOOL_DIR)/mkcore
	$(Q)mkdir -p $(@D)
	$(Q)$(TOOL_DIR)/mkcore $< -o $@

$(O)/tests/apps/launches: tests/bench/launches_host.c tests/apps/host.c tests/apps/host.h $(SIM_HEADERS)
	$(Q)mkdir -p $(@D)
	$(Q)gcc -D_GNU_SOURCE -g -O0 -Wall -Wextra -I. -I$(O)/sim/include -o $@ \
		$(filter %.c,$^) $(SAMPLE_LINK) -lascendcl -lacl_rt_impl -lruntime
