/* Random pieces fed into a stream and random reads, against a reader so simple that it is right.
 *
 * An input is the limit and then instructions: a piece to be fed, a pause in which the reader runs,
 * a cancel of the reader, or one more read for its list. The reader writes down what each read came
 * to; the simple one, which has all its bytes in one array, must have written the same. */
#define _GNU_SOURCE 1

#include "fuzz/fuzz.h"

#include <ouro.h>

#include <errno.h>

enum { STEPS_MAX = 400, READS_MAX = 100, PIECE_MAX = 16, CONTENT_MAX = 8192, LOG_MAX = 32768 };

enum step_kind { STEP_FEED, STEP_PAUSE, STEP_CANCEL };

struct step {
    uint8_t kind; /* enum step_kind */
    uint8_t size;
    uint8_t piece[PIECE_MAX];
};

enum read_kind { READ_UNTIL, READ_LINE, READ_EXACTLY, READ_SOME, READ_KINDS };

struct read {
    uint8_t kind; /* enum read_kind */
    uint8_t number;
};

struct log {
    uint8_t text[LOG_MAX];
    size_t size;
};

/* What an input says. */
struct script {
    size_t limit;
    struct step steps[STEPS_MAX];
    struct read reads[READS_MAX];
    size_t step_count;
    size_t read_count;
};

/* The simple reader. */
struct model {
    uint8_t content[CONTENT_MAX];
    size_t size;
    bool has_ended;
    size_t next; /* of the reads */
    struct log log;
};

struct run {
    const struct script *script;
    ouro_stream *stream;
    bool is_done;
    struct log log;
};

static struct script script;
static struct model model;
static struct run run;

static const uint8_t alphabet[] = { 'a', 'b', '\r', '\n' };

/* Choices of what is searched for. */
static const char *const separators[][3] = {
    { "a" }, { "ab" }, { "aab" }, { "\r\n" }, { "b", "ab" }, { "aaa", "\n" }, { "ab", "ba", "bb" },
};

enum { SEPARATORS = sizeof separators / sizeof *separators };

static size_t choose(uint8_t number, ouro_bytes *ret_separators)
{
    const char *const *texts = separators[number % SEPARATORS];
    size_t count = 0;

    while (count < 3 && texts[count] != NULL) {
        ret_separators[count] = (ouro_bytes) { (const uint8_t *) texts[count],
                                               strlen(texts[count]) };
        count++;
    }
    return count;
}

static void note(struct log *log, const char *what, const void *data, size_t size)
{
    size_t len = strlen(what);

    if (log->size + len + size + 1 > LOG_MAX)
        return;
    memcpy(log->text + log->size, what, len);
    if (size > 0)
        memcpy(log->text + log->size + len, data, size);
    log->text[log->size + len + size] = ';';
    log->size += len + size + 1;
}

/* Takes bytes of the simple reader's, and notes what became of its read. */
static void take(const char *what, size_t size, size_t dropped)
{
    note(&model.log, what, model.content, size);
    size += dropped;
    memmove(model.content, model.content + size, model.size - size);
    model.size -= size;
}

/* Looks at every place for the separator that ends first, the shorter ones first. */
static bool find(const ouro_bytes *wanted, size_t count, size_t *ret_begin, size_t *ret_end)
{
    size_t end;
    size_t i;

    for (end = 1; end <= model.size; end++) {
        bool is_found = false;

        for (i = 0; i < count; i++) {
            size_t begin = end - wanted[i].size;

            if (end < wanted[i].size ||
                memcmp(model.content + begin, wanted[i].data, wanted[i].size) != 0)
                continue;
            if (!is_found || begin > *ret_begin)
                *ret_begin = begin;
            *ret_end = end;
            is_found = true;
        }
        if (is_found)
            return true;
    }
    return false;
}

/* Returns false if the read has to wait. */
static bool model_until(const ouro_bytes *wanted, size_t count, bool is_line)
{
    size_t longest = 0;
    size_t begin = 0;
    size_t end = 0;
    size_t i;

    for (i = 0; i < count; i++)
        if (wanted[i].size > longest)
            longest = wanted[i].size;
    if (find(wanted, count, &begin, &end)) {
        if (begin <= script.limit)
            take("until ", end, 0);
        else
            take("limit", 0, is_line ? end : 0);
        return true;
    }
    if (model.size >= longest && model.size + 1 - longest > script.limit) {
        take("limit", 0, is_line ? model.size : 0);
        return true;
    }
    if (!model.has_ended)
        return false;
    take(is_line ? "until " : "incomplete ", model.size, 0);
    return true;
}

static bool model_exactly(size_t size)
{
    if (model.size >= size)
        take("exactly ", size, 0);
    else if (model.has_ended)
        take("incomplete ", model.size, 0);
    else
        return false;
    return true;
}

static bool model_some(size_t size)
{
    if (size > 0 && model.size == 0 && !model.has_ended)
        return false;
    take("some ", size < model.size ? size : model.size, 0);
    return true;
}

static bool model_read(const struct read *read)
{
    static const ouro_bytes newline = { (const uint8_t *) "\n", 1 };
    ouro_bytes wanted[3];

    switch (read->kind) {
    case READ_UNTIL:
        return model_until(wanted, choose(read->number, wanted), false);
    case READ_LINE:
        return model_until(&newline, 1, true);
    case READ_EXACTLY:
        return model_exactly(read->number);
    default:
        return model_some(read->number);
    }
}

