# vib-sweep. `make`, `make run`, `make test`, `make install PREFIX= DESTDIR=`, `make uninstall`,
# `make bench`, `make bench-peers`; `make check` and `make check-slow` are in tests/README.md; knobs below.
#   BACKEND=xsmm|openblas   matrix products by libxsmm, or by OpenBLAS alone
#   SANITIZE=            address (with undefined) or thread; each has its own build tree
#   WERROR=1             warnings are errors (used by CI)
#   V=1                  whole command lines

VERSION := 0.2.0
BACKEND ?= $(if $(filter x86_64,$(shell uname -m)),xsmm,openblas)
ifeq ($(filter $(BACKEND),xsmm openblas),)
$(error BACKEND is '$(BACKEND)', expected xsmm or openblas)
endif
ifeq ($(origin CC),default)
CC      := gcc
endif
PREFIX  ?= /usr/local

SANITIZE ?=
# The build tree of a sanitizer: empty, address or thread.
tree      = build/$(BACKEND)-$(notdir $(firstword $(CC)))$(if $(1),-$(1))
BUILD    := $(call tree,$(SANITIZE))

# Nameless enumerations are our whole constants, so clang 19 may not mind them beside doubles.
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion \
            -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef -Wno-enum-float-conversion \
            $(if $(WERROR),-Werror)
SAN_address := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SAN_thread  := -fsanitize=thread
CFLAGS   ?= -O3 -g
CFLAGS_ALL := -std=c11 $(CFLAGS) $(WARNINGS) -ffp-contract=fast \
            -fno-math-errno -fno-trapping-math $(SAN_$(SANITIZE)) -pthread
CPPFLAGS_ALL := -D_GNU_SOURCE -I. $(if $(filter xsmm,$(BACKEND)),-DVIB_XSMM=1) $(CPPFLAGS)

LIBS_xsmm  := -lxsmm -lxsmmnoblas -lrt
CORE_LIBS  := $(LIBS_$(BACKEND)) -ldl -lcrypto -lzip -lz -lm
LIBS       := $(CORE_LIBS) -lyaml -lsqlite3

# Debian's libjs-chart.js, which draws what a browser shows.
CHART_JS   ?= /usr/share/javascript/chart.js/chart.min.js

# $(call say,WHAT) before a command line shows WHAT instead of the line, unless V=1.
say = $(if $(V),,@echo '  $(1) $(notdir $@)';)

CORE_SRC   := $(filter-out $(if $(filter openblas,$(BACKEND)),core/engine_xsmm.c),\
              $(wildcard core/*.c core/*/*.c))
RUNNER_SRC := $(wildcard runner/*.c runner/*/*.c)
CORE_OBJ   := $(CORE_SRC:%.c=$(BUILD)/%.o)
RUNNER_OBJ := $(RUNNER_SRC:%.c=$(BUILD)/%.o)
EMBEDDED   := runner/store/schema runner/cluster/script_text runner/manual/completion_text \
              runner/page/page_text
