"""The ledger of what is sent: a row for each event and channel, and what became of it.

PENDING → SENT or FAILED. A worker claims rows for a while, sends, and notes the outcome; who dies in between leaves a
claim that runs out, and the message is sent once more under the same key.
"""
