"""The models whose training was measured."""

import math

from records import Series


def precision_order(precision):
    """float32 first."""
    return precision != 'float32', precision


class Model:
    """The series of a model, and the job that it is trained in. `usual`: the data set of the
    paper's model."""

    def __init__(self, records, usual, dataset, precision, K):
        self.dataset, self.precision, self.K = dataset, precision, K
        self.usual = dataset == usual
        self.key = key = {'dataset': dataset, 'precision': precision, 'K': K}
        self.name = f'{precision} K = {K}' if self.usual else f'{dataset} {precision} K = {K}'
        self.batch = records.number('step', 'batch', **key)
        self.flop = records.number('step', 'flop', **key)
        self.bytes = records.number('update', 'bytes', **key)
        self.parameters = records.number('update', 'parameters', **key)
        self.steps = Series(records, 'step', 'examples_per_s', **key)
        self.products = Series(records, 'products', 'flop_per_s', **key)
        self.update = Series(records, 'update', 'updates_per_s', **key)
        self.packing = (Series(records, 'packing', 'steps_per_s', **key)
                        if records.all('packing', **key) else None)
        self.watched = {field: Series(records, 'watched_steps', field, **key) for field in
                        ('rounds_per_s', 'shared', 'share_on_2', 'share_on_8', 'share_on_16')}
        evaluated = {'dataset': dataset, 'K': K}
        self.evaluation = Series(records, 'evaluation', 'examples_per_s', **evaluated)
        self.estimates = Series(records, 'estimates', 'splits_per_s', **evaluated)
        self.samples = records.number('evaluation', 'samples', **evaluated)
        self.job = {field: records.number('job', field, **key)
                    for field in ('epochs', 'evaluate_every', 'train', 'examples', 'splits')}
        if math.isnan(self.job['epochs']):
            records.miss(f'job (dataset {dataset}, precision {precision}, K {K})')

    def parts_s(self, way):
        """Seconds of a step and of its parts alone, on one of the threads: (name, round -> s)."""
        def times(series, amount):
            return {number: way.workers * amount / rate
                    for number, rate in series.rounds(way).items()}
        parts = [('its products', times(self.products, self.flop))]
        if self.packing is not None:
            parts.append(('packing, transposing, converting', times(self.packing, 1)))
        parts.append(('the update of the weights', times(self.update, 1)))
        return times(self.steps, self.batch), parts

    def training_s(self, way):
        """Of a whole job on one of so many threads, as are the next two."""
        return way.workers * self.job['epochs'] * self.job['train'] / self.steps.median(way)

    def evaluation_s(self, way):
        """The last epoch is always evaluated."""
        times = self.job['epochs'] / self.job['evaluate_every']
        times = times if math.isnan(times) else math.ceil(times)
        return way.workers * times * self.job['examples'] / self.evaluation.median(way)

    def estimates_s(self, way):
        """Made once, at the end."""
        return way.workers * self.job['splits'] / self.estimates.median(way)

    def evaluation_share(self, way):
        """Of training and evaluations together, %."""
        evaluation = self.evaluation_s(way)
        return 100 * evaluation / (self.training_s(way) + evaluation)


def models(records):
    """Every model that some record speaks of: the usual data first, then float32, then the largest
    K."""
    usual = records.word('load', 'dataset')
    found = set().union(*(records.different(what, 'dataset', 'precision', 'K')
                          for what in ('job', 'step', 'products', 'update')))
    return [Model(records, usual, *key)
            for key in sorted(found, key=lambda key: (key[0] != usual, precision_order(key[1]),
                                                      -key[2]))]
