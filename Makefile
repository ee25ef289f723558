# SPDX-License-Identifier: GPL-2.0-only
# `make help` lists the targets. Everything is built below O (default: build).

O ?= build
PREFIX ?= /usr/local
DESTDIR ?=
DOCDIR = $(PREFIX)/share/doc/daxaudit
CROSS_COMPILE ?=
SYSROOT ?=
ifneq ($(CROSS_COMPILE),)
CC := $(CROSS_COMPILE)gcc
AR := $(CROSS_COMPILE)ar
else
CC ?= gcc
endif
CLANG ?= clang
LLVM_STRIP ?= $(firstword $(shell command -v llvm-strip llvm-strip-19 llvm-strip-18 llvm-strip-17 \
	llvm-strip-16 llvm-strip-15 llvm-strip-14) llvm-strip)
BPFTOOL ?= $(firstword $(shell PATH="$$PATH:/usr/sbin:/sbin" command -v bpftool) bpftool)
PKG_CONFIG ?= pkg-config
ifneq ($(SYSROOT),)
multiarch := $(shell $(CC) -print-multiarch)
override CC += --sysroot=$(SYSROOT)
PKG_CONFIG := PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) \
	PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(multiarch)/pkgconfig:$(SYSROOT)/usr/share/pkgconfig \
	$(PKG_CONFIG)
endif
ARCH ?= $(shell uname -m | sed -e 's/x86_64/x86/' -e 's/i.86/x86/' -e 's/aarch64/arm64/' \
	-e 's/arm.*/arm/' -e 's/riscv.*/riscv/' -e 's/ppc64.*/powerpc/' -e 's/s390x/s390/' \
	-e 's/loongarch64/loongarch/' -e 's/mips.*/mips/')
# The kernel's name for 32-bit x86.
ifeq ($(ARCH),i386)
override ARCH := x86
endif

VERSION := $(shell cat VERSION)
# Only of daxaudit's repository: a tarball may be unpacked inside another one.
GIT := $(shell git rev-parse --show-cdup 2>/dev/null | grep -q . || git rev-parse --short=12 HEAD 2>/dev/null)
# The date of the manual pages: of the last commit, or set by a packager.
DATE := $(if $(SOURCE_DATE_EPOCH),$(shell date -u -d @$(SOURCE_DATE_EPOCH) +%F),$(or \
	$(shell git log -1 --format=%cs 2>/dev/null),$(shell date -u -r VERSION +%F)))

ifeq ($(V),1)
Q :=
msg := @:
else
Q := @
msg = @printf '  %-8s %s\n'
endif

# Optimisation across files saves a sixteenth of a replay's instructions. clang would need its
# own linker for it. Fat objects can be linked and read without it, too. They contain a random
# number, unless there is a seed.
LTO := $(if $(shell $(CC) --version | grep 'Free Software Foundation'),-flto=auto -ffat-lto-objects)
CFLAGS ?= -O2 -g $(LTO)
# Newer compilers have more warnings: warnings are errors only in CI (WERROR=1).
WARNINGS_FATAL := $(if $(filter-out 0,$(WERROR)),-Werror)
# Objects contain no build path, so that a build is reproducible. The last map applies.
PREFIX_MAP = -ffile-prefix-map='$(CURDIR)=.' -ffile-prefix-map='$(abspath $(O))=build'
DXA_CFLAGS := -std=gnu11 -D_GNU_SOURCE -Wall -Wextra $(WARNINGS_FATAL) -Wmissing-prototypes \
	-Wshadow -Wwrite-strings -Wno-missing-field-initializers -fstack-protector-strong \
	$(PREFIX_MAP)
