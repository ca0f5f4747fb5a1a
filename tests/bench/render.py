"""Prints what `bench` and program.py measured as tables: `make bench`.

    render.py LINES [JSON]

LINES (a file, /dev/stdin) holds their records, in any order. What the tables say goes to the file
JSON, too. The status is 1 when something is missing, which is told.
"""

import json
import math
import pathlib
import sys

from records import Records
from samples import confidence, told_rounds
from summary import Summary

NAME, UNIT, NUMBER, SHARE, SPREAD = 41, 10, 8, 9, 15

# Below this the threads shared their processors with something else.
IDLE_SHARE = 0.95


def text(value):
    """A number with three or four digits that matter, or nothing."""
    if math.isnan(value):
        return ' ' * NUMBER
    size = abs(value)
    decimals = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else 3
    return f'{value:{NUMBER}.{decimals}f}'


def share_text(share):
    """Per cent, or nothing."""
    return ' ' * SHARE if math.isnan(share) else f'{100 * share:{SHARE - 2}.1f} %'


def percent_spread(values):
    """Per cent, as in `95 [90, 99]`, or nothing."""
    if math.isnan(values['median']):
        return ''
    median, least, most = (f'{100 * values[what]:.0f}' for what in ('median', 'min', 'max'))
    return f'{median} [{least}, {most}]'.rjust(SPREAD)


def figure_text(figure):
    """The two columns of a number of threads."""
    return text(figure['median']) + share_text(figure['of'])


def heading(row, threads):
    """Above the rows of a section."""
    share = row['share_of'].rjust(SHARE)
    columns = ['1 thread'.rjust(NUMBER), share]
    if threads > 1:
        columns += [f'{threads} thr.'.rjust(NUMBER), share, 'scaling, %'.rjust(SPREAD)]
    return f'\n{row["section"]:{NAME + UNIT}}' + ''.join(columns).rstrip()


def print_rows(rows, threads):
    """A heading wherever a section begins."""
    section = None
    for row in rows:
        if row['section'] != section:
            section = row['section']
            print(heading(row, threads))
        line = f'  {row["name"]:{NAME - 2}}{row["unit"]:{UNIT}}' + figure_text(row['one_thread'])
        if threads > 1:
            line += figure_text(row['all_threads']) + percent_spread(row['scaling'])
        print(line.rstrip())


def print_ratios(ratios):
    """Each as median, least, most."""
    section = None
    for ratio in ratios:
        if ratio['section'] != section:
            section = ratio['section']
            print(f'\n{section:{NAME + UNIT}}{"median":>{NUMBER}}{"least":>{NUMBER}}'
                  f'{"most":>{NUMBER}}{"rounds":>{NUMBER}}')
        values = ''.join(text(ratio[what]) for what in ('median', 'min', 'max'))
        print(f'  {ratio["name"]:{NAME + UNIT - 2}}{values}{ratio["rounds"]:{NUMBER}}')


def print_paper(paper):
    """What tests/bench/paper.py works out."""
    if not paper:
        return
    cores = list(paper[0]['speedup'])
    threads = paper[0]['threads']
    heads = ['serial', 'rounds', f'on {threads}', *(f'on {n} *' for n in cores)]
    print('\nOne job, times one core (* on paper)'.ljust(NAME + 1)
          + ''.join(head.rjust(NUMBER) for head in heads))
    for one in paper:
        numbers = [one['rounds_per_step'], one['measured'], *one['speedup'].values()]
        print(f'  {one["name"]:{NAME - 2}}{share_text(one["serial"])}'
              + ''.join(text(value) for value in numbers))
    print(f'A round of empty parts takes {1e6 * paper[0]["round_s"]:.1f} us with {threads} threads. '
          'On paper: the serial share, the longest\nparts of each round, and rounds whose cost grows '
          "with every core; memory's bandwidth is left out.")


def print_targets(targets):
    """Those that are met, and those that are not."""
    print(f'\n{"Targets":{NAME + UNIT}}{"target":>{NUMBER + 3}}{"measured":>{NUMBER + 1}}')
    for target in targets:
        sign = '>=' if 'at_least' in target else '<='
        bound = target.get('at_least', target.get('at_most'))
        verdict = ('not measured' if math.isnan(target['measured'])
                   else 'met' if target['met'] else 'MISSED')
        print(f'  {target["name"]:{NAME - 2}}{target["unit"]:{UNIT}} {sign}{text(bound)} '
              f'{text(target["measured"])}  {verdict}')


def print_header(document):
    """What ran where, and whether it had the machine for itself."""
    told = {name: '?' if value is None else value for name, value in document.items()}
    threads, busy = document['threads'], document['busy_one_thread']
    print(f'vib-sweep {told["version"]} ({told["build"]})\n{told["library"]}\n'
          f'{told["cpu"]}, threads for all processors: {threads}, '
          f'load average before: {told["load_average_before"]:.2f}\n{told["date"]}\n'
          'Medians over rounds in which all measurements alternate. Of peak: of the fastest\n'
          'multiply-adds of these operands, as measured here. Ratios and shares are those of pairs,\n'
          'measured in the same round.')
    rounds = document['rounds']
    if len(rounds) > 1:
        print(f'[least, most] of {len(rounds)} rounds hold the median with a probability of '
              f'{100 * confidence(len(rounds)):.0f} %.')
    print(*told_rounds(rounds, threads), sep='\n')
    print(f'Share of the time that one thread had a processor: {100 * busy:.1f} %', end='')
    if threads > 1:
        print(f'; that each of {threads} had one: {100 * document["busy_all_threads"]:.1f} %\n'
              f'Scaling: the rate of {threads} threads, each with a job, over {threads} times the '
              'rate of one.', end='')
        busy = min(busy, document['busy_all_threads'])
    print()
    if busy < IDLE_SHARE:
        print('The machine was BUSY with something else: these numbers are too low.')


def without_nan(value):
    """null for NaN, which JSON lacks."""
    if isinstance(value, dict):
        return {name: without_nan(one) for name, one in value.items()}
    if isinstance(value, list):
        return [without_nan(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def main():
    """Reads, prints, writes."""
    if len(sys.argv) not in (2, 3):
        sys.exit('usage: render.py LINES [JSON]')
    records = Records(pathlib.Path(sys.argv[1]).read_text().splitlines())
    document = Summary(records).document()
    print_header(document)
    print_rows(document['rows'], document['threads'])
    print_ratios(document['ratios'])
    print_paper(document['on_paper'])
    print_targets(document['targets'])
    for what in document['missing']:
        print(f'MISSING: {what}')
    if len(sys.argv) == 3:
        json_path = pathlib.Path(sys.argv[2])
        json_path.write_text(json.dumps(without_nan(document), indent=2, allow_nan=False) + '\n')
        print(f'\nas JSON: {json_path}')
    return 1 if document['missing'] else 0


if __name__ == '__main__':
    sys.exit(main())
