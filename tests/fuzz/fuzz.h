/* Random input: how a target is written.
 *
 *     tests/fuzz/NAME_fuzz.c   defines LLVMFuzzerTestOneInput
 *     tests/fuzz/NAME/         inputs to begin with, one a file
 *
 * In the build of the fuzz lane the program is one of libFuzzer, which thinks up inputs that reach
 * new code. In all others replay.c gives it the inputs of its folder. A target must do the same
 * for the same input, and leave nothing behind.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Called by libFuzzer, or replay.c, with one input. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, with the input kept by libFuzzer, if something does not hold. */
#define EXPECT(condition_) ((condition_) ? (void) 0 : fuzz_fail(__FILE__, __LINE__, #condition_))

__attribute__((unused, noreturn)) static void fuzz_fail(const char *file, int line,
                                                        const char *condition)
{
    fprintf(stderr, "%s:%d: EXPECT(%s)\n", file, line, condition);
    abort();
}

/* An input that is taken apart from its front. */
struct fuzz_input {
    const uint8_t *data;
    size_t size;
};

/* Takes a byte; 0 at the end. */
__attribute__((unused)) static uint8_t fuzz_byte(struct fuzz_input *input)
{
    if (input->size == 0)
        return 0;
    input->size--;
    return *input->data++;
}

/* Takes a text up to a newline or a zero, or the end, and drops what is longer than `size`. Returns
 * its length. */
__attribute__((unused)) static size_t fuzz_text(struct fuzz_input *input, char *text, size_t size)
{
    size_t len = 0;
    uint8_t byte;

    while (input->size > 0 && (byte = fuzz_byte(input)) != '\n' && byte != '\0')
        if (len + 1 < size)
            text[len++] = (char) byte;
    text[len] = '\0';
    return len;
}

#endif