DXA_CPPFLAGS = -Isrc -Iinclude -I$(O)/gen
# BPF programs have the byte order of the target kernel.
BYTE_ORDER := $(shell $(CC) -dM -E -x c /dev/null | sed -n 's/.* __BYTE_ORDER__ __ORDER_\(.*\)_ENDIAN__/\1/p')
BPF_TARGET := $(if $(filter BIG,$(BYTE_ORDER)),bpfeb,bpfel)
BPF_CFLAGS := -g -O2 -mcpu=v3 -D__TARGET_ARCH_$(ARCH) -Wall -Wextra $(WARNINGS_FATAL) \
	-Wno-unused-parameter -Wno-missing-field-initializers $(PREFIX_MAP)
# The UAPI headers are architecture-neutral; only asm/types.h is in the multiarch folder.
BPF_CPPFLAGS := -Ivmlinux-headers/$(ARCH) -Ibpf -Iinclude \
	-idirafter /usr/include/$(shell gcc -print-multiarch)
SAN_CFLAGS := -O1 -g -fsanitize=address,undefined,float-cast-overflow \
	-fno-sanitize-recover=undefined,float-cast-overflow \
	-fno-omit-frame-pointer

FUZZ_CFLAGS := -O2 -g -fsanitize=fuzzer-no-link,address,undefined,float-cast-overflow \
	-fno-sanitize-recover=undefined,float-cast-overflow -fno-omit-frame-pointer \
	-fsanitize-coverage-ignorelist=tests/fuzz/uncovered

PKGS := libbpf libelf zlib json-c yaml-0.1
PKG_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(PKGS))
PKG_LIBS = $(shell $(PKG_CONFIG) --libs $(PKGS))
PKG_LIBS_STATIC = $(shell $(PKG_CONFIG) --static --libs $(PKGS))
# The core and its tests must build where libbpf is not installed.
CORE_PKGS := zlib json-c yaml-0.1
CORE_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(CORE_PKGS))
CORE_LIBS = $(shell $(PKG_CONFIG) --libs $(CORE_PKGS))

