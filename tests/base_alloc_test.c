/* The allocator: counters, failure on demand, injection. */
#include "base/alloc.h"

#include "harness/test.h"
#include "ouro/alloc.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

TEST(counts_blocks)
{
    unsigned long live = ouro__alloc_live();
    unsigned long count = ouro__alloc_count();
    void *first = ouro__alloc(10);
    void *second = ouro__alloc_zero(20);

    CHECK_INT(ouro__alloc_live(), live + 2);
    first = ouro__alloc_resize(first, 4000);
    CHECK(first);
    CHECK_INT(ouro__alloc_live(), live + 2);
    CHECK_INT(ouro__alloc_count(), count + 3);
    ouro__alloc_free(first);
    ouro__alloc_free(second);
    ouro__alloc_free(NULL);
    CHECK_INT(ouro__alloc_live(), live);
}

TEST(libraries_on_top_share_the_heap)
{
    unsigned long live = ouro__alloc_live();
    unsigned char *block = ouro_allocate(100);

    CHECK(block);
    CHECK_INT(ouro__alloc_live(), live + 1);
    CHECK_INT(block[99], 0);
    block[99] = 7;
    block = ouro_resize(block, 5000);
    CHECK(block);
    CHECK_INT(block[99], 7);
    ouro__alloc_fail_at(1);
    CHECK_PTR(ouro_resize(block, 9000), NULL);
    ouro__alloc_fail_at(1);
    CHECK_PTR(ouro_allocate(1), NULL);
    ouro_release(block);
    ouro_release(NULL);
    CHECK_INT(ouro__alloc_live(), live);
}

TEST(empty_block_is_a_block)
{
    void *block = ouro__alloc(0);

    CHECK(block);
    block = ouro__alloc_resize(block, 0);
    CHECK(block);
    ouro__alloc_free(block);
    block = ouro__alloc_zero(0);
    CHECK(block);
    ouro__alloc_free(block);
}

TEST(resize_of_nothing_allocates)
{
    void *block = ouro__alloc_resize(NULL, 8);

    CHECK(block);
    ouro__alloc_free(block);
}

TEST(zero_block_is_zero)
{
    for (int i = 0; i < 100; i++) {
        unsigned char *block = ouro__alloc_zero(300);

        for (int byte = 0; byte < 300; byte++)
            CHECK_INT(block[byte], 0);
        memset(block, 0xff, 300);
        ouro__alloc_free(block);
    }
}

TEST(string_is_copied)
{
    char *copy = ouro__alloc_string("text");

    CHECK_STR(copy, "text");
    ouro__alloc_free(copy);
    copy = ouro__alloc_string("");
    CHECK_STR(copy, "");
    ouro__alloc_free(copy);
}

TEST(fails_the_chosen_allocation_once)
{
    ouro__alloc_fail_at(3);

    void *first = ouro__alloc(1);
    void *second = ouro__alloc_zero(1);

    CHECK(first && second);
    CHECK(!ouro__alloc_resize(second, 100));
    second = ouro__alloc_resize(second, 100);
    CHECK(second);
    CHECK_INT(ouro__alloc_fail_at(0), 0);
    ouro__alloc_free(first);
    ouro__alloc_free(second);
}

TEST(fault_counts_like_an_allocation)
{
    ouro__alloc_fail_at(2);
    CHECK(!ouro__alloc_fault());
    CHECK(ouro__alloc_fault());
    CHECK(!ouro__alloc_fault());
    ouro__alloc_fail_at(5);
    CHECK(!ouro__alloc_fault());
    CHECK_INT(ouro__alloc_fail_at(0), 4);
    CHECK(!ouro__alloc_fault());
}

enum { THREADS = 4, ROUNDS = 20000 };

static void *allocate_and_free(void *arg)
{
    unsigned long *failures = arg;

    for (int i = 0; i < ROUNDS; i++) {
        void *block = ouro__alloc(16);

        if (!block)
            ++*failures;
        ouro__alloc_free(block);
    }
    return NULL;
}

TEST(counts_with_several_threads)
{
    pthread_t threads[THREADS];
    unsigned long failures[THREADS] = { 0 };
    unsigned long live = ouro__alloc_live();
    unsigned long count = ouro__alloc_count();

    ouro__alloc_fail_at(THREADS * ROUNDS / 2);
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, allocate_and_free, &failures[i]), 0);

    unsigned long failed = 0;

    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        failed += failures[i];
    }
    CHECK_INT(failed, 1);
    CHECK_INT(ouro__alloc_fail_at(0), 0);
    CHECK_INT(ouro__alloc_live(), live);
    CHECK_INT(ouro__alloc_count(), count + THREADS * ROUNDS - 1);
}

/* An allocator that knows its blocks by a mark before them. */

struct pool {
    int allocated;
    int resized;
    int released;
};

static void *pool_allocate(size_t size, void *context)
{
    struct pool *pool = context;
    char *block = malloc(size + 16);

    if (!block)
        return NULL;
    pool->allocated++;
    memset(block, 'm', 16);
    memset(block + 16, 0xaa, size);
    return block + 16;
}

static void *pool_resize(void *block, size_t size, void *context)
{
    struct pool *pool = context;

    CHECK_BYTES((char *) block - 16, 3, "mmm", 3);
    pool->resized++;

    char *resized = realloc((char *) block - 16, size + 16);

    return resized ? resized + 16 : NULL;
}

static void pool_release(void *block, void *context)
{
    struct pool *pool = context;

    CHECK_BYTES((char *) block - 16, 3, "mmm", 3);
    pool->released++;
    free((char *) block - 16);
}

TEST(takes_memory_from_the_injected_allocator)
{
    struct pool pool = { 0 };
    ouro_allocator allocator = { pool_allocate, pool_resize, pool_release, &pool };

    CHECK_INT(ouro_set_allocator(&allocator), 0);

    unsigned char *zero = ouro__alloc_zero(100);
    char *text = ouro__alloc_string("text");

    CHECK_INT(zero[0] | zero[99], 0);
    text = ouro__alloc_resize(text, 1000);
    CHECK_STR(text, "text");
    ouro__alloc_free(text);
    CHECK_INT(ouro_set_allocator(NULL), -EBUSY);
    ouro__alloc_free(zero);
    CHECK_INT(ouro_set_allocator(NULL), -EBUSY);
    CHECK_INT(pool.allocated, 2);
    CHECK_INT(pool.resized, 1);
    CHECK_INT(pool.released, 2);
}

TEST(refuses_half_an_allocator)
{
    ouro_allocator allocator = { pool_allocate, NULL, pool_release, NULL };

    CHECK_INT(ouro_set_allocator(&allocator), -EINVAL);
    CHECK_INT(ouro_set_allocator(NULL), 0);
}

TEST_ALLOCATION_FAILURES(sweep_meets_every_allocation)
{
    static int runs;
    static int failures;
    void *blocks[3];

    runs++;
    for (int i = 0; i < 3; i++)
        blocks[i] = ouro__alloc(8);
    for (int i = 0; i < 3; i++) {
        if (!blocks[i]) {
            CHECK_INT(i, runs - 1);
            failures++;
        }
        ouro__alloc_free(blocks[i]);
    }
    CHECK_INT(test_fault_fired(), runs < 4);
    CHECK_INT(failures, runs < 4 ? runs : 3);
}
