"""`make bench`: what TaskFlow does in a second and what it costs, beside the least that the same load can cost.

__main__.py   the whole run, on loopback: TaskFlow on SQLite and the floor in turns
scenarios.py  the loads: creates, change-to-other-device, fan-out
peers/        TaskFlow beside Node, PocketBase and the floor, by load_client/, a client in Go
due.py        how late reminders ring
buses.py      what a bus adds to a change's way to another process, and how many events go through
throughput.py events at a rate, which feeder.py makes in a process of its own (feeding.py: from here), and their arrival
topic.py      when a change is on the topic
web.py        the web app in a browser: web_windows.py two of them, web_long_list.py 5,000 tasks, web_lighthouse.py its
              scores; web_probe.py is what a page measures of itself
load.py       one load under way: its connections, its sockets, and the check that all was delivered once
target.py     what is put under load: TaskFlow as shipped, and floor.py, a raw ASGI application
deployed.py   the same for several processes on one bus
cpu.py        the CPU time of processes
post.py       HTTP, and device.py the WebSocket: by hand, so that the client takes little of the machine
report.py     the tables, and those of buses_report.py

Nothing here asserts a speed. A machine's own figures say little, and less when it does other things meanwhile;
the ratio to the floor, measured by turns with it, is what to compare.
"""
