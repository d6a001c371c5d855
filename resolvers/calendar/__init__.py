"""The recurrence calendar: rules, occurrences, durations and their words. No clock, no database, no GraphQL.

rule, parts         the text of a rule, read strictly
days                which days of a year its parts let through: what python-dateutil is asked
periods, keys       its periods, and the occurrences in them, as integers
plan                the wall clocks of a rule with its start
walls, expand       instants: a series in its zone
durations           P1D and PT24H
words, terms        the rule in English
"""

from resolvers.calendar.durations import Duration, before, longest, parse_duration
from resolvers.calendar.expand import Occurrence, Series
from resolvers.calendar.parts import Frequency, Skip
from resolvers.calendar.rule import Rule, parse_rule
from resolvers.calendar.walls import instant_of, wall_clock
from resolvers.calendar.words import summary

__all__ = [
    "Duration",
    "Frequency",
    "Occurrence",
    "Rule",
    "Series",
    "Skip",
    "before",
    "instant_of",
    "longest",
    "parse_duration",
    "parse_rule",
    "summary",
    "wall_clock",
]
