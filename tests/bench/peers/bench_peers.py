"""vib-sweep against PyTorch and JAX on this machine: `make bench-peers`.

    bench_peers.py PROGRAM BUILD      VIB_SWEEP_DATA names the folder that holds mnist/

All train the same model with the same batch, optimiser, averaging and data. First every mode of a
peer is tried with several numbers of processes x threads; the fastest setting of each framework
and precision goes on. Then, ROUNDS times, ours and theirs train in turn on all processors. What
counts is the examples/s of all processes of a setting together. A ratio is taken within a round,
where both sides saw the same state of the machine; medians over the rounds are printed, with the
smallest and the largest value.

Tables go to standard output, everything to BUILD/bench-peers.json. BUILD/peers-venv and
BUILD/bench-peers (logs, compiled code) stay for the next time.
"""

import contextlib
import datetime
import itertools
import json
import os
import pathlib
import platform
import signal
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))  # holds samples.py, for report

import environment
import report
from contestants import Failed, Ours, Peer

MODES = {'PyTorch': ('eager', 'compile'), 'JAX': ('jit',)}
PRECISIONS = ('float32', 'bfloat16')
ROUNDS, ROUND_S = 5, 8
TRIALS, TRIAL_S = 2, 1.5


def log(text):
    """Progress."""
    print(f'bench-peers: {text}', file=sys.stderr, flush=True)


def cpu_model():
    """As the system names it."""
    for line in pathlib.Path('/proc/cpuinfo').read_text().splitlines():
        if line.startswith('model name'):
            return line.split(':', 1)[1].strip()
    return platform.machine()


def layouts(n):
    """Processes x threads for n processors."""
    found = [(n, 1), (1, n)]
    if n >= 4:
        found.append((n // 2, 2))
    return sorted(set(found), reverse=True)


class Bench:
    """One run of the benchmark."""

    def __init__(self, program, build, stack):
        self.program, self.stack = program, stack
        self.cpus = sorted(os.sched_getaffinity(0))
        self.python = environment.ready(build / 'peers-venv')
        self.work = build / 'bench-peers'
        self.work.mkdir(exist_ok=True)
        self.trials = []
        self.contestants = {}

    def add_ours(self, precision):
        """Whether the program trains with this precision here."""
        ours = Ours(self.program, precision, len(self.cpus), self.work)
        log(f'vib-sweep {precision}: one epoch')
        try:
            ours.fit(ROUND_S)
        except Failed as failure:
            log(f'{precision} is left out: {failure}')
            return False
        self.contestants[f'vib-sweep {precision}'] = ours
        return True

    def trial(self, peer):
        """Measures a setting for a short time, the best of TRIALS since what else runs can only
        slow it down; its examples/s, or 0 when it failed."""
        record = {'framework': peer.framework, 'mode': peer.mode, 'precision': peer.precision,
                  'processes': peer.processes, 'threads': peer.threads}
        self.trials.append(record)
        self.stack.callback(peer.close)
        try:
            peer.start(self.python, self.cpus, self.work)
            samples = [peer.measure(TRIAL_S) for _ in range(TRIALS)]
            record.update(max(samples, key=lambda one: one['examples_per_s']))
        except Failed as failure:
            record['failed'] = str(failure)
        rate = record.get('examples_per_s', 0)
        log(f'tried {peer.framework} {peer.mode} {peer.precision} '
            f'{peer.processes} x {peer.threads}: {rate:.0f} examples/s {record.get("failed", "")}')
        return rate, record

    def add_peer(self, framework, precision):
        """Finds the fastest setting; only its processes stay."""
        best, best_rate, best_record = None, 0, None
        for mode, layout in itertools.product(MODES[framework], layouts(len(self.cpus))):
            peer = Peer(framework, mode, precision, *layout)
            rate, record = self.trial(peer)
            if rate <= best_rate:
                peer.close()
                continue
            if best is not None:
                best.close()
            best, best_rate, best_record = peer, rate, record
        if best is None:
            sys.exit(f'bench-peers: no setting of {framework} {precision} works')
        best_record['chosen'] = True
        self.contestants[f'{framework} {precision}'] = best

    def one_round(self):
        """Every contestant once, one after the other."""
        return {key: c.measure(ROUND_S) for key, c in self.contestants.items()}

    def versions(self):
        """Of everything that was measured."""
        found = {'Python': platform.python_version()}
        for c in self.contestants.values():
            if c.framework == 'vib-sweep':
                found['vib-sweep'] = f'{c.about[0]} ({c.about[1]})'
                found['vib-sweep with'] = c.about[2]
            else:
                found.update(c.about['versions'])
        return found

    def run(self):
        """Everything measured, as written to the JSON file."""
        for precision in PRECISIONS:
            if self.add_ours(precision):
                for framework in MODES:
                    self.add_peer(framework, precision)
        if not self.contestants:
            sys.exit('bench-peers: vib-sweep does not train here')
        rounds = []
        for number in range(ROUNDS):
            log(f'round {number + 1} of {ROUNDS}')
            rounds.append(self.one_round())
        summary = report.summarise(self.contestants, rounds)
        return {'date': datetime.date.today().isoformat(), 'cpu': cpu_model(),
                'processors': len(self.cpus), 'versions': self.versions(), 'trials': self.trials,
                'rounds': rounds, 'summary': summary, 'best': report.compare(summary, rounds)}


def show(result):
    """The tables, on standard output."""
    print(f'\nMNIST, 784-1024-1024-2x256-10, batch 100: examples/s of all processes together, '
          f'{ROUNDS} rounds of {ROUND_S} s in turn')
    print(f'{result["date"]}, {result["cpu"]}, {result["processors"]} processors')
    versions = [f'{name} {version}' for name, version in result['versions'].items()]
    print(', '.join(versions), end='\n\n')
    print(report.trial_table(result['trials']), end='\n\n')
    print(report.final_table(result['summary']), end='\n\n')
    print(report.verdict(result['best'], result['summary']))


def main():
    """Checks what is needed, measures, reports."""
    if len(sys.argv) != 3:
        sys.exit('usage: bench_peers.py PROGRAM BUILD')
    program, build = (pathlib.Path(arg).resolve() for arg in sys.argv[1:])
    data = pathlib.Path(os.environ.get('VIB_SWEEP_DATA', '.'), 'mnist').resolve()
    if not list(data.glob('train-images-idx3-ubyte*')):
        sys.exit(f'bench-peers: no MNIST in {data}; see VIB_SWEEP_DATA in the README')
    os.environ['VIB_SWEEP_DATA'] = str(data.parent)
    with contextlib.ExitStack() as stack:
        result = Bench(program, build, stack).run()
    (build / 'bench-peers.json').write_text(json.dumps(result, indent=1) + '\n')
    show(result)


if __name__ == '__main__':
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main()
    except Failed as failure:
        sys.exit(f'bench-peers: {failure}')
    except KeyboardInterrupt:
        sys.exit(130)
