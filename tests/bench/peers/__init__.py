"""TaskFlow beside others that do the same, in one run, under one load.

measure.py    the whole of it: rounds of every load on every server by turns, and what is made of them
loads.py      the loads, as plans of the load client (../load_client, a Go program), and one of them under way
servers.py    what is put under load, each a process of its own: TaskFlow, Node, PocketBase, the raw ASGI floor
documents.py  what is asked of all of them that speak GraphQL
programs.py   what has to be installed or built first, and is kept between runs
yoga/         Node: graphql-yoga with graphql-ws, on better-sqlite3 or pg, with an outbox
pocketbase/   PocketBase, with a collection of tasks
plain.py      Strawberry as it comes: FastAPI's router, the ORM, a subscription executed for each socket
due.py        reminders that are due among many that are not
figures.py    medians and spreads; table.py and plot.py show them
"""
