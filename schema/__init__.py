"""The public API: Strawberry types, inputs, payloads and root fields, and how an operation is executed.

root.py builds the schema; documents.py prepares what a client sent, measure.py holds it to the limits; execute.py
runs it.
"""
