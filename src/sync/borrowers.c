/* The borrowers of a capacity limiter. The table is kept at most half full and has no tombstones: a
 * removal moves up those behind it that belong further ahead. */
#include "sync/borrowers.h"

#include "base/alloc.h"
#include "ouro/error.h"

#include <errno.h>

static ouro_borrower *table_of(ouro_capacity_limiter *limiter)
{
    return limiter->capacity_ > 0 ? limiter->table_ : limiter->inline_;
}

static size_t capacity_of(const ouro_capacity_limiter *limiter)
{
    return limiter->capacity_ > 0 ? limiter->capacity_ : OURO_BORROWERS_INLINE_;
}

/* Where the search for a borrower begins; the capacity is a power of two. */
static size_t place_of(const void *borrower, size_t capacity)
{
    uint64_t mixed = (uint64_t) (uintptr_t) borrower * UINT64_C(0x9e3779b97f4a7c15);

    return (size_t) (mixed >> 32) & (capacity - 1);
}

/* Returns the entry of a borrower, or the free one where it belongs. */
static ouro_borrower *look_up(ouro_borrower *table, size_t capacity, const void *borrower)
{
    size_t i = place_of(borrower, capacity);

    while (table[i].borrower_ != NULL && table[i].borrower_ != borrower)
        i = (i + 1) & (capacity - 1);
    return &table[i];
}

ouro_borrower *ouro__borrowers_find(ouro_capacity_limiter *limiter, const void *borrower)
{
    ouro_borrower *entry = look_up(table_of(limiter), capacity_of(limiter), borrower);

    return entry->borrower_ != NULL ? entry : NULL;
}

/* Doubles the table. */
static int grow(ouro_capacity_limiter *limiter)
{
    size_t capacity = capacity_of(limiter) * 2;
    ouro_borrower *old = table_of(limiter);
    ouro_borrower *table = ouro__alloc_zero(capacity * sizeof *table);
    size_t i;

    if (table == NULL)
        return ouro_error_set(-ENOMEM, "acquire", "out of memory");
    for (i = 0; i < capacity_of(limiter); i++)
        if (old[i].borrower_ != NULL)
            *look_up(table, capacity, old[i].borrower_) = old[i];
    if (limiter->capacity_ > 0)
        ouro__alloc_free(limiter->table_);
    limiter->table_ = table;
    limiter->capacity_ = capacity;
    return 0;
}

int ouro__borrowers_add(ouro_capacity_limiter *limiter, const void *borrower, bool holds)
{
    if ((limiter->known_ + 1) * 2 > capacity_of(limiter)) {
        int status = grow(limiter);

        if (status < 0)
            return status;
    }
    *look_up(table_of(limiter), capacity_of(limiter),
             borrower) = (ouro_borrower) { .borrower_ = borrower, .holds_ = holds };
    limiter->known_++;
    return 0;
}

/* Gives the memory back, and begins anew with the table inside. */
static void clear(ouro_capacity_limiter *limiter)
{
    size_t i;

    if (limiter->capacity_ > 0)
        ouro__alloc_free(limiter->table_);
    limiter->table_ = NULL;
    limiter->capacity_ = 0;
    for (i = 0; i < OURO_BORROWERS_INLINE_; i++)
        limiter->inline_[i] = (ouro_borrower) { .borrower_ = NULL };
}

void ouro__borrowers_remove(ouro_capacity_limiter *limiter, const void *borrower)
{
    ouro_borrower *table = table_of(limiter);
    size_t mask = capacity_of(limiter) - 1;
    size_t hole = (size_t) (look_up(table, mask + 1, borrower) - table);
    size_t i = hole;

    if (--limiter->known_ == 0) {
        clear(limiter);
        return;
    }
    for (;;) {
        i = (i + 1) & mask;
        if (table[i].borrower_ == NULL)
            break;
        /* It may move into the hole unless its search begins behind that. */
        if (((i - place_of(table[i].borrower_, mask + 1)) & mask) < ((i - hole) & mask))
            continue;
        table[hole] = table[i];
        hole = i;
    }
    table[hole] = (ouro_borrower) { .borrower_ = NULL };
}
