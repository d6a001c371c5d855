"""The WebSocket door: graphql-transport-ws, and nothing else.

messages.py    what a client may say, strictly
connection.py  one socket: its state, its bounded outgoing queue, how it ends
operations.py  queries, mutations and subscriptions on a socket
operation.py   one of them, from its beginning to its end
sharing_key.py which subscriptions ask for the same thing
registry.py    all sockets of the process: caps, pings, deadlines, ended sessions, on one timer
endpoint.py    the upgrade, and the conversation from there
"""
