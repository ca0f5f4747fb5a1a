"""What torch_vib.py and jax_vib.py share: arguments, data, batches, clock and report.

Shapes are those of the paper's MNIST model and one like its ImageNet model, on made-up data.

A peer is one training process. It builds the model, takes WARM_UP chunks of steps, checks that the
objective is finite and falls, and prints one JSON line about itself. Then it measures: once, with
--seconds, or with --serve for every line `START END` on standard input, two points of the system's
monotonic clock that all processes of a setting are given, so that they train at the same time.
Each measurement is one JSON line, with the clock before the first and after every chunk of steps.

Model and training are those of configs/mnist.yaml at beta = 1e-3, covariance diagonal for any K.
"""

import argparse
import gzip
import json
import math
import os
import pathlib
import platform
import sys
import time

import numpy

BATCH = 100
CHUNK = 20  # steps between two looks at the clock; divides the steps of an epoch
WARM_UP = 6  # chunks before the first measurement
HIDDEN = 1024
EXAMPLES = 10000  # of the training split, as in the configurations of vib-sweep
BETA = 1e-3
LR, LR_DECAY, LR_DECAY_EPOCHS = 1e-4, 0.97, 2
BETA1, BETA2, EPSILON = 0.5, 0.999, 1e-8
AVERAGE_DECAY = 0.999
SEED = 0


def arguments(description, modes):
    """The command line, after this process was bound to the processors it names."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--mode', choices=modes, default=modes[0])
    parser.add_argument('--precision', choices=('float32', 'bfloat16'), default='float32')
    parser.add_argument('--shape', choices=SHAPES, default='mnist')
    parser.add_argument('--cpus', default=None,
                        help='processors, as 0,1: one thread on each (default: all)')
    parser.add_argument('--K', type=int, default=256, help='dimension of the code z')
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument('--seconds', type=float, help='measure once, this long')
    what.add_argument('--serve', action='store_true', help='measure when told to, see peer.py')
    args = parser.parse_args()
    if args.cpus:
        os.sched_setaffinity(0, {int(cpu) for cpu in args.cpus.split(',')})
    args.threads = len(os.sched_getaffinity(0))
    return args


def read_idx(name, header):
    """The bytes of one IDX file of MNIST, which may be compressed, without its header."""
    path = pathlib.Path(os.environ['VIB_SWEEP_DATA'], 'mnist', name)
    if path.exists():
        content = path.read_bytes()
    else:
        content = gzip.decompress(path.with_name(name + '.gz').read_bytes())
    return numpy.frombuffer(content, numpy.uint8, offset=header)


def mnist():
    """The first of the training split: inputs float32 [EXAMPLES][784] in -1..1, labels int32
    [EXAMPLES]."""
    images = read_idx('train-images-idx3-ubyte', 16).reshape(-1, 784)[:EXAMPLES]
    labels = read_idx('train-labels-idx1-ubyte', 8)[:EXAMPLES]
    inputs = images.astype(numpy.float32)
    inputs *= 2 / 255
    inputs -= 1
    return inputs, labels.astype(numpy.int32), 10


def imagenet_like():
    """1000 classes, each a Gaussian of its own mean: inputs float32 [EXAMPLES][1536]."""
    random = numpy.random.default_rng(SEED)
    labels = numpy.arange(EXAMPLES) % 1000
    means = random.standard_normal((1000, 1536), numpy.float32)
    inputs = means[labels] + 0.3 * random.standard_normal((EXAMPLES, 1536), numpy.float32)
    return inputs, labels.astype(numpy.int32), 1000


SHAPES = {'mnist': mnist, 'imagenet-like': imagenet_like}


def initial_weights(dim, K, classes):
    """Per layer, weights [in][out], Xavier-uniform, and biases [out], zero."""
    random = numpy.random.default_rng(SEED)
    layers = []
    for rows, columns in ((dim, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, 2 * K), (K, classes)):
        bound = math.sqrt(6 / (rows + columns))
        weights = random.uniform(-bound, bound, (rows, columns))
        layers.append((weights.astype(numpy.float32), numpy.zeros(columns, numpy.float32)))
    return layers


def adam_rate(lr, step):
    """Adam's step size with both bias corrections, at step 1, 2, ..."""
    return lr * math.sqrt(1 - BETA2 ** step) / (1 - BETA1 ** step)


def chunks(n_examples):
    """Endless (indices [CHUNK][BATCH], step size), in a new order every epoch."""
    random = numpy.random.default_rng(SEED)
    epoch = 0
    while True:
        lr = LR * LR_DECAY ** (epoch // LR_DECAY_EPOCHS)
        for indices in random.permutation(n_examples).reshape(-1, CHUNK, BATCH):
            yield indices, lr
        epoch += 1


class Run:
    """Warms a trainer up, then measures it. trainer.advance(indices, lr) takes one step per row
    of indices and returns the objective of each, in bits."""

    def __init__(self, trainer, n_examples):
        self.trainer = trainer
        self.chunks = chunks(n_examples)
        self.objectives = [self.advance() for _ in range(WARM_UP)]

    def advance(self):
        """Takes CHUNK steps; the mean objective."""
        return float(numpy.mean(self.trainer.advance(*next(self.chunks))))

    def check(self):
        """Ends the process unless the warm-up has learned something."""
        first, last = self.objectives[0], self.objectives[-1]
        if not (math.isfinite(last) and last < 0.7 * first):
            sys.exit(f'the objective does not fall: {first:.3f}, now {last:.3f} bits')

    def measure(self, start, end):
        """Trains from start to end, and up to one chunk longer."""
        time.sleep(max(0, start - time.monotonic()))
        clock = [time.monotonic()]
        while clock[-1] < end:
            self.objectives.append(self.advance())
            clock.append(time.monotonic())
        return {'clock': clock, 'chunk': CHUNK, 'batch': BATCH, 'steps': (len(clock) - 1) * CHUNK,
                'seconds': clock[-1] - clock[0],
                'ms_per_step': 1000 * (clock[-1] - clock[0]) / ((len(clock) - 1) * CHUNK),
                'objective': self.objectives[-1]}


def say(record):
    """Prints one JSON line."""
    print(json.dumps(record), flush=True)


def main(args, trainer, n_examples):
    """Warm-up, self check, measurements."""
    run = Run(trainer, n_examples)
    run.check()
    versions = {**trainer.versions, 'Python': platform.python_version()}
    say({'versions': versions, 'mode': args.mode, 'precision': args.precision,
         'shape': args.shape, 'threads': args.threads, 'K': args.K, 'warm_up_bits': run.objectives})
    if args.seconds:
        now = time.monotonic()
        say(run.measure(now, now + args.seconds))
        return
    for line in sys.stdin:
        say(run.measure(*map(float, line.split())))
