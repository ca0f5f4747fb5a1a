"""vib-sweep against PyTorch and JAX on this machine: `make bench-peers`.

    bench_peers.py PROGRAM BUILD      VIB_SWEEP_DATA names the folder that holds mnist/

All train the same model with the same batch, optimiser, averaging and data. First every mode of a
peer is tried with several numbers of processes x threads, all settings of a framework and precision
in turns; the one with the greatest median goes on, and so does PyTorch's best with one process.
Then, ROUNDS times, everyone trains in turn on all processors, in three fields: as many jobs as
processors, one job on all of them, and a shape like that of ImageNet in the paper, where the best
peers have the setting that was best on MNIST. What counts is the examples/s of all processes of a
setting together. A ratio is taken within a round, where both sides saw the same state of the
machine; medians over the rounds are printed, with the smallest and the largest value, the load
before each round, and whether the trials agree with the rounds.

Tables go to standard output, everything to BUILD/bench-peers.json. BUILD/peers-venv (made with
$PEERS_PYTHON, or this Python) and BUILD/bench-peers (logs, compiled code) stay for the next time.
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
from neighbours import Watch

MODES = {'PyTorch': ('eager', 'compile', 'autotune', 'freezing'), 'JAX': ('jit',)}
PRECISIONS = ('float32', 'bfloat16')
ROUNDS, ROUND_S = 7, 4
TRIALS, TRIAL_S = 3, 1.5


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


def rate(trial):
    """Of a trial's record, examples/s; 0 when it failed."""
    return trial.get('examples_per_s', 0)


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

    def add_ours(self, precision, field, processes, threads, shape='mnist'):
        """Whether the program trains with this precision here."""
        ours = Ours(self.program, precision, processes, threads, self.work, shape)
        log(f'vib-sweep {precision}, {field}: one epoch')
        try:
            ours.fit(ROUND_S)
        except Failed as failure:
            log(f'{precision} is left out: {failure}')
            return False
        self.contestants[report.Key('vib-sweep', precision, field)] = ours
        return True

    def start(self, peer):
        """Its record, with the reason if it failed."""
        record = {'framework': peer.framework, 'mode': peer.mode, 'precision': peer.precision,
                  'processes': peer.processes, 'threads': peer.threads}
        log(f'starting {peer.framework} {peer.mode} {peer.precision} '
            f'{peer.processes} x {peer.threads}, {peer.shape}')
        self.stack.callback(peer.close)
        try:
            peer.start(self.python, self.cpus, self.work)
        except Failed as failure:
            record['failed'] = str(failure)
            peer.close()
        return record

    def try_settings(self, framework, precision):
        """[(peer, record)] of every setting, measured in turns."""
        tried = []
        for mode, layout in itertools.product(MODES[framework], layouts(len(self.cpus))):
            peer = Peer(framework, mode, precision, *layout)
            tried.append((peer, self.start(peer)))
        samples = [[] for _ in tried]
        for _ in range(TRIALS):
            for (peer, record), found in zip(tried, samples):
                try:
                    if 'failed' not in record:
                        found.append(peer.measure(TRIAL_S))
                except Failed as failure:
                    record['failed'] = str(failure)
        for (_, record), found in zip(tried, samples):
            if 'failed' not in record:
                record.update(report.median_sample(found))
            log(f'tried {record["mode"]} {record["processes"]} x {record["threads"]}: '
                f'{rate(record):.0f} examples/s {record.get("failed", "")}')
        self.trials += [record for _, record in tried]
        return tried

    def add_peers(self, framework, precision):
        """Finds the fastest settings; only their processes stay."""
        tried = self.try_settings(framework, precision)
        choices = {'jobs': tried}
        if framework == 'PyTorch':
            choices['one job'] = [one for one in tried if one[0].processes == 1]
        kept = []
        for field, among in choices.items():
            peer, record = max(among, key=lambda one: rate(one[1]))
            if rate(record) == 0:
                sys.exit(f'bench-peers: no setting of {framework} {precision} works')
            record.setdefault('goes_on', []).append(field)
            self.contestants[report.Key(framework, precision, field)] = peer
            kept.append(peer)
        for peer, _ in tried:
            if peer not in kept:
                peer.close()

    def add_wide(self, precision):
        """The other shape: ours, and the peer that was fastest on MNIST."""
        self.add_ours(precision, 'imagenet-like', len(self.cpus), 1, 'imagenet-like')
        best = max((trial for trial in self.trials if trial['precision'] == precision), key=rate)
        peer = Peer(best['framework'], best['mode'], precision, best['processes'],
                    best['threads'], 'imagenet-like')
        record = self.start(peer)
        if 'failed' in record:
            sys.exit(f'bench-peers: {peer.framework} {peer.mode} fails: {record["failed"]}')
        self.contestants[report.Key(peer.framework, precision, 'imagenet-like')] = peer

    def gather(self):
        """All contestants, those of a field and precision one after the other."""
        for precision in PRECISIONS:
            if self.add_ours(precision, 'jobs', len(self.cpus), 1):
                self.add_ours(precision, 'one job', 1, len(self.cpus))
                for framework in MODES:
                    self.add_peers(framework, precision)
                self.add_wide(precision)
        if not self.contestants:
            sys.exit('bench-peers: vib-sweep does not train here')
        self.contestants = {key: self.contestants[key] for key in sorted(
            self.contestants, key=lambda key: (report.FIELDS.index(key.field),
                                               PRECISIONS.index(key.precision)))}

    def one_round(self):
        """Every contestant once, one after the other; what else the machine did."""
        watch = Watch(set(self.contestants.values()))  # one may be in two fields
        found = {key: c.measure(ROUND_S) for key, c in self.contestants.items()}
        return found, watch.record()

    def versions(self):
        """Of everything that was measured."""
        found = {}
        for c in self.contestants.values():
            if c.framework == 'vib-sweep':
                found['vib-sweep'] = f'{c.about[0]} ({c.about[1]})'
                found['vib-sweep with'] = c.about[2]
            else:
                found.update(c.about['versions'])
        return found

    def run(self):
        """Everything measured, as written to the JSON file."""
        self.gather()
        rounds, neighbours = [], []
        for number in range(ROUNDS):
            log(f'round {number + 1} of {ROUNDS}')
            found, others = self.one_round()
            rounds.append(found)
            neighbours.append(others)
        return {'date': datetime.date.today().isoformat(), 'cpu': cpu_model(),
                'processors': len(self.cpus), 'versions': self.versions(), 'trials': self.trials,
                'neighbours': neighbours,
                'rounds': [{key.text: sample for key, sample in one.items()} for one in rounds],
                **report.results(self.contestants, self.trials, rounds)}


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
    report.show(result, ROUND_S)


if __name__ == '__main__':
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main()
    except Failed as failure:
        sys.exit(f'bench-peers: {failure}')
    except KeyboardInterrupt:
        sys.exit(130)
