"""Recurrence: a task with a rule is a series, and tasks are spawned from it.

plan.py    what comes next, and when it is to be spawned: reckoned anew whenever something it depends on changes
change.py  the acts: set, clear, skip
spawn.py   what the timetable does: spawn what is due; copying.py   what a spawned task takes along
"""
