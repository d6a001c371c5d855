"""What TaskFlow can do: tables, one function per act, events, refusals, the transaction and the log.

Nothing here knows GraphQL, HTTP, Kafka or timers, and nothing here imports another package of TaskFlow.
"""
