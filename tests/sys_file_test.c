/* Files: modes, reading and writing through the buffer and past it, lines, positions, locks, and
 * use by several tasks. */
#include "sys_file_probe.h"

OURO_ASYNC(write_and_read)
{
    ouro_file *file;
    ouro_bytes bytes;
    char data[8];

    CHECK_INT(ouro_open(&file, path_of("a"), "w"), 0);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("Hello, ")), 7);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("world!")), 6);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("")), 0);
    CHECK_INT(ouro_file_tell(file), 13);
    CHECK_INT(ouro_file_read(file, data, sizeof data), -EBADF);
    CHECK_STR(ouro_file_name(file), path_of("a"));
    CHECK(ouro_file_fileno(file) >= 0 && !ouro_file_closed(file));
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_CONTENT("a", "Hello, world!");

    CHECK_INT(ouro_open(&file, path_of("a"), "rb"), 0);
    CHECK_INT(ouro_file_read(file, data, 5), 5);
    CHECK_BYTES(data, 5, "Hello", 5);
    CHECK_INT(ouro_file_read_bytes(file, 2, &bytes), 2);
    CHECK_VIEW(bytes, ", ");
    CHECK_INT(ouro_file_tell(file), 7);
    CHECK_INT(ouro_file_read_all(file, 5, &bytes), -ENOBUFS);
    CHECK_INT(ouro_file_tell(file), 7);
    CHECK_INT(ouro_file_read_all(file, 6, &bytes), 0);
    CHECK_VIEW(bytes, "world!");
    CHECK_INT(ouro_file_read(file, data, 5), 0);
    CHECK_INT(ouro_file_read_bytes(file, 5, &bytes), 0);
    CHECK_INT(ouro_file_read_all(file, SIZE_MAX, &bytes), 0);
    CHECK_INT(bytes.size, 0);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("x")), -EBADF);
    CHECK_INT(ouro_file_close(file), 0);
    return 0;
}

TEST_ALL_BACKENDS(what_is_written_is_read)
{
    run_in_folder(write_and_read_coro());
}

OURO_ASYNC(open_modes)
{
    ouro_file *file = NULL;
    static const char *const wrong[] = { "", "z", "rw", "r++", "rbb", "+r" };
    size_t i;

    for (i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK_INT(ouro_open(&file, path_of("a"), wrong[i]), -EINVAL);
    CHECK_INT(ouro_open(&file, path_of("a"), NULL), -EINVAL);
    CHECK_INT(ouro_open(&file, NULL, "r"), -EINVAL);
    CHECK_INT(ouro_open(NULL, path_of("a"), "r"), -EINVAL);

    CHECK_INT(ouro_open(&file, path_of("a"), "r"), -ENOENT);
    CHECK(strstr(ouro_error_detail()->text, path_of("a")) != NULL);
    CHECK_INT(ouro_open(&file, path_of("a"), "x", .permissions = 0640), 0);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("123")), 3);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_INT(ouro_open(&file, path_of("a"), "x"), -EEXIST);
    CHECK_INT(ouro_open(&file, path_of("a"), "a"), 0);
    CHECK_INT(ouro_file_tell(file), 3);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("45")), 2);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_CONTENT("a", "12345");
    CHECK_INT(ouro_open(&file, path_of("a"), "r+"), 0);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("ab")), 2);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_CONTENT("a", "ab345");
    CHECK_INT(ouro_open(&file, path_of("a"), "w+"), 0);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_CONTENT("a", "");
    CHECK_INT(ouro_open(&file, folder, "r"), -EISDIR);
    CHECK(strstr(ouro_error_detail()->text, "a file was expected") != NULL);
    CHECK_INT(ouro_open(&file, folder, "w"), -EISDIR);
    CHECK_INT(ouro_open(&file, path_of("a/b"), "w"), -ENOTDIR);
    return 0;
}

TEST_ALL_BACKENDS(modes_are_those_of_python)
{
    mode_t before = umask(0);

    run_in_folder(open_modes_coro());
    umask(before);
}

OURO_ASYNC(append_together)
{
    ouro_file *first;
    ouro_file *second;
    ouro_bytes bytes;

    CHECK_INT(ouro_open(&first, path_of("a"), "a+", .unbuffered = true), 0);
    CHECK_INT(ouro_open(&second, path_of("a"), "a"), 0);
    CHECK_INT(ouro_file_write(first, OURO_BYTES("one ")), 4);
    CHECK_INT(ouro_file_write(second, OURO_BYTES("two ")), 4);
    CHECK_INT(ouro_file_flush(second), 0);
    CHECK_INT(ouro_file_tell(second), 8);
    CHECK_INT(ouro_file_seek(first, 0, SEEK_SET, NULL), 0);
    CHECK_INT(ouro_file_write(first, OURO_BYTES("three")), 5);
    CHECK_INT(ouro_file_tell(first), 13);
    CHECK_INT(ouro_file_seek(first, 4, SEEK_SET, NULL), 0);
    CHECK_INT(ouro_file_read_all(first, 100, &bytes), 0);
    CHECK_VIEW(bytes, "two three");
    CHECK_INT(ouro_file_close(second), 0);
    CHECK_INT(ouro_file_close(first), 0);
    CHECK_CONTENT("a", "one two three");
    return 0;
}

