/* Stacks: classes, reuse, guards by every means, memory, and giving it back. */
#define _GNU_SOURCE 1

#include "coro/stack.h"

#include "base/list.h"
#include "coro/coro.h"
#include "coro/memory.h"
#include "coro/stack_slab.h"
#include "harness/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FEW = 40, MANY = 1000, KIB = 1024 };

#if defined(OURO_ASAN) || defined(OURO_TSAN)
enum { IS_SANITIZED = 1 };
#else
enum { IS_SANITIZED = 0 };
#endif

static struct stack *take(struct stack_pool *pool, unsigned class_index)
{
    struct stack *stack = stack_pool_take(pool, class_index);

    return stack ? stack : ouro__stack_pool_grow(pool, class_index);
}

static void take_many(struct stack_pool *pool, unsigned class_index, struct stack **stacks,
                      int count)
{
    for (int i = 0; i < count; i++) {
        stacks[i] = take(pool, class_index);
        CHECK(stacks[i] != NULL);
    }
}

static void give_many(struct stack_pool *pool, struct stack **stacks, int count)
{
    for (int i = 0; i < count; i++)
        stack_pool_give(pool, stacks[i]);
}

/* Trims until there is nothing left to do. Returns the number of steps. */
static int trim_all(struct stack_pool *pool, uint64_t now_ns)
{
    int steps = 0;

    while (stack_pool_trim(pool, now_ns))
        steps++;
    return steps;
}

static bool is_resident(const void *address)
{
    size_t page = ouro__page_bytes();
    unsigned char answer = 0;

    CHECK_INT(mincore((void *) ((uintptr_t) address & ~(page - 1)), 1, &answer), 0);
    return answer & 1;
}

TEST(class_is_the_smallest_that_fits)
{
    unsigned class_index = 99;

    CHECK_INT(stack_class_for(0, &class_index), 0);
    CHECK_INT(class_index, STACK_CLASS_DEFAULT);
    CHECK_INT(stack_class_for(1, &class_index), 0);
    CHECK_INT(class_index, STACK_CLASS_16K);
    for (unsigned i = 0; i < STACK_CLASS_COUNT; i++) {
        CHECK_INT(stack_class_for(stack_class_bytes(i), &class_index), 0);
        CHECK_INT(class_index, i);
        if (i + 1 < STACK_CLASS_COUNT) {
            CHECK_INT(stack_class_for(stack_class_bytes(i) + 1, &class_index), 0);
            CHECK_INT(class_index, i + 1);
        }
    }
    CHECK_INT(stack_class_for(stack_class_bytes(STACK_CLASS_COUNT - 1) + 1, &class_index), -EINVAL);
    CHECK_INT(stack_class_for(SIZE_MAX, &class_index), -EINVAL);
    CHECK_INT(class_index, STACK_CLASS_COUNT - 1); /* not touched by a failure */
}

TEST(class_sizes_are_as_promised)
{
    if (IS_SANITIZED || ouro__page_bytes() != 4096)
        SKIP("sizes are scaled here");
    CHECK_INT(stack_class_bytes(STACK_CLASS_16K), 16 * KIB);
    CHECK_INT(stack_class_bytes(STACK_CLASS_64K), 64 * KIB);
    CHECK_INT(stack_class_bytes(STACK_CLASS_256K), 256 * KIB);
    CHECK_INT(stack_class_bytes(STACK_CLASS_1M), 1024 * KIB);
    CHECK_INT(stack_class_bytes(STACK_CLASS_1M + 1), 2048 * KIB);
    CHECK_INT(stack_class_bytes(STACK_CLASS_1G), 1024L * KIB * KIB);
}

TEST(unknown_guard_is_refused)
{
    struct stack_pool pool;
    struct stack_pool_options options = { .guard = (enum stack_guard) 7 };

    CHECK_INT(stack_pool_init(&pool, &options), -EINVAL);
}

