/* Reading the symbols of the program and its libraries from their files.
 *
 *     address --dl_iterate_phdr--> module --mmap of its file--> .symtab, else .dynsym --> name
 *
 * A file that was replaced since it was loaded, or is damaged, must not mislead or crash: every
 * offset in it is checked against its size.
 */
#define _GNU_SOURCE /* dl_iterate_phdr */

#include "base/symbol.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODULES_MAX = 64, PATH_SIZE = 512 };

/* A program or library whose file has been looked at. */
struct module {
    uintptr_t base; /* what is added to addresses in the file */
    char path[PATH_SIZE];
    const char *file; /* mapped; NULL: it cannot be read */
    size_t size;
    const ElfW(Sym) * symbols;
    size_t symbol_count;
    const char *strings;
    size_t strings_size;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct module modules[MODULES_MAX];
static size_t module_count;

/* Is this a part of the file? */
static bool is_inside(const struct module *module, uint64_t offset, uint64_t size)
{
    return offset <= module->size && size <= module->size - offset;
}

/* Takes the symbols of one section, and the strings that belong to it. */
static void use_section(struct module *module, const ElfW(Ehdr) * header,
                        const ElfW(Shdr) * sections, const ElfW(Shdr) * section)
{
    const ElfW(Shdr) * strings;

    if (section->sh_link >= header->e_shnum)
        return;
    strings = &sections[section->sh_link];
    if (!is_inside(module, section->sh_offset, section->sh_size) ||
        section->sh_offset % sizeof(void *) != 0 ||
        !is_inside(module, strings->sh_offset, strings->sh_size))
        return;
    module->symbols = (const void *) (module->file + section->sh_offset);
    module->symbol_count = section->sh_size / sizeof(ElfW(Sym));
    module->strings = module->file + strings->sh_offset;
    module->strings_size = strings->sh_size;
}

static void find_symbols(struct module *module)
{
    const ElfW(Ehdr) *header = (const void *) module->file;
    const ElfW(Shdr) * sections;
    size_t i;

    if (module->size < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_shentsize != sizeof(ElfW(Shdr)) || header->e_shoff % sizeof(void *) != 0 ||
        !is_inside(module, header->e_shoff, (uint64_t) header->e_shnum * sizeof *sections))
        return;
    sections = (const void *) (module->file + header->e_shoff);
    for (i = 0; i < header->e_shnum; i++)
        if (sections[i].sh_type == SHT_SYMTAB ||
            (sections[i].sh_type == SHT_DYNSYM && module->symbols == NULL))
            use_section(module, header, sections, &sections[i]);
}

/* Maps the file of a module; it stays mapped. */
static void read_file(struct module *module)
{
    int fd = open(module->path, O_RDONLY | O_CLOEXEC);
    struct stat state;
    void *file = MAP_FAILED;

    if (fd < 0)
        return;
    if (fstat(fd, &state) == 0 && state.st_size > 0)
        file = mmap(NULL, (size_t) state.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    (void) close(fd);
    if (file == MAP_FAILED)
        return;
    module->file = file;
    module->size = (size_t) state.st_size;
    find_symbols(module);
}

/* The search for the module that an address lies in. */
struct search {
    uintptr_t address;
    struct module found; /* `base` and `path` */
};

static int visit_module(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct search *search = arg;
    size_t i;

    (void) size;
    for (i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

        if (segment->p_type == PT_LOAD &&
            search->address - info->dlpi_addr - segment->p_vaddr < segment->p_memsz) {
            search->found.base = info->dlpi_addr;
            if (strlen(info->dlpi_name) >= PATH_SIZE)
                return 0;
            memcpy(search->found.path, info->dlpi_name, strlen(info->dlpi_name) + 1);
            return 1;
        }
    }
    return 0;
}

/* The program itself has no name in the list of what is loaded. */
static void name_program(struct module *module)
{
    ssize_t len = readlink("/proc/self/exe", module->path, PATH_SIZE - 1);

    module->path[len > 0 ? len : 0] = '\0';
}

/* Returns what is known of the module that an address lies in, or NULL. */
static const struct module *find_module(uintptr_t address)
{
    struct search search = { .address = address };
    struct module *module;
    size_t i;

    if (dl_iterate_phdr(visit_module, &search) == 0)
        return NULL;
    if (search.found.path[0] == '\0')
        name_program(&search.found);
    for (i = 0; i < module_count; i++)
        if (modules[i].base == search.found.base && strcmp(modules[i].path, search.found.path) == 0)
            return &modules[i];
    if (module_count == MODULES_MAX)
        return NULL;
    module = &modules[module_count++];
    *module = search.found;
    read_file(module);
    return module;
}

/* Fills in the function around an address; where several fit, that with a size wins. */
static void find_function(const struct module *module, uintptr_t address, struct symbol *symbol)
{
    uintptr_t place = address - module->base;
    size_t i;

    for (i = 0; i < module->symbol_count; i++) {
        const ElfW(Sym) *entry = &module->symbols[i];
        const char *name;
        size_t len;

        if ((entry->st_info & 15) != STT_FUNC || entry->st_shndx == SHN_UNDEF ||
            place - entry->st_value >= entry->st_size || entry->st_name >= module->strings_size)
            continue;
        name = module->strings + entry->st_name;
        len = strnlen(name, module->strings_size - entry->st_name);
        symbol->name = name;
        while (symbol->name_len < len && strchr(".@", name[symbol->name_len]) == NULL)
            symbol->name_len++;
        symbol->offset = place - entry->st_value;
        return;
    }
}

void ouro__symbol_find(const void *address, struct symbol *ret_symbol)
{
    const struct module *module;

    *ret_symbol = (struct symbol) { .name = "", .module = "" };
    (void) pthread_mutex_lock(&lock);
    module = find_module((uintptr_t) address);
    if (module != NULL) {
        const char *slash = strrchr(module->path, '/');

        ret_symbol->module = slash != NULL ? slash + 1 : module->path;
        ret_symbol->module_offset = (uintptr_t) address - module->base;
        find_function(module, (uintptr_t) address, ret_symbol);
    }
    (void) pthread_mutex_unlock(&lock);
}
