"""What is compared: a setting of a peer, and the program itself, on all processors."""

import contextlib
import json
import os
import pathlib
import select
import sqlite3
import subprocess
import tempfile
import time

import environment

HERE = pathlib.Path(__file__).resolve().parent
SCRIPTS = {'PyTorch': 'torch_vib.py', 'JAX': 'jax_vib.py'}
START_LIMIT_S = 300  # to import, compile and warm up
LEAD_S = 0.2  # between telling processes to start and the start
EPOCH, BATCH = 10000, 100  # examples, as in the configurations


class Failed(Exception):
    """A contestant could not be measured; the reason."""


def last_line(path):
    """Of a log."""
    lines = path.read_text(errors='replace').strip().splitlines()
    return lines[-1] if lines else 'no message'


class Process:
    """One training process of a peer."""

    def __init__(self, command, env, log):
        self.log = log
        with open(log, 'w') as errors:
            self.child = subprocess.Popen(command, env=env, stdin=subprocess.PIPE,
                                          stdout=subprocess.PIPE, stderr=errors)

    def reply(self, limit_s):
        """The next JSON line, of which there is never more than one to come."""
        if not select.select([self.child.stdout], [], [], limit_s)[0]:
            raise Failed(f'no answer within {limit_s:.0f} s')
        line = self.child.stdout.readline()
        if not line:
            self.child.wait()
            raise Failed(last_line(self.log))
        return json.loads(line)

    def tell(self, line):
        """Sends a line."""
        try:
            self.child.stdin.write(line.encode() + b'\n')
            self.child.stdin.flush()
        except BrokenPipeError:
            raise Failed(last_line(self.log)) from None

    def close(self):
        """Ends it."""
        self.child.kill()
        self.child.communicate()


def steps_at(measured, moment):
    """Steps taken up to a point in time, by interpolation between looks at the clock."""
    clock, chunk = measured['clock'], measured['chunk']
    for i in range(1, len(clock)):
        if moment <= clock[i]:
            return chunk * (i - 1 + (moment - clock[i - 1]) / (clock[i] - clock[i - 1]))
    return chunk * (len(clock) - 1)


def common_rates(measurements):
    """Examples/s of each process in the time in which all of them trained."""
    start = max(m['clock'][0] for m in measurements)
    end = min(m['clock'][-1] for m in measurements)
    return [m['batch'] * (steps_at(m, end) - steps_at(m, start)) / (end - start)
            for m in measurements]


def sample(rates, batch):
    """A measurement from the examples/s of each process or job."""
    ms = [1000 * batch / rate for rate in rates]
    return {'examples_per_s': sum(rates), 'ms_per_step': sum(ms) / len(ms)}


class Peer:
    """A framework in one mode and precision, with several processes of as many threads each."""

    def __init__(self, framework, mode, precision, processes, threads, shape='mnist'):
        self.framework, self.mode, self.precision = framework, mode, precision
        self.shape = shape
        self.processes, self.threads = processes, threads
        self.running = []
        self.about = None

    def command(self, python, cpus):
        """Command line of the process on these processors."""
        script = HERE / SCRIPTS[self.framework]
        return [str(python), '-B', str(script), '--mode', self.mode, '--precision', self.precision,
                '--shape', self.shape, '--cpus', ','.join(map(str, cpus)), '--serve']

    def start(self, python, cpus, work):
        """Starts the processes, each on its own processors; they are warm when this returns."""
        env = {**os.environ, **environment.MALLOC,
               'TORCHINDUCTOR_CACHE_DIR': str(work / 'inductor')}
        name = f'{self.framework}-{self.mode}-{self.precision}-{self.threads}-{self.shape}'
        for i in range(self.processes):
            command = self.command(python, cpus[i * self.threads:(i + 1) * self.threads])
            self.running.append(Process(command, env, work / f'{name}-{i}.log'))
        for process in self.running:
            self.about = process.reply(START_LIMIT_S)

    def measure(self, seconds):
        """Lets all processes train at the same time."""
        start = time.monotonic() + LEAD_S
        for process in self.running:
            process.tell(f'{start} {start + seconds}')
        measured = [process.reply(10 * seconds + 60) for process in self.running]
        return sample(common_rates(measured), measured[0]['batch'])

    def processor_s(self):
        """Processor time of the processes so far, in which nobody has waited for them yet."""
        ticks = 0
        for process in self.running:
            fields = pathlib.Path(f'/proc/{process.child.pid}/stat').read_text().rsplit(')', 1)[1]
            ticks += sum(map(int, fields.split()[11:13]))
        return ticks / os.sysconf('SC_CLK_TCK')

    def close(self):
        """Ends the processes."""
        for process in self.running:
            process.close()
        self.running = []


class Ours:
    """vib-sweep with so many jobs on so many cores. Its rate is that of its training steps, the first
    ones included, as its database has it."""

    framework, mode = 'vib-sweep', None

    def __init__(self, program, precision, processes, threads, work, shape='mnist'):
        self.program, self.precision, self.shape = program, precision, shape
        self.processes, self.threads = processes, threads
        self.work = work
        self.epochs = 1
        self.about = None

    def command(self, db):
        """Command line of a sweep into a new database."""
        seeds = ', '.join(map(str, range(self.processes)))
        return [self.program, HERE / f'{self.shape}.yaml', '--db', db, '-q',
                '-j', str(self.processes * self.threads),
                '--set', f'train.precision={self.precision}', '--set', f'seed=[{seeds}]',
                '--set', f'train.epochs={self.epochs}']

    def measure(self, _seconds):
        """Runs the jobs, all at the same time."""
        with tempfile.TemporaryDirectory(dir=self.work) as folder:
            db = pathlib.Path(folder, 'ours.db')
            done = subprocess.run(self.command(db), stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, text=True)
            if done.returncode != 0:
                raise Failed(done.stderr.strip())
            jobs = self.read(db)
        return sample([examples / train_s for examples, train_s in jobs], BATCH)

    def read(self, db):
        """(examples, seconds in training steps) of each job."""
        with contextlib.closing(sqlite3.connect(db)) as connection:
            run = connection.execute('SELECT version, build, libraries FROM run')
            self.about = run.fetchone()
            return connection.execute('SELECT examples, train_s FROM job').fetchall()

    def fit(self, seconds):
        """Trains for an epoch and sets the number of epochs that takes about `seconds`."""
        one = self.measure(None)
        epoch_s = EPOCH * self.processes / one['examples_per_s']
        self.epochs = max(1, round(seconds / epoch_s))

    @staticmethod
    def processor_s():
        """Every process that ran was waited for."""
        return 0

    def close(self):
        """Nothing is left running."""