TEST(whole_stack_can_be_written)
{
    struct stack_pool pool;
    struct stack *stacks[STACK_CLASS_1M + 2];

    CHECK_INT(stack_pool_init(&pool, NULL), 0);
    for (unsigned i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++) {
        stacks[i] = take(&pool, i);
        CHECK(stacks[i] != NULL);
        CHECK_INT((uintptr_t) stack_top(stacks[i]) % 16, 0);
        CHECK(stack_size(stacks[i]) > stack_class_bytes(i) * 2 / 3);
        memset(stack_bottom(stacks[i]), 0xff, stack_size(stacks[i]));
        CHECK_INT(stacks[i]->class_index, i);
    }
    give_many(&pool, stacks, sizeof(stacks) / sizeof(stacks[0]));
    stack_pool_done(&pool);
}

TEST(largest_stack_works)
{
    struct stack_pool pool;
    struct stack *stack;

    CHECK_INT(stack_pool_init(&pool, NULL), 0);
    stack = take(&pool, STACK_CLASS_1G);
    if (!stack)
        SKIP("no address space for it here");
    *(char *) stack_bottom(stack) = 1;
    ((char *) stack_top(stack))[-1] = 1;
    stack_pool_give(&pool, stack);
    stack_pool_done(&pool);
}

TEST(stacks_do_not_overlap)
{
    struct stack_pool pool;
    struct stack *stacks[MANY];

    CHECK_INT(stack_pool_init(&pool, NULL), 0);
    take_many(&pool, STACK_CLASS_16K, stacks, MANY);
    for (int i = 0; i < MANY; i++) {
        stacks[i]->owner = stacks[i];
        memset((char *) stack_top(stacks[i]) - 64, i, 64);
    }
    for (int i = 0; i < MANY; i++) {
        CHECK_PTR(stacks[i]->owner, stacks[i]);
        CHECK_INT(((unsigned char *) stack_top(stacks[i]))[-1], i % 256);
        CHECK_INT(((unsigned char *) stack_top(stacks[i]))[-64], i % 256);
    }
    give_many(&pool, stacks, MANY);
    stack_pool_done(&pool);
}

TEST(last_given_is_first_taken)
{
    struct stack_pool pool;
    struct stack *stacks[FEW];

    CHECK_INT(stack_pool_init(&pool, NULL), 0);
    CHECK_PTR(stack_pool_take(&pool, STACK_CLASS_DEFAULT), NULL);
    take_many(&pool, STACK_CLASS_DEFAULT, stacks, FEW);
    give_many(&pool, stacks, FEW);
    for (int i = FEW - 1; i >= 0; i--) {
        struct stack *stack = stack_pool_take(&pool, STACK_CLASS_DEFAULT);

        CHECK_PTR(stack, stacks[i]);
        CHECK_PTR(stack->owner, NULL);
    }
    CHECK_PTR(stack_pool_take(&pool, STACK_CLASS_DEFAULT), NULL);
    give_many(&pool, stacks, FEW);
    stack_pool_done(&pool);
}

/* In strict seccomp mode any system call but read, write and _exit kills. */
TEST(reuse_makes_no_system_call)
{
    struct stack_pool pool;
    struct stack *stacks[FEW];
    pid_t child;
    int status;

    if (IS_SANITIZED || valgrind_is_running())
        SKIP("the tool makes system calls of its own");
    CHECK_INT(stack_pool_init(&pool, NULL), 0);
    take_many(&pool, STACK_CLASS_DEFAULT, stacks, FEW);
    give_many(&pool, stacks, FEW);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        if (prctl(PR_SET_SECCOMP, 1) != 0)
            _exit(77);
        for (int i = 0; i < MANY; i++) {
            for (int k = 0; k < FEW; k++)
                stacks[k] = stack_pool_take(&pool, STACK_CLASS_DEFAULT);
            for (int k = 0; k < FEW; k++)
                stack_pool_give(&pool, stacks[k]);
        }
        syscall(SYS_exit, 0);
    }
    CHECK_INT(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        SKIP("no seccomp here");
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    stack_pool_done(&pool);
}