TEST_ALL_BACKENDS(appends_go_to_the_end)
{
    run_in_folder(append_together_coro());
}

OURO_ASYNC(mix_reads_and_writes, (size_t, buffer_size))
{
    ouro_file *file;
    ouro_bytes bytes;
    char data[16];
    int64_t position = -1;

    write_plainly("a", "0123456789abcdef", 16);
    CHECK_INT(ouro_open(&file, path_of("a"), "r+", .buffer_size = buffer_size), 0);
    CHECK_INT(ouro_file_read(file, data, 4), 4);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("XY")), 2);
    CHECK_INT(ouro_file_tell(file), 6);
    CHECK_INT(ouro_file_read(file, data, 2), 2);
    CHECK_BYTES(data, 2, "67", 2);
    CHECK_INT(ouro_file_seek(file, -3, SEEK_CUR, &position), 0);
    CHECK_INT(position, 5);
    CHECK_INT(ouro_file_read(file, data, 3), 3);
    CHECK_BYTES(data, 3, "Y67", 3);
    CHECK_INT(ouro_file_seek(file, -1, SEEK_END, &position), 0);
    CHECK_INT(position, 15);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("zz")), 2);
    CHECK_INT(ouro_file_seek(file, 0, SEEK_END, &position), 0);
    CHECK_INT(position, 17);
    CHECK_INT(ouro_file_seek(file, -1, SEEK_SET, NULL), -EINVAL);
    CHECK_INT(ouro_file_seek(file, 0, 77, NULL), -EINVAL);
    CHECK_INT(ouro_file_tell(file), 17);
    CHECK_INT(ouro_file_seek(file, 20, SEEK_SET, NULL), 0);
    CHECK_INT(ouro_file_read_bytes(file, 5, &bytes), 0);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("!")), 1);
    CHECK_INT(ouro_file_truncate(file, 22), 0);
    CHECK_INT(ouro_file_tell(file), 21);
    CHECK_INT(ouro_file_seek(file, 8, SEEK_SET, NULL), 0);
    CHECK_INT(ouro_file_read_bytes(file, 3, &bytes), 3);
    CHECK_VIEW(bytes, "89a");
    CHECK_INT(ouro_file_fsync(file), 0);
    CHECK_INT(ouro_file_datasync(file), 0);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_CONTENT("a", "0123XY6789abcdezz\0\0\0!\0");

    CHECK_INT(ouro_open(&file, path_of("a"), "r+", .buffer_size = buffer_size), 0);
    CHECK_INT(ouro_file_read(file, data, 4), 4);
    CHECK_INT(ouro_file_truncate(file, OURO_FILE_HERE), 0);
    CHECK_INT(ouro_file_read(file, data, 4), 0);
    CHECK_INT(ouro_file_truncate(file, -7), -EINVAL);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_CONTENT("a", "0123");
    return 0;
}

TEST_ALL_BACKENDS(reads_and_writes_share_one_position)
{
    run_in_folder(mix_reads_and_writes_coro(0));
    run_in_folder(mix_reads_and_writes_coro(3));
    run_in_folder(mix_reads_and_writes_coro(1));
}

OURO_ASYNC(read_lines, (size_t, buffer_size))
{
    static const char *const expected[] = { "one\n", "\n", "three is longer\n", "rest" };
    ouro_file *file;
    ouro_bytes line;
    int status = 0;
    size_t count = 0;

    write_plainly("a", "one\n\nthree is longer\nrest", 25);
    CHECK_INT(ouro_open(&file, path_of("a"), "r", .buffer_size = buffer_size), 0);
    ouro_async_for(ouro_bytes, item, ouro_file_lines(file), &status)
    {
        CHECK(count < 4);
        CHECK_BYTES(item.data, item.size, expected[count], strlen(expected[count]));
        count++;
    }
    CHECK_INT(status, 0);
    CHECK_INT(count, 4);
    CHECK_INT(ouro_file_readline(file, &line), 0);
    CHECK_INT(line.size, 0);
    CHECK_INT(ouro_file_seek(file, 5, SEEK_SET, NULL), 0);
    CHECK_INT(ouro_file_readline(file, &line), 1);
    CHECK_VIEW(line, "three is longer\n");
    CHECK_INT(ouro_file_close(file), 0);

    CHECK_INT(ouro_open(&file, path_of("a"), "r", .line_limit = 8), 0);
    CHECK_INT(ouro_file_readline(file, &line), 1);
    CHECK_INT(ouro_file_readline(file, &line), 1);
    CHECK_INT(ouro_file_readline(file, &line), OURO_ELIMIT);
    CHECK(strstr(ouro_error_detail()->text, "line_limit") != NULL);
    CHECK_INT(ouro_file_tell(file), 5);
    CHECK_INT(ouro_file_close(file), 0);
    return 0;
}

