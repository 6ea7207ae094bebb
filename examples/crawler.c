/* A crawler: many pages, three at a time, a limit on each fetch, and one more try after it.
 *
 * There is no network: how long a page takes, how large it is and whether its server refuses
 * follows from its number.
 *
 * The Python original stands beside it: crawler.py. Build and run:
 *     cc crawler.c -o crawler $(pkg-config --cflags --libs ouro) && ./crawler
 */
#include <ouro.h>

#include <errno.h>
#include <stdio.h>

enum { PAGES = 10 };

static ouro_semaphore slots = OURO_SEMAPHORE_INIT(3);

/* Returns the size of a page. */
OURO_ASYNC(fetch, (int, page), (int, attempt))
{
    OURO_TRY(ouro_sleep(page % 3 == 2 && attempt < page ? 5 : 0.25 * page));
    if (page % 4 == 3) {
        return ouro_error_set(-ECONNREFUSED, "fetch", "page %d: no server there", page);
    }
    return page * 100;
}

OURO_ASYNC(crawl, (int, page))
{
    int status = 0;

    ouro_with_semaphore (&slots, &status) {
        for (int attempt = 1; attempt <= 2; attempt++) {
            printf("page %d, attempt %d\n", page, attempt);
            ouro_with_timeout (&status, 1.6) {
                status = fetch(page, attempt);
            }
            if (status != -ETIMEDOUT) {
                break;
            }
        }
    }
    return status;
}

OURO_ASYNC(app)
{
    ouro_awaitable pages[PAGES];
    int sizes[PAGES];
    int total = 0;
    ouro_loop *loop = ouro_get_running_loop();
    double start = ouro_loop_time(loop);

    for (int page = 0; page < PAGES; page++) {
        pages[page] = OURO_AWAITABLE(crawl_coro(page));
    }
    OURO_TRY(ouro_gather_array(pages, PAGES, .return_exceptions = true, .ret_statuses = sizes));

    for (int page = 0; page < PAGES; page++) {
        if (sizes[page] == -ETIMEDOUT) {
            printf("page %d: too slow\n", page);
        } else if (sizes[page] < 0) {
            printf("page %d: %s\n", page, ouro_strerror(sizes[page]));
        } else {
            printf("page %d: %d bytes\n", page, sizes[page]);
            total += sizes[page];
        }
    }
    printf("%d bytes in %.0f s\n", total, ouro_loop_time(loop) - start);
    return 0;
}

OURO_MAIN(app)
