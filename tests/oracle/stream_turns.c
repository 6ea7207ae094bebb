/* When a reader runs: bytes wake it in its turn, one reader at a time. */
#include "stream_scenario.h"

OURO_ASYNC(in_turn_with_callbacks)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_coro(stream, 9), "reader");

    OURO_TRY(ouro_sleep(1));
    say_soon("before");
    feed(stream, "one");
    say_soon("between");
    feed(stream, "two");
    say_soon("after");
    OURO_TRY(join(task));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(two_streams_in_the_order_of_feeding)
{
    ouro_stream *first = new_stream(0);
    ouro_stream *second = new_stream(0);
    ouro_task *tasks[] = { spawn(reads_coro(first, 9), "first"),
                           spawn(reads_coro(second, 9), "second") };

    OURO_TRY(ouro_sleep(1));
    feed(second, "2");
    feed(first, "1");
    join_all(tasks, COUNT(tasks));
    ouro_stream_unref(first);
    ouro_stream_unref(second);
    return 0;
}

OURO_ASYNC(a_second_reader_is_refused)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_line_coro(stream), "first");

    OURO_TRY(ouro_sleep(1));
    trace("%s", do_read(stream, 1));
    trace("%s", do_readline(stream));
    feed(stream, "for the first\n");
    OURO_TRY(join(task));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(a_cancelled_reader_makes_room)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *first = spawn(reads_line_coro(stream), "first");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(first, NULL);
    ouro_ignore(join(first));
    ouro_task *second = spawn(reads_line_coro(stream), "second");
    OURO_TRY(ouro_sleep(1));
    feed(stream, "line\n");
    OURO_TRY(join(second));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(a_cancel_after_the_bytes)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_line_coro(stream), "reader");

    OURO_TRY(ouro_sleep(1));
    feed(stream, "line\n");
    ouro_task_cancel(task, NULL);
    ouro_ignore(join(task));
    trace("%s", do_readline(stream));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(bytes_after_the_cancel)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_line_coro(stream), "reader");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    feed(stream, "line\n");
    ouro_ignore(join(task));
    trace("%s", do_readline(stream));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(what_is_there_does_not_suspend)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "a\nb\n");
    say_soon("soon");
    trace("%s", do_readline(stream));
    trace("%s", do_read(stream, 9));
    ouro_stream_unref(stream);
    return ouro_sleep(0);
}

OURO_ASYNC(a_timeout_takes_nothing)
{
    ouro_stream *stream = new_stream(0);
    ouro_bytes line;
    int status = 0;

    ouro_with_timeout (&status, 1) {
        feed(stream, "par");
        status = ouro_stream_readline(stream, &line);
    }
    if (status == -ETIMEDOUT) {
        trace("timeout");
    }
    feed(stream, "tial\n");
    trace("%s", do_readline(stream));
    ouro_stream_unref(stream);
    return 0;
}

SCENARIO(CASE(in_turn_with_callbacks), CASE(two_streams_in_the_order_of_feeding),
         CASE(a_second_reader_is_refused), CASE(a_cancelled_reader_makes_room),
         CASE(a_cancel_after_the_bytes), CASE(bytes_after_the_cancel),
         CASE(what_is_there_does_not_suspend), CASE(a_timeout_takes_nothing))
