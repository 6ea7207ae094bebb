/* Datagram endpoints: the queue, its size, its marks, and who is told to pause. */
#include "socket_scenario.h"

static void trace_limits(const struct talker *talker)
{
    size_t low, high;

    ouro_datagram_transport_get_write_buffer_limits(talker->transport, &low, &high);
    trace("%zu %zu", low, high);
}

static int set_limits(const struct talker *talker, size_t high, size_t low)
{
    return ouro_datagram_transport_set_write_buffer_limits(talker->transport, high, low);
}

static void trace_queued(const struct talker *talker)
{
    trace("queued %zu", ouro_datagram_transport_get_write_buffer_size(talker->transport));
}

OURO_ASYNC(marks)
{
    struct talker limited = TALKER("limited");
    int fds[2];

    datagram_pair(fds);
    OURO_TRY(endpoint(&limited, .fd = fds[0]));
    trace_limits(&limited);
    OURO_TRY(set_limits(&limited, 1000, 0));
    trace_limits(&limited);
    OURO_TRY(set_limits(&limited, 1000, 300));
    trace_limits(&limited);
    trace("%s", show(set_limits(&limited, 10, 20)));
    OURO_TRY(set_limits(&limited, 0, 0));
    trace_limits(&limited);
    ouro_datagram_transport_close(limited.transport);
    OURO_TRY(settle());
    close(fds[1]);
    return 0;
}

OURO_ASYNC(pauses_and_resumes)
{
    static const struct {
        char letter;
        int count;
    } texts[] = { { 'a', 400 }, { 'b', 400 }, { ' ', 0 }, { 'c', 176 } };
    struct talker limited = TALKER("limited");
    int fds[2];

    datagram_pair(fds);
    OURO_TRY(endpoint(&limited, .fd = fds[0]));
    OURO_TRY(set_limits(&limited, 1000, 500));
    fill(fds[0]);
    for (size_t i = 0; i < COUNT(texts); i++) {
        char data[401] = "";

        memset(data, texts[i].letter, (size_t) texts[i].count);
        OURO_TRY(send_text(&limited, data));
        trace_queued(&limited);
    }
    OURO_TRY(send_text(&limited, "d"));
    trace_queued(&limited);
    OURO_TRY(settle());
    trace("%s", drain(fds[1]));
    OURO_TRY(settle());
    trace("%s", drain(fds[1]));
    OURO_TRY(send_text(&limited, "at once"));
    trace("%s", drain(fds[1]));
    ouro_datagram_transport_close(limited.transport);
    OURO_TRY(settle());
    close(fds[1]);
    return 0;
}

OURO_ASYNC(smaller_marks_pause_at_once)
{
    struct talker limited = TALKER("limited");
    int fds[2];

    datagram_pair(fds);
    OURO_TRY(endpoint(&limited, .fd = fds[0]));
    fill(fds[0]);
    OURO_TRY(send_text(&limited, "x"));
    trace_queued(&limited);
    OURO_TRY(set_limits(&limited, 9, 0));
    OURO_TRY(set_limits(&limited, 8, 0));
    trace("set");
    ouro_datagram_transport_abort(limited.transport);
    OURO_TRY(settle());
    close(fds[1]);
    return 0;
}

SCENARIO(CASE(marks), CASE(pauses_and_resumes), CASE(smaller_marks_pause_at_once))
