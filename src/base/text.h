/* Text that is put together piece by piece, as far as there is room, and counted on. */
#ifndef OURO_BASE_TEXT_H
#define OURO_BASE_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

struct text {
    char *data; /* may be NULL if `size` is 0 */
    size_t size;
    size_t len; /* of the whole text, also where it did not fit */
};

/* Adds to the text; what fits of it is terminated by a zero. */
__attribute__((format(printf, 2, 3))) static inline void text_add(struct text *text,
                                                                  const char *format, ...)
{
    size_t used = text->len < text->size ? text->len : text->size;
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(used < text->size ? text->data + used : NULL, text->size - used, format, args);
    va_end(args);
    if (len > 0)
        text->len += (size_t) len;
}

/* Takes the newline away at the end of a text that has room for it. */
static inline void text_cut_newline(struct text *text)
{
    if (text->len > 0 && text->len < text->size && text->data[text->len - 1] == '\n')
        text->data[--text->len] = '\0';
}

#endif
