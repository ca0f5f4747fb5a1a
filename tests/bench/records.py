"""What was measured: the lines of `bench` and program.py, found by their fields.

In which order they come does not matter, and some may be missing; what was looked for in vain
is remembered.
"""

import collections
import json
import math
import statistics

from samples import spread

# How many threads worked, and how many of them on one job: 1 or all.
Way = collections.namedtuple('Way', ('threads', 'team'))
Way.workers = property(lambda way: way.threads // way.team)
ALONE = Way(1, 1)


def largest(values):
    """Of the numbers; NaN where there is none."""
    return max((value for value in values if not math.isnan(value)), default=math.nan)


def record_of(line):
    """The record in a line, or None."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and isinstance(record.get('what'), str) else None


def named(what, fields):
    """As in `step (precision float32, K 256)`."""
    listed = ', '.join(f'{name} {value}' for name, value in fields.items())
    return f'{what} ({listed})' if fields else what


class Records:
    """All records of one run of the benchmark."""

    def __init__(self, lines):
        found = [record_of(line) for line in lines if line.strip()]
        self.records = [record for record in found if record is not None]
        self.missing = []
        if None in found:
            self.miss(f'a record in {found.count(None)} of the lines')
        if len(self.all('run')) > 1:
            self.miss(f'a file of one run: this has {len(self.all("run"))}')

    def miss(self, what):
        """Remembers what should be there, once."""
        if what not in self.missing:
            self.missing.append(what)

    def all(self, what, **fields):
        """The records of a kind that have these fields."""
        return [record for record in self.records if record['what'] == what
                and all(record.get(name) == value for name, value in fields.items())]

    def different(self, what, *names):
        """The different values that these fields have together, as tuples."""
        return {tuple(record[name] for name in names) for record in self.all(what)
                if all(name in record for name in names)}

    def by_round(self, what, field, **fields):
        """round -> the number in a field; what is measured once has the round 1. Missing: any, or
        all but one where `rounds` tells more."""
        records = [record for record in self.all(what, **fields)
                   if isinstance(record.get(field), (int, float))]
        rounds = max((record.get('rounds', 1) for record in records), default=1)
        if not records:
            self.miss(named(what, fields))
        elif len(records) < rounds:
            self.miss(f'{named(what, fields)}: {rounds - len(records)} of {rounds} rounds')
        return {record.get('round', 1): record[field] for record in records}

    def number(self, what, field, **fields):
        """What a field says that is the same in every record of a kind; NaN without a number."""
        return largest(record[field] for record in self.all(what, **fields)
                       if isinstance(record.get(field), (int, float)))

    def word(self, what, field, **fields):
        """Likewise of a text; `?` without any."""
        return max((record[field] for record in self.all(what, **fields) if field in record),
                   default='?')

    def busy(self, way):
        """The share of the time for which the workers had a processor, 0..1; NaN."""
        shares = [record['busy'] for record in self.records if 'busy' in record
                  and (record.get('threads'), record.get('team')) == way]
        return statistics.fmean(shares) if shares else math.nan


def pairs(of, by):
    """Spread of the ratio over the rounds that both have; NaN without any."""
    return spread([of[number] / by[number] for number in of.keys() & by.keys()] or [math.nan])


class Series:
    """The samples of a rate, for each way in which threads worked."""

    def __init__(self, records, what, field, **fields):
        self.records, self.what, self.field, self.fields = records, what, field, fields

    def rounds(self, way):
        """round -> the sum of all workers' rates."""
        return self.records.by_round(self.what, self.field, **self.fields, **way._asdict())

    def spread(self, way):
        """Over the rounds."""
        return spread(list(self.rounds(way).values()) or [math.nan])

    def median(self, way):
        """The usual rate; NaN when nothing was measured."""
        return self.spread(way)['median']

    def speedup(self, way):
        """The rate over that of one thread, in pairs."""
        return pairs(self.rounds(way), self.rounds(ALONE))

    def scaling(self, way):
        """The same over the number of threads."""
        return {name: value / way.threads for name, value in self.speedup(way).items()}
