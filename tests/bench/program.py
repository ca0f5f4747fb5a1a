"""Measures the program as a whole, run as a child: memory, and the runner's own time.

    program.py [--quick] PROGRAM NULL_PROGRAM LINES

PROGRAM is vib-sweep, NULL_PROGRAM the same with null_trainer.c. LINES holds what `bench` printed,
whose `run` tells how many threads to take; the records of this are appended. Needs MNIST, but with
--quick, which measures little.
"""

import json
import os
import pathlib
import sys
import tempfile
import time

from records import Records

MNIST = '{name: mnist}'
MIXTURE = '{name: mixture, dim: 2, classes: 2, n_train: 100, n_test: 100}'


def config(dataset, K, jobs):
    """As many jobs of one epoch."""
    return (f'dataset: {dataset}\ntrain: {{epochs: 1}}\nK: {K}\n'
            f'grid: {{seed: {{range: {{from: 1, to: {jobs}, step: 1}}}}}}\n')


def sweep(program, folder, threads):
    """Seconds and largest memory, MB (10^6 bytes), of a sweep of the folder's configuration into
    its database. Linux counts what this process holds at the start as the child's: it is little."""
    command = [program, f'{folder}/bench.yaml', '-q', '-j', str(threads),
               '--db', f'{folder}/bench.db']
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    start = time.monotonic()
    try:
        child = os.posix_spawn(program, command, os.environ, file_actions=quiet)
    except OSError as error:
        sys.exit(f'program.py: cannot run {program}: {error.strerror}')
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        sys.exit(f'program.py: {program} did not succeed')
    return time.monotonic() - start, usage.ru_maxrss * 1024e-6  # Linux counts KiB


def memory(program, quick, threads):
    """Of the model with K = 256, with a job for each thread."""
    name, dataset = ('mixture', MIXTURE) if quick else ('mnist', MNIST)
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, 'bench.yaml').write_text(config(dataset, 256, threads))
        _, mb = sweep(program, folder, threads)
    return {'what': 'memory', 'dataset': name, 'K': 256, 'threads': threads, 'mb': mb}


def idle_jobs(program, jobs, threads):
    """Jobs that do nothing into a new database, and the same once more with nothing left to do."""
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, 'bench.yaml').write_text(config(MIXTURE, 2, jobs))
        for what in ('idle_jobs', 'resume'):
            seconds, _ = sweep(program, folder, threads)
            yield {'what': what, 'jobs': jobs, 'threads': threads, 's': seconds}


def measurements(program, null_program, quick, threads):
    """One after the other."""
    for n in sorted({1, threads}):
        yield memory(program, quick, n)
    yield from idle_jobs(null_program, 100 if quick else 100000, threads)


def main():
    """Appends a line as soon as something was measured."""
    quick = sys.argv[1:2] == ['--quick']
    if len(sys.argv) != 4 + quick:
        sys.exit('usage: program.py [--quick] PROGRAM NULL_PROGRAM LINES')
    program, null_program, path = sys.argv[1 + quick:]
    lines = pathlib.Path(path)
    threads = Records(lines.read_text().splitlines()).number('run', 'threads')
    if threads != threads:
        sys.exit(f'program.py: {path} has no run, which tells the number of threads')
    print('bench: the program ...', file=sys.stderr)
    with lines.open('a') as out:
        for record in measurements(program, null_program, quick, threads):
            print(json.dumps(record), file=out, flush=True)


if __name__ == '__main__':
    main()
