/* S27: a task writes a file, another one reads it, and the loop is never blocked.
 *
 * Corrected: the write is awaited before the read begins; side by side they race.
 *
 * The Python original stands beside it: s27_file_writer.py. Build and run:
 *     cc s27_file_writer.c -o s27 $(pkg-config --cflags --libs ouro) && ./s27
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(write_file, (const char *, path), (ouro_bytes, text))
{
    ouro_file *file;
    OURO_TRY(ouro_open(&file, path, "w"));
    int status = ouro_file_write(file, text);
    int closed = ouro_file_close(file); /* writes what is in the buffer */
    return status < 0 ? status : closed;
}

OURO_ASYNC(read_file, (const char *, path), (char *, text), (size_t, size))
{
    ouro_file *file;
    OURO_TRY(ouro_open(&file, path, "r"));
    int len = ouro_file_read(file, text, size);
    int closed = ouro_file_close(file);
    return closed < 0 ? closed : len;
}

OURO_ASYNC(app)
{
    char text[100];
    ouro_task *write_task = ouro_create_task(
        write_file_coro("example.txt", OURO_BYTES("Hello, world!")));
    OURO_TRY(ouro_await(write_task));
    ouro_task *read_task = ouro_create_task(read_file_coro("example.txt", text, sizeof text));
    int len = OURO_TRY(ouro_await(read_task));
    printf("%.*s\n", len, text);
    ouro_task_unref(read_task);
    ouro_task_unref(write_task);
    return 0;
}

OURO_MAIN(app)