TEST_ALL_BACKENDS(lines_are_found_in_any_buffer)
{
    run_in_folder(read_lines_coro(0));
    run_in_folder(read_lines_coro(1));
    run_in_folder(read_lines_coro(5));
}

OURO_ASYNC(write_large)
{
    static uint8_t data[LARGE];
    ouro_file *file;
    ouro_bytes bytes;
    ouro_bytes pieces[3] = { bytes_of(pattern(), 10), bytes_of(pattern() + 10, 100000),
                             bytes_of(pattern() + 100010, LARGE - 100010) };
    size_t i;

    CHECK_INT(ouro_open(&file, path_of("a"), "w+"), 0);
    CHECK_INT(ouro_file_writelines(file, pieces, 3), 0);
    CHECK_INT(ouro_file_tell(file), LARGE);
    CHECK_INT(ouro_file_seek(file, 0, SEEK_SET, NULL), 0);
    CHECK_INT(ouro_file_read(file, data, 3), 3);
    CHECK_INT(ouro_file_read(file, data + 3, LARGE), LARGE - 3);
    CHECK(memcmp(data, pattern(), LARGE) == 0);
    CHECK_INT(ouro_file_seek(file, 1, SEEK_SET, NULL), 0);
    CHECK_INT(ouro_file_read_all(file, LARGE, &bytes), 0);
    CHECK_INT(bytes.size, LARGE - 1);
    CHECK(memcmp(bytes.data, pattern() + 1, LARGE - 1) == 0);
    for (i = 0; i < LARGE; i += 99999) {
        size_t size = LARGE - i < 5000 ? LARGE - i : 5000;

        CHECK_INT(ouro_file_pread(file, data, 5000, (int64_t) i), size);
        CHECK(memcmp(data, pattern() + i, size) == 0);
    }
    CHECK_INT(ouro_file_pwrite(file, bytes_of(pattern() + 5, 300000), 0), 300000);
    CHECK_INT(ouro_file_pread(file, data, 300000, 0), 300000);
    CHECK(memcmp(data, pattern() + 5, 300000) == 0);
    CHECK_INT(ouro_file_pread(file, data, 4, (int64_t) LARGE), 0);
    CHECK_INT(ouro_file_pread(file, data, 4, -1), -EINVAL);
    CHECK_INT(ouro_file_pread(file, NULL, 4, 0), -EINVAL);
    CHECK_INT(ouro_file_pwrite(file, OURO_BYTES("x"), -1), -EINVAL);
    CHECK_INT(ouro_file_close(file), 0);
    return 0;
}

TEST_ALL_BACKENDS(large_pieces_are_read_and_written_whole)
{
    run_in_folder(write_large_coro());
}

OURO_ASYNC(print_some)
{
    ouro_file *file;
    char expected[400];

    CHECK_INT(ouro_open(&file, path_of("a"), "w"), 0);
    CHECK_INT(ouro_file_printf(file, "%d-%s;", 42, "x"), 5);
    CHECK_INT(ouro_file_printf(file, "%0300d", 7), 300);
    CHECK_INT(ouro_file_close(file), 0);
    snprintf(expected, sizeof expected, "42-x;%0300d", 7);
    check_content("a", expected, 305);
    return 0;
}

TEST_ALL_BACKENDS(printf_formats)
{
    run_in_folder(print_some_coro());
}

OURO_ASYNC(write_some, (ouro_file *, file), (const char *, text))
{
    int i;

    for (i = 0; i < 20; i++)
        CHECK_INT(ouro_file_write(file, bytes_of(text, strlen(text))), strlen(text));
    return 0;
}

OURO_ASYNC(read_some, (ouro_file *, file), (int, from))
{
    char data[10];
    int i;

    for (i = 0; i < 20; i++) {
        CHECK_INT(ouro_file_pread(file, data, 10, from + i), 10);
        CHECK_INT(data[0], (from + i) % 100);
        CHECK_INT(ouro_file_pwrite(file, bytes_of(data, 10), from + i), 10);
    }
    return 0;
}

