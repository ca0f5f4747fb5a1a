"""From records to rows: medians, ratios, shares of the peak, and the targets."""

import math

from models import models, precision_order
from records import Series, largest

NOTHING = {'median': math.nan, 'best': math.nan, 'of_peak': math.nan}

# At least so much of the peak, %.
SHARES = {'float32': 75, 'bfloat16': 60}


def told(value):
    """A number in a name."""
    return '?' if math.isnan(value) else f'{value:,}'


def number(value):
    """A figure that is not a sample of rates."""
    return {**NOTHING, 'median': value}


class Summary:
    """Rows and targets."""

    def __init__(self, records):
        self.records = records
        self.run = next(iter(records.all('run')), {})
        if not self.run:
            records.miss('run')
        self.threads = self.run.get('threads') or int(
            max((record.get('threads', 1) for record in records.records), default=1))
        self.models = models(records)
        self.rows, self.targets = [], []
        self.section = ''
        self.add_sections()
        self.add_targets()

    def add_sections(self):
        """From what the machine could do to what the program takes."""
        self.add_machine()
        for model in self.models:
            self.add_training(model)
        for model in self.models:
            self.add_products(model)
        self.add_evaluation()
        for model in self.models:
            self.add_job(model)
        self.add_program()
        if self.threads > 1:
            self.add_scaling()

    def peak(self, operands, threads):
        """The highest median of the peaks for these operands, FLOP/s; NaN without any."""
        return largest(series.median(threads) for _, kind, series in self.peaks()
                       if kind == operands)

    def peaks(self):
        """(name, operands, series) of each."""
        found = sorted(self.records.different('peak', 'operands', 'name'),
                       key=lambda peak: (precision_order(peak[0]), peak[1]))
        return [(name, operands, Series(self.records, 'peak', 'flop_per_s', name=name))
                for operands, name in found]

    def add(self, name, unit, one, every, scaling=math.nan):
        """A row: figures of one thread, and of all together."""
        self.rows.append({'section': self.section, 'name': name, 'unit': unit, 'one_thread': one,
                          'all_threads': every, 'scaling': scaling})

    def add_rate(self, name, unit, scale, series, flop=math.nan, operands=None):
        """scale: units per unit of the series, of which each is `flop` with such operands."""
        def figure(threads):
            median = series.median(threads)
            return {'median': scale * median, 'best': scale * series.best(threads),
                    'of_peak': flop * median / self.peak(operands, threads)}
        self.add(name, unit, figure(1), figure(self.threads), series.scaling(self.threads))

    def add_time(self, name, unit, amount, series):
        """What `amount` of the series' unit takes on each thread."""
        def figure(threads):
            return {**NOTHING, 'median': threads * amount / series.median(threads),
                    'best': threads * amount / series.best(threads)}
        self.add(name, unit, figure(1), figure(self.threads))

    def add_numbers(self, name, unit, one, every):
        """A row of two numbers."""
        self.add(name, unit, number(one), number(every))

    def add_machine(self):
        """What it could do."""
        self.section = 'Peak of multiply-adds'
        for name, operands, series in self.peaks():
            self.add_rate(name, 'GFLOP/s', 1e-9, series, 1, operands)
        if not self.rows:
            self.records.miss('peak')
        self.section = 'Memory'
        self.add_rate('triad a = b + s c', 'GB/s', 1e-9, self.triad())

    def triad(self):
        """Of memory's bandwidth."""
        return Series(self.records, 'triad', 'bytes_per_s')

    def add_training(self, model):
        """Steps and what they are made of, as rates and as times."""
        self.section = f'Training: {model.name}'
        self.add_rate(f'steps of {told(model.batch)} examples', 'examples/s', 1, model.steps,
                      model.flop / model.batch, model.precision)
        self.add_rate('the products of a step alone', 'GFLOP/s', 1e-9, model.products, 1,
                      model.precision)
        self.add_rate('the update of the weights alone', 'updates/s', 1, model.update)
        self.add_time('a step', 'ms', 1e3 * model.batch, model.steps)
        self.add_time('its products alone', 'ms', 1e3 * model.flop, model.products)
        self.add_time('its update of the weights alone', 'ms', 1e3, model.update)

    def add_products(self, model):
        """One after the other, but those that a model before has, too."""
        self.section = f'Products of a step, m x n x k: {model.name}'
        shapes = self.records.different('product', 'precision', 'K', 'place', 'layer', 'kind',
                                        'operands', 'm', 'n', 'k')
        if not shapes:
            self.records.miss('product')
        for precision, K, place, layer, kind, operands, m, n, k in sorted(shapes):
            if (precision, K) == (model.precision, model.K):
                self.add_rate(f'{layer} {kind} {m} x {n} x {k}', 'GFLOP/s', 1e-9,
                              Series(self.records, 'product', 'flop_per_s', **model.key,
                                     place=place), 1, operands)

    def add_evaluation(self):
        """Of each K once: it is float32 in any precision."""
        self.section = 'Evaluation'
        of_K = {model.K: model for model in reversed(self.models)}
        for K in sorted(of_K, reverse=True):
            model = of_K[K]
            self.add_rate(f'K = {K}, {told(model.samples)} samples of z', 'examples/s', 1,
                          model.evaluation)
            self.add_time(f'K = {K}, an evaluation of all splits', 's', model.job['examples'],
                          model.evaluation)
            self.add_time(f'K = {K}, estimates of I(Z;X), all splits', 's',
                          model.job['splits'], model.estimates)

    def add_job(self, model):
        """The times of a whole job."""
        self.section = (f'A job of {told(model.job["epochs"])} epochs on {model.dataset}: '
                        f'{model.name}')
        for name, unit, of in (('training', 's', model.training_s),
                               ('evaluations', 's', model.evaluation_s),
                               ('share of evaluations in both', '%', model.evaluation_share),
                               ('final estimates of I(Z;X)', 's', model.estimates_s)):
            self.add_numbers(name, unit, of(1), of(self.threads))

    def once(self, what, field, **fields):
        """What is measured once; NaN where it was not."""
        return largest(self.records.samples(what, field, **fields))

    def memory(self, threads):
        """MB."""
        return self.once('memory', 'mb', threads=threads)

    def idle_rate(self):
        """Jobs that do nothing, jobs/s."""
        return (self.records.number('idle_jobs', 'jobs', threads=self.threads)
                / self.once('idle_jobs', 's', threads=self.threads))

    def add_program(self):
        """What is measured of the program as a whole."""
        self.section = 'The program'
        jobs = self.records.number('idle_jobs', 'jobs')
        loaded, trained = (self.records.word(what, 'dataset') for what in ('load', 'memory'))
        self.add_numbers(f'loading {loaded}', 's', self.once('load', 's'), math.nan)
        self.add_numbers(f'largest memory, {trained} K = 256', 'MB', self.memory(1),
                         self.memory(self.threads))
        self.add_numbers(f'{told(jobs)} jobs that do nothing', 'jobs/s', math.nan, self.idle_rate())
        self.add_numbers('resuming them when all are done', 's', math.nan,
                         self.once('resume', 's', threads=self.threads))

    def add_scaling(self):
        """The scaling of whole steps beside that of what they are made of and share, once more."""
        self.section = 'All threads over as many times one'
        listed = [(name, series) for name, _, series in self.peaks()]
        listed.append(('triad a = b + s c', self.triad()))
        for model in self.models:
            listed += [(f'{model.name}: products alone', model.products),
                       (f'{model.name}: update alone', model.update),
                       (f'{model.name}: whole steps', model.steps)]
        for name, series in listed:
            self.add_numbers(name, '%', math.nan, 100 * series.scaling(self.threads))

    def target(self, name, unit, measured, at_least=None, at_most=None):
        """One of the two bounds."""
        bound = {'at_least': at_least} if at_most is None else {'at_most': at_most}
        met = measured >= at_least if at_most is None else measured <= at_most
        self.targets.append({'name': name, 'unit': unit, **bound, 'measured': measured,
                             'met': met})

    def add_model_targets(self, model):
        """What training and evaluation should make of the machine."""
        every = self.threads
        share = (model.steps.median(every) * model.flop / model.batch
                 / self.peak(model.precision, every))
        self.target(f'{model.name}: share of the peak', '%', 100 * share,
                    at_least=SHARES[model.precision])
        self.target(f'{model.name}: scaling', '%', 100 * model.steps.scaling(every), at_least=95)
        self.target(f"{model.name}: evaluation's share", '%', model.evaluation_share(every),
                    at_most=5)

    def add_targets(self):
        """What we aim for."""
        every = self.threads
        for model in self.models:
            self.add_model_targets(model)
        self.target('loading the data', 's', self.once('load', 's'), at_most=1)
        self.target('memory, one thread', 'MB', self.memory(1), at_most=120 + 60)
        self.target('memory, all threads', 'MB', self.memory(every), at_most=120 + 60 * every)
        self.target('jobs that do nothing', 'jobs/s', self.idle_rate(), at_least=10000)
        self.target('resuming', 's', self.once('resume', 's', threads=every), at_most=2)

    def document(self):
        """Everything, as written to the JSON file; NaN for what is missing."""
        run = {name: self.run.get(name) for name in ('date', 'version', 'build', 'library', 'cpu')}
        return {**run, 'threads': self.threads,
                'load_average_before': self.records.number('run', 'load_average'),
                'busy_one_thread': self.records.busy(1),
                'busy_all_threads': self.records.busy(self.threads),
                'rows': self.rows, 'targets': self.targets, 'missing': self.records.missing}