UNIT_SRC   := $(wildcard tests/unit/*/test_*.c)
UNIT_BIN   := $(UNIT_SRC:%.c=$(BUILD)/%)
PROGRAM_TESTS := $(filter-out tests/program/common.sh,$(sort $(wildcard tests/program/*.sh)))
CHECK_TESTS := $(sort $(wildcard tests/check/*.sh))
SLOW_TESTS  := $(filter-out tests/slow/cluster.sh,$(sort $(wildcard tests/slow/*.sh)))
SUPPORT_SRC := $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*/*.c))
SUPPORT_OBJ := $(SUPPORT_SRC:%.c=$(BUILD)/%.o)
BENCH_OBJ  := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/null_trainer.c %/steps_guard.c,\
              $(wildcard tests/bench/*.c)))

# build/vib-sweep is the program that was built last.
all: $(BUILD)/vib-sweep
	@ln -sf $(notdir $(BUILD))/vib-sweep build/vib-sweep

$(BUILD)/libvibcore.a: $(CORE_OBJ)
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $^

# The program's objects without main, so that unit tests can link them.
$(BUILD)/librunner.a: $(filter-out $(BUILD)/runner/main.o,$(RUNNER_OBJ)) $(EMBEDDED:%=$(BUILD)/%.o)
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/vib-sweep: $(BUILD)/runner/main.o $(BUILD)/librunner.a $(BUILD)/libvibcore.a
	$(call say,LD)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LIBS)

# The program with a trainer that does nothing, which shows what the runner itself costs.
$(BUILD)/vib-sweep-null: $(BUILD)/runner/main.o $(BUILD)/tests/bench/null_trainer.o \
                         $(BUILD)/librunner.a $(BUILD)/libvibcore.a
	$(call say,LD)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LIBS)

# The program with a small data set to fetch, from where $MIRRORS says.
$(BUILD)/vib-sweep-fetch: $(BUILD)/runner/main.o $(BUILD)/tests/program/fetch_table.o \
                          $(BUILD)/librunner.a $(BUILD)/libvibcore.a
	$(call say,LD)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LIBS)

# The program on a machine whose disks are all a network's.
$(BUILD)/vib-sweep-network: $(BUILD)/runner/main.o $(BUILD)/tests/program/network_disk.o \
                            $(BUILD)/librunner.a $(BUILD)/libvibcore.a
	$(call say,LD)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LIBS)

# Steps to count the instructions of. valgrind 3.19 cannot read clang's debugging information.
$(BUILD)/steps-guard: $(BUILD)/tests/bench/steps_guard.o $(BUILD)/tests/bench/made_up.o \
                      $(BUILD)/librunner.a $(BUILD)/libvibcore.a
	$(call say,LD)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -Wl,--strip-debug -o $@ $^ $(LIBS)

# Runs a command as where the system lets no generated code run.
$(BUILD)/deny-exec: $(BUILD)/tests/program/deny_exec.o
	$(call say,LD)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^

$(BUILD)/bench: $(BENCH_OBJ) $(BUILD)/librunner.a $(BUILD)/libvibcore.a
	$(call say,LD)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS_ALL) $(CPPFLAGS_ALL) -MMD -MP -c -o $@ $<

# What is drawn at random must be the same bits on every CPU, or a data set's digest, and with it the
# identity of every job, would change from machine to machine: no fused multiply-adds here.
$(BUILD)/core/random.o $(BUILD)/core/mixture.o: CFLAGS_ALL += -ffp-contract=off

# Texts as zero-terminated arrays of bytes: $(call embed,FILE,ARRAY).
embed = echo 'const unsigned char $(2)[] = {'; \
        od -An -v -tu1 $(1) | sed 's/[0-9][0-9]*/&,/g'; echo '0};'
$(BUILD)/runner/store/schema.c: runner/store/schema.sql
	@mkdir -p $(@D)
	@{ echo '#include "runner/store/schema.h"'; $(call embed,$<,schema_sql); } > $@.tmp && mv $@.tmp $@
$(BUILD)/runner/cluster/script_text.c: runner/cluster/task.sh runner/cluster/merge.sh
	@mkdir -p $(@D)
	@{ echo '#include "runner/cluster/script_text.h"'; $(call embed,$<,task_sh); \
	  $(call embed,$(word 2,$^),merge_sh); } > $@.tmp && mv $@.tmp $@
$(BUILD)/runner/manual/completion_text.c: runner/manual/completion.sh
	@mkdir -p $(@D)
	@{ echo '#include "runner/manual/completion_text.h"'; $(call embed,$<,completion_sh); } > $@.tmp && \
	  mv $@.tmp $@
