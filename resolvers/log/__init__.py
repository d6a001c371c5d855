"""The event log: the transaction that writes it, its events, its cursors, and how it is read."""