TEST(tops_are_coloured)
{
    struct stack_pool pool;
    struct stack *stacks[16];
    bool seen[16] = { false };

    CHECK_INT(stack_pool_init(&pool, NULL), 0);
    take_many(&pool, STACK_CLASS_DEFAULT, stacks, 16);
    for (int i = 0; i < 16; i++) {
        uintptr_t colour = (uintptr_t) stack_top(stacks[i]) / 64 % 16;

        CHECK(!seen[colour]);
        seen[colour] = true;

        /* What a parked task needs must fit into the topmost page. */
        CHECK((uintptr_t) stack_top(stacks[i]) % 4096 >= 3000);
    }
    give_many(&pool, stacks, 16);
    stack_pool_done(&pool);
}

static void check_guard(const struct stack_pool_options *options)
{
    struct stack_pool pool;
    struct stack *stacks[FEW];

    CHECK_INT(stack_pool_init(&pool, options), 0);
    take_many(&pool, STACK_CLASS_DEFAULT, stacks, FEW);
    for (int i = 0; i < FEW; i += 13) {
        volatile char *bottom = stack_bottom(stacks[i]);

        bottom[0] = 1;
        CHECK_DIES(SIGSEGV, NULL)
        {
            bottom[-1] = 1;
        }
    }
    CHECK_INT(pool.unguarded_count, 0);
    give_many(&pool, stacks, FEW);
    stack_pool_done(&pool);
}

TEST(guard_kills)
{
    check_guard(NULL);
}

TEST(guard_by_mprotect_kills)
{
    struct stack_pool_options options = { .guard = STACK_GUARD_MPROTECT };
    uint32_t vmas = ouro__memory_vma_count;

    check_guard(&options);
    CHECK_INT(ouro__memory_vma_count, vmas); /* unmapping gave them back */
}

/* A kernel refuses light guards in locked memory. */
TEST(guard_in_locked_memory_kills)
{
    struct stack_pool pool;

    if (IS_SANITIZED || valgrind_is_running())
        SKIP("the tool maps more than may be locked");
    if (mlockall(MCL_FUTURE | MCL_ONFAULT) != 0)
        SKIP("memory may not be locked here");

    CHECK_INT(stack_pool_init(&pool, NULL), 0);

    struct stack *stack = take(&pool, STACK_CLASS_16K);

    munlockall();
    if (!stack)
        SKIP("not so much memory may be locked here");

    volatile char *bottom = stack_bottom(stack);

    CHECK_INT(pool.unguarded_count, 0);
    CHECK_DIES(SIGSEGV, NULL)
    {
        bottom[-1] = 1;
    }
    stack_pool_give(&pool, stack);
    stack_pool_done(&pool);
}

static int warnings;

static void count_warning(const char *text)
{
    CHECK(strstr(text, "vm.max_map_count") != NULL);
    warnings++;
}

TEST(small_stacks_go_without_guard_when_mappings_are_scarce)
{
    struct stack_pool pool;
    struct stack_pool_options options = {
        .guard = STACK_GUARD_MPROTECT,
        .vma_limit = 20,
        .warn = count_warning,
    };
    struct stack *small[FEW], *large[FEW];

    CHECK_INT(stack_pool_init(&pool, &options), 0);
    take_many(&pool, STACK_CLASS_64K, small, FEW);
    CHECK_INT(pool.unguarded_count, FEW - 10);
    CHECK_INT(warnings, 1);

    /* A large stack is worth its guard to the end. */
    take_many(&pool, STACK_CLASS_256K, large, FEW);
    CHECK_INT(pool.unguarded_count, FEW - 10);
    give_many(&pool, large, FEW);

    /* What had no guard may still be used fully, and is checked when it comes back. */
    memset(stack_bottom(small[FEW - 1]), 1, stack_size(small[FEW - 1]));
    give_many(&pool, small, FEW);
    stack_pool_done(&pool);
}

