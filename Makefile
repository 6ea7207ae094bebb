# A thin door to CMake, so that two words do what a stranger wants: `make demo` and `make test`.
# `make help` lists the rest. Everything that is built lies in build/<preset>.

JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
PORT ?= 8000
T ?=
BENCH ?=
TORTURE ?=
N ?= 200000
SEED ?= 1
SECONDS ?= 60
PYTHON ?=

BUILD = build/release
export JOBS

# Lanes run one after another; each uses all processors itself.
.NOTPARALLEL:
unexport MAKEFLAGS MFLAGS MAKELEVEL

.DEFAULT_GOAL := build

# $(call build,PRESET,TARGET): configures a preset when it is new; of all else CMake sees what
# changed. Without a target all is built.
define build
@[ build/$(1)/.configured -nt CMakePresets.json ] || \
    { cmake --preset $(1) && touch build/$(1)/.configured; }
@cmake --build build/$(1) -j$(JOBS) $(if $(2),--target $(2))
endef

# $(call ctest,PRESET,OPTIONS): runs tests of a preset; none at all is an error.
ctest = ctest --test-dir build/$(1) --output-on-failure --no-tests=error -j$(JOBS) $(2)

##@ For a start

.PHONY: build
build: ## build the library, the examples and the tests in build/release (the default)
	@tools/setup build
	$(call build,release)

.PHONY: demo
demo: ## build, show some examples, and fetch from the HTTP server (PORT=8000)
	@tools/setup demo
	$(call build,release,example_programs)
	@tools/demo $(BUILD) $(PORT)

.PHONY: test
test: ## build and run the tests, or one (T=name of a program, label or single test)
	@tools/setup test
	$(call build,release)
	@tools/test $(BUILD) $(T)

##@ For users

.PHONY: install
install: build ## install library, headers, pkg-config and CMake files (PREFIX=/usr/local, DESTDIR=)
	@cmake --install $(BUILD) --prefix $(PREFIX)

.PHONY: bench
bench: ## measure beside libuv, Go and the limit programs (BENCH="--only W1 --quick")
	@tools/setup bench
	$(call build,release)
	@bench/run --library $(BUILD)/libouro.a $(BENCH)

##@ For developers

.PHONY: format
format: ## lay out all C files
	@tools/format

.PHONY: tidy
tidy: ## check the rules of the sources that a machine can check
	@tools/tidy

.PHONY: oracle
oracle: ## record the traces of the oracle scenarios anew, with this machine's python3
	@tools/setup test
	$(call build,release)
	@python3 tests/oracle/compare.py --record --build-dir $(BUILD)

.PHONY: torture
torture: ## all tests, each allocation failing once and each suspension cancelled once (hours)
	@tools/setup test
	$(call build,torture)
	@python3 tests/torture/sweep.py --build-dir build/torture $(TORTURE)

.PHONY: fuzz-oracle
fuzz-oracle: ## compare random programs with asyncio (N=200000 SEED=1 PYTHON=... of 3.13)
	@tools/setup test
	$(call build,release)
	@python3 tests/fuzz_oracle/fuzz.py --build-dir $(BUILD) -n $(N) --seed $(SEED) \
	    $(if $(PYTHON),--python $(PYTHON))

.PHONY: fuzz-network
fuzz-network: ## random input for what reads the network's (SECONDS=60 each, T=name of one)
	@tools/setup fuzz
	$(call build,fuzz,fuzz_programs)
	@set -e; for program in build/fuzz/tests/fuzz/$(or $(T),*)_fuzz; do \
	    name=$$(basename $$program _fuzz); echo "$$name: $(SECONDS) s"; \
	    $$program -max_total_time=$(SECONDS) -artifact_prefix=build/fuzz/$$name- \
	        build/fuzz/inputs/$$name tests/fuzz/$$name; \
	done

.PHONY: clean
clean: ## remove everything that was built
	@rm -rf build

.PHONY: help
help: ## show this list
	@awk 'BEGIN { FS = ":.*## " } \
	    /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	    /^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

##@ Checks: what CI runs, each alone; `make check` runs them all

DONE ?=
NOT_BACKENDS = source|consumer|oracle|fuzz_oracle|examples|gdb
# A lane that builds only test_programs has nothing for the scripts either.
NOT_PROGRAMS = $(NOT_BACKENDS)|script
LANES = source test gcc clang epoll uring portable asan tsan torture fuzz valgrind aarch64 \
    riscv64 consumer

.PHONY: check
check: ## run all checks, and print a summary (LANES="source asan" for some)
	@tools/setup check
	@tools/lanes $(filter-out $(DONE),$(LANES))

