/* Every bound and budget of the library, in one place.
 *
 * The torture build (OURO_TORTURE) shrinks them, so that boundaries which a normal run never meets
 * are met all the time: a slab holds one object, a buffer begins with 7 bytes, every step polls.
 */
#ifndef OURO_BASE_BOUNDS_H
#define OURO_BASE_BOUNDS_H

#ifdef OURO_TORTURE

#define SLAB_BYTES 1
#define BUFFER_CAPACITY_MIN 7
#define WHEEL_TICK_SHIFT 4
#define ERROR_TREE_DEPTH_MAX 2
#define POLL_BUDGET_STEPS 1
#define POLL_BUDGET_CLOCK_STEPS 1
#define STREAM_PIECE 16
#define STREAM_BULK 64
#define STREAM_SEND_MAX 4099
#define TRANSPORT_PUSH_MIN 100
#define TRANSPORT_BULK_MIN 7
#define TLS_TAKE_MAX 500
#define MEMORY_WINDOW 20
#define SENDFILE_PIECE 100
#define SENDFILE_BUFFER 16
#define DATAGRAM_BATCH 3
#define DATAGRAM_STREAK 1
#define STACKS_ARE_POOLED false
#define POOL_IDLE_NS 100000
#define FILE_RING_MAX 64
#define FILE_BUFFER_DEFAULT 16

#else

/* Memory that a pool of objects takes at once. */
#define SLAB_BYTES 65536

/* The first capacity of a growing buffer. */
#define BUFFER_CAPACITY_MIN 256

/* The finest slot of the timer wheel is 2^14 ns, 16 us. Timers are exact in spite of it: a slot's
 * timers pass through a heap. Larger slots mean larger heaps, smaller ones more moves from level to
 * level; this is where a million timers of one second, and of one hour, both cost least. */
#define WHEEL_TICK_SHIFT 14

/* Levels of a formatted tree of errors; deeper members are counted. */
#define ERROR_TREE_DEPTH_MAX 16

/* The kernel is asked for completions after this many steps, */
#define POLL_BUDGET_STEPS 512

/* and the clock is read after this many, at most, to see whether POLL_BUDGET_NS is over. */
#define POLL_BUDGET_CLOCK_STEPS 64

/* The first memory of a stream's buffer: given back to the loop as soon as nothing is in it. */
#define STREAM_PIECE 2048

/* The memory into which a stream takes bytes that come in quantities; a few such blocks are kept by
 * the loop, the last one used first, since it is still in the cache. */
#define STREAM_BULK 65536

/* Bytes in one send: one that takes long shall show how far it is. */
#define STREAM_SEND_MAX (1 << 20)

/* So many bytes are sent at once if nothing is in front of them, instead of being copied. */
#define TRANSPORT_PUSH_MIN 16384

/* A receive that brings so many bytes has filled the buffer of the backend; from then on they are
 * taken straight to where they are wanted. */
#define TRANSPORT_BULK_MIN 16384

/* So many bytes a TLS connection takes before others have their turn, rounded up to what one take
 * brings. */
#define TLS_TAKE_MAX 65536

/* What a connection by memory takes from a writer whose reader does not read. */
#define MEMORY_WINDOW 65536

/* Datagrams that are received or sent by one system call. */
#define DATAGRAM_BATCH 16

/* Datagrams received one by one, with the socket never seen empty, before several are at once. */
#define DATAGRAM_STREAK 2

/* Bytes of a file that are sent in one call, and those that are read and written where the kernel
 * has no way. */
#define SENDFILE_PIECE (4 << 20)
#define SENDFILE_BUFFER 65536

/* Stacks that are given back are kept for the next task. Else each is mapped and unmapped. */
#define STACKS_ARE_POOLED true

/* A thread of a pool ends when it has had no job for so long. */
#define POOL_IDLE_NS 10000000000

/* Bytes of a file that are copied in the loop's thread in one go; larger reads and writes are a
 * matter for other threads. */
