/* Growable buffers. */
#include "base/buffer.h"

#include "base/alloc.h"
#include "harness/random.h"
#include "harness/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_CONTENT(buffer_, expected_)                                                          \
    CHECK_BYTES(buffer_data(buffer_), buffer_size(buffer_), (expected_), strlen(expected_))

TEST(empty_buffer_has_no_memory)
{
    struct buffer buffer;
    size_t offset;

    buffer_init(&buffer, 100);
    CHECK_INT(buffer_size(&buffer), 0);
    CHECK_PTR(buffer_bytes(&buffer).data, NULL);
    CHECK_INT(buffer_room(&buffer), 0);
    CHECK(!ouro__buffer_find(&buffer, 0, "x", 1, &offset));
    CHECK_INT(ouro__buffer_append(&buffer, NULL, 0), 0);
    buffer_consume(&buffer, 0);
    CHECK_INT(ouro__alloc_live(), 0);
    ouro__buffer_trim(&buffer);
    ouro__buffer_done(&buffer);
}

TEST(bytes_leave_in_the_order_in_which_they_came)
{
    struct buffer buffer;

    buffer_init(&buffer, 100);
    CHECK_INT(ouro__buffer_append(&buffer, "hello ", 6), 0);
    CHECK_INT(ouro__buffer_append(&buffer, "world", 5), 0);
    CHECK_CONTENT(&buffer, "hello world");
    buffer_consume(&buffer, 6);
    CHECK_CONTENT(&buffer, "world");
    CHECK_INT(ouro__buffer_append(&buffer, "!", 1), 0);
    CHECK_CONTENT(&buffer, "world!");
    buffer_consume(&buffer, 6);
    CHECK_CONTENT(&buffer, "");
    ouro__buffer_done(&buffer);
}

TEST(maximum_is_kept)
{
    struct buffer buffer;
    uint8_t *room;

    buffer_init(&buffer, 10);
    CHECK_INT(ouro__buffer_append(&buffer, "0123456789", 10), 0);
    CHECK_INT(buffer_room(&buffer), 0);
    CHECK_INT(ouro__buffer_append(&buffer, "x", 1), -ENOBUFS);
    CHECK_INT(ouro__buffer_reserve(&buffer, SIZE_MAX, &room), -ENOBUFS);
    CHECK_INT(ouro__buffer_reserve(&buffer, 0, &room), 0);
    CHECK_CONTENT(&buffer, "0123456789");
    buffer_consume(&buffer, 1);
    CHECK_INT(ouro__buffer_append(&buffer, "xy", 2), -ENOBUFS);
    CHECK_INT(ouro__buffer_append(&buffer, "x", 1), 0);
    CHECK_CONTENT(&buffer, "123456789x");
    ouro__buffer_done(&buffer);
    buffer_init(&buffer, 0);
    CHECK_INT(ouro__buffer_append(&buffer, "x", 1), -ENOBUFS);
    ouro__buffer_done(&buffer);
}

TEST(reserved_room_is_filled_and_committed)
{
    struct buffer buffer;
    uint8_t *room;

    buffer_init(&buffer, 1 << 20);
    CHECK_INT(ouro__buffer_append(&buffer, "ab", 2), 0);
    CHECK_INT(ouro__buffer_reserve(&buffer, 5000, &room), 0);
    CHECK(buffer_room(&buffer) >= 5000);
    CHECK_PTR(room, buffer_data(&buffer) + 2);
    CHECK_CONTENT(&buffer, "ab");
    memcpy(room, "cd", 2);
    buffer_commit(&buffer, 2);
    CHECK_CONTENT(&buffer, "abcd");
    ouro__buffer_done(&buffer);
}

TEST(commit_beyond_the_room_is_a_bug)
{
    struct buffer buffer;

    buffer_init(&buffer, 10);
    CHECK_INT(ouro__buffer_append(&buffer, "0123456789", 10), 0);
    CHECK_DIES(SIGABRT, "assertion failed: size <= buffer_room(buffer)")
    {
        buffer_commit(&buffer, 1);
    }
    CHECK_DIES(SIGABRT, "assertion failed: size <= buffer_size(buffer)")
    {
        buffer_consume(&buffer, 11);
    }
    ouro__buffer_done(&buffer);
}

TEST(memory_stays_within_twice_the_maximum)
{
    enum { MAX = 5000 };
    struct buffer buffer;
    unsigned long count = ouro__alloc_count();

    buffer_init(&buffer, MAX);

    /* Nearly full all the time, and always consumed a little: the dear case for a queue. */
    for (int i = 0; i < MAX; i++)
        CHECK_INT(ouro__buffer_append(&buffer, "x", 1), 0);
    for (int i = 0; i < 100000; i++) {
        buffer_consume(&buffer, 1);
        CHECK_INT(ouro__buffer_append(&buffer, "x", 1), 0);
    }
    CHECK(buffer.capacity <= 2 * MAX);
    CHECK(ouro__alloc_count() - count < 20);
    ouro__buffer_done(&buffer);
}

