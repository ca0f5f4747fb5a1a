"""From samples to medians, spreads, ratios and the printed tables."""

from samples import spread


def column(rounds, key, what):
    """One quantity of one setting over the rounds."""
    return [one[key][what] for one in rounds]


def ratios(rounds, ours, theirs):
    """Our examples/s by theirs, round by round."""
    return spread([one[ours]['examples_per_s'] / one[theirs]['examples_per_s'] for one in rounds])


def fastest(summary, precision):
    """The key of the fastest peer of a precision, or None."""
    peers = [key for key, row in summary.items()
             if row['precision'] == precision and row['mode'] is not None]
    return max(peers, key=lambda key: summary[key]['examples_per_s']['median'], default=None)


def summarise(contestants, rounds):
    """Per setting: examples/s, ms per step, and our examples/s in the same precision by its."""
    summary = {}
    for key, c in contestants.items():
        ours = f'vib-sweep {c.precision}'
        summary[key] = {
            'framework': c.framework, 'mode': c.mode, 'precision': c.precision,
            'processes': c.processes, 'threads': c.threads,
            'examples_per_s': spread(column(rounds, key, 'examples_per_s')),
            'ms_per_step': spread(column(rounds, key, 'ms_per_step')),
            'ratio': ratios(rounds, ours, key)}
    return summary


def compare(summary, rounds):
    """Ours in either precision by the best peers: (ours, theirs, ratio)."""
    pairs = []
    for mine, other in (('float32', 'float32'), ('bfloat16', 'bfloat16'), ('bfloat16', 'float32')):
        ours, theirs = f'vib-sweep {mine}', fastest(summary, other)
        if ours in summary and theirs is not None:
            pairs.append({'ours': ours, 'theirs': theirs, 'ratio': ratios(rounds, ours, theirs)})
    return pairs


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
    return table(['tried', 'precision', 'processes x threads', 'examples/s', ''],
                 [[f'{t["framework"]} {t["mode"]}', t['precision'],
                   f'{t["processes"]} x {t["threads"]}',
                   '%.0f' % t['examples_per_s'] if 'examples_per_s' in t else t['failed'],
                   'goes on' if t.get('chosen') else ''] for t in trials])


def final_table(summary):
    """What was measured."""
    return table(['median [min, max]', 'precision', 'processes x threads', 'examples/s',
                  'ms per step', 'vib-sweep / it'],
                 [[' '.join(filter(None, (row['framework'], row['mode']))), row['precision'],
                   f'{row["processes"]} x {row["threads"]}', ranged(row['examples_per_s'], '%.0f'),
                   '%.2f' % row['ms_per_step']['median'],
                   ranged(row['ratio'], '%.2f') if row['mode'] else '-']
                  for row in summary.values()])


def verdict(pairs, summary):
    """One sentence a comparison with the best peers."""
    lines = []
    for pair in pairs:
        best = summary[pair['theirs']]
        lines.append(f'{pair["ours"]}: {ranged(pair["ratio"], "%.2f")} times the best '
                     f'{best["precision"]} peer, {best["framework"]} {best["mode"]}')
    return '\n'.join(lines)
