"""The models whose training was measured."""

import math

from records import Series


def precision_order(precision):
    """float32 first."""
    return precision != 'float32', precision


class Model:
    """The series of a model, and the job that it is trained in."""

    def __init__(self, records, precision, K):
        self.precision, self.K = precision, K
        self.key = key = {'precision': precision, 'K': K}
        self.name = f'{precision} K = {K}'
        self.batch = records.number('step', 'batch', **key)
        self.flop = records.number('step', 'flop', **key)
        self.steps = Series(records, 'step', 'examples_per_s', **key)
        self.products = Series(records, 'products', 'flop_per_s', **key)
        self.update = Series(records, 'update', 'updates_per_s', **key)
        self.evaluation = Series(records, 'evaluation', 'examples_per_s', K=K)
        self.estimates = Series(records, 'estimates', 'splits_per_s', K=K)
        self.samples = records.number('evaluation', 'samples', K=K)
        self.job = {field: records.number('job', field, **key)
                    for field in ('epochs', 'evaluate_every', 'train', 'examples', 'splits')}
        self.dataset = records.word('job', 'dataset', **key)
        if math.isnan(self.job['epochs']):
            records.miss(f'job (precision {precision}, K {K})')

    def training_s(self, threads):
        """Of a whole job on one of so many threads, as are the next two."""
        return threads * self.job['epochs'] * self.job['train'] / self.steps.median(threads)

    def evaluation_s(self, threads):
        """The last epoch is always evaluated."""
        times = self.job['epochs'] / self.job['evaluate_every']
        times = times if math.isnan(times) else math.ceil(times)
        return threads * times * self.job['examples'] / self.evaluation.median(threads)

    def estimates_s(self, threads):
        """Made once, at the end."""
        return threads * self.job['splits'] / self.estimates.median(threads)

    def evaluation_share(self, threads):
        """Of training and evaluations together, %."""
        evaluation = self.evaluation_s(threads)
        return 100 * evaluation / (self.training_s(threads) + evaluation)


def models(records):
    """Every model that some record speaks of: float32 first, the largest K first."""
    found = set().union(*(records.different(what, 'precision', 'K')
                          for what in ('job', 'step', 'products', 'update')))
    return [Model(records, *key)
            for key in sorted(found, key=lambda key: (precision_order(key[0]), -key[1]))]