#define FILE_RING_MAX (128 << 10)

/* What an open file buffers, when it buffers anything. */
#define FILE_BUFFER_DEFAULT 16384

#endif

/* Pauses before the kernel is asked again: the first one, those for the lock on a file that
 * somebody else has, and those for the other end of a named pipe. */
#define FILE_PAUSE_MIN_NS 1000000
#define FILE_LOCK_PAUSE_NS 100000000
#define FIFO_PAUSE_NS 20000000

/* Bytes that are copied from file to file before a cancel is heard. */
#define COPY_PIECE ((size_t) 8 << 20)
#define COPY_BUFFER ((size_t) 64 << 10) /* where the kernel cannot do it alone */

/* How often a name is made up for a temporary file, if there are such files already. */
#define NAME_ATTEMPTS_MAX 100

/* Folders that are open at a time while a tree is removed. */
#define WALK_DESCRIPTORS 16

/* Stacks of the threads that work on files. */
#define FILE_STACK_SIZE ((size_t) 256 << 10)

/* Threads of a pool that has no limit of its own, however many processors there are. */
#define POOL_THREADS_MAX 32

/* Such a pool begins a job beyond its limit when none has ended for so long, and up to so many. */
#define POOL_STUCK_NS 100000000
#define POOL_STUCK_THREADS_MAX 256

/* Threads that look names up, and the stack of each: what a machine is set up with to find names
 * may be large libraries of other people. */
#define NAME_THREADS_MAX 32
#define NAME_STACK_SIZE ((size_t) 1 << 20)

/* Bytes that a stream buffers before its peer is slowed down: asyncio's default limit, which users
 * may count on. */
#define STREAM_LIMIT_DEFAULT 65536

/* Blocks of STREAM_BULK to STREAM_BULK_MAX bytes that a loop keeps; together they have no more
 * bytes than if all were of STREAM_BULK. */
#define STREAM_BULK_KEPT 16
#define STREAM_BULK_MAX (4 * STREAM_BULK)

/* So many writes to a connection that is closing are reported. */
#define REFUSED_WRITES_MAX 5

/* Pieces of a writelines that are sent at once. */
#define TRANSPORT_PUSH_PIECES 16

/* The longest datagram, as far as nothing else is known: no UDP datagram is longer. */
#define DATAGRAM_SIZE 65536

/* Messages beside the data, such as changes of keys: 27 bytes that cost as much as a thousand times
 * the data. A connection deals with so many in a turn, and is ended when more come with no data
 * between them. */
#define TLS_MESSAGES_MAX 32

/* The answers to them that may wait for a peer that does not read, in bytes. */
#define TLS_ANSWERS_MAX 131072

/* Sessions that a TLS context remembers for its hosts: the oldest are forgotten. */
#define TLS_SESSIONS_MAX 64

/* The kernel is asked for completions after this time, however few steps have fitted into it. */
#define POLL_BUDGET_NS 200000

/* A wait ends at a multiple of this many nanoseconds (a power of two), so that timers which are due
 * close to one another cost one wake-up: what the kernel's own timer slack is for. Never in virtual
 * time. */
#define TIMER_SLACK_NS 65536

/* A cached time older than this is read again when a delay is counted from it. */
#define CLOCK_STALE_NS 200000

/* In debug mode a callback or step that takes so long is reported: asyncio's default. */
#define SLOW_CALLBACK_NS 100000000

/* Connections that wait for accept: asyncio's default. */
#define BACKLOG_DEFAULT 100

/* How long a server stops accepting when descriptors or memory have run out. */
#define ACCEPT_PAUSE_NS 1000000000

/* How often a free port is looked for that is free in every address family. */
#define PORT_ATTEMPTS_MAX 32

/* When a loop is closed, operations in flight get so many polls of so long to end. */
#define CLOSE_DRAIN_TURNS 100
#define CLOSE_DRAIN_NS 10000000

#endif
