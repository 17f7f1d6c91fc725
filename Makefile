# ehr: make, make demo, make check. Needs GNU make; packages: scripts/packages
CC ?= gcc
PREFIX ?= /usr/local
BUILD ?= build
VERSION := 0.1.0

PKGS := sqlite3 jansson libcrypto zlib
CSTD := -std=c17 -D_GNU_SOURCE
WARN := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wformat=2
HARD := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
OPT ?= -O2 -g
CFLAGS ?= $(OPT)
ifdef SAN
BUILD := build-san
CFLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=$(SAN)
LDFLAGS += -fsanitize=$(SAN)
HARD := -fPIE
endif
BIN ?= $(if $(SAN),$(BUILD)/bin,bin)
ALL_CFLAGS = $(CSTD) $(WARN) $(HARD) -Iinclude -Ilib -I$(BUILD)/gen \
	-DEHR_VERSION='"$(VERSION)"' $(shell pkg-config --cflags $(PKGS)) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,--as-needed $(LDFLAGS)
LIBS = $(shell pkg-config --libs $(PKGS)) -lm -lpthread

LIB_SRC := $(wildcard lib/*/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CMD_ONE := $(patsubst cmd/%.c,%,$(wildcard cmd/*.c))
CMD_DIR := $(patsubst cmd/%/,%,$(wildcard cmd/*/))
TOOLS := $(CMD_ONE) $(CMD_DIR)
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*_test.c))
TTOOLS := $(patsubst tests/tools/%.c,$(BUILD)/tests/tools/%,$(wildcard tests/tools/*.c))

.PHONY: all clean
all: $(TOOLS:%=$(BIN)/%)

.SECONDEXPANSION:
$(BUILD)/libehr.a: $(LIB_OBJ)
	@rm -f $@
	@$(AR) rcs $@ $(LIB_OBJ)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "CC $<"
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(CMD_ONE:%=$(BIN)/%): $(BIN)/%: $(BUILD)/cmd/%.o $(BUILD)/libehr.a
	@mkdir -p $(@D)
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(CMD_DIR:%=$(BIN)/%): $(BIN)/%: $$(patsubst %.c,$(BUILD)/%.o,$$(wildcard cmd/$$*/*.c)) $(BUILD)/libehr.a
	@mkdir -p $(@D)
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(UNIT) $(TTOOLS): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/libehr.a
	@mkdir -p $(@D)
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

clean:
	rm -rf build build-san bin

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
