"""What more cores than there are would make of one job, by arithmetic on what was measured.

A step on p cores takes what is outside of rounds and the longest member's parts of each round, which
bench counts (`share_on_p`), and the cost of its rounds:

    t(p) / t(1) = share_on_p + rounds a second * cost(p)
    cost(p) = cost(n) (p - 1) / (n - 1)

where n threads were measured: a round's cost is taken to grow with every member that is to be woken.
What the arithmetic leaves out: cores that share memory's bandwidth, and members that are late.
"""

from records import ALONE, Series

CORES = (2, 8, 16)


def on_paper(records, models, team):
    """For each model: serial share, rounds of a step, seconds of an empty round, and the speed-up,
    as measured with the team and on paper."""
    round_s = 1 / Series(records, 'empty_rounds', 'rounds_per_s').median(team)

    def told(model):
        rate = model.watched['rounds_per_s'].median(ALONE)

        def speedup(cores):
            cost = round_s * (cores - 1) / (team.threads - 1)
            return 1 / (model.watched[f'share_on_{cores}'].median(ALONE) + rate * cost)
        return {'name': model.name, 'threads': team.threads, 'round_s': round_s,
                'rounds_per_step': rate * model.batch / model.steps.median(ALONE),
                'serial': 1 - model.watched['shared'].median(ALONE),
                'measured': model.steps.speedup(team)['median'],
                'speedup': {str(cores): speedup(cores) for cores in CORES}}
    return [told(model) for model in models]
