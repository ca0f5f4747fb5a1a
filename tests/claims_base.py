"""Files of results/reference and the statistics of claims about them."""

import csv
import math
import pathlib
import statistics

ROOT = pathlib.Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "results" / "reference"
TOP, INNER, CORE = "README.md", "results/reference/README.md", "core/README.md"
FAMILY = "results/reference/family/README.md"
COMPARED = "results/reference/family/compare.txt"
T95 = {3: 4.302653, 5: 2.776445, 10: 2.262157}  # Student's t, its 0.975 quantile for n values


def rows(name, **wanted):
    """The rows of a CSV file whose columns have these values; numbers as numbers."""

    def value(text):
        try:
            return float(text)
        except ValueError:
            return text

    with open(REFERENCE / name, newline="") as file:
        found = [{key: value(text) for key, text in row.items()} for row in csv.DictReader(file)]
    return [row for row in found if all(row[key] == wanted[key] for key in wanted)]


def column(found, name, scale=1.0):
    return [scale * row[name] for row in found]


# --- statistics ---


def interval(values):
    """Mean, and half the width of its 95 % interval."""
    half = T95[len(values)] * statistics.stdev(values) / math.sqrt(len(values))
    return statistics.mean(values), half


def t_tail(t, df):
    """P(|T| > t) of Student's t, by Simpson's rule."""
    n = 20000
    log_c = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - 0.5 * math.log(df * math.pi)

    def density(x):
        return math.exp(log_c - (df + 1) / 2 * math.log1p(x * x / df))

    h = abs(t) / n
    inner = sum((4 if i % 2 else 2) * density(i * h) for i in range(1, n))
    return 1.0 - 2.0 * h / 3.0 * (density(0.0) + inner + density(n * h))


def welch(a, b):
    va, vb = statistics.variance(a) / len(a), statistics.variance(b) / len(b)
    t = (statistics.mean(a) - statistics.mean(b)) / math.sqrt(va + vb)
    return t_tail(t, (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1)))


def holm(p):
    """Holm's corrected values of {name: p}."""
    corrected, least = {}, 0.0
    for i, name in enumerate(sorted(p, key=p.get)):
        least = max(least, min(1.0, (len(p) - i) * p[name]))
        corrected[name] = least
    return corrected