# Sorted: before 4.3, make uses the order of the file system, which affects the binary.
CORE_SRC := $(sort $(wildcard $(patsubst %,src/%/*.c,base engine engine/track engine/rules policy record output)))
PROG_SRC := $(sort $(wildcard src/probe/*.c src/cli/*.c))
BPF_SRC := $(sort $(wildcard bpf/*.bpf.c))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT_LIB_SRC := $(sort $(wildcard tests/unit/lib/*.c))

# Generated headers, except the skeletons.
GEN := $(O)/gen/version.h $(O)/gen/default-policy.h $(O)/gen/report-files.h
CORE_OBJ := $(CORE_SRC:%.c=$(O)/%.o)
PROG_OBJ := $(PROG_SRC:%.c=$(O)/%.o)
BPF_OBJ := $(BPF_SRC:%.c=$(O)/%.o)
SKELS := $(BPF_SRC:bpf/%.bpf.c=$(O)/gen/%.skel.h)
SAN_OBJ := $(CORE_SRC:%.c=$(O)/san/%.o)
UNIT_LIB_OBJ := $(UNIT_LIB_SRC:%.c=$(O)/san/%.o)
UNIT_BIN := $(UNIT_SRC:%.c=$(O)/san/%)
# Programs that tests use.
TEST_TOOL_SRC := tests/golden/story.c tests/golden/words.c tests/bench/generate.c \
	tests/bench/spend.c tests/fuzz/seeds.c tests/output/sweeps.c
# Static, because guests have no libraries.
LIVE_TOOL_SRC := $(wildcard tests/live/*.c)
LIVE_TOOLS := $(LIVE_TOOL_SRC:%.c=$(O)/%)
TEST_TOOL_OBJ := $(TEST_TOOL_SRC:%.c=$(O)/%.o)
MODEL_SRC := $(sort $(wildcard tests/model/*.c))
MODEL_OBJ := $(MODEL_SRC:%.c=$(O)/%.o)
FUZZ := fuzz_record fuzz_engine fuzz_policy fuzz_blocks fuzz_names
FUZZ_BIN := $(FUZZ:%=$(O)/fuzz/%)
FUZZ_LIB_OBJ := $(patsubst %,$(O)/fuzz/tests/fuzz/%.o,audit recmutate)
FUZZ_OBJ := $(CORE_SRC:%.c=$(O)/fuzz/%.o) $(FUZZ:%=$(O)/fuzz/tests/fuzz/%.o) $(FUZZ_LIB_OBJ)
FUZZ_SECONDS ?= 60
STORIES := $(wildcard tests/golden/*.story tests/golden/rules/*.story)
STORY_DXR := $(STORIES:tests/golden/%.story=$(O)/golden/%.dxr)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all rules static live-tools check fleet unit model golden golden-recordings cli output browser shell docs schema runbooks fuzz fuzz-short fuzz-corpus bench coverage test-build dist release package lint check-layers format install uninstall clean help

all: $(O)/daxaudit ## build build/daxaudit

static: $(O)/daxaudit.static ## build build/daxaudit.static, which needs no library on the target

# Programs that benchmarks run in guests, besides daxaudit.
BENCH_GUEST := $(O)/tests/bench/bare $(O)/tests/bench/bare.bpf.o $(O)/tests/live/stamp \
	$(O)/tests/live/dmstorm

$(O)/tests/bench/bare: $(O)/tests/bench/bare.o
	$(msg) LINK $@
	$(Q)$(CC) $(CFLAGS) $(PREFIX_MAP) $(LDFLAGS) -static -o $@ $^ $(PKG_LIBS_STATIC)

$(O)/tests/bench/%.bpf.o: tests/bench/%.bpf.c
	$(msg) BPF $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -target $(BPF_TARGET) $(BPF_CFLAGS) $(BPF_CPPFLAGS) -MMD -MP -MF $(@:.o=.d) -c -o $@ $<
	$(Q)$(LLVM_STRIP) -g $@

live-tools: $(LIVE_TOOLS) ## build the programs that live cases run in guests, besides daxaudit

$(LIVE_TOOLS): $(O)/%: $(O)/%.o
	$(msg) LINK $@
	$(Q)$(CC) $(CFLAGS) $(PREFIX_MAP) $(LDFLAGS) -static -o $@ $^

$(O)/daxaudit: $(PROG_OBJ) $(O)/libdaxaudit-core.a
	$(msg) LINK $@
	$(Q)$(CC) $(CFLAGS) $(PREFIX_MAP) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(O)/daxaudit.static: $(PROG_OBJ) $(O)/libdaxaudit-core.a
	$(msg) LINK $@
	$(Q)$(CC) $(CFLAGS) $(PREFIX_MAP) $(LDFLAGS) -static -o $@ $^ $(PKG_LIBS_STATIC)

$(O)/libdaxaudit-core.a: $(CORE_OBJ)
	$(msg) AR $@
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

$(O)/%.o: %.c | $(SKELS) $(GEN)
	$(msg) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(DXA_CPPFLAGS) $(CPPFLAGS) $(DXA_CFLAGS) $(PKG_CFLAGS) $(CFLAGS) -frandom-seed=$< -MMD -MP -c -o $@ $<

$(O)/san/%.o: %.c | $(GEN)
	$(msg) CC-SAN $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(DXA_CPPFLAGS) -Itests/unit $(CPPFLAGS) $(DXA_CFLAGS) $(CORE_CFLAGS) $(SAN_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/san/tests/unit/%: $(O)/san/tests/unit/%.o $(UNIT_LIB_OBJ) $(SAN_OBJ)
	$(msg) LINK $@
	$(Q)$(CC) $(SAN_CFLAGS) $(LDFLAGS) $(WRAPPED:%=-Wl,--wrap=%) -o $@ $^ -lcmocka $(CORE_LIBS)

# Only the files of src/probe that need no libbpf.
$(O)/san/tests/unit/test_kallsyms: $(patsubst %,$(O)/san/src/probe/%.o,kallsyms modranges symline symtab \
	wanted)
$(O)/san/tests/unit/test_symfind: $(patsubst %,$(O)/san/src/probe/%.o,symfind kallsyms modranges symline \
	symtab wanted)
$(O)/san/tests/unit/test_btfscan: $(patsubst %,$(O)/san/src/probe/%.o,btfscan btfcut)
$(O)/san/tests/unit/test_uevents: $(O)/san/src/probe/uevents.o
$(O)/san/tests/unit/test_drain: $(O)/san/src/probe/drain.o
$(O)/san/tests/unit/test_inside: $(O)/san/src/probe/collect_inside.o
$(O)/san/tests/unit/test_open_tasks: $(O)/san/src/cli/open_tasks.o $(O)/san/src/probe/collect_tasks.o

# Only the files of src/cli that need no probe.
$(O)/san/tests/unit/test_opts: $(patsubst %,$(O)/san/src/cli/%.o,opts opts_rows opts_sweep)
$(O)/san/tests/unit/test_sweep: $(patsubst %,$(O)/san/src/cli/%.o,sweep_plan sweep_watch)
$(O)/san/tests/unit/test_daemon_report: $(patsubst %,$(O)/san/src/cli/%.o,daemon_report \
	analysis logfile metrics_file notify policies provisional recording width)

$(O)/san/tests/unit/test_kprobesafe: $(O)/san/src/probe/kprobesafe.o
$(O)/san/tests/unit/test_tracefs: $(O)/san/src/probe/tracefs.o $(O)/san/src/cli/sweep_guard.o
$(O)/san/tests/unit/test_recmutate: $(O)/san/tests/fuzz/recmutate.o

# The functions that a test makes fail. Not in LDFLAGS, which a command line replaces.
$(O)/san/tests/unit/test_record: WRAPPED := fdatasync
$(O)/san/tests/unit/test_kallsyms: WRAPPED := realloc
$(O)/san/tests/unit/test_record_open: WRAPPED := flock
$(O)/san/tests/unit/test_nomem: WRAPPED := malloc calloc realloc reallocarray aligned_alloc

# Labels of basic blocks are most of the symbols, all of which libbpf goes through when it opens an
# object.
BPF_STRIP := -g -w --strip-symbol='LBB*'

$(O)/bpf/%.bpf.o: bpf/%.bpf.c
	$(msg) BPF $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -target $(BPF_TARGET) $(BPF_CFLAGS) $(BPF_CPPFLAGS) -MMD -MP -MF $(@:.o=.d) -c -o $@ $<
	$(Q)$(LLVM_STRIP) $(BPF_STRIP) $@

# bpftool reads only objects of this machine's byte order. The maps and programs do not depend on the
# byte order: a skeleton is generated from a little-endian object, and gets the real one.
ifeq ($(BPF_TARGET),bpfel)
TWIN = $<
else
TWIN = $(@:.h=.twin.o)
endif

# Generated files are not linted: clang's analyzer does not know that libbpf frees a skeleton.
$(O)/gen/%.skel.h: $(O)/bpf/%.bpf.o bpf/%.bpf.c tools/pack-object
	$(msg) SKEL $@
	$(Q)mkdir -p $(@D)
ifneq ($(BPF_TARGET),bpfel)
	$(Q)$(CLANG) -target bpfel $(BPF_CFLAGS) $(BPF_CPPFLAGS) -c -o $(TWIN) bpf/$*.bpf.c
	$(Q)$(LLVM_STRIP) $(BPF_STRIP) $(TWIN)
endif
	$(Q)$(BPFTOOL) gen skeleton $(TWIN) name $(subst -,_,$*)_bpf > $(@:.h=.plain)
	$(Q){ echo '/* NOLINTBEGIN */'; tools/pack-object $(@:.h=.plain) $< && \
		echo '/* NOLINTEND */'; } > $@.new && mv $@.new $@

# Rewritten only when it changes, so that a commit does not rebuild everything.
$(O)/gen/version.h: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)printf '#define DXA_VERSION "%s"\n#define DXA_VERSION_GIT "%s"\n#define DXA_DATE "%s"\n' \
		'$(VERSION)' '$(GIT)' '$(DATE)' > $@.new
	$(Q)cmp -s $@.new $@ && rm $@.new || mv $@.new $@

# Files that are compiled in, as C strings.
$(O)/gen/default-policy.h: src/policy/default.yaml tools/embed
	$(msg) GEN $@
	$(Q)tools/embed default_policy $< > $@

$(O)/gen/report-files.h: src/output/report.css src/output/report.js tools/embed
	$(msg) GEN $@
	$(Q){ tools/embed report_css src/output/report.css && \
		tools/embed report_js src/output/report.js; } > $@

.PHONY: FORCE
FORCE:

check: check-layers unit golden cli output docs ## run all off-root tests

cli: $(O)/daxaudit ## test the command line: output and exit codes
	$(Q)tests/cli/run $(O)

output: $(O)/daxaudit $(STORY_DXR) $(O)/tests/bench/generate $(O)/tests/output/sweeps ## validate every output format with public validators
	$(Q)tests/output/run $(O)

browser: $(O)/daxaudit $(STORY_DXR) $(O)/tests/bench/generate $(O)/tests/output/sweeps ## load the HTML report in headless Chromium
	$(Q)tests/browser/run $(O)

shell: $(O)/daxaudit ## complete command lines in bash, zsh and fish; lint the manual pages
	$(Q)tests/shell/run $(O)

docs: $(O)/daxaudit $(STORY_DXR) ## run the examples of docs/ci.md
	$(Q)tests/docs/run $(O)

fleet: $(O)/daxaudit $(O)/daxaudit.static $(STORY_DXR) ## test packaging and the monitoring of a fleet with real programs
	$(Q)tests/fleet/run $(O)

.PHONY: guests
guests: ## test the guests' tools when a mirror or this machine lacks something
	$(Q)tests/guests/run

dist: ## write the sources of HEAD to build/dist/daxaudit-VERSION.tar.xz
	$(Q)tools/dist $(O)/dist

release: ## write sources, static tarballs of all architectures, SBOMs and SHA256SUMS to build/release
	$(Q)tools/release --out $(O)/release

package: $(O)/daxaudit $(O)/daxaudit.static $(STORY_DXR) ## test the Debian package, the RPM, the tarballs and the integrations
	$(Q)tests/package/run $(O)

test-build: ## test that builds are reproducible and that flags of a command line keep their place
	$(Q)tests/build/run $(O)

unit: $(if $(UNIT),$(UNIT:%=$(O)/san/tests/unit/%),$(UNIT_BIN)) ## build and run the unit tests under ASan and UBSan
	$(Q)tests/unit/run $^

$(O)/model: $(MODEL_OBJ) $(O)/libdaxaudit-core.a
	$(msg) LINK $@
	$(Q)$(CC) $(CFLAGS) $(PREFIX_MAP) $(LDFLAGS) -o $@ $^ $(CORE_LIBS)

# Mismatches are kept as stories.
model: $(O)/model ## compare the engine with a model of the kernel, for SECONDS (default 60), from SEED on
	$(Q)$< --save $(O)/model-failures $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED))

