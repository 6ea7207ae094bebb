/* Pools of objects. */
#include "base/slab.h"

#include "base/alloc.h"
#include "base/bounds.h"
#include "harness/random.h"
#include "harness/test.h"

#include <string.h>

TEST(empty_pool_has_no_memory)
{
    struct slab slab;

    slab_init(&slab, 32);
    CHECK_INT(ouro__alloc_live(), 0);
    slab_trim(&slab);
    slab_done(&slab);
    slab_done(&slab);
}

TEST(objects_are_aligned_and_apart)
{
    enum { COUNT = 3000 };
    static uint8_t *objects[COUNT];
    struct slab slab;

    for (size_t size = 1; size <= 100; size += 33) {
        slab_init(&slab, size);
        for (int i = 0; i < COUNT; i++) {
            objects[i] = slab_take(&slab);
            CHECK(objects[i]);
            CHECK_INT((uintptr_t) objects[i] % 16, 0);
            memset(objects[i], i % 251, size);
        }
        CHECK_INT(slab_live(&slab), COUNT);
        for (int i = 0; i < COUNT; i++) {
            CHECK_INT(objects[i][0], i % 251);
            CHECK_INT(objects[i][size - 1], i % 251);
        }
        slab_done(&slab);
        CHECK_INT(slab_live(&slab), 0);
    }
}

TEST(object_given_last_is_taken_first)
{
    struct slab slab;

    slab_init(&slab, 48);

    void *first = slab_take(&slab);
    void *second = slab_take(&slab);

    slab_give(&slab, first);
    slab_give(&slab, second);
    CHECK_INT(slab_live(&slab), 0);
    CHECK_PTR(slab_take(&slab), second);
    CHECK_PTR(slab_take(&slab), first);
    CHECK_INT(slab_live(&slab), 2);
    slab_done(&slab);
}

TEST(memory_is_taken_by_the_block)
{
    struct slab slab;

    slab_init(&slab, 64);

    unsigned long before = ouro__alloc_count();

    for (int i = 0; i < 10000; i++)
        CHECK(slab_take(&slab));

    unsigned long blocks = (10000 * 64) / SLAB_BYTES + 1;

    CHECK(SLAB_BYTES < 1024 || ouro__alloc_count() - before <= blocks + 5);
    slab_done(&slab);
}

TEST(huge_object_has_a_block_of_its_own)
{
    struct slab slab;

    slab_init(&slab, SLAB_BYTES * 3);
    for (int i = 0; i < 3; i++) {
        uint8_t *object = slab_take(&slab);

        CHECK(object);
        memset(object, 1, SLAB_BYTES * 3);
    }
    slab_done(&slab);
}

TEST(trim_gives_back_what_is_free_only)
{
    enum { COUNT = 5000 };
    static uint8_t *objects[COUNT];
    struct slab slab;

    slab_init(&slab, 256);
    for (int i = 0; i < COUNT; i++) {
        objects[i] = slab_take(&slab);
        memset(objects[i], i % 251, 256);
    }

    unsigned long full = ouro__alloc_live();

    /* Every block keeps an object: nothing can go. */
    for (int i = 0; i < COUNT; i++) {
        if (i % 50 != 0)
            slab_give(&slab, objects[i]);
    }
    slab_trim(&slab);
    CHECK(SLAB_BYTES < 1024 || ouro__alloc_live() == full);

    /* One object in the middle: one block, and the list of blocks. */
    for (int i = 0; i < COUNT; i += 50) {
        if (i != COUNT / 2)
            slab_give(&slab, objects[i]);
    }
    slab_trim(&slab);
    CHECK_INT(ouro__alloc_live(), 2);
    CHECK_INT(slab_live(&slab), 1);
    CHECK_INT(objects[COUNT / 2][100], (COUNT / 2) % 251);

    /* What is left is a working pool. */
    for (int i = 0; i < COUNT; i++)
        memset(slab_take(&slab), 7, 256);
    CHECK_INT(slab_live(&slab), COUNT + 1);
    CHECK_INT(objects[COUNT / 2][100], (COUNT / 2) % 251);
    slab_done(&slab);
}

TEST(trim_keeps_the_unused_part_of_a_block_in_use)
{
    struct slab slab;

    slab_init(&slab, 16);

    void *first = slab_take(&slab);

    slab_trim(&slab);
    CHECK(slab_take(&slab) != first);
    slab_done(&slab);

    slab_init(&slab, 16);
    slab_give(&slab, slab_take(&slab));
    slab_trim(&slab);
    CHECK_INT(ouro__alloc_live(), 0);
    CHECK(slab_take(&slab));
    slab_done(&slab);
}

TEST(random_takes_gives_and_trims)
{
    enum { COUNT = 2000, OPERATIONS = 100000 };
    static uint64_t *objects[COUNT];
    static uint64_t marks[COUNT];
    struct test_random random = { 1 };
    struct slab slab;
    size_t live = 0;

    slab_init(&slab, 200);
    for (int i = 0; i < OPERATIONS; i++) {
        size_t place = test_random_below(&random, COUNT);
        bool shrinks = (i / 10000) % 2;

        if (objects[place] && test_random_below(&random, 100) < (shrinks ? 90 : 30)) {
            CHECK_INT(objects[place][0], marks[place]);
            CHECK_INT(objects[place][24], marks[place]);
            slab_give(&slab, objects[place]);
            objects[place] = NULL;
            live--;
        } else if (!objects[place] && test_random_below(&random, 100) < (shrinks ? 10 : 70)) {
            objects[place] = slab_take(&slab);
            marks[place] = test_random_next(&random);
            objects[place][0] = objects[place][24] = marks[place];
            live++;
        }
        CHECK_INT(slab_live(&slab), live);
        if (test_random_below(&random, 500) == 0)
            slab_trim(&slab);
    }
    slab_done(&slab);
}

TEST_ALLOCATION_FAILURES(failure_to_grow_is_told)
{
    struct slab slab;

    slab_init(&slab, SLAB_BYTES);
    for (int i = 0; i < 10; i++) {
        void *object = slab_take(&slab);

        if (!object) {
            CHECK(test_fault_fired());
            object = slab_take(&slab);
            CHECK(object);
        }
    }
    CHECK_INT(slab_live(&slab), 10);
    slab_done(&slab);
}

#ifdef MEMORY_IS_CHECKED
TEST(free_object_may_not_be_touched)
{
    struct slab slab;

    slab_init(&slab, 64);

    volatile uint8_t *object = slab_take(&slab);

    slab_give(&slab, (void *) object);
    CHECK_DIES(0, "use-after-poison")
    {
        object[40] = 1;
    }

    volatile uint8_t *fresh = slab_take(&slab);

    CHECK_DIES(0, "AddressSanitizer") /* outside of the slab, where that holds one object */
    {
        fresh[64] = 1;
    }
    slab_done(&slab);
}
#endif
