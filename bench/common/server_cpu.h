/* The CPU time of another process, as the load generators read it at the beginning and the end of
 * their measuring interval: the scheduler's run time of each of its threads. Softirq work that the
 * kernel does on behalf of the process counts.
 */
#ifndef OURO_BENCH_SERVER_CPU_H
#define OURO_BENCH_SERVER_CPU_H

#include "common/bench.h"

#include <dirent.h>

BENCH_UNUSED static uint64_t server_cpu_ns(uint64_t pid)
{
    char path[96];
    snprintf(path, sizeof path, "/proc/%" PRIu64 "/task", pid);
    DIR *tasks = opendir(path);
    if (tasks == NULL)
        bench_fail("the server is gone: %s: %s", path, strerror(errno));
    uint64_t total = 0;
    for (struct dirent *entry; (entry = readdir(tasks)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "/proc/%" PRIu64 "/task/%.20s/schedstat", pid, entry->d_name);
        FILE *file = fopen(path, "re");
        uint64_t run_ns = 0;
        if (file == NULL)
            continue; /* the thread has ended since */
        if (fscanf(file, "%" SCNu64, &run_ns) == 1)
            total += run_ns;
        fclose(file);
    }
    closedir(tasks);
    if (total == 0)
        bench_fail("no schedstat: the kernel keeps no run times");
    return total;
}

#endif