$(O)/tests/%: $(O)/tests/%.o $(O)/libdaxaudit-core.a
	$(msg) LINK $@
	$(Q)$(CC) $(CFLAGS) $(PREFIX_MAP) $(LDFLAGS) -o $@ $^ $(CORE_LIBS)

$(O)/tests/golden/story: $(O)/tests/golden/words.o

$(O)/golden/%.dxr: tests/golden/%.story $(O)/tests/golden/story
	$(msg) STORY $@
	$(Q)mkdir -p $(@D)
	$(Q)rm -f $@ && $(O)/tests/golden/story $< $@

docs/schema/%.schema.json: $(O)/daxaudit
	$(msg) SCHEMA $@
	$(Q)mkdir -p $(@D)
	$(Q)$< schema $* > $@.new && mv $@.new $@

schema: docs/schema/json.schema.json docs/schema/jsonl.schema.json docs/schema/sweep.schema.json ## regenerate docs/schema/ from the tables

runbooks: $(O)/daxaudit ## regenerate docs/runbooks/ from the rule table
	$(Q)tools/gen-runbooks $<

# The package suite replays some of them.
golden-recordings: $(STORY_DXR)

golden: $(O)/daxaudit golden-recordings ## replay the golden recordings and compare the findings
	$(Q)tests/golden/run $(O)