.PHONY: check-source
check-source: ## tidy, layout, and every public header alone as C11 and as C++17
	@tools/setup check
	@tools/tidy --self-test
	@tools/tidy
	@tools/format --check
	@tools/headers gcc
	@tools/headers clang

.PHONY: check-test
check-test: test ## the tests as `make test` runs them

.PHONY: check-gcc
check-gcc: ## build with gcc, warnings being errors; test with the library's debug checks
	@tools/setup check
	$(call build,debug)
	@$(call ctest,debug,-LE 'source|consumer')

.PHONY: check-clang
check-clang: ## build with clang, warnings being errors, and test
	@tools/setup check
	$(call build,clang)
	@$(call ctest,clang,-LE 'source|consumer')

# Most tests run on every backend anyway; these lanes set the default, and keep real time.
.PHONY: check-epoll
check-epoll: ## the tests and examples with OURO_BACKEND=epoll, the examples in real time
	@tools/setup test
	$(call build,release)
	@OURO_BACKEND=epoll OURO_TEST_BACKEND=epoll $(call ctest,release,-LE '$(NOT_BACKENDS)')
	@python3 tests/examples/compare.py --build-dir $(BUILD) --backend epoll

.PHONY: check-uring
check-uring: ## the same with uring, where the kernel allows it
	@tools/setup test
	$(call build,release)
	@tools/have-uring || exit 0; \
	    OURO_BACKEND=uring OURO_TEST_BACKEND=uring $(call ctest,release,-LE '$(NOT_BACKENDS)') && \
	    python3 tests/examples/compare.py --build-dir $(BUILD) --backend uring

.PHONY: check-portable
check-portable: ## the tests in C with the portable context switch, built by gcc and optimised
	@tools/setup test
	$(call build,portable,test_programs)
	@$(call ctest,portable,-LE '$(NOT_PROGRAMS)')

.PHONY: check-asan
check-asan: ## the tests in C under AddressSanitizer and UndefinedBehaviorSanitizer
	@tools/setup test
	$(call build,asan,test_programs)
	@$(call ctest,asan,-LE '$(NOT_PROGRAMS)')

# Where the kernel scatters addresses widely, the sanitizer of older compilers does not start.
NOT_RANDOM = $(shell setarch -R true 2>/dev/null && echo setarch -R)

.PHONY: check-tsan
check-tsan: ## the tests in C under ThreadSanitizer; scenarios and examples have one thread
	@tools/setup test
	$(call build,tsan,test_programs)
	@$(NOT_RANDOM) $(call ctest,tsan,-LE '$(NOT_PROGRAMS)')

SEED ?= 1

# Everything must pass with tiny bounds, scenarios and examples under the sanitizers too; then a
# sample of the faults that `make torture` tries all.
.PHONY: check-torture
check-torture: ## all tests with tiny bounds, and a minute of the faults of `make torture`
	@tools/setup test
	$(call build,torture)
	@$(call ctest,torture,-LE 'source|consumer')
	@python3 tests/torture/sweep.py --build-dir build/torture --limit 1 --seconds 60

.PHONY: check-fuzz
check-fuzz: ## random input for some seconds, under the sanitizers
	@tools/setup fuzz
	$(call build,fuzz,fuzz_programs)
	@$(call ctest,fuzz,-L '^fuzz$$$$')

# Memcheck does not see what the kernel writes through a ring, so io_uring stays out; so do the
# harness's tests of itself, which leak and hang on purpose, and the transfers that are cancelled at
# every moment, which take minutes there and run under the other sanitizers.
.PHONY: check-valgrind
check-valgrind: ## most tests under Valgrind, on epoll and the simulated backend
	@tools/setup check
	$(call build,valgrind,test_programs)
	@OURO_TEST_BACKEND=epoll,sim \
	    $(call ctest,valgrind,-LE '$(NOT_PROGRAMS)' -E 'uring|harness|transfer')

.PHONY: check-aarch64
check-aarch64: ## build for aarch64, and test coroutines, loop and tasks under qemu-user
	@tools/setup check
	$(call build,aarch64,test_programs)
	@$(call ctest,aarch64,-L 'base|coro|io|loop|flow')

.PHONY: check-riscv64
check-riscv64: ## the same for riscv64
	@tools/setup check
	$(call build,riscv64,test_programs)
	@$(call ctest,riscv64,-L 'base|coro|io|loop|flow')

.PHONY: check-consumer
check-consumer: ## use the installed library from an outside project
	@tools/setup check
	$(call build,release)
	@$(call ctest,release,-L consumer)
