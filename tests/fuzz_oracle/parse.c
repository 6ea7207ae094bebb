/* Programs from text, and the table of operations. */
#include "fuzz.h"

enum { ARENA_SIZE = 4 << 20, TABLE_SIZE = 1024, WORDS_MAX = 16 };

static char arena[ARENA_SIZE] __attribute__((aligned(16)));
static size_t arena_used;
static struct operation *table[TABLE_SIZE];

void *program_alloc(size_t size)
{
    void *memory = arena + arena_used;

    arena_used += (size + 15) / 16 * 16;
    if (arena_used > ARENA_SIZE) {
        fputs("a program is too large\n", stderr);
        exit(2);
    }
    memset(memory, 0, size);
    return memory;
}

static unsigned hash(const char *name)
{
    unsigned value = 2166136261u;

    for (; *name; name++) {
        value = (value ^ (unsigned char) *name) * 16777619u;
    }
    return value % TABLE_SIZE;
}

struct operation *operation_find(const char *name)
{
    for (unsigned i = hash(name); table[i]; i = (i + 1) % TABLE_SIZE) {
        if (strcmp(table[i]->name, name) == 0) {
            return table[i];
        }
    }
    return NULL;
}

void operations_register(struct operation *operations)
{
    for (; operations->name; operations++) {
        unsigned i = hash(operations->name);

        while (table[i]) {
            i = (i + 1) % TABLE_SIZE;
        }
        table[i] = operations;
    }
}

void operations_print_coverage(void)
{
    for (unsigned i = 0; i < TABLE_SIZE; i++) {
        for (int j = 0; table[i] && j < OUTCOMES_MAX && table[i]->outcomes[j].count; j++) {
            printf("#%s %s %ld\n", table[i]->name, table[i]->outcomes[j].name,
                   table[i]->outcomes[j].count);
        }
        if (table[i] && !table[i]->outcomes[0].count) {
            printf("#%s - 0\n", table[i]->name);
        }
    }
}

/* A reader of lines. */
struct reader {
    char *next;
    int line;
    char *words[WORDS_MAX];
    int word_count;
};

static bool read_line(struct reader *reader)
{
    char *text = reader->next;
    size_t length;

    if (!*text) {
        return false;
    }
    length = strcspn(text, "\n");
    reader->next = text + length + (text[length] == '\n');
    text[length] = '\0';
    reader->line++;
    reader->word_count = 0;
    while (*(text += strspn(text, " ")) && reader->word_count < WORDS_MAX) {
        reader->words[reader->word_count++] = text;
        text += strcspn(text, " ");
        if (*text) {
            *text++ = '\0';
        }
    }
    return true;
}

static void bad_line(const struct reader *reader)
{
    fprintf(stderr, "line %d makes no sense: %s\n", reader->line,
            reader->word_count ? reader->words[0] : "");
    exit(2);
}

static struct argument parse_argument(const char *word)
{
    if (strcmp(word, "self") == 0 || strcmp(word, "none") == 0) {
        return (struct argument) { .kind = word[0] };
    }
    if (*word == '-' || (*word >= '0' && *word <= '9')) {
        return (struct argument) { .kind = '#', .value = atoi(word) };
    }
    return (struct argument) { .kind = *word, .value = atoi(word + 1) };
}

/* An instruction from the words from `first` on; the rest of the line may be a callback's action.
 */
static struct instruction *parse_words(struct reader *reader, int first)
{
    struct instruction *instruction = program_alloc(sizeof *instruction);

    instruction->line = reader->line;
    instruction->operation = operation_find(reader->words[first]);
    if (!instruction->operation) {
        bad_line(reader);
    }
    for (int i = first + 1; i < reader->word_count; i++) {
        if (operation_find(reader->words[i])) {
            instruction->action = parse_words(reader, i);
            break;
        }
        if (instruction->argument_count == ARGUMENTS_MAX) {
            bad_line(reader);
        }
        instruction->arguments[instruction->argument_count++] = parse_argument(reader->words[i]);
    }
    return instruction;
}

static const char *const handler_names[] = {
    [HANDLER_NONE] = "end",
    [HANDLER_FINALLY] = "finally",
    [HANDLER_ANY] = "except_any",
    [HANDLER_CANCEL] = "except_cancel",
    [HANDLER_TIMEOUT] = "except_timeout",
};

/* Reads up to the line that ends the block, and tells how that line goes on. */
static struct instruction *parse_block(struct reader *reader, enum handler *ret_handler)
{
    struct instruction *first = NULL;
    struct instruction **end = &first;

    while (read_line(reader) && reader->word_count > 0) {
        for (int kind = HANDLER_NONE; kind <= HANDLER_TIMEOUT; kind++) {
            if (strcmp(reader->words[0], handler_names[kind]) == 0) {
                *ret_handler = (enum handler) kind;
                return first;
            }
        }
        struct instruction *instruction = parse_words(reader, 0);
        if (instruction->operation->is_block) {
            enum handler ignored;
            instruction->block = parse_block(reader, &instruction->handler_kind);
            if (instruction->handler_kind != HANDLER_NONE) {
                instruction->handler = parse_block(reader, &ignored);
            }
        }
        *end = instruction;
        end = &instruction->next;
    }
    bad_line(reader);
    return NULL;
}

void program_parse(struct program *program, char *text)
{
    struct reader reader = { .next = text };
    enum handler ignored;

    arena_used = 0;
    memset(program, 0, sizeof *program);
    if (!read_line(&reader)) {
        return;
    }
    program->is_eager = reader.word_count > 2 && strcmp(reader.words[2], "eager") == 0;
    while (read_line(&reader)) {
        if (reader.word_count < 3 || atoi(reader.words[1] + 1) >= BODIES_MAX) {
            bad_line(&reader);
        }
        struct body *body = &program->bodies[atoi(reader.words[1] + 1)];
        body->result = atoi(reader.words[2]);
        body->code = parse_block(&reader, &ignored);
    }
}