$(O)/fuzz/%.o: %.c | $(GEN)
	$(msg) CC-FUZZ $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(DXA_CPPFLAGS) $(CPPFLAGS) $(DXA_CFLAGS) $(CORE_CFLAGS) $(FUZZ_CFLAGS) -MMD -MP -c -o $@ $<

# An archive: after each run libFuzzer reads the counters of all linked code.
$(O)/fuzz/libfuzzed.a: $(FUZZ_LIB_OBJ) $(CORE_SRC:%.c=$(O)/fuzz/%.o)
	$(msg) AR $@
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

$(FUZZ_BIN): $(O)/fuzz/%: $(O)/fuzz/tests/fuzz/%.o $(O)/fuzz/libfuzzed.a
	$(msg) LINK $@
	$(Q)$(CLANG) -fsanitize=fuzzer,address,undefined $(LDFLAGS) -o $@ $^ $(CORE_LIBS)

fuzz: $(FUZZ_BIN) $(O)/tests/fuzz/seeds $(STORY_DXR) ## fuzz each target for FUZZ_SECONDS (default: 60)
	$(Q)tests/fuzz/run $(O) $(FUZZ_SECONDS) $(FUZZ:fuzz_%=%)

fuzz-corpus: $(FUZZ_BIN) ## minimise the corpus that make fuzz kept
	$(Q)tests/fuzz/run --minimise $(O) $(FUZZ:fuzz_%=%)

