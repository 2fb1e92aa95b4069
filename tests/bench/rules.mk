# What `make bench` needs beside the tests' dumps.
BENCH_FILES := $(addprefix $(O)/tests/bench/,rsp_read hold live live_app read.core)

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
