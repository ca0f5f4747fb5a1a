"""From samples to medians, spreads, ratios and the printed tables."""

import collections
import statistics

from samples import confidence, spread, told_rounds

# What is compared with each other, and what it is.
FIELDS = ('jobs', 'one job', 'imagenet-like')
TITLES = {'jobs': 'MNIST, 784-1024-1024-2x256-10, batch 100, as many jobs as processors',
          'one job': 'MNIST, one job on all processors',
          'imagenet-like': 'Made-up data, 1536-1024-1024-2x256-1000, as many jobs as processors'}

# So much beyond the least or the most of the rounds is no disagreement of a trial.
AGREEMENT = 0.03

Key = collections.namedtuple('Key', ('framework', 'precision', 'field'))
Key.text = property(lambda key: f'{key.framework} {key.precision}'
                    + ('' if key.field == 'jobs' else f', {key.field}'))


def median_sample(samples):
    """The samples' medians, with all rates."""
    rates = [one['examples_per_s'] for one in samples]
    return {'examples_per_s': statistics.median(rates), 'all_examples_per_s': rates,
            'ms_per_step': statistics.median(one['ms_per_step'] for one in samples)}


def column(rounds, key, what):
    """One quantity of one contestant over the rounds."""
    return [one[key][what] for one in rounds]


def ratios(rounds, ours, theirs):
    """Our examples/s by theirs, round by round."""
    return spread([one[ours]['examples_per_s'] / one[theirs]['examples_per_s'] for one in rounds])


def summarise(contestants, rounds):
    """Per contestant: examples/s, ms per step, and ours of that field and precision by its."""
    summary = {}
    for key, c in contestants.items():
        ours = key._replace(framework='vib-sweep')
        summary[key] = {
            'field': key.field, 'framework': c.framework, 'mode': c.mode,
            'precision': c.precision, 'processes': c.processes, 'threads': c.threads,
            'examples_per_s': spread(column(rounds, key, 'examples_per_s')),
            'ms_per_step': spread(column(rounds, key, 'ms_per_step')),
            'ratio': ratios(rounds, ours, key)}
    return summary


def fastest(summary, field, precision):
    """The key of the fastest peer, or None."""
    peers = [key for key in summary if (key.field, key.precision) == (field, precision)
             and key.framework != 'vib-sweep']
    return max(peers, key=lambda key: summary[key]['examples_per_s']['median'], default=None)


def compare(summary, rounds):
    """Ours by the best peers of each field, our precisions, and one job by as many as processors:
    {ours, theirs, ratio} each."""
    found = []

    def add(ours, theirs):
        if ours in summary and theirs in summary:
            found.append({'ours': ours.text, 'theirs': theirs.text,
                          'ratio': ratios(rounds, ours, theirs)})
    for field in FIELDS:
        low, high = (Key('vib-sweep', p, field) for p in ('bfloat16', 'float32'))
        for ours, precision in ((high, 'float32'), (low, 'bfloat16'), (low, 'float32')):
            add(ours, fastest(summary, field, precision))
        add(low, high)
    for precision in ('float32', 'bfloat16'):
        add(Key('vib-sweep', precision, 'one job'), Key('vib-sweep', precision, 'jobs'))
    return found


def disagreements(trials, summary):
    """The settings whose trial lies outside of their rounds."""
    found = []
    for key, row in summary.items():
        setting = ('framework', 'mode', 'precision', 'processes', 'threads')
        trial = next((one for one in trials if key.field in one.get('goes_on', ())
                      and all(one[name] == row[name] for name in setting)), None)
        rates = row['examples_per_s']
        if trial is not None and not (
                (1 - AGREEMENT) * rates['min'] <= trial['examples_per_s']
                <= (1 + AGREEMENT) * rates['max']):
            found.append({'setting': key.text, 'trial': trial['examples_per_s'],
                          'rounds': rates})
    return found


def results(contestants, trials, rounds):
    """What goes into the JSON file."""
    summary = summarise(contestants, rounds)
    return {'summary': {key.text: row for key, row in summary.items()},
            'best': compare(summary, rounds), 'disagreements': disagreements(trials, summary)}


def ranged(values, form):
    """Median [smallest, largest]."""
    return '{} [{}, {}]'.format(*(form % values[what] for what in ('median', 'min', 'max')))


def table(head, rows):
    """Markdown, columns aligned."""
    rows = [head, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = ['| ' + ' | '.join(cell.ljust(width) for cell, width in zip(row, widths)) + ' |'
             for row in rows]
    lines.insert(1, '|' + '|'.join('-' * (width + 2) for width in widths) + '|')
    return '\n'.join(lines)


def trial_table(trials):
    """What was tried to find each peer's best setting."""
    return table(['tried', 'precision', 'p x t', 'examples/s', 'goes on as'],
                 [[f'{t["framework"]} {t["mode"]}', t['precision'],
                   f'{t["processes"]} x {t["threads"]}',
                   t['failed'][:40] if 'failed' in t else '%.0f' % t['examples_per_s'],
                   ', '.join(t.get('goes_on', ()))] for t in trials])


def field_table(summary, field):
    """What was measured in a field."""
    return table(['median [min, max]', 'precision', 'p x t', 'examples/s', 'ms', 'vib-sweep / it'],
                 [[' '.join(filter(None, (row['framework'], row['mode']))), row['precision'],
                   f'{row["processes"]} x {row["threads"]}', ranged(row['examples_per_s'], '%.0f'),
                   '%.2f' % row['ms_per_step']['median'],
                   ranged(row['ratio'], '%.2f') if row['mode'] else '-']
                  for row in summary.values() if row['field'] == field])


def agreement(found):
    """One plain sentence."""
    if not found:
        return 'Trials and rounds agree: each trial lies within what its rounds had, or 3 % beyond.'
    listed = '; '.join(f'{one["setting"]} had {one["trial"]:.0f} examples/s when tried and '
                       f'{one["rounds"]["min"]:.0f} to {one["rounds"]["max"]:.0f} in the rounds'
                       for one in found)
    return f'TRIALS AND ROUNDS DO NOT AGREE: {listed}.'


def show(result, round_s):
    """The tables, on standard output."""
    n = len(result['rounds'])
    print(f'\nexamples/s of all processes together, p processes x t threads; {n} rounds of '
          f'{round_s} s in turn')
    print(f'{result["date"]}, {result["cpu"]}, {result["processors"]} processors')
    print(', '.join(f'{name} {version}' for name, version in result['versions'].items()))
    print(f'[least, most] of {n} rounds hold the median with a probability of '
          f'{100 * confidence(n):.0f} %.')
    print(*told_rounds(result['neighbours'], result['processors']), sep='\n', end='\n\n')
    print(trial_table(result['trials']))
    for field in FIELDS:
        print(f'\n{TITLES[field]}\n')
        print(field_table(result['summary'], field))
    print()
    for pair in result['best']:
        mode = result['summary'][pair['theirs']]['mode']
        print(f'{ranged(pair["ratio"], "%.2f")} times: {pair["ours"]} / {pair["theirs"]}'
              + (f' ({mode})' if mode else ''))
    print(agreement(result['disagreements']))
