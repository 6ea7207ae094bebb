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

static double seconds_since(double start)
{
    return ouro_loop_time(ouro_get_running_loop()) - start;
}

/* Returns the size of a page. */
OURO_ASYNC(fetch, (int, page), (int, attempt))
{
    OURO_TRY(ouro_sleep(page % 3 == 2 && attempt < page ? 5 : 0.1 * page));
    if (page % 4 == 3) {
        return ouro_error_set(-ECONNREFUSED, "fetch", "page %d: no server there", page);
    }
    return page * 100;
}

OURO_ASYNC(crawl, (int, page), (double, start))
{
    int status = 0;

    ouro_with_semaphore (&slots, &status) {
        for (int attempt = 1; attempt <= 2; attempt++) {
            printf("%.1f s: page %d, attempt %d\n", seconds_since(start), page, attempt);
            ouro_with_timeout (&status, 1.5) {
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
    double start = ouro_loop_time(ouro_get_running_loop());

    for (int page = 0; page < PAGES; page++) {
        pages[page] = OURO_AWAITABLE(crawl_coro(page, start));
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
    printf("%d bytes in %.1f s\n", total, seconds_since(start));
    return 0;
}

OURO_MAIN(app)
