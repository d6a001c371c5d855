"""What operators see of a process: figures, lines and traces.

operations.py  one operation, from its arrival to its answer
process.py     the process itself: its loop, its pools, its release
stored.py      how much the database holds
tracing.py     traces, exported where somebody takes them
exposition.py  what /metrics answers, for all processes behind one port
"""
