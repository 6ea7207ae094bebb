"""What is measured: the workloads, their cases and figures, and the peers that take part.

A case names one program; each peer has its own version of it in its folder, as
`FOLDER/PROGRAM[SUFFIX].EXTENSION`. A peer without that file does not take part in the case.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Peer:
    name: str
    folder: str
    toolchain: str
    suffix: str = ""
    environment: dict = field(default_factory=dict, hash=False)
    slowness: int = 1  # divides the number of steps where a case allows it
    reference: str = None  # the limit that bounds it; None: the best of them

    @property
    def ours(self):
        return self.folder == "ouro"


@dataclass(frozen=True)
class Metric:
    key: str  # as the program prints it
    name: str
    unit: str
    lower_is_better: bool = True
    compared: bool = True  # with the limit
    target: float = None  # an upper bound for our own figure
    target_ratio: float = None  # an upper bound for its ratio to the limit
    ahead: bool = False  # our own figure should be better than that of every peer
    target_peer: str = None  # to whom the bounds apply; None: to all that are ours


@dataclass(frozen=True)
class Case:
    workload: str
    name: str
    program: str
    arguments: tuple
    metrics: tuple
    quick_arguments: tuple = None  # None: the case is left out of a quick run
    scaled: bool = False  # the last argument is a number of steps that slow peers may divide
    memory_mib: int = 0  # what must be available for the case to run
    peers: tuple = None  # None: everybody who has the program
    references: tuple = ("limit",)
    load: str = None  # the load generator, where the program is a server
    more_rounds: int = 0  # where a small difference decides
    operations: int = 0  # for each step of the last argument, where instructions can be counted

    @property
    def title(self):
        return f"{self.workload} {self.name}"


PEERS = (
    Peer("limit", "limit", "c"),
    Peer("limit-stacks", "limit", "c", suffix="_stacks"),
    Peer("limit-epoll", "limit", "c", suffix="_epoll"),
    Peer("limit-uring", "limit", "c", suffix="_uring"),
    Peer("limit-uring-oneshot", "limit", "c", suffix="_uring_oneshot"),
    Peer("ouro", "ouro", "ouro"),
    Peer("ouro-uring", "ouro", "ouro", environment={"OURO_BACKEND": "uring"}),
    Peer("ouro-epoll", "ouro", "ouro", environment={"OURO_BACKEND": "epoll"},
         reference="limit-epoll"),
    Peer("ouro-uring-sock", "ouro", "ouro", suffix="_sock", environment={"OURO_BACKEND": "uring"}),
    Peer("ouro-epoll-sock", "ouro", "ouro", suffix="_sock", environment={"OURO_BACKEND": "epoll"}),
    Peer("libuv", "libuv", "libuv"),
    Peer("asio", "asio", "asio"),
    Peer("go", "go", "go", environment={"GOMAXPROCS": "1"}, slowness=4),
    Peer("tokio", "tokio/src", "tokio", slowness=4),
    Peer("asyncio", "asyncio", "python", slowness=50),
)

LOCAL_PEERS = ("limit", "limit-stacks", "ouro", "libuv", "go", "tokio", "asyncio")
NETWORK_PEERS = ("limit-epoll", "limit-uring", "limit-uring-oneshot", "ouro-uring", "ouro-epoll",
                 "libuv", "asio", "go", "tokio", "asyncio")
FILE_PEERS = ("limit", "ouro-uring", "ouro-epoll", "libuv", "go")
TLS_PEERS = ("limit-epoll", "ouro-uring", "ouro-epoll", "go")
STREAM_PEERS = ("limit-epoll", "ouro-uring", "ouro-epoll")
SENDFILE_PEERS = (*STREAM_PEERS, "ouro-uring-sock", "ouro-epoll-sock")
HTTP_PEERS = (*STREAM_PEERS, "libuv", "go")
NETWORK_LIMITS = ("limit-epoll", "limit-uring", "limit-uring-oneshot")

MEMORY = (Metric("rss_bytes", "resident", "B/task"), Metric("pte_bytes", "page tables", "B/task"))
# 4.4 KiB is the bound for both together; the programs print the sum as well.
MEMORY_SUM = Metric("sum_bytes", "resident + page tables", "B/task", target=4505.6)
# 5 KiB of user memory; page tables are the kernel's.
IDLE = (Metric("rss_bytes", "resident", "B", target=5120), Metric("pte_bytes", "page tables", "B"),
        Metric("connections", "connections held", "n", lower_is_better=False, compared=False))
ECHO = (Metric("requests_per_s", "requests", "1/s", lower_is_better=False),
        Metric("p50_us", "latency, median", "us"),
        Metric("p99_us", "latency, 99 %", "us"),
        Metric("busy_percent", "server busy", "%", compared=False),
        Metric("load_busy_percent", "load generator busy", "%", compared=False))
MICRO = (Metric("lock_ns", "lock, acquire + release", "ns", target=3),
         Metric("event_ns", "event that is set", "ns", target=3),
         Metric("queue_ns", "queue, put + get", "ns", target=6),
         Metric("timeout_ns", "timeout around a put + get", "ns", target=11))
TOGETHER = (Metric("gather_ratio", "gather, x by hand", "x", target=1.3),
            Metric("group_ratio", "task group, x by hand", "x", target=1.3),
            Metric("hand_ns", "by hand", "ns"))
HTTP = (Metric("cpu_us", "server CPU per request", "us", target_ratio=1.05),
        Metric("requests_per_s", "requests", "1/s", lower_is_better=False))


def stream_metrics(throughput_ratio):
    return (Metric("cpu_ms_per_gib", "server CPU per GiB", "ms", target_ratio=1.05),
            Metric("gib_per_s", "throughput", "GiB/s", lower_is_better=False,
                   target_ratio=throughput_ratio),
            Metric("busy_percent", "server busy", "%", compared=False),
            Metric("load_busy_percent", "load generator busy", "%", compared=False))


def stream_case(workload, name, program, mib, peers, protocol="tcp", throughput_ratio=1.05):
    return Case(workload, name, program, (str(mib), protocol), stream_metrics(throughput_ratio),
                quick_arguments=(str(mib // 4), protocol), peers=peers,
                references=("limit-epoll",), load="load/stream_load.c")


def http_case(connections):
    return Case("W7", f"HTTP keep-alive, {connections} connections", "w7_http",
                (str(connections),), HTTP, peers=HTTP_PEERS, references=("limit-epoll",),
                load="load/http_load.py")


def tls_case(connections, size, title):
    cpu = Metric("cpu_us", "server CPU per request", "us", target_ratio=1.05)
    return Case("W10", title, "w10_tls_echo", (str(connections), str(size), "tls"), (cpu, *ECHO),
                more_rounds=4, peers=TLS_PEERS, references=("limit-epoll",),
                load="load/echo_load.c")


def echo_case(connections, size, headline=False):
    arguments = (str(connections), str(size), "tcp")
    plural = "connection" if connections == 1 else "connections"
    cpu = Metric("cpu_us", "server CPU per request", "us", target_ratio=1.05, ahead=True)
    return Case("W6", f"echo, {connections} {plural}, {size} B", "w6_echo", arguments,
                (cpu, *ECHO), quick_arguments=arguments if headline else None,
                more_rounds=4 if headline else 0, peers=NETWORK_PEERS,
                references=NETWORK_LIMITS, load="load/echo_load.c")


def files_case(in_flight, target_ratio, target_peer=None, ahead=False):
    return Case("W8", f"4 KiB cached reads, {in_flight} in flight", "w8_files",
                (str(in_flight), "1000000"),
                (Metric("read_ns", "read", "ns", target_ratio=target_ratio,
                        target_peer=target_peer, ahead=ahead),),
                quick_arguments=(str(in_flight), "300000"), scaled=True, peers=FILE_PEERS,
                operations=1)


CASES = (
    Case("W1", "yield", "w1_yield", ("10000000",),
         (Metric("yield_ns", "switch", "ns", target_ratio=2.0),),
         quick_arguments=("2000000",), scaled=True, peers=LOCAL_PEERS, operations=2),
    Case("W2", "spawn + join, one after another", "w2_spawn", ("1", "1000000"),
         (Metric("spawn_ns", "task", "ns", target=40),),
         quick_arguments=("1", "300000"), scaled=True, peers=LOCAL_PEERS, operations=1),
    Case("W2", "spawn + join, batches of 10,000", "w2_spawn", ("10000", "1000000"),
         (Metric("spawn_ns", "task", "ns", target=35),),
         quick_arguments=("10000", "300000"), scaled=True, peers=LOCAL_PEERS, operations=1),
    Case("W3", "parked task, 100,000 of them", "w3_memory", ("100000",), (MEMORY_SUM,) + MEMORY,
         quick_arguments=("100000",), memory_mib=1200, peers=LOCAL_PEERS),
    Case("W3", "parked task, 1,000,000 of them", "w3_memory", ("1000000",), (MEMORY_SUM,) + MEMORY,
         memory_mib=6000, peers=LOCAL_PEERS),
    Case("W4", "100,000 sleepers", "w4_sleep", ("100000",),
         (Metric("cpu_ms", "CPU", "ms"), Metric("wall_ms", "wall", "ms")),
         quick_arguments=("100000",), memory_mib=1200, peers=LOCAL_PEERS),
    Case("W4", "1,000,000 sleepers", "w4_sleep", ("1000000",),
         (Metric("cpu_ms", "CPU", "ms", target=1700),
          Metric("wall_ms", "wall", "ms", target=1900)),
         memory_mib=6000, peers=tuple(p for p in LOCAL_PEERS if p != "asyncio")),
    Case("W4", "arm + cancel, alone", "w4_timeout", ("0", "10000000"),
         (Metric("timeout_ns", "timeout", "ns", target=10),),
         quick_arguments=("0", "2000000"), scaled=True, peers=LOCAL_PEERS, operations=1),
    Case("W4", "arm + cancel, among 10,000", "w4_timeout", ("10000", "10000000"),
         (Metric("timeout_ns", "timeout", "ns", target=30),),
         quick_arguments=("10000", "2000000"), scaled=True, peers=LOCAL_PEERS, operations=1),
    Case("W5", "ping-pong, queues of 128", "w5_pingpong", ("128", "5000000"),
         (Metric("item_ns", "item", "ns", target=20),),
         quick_arguments=("128", "1000000"), scaled=True, peers=LOCAL_PEERS, operations=2),
    Case("W5", "ping-pong, no buffer", "w5_pingpong", ("0", "5000000"),
         (Metric("item_ns", "item", "ns", target=20),),
         quick_arguments=("0", "1000000"), scaled=True, peers=LOCAL_PEERS, operations=2),
    Case("W5", "one way, queue of 128", "w5_oneway", ("128", "10000000"),
         (Metric("item_ns", "item", "ns", target=8),),
         quick_arguments=("128", "3000000"), scaled=True, peers=LOCAL_PEERS, operations=1),
    Case("W5", "lock among 100 tasks", "w5_lock", ("100", "5000000"),
         (Metric("handover_ns", "hand-over", "ns", target=25),),
         quick_arguments=("100", "1000000"), scaled=True, peers=LOCAL_PEERS, operations=1),
    Case("W5", "where nobody waits", "w5_micro", ("10000000",), MICRO,
         quick_arguments=("3000000",), peers=("ouro",), references=()),
    Case("W5", "1,000 tasks, gather and group", "w5_gather", ("1000", "3000000"), TOGETHER,
         quick_arguments=("1000", "1000000"), peers=("ouro",), references=()),
    echo_case(64, 64, headline=True),
    echo_case(1, 64),
    echo_case(1000, 64),
    *(echo_case(connections, size) for size in (1024, 65536) for connections in (1, 64, 1000)),
    Case("W6", "idle connections, 10,000 of them", "w6_idle", ("10000",), IDLE,
         quick_arguments=("10000",), peers=("ouro-uring", "ouro-epoll"), references=()),
    Case("W6", "idle connections, 20,000 or what the limit on descriptors allows", "w6_idle",
         ("20000",), IDLE, peers=("ouro-uring", "ouro-epoll"), references=()),
    http_case(64),
    http_case(1000),
    files_case(1, 1.25),
    # On epoll each read is a system call of its own.
    files_case(64, 1.15, target_peer="ouro-uring", ahead=True),
    stream_case("W9", "streaming, one connection", "w9_stream", 4096, STREAM_PEERS),
    stream_case("W9", "sendfile, one connection", "w9_sendfile", 4096, SENDFILE_PEERS,
                throughput_ratio=1.0),
    tls_case(64, 1024, "TLS echo, 64 connections, 1 KiB"),
    tls_case(8, 262144, "TLS echo, 8 connections, 256 KiB"),
    stream_case("W10", "TLS streaming, one connection", "w10_tls_stream", 2048, STREAM_PEERS,
                protocol="tls"),
)
