"""How often somebody may do something: operations, sign-ups, wrong passwords.

rates.py          what is counted, and what is refused
windows.py        exact sliding windows in memory, bounded
shared_windows.py the same in Redis, for several processes; where Redis is away, each counts by itself
addresses.py      who is one stranger: an IPv4 address, or an IPv6 network
"""
