# Fakes that unit tests link. Included by the Makefile.

$(filter $(O)/tests/unit/test_ascend_%,$(UNIT_BIN)): $(O)/tests/fake/fake_device.o
