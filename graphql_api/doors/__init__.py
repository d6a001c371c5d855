"""Where requests come in, but for sockets: each path has a file, and what holds for all of them has one, too."""