fuzz-short: ## fuzz each target for 10 seconds
	$(Q)$(MAKE) --no-print-directory fuzz FUZZ_SECONDS=10

.PHONY: bench-replay bench-guest bench-guard

bench: bench-guest bench-replay ## measure the cost of hooks and replays

bench-replay: $(O)/daxaudit $(O)/tests/bench/generate $(O)/tests/bench/spend ## measure replay: speed, memory, instructions
	$(Q)tests/bench/run $(O)

bench-guest: $(O)/daxaudit.static $(BENCH_GUEST) ## measure the cost of hooks, in guests that count instructions
	$(Q)tests/bench/guest $(O) --also 7.2-amd64 --also 6.12-arm64

bench-guard: $(O)/daxaudit.static $(BENCH_GUEST) ## do the hooks cost more than docs/performance.md says?
	$(Q)tests/bench/guest $(O) --guard

# Some tests drop root, so the counters are writable for all users. With that umask, and a file
# size limit that also applies to counters, a few CLI tests fail here: their results are ignored.
coverage: ## run the off-root tests, print the line coverage of each folder of src/
	$(Q)umask 0; counters=$$(mktemp -d) && chmod 777 "$$counters" && \
		GCOV_PREFIX="$$counters" $(MAKE) --no-print-directory -s O=$(O)/cov PREFIX_MAP= \
		CFLAGS='-O0 -g --coverage' SAN_CFLAGS='-O0 -g --coverage' LDFLAGS=--coverage \
		--keep-going unit golden cli; cp -r "$$counters$(abspath $(O)/cov)/." $(O)/cov/ && \
		rm -r "$$counters" && tools/coverage $(O)/cov

# For editors and clangd. Written each time: it is quick, and the flags may have changed.
compile_commands.json: $(SKELS) $(GEN) FORCE ## write the compiler's command for each file of src/ and tests/
	$(Q)tools/compile-commands \
		--- $(CORE_SRC) $(PROG_SRC) $(TEST_TOOL_SRC) $(LIVE_TOOL_SRC) $(MODEL_SRC) \
		-- $(CC) $(DXA_CPPFLAGS) $(CPPFLAGS) $(DXA_CFLAGS) $(PKG_CFLAGS) $(CFLAGS) \
		--- $(UNIT_SRC) $(UNIT_LIB_SRC) -- $(CC) $(DXA_CPPFLAGS) -Itests/unit $(CPPFLAGS) \
		$(DXA_CFLAGS) $(CORE_CFLAGS) $(SAN_CFLAGS) \
		--- $(BPF_SRC) -- $(CLANG) -target $(BPF_TARGET) $(BPF_CFLAGS) $(BPF_CPPFLAGS) > $@.new
	$(Q)mv $@.new $@

check-layers: $(CORE_OBJ) ## check that dependencies between the folders of src/ have one direction
	$(Q)tools/check-layers
	$(Q)tools/check-cycles $(O)

rules: ## regenerate src/engine/rules/list.h from the definitions beside it
	$(Q)tools/gen-rules

lint: $(SKELS) $(GEN) ## layers, headers, clang-format, clang-tidy, cppcheck, shellcheck
	$(Q)CC=$(CC) tools/lint $(O)

format: ## format all C sources in place
	$(Q)git ls-files '*.c' '*.h' | grep -v '^vmlinux-headers/' | xargs clang-format -i

MAN_PAGES := $(addprefix $(O)/man/,daxaudit.8 daxaudit-policy.5 daxaudit-rules.7 daxaudit-recording.5)

$(MAN_PAGES): $(O)/daxaudit
	$(msg) MAN $@
	$(Q)mkdir -p $(@D)
	$(Q)$< man $(basename $(@F)) > $@

$(O)/completion.%: $(O)/daxaudit
	$(msg) GEN $@
	$(Q)$< completion $* > $@

# systemd also reads units below /usr/local/lib; the other files have one place each.
UNITDIR ?= $(PREFIX)/lib/systemd/system
CATALOGDIR ?= /usr/lib/systemd/catalog
TMPFILESDIR ?= /usr/lib/tmpfiles.d
LOGROTATEDIR ?= /etc/logrotate.d
DEFAULTDIR ?= /etc/default

# CHANGELOG.md is installed beside the documents; what is not installed has no link.
INSTALLED_LINKS = -e 's,\]\(docs/,](,g' -e 's,\[([^]]*)\]\(\.\./[^)]*\),\1 (in the sources),g'

$(O)/daxaudit.service: packaging/systemd/daxaudit.service.in FORCE
	$(msg) GEN $@
	$(Q)sed 's|@SBINDIR@|$(PREFIX)/sbin|; s|@DOCDIR@|$(DOCDIR)|' $< > $@

$(O)/daxaudit.catalog: $(O)/daxaudit
	$(msg) GEN $@
	$(Q)$< catalog > $@

# The directories that each shell reads, below PREFIX.
BASH_COMPLETION = $(PREFIX)/share/bash-completion/completions/daxaudit
ZSH_COMPLETION = $(PREFIX)/share/zsh/site-functions/_daxaudit
FISH_COMPLETION = $(PREFIX)/share/fish/vendor_completions.d/daxaudit.fish