# The scripts of the page in the order of their names, main.js last; a script that ended within
# itself would end the page's.
PAGE       := runner/page/web
PAGE_JS    := $(CHART_JS) $(sort $(filter-out $(PAGE)/main.js,$(wildcard $(PAGE)/*.js))) $(PAGE)/main.js
$(BUILD)/runner/page/page_text.c: $(PAGE)/index.html $(PAGE)/style.css $(PAGE_JS) $(PAGE)
	@mkdir -p $(@D)
	@cat $(PAGE_JS) > $(@:.c=.js) && ! grep -Eil '</script|<!--' $(@:.c=.js)
	@{ echo '#include "runner/page/page_text.h"'; $(call embed,$<,page_html); \
	  $(call embed,$(word 2,$^),page_css); $(call embed,$(@:.c=.js),page_js); } > $@.tmp && mv $@.tmp $@

# What --version and the database say of this build; the same to root, who may install it only.
REVISION := $(shell git -c safe.directory='$(CURDIR)' describe --always --dirty 2>/dev/null)
$(BUILD)/revision: FORCE
	@mkdir -p $(@D)
	@echo '$(REVISION)' | cmp -s - $@ || echo '$(REVISION)' > $@
$(BUILD)/runner/base/version.o: $(BUILD)/revision
$(BUILD)/runner/base/version.o: CPPFLAGS_ALL += -DVIB_VERSION='"$(VERSION)"' \
    -DVIB_BUILD='"$(BACKEND)$(if $(REVISION), $(REVISION)), $(strip $(CFLAGS) $(SAN_$(SANITIZE)))"'

$(EMBEDDED:%=$(BUILD)/%.o): %.o: %.c
	$(call say,CC)$(CC) $(CFLAGS_ALL) $(CPPFLAGS_ALL) -MMD -MP -c -o $@ $<

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(SUPPORT_OBJ) $(BUILD)/librunner.a $(BUILD)/libvibcore.a
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

DEPS     = CC='$(CC)' BACKEND='$(BACKEND)' tests/deps.sh
# A sub-make after the dependencies are there, so that nothing is built too early.
SUBMAKE  = $(MAKE) --no-print-directory \
           $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))

# Builds the program and runs the first sweep.
run:
	@$(DEPS) build
	@+$(SUBMAKE) all
	$(BUILD)/vib-sweep configs/quickstart.yaml
	$(BUILD)/vib-sweep export results/quickstart.db -o results/quickstart.csv
	@echo 'as CSV: results/quickstart.csv'
	@$(DEPS) optional

# Tests that let allocations fail: make check runs them, where no sanitizer has replaced the
# allocator already.
MEMORY_SRC := $(filter %_memory.c,$(UNIT_SRC))

# make check runs the other tests once more in the trees of these sanitizers; for threads without
# what runs on one, or on several only as sweep.sh does.
TREES         ?= address thread
NOT_IN_thread := analysis compare completion errors events figures install manual mnist page pages plan \
                 plot predictions quadrature readme rerun serve terminal tries

# The tests of one tree, as arguments of tests/run.sh; those of the program are longer, so first.
unit    = $(patsubst %.c,$(call tree,$(1))/%,$(filter-out $(MEMORY_SRC),$(UNIT_SRC)))
program = $(filter-out $(NOT_IN_$(1):%=tests/program/%.sh),$(PROGRAM_TESTS))
suite   = VIB_SWEEP='$(CURDIR)/$(call tree,$(1))/vib-sweep' $(call program,$(1)) $(call unit,$(1))

RUN_TESTS = CC='$(CC)' BUILD='$(BUILD)' TSAN_OPTIONS='suppressions=$(CURDIR)/tests/tsan.supp' \
            tests/run.sh

test:
	@$(DEPS) test
	@+$(SUBMAKE) test-programs
	@$(RUN_TESTS) tests/selftest.sh tests/layers.sh tests/documents.sh tests/claims.sh \
	    $(call suite,$(SANITIZE))

# axe-core, which looks for what keeps people from using a page: one version of it, where npm can be
# had; tests/check/page.sh says where it lacks.
AXE     := axe-core-4.10.3.tgz
AXE_SUM := 0f2b4d7dcdf7d1219df8d1959ad68e565f51d14c3f0d88bb71cd59abeb956292
build/axe/axe.min.js:
	@mkdir -p $(@D)
	@cd $(@D) && ! command -v npm >/dev/null || \
	    { npm pack --silent $(AXE:axe-core-%.tgz=axe-core@%) >/dev/null && \
	      echo '$(AXE_SUM)  $(AXE)' | sha256sum --check --quiet && \
	      tar -xzf $(AXE) --strip-components=1 package/axe.min.js package/LICENSE && touch axe.min.js; } || \
	    echo '$(AXE) could not be had: pages are not looked at for accessibility' >&2

check: build/axe/axe.min.js
	@$(DEPS) check
	@+set -e; for tree in '' $(TREES); do $(SUBMAKE) SANITIZE=$$tree test-programs; done
	@TEST_TIMEOUT=900 $(RUN_TESTS) VIB_SWEEP='$(CURDIR)/$(call tree,)/vib-sweep' \
	    $(CHECK_TESTS) $(MEMORY_SRC:%.c=$(call tree,)/%) $(foreach t,$(TREES),$(call suite,$(t)))

# Minutes each, and one at a time.
check-slow:
	@TEST_TIMEOUT=3600 $(RUN_TESTS) -j 1 $(SLOW_TESTS)

test-programs: $(BUILD)/vib-sweep $(BUILD)/vib-sweep-null $(BUILD)/vib-sweep-fetch \
               $(BUILD)/vib-sweep-network $(BUILD)/steps-guard $(BUILD)/bench \
               $(if $(filter xsmm,$(BACKEND)),$(BUILD)/deny-exec) $(UNIT_BIN)

# What training costs here and what the machine could do; needs MNIST, five minutes and an otherwise
# idle machine. The lines of build/bench.jsonl are what was measured, tests/bench/README.md tells
# their fields; the tables come from them alone.
bench:
	@$(DEPS) bench
	@+$(SUBMAKE) $(BUILD)/bench $(BUILD)/vib-sweep $(BUILD)/vib-sweep-null
	@$(BUILD)/bench >build/bench.jsonl
	@python3 -B tests/bench/program.py $(BUILD)/vib-sweep $(BUILD)/vib-sweep-null build/bench.jsonl
	@python3 -B tests/bench/render.py build/bench.jsonl build/bench.json

# Measures the bounds of tests/check/guard.sh anew, for this compiler and matrix library.
renew-guard:
	@$(DEPS) check
	@+$(SUBMAKE) $(BUILD)/steps-guard
	@$(RUN_TESTS) VIB_SWEEP='$(CURDIR)/$(BUILD)/vib-sweep' RENEW=1 tests/check/guard.sh

# What a package has: the program, its configurations, pages of the manual, completion and documents.
at        = $(DESTDIR)$(PREFIX)
CONFIGS  := $(wildcard configs/*.yaml)
DOCUMENTS := LICENSE $(wildcard *.md *.cff */README.md $(addprefix results/reference/,README.md *.svg *.png look/*.png family/README.md family/*.svg))
install: $(BUILD)/vib-sweep
	install -D -m 755 $< '$(at)/bin/vib-sweep'
	install -D -m 644 -t '$(at)/share/vib-sweep/configs' $(CONFIGS)
	@set -e; made=$$(mktemp -d); trap 'rm -rf "$$made"' EXIT; \
	$< manual --all "$$made"; \
	$< completion bash >"$$made/completion"; \
	install -D -m 644 -t '$(at)/share/man/man1' "$$made"/*.1; \
	install -D -m 644 -t '$(at)/share/man/man5' "$$made"/*.5; \
	install -D -m 644 "$$made/completion" '$(at)/share/bash-completion/completions/vib-sweep'
	@set -e; for file in $(DOCUMENTS); do \
	    install -D -m 644 "$$file" '$(at)/share/doc/vib-sweep/'"$$file"; done
	@[ -n '$(DESTDIR)' ] || case ":$$PATH:" in *:'$(PREFIX)/bin':*) ;; \
	    *) login=; [ '$(PREFIX)' != "$$HOME/.local" ] || login='log in again, or '; \
	    printf '%s is not in PATH: %sexport PATH="%s:$$PATH"\n' '$(PREFIX)/bin' "$$login" '$(PREFIX)/bin';; esac

# Of share/vib-sweep only what install put there: below ~/.local it holds data sets, too.
uninstall:
	rm -f '$(at)/bin/vib-sweep' '$(at)/share/bash-completion/completions/vib-sweep' \
	    '$(at)/share/man/man1/vib-sweep'.1 '$(at)/share/man/man1/vib-sweep'-*.1 \
	    '$(at)/share/man/man5/vib-sweep'-*.5 $(CONFIGS:%='$(at)/share/vib-sweep/%')
	rm -rf '$(at)/share/doc/vib-sweep'
	@for folder in '$(at)/share/vib-sweep/configs' '$(at)/share/vib-sweep'; do \
	    [ ! -d "$$folder" ] || rmdir --ignore-fail-on-non-empty "$$folder"; done

# Against PyTorch and JAX, which it installs into build/peers-venv; $VIB_SWEEP_DATA holds mnist/.
bench-peers:
	@$(DEPS) bench
	@+$(SUBMAKE) all
	python3 -B tests/bench/peers/bench_peers.py $(BUILD)/vib-sweep build

check-format:
	@clang-format --dry-run -Werror $(wildcard core/*.[ch] core/*/*.[ch] runner/*.[ch] runner/*/*.[ch] \
	    tests/unit/*/*.[ch] tests/program/*.[ch] tests/bench/*.[ch])
	shellcheck -x .ci/run runner/*/*.sh tests/*.sh tests/*/*.sh

clean:
	rm -rf build

-include $(CORE_OBJ:.o=.d) $(RUNNER_OBJ:.o=.d) $(UNIT_SRC:%.c=$(BUILD)/%.d) \
         $(SUPPORT_OBJ:.o=.d) $(EMBEDDED:%=$(BUILD)/%.d) \
         $(BUILD)/tests/bench/null_trainer.d $(BUILD)/tests/bench/steps_guard.d $(BENCH_OBJ:.o=.d) \
         $(BUILD)/tests/program/deny_exec.d $(BUILD)/tests/program/fetch_table.d \
         $(BUILD)/tests/program/network_disk.d

FORCE:

.PHONY: all run test check check-slow test-programs bench bench-peers renew-guard install uninstall check-format clean FORCE
.SECONDARY:
