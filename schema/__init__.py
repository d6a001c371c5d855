"""The public API: Strawberry types, inputs, payloads and root fields, and how an operation is executed.

root.py builds the schema; documents.py prepares what a client sent; execute.py runs it.
"""
