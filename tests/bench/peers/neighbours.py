"""What else the machine does while contestants are measured."""

import os
import pathlib
import time


def all_processors_s():
    """Processor time of the whole machine since it started, with what its host took away: user,
    nice, system, irq, softirq and steal of proc(5)."""
    fields = pathlib.Path('/proc/stat').read_text().split('\n', 1)[0].split()[1:]
    user, nice, system, _, _, irq, soft, steal = map(int, fields[:8])
    return (user + nice + system + irq + soft + steal) / os.sysconf('SC_CLK_TCK')


class Watch:
    """The time from its making on."""

    def __init__(self, contestants):
        self.contestants = contestants
        self.load = os.getloadavg()[0]
        self.start = self.now()

    def now(self):
        """(clock, processor time of all, processor time of ours)."""
        own = os.times()
        ours = (own.user + own.system + own.children_user + own.children_system
                + sum(c.processor_s() for c in self.contestants))
        return time.monotonic(), all_processors_s(), ours

    def record(self):
        """The load average before, and how many processors others kept busy since."""
        clock, every, ours = (after - before for after, before in zip(self.now(), self.start))
        return {'load_average': self.load, 'others': (every - ours) / clock}
