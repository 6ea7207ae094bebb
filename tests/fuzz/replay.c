/* Runs a target of random input without libFuzzer: on each input of a folder, and on each beginning
 * of it, as a stream that ends too early would have it.
 *
 *     NAME_fuzz FOLDER ...
 */
#include "fuzz/fuzz.h"

#include <dirent.h>

#define INPUT_MAX 65536
#define BEGINNINGS_MAX 512

static void replay(const uint8_t *data, size_t size)
{
    size_t len;

    for (len = 0; len < size && len < BEGINNINGS_MAX; len++) {
        /* In a block of its own size, so that whatever reads too far is seen. */
        uint8_t *copy = malloc(len + 1);

        EXPECT(copy != NULL);
        memcpy(copy + 1, data, len);
        EXPECT(LLVMFuzzerTestOneInput(copy + 1, len) == 0);
        free(copy);
    }
    EXPECT(LLVMFuzzerTestOneInput(data, size) == 0);
}

static void replay_file(const char *folder, const char *name)
{
    static uint8_t data[INPUT_MAX];
    char path[4096];
    size_t size;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "rb");
    EXPECT(file != NULL);
    size = fread(data, 1, sizeof data, file);
    fclose(file);
    replay(data, size);
}

int main(int argc, char **argv)
{
    int count = 0;
    int i;

    for (i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        struct dirent *entry;

        EXPECT(folder != NULL);
        while ((entry = readdir(folder)) != NULL)
            if (entry->d_name[0] != '.') {
                replay_file(argv[i], entry->d_name);
                count++;
            }
        closedir(folder);
    }
    printf("%d inputs\n", count);
    return count > 0 ? 0 : 1;
}
