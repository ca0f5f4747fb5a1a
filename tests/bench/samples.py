"""What several samples of one quantity say.

Rounds are pairs: what is compared was measured in the same round, one right after the other, so
that a busy spell falls on both. A ratio is taken in each round; its median stands beside the least
and the largest. Of 7 independent rounds these two hold the median of all that could have been
between them with a probability of 1 - 2 / 2^7, 98 %.
"""

import statistics

# Processors that others may keep busy on average, of all, before a round is marked.
OTHERS_SHARE = 0.05


def spread(values):
    """Median, smallest and largest."""
    return {'median': statistics.median(values), 'min': min(values), 'max': max(values)}


def confidence(rounds):
    """Probability that the median lies between the least and the largest of so many."""
    return 1 - 2 / 2 ** rounds


def marked(others, processors):
    """Whether others kept too many processors busy (NaN: nobody knows)."""
    return others > OTHERS_SHARE * processors


def told_rounds(rounds, processors):
    """Lines about the rounds, each with the load average before it, `load_average`, and `others`,
    the processors that others kept busy meanwhile."""
    def listed(field):
        return ' '.join('?' if one[field] is None else f'{one[field]:.2f}' for one in rounds)
    yield f'Load average before each round: {listed("load_average")}'
    yield f'Processors that others kept busy in it: {listed("others")}'
    bad = [str(number) for number, one in enumerate(rounds, 1)
           if one['others'] is not None and marked(one['others'], processors)]
    if bad:
        yield (f'MARKED, since others had more than {100 * OTHERS_SHARE:.0f} % of the processors: '
               f'round {", ".join(bad)} of {len(rounds)}.')
