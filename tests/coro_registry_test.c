/* The table of stack ranges: what a signal handler finds in it, while it changes. */
#include "coro/registry.h"

#include "harness/test.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SIZE = 0x10000, GAP = 0x10000, ROUNDS = 20000 };

static uintptr_t base_of(unsigned i)
{
    return 0x10000000 + i * (uintptr_t) (SIZE + GAP);
}

/* Returns the class of the range around an address or less than `below` above it; 99 for none. */
static unsigned find(uintptr_t address, uintptr_t below)
{
    uintptr_t base = 0, size = 0;
    unsigned class_index = 99;

    if (!ouro__registry_find(address, below, &base, &size, &class_index))
        return 99;
    CHECK_INT(size, SIZE);
    CHECK(address >= base ? address - base < size : base - address < below);
    return class_index;
}

TEST(range_is_found_from_its_first_to_its_last_byte)
{
    uint32_t entry = ouro__registry_add(base_of(0), SIZE, 7);

    CHECK(entry != REGISTRY_ENTRY_NONE);
    CHECK_INT(find(base_of(0), 0), 7);
    CHECK_INT(find(base_of(0) + SIZE - 1, 0), 7);
    CHECK_INT(find(base_of(0) + SIZE, 0), 99);
    CHECK_INT(find(base_of(0) - 1, 0), 99);
    CHECK_INT(find(base_of(0) - 1, 2), 7);
    CHECK_INT(find(base_of(0) - 2, 2), 99);
    ouro__registry_remove(entry);
    CHECK_INT(find(base_of(0), 0), 99);
    ouro__registry_remove(REGISTRY_ENTRY_NONE);
}

TEST(range_around_an_address_wins_over_one_above)
{
    uint32_t above = ouro__registry_add(base_of(0) + SIZE, SIZE, 1);
    uint32_t around = ouro__registry_add(base_of(0), SIZE, 2);
    uint32_t far_above = ouro__registry_add(base_of(0) + 2 * SIZE, SIZE, 3);

    CHECK_INT(find(base_of(0) + SIZE - 1, SIZE), 2);
    ouro__registry_remove(around);
    CHECK_INT(find(base_of(0) + SIZE - 1, 2 * SIZE), 1); /* the nearest */
    ouro__registry_remove(above);
    ouro__registry_remove(far_above);
}

TEST(full_table_refuses_and_recovers)
{
    static uint32_t entries[20000];
    unsigned count = 0;

    while (count < 20000) {
        entries[count] = ouro__registry_add(base_of(count), SIZE, count % 64);
        if (entries[count] == REGISTRY_ENTRY_NONE)
            break;
        count++;
    }
    CHECK(count >= 10000 && count < 20000);
    for (unsigned i = 0; i < count; i += 97)
        CHECK_INT(find(base_of(i) + 5, 0), i % 64);
    ouro__registry_remove(entries[count / 2]);
    entries[count / 2] = ouro__registry_add(base_of(count), SIZE, 9);
    CHECK(entries[count / 2] != REGISTRY_ENTRY_NONE);
    CHECK_INT(find(base_of(count), 0), 9);
    for (unsigned i = 0; i < count; i++)
        ouro__registry_remove(entries[i]);
    CHECK_INT(find(base_of(1), 0), 99);
}

static atomic_int is_over;

static void *add_and_remove(void *arg)
{
    unsigned number = *(unsigned *) arg;

    for (int i = 0; i < ROUNDS; i++) {
        uint32_t entry = ouro__registry_add(base_of(number), SIZE, number);

        CHECK(entry != REGISTRY_ENTRY_NONE);
        CHECK_INT(find(base_of(number) + SIZE / 2, 0), number);
        ouro__registry_remove(entry);
    }
    atomic_fetch_add(&is_over, 1);
    return NULL;
}

/* Each thread sees its own range, and a range that stays is found at any moment. */
TEST(threads_add_and_remove)
{
    pthread_t threads[3];
    unsigned numbers[3] = { 1, 2, 3 };
    uint32_t stays = ouro__registry_add(base_of(0), SIZE, 50);

    for (int i = 0; i < 3; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, add_and_remove, &numbers[i]), 0);
    while (atomic_load(&is_over) < 3)
        CHECK_INT(find(base_of(0) + 1, 0), 50);
    for (int i = 0; i < 3; i++)
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    ouro__registry_remove(stays);
}
