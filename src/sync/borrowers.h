/* The borrowers of a capacity limiter: a set of pointers by open addressing, in the limiter itself
 * as long as they are few. */
#ifndef OURO_SYNC_BORROWERS_H
#define OURO_SYNC_BORROWERS_H

#include "ouro/limiter.h"

/* Returns the entry of `borrower`, which must not be NULL, or NULL. It is valid until the next
 * change of the set. */
ouro_borrower *ouro__borrowers_find(ouro_capacity_limiter *limiter, const void *borrower);

/* Adds a borrower that is not in the set. Returns 0 or -ENOMEM, and nothing has changed. */
int ouro__borrowers_add(ouro_capacity_limiter *limiter, const void *borrower, bool holds);

/* Removes a borrower that is in the set; the last one frees the set's memory. */
void ouro__borrowers_remove(ouro_capacity_limiter *limiter, const void *borrower);

#endif