TEST(overflow_without_guard_is_seen_when_given_back)
{
    struct stack_pool pool;
    struct stack_pool_options options = { .guard = STACK_GUARD_NONE };
    struct stack *stack;

    CHECK_INT(stack_pool_init(&pool, &options), 0);
    stack = take(&pool, STACK_CLASS_DEFAULT);
    CHECK(stack != NULL);
    CHECK_DIES(SIGABRT, "stack overflow")
    {
        ((char *) stack_bottom(stack))[-9] = 1;
        stack_pool_give(&pool, stack);
    }
    stack_pool_give(&pool, stack);
    stack_pool_done(&pool);
}

TEST_ALLOCATION_FAILURES(failed_growth_leaves_the_pool_usable)
{
    struct stack_pool pool;
    struct stack *stacks[FEW];
    int taken = 0;

    CHECK_INT(stack_pool_init(&pool, NULL), 0);
    for (int i = 0; i < FEW; i++) {
        struct stack *stack = take(&pool, STACK_CLASS_16K);

        if (!stack) {
            CHECK(test_fault_fired());
            continue;
        }
        stacks[taken++] = stack;
    }
    CHECK(taken >= FEW - 1);
    give_many(&pool, stacks, taken);
    stack_pool_done(&pool);
}

TEST(scarce_address_space_gives_small_slabs_then_null)
{
    struct stack_pool pool;
    struct stack *stacks[FEW * 2];
    struct rlimit limit;
    long pages = 0;
    int taken = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    if (IS_SANITIZED || valgrind_is_running())
        SKIP("the tool needs the address space");
    CHECK(file != NULL);
    CHECK_INT(fscanf(file, "%ld", &pages), 1);
    fclose(file);
    CHECK_INT(stack_pool_init(&pool, NULL), 0);
    limit.rlim_cur = (rlim_t) pages * ouro__page_bytes() + (3 << 20);
    limit.rlim_max = RLIM_INFINITY;
    if (setrlimit(RLIMIT_AS, &limit) != 0)
        SKIP("the address space cannot be limited here");
    while (taken < FEW * 2 && (stacks[taken] = take(&pool, STACK_CLASS_64K)) != NULL)
        taken++;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_AS, &limit);
    give_many(&pool, stacks, taken);
    stack_pool_done(&pool);
    if (taken == FEW * 2)
        SKIP("the address space cannot be limited here");

    /* About 48 fit; the last ones only because smaller slabs were tried. */
    CHECK(taken >= 40 && taken < 50);
}

TEST(surplus_goes_back_in_steps)
{
    static struct stack *stacks[MANY];
    struct stack_pool pool;
    struct stack_pool_options options = { .period_ns = 100 };
    struct stack_shelf *shelf = &pool.shelves[STACK_CLASS_64K];
    int rounds = 0;

    CHECK_INT(stack_pool_init(&pool, &options), 0);
    trim_all(&pool, 1);
    take_many(&pool, STACK_CLASS_64K, stacks, MANY);
    give_many(&pool, stacks, MANY);
    CHECK_INT(shelf->count, MANY);
    CHECK_INT(stack_pool_trim(&pool, 50), false); /* the period is not over */

    /* The period in which all were in use justifies all. */
    trim_all(&pool, 101);
    CHECK_INT(shelf->count, MANY);

    /* Then demand is forgotten by halves, down to a few stacks. */
    for (uint64_t now = 201; shelf->count > 16; now += 100) {
        uint32_t before = shelf->count;
        int steps = trim_all(&pool, now);

        CHECK(shelf->count >= before / 2 || shelf->count == 16);
        CHECK(shelf->count < before);
        CHECK(steps >= 1);
        CHECK(++rounds < 12);
    }
    CHECK(rounds >= 5);

    uint32_t mapped = 0;

    for (ouro_link *list = &shelf->full; list <= &shelf->dirty; list++) {
        for (ouro_link *link = list->next_; link != list; link = link->next_)
            mapped += container_of(link, struct stack_slab, link)->slots;
    }
    CHECK(mapped < 16 + 2 * SLAB_SLOTS_MAX); /* whole slabs went */

    /* And all of it comes back. */
    take_many(&pool, STACK_CLASS_64K, stacks, MANY);
    for (int i = 0; i < MANY; i++)
        memset((char *) stack_top(stacks[i]) - 128, i, 128);
    give_many(&pool, stacks, MANY);
    stack_pool_done(&pool);
}

