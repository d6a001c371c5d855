"""TaskFlow beside others that do the same, in one run, under one load.

measure.py     the whole of it: rounds of every load on every server by turns
rows.py        what is measured on which servers, and what it is to come to
loads.py       the loads, as plans of the load client (../load_client, a Go program), and one of them under way
servers.py     starts what is put under load, each a process of its own: TaskFlow, Node, PocketBase, the raw ASGI floor
subjects.py    one of them, as the load client is to use it
documents.py   what is asked of all of them that speak GraphQL
programs.py    what has to be built or installed first, and is kept between runs; versions.py tells which it was
yoga/          Node: graphql-yoga with graphql-ws, on better-sqlite3 or pg, with an outbox
pocketbase/    PocketBase, with a collection of tasks
recurrence.py  a rule's next occurrence, beside dateutil; due.py 10,000 reminders that are due among a million
figures.py     medians, spreads and ratios; table.py and plot.py show them
"""
