/* Datagram endpoints: close, abort, and the order of what is told at the end. */
#include "socket_scenario.h"

static const char *closing(const struct talker *talker)
{
    return ouro_datagram_transport_is_closing(talker->transport) ? "True" : "False";
}

OURO_ASYNC(close_tells_later)
{
    struct talker p = TALKER("p");
    int fds[2];

    datagram_pair(fds);
    OURO_TRY(endpoint(&p, .fd = fds[0]));
    say_soon("before");
    ouro_datagram_transport_close(p.transport);
    say_soon("after");
    trace("closing %s", closing(&p));
    ouro_datagram_transport_close(p.transport);
    OURO_TRY(settle());
    close(fds[1]);
    return 0;
}

OURO_ASYNC(close_sends_what_is_queued)
{
    struct talker p = TALKER("p");
    int fds[2];

    datagram_pair(fds);
    OURO_TRY(endpoint(&p, .fd = fds[0]));
    fill(fds[0]);
    OURO_TRY(send_text(&p, "first"));
    OURO_TRY(send_text(&p, "second"));
    ouro_datagram_transport_close(p.transport);
    OURO_TRY(settle());
    trace("waits for the peer");
    trace("%s", drain(fds[1]));
    OURO_TRY(settle());
    trace("%s", drain(fds[1]));
    close(fds[1]);
    return 0;
}

OURO_ASYNC(abort_drops_what_is_queued)
{
    struct talker p = TALKER("p");
    int fds[2];

    datagram_pair(fds);
    OURO_TRY(endpoint(&p, .fd = fds[0]));
    fill(fds[0]);
    OURO_TRY(send_text(&p, "dropped"));
    ouro_datagram_transport_abort(p.transport);
    trace("closing %s", closing(&p));
    ouro_datagram_transport_abort(p.transport);
    OURO_TRY(settle());
    trace("%s", drain(fds[1]));
    close(fds[1]);
    return 0;
}

OURO_ASYNC(abort_after_close)
{
    struct talker p = TALKER("p");
    int fds[2];

    datagram_pair(fds);
    OURO_TRY(endpoint(&p, .fd = fds[0]));
    fill(fds[0]);
    OURO_TRY(send_text(&p, "dropped"));
    ouro_datagram_transport_close(p.transport);
    OURO_TRY(settle());
    ouro_datagram_transport_abort(p.transport);
    trace("aborted");
    OURO_TRY(settle());
    trace("%s", drain(fds[1]));
    close(fds[1]);
    return 0;
}

OURO_ASYNC(nothing_is_received_after_close)
{
    struct talker p = TALKER("p");
    int fds[2];

    datagram_pair(fds);
    OURO_TRY(endpoint(&p, .fd = fds[0]));
    put(fds[1], "too late");
    ouro_datagram_transport_close(p.transport);
    OURO_TRY(settle());
    close(fds[1]);
    return 0;
}

static int closing_made(ouro_datagram_protocol *protocol, ouro_datagram_transport *transport)
{
    talker_made(protocol, transport);
    ouro_datagram_transport_close(transport);
    return 0;
}

static const ouro_datagram_protocol_callbacks closing_callbacks = {
    .connection_made = closing_made,
    .connection_lost = talker_lost,
};

OURO_ASYNC(closed_as_it_is_made)
{
    struct talker p = { .protocol.callbacks = &closing_callbacks, .name = "p" };
    int fds[2];

    datagram_pair(fds);
    trace("%s", show(endpoint(&p, .fd = fds[0])));
    OURO_TRY(settle());
    close(fds[1]);
    return 0;
}

OURO_ASYNC(endpoint_only, (struct talker *, p), (int, fd))
{
    return endpoint(p, .fd = fd);
}

OURO_ASYNC(cancelled_as_it_is_made)
{
    struct talker p = TALKER("p");
    int fds[2];

    datagram_pair(fds);
    ouro_task *task = ouro_create_task(endpoint_only_coro(&p, fds[0]));
    OURO_TRY(ouro_sleep(0));
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    OURO_TRY(settle());
    close(fds[1]);
    return 0;
}

SCENARIO(CASE(close_tells_later), CASE(close_sends_what_is_queued),
         CASE(abort_drops_what_is_queued), CASE(abort_after_close),
         CASE(nothing_is_received_after_close), CASE(closed_as_it_is_made),
         CASE(cancelled_as_it_is_made))
