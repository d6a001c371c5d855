"""What happens without being asked: the bus, the relay, the fan-out, and what comes due."""
