"""The live channel: what is committed anywhere reaches every open subscription of its user, in order, once.

feed.py    what this process knows of one user's newest events
hub.py     all feeds: woken by commits here, by the bus through broadcaster, and by a poll of the log
stream.py  the events of one user after a place: from the feed where it has them, from the log where not
"""