/* Reads as long as there is something to be had. */
static void model_run(void)
{
    while (model.next < script.read_count && model_read(&script.reads[model.next]))
        model.next++;
}

static void model_step(const struct step *step)
{
    if (step->kind == STEP_FEED) {
        memcpy(model.content + model.size, step->piece, step->size);
        model.size += step->size;
        return;
    }
    model_run();
    if (step->kind == STEP_CANCEL && model.next < script.read_count)
        note(&model.log, "cancelled", NULL, 0);
}

/* One read of the stream's; returns -ECANCELED if it is to be made again. */
static int read_stream(const struct read *read)
{
    uint8_t data[256];
    ouro_bytes wanted[3];
    ouro_bytes bytes = { 0 };
    size_t count = read->number;
    const char *what = "until ";
    int status;

    switch (read->kind) {
    case READ_UNTIL:
        count = choose(read->number, wanted);
        status = count == 1 ? ouro_stream_readuntil(run.stream, wanted[0], &bytes)
                            : ouro_stream_readuntil_any(run.stream, wanted, count, &bytes);
        break;
    case READ_LINE:
        status = ouro_stream_readline(run.stream, &bytes);
        EXPECT(status < 0 || status == (bytes.size > 0 && bytes.data[bytes.size - 1] == '\n'));
        break;
    case READ_EXACTLY:
        what = "exactly ";
        status = ouro_stream_readexactly(run.stream, data, read->number, &count);
        bytes = (ouro_bytes) { data, count };
        break;
    default:
        what = "some ";
        status = ouro_stream_read(run.stream, data, read->number);
        bytes = (ouro_bytes) { data, status > 0 ? (size_t) status : 0 };
        break;
    }
    if (status == -ECANCELED)
        note(&run.log, "cancelled", NULL, 0);
    else if (status == OURO_ELIMIT)
        note(&run.log, "limit", NULL, 0);
    else
        note(&run.log, status == OURO_EINCOMPLETE ? "incomplete " : what, bytes.data, bytes.size);
    EXPECT(status >= 0 || status == -ECANCELED || status == OURO_ELIMIT ||
           status == OURO_EINCOMPLETE);
    return status;
}

static int read_all(void *arg)
{
    size_t i = 0;

    (void) arg;
    while (i < script.read_count) {
        if (read_stream(&script.reads[i]) != -ECANCELED)
            i++;
        else
            ouro_task_uncancel(ouro_current_task());
    }
    run.is_done = true;
    return 0;
}

/* Lets the reader go on until it waits. */
static void pause_for_reader(void)
{
    for (int i = 0; i < 3; i++)
        EXPECT(ouro_sleep(0) == 0);
}

static int drive(void *arg)
{
    ouro_task *reader = ouro_create_task(ouro_coro(read_all, NULL));
    size_t i;

    (void) arg;
    EXPECT(reader != NULL);
    pause_for_reader();
    for (i = 0; i < script.step_count; i++) {
        const struct step *step = &script.steps[i];

        if (step->kind == STEP_FEED) {
            EXPECT(ouro_stream_feed_data(run.stream, (ouro_bytes) { step->piece, step->size }) ==
                   0);
            continue;
        }
        pause_for_reader();
        if (step->kind == STEP_CANCEL && !run.is_done) {
            ouro_task_cancel(reader, NULL);
            pause_for_reader();
        }
    }
    EXPECT(ouro_stream_feed_eof(run.stream) == 0);
    EXPECT(ouro_await(reader) == 0);
    ouro_task_unref(reader);
    return 0;
}

/* Takes an input apart. */
static void read_script(struct fuzz_input *input)
{
    script.limit = 1 + fuzz_byte(input) % 24;
    script.step_count = 0;
    script.read_count = 0;
    while (input->size > 0 && script.step_count < STEPS_MAX && script.read_count < READS_MAX) {
        uint8_t choice = fuzz_byte(input);
        struct step *step = &script.steps[script.step_count];

        if (choice % 8 >= 8 - READ_KINDS) {
            script.reads[script.read_count++] = (struct read) { choice % 8 - (8 - READ_KINDS),
                                                                choice / 8 };
            continue;
        }
        *step = (struct step) { .kind = choice % 8 < 2    ? STEP_FEED
                                        : choice % 8 == 2 ? STEP_PAUSE
                                                          : STEP_CANCEL };
        for (uint8_t i = 0; step->kind == STEP_FEED && i <= choice / 8 % PIECE_MAX; i++)
            step->piece[step->size++] = alphabet[fuzz_byte(input) % sizeof alphabet];
        script.step_count++;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    ouro_loop *loop;
    ouro_task *task;
    size_t i;

    read_script(&input);
    memset(&model, 0, sizeof model);
    model_run();
    for (i = 0; i < script.step_count; i++)
        model_step(&script.steps[i]);
    model.has_ended = true;
    model_run();

    memset(&run, 0, sizeof run);
    EXPECT(ouro_new_event_loop(&loop, .backend = "sim") == 0);
    run.stream = ouro_stream_new(loop, script.limit);
    task = ouro_loop_create_task(loop, ouro_coro(drive, NULL));
    EXPECT(run.stream != NULL && task != NULL);
    EXPECT(ouro_loop_run_until_complete(loop, task) == 0);
    ouro_task_unref(task);
    ouro_stream_unref(run.stream);
    EXPECT(ouro_loop_close(loop) == 0);

    EXPECT(run.log.size == model.log.size);
    EXPECT(memcmp(run.log.text, model.log.text, run.log.size) == 0);
    return 0;
}
