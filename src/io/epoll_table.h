/* What the epoll backend knows about each descriptor, in a table indexed by its number.
 *
 *     chunks: [ . ][ . ][NULL][ . ] ...      grown geometrically, the pointers only
 *               |
 *               `-> DESCRIPTORS_PER_CHUNK entries that never move
 *
 * Entries never move because the lists in them are circular and because callbacks may make the
 * table grow while an entry is in use. A number can be closed and reused at any time, so that every
 * registration carries the generation of its entry: an event of an older one is recognised.
 */
#ifndef OURO_IO_EPOLL_TABLE_H
#define OURO_IO_EPOLL_TABLE_H

#include "io/op.h"

#define DESCRIPTORS_PER_CHUNK 64

enum descriptor_use {
    DESCRIPTOR_UNUSED, /* no op yet, or given up */
    DESCRIPTOR_STREAM, /* all but POLL; edge-triggered */
    DESCRIPTOR_POLL,   /* POLL; level-triggered */
};

/* What a read that left room in its buffer says about the rest. */
enum short_read {
    SHORT_READ_UNKNOWN,     /* nobody has asked yet what kind of socket this is */
    SHORT_READ_EMPTIES,     /* a stream of bytes: nothing is left */
    SHORT_READ_MAY_CONTROL, /* AF_UNIX: nothing is left, unless control data cut the read short */
    SHORT_READ_SAYS_LITTLE, /* packets: the next one may be there already */
};

struct descriptor {
    union {
        struct {
            ouro_link readers; /* ops that wait for `readable`, oldest first */
            ouro_link writers; /* the same for writing; only the first has begun */
        } stream;
        struct {
            struct op *reader; /* the same op in both if it polls for both */
            struct op *writer;
        } poll;
    };
    uint32_t generation;
    uint32_t armed;     /* events that epoll watches for; 0: not registered */
    uint8_t use;        /* enum descriptor_use */
    uint8_t short_read; /* enum short_read */
    bool readable;      /* a read may find something: false only after it was seen empty */
    bool fresh;         /* an edge has come that no read and no READABLE has answered */
    bool doubted;       /* the registration may be of a file that had this number before */
    bool
        eager; /* end, error or urgent data ahead: no further edge may come, so read until EAGAIN */
};

struct descriptor_table {
    struct descriptor **chunks;
    size_t chunk_count;
};

/* Returns the entry of `fd`, or NULL if it never had one. */
static inline struct descriptor *table_find(const struct descriptor_table *table, int fd)
{
    size_t chunk = (size_t) fd / DESCRIPTORS_PER_CHUNK;

    if (fd < 0 || chunk >= table->chunk_count || !table->chunks[chunk])
        return NULL;
    return &table->chunks[chunk][(size_t) fd % DESCRIPTORS_PER_CHUNK];
}

/* Makes the entry of `fd`, for a number that has none. Returns 0, -EBADF or -ENOMEM. */
int ouro__table_add(struct descriptor_table *table, int fd);

/* Frees the table. Nothing may wait in it. */
void ouro__table_free(struct descriptor_table *table);

#endif