OURO_ASYNC(use_from_many_tasks)
{
    char content[300];
    ouro_file *file;
    int i;
    int marks = 0;

    CHECK_INT(ouro_open(&file, path_of("a"), "w", .unbuffered = true), 0);
    CHECK_INT(ouro_gather(write_some_coro(file, "<aaaa>"), write_some_coro(file, "<bb>"),
                          write_some_coro(file, "<c>")),
              0);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_INT(ouro_open(&file, path_of("a"), "r"), 0);
    CHECK_INT(ouro_file_read(file, content, sizeof content), 20 * 13);
    CHECK_INT(ouro_file_close(file), 0);
    for (i = 0; i < 20 * 13; i++) {
        marks += content[i] == '<' ? 1 : content[i] == '>' ? -1 : 0;
        CHECK(marks == 0 || marks == 1);
    }

    for (i = 0; i < 300; i++)
        content[i] = (char) (i % 100);
    write_plainly("b", content, 300);
    CHECK_INT(ouro_open(&file, path_of("b"), "r+"), 0);
    CHECK_INT(ouro_gather(read_some_coro(file, 0), read_some_coro(file, 20),
                          read_some_coro(file, 40), read_some_coro(file, 160)),
              0);
    CHECK_INT(ouro_file_close(file), 0);
    check_content("b", content, 300);
    return 0;
}

TEST_ALL_BACKENDS(calls_of_several_tasks_are_carried_out_whole)
{
    run_in_folder(use_from_many_tasks_coro());
}

OURO_ASYNC(use_a_pipe)
{
    int ends[2];
    ouro_file *reader;
    ouro_file *writer;
    ouro_bytes line;

    CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
    CHECK_INT(ouro_fdopen(&reader, ends[0], "r"), 0);
    CHECK_INT(ouro_fdopen(&writer, ends[1], "w"), 0);
    CHECK_INT(ouro_file_write(writer, OURO_BYTES("one\ntwo\n")), 8);
    CHECK_INT(ouro_file_flush(writer), 0);
    CHECK_INT(ouro_file_readline(reader, &line), 1);
    CHECK_VIEW(line, "one\n");
    CHECK_INT(ouro_file_tell(reader), -ESPIPE);
    CHECK_INT(ouro_file_seek(reader, 0, SEEK_SET, NULL), -ESPIPE);
    CHECK_INT(ouro_file_pread(reader, ends, 1, 0), -ESPIPE);
    CHECK_INT(ouro_file_close(writer), 0);
    CHECK_INT(ouro_file_read_all(reader, 100, &line), 0);
    CHECK_VIEW(line, "two\n");
    CHECK_INT(ouro_file_close(reader), 0);
    CHECK_INT(ouro_fdopen(&reader, -1, "r"), -EBADF);

    CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    CHECK_INT(ouro_fdopen(&writer, ends[1], "w"), 0);
    CHECK_INT(ouro_file_write(writer, OURO_BYTES("to nobody")), 9);
    CHECK_INT(ouro_file_close(writer), -EPIPE);
    return 0;
}

TEST_ALL_BACKENDS(what_has_no_positions_is_read_once)
{
    CHECK_INT(ouro_run(use_a_pipe_coro()), 0);
}

OURO_ASYNC(hold_lock, (ouro_file *, file), (ouro_event *, begun), (ouro_event *, may_end))
{
    CHECK_INT(ouro_file_lock(file, false), 0);
    ouro_event_set(begun);
    CHECK_INT(ouro_event_wait(may_end), 0);
    return ouro_file_unlock(file);
}

OURO_ASYNC(lock_files)
{
    ouro_file *first;
    ouro_file *second;
    ouro_event begun = OURO_EVENT_INIT;
    ouro_event may_end = OURO_EVENT_INIT;
    ouro_task *holder;
    int status = 0;

    CHECK_INT(ouro_open(&first, path_of("a"), "w"), 0);
    CHECK_INT(ouro_open(&second, path_of("a"), "r"), 0);
    CHECK_INT(ouro_file_lock(second, true), 0);
    CHECK_INT(ouro_file_try_lock(first, true), 0);
    CHECK_INT(ouro_file_try_lock(first, false), -EAGAIN);
    CHECK_INT(ouro_file_unlock(second), 0);
    CHECK_INT(ouro_file_unlock(first), 0);
    holder = ouro_create_task(hold_lock_coro(first, &begun, &may_end));
    CHECK_INT(ouro_event_wait(&begun), 0);
    CHECK_INT(ouro_file_try_lock(second, false), -EAGAIN);
    ouro_with_timeout (&status, 0.02) {
        status = ouro_file_lock(second, false);
    }
    CHECK_INT(status, -ETIMEDOUT);
    ouro_event_set(&may_end);
    CHECK_INT(ouro_file_lock(second, false), 0);
    CHECK_INT(ouro_await(holder), 0);
    ouro_future_unref(holder);
    CHECK_INT(ouro_file_close(first), 0);
    CHECK_INT(ouro_file_close(second), 0);
    return 0;
}

TEST_ALL_BACKENDS(locks_exclude_each_other)
{
    run_in_folder(lock_files_coro());
}