TEST(trim_spares_stacks_in_use)
{
    static struct stack *stacks[MANY];
    struct stack_pool pool;
    struct stack_pool_options options = { .period_ns = 100 };

    CHECK_INT(stack_pool_init(&pool, &options), 0);
    trim_all(&pool, 1);
    take_many(&pool, STACK_CLASS_16K, stacks, MANY);
    for (int i = 0; i < MANY; i++) {
        stacks[i]->owner = &stacks[i];
        memset(stack_bottom(stacks[i]), i, stack_size(stacks[i]));
        if (i % 3 != 0)
            stack_pool_give(&pool, stacks[i]);
    }
    for (uint64_t now = 101; now < 2000; now += 100)
        trim_all(&pool, now);
    for (int i = 0; i < MANY; i += 3) {
        const unsigned char *bottom = stack_bottom(stacks[i]);

        CHECK_PTR(stacks[i]->owner, &stacks[i]);
        CHECK_INT(bottom[0], i % 256);
        CHECK_INT(bottom[stack_size(stacks[i]) - 1], i % 256);
        stack_pool_give(&pool, stacks[i]);
    }
    stack_pool_done(&pool);
}

TEST(retired_stack_returns_before_its_memory_went)
{
    static struct stack *stacks[MANY];
    struct stack_pool pool;
    struct stack_pool_options options = { .period_ns = 100 };

    CHECK_INT(stack_pool_init(&pool, &options), 0);
    trim_all(&pool, 1);
    take_many(&pool, STACK_CLASS_16K, stacks, MANY);
    give_many(&pool, stacks, MANY);
    trim_all(&pool, 101);
    CHECK(stack_pool_trim(&pool, 201)); /* one step: some are retired, nothing is released */
    CHECK(pool.shelves[STACK_CLASS_16K].count < MANY);
    take_many(&pool, STACK_CLASS_16K, stacks, MANY);
    for (int i = 0; i < MANY; i++)
        CHECK(is_resident(stacks[i]));
    trim_all(&pool, 202);
    give_many(&pool, stacks, MANY);
    stack_pool_done(&pool);
}

TEST(deep_use_is_trimmed)
{
    struct stack_pool pool;
    struct stack_pool_options options = { .period_ns = 100 };
    struct stack *stacks[3];
    char *deep[3];

    CHECK_INT(stack_pool_init(&pool, &options), 0);
    trim_all(&pool, 1);
    take_many(&pool, STACK_CLASS_256K, stacks, 3);
    for (int i = 0; i < 3; i++) {
        deep[i] = (char *) stack_top(stacks[i]) - 100 * KIB;
        *deep[i] = 1;
        *((char *) stack_top(stacks[i]) - 10 * KIB) = 1;
    }
    stack_pool_give(&pool, stacks[0]);
    stack_pool_give(&pool, stacks[1]);
    trim_all(&pool, 101);
    CHECK(!is_resident(deep[0]));
    CHECK(!is_resident(deep[1]));
    CHECK(is_resident(deep[2])); /* in use */
    CHECK(is_resident((char *) stack_top(stacks[0]) - 10 * KIB));
    stack_pool_give(&pool, stacks[2]);
    stack_pool_done(&pool);
}