install: $(O)/daxaudit $(MAN_PAGES) $(addprefix $(O)/completion.,bash zsh fish) $(O)/daxaudit.service $(O)/daxaudit.catalog ## install below DESTDIR PREFIX
	install -Dm755 $(O)/daxaudit $(DESTDIR)$(PREFIX)/sbin/daxaudit
	for page in $(MAN_PAGES); do \
		install -Dm644 -t "$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}" "$$page" || exit 1; \
	done
	install -Dm644 $(O)/completion.bash $(DESTDIR)$(BASH_COMPLETION)
	install -Dm644 $(O)/completion.zsh $(DESTDIR)$(ZSH_COMPLETION)
	install -Dm644 $(O)/completion.fish $(DESTDIR)$(FISH_COMPLETION)
	for page in docs/*.md CHANGELOG.md; do \
		sed -E $(INSTALLED_LINKS) "$$page" >$(O)/page.md && \
			install -Dm644 $(O)/page.md "$(DESTDIR)$(DOCDIR)/$${page##*/}" || exit 1; \
	done
	install -Dm644 -t $(DESTDIR)$(DOCDIR) src/policy/default.yaml
	install -Dm644 -t $(DESTDIR)$(DOCDIR)/schema docs/schema/*.json
	install -Dm644 -t $(DESTDIR)$(DOCDIR)/runbooks docs/runbooks/*.md
	install -Dm644 -t $(DESTDIR)$(DOCDIR)/examples docs/examples/*.yaml
	install -Dm644 -t $(DESTDIR)$(DOCDIR)/prometheus packaging/prometheus/*
	install -Dm644 $(O)/daxaudit.service $(DESTDIR)$(UNITDIR)/daxaudit.service
	install -Dm644 $(O)/daxaudit.catalog $(DESTDIR)$(CATALOGDIR)/daxaudit.catalog
	install -Dm644 packaging/systemd/daxaudit.tmpfiles $(DESTDIR)$(TMPFILESDIR)/daxaudit.conf
	install -Dm644 packaging/systemd/daxaudit.logrotate $(DESTDIR)$(LOGROTATEDIR)/daxaudit
	test -e $(DESTDIR)$(DEFAULTDIR)/daxaudit || \
		install -Dm644 packaging/systemd/daxaudit.default $(DESTDIR)$(DEFAULTDIR)/daxaudit

uninstall: ## remove the installed files
	rm -f $(DESTDIR)$(PREFIX)/sbin/daxaudit
	rm -f $(foreach page,$(MAN_PAGES),$(DESTDIR)$(PREFIX)/share/man/man$(subst .,,$(suffix $(page)))/$(notdir $(page)))
	rm -f $(DESTDIR)$(BASH_COMPLETION) $(DESTDIR)$(ZSH_COMPLETION) $(DESTDIR)$(FISH_COMPLETION)
	rm -f $(DESTDIR)$(UNITDIR)/daxaudit.service $(DESTDIR)$(CATALOGDIR)/daxaudit.catalog
	rm -f $(DESTDIR)$(TMPFILESDIR)/daxaudit.conf $(DESTDIR)$(LOGROTATEDIR)/daxaudit
	rm -rf $(DESTDIR)$(DOCDIR)
	@file=$(DESTDIR)$(DEFAULTDIR)/daxaudit; \
	if cmp -s packaging/systemd/daxaudit.default "$$file"; then rm -f "$$file"; \
	elif [ -e "$$file" ]; then echo "$$file is kept: it was changed"; fi

clean: ## remove the build folder
	rm -rf $(O)

help: ## list the targets
	@printf 'Targets:\n'
	@sed -n 's/^\([a-z_.-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 24 | sed 's/^/  /'
	@printf '\nVariables:\n  O=DIR           build there (default: build)\n'
	@printf '  V=1             show the commands\n'
	@printf '  WERROR=1        make warnings errors, as CI does\n'
	@printf '  UNIT=NAME...    only these unit tests, for example UNIT=test_verdict\n'
	@printf '  FUZZ_SECONDS=N  time that make fuzz runs each target\n'
	@printf '  ARCH=, CROSS_COMPILE=, SYSROOT=, CC=, CLANG=, BPFTOOL=, PKG_CONFIG=, CFLAGS=, LDFLAGS=, DESTDIR=, PREFIX=\n'

-include $(CORE_OBJ:.o=.d) $(PROG_OBJ:.o=.d) $(BPF_OBJ:.o=.d) $(SAN_OBJ:.o=.d) $(PROG_SRC:%.c=$(O)/san/%.d) \
	$(UNIT_LIB_OBJ:.o=.d) $(UNIT_BIN:=.d) $(TEST_TOOL_OBJ:.o=.d) $(MODEL_OBJ:.o=.d) $(LIVE_TOOLS:=.d) $(FUZZ_OBJ:.o=.d)
-include $(O)/tests/bench/bare.d $(O)/tests/bench/bare.bpf.d
