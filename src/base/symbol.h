/* Names for addresses of code: which function of which program or library an address lies in.
 *
 * Static functions have names too, as long as the file has not been stripped of them: the symbols
 * are read from the file itself, once, and kept. For reports and debugging; nothing here is fast.
 */
#ifndef OURO_BASE_SYMBOL_H
#define OURO_BASE_SYMBOL_H

#include "ouro/base.h"

struct symbol {
    const char *name;     /* of the function, without the compiler's suffixes; "" if not known */
    size_t name_len;      /* the name is not terminated */
    size_t offset;        /* of the address in the function */
    const char *module;   /* the file, without its folders; "" if not known */
    size_t module_offset; /* of the address in the file's memory: what addr2line takes */
};

/* Finds what is known of the instruction at `address`. All strings live as long as the process.
 * Allocates nothing from the heap. Threads: any. */
void ouro__symbol_find(const void *address, struct symbol *ret_symbol);

#endif