TEST(trim_frees_an_empty_buffer_only)
{
    struct buffer buffer;

    buffer_init(&buffer, 100);
    CHECK_INT(ouro__buffer_append(&buffer, "x", 1), 0);
    ouro__buffer_trim(&buffer);
    CHECK_CONTENT(&buffer, "x");
    buffer_consume(&buffer, 1);
    CHECK_INT(ouro__alloc_live(), 1);
    ouro__buffer_trim(&buffer);
    CHECK_INT(ouro__alloc_live(), 0);
    CHECK_INT(ouro__buffer_append(&buffer, "y", 1), 0);
    CHECK_CONTENT(&buffer, "y");
    ouro__buffer_done(&buffer);
}

static size_t find(const struct buffer *buffer, size_t from, const char *pattern)
{
    size_t offset = 0;

    return ouro__buffer_find(buffer, from, pattern, strlen(pattern), &offset) ? offset : SIZE_MAX;
}

TEST(pattern_is_found_in_the_content_only)
{
    struct buffer buffer;

    buffer_init(&buffer, 100);
    CHECK_INT(ouro__buffer_append(&buffer, "a\r\nb\r\nc\r", 8), 0);
    CHECK_INT(find(&buffer, 0, "\n"), 2);
    CHECK_INT(find(&buffer, 2, "\n"), 2);
    CHECK_INT(find(&buffer, 3, "\n"), 5);
    CHECK_INT(find(&buffer, 6, "\n"), SIZE_MAX);
    CHECK_INT(find(&buffer, 0, "\r\n"), 1);
    CHECK_INT(find(&buffer, 2, "\r\n"), 4);
    CHECK_INT(find(&buffer, 5, "\r\n"), SIZE_MAX);
    CHECK_INT(find(&buffer, 0, "c\r"), 6);
    CHECK_INT(find(&buffer, 7, "\r"), 7);
    CHECK_INT(find(&buffer, 8, "\r"), SIZE_MAX);
    CHECK_INT(find(&buffer, 9, "\r"), SIZE_MAX);
    CHECK_INT(find(&buffer, SIZE_MAX, "\r"), SIZE_MAX);
    CHECK_INT(find(&buffer, 3, ""), 3);
    buffer_consume(&buffer, 3);
    CHECK_INT(find(&buffer, 0, "a"), SIZE_MAX);
    CHECK_INT(find(&buffer, 0, "\r\n"), 1);
    CHECK_INT(find(&buffer, 0, "b\r\nc\r and more"), SIZE_MAX);
    ouro__buffer_done(&buffer);
}

TEST_ALLOCATION_FAILURES(failure_leaves_the_buffer_as_it_was)
{
    struct buffer buffer;
    char expected[4000];
    size_t size = 0;

    buffer_init(&buffer, sizeof(expected));
    for (size_t i = 0; i < sizeof(expected); i++)
        expected[i] = (char) i;
    for (int turn = 0; turn < 20; turn++) {
        int status = ouro__buffer_append(&buffer, expected + size, 100);

        if (status < 0) {
            CHECK_INT(status, -ENOMEM);
            CHECK(test_fault_fired());
        } else {
            size += 100;
        }
        CHECK_BYTES(buffer_data(&buffer), buffer_size(&buffer), expected, size);
    }
    ouro__buffer_done(&buffer);

    /* The same when part of it has been consumed, and it must be copied to grow. */
    buffer_init(&buffer, sizeof(expected));
    if (ouro__buffer_append(&buffer, expected, 250) == 0) {
        buffer_consume(&buffer, 10);

        bool grown = ouro__buffer_append(&buffer, expected + 250, 1000) == 0;

        CHECK(grown || test_fault_fired());
        CHECK_BYTES(buffer_data(&buffer), buffer_size(&buffer), expected + 10, grown ? 1240 : 240);
    }
    ouro__buffer_done(&buffer);
}

TEST(random_operations_agree_with_a_plain_array)
{
    enum { MAX = 3000, OPERATIONS = 20000 };
    static uint8_t model[MAX];
    struct test_random random = { 1 };
    struct buffer buffer;
    size_t size = 0;

    buffer_init(&buffer, MAX);
    for (int i = 0; i < OPERATIONS; i++) {
        size_t amount = test_random_below(&random, i % 7 == 0 ? 2000 : 50);

        if (test_random_below(&random, 2)) {
            uint8_t bytes[2000];

            for (size_t byte = 0; byte < amount; byte++)
                bytes[byte] = (uint8_t) test_random_next(&random);

            int status = ouro__buffer_append(&buffer, bytes, amount);

            CHECK_INT(status, size + amount > MAX ? -ENOBUFS : 0);
            if (status == 0) {
                memcpy(model + size, bytes, amount);
                size += amount;
            }
        } else {
            amount = amount < size ? amount : size;
            buffer_consume(&buffer, amount);
            size -= amount;
            memmove(model, model + amount, size);
        }
        CHECK_BYTES(buffer_data(&buffer), buffer_size(&buffer), model, size);
    }
    ouro__buffer_done(&buffer);
}
