"""From records to rows: medians, ratios of pairs, shares of the peak, and the targets."""

import math

from models import models, precision_order
from paper import on_paper
from records import ALONE, Series, Way, largest, pairs
from samples import spread

NAN = {'median': math.nan, 'min': math.nan, 'max': math.nan}
NOTHING = {**NAN, 'of': math.nan}

# At least so much of the peak with all threads, %: of K = 256 and of K = 2.
SHARES = {('float32', 256): 80, ('float32', 2): 78, ('bfloat16', 256): 72, ('bfloat16', 2): 70}

# The triad's rate counts what it names, 12 bytes an element; memory moves 16, since a line is read
# before it is written.
TRIAD_MOVES = 16 / 12


def told(value):
    """A number in a name."""
    return '?' if math.isnan(value) else f'{value:,}'


def number(value):
    """A figure that is not a sample of rates."""
    return {**NOTHING, 'median': value, 'min': value, 'max': value}


def scaled(values, factor):
    """A spread in another unit."""
    return {name: factor * value for name, value in values.items()}


class Summary:
    """Rows, ratios and targets."""

    def __init__(self, records):
        self.records = records
        self.run = next(iter(records.all('run')), {})
        if not self.run:
            records.miss('run')
        self.threads = self.run.get('threads') or int(
            max((record.get('threads', 1) for record in records.records), default=1))
        self.every, self.team = Way(self.threads, 1), Way(self.threads, self.threads)
        self.models = models(records)
        self.rows, self.ratios, self.targets = [], [], []
        self.section, self.of = '', ''
        self.add_sections()
        self.add_ratios()
        self.paper = on_paper(records, self.models, self.team) if self.threads > 1 else []
        self.add_targets()

    def begin(self, section, of='of peak'):
        """The next rows' section, and what their shares are of."""
        self.section, self.of = section, of

    def add_sections(self):
        """From what the machine could do to what the program takes."""
        self.add_machine()
        for model in self.models:
            self.add_training(model)
        for model in self.models:
            self.add_apart(model)
        for model in self.models:
            self.add_products(model)
        self.add_evaluation()
        for model in self.models:
            if model.usual:
                self.add_job(model)
        self.add_program()

    def peaks(self):
        """(name, operands, series) of each."""
        found = sorted(self.records.different('peak', 'operands', 'name'),
                       key=lambda peak: (precision_order(peak[0]), peak[1]))
        return [(name, operands, Series(self.records, 'peak', 'flop_per_s', name=name))
                for operands, name in found]

    def peak(self, operands, way):
        """round -> the peak for these operands, FLOP/s: of the fastest kind."""
        of_kind = [series for _, kind, series in self.peaks() if kind == operands]
        best = max(of_kind, key=lambda series: series.median(way), default=None)
        return best.rounds(way) if best is not None else {}

    def triad(self):
        """Of memory's bandwidth."""
        return Series(self.records, 'triad', 'bytes_per_s')

    def add(self, name, unit, one, every, scaling=None):
        """A row: figures of one thread, and of all together."""
        self.rows.append({'section': self.section, 'share_of': self.of, 'name': name, 'unit': unit,
                          'one_thread': one, 'all_threads': every, 'scaling': scaling or NAN})

    def add_rate(self, name, unit, scale, series, of=None):
        """scale: units per unit of the series. of: (amount of what a unit is in, its most in each
        round by way), for the share."""
        def figure(way):
            share = math.nan
            if of is not None:
                amount, most = of
                share = amount * pairs(series.rounds(way), most(way))['median']
            return {**scaled(series.spread(way), scale), 'of': share}
        self.add(name, unit, figure(ALONE), figure(self.every), series.scaling(self.every))

    def of_peak(self, operands, flop):
        """For add_rate: a unit is so many FLOP with such operands."""
        return flop, lambda way: self.peak(operands, way)

    def add_numbers(self, name, unit, one, every):
        """A row of two numbers."""
        self.add(name, unit, number(one), number(every))

    def add_machine(self):
        """What it could do."""
        self.begin('Peak of multiply-adds')
        for name, operands, series in self.peaks():
            self.add_rate(name, 'GFLOP/s', 1e-9, series, self.of_peak(operands, 1))
        if not self.rows:
            self.records.miss('peak')
        self.begin('Memory', '')
        self.add_rate('triad a = b + s c, 12 bytes counted', 'GB/s', 1e-9, self.triad())
        self.add_rate('the same, 16 bytes moved', 'GB/s', 1e-9 * TRIAD_MOVES, self.triad())

    def add_training(self, model):
        """Steps and what they are made of, as rates."""
        peak = self.of_peak(model.precision, model.flop / model.batch)
        self.begin(f'Training: {model.name}')
        self.add_rate(f'steps of {told(model.batch)} examples', 'examples/s', 1, model.steps, peak)
        self.add_rate('the products of a step alone', 'GFLOP/s', 1e-9, model.products,
                      self.of_peak(model.precision, 1))
        self.begin(f'Update alone: {model.name}', 'of triad')
        each = model.bytes / model.parameters
        self.add_rate(f'{told(model.parameters)} weights, {each:.0f} bytes moved each', 'GB/s',
                      1e-9 * model.bytes, model.update,
                      (model.bytes / TRIAD_MOVES, self.triad().rounds))

    def add_apart(self, model):
        """The time of a step, and what of it its parts take by themselves. What is left is the loss,
        noise and gathering, less what happens behind something else: it can be below 0."""
        self.begin(f'Step taken apart: {model.name}', 'of step')
        columns = [self.apart(model, way) for way in (ALONE, self.every)]
        for (name, one), (_, every) in zip(*columns):
            self.add(name, 'ms', one, every)

    @staticmethod
    def apart(model, way):
        """[(name, figure)] of a step and its parts."""
        step, parts = model.parts_s(way)
        rest = {n: step[n] - sum(part[n] for _, part in parts)
                for n in step if all(n in part for _, part in parts)}
        return [(name, {**scaled(spread(list(part.values()) or [math.nan]), 1e3),
                        'of': pairs(part, step)['median']})
                for name, part in [('a step', step), *parts, ('all else', rest)]]

    def add_products(self, model):
        """One after the other, but those that a model before has, too."""
        self.begin(f'Products m x n x k: {model.name}')
        shapes = self.records.different('product', 'dataset', 'precision', 'K', 'place', 'layer',
                                        'kind', 'operands', 'm', 'n', 'k')
        if not shapes:
            self.records.miss('product')
        for dataset, precision, K, place, layer, kind, operands, m, n, k in sorted(shapes):
            if {'dataset': dataset, 'precision': precision, 'K': K} == model.key:
                short = kind.replace('gradient', 'grad.')
                self.add_rate(f'{layer} {short} {m} x {n} x {k}', 'GFLOP/s', 1e-9,
                              Series(self.records, 'product', 'flop_per_s', **model.key,
                                     place=place), self.of_peak(operands, 1))

    def evaluated(self):
        """Of each K one model: evaluation is float32 in any precision."""
        return [model for model in self.models if model.usual and model.precision == 'float32']

    def add_evaluation(self):
        """Rates, and the time for all splits."""
        self.begin('Evaluation, in float32 for any precision', '')
        for model in self.evaluated():
            def seconds(series, amount):
                return [amount * way.workers / series.median(way) for way in (ALONE, self.every)]
            self.add_rate(f'K = {model.K}, {told(model.samples)} samples of z', 'examples/s', 1,
                          model.evaluation)
            self.add_numbers(f'K = {model.K}, all splits', 's',
                             *seconds(model.evaluation, model.job['examples']))
            self.add_numbers(f'K = {model.K}, estimates of I(Z;X)', 's',
                             *seconds(model.estimates, model.job['splits']))

    def add_job(self, model):
        """The times of a whole job."""
        self.begin(f'A job of {told(model.job["epochs"])} epochs: {model.name}', '')
        for name, unit, of in (('training', 's', model.training_s),
                               ('evaluations', 's', model.evaluation_s),
                               ('share of evaluations in both', '%', model.evaluation_share),
                               ('final estimates of I(Z;X)', 's', model.estimates_s)):
            self.add_numbers(name, unit, of(ALONE), of(self.every))

    def once(self, what, field, **fields):
        """What is measured once; NaN where it was not."""
        return largest(self.records.by_round(what, field, **fields).values())

    def memory(self, threads):
        """MB."""
        return self.once('memory', 'mb', threads=threads)

    def memory_a_thread(self):
        """What each thread but the first adds, MB."""
        return (self.memory(self.threads) - self.memory(1)) / (self.threads - 1)

    def idle_rate(self):
        """Jobs that do nothing, jobs/s."""
        return (self.records.number('idle_jobs', 'jobs', threads=self.threads)
                / self.once('idle_jobs', 's', threads=self.threads))

    def add_program(self):
        """What is measured of the program as a whole."""
        self.begin('The program', '')
        jobs = self.records.number('idle_jobs', 'jobs')
        loaded, trained = (self.records.word(what, 'dataset') for what in ('load', 'memory'))
        self.add_numbers(f'loading {loaded}', 's', self.once('load', 's'), math.nan)
        self.add_numbers(f'largest memory, {trained} K = 256', 'MB', self.memory(1),
                         self.memory(self.threads))
        self.add_numbers(f'{told(jobs)} jobs that do nothing', 'jobs/s', math.nan, self.idle_rate())
        self.add_numbers('resuming them when all are done', 's', math.nan,
                         self.once('resume', 's', threads=self.threads))

    def add_ratio(self, section, name, values, rounds):
        """One line of the table of ratios; rounds: of those that were measured."""
        self.ratios.append({'section': section, 'name': name, **values, 'rounds': len(rounds)})

    def add_ratios(self):
        """Everything of a whole step that is relative, in pairs."""
        for model in self.models:
            steps = model.steps.rounds(self.every)
            share = pairs(steps, self.peak(model.precision, self.every))
            self.add_ratio('Share of the peak, all threads', model.name,
                           scaled(share, model.flop / model.batch), steps)
        wide = {(model.dataset, model.K): model for model in self.models
                if model.precision == 'bfloat16'}
        for model in self.models:
            other = wide.get((model.dataset, model.K))
            if model.precision == 'float32' and other is not None:
                for way, threads in ((ALONE, '1 thread'), (self.every, 'all threads')):
                    steps = other.steps.rounds(way)
                    self.add_ratio('bfloat16 over float32, steps',
                                   f'{threads}: {model.name.replace("float32 ", "")}',
                                   pairs(steps, model.steps.rounds(way)), steps)
        if self.threads > 1:
            self.add_team_ratios()

    def add_team_ratios(self):
        """What all threads together make of one job."""
        section = f'One job on {self.threads} threads over one'
        for model in self.models:
            self.add_speedup(section, f'steps: {model.name}', model.steps)
        for model in self.evaluated():
            self.add_speedup(section, f'evaluation: K = {model.K}', model.evaluation)
            self.add_speedup(section, f'estimates of I(Z;X): K = {model.K}', model.estimates)

    def add_speedup(self, section, name, series):
        """Of a series."""
        self.add_ratio(section, name, series.speedup(self.team), series.rounds(self.team))

    def target(self, name, unit, measured, at_least=None, at_most=None):
        """One of the two bounds."""
        bound = {'at_least': at_least} if at_most is None else {'at_most': at_most}
        met = measured >= at_least if at_most is None else measured <= at_most
        self.targets.append({'name': name, 'unit': unit, **bound, 'measured': measured,
                             'met': met})

    def add_model_targets(self, model):
        """What training and evaluation should make of the machine."""
        steps = model.steps.rounds(self.every)
        share = (model.flop / model.batch
                 * pairs(steps, self.peak(model.precision, self.every))['median'])
        self.target(f'{model.name}: share of the peak', '%', 100 * share,
                    at_least=SHARES[model.precision, model.K])
        self.target(f'{model.name}: scaling', '%',
                    100 * model.steps.scaling(self.every)['median'], at_least=95)
        self.target(f"{model.name}: evaluation's share", '%', model.evaluation_share(self.every),
                    at_most=5)
        if self.threads > 1 and model.precision == 'float32':
            self.target(f'{model.name}: one job, all threads', 'times',
                        model.steps.speedup(self.team)['median'], at_least=0.9 * self.threads)

    def add_targets(self):
        """What we aim for."""
        usual = [model for model in self.models if model.usual]
        for model in usual:
            self.add_model_targets(model)
        for model in self.evaluated():
            if model.K == 256:
                self.target('final estimates, K = 256', 's', model.estimates_s(ALONE), at_most=8)
                if self.threads > 1:
                    self.target('final estimates, K = 256, one job', 's',
                                model.estimates_s(self.team), at_most=8 / self.threads)
        self.target('loading the data', 's', self.once('load', 's'), at_most=1)
        self.target('memory, one thread', 'MB', self.memory(1), at_most=120 + 60)
        if self.threads > 1:
            self.target('memory, each further thread', 'MB', self.memory_a_thread(), at_most=55)
        self.target('jobs that do nothing', 'jobs/s', self.idle_rate(), at_least=17000)
        self.target('resuming', 's', self.once('resume', 's', threads=self.threads), at_most=2)

    def rounds(self):
        """What else the machine did in each."""
        found = {record['round']: record for record in self.records.all('round')}
        if not found:
            self.records.miss('round')
        return [{'load_average': found[n].get('load_average'), 'others': found[n].get('others')}
                for n in sorted(found)]

    def document(self):
        """Everything, as written to the JSON file; NaN for what is missing."""
        run = {name: self.run.get(name) for name in ('date', 'version', 'build', 'library', 'cpu')}
        return {**run, 'threads': self.threads, 'rounds': self.rounds(),
                'load_average_before': self.records.number('run', 'load_average'),
                'busy_one_thread': self.records.busy(ALONE),
                'busy_all_threads': self.records.busy(self.every),
                'rows': self.rows, 'ratios': self.ratios, 'on_paper': self.paper,
                'targets': self.targets, 'missing': self.records.missing}
