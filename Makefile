# ehr: `make demo` shows it, `make check` proves it; each installs the Debian
# packages that are missing (scripts/packages). Needs GNU make and bash.
#
#	all demo check lint bench fuzz torture coverage install uninstall dist
#	clean
#
# Files are found by wildcard:
#	lib/*/*.c -> $(BUILD)/libehr.a		cmd/X.c, cmd/X/*.c -> $(BIN)/X
#	tests/unit/*_test.c, tests/tools/*.c, tests/fuzz/*_fuzz.c -> programs
# SAN=address,undefined builds all of it, sanitized, beside the normal one.

VERSION := 0.1.0
PREFIX ?= /usr/local
BUILD ?= build
BIN ?= bin
FUZZ_TIME ?= 30
ifeq ($(origin CC),default)
CC := gcc
endif

PKGS := sqlite3 jansson libcrypto libpcre2-8 libzstd zlib libqrencode libzip \
	libxml-2.0 libcurl
CSTD := -std=c17 -D_GNU_SOURCE
WARN := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wformat=2
HARD := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE \
	-fstack-clash-protection -fcf-protection
OPT ?= -O2 -g
CFLAGS ?= $(OPT)
ifdef SAN
override BUILD := build-san
override BIN := build-san/bin
CFLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=$(SAN)
LDFLAGS += -fsanitize=$(SAN)
HARD := -fPIE
endif

# pkg-config runs once, and only when something is compiled.
PC_CFLAGS = $(eval PC_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PC_CFLAGS)
PC_LIBS = $(eval PC_LIBS := $(shell pkg-config --libs $(PKGS)))$(PC_LIBS)
ALL_CFLAGS = $(CSTD) $(WARN) $(HARD) -Iinclude -Ilib -I$(BUILD)/gen \
	-DEHR_VERSION='"$(VERSION)"' $(PC_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed $(LDFLAGS)
# libharu has no file for pkg-config in Debian 12.
LIBS = $(PC_LIBS) -lhpdf -lm -lpthread

LIB_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard lib/*/*.c))
CMD_ONE := $(patsubst cmd/%.c,%,$(wildcard cmd/*.c))
CMD_DIR := $(patsubst cmd/%/,%,$(sort $(dir $(wildcard cmd/*/*.c))))
TOOLS := $(CMD_ONE) $(CMD_DIR)
UNIT := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*_test.c))
TTOOLS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/tools/*.c))
FUZZ := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/*_fuzz.c))
BATS := $(wildcard tests/bats/*.bats)
COMPLETION := $(TOOLS:%=$(BUILD)/completion/%)

.PHONY: all tests demo check check-built lint bench fuzz fuzz-run torture \
	coverage install uninstall dist clean
.SECONDEXPANSION:
.DELETE_ON_ERROR:

all: $(TOOLS:%=$(BIN)/%)
tests: all $(UNIT) $(TTOOLS)

# ---- compiling and linking

$(BUILD)/libehr.a: $(LIB_OBJ)
	@rm -f $@
	@$(AR) rcs $@ $(LIB_OBJ)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "CC $<"
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Migrations become C strings: { 1, "CREATE ..." },
$(BUILD)/gen/schema.h: scripts/gen-schema $(wildcard lib/store/schema/*.sql)
	@mkdir -p $(@D)
	@scripts/gen-schema lib/store/schema > $@
$(filter $(BUILD)/lib/store/%,$(LIB_OBJ)): $(BUILD)/gen/schema.h

# Constants of the MIPS score, GUIDs of measures.
$(BUILD)/gen/score.h: scripts/gen-score $(wildcard lib/quality/data/score-*.tsv)
	@mkdir -p $(@D)
	@scripts/gen-score lib/quality/data > $@
$(BUILD)/lib/quality/score_rules.o: $(BUILD)/gen/score.h
$(BUILD)/gen/guids.h: scripts/gen-guids $(wildcard lib/qrda/data/guids-*.tsv)
	@mkdir -p $(@D)
	@scripts/gen-guids --rows lib/qrda/data > $@
$(BUILD)/lib/qrda/guids_year.o: $(BUILD)/gen/guids.h

# Guides of X12.
$(BUILD)/gen/x12.tables.h: scripts/gen-x12 $(wildcard lib/x12/data/*)
	@mkdir -p $(@D)
	@scripts/gen-x12 lib/x12/data > $@
$(BUILD)/lib/x12/guide.o: $(BUILD)/gen/x12.tables.h

# Objects of the sources that match. A % in a static pattern's prerequisites
# would be its stem, so the lists are made here. X-parts/*.c are X's parts.
OBJ = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)))
LINK = mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(CMD_ONE:%=$(BIN)/%): $(BIN)/%: $(BUILD)/cmd/%.o $(BUILD)/libehr.a
	@$(LINK)
$(CMD_DIR:%=$(BIN)/%): $(BIN)/%: $$(call OBJ,cmd/$$*/*.c) $(BUILD)/libehr.a
	@$(LINK)
