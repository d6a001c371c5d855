"""Reminders: PENDING until they ring (NOTIFIED), are CANCELLED, or came due too long ago (MISSED).

plan.py     when a reminder rings, and what cancels and arms it: the acts on tasks call it in their transaction
change.py   the acts: create, snooze, cancel
ring.py     what the timetable does: ring what is due
reading.py  lists
"""
