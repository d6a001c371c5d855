"""Doors and wiring. Start reading at `__main__.py`."""