TEST(high_water_is_seen)
{
    struct stack_pool pool, plain;
    struct stack_pool_options options = { .fill = true };
    struct stack *stack;

    CHECK_INT(stack_pool_init(&pool, &options), 0);
    CHECK_INT(stack_pool_init(&plain, NULL), 0);
    for (int i = 0; i < 3; i++) { /* the second and third time from the free list */
        stack = take(&pool, STACK_CLASS_DEFAULT);
        CHECK(stack != NULL);
        CHECK_INT(stack_high_water(&pool, stack), 0);
        ((char *) stack_top(stack))[-8] = 1;
        CHECK_INT(stack_high_water(&pool, stack), 8);
        ((char *) stack_top(stack))[-9000] = 1;
        CHECK_INT(stack_high_water(&pool, stack), 9000);
        stack_pool_give(&pool, stack);
    }
    stack = take(&plain, STACK_CLASS_DEFAULT);
    CHECK(stack != NULL);
    CHECK_INT(stack_high_water(&plain, stack), 0);
    stack_pool_give(&plain, stack);
    stack_pool_done(&plain);
    stack_pool_done(&pool);
}

static long status_bytes(const char *key)
{
    char line[256];
    long kib = -1;
    FILE *file = fopen("/proc/self/status", "r");

    CHECK(file != NULL);
    while (kib < 0 && fgets(line, sizeof(line), file)) {
        if (strncmp(line, key, strlen(key)) == 0)
            kib = strtol(line + strlen(key), NULL, 10);
    }
    fclose(file);
    CHECK(kib >= 0);
    return kib * KIB;
}

struct parked {
    struct coro coro;
    struct coro *back;
    struct stack *stack;
};

/* What a scheduler and a call or two take before a task parks. */
static void park_with_frames(void *arg)
{
    struct parked *self = arg;
    volatile char frames[1500];

    frames[0] = 1;
    frames[sizeof(frames) - 1] = 1;
    coro_switch(&self->coro, self->back);
}

TEST_TIMED(parked_coroutine_costs_a_page, 60)
{
    enum { COUNT = 100000, BYTES_MAX = 4400 };
    struct stack_pool pool;
    struct coro self;
    struct parked *parked;
    long before, after;

    if (IS_SANITIZED || valgrind_is_running() || ouro__page_bytes() != 4096)
        SKIP("memory is not measured here");
    if (!ouro__memory_has_light_guards())
        SKIP("no light guards here");
#ifdef OURO_PORTABLE_SWITCH
    SKIP("the C library's contexts are large");
#endif
    CHECK_INT(stack_pool_init(&pool, NULL), 0);
    coro_init_thread(&self);
    parked = mmap(NULL, COUNT * sizeof(*parked), PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    CHECK(parked != MAP_FAILED);
    before = status_bytes("VmRSS:") + status_bytes("VmPTE:");
    for (int i = 0; i < COUNT; i++) {
        parked[i].back = &self;
        parked[i].stack = take(&pool, STACK_CLASS_DEFAULT);
        CHECK(parked[i].stack != NULL);
        coro_init(&parked[i].coro, parked[i].stack, park_with_frames, &parked[i]);
        coro_switch(&self, &parked[i].coro);
    }
    after = status_bytes("VmRSS:") + status_bytes("VmPTE:");
    CHECK_INT(pool.unguarded_count, 0);
    if (after - before > (long) COUNT * BYTES_MAX)
        FAIL("a parked coroutine costs %ld bytes", (after - before) / COUNT);
    for (int i = 0; i < COUNT; i++) {
        coro_done(&parked[i].coro);
        stack_pool_give(&pool, parked[i].stack);
    }
    stack_pool_done(&pool);
    munmap(parked, COUNT * sizeof(*parked));
}
