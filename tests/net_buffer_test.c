/* The bytes of a stream: how they grow, and which memory is kept for the next ones. */
#include "harness/test.h"

#include "base/alloc.h"
#include "net/stream_buffer.h"

#include "ouro.h"

static ouro_loop *make_loop(void)
{
    ouro_loop *loop;

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    return loop;
}

static void append(ouro_loop *loop, struct stream_buffer *buffer, size_t size)
{
    static uint8_t bytes[8 * STREAM_BULK];
    static uint8_t next;

    for (size_t i = 0; i < size; i++)
        bytes[i] = next++;
    CHECK_INT(stream_buffer_append(loop, buffer, bytes, size), 0);
}

/* Every byte is one more than the one before. */
static void check_order(const struct stream_buffer *buffer)
{
    for (size_t i = buffer->begin + 1; i < buffer->end; i++)
        CHECK_INT(buffer->data[i], (uint8_t) (buffer->data[i - 1] + 1));
}

TEST(content_moves_along_as_it_grows)
{
    ouro_loop *loop = make_loop();
    struct stream_buffer buffer = { 0 };

    append(loop, &buffer, 1);
    CHECK_INT(buffer.capacity, STREAM_PIECE);
    while (stream_buffer_size(&buffer) < 6 * STREAM_BULK) {
        append(loop, &buffer, 7);
        stream_buffer_consume(loop, &buffer, 3);
    }
    check_order(&buffer);
    stream_buffer_consume(loop, &buffer, stream_buffer_size(&buffer));
    CHECK(buffer.data == NULL);
    CHECK_INT(slab_live(&loop->pieces), 0);
    CHECK_INT(ouro_loop_close(loop), 0);
}

TEST(large_blocks_are_used_again)
{
    ouro_loop *loop = make_loop();
    struct stream_buffer buffer = { 0 };
    unsigned long asked;

    for (size_t size = STREAM_BULK; size <= STREAM_BULK_MAX; size *= 2) {
        append(loop, &buffer, size);
        CHECK_INT(buffer.capacity, size);
        stream_buffer_release(loop, &buffer);
    }
    CHECK_INT(loop->bulk_count, 3);
    asked = ouro__alloc_live();
    for (int i = 0; i < 10; i++) {
        append(loop, &buffer, STREAM_BULK);
        append(loop, &buffer, STREAM_BULK + 1); /* grows into a kept one, and leaves its own */
        CHECK_INT(loop->bulk_count, 2);
        check_order(&buffer);
        stream_buffer_release(loop, &buffer);
        CHECK_INT(loop->bulk_count, 3);
    }
    CHECK_INT(ouro__alloc_live(), asked);
    CHECK_INT(ouro_loop_close(loop), 0);
}

TEST(what_is_kept_is_bounded)
{
    ouro_loop *loop = make_loop();
    struct stream_buffer buffers[2 * STREAM_BULK_KEPT] = { { 0 } };
    struct stream_buffer large = { 0 };
    int count = (int) (sizeof buffers / sizeof buffers[0]);

    for (int i = 0; i < count; i++)
        append(loop, &buffers[i], STREAM_BULK);
    append(loop, &large, STREAM_BULK_MAX + 1);
    for (int i = 0; i < count; i++)
        stream_buffer_release(loop, &buffers[i]);
    CHECK_INT(loop->bulk_count, STREAM_BULK_KEPT);
    CHECK_INT(loop->bulk_bytes, STREAM_BULK_KEPT * STREAM_BULK);
    stream_buffer_release(loop, &large); /* is too large to be kept */
    CHECK_INT(loop->bulk_count, STREAM_BULK_KEPT);

    append(loop, &large, STREAM_BULK_MAX); /* the oldest go for it */
    stream_buffer_release(loop, &large);
    CHECK_INT(loop->bulk_count, STREAM_BULK_KEPT - STREAM_BULK_MAX / STREAM_BULK + 1);
    CHECK_INT(loop->bulk_bytes, STREAM_BULK_KEPT * STREAM_BULK);
    CHECK_INT(ouro_loop_close(loop), 0);
}