$(UNIT) $(TTOOLS): $(BUILD)/%: $(BUILD)/%.o $$(call OBJ,$$*-parts/*.c) $(BUILD)/libehr.a
	@$(LINK)
$(FUZZ): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/libehr.a
	@mkdir -p $(@D)
	@$(CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LIBS)

# ---- showing and proving

demo:
	@scripts/bootstrap build
	@$(MAKE) -s -j$$(nproc) all $(BUILD)/tests/tools/gen-practice
	@scripts/demo

# Ends with `N passed, N failed, N skipped` over everything.
check:
	@scripts/bootstrap build test
	@$(MAKE) -s -j$$(nproc) tests
	@$(MAKE) -s check-built
check-built:
	@EHR_BIN=$(CURDIR)/$(BIN) EHR_BUILD=$(CURDIR)/$(BUILD) \
		scripts/run-tests $(UNIT) $(BATS)

lint:
	@scripts/bootstrap build test lint
	@scripts/lint

# Each folder of tests/bench has a script `run` that prints ratios; all of
# them run, and one that misses its target is the failure of all.
bench: tests
	@bad=0; for run in $(wildcard tests/bench/*/run); do \
		echo "== $$run"; EHR_BIN=$(CURDIR)/$(BIN) \
		EHR_BUILD=$(CURDIR)/$(BUILD) $$run || { echo "FAILED: $$run"; \
		bad=1; }; done; exit $$bad

# Conformance and all long tests, to the end whatever fails.
torture: tests
	@scripts/bootstrap test
	@bad=0; for run in $(wildcard tests/conformance/* tests/torture/*); do \
		test -x $$run || continue; \
		echo "== $$run"; EHR_BIN=$(CURDIR)/$(BIN) \
		EHR_BUILD=$(CURDIR)/$(BUILD) $$run || { echo "FAILED: $$run"; \
		bad=1; }; done; exit $$bad

# Signals that end a process take its counts along, so the figure is a little
# low.
COVERED = $(MAKE) -s BUILD=build-cov BIN=build-cov/bin HARD=-fPIE \
	CFLAGS='-O0 -g --coverage' LDFLAGS=--coverage
coverage:
	@scripts/bootstrap build test
	@$(COVERED) -j$$(nproc) tests
	@find build-cov -name '*.gcda' -delete
	@bad=0; $(COVERED) check-built || bad=1; \
		scripts/coverage build-cov || bad=1; exit $$bad

fuzz:
	@scripts/bootstrap build lint
	@$(MAKE) -s BUILD=build-fuzz CC=clang HARD= WARN=-Wall \
		CFLAGS='-O1 -g -fsanitize=fuzzer-no-link,address,undefined \
		-fno-sanitize-recover=undefined' fuzz-run
fuzz-run: $(FUZZ)
	@scripts/fuzz $(FUZZ_TIME) $(FUZZ)

# ---- installing

$(COMPLETION): $(BUILD)/completion/%: $(BIN)/% scripts/gen-completion
	@mkdir -p $(@D)
	@scripts/gen-completion $< > $@

SHARE = $(DESTDIR)$(PREFIX)/share
install: all $(COMPLETION)
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/ehr \
		$(SHARE)/bash-completion/completions
	install -m 755 $(TOOLS:%=$(BIN)/%) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(COMPLETION) $(SHARE)/bash-completion/completions
	for page in $(wildcard man/*.[1-9]); do \
		install -D -m 644 $$page $(SHARE)/man/man$${page##*.}/$${page##*/} \
			|| exit 1; done
	for data in $(wildcard lib/*/data); do \
		lib=$${data%/data}; find $$data -type f ! -name '*.def' \
		-printf '%P\n' | while read -r f; do install -D -m 644 \
		$$data/$$f $(SHARE)/ehr/$${lib#lib/}/$$f || exit 1; \
		done || exit 1; done

uninstall:
	rm -f $(TOOLS:%=$(DESTDIR)$(PREFIX)/bin/%) \
		$(TOOLS:%=$(SHARE)/bash-completion/completions/%)
	for page in $(wildcard man/*.[1-9]); do \
		rm -f $(SHARE)/man/man$${page##*.}/$${page##*/}; done
	rm -rf $(SHARE)/ehr

dist:
	@mkdir -p dist
	git archive --prefix=ehr-$(VERSION)/ -o dist/ehr-$(VERSION).tar.gz HEAD

clean:
	rm -rf build build-san build-fuzz build-cov bin dist

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
