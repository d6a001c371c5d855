"""What is measured on which servers, and what it is to come to beside others."""

from tests.bench.peers import loads
from tests.bench.peers.figures import (
    Beside,
    Row,
    cpu_per_delivery,
    cpu_per_request,
    delivered_p95,
    memory_per_socket,
)

SOCKETS = 1000
#: Connections that create or read at once.
AT_ONCE = 16
OURS_POSTGRESQL, OURS_SQLITE = "TaskFlow, PostgreSQL", "TaskFlow, SQLite"
NODE_POSTGRESQL, NODE_SQLITE = "Node, PostgreSQL", "Node, SQLite"
POCKETBASE, FLOOR = "PocketBase", "raw ASGI floor"
#: TaskFlow comes first: what it was seen to send is what the floor sends.
SERVERS = (OURS_SQLITE, OURS_POSTGRESQL, NODE_SQLITE, NODE_POSTGRESQL, POCKETBASE, FLOOR)


def rows() -> list[Row]:
    postgresql, sockets = [OURS_POSTGRESQL, NODE_POSTGRESQL], [OURS_SQLITE, NODE_SQLITE, FLOOR]

    def beside_node(aim: float) -> list[Beside]:
        return [Beside(OURS_POSTGRESQL, NODE_POSTGRESQL, aim)]

    return [
        Row(
            "createTask, CPU per request",
            "µs",
            loads.creates(AT_ONCE),
            postgresql,
            cpu_per_request,
            beside_node(0.75),
        ),
        Row(
            "createTask, CPU per request",
            "µs",
            loads.creates(AT_ONCE),
            [OURS_SQLITE, POCKETBASE, NODE_SQLITE],
            cpu_per_request,
            [Beside(OURS_SQLITE, POCKETBASE, 0.8)],
        ),
        Row(
            "tasks(first: 50) with project and labels, CPU",
            "µs",
            loads.lists(AT_ONCE),
            postgresql,
            cpu_per_request,
            beside_node(1.5),
        ),
        Row(
            f"fan-out to {SOCKETS:,} sockets, CPU per delivery",
            "µs",
            loads.fan_out(SOCKETS, rate=5),
            sockets,
            cpu_per_delivery,
            [Beside(OURS_SQLITE, FLOOR, 1.4), Beside(OURS_SQLITE, NODE_SQLITE, 0.35)],
        ),
        Row(
            "mutation to other device, 50/s, p95",
            "ms",
            loads.to_other_device(50, 2, rate=50),
            postgresql,
            delivered_p95,
            beside_node(1.2),
        ),
        Row(
            "mutation to other device, 200/s, p95",
            "ms",
            loads.to_other_device(50, 2, rate=200, seconds=4),
            postgresql,
            delivered_p95,
            beside_node(1.2),
        ),
        Row(
            "memory per idle socket",
            "KiB",
            loads.idle(SOCKETS),
            sockets,
            memory_per_socket(SOCKETS),
            [Beside(OURS_SQLITE, FLOOR, 2.2), Beside(OURS_SQLITE, NODE_SQLITE)],
            fresh=True,
        ),
    ]
