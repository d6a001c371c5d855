"""Tasks as iCalendar (RFC 5545): a feed that calendars read, an export, and the import of to-dos.

lines, zones, rules         writing: content lines, time zones, and what of a series others read as it is meant
writing, ringing, items     tasks and reminders as VTODO, VEVENT and VALARM, and what is read for that
feed, export                the URL that calendars read, and whole accounts
parsing, values             reading: the file and its values
todos, repeating, alarms    each to-do in our own terms; notes: what can't be kept
files, importing            the act: what is there (known, updating), and what is new (names, creating)
"""
