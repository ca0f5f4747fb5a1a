#!/usr/bin/env python3
"""Holds what a sweep says of its codes' information against the truth, by quadrature.

    python3 tests/quadrature.py DATABASE LEAST

Of every job that is done, whose code is stochastic and of few numbers, which has all estimators,
and of which table `code` has the whole test split: I(Z;X) and I(X;Z|Y), X being uniform over the
split, and I(Z;Y), from the codes alone, in float64. Then

- what is exact must lie on its side of the truth, but for rounding;
- what is sampled may lie on the wrong side by 2.33 standard errors in 1 of 100 jobs, and the ends
  that are made of such estimates by two standard errors in 2.3 of 100, for each of these estimates:
  in so many jobs at most that right ones would be in more once in 1000 times;
- what is sampled must on average be what it is an estimate of: of its distance from that, in
  standard deviations, both by quadrature too, the mean over jobs is 0 within four of its own.

Estimates are those of table `bound`, and ends those of valid_bound and valid_residual_bound, before
information_plane cuts them where they cross. Jobs must draw apart from each other: by their seeds.

Needs numpy. Prints a table; the exit status is 1 when something is wrong, or there are fewer than
LEAST jobs.
"""

import json
import math
import pathlib
import sqlite3
import sys

import numpy as np

LN2 = math.log(2.0)
REACH = 5.5  # standard deviations: of a Gaussian of two numbers 3e-7 are beyond
ENOUGH = 1e-5  # bits: what halving the step may change of an example's truth
POINTS = 1000  # at a time, which fit a cache
ROUNDING = 2e-5  # bits: the program computes pairs in float32
SIGMAS, NOMINAL = 2.33, 0.01
END_NOMINAL = 0.0228  # two standard errors
BY_CHANCE = 1e-3


# --- the truth ---


class Codes:
    """p(z|x_i) = N(mu_i, L_i L_i^T), i < n, and the decoder q(y|z) = softmax(z W + b)."""

    def __init__(self, rows, decoder):
        self.label = np.array([row["label"] for row in rows])
        self.mu = np.array([json.loads(row["mu"]) for row in rows])
        self.n, self.K = self.mu.shape
        factor = np.array([json.loads(row["factor"]) for row in rows])
        diagonal, below = factor[:, : self.K], factor[:, self.K :]
        self.L = np.apply_along_axis(np.diag, 1, diagonal)
        if below.size > 0:
            self.L[:, *np.tril_indices(self.K, -1)] = below
        self.log_scale = np.log(diagonal).sum(1)
        self.inverse = np.linalg.inv(self.L)
        self.origin = np.einsum("ikl,il->ik", self.inverse, self.mu)
        self.W, self.b = (np.array(json.loads(decoder[part])) for part in ("weight", "bias"))

    def log_density(self, z):
        """[points, n], in nats, but for the constant that all codes share."""
        out = np.tile(-self.log_scale, (len(z), 1))
        for k in range(self.K):
            out -= 0.5 * (z @ self.inverse[:, k].T - self.origin[:, k]) ** 2
        return out

    def narrowest(self, i):
        """The least scale of any code, in standard deviations of code i."""
        return np.linalg.svd(self.inverse[i] @ self.L, compute_uv=False).min()


def grid(step, K):
    """Points of a standard normal [points, K], their weights, and which are there with twice the
    step."""
    most = int(REACH / step)
    at = np.array(np.meshgrid(*[np.arange(-most, most + 1)] * K)).reshape(K, -1).T
    square = (at**2).sum(1) * step**2
    near = square <= REACH**2
    return at[near] * step, np.exp(-0.5 * square[near]), (at[near] % 2 == 0).all(1)


def log_sum_exp(a):
    """[points], over columns, of which there may be none."""
    if a.shape[1] == 0:
        return np.full(len(a), -np.inf)
    top = a.max(1)
    return top + np.log(np.exp(a - top[:, None]).sum(1))


LESS_MIXTURE = " leave_one_out less mixture"  # by the same samples, and so far less uncertain
TERMS = ("izx mixture", "izx_y mixture", "izx leave_one_out", "izx_y leave_one_out")
TERMS += ("izx" + LESS_MIXTURE, "izx_y" + LESS_MIXTURE, "ce")


def terms(codes, i, eps):
    """Of example i where z = mu_i + L_i eps, in bits [TERMS, points]."""
    z = codes.mu[i] + eps @ codes.L[i].T
    log_ratio = codes.log_density(z)
    log_ratio -= log_ratio[:, [i]]
    others = np.arange(codes.n) != i
    whole, alone = [], []  # against all, and without the example itself
    for those in (others, others & (codes.label == codes.label[i])):
        m, log_sum = those.sum(), log_sum_exp(log_ratio[:, those])
        whole.append(math.log(m + 1) - np.logaddexp(0.0, log_sum))
        alone.append(math.log(m) - log_sum if m > 0 else np.zeros(len(z)))
    logits = z @ codes.W + codes.b
    ce = log_sum_exp(logits) - logits[:, codes.label[i]]
    return np.array([*whole, *alone, *np.subtract(alone, whole), ce]) / LN2


def moments(codes, i):
    """Of terms given x_i: mean, variance, and the mean that twice the step makes."""
    # twice the narrowest code's scale, so that at the start no code lies between the points unseen
    step = min(0.5, 2.0 ** math.floor(1.0 + math.log2(codes.narrowest(i))))
    while True:
        eps, weight, coarse = grid(step, codes.K)
        parts = range(0, len(eps), POINTS)
        values = np.hstack([terms(codes, i, eps[at : at + POINTS]) for at in parts])
        mean = np.average(values, 1, weight)
        doubled = np.average(values[:, coarse], 1, weight[coarse])
        if np.abs(mean - doubled)[:2].max() <= ENOUGH:
            return mean, np.average((values - mean[:, None]) ** 2, 1, weight), doubled
        step /= 2


class Truth:
    """In bits: of I(Z;X), I(X;Z|Y), I(Z;Y) and H(Y); and of the estimates that take one sample of
    each code, what they are on average and their standard deviation."""

    def __init__(self, codes):
        mean, variance, doubled = np.mean([moments(codes, i) for i in range(codes.n)], 0)
        self.izx, self.izx_y = mean[:2]
        self.izy = self.izx - self.izx_y  # E log p(z|y) / p(z)
        self.error = np.abs(mean - doubled)[:2].max()
        share = np.bincount(codes.label) / codes.n
        self.h_y = -(share[share > 0] * np.log2(share[share > 0])).sum()
        self.average = dict(zip(TERMS, mean))
        self.average["izy_lower"] = self.h_y - self.average["ce"]
        self.deviation = dict(zip(TERMS, np.sqrt(variance / codes.n)))
        self.deviation["izy_lower"] = self.deviation["ce"]

    def off(self, name, bits):
        """Distance from the average in standard deviations, and no more where rounding is more."""
        return (bits - self.average[name]) / math.hypot(self.deviation[name], ROUNDING)


def pair(L, mu):
    """Codes at 0 and mu."""
    factor = json.dumps([*np.diag(L), *L[np.tril_indices(len(L), -1)]])
    rows = [{"label": i, "mu": json.dumps((i * mu).tolist()), "factor": factor} for i in range(2)]
    decoder = {"weight": json.dumps([[0.0, 0.0]] * len(L)), "bias": "[0.0, 0.0]"}
    return Codes(rows, decoder)


def check_quadrature():
    """Two codes that are 2a standard deviations apart, in whatever direction, tell as much as the
    sign of what is +-a plus noise."""
    correlated = np.array([[0.5, 0.0], [1.0, 2.0]])
    for a, bits in ((0.5, 0.160747), (1.0, 0.485944), (2.0, 0.912822), (3.0, 0.994447)):
        for L, direction in ((np.eye(1), [1.0]), (correlated, [0.6, 0.8])):
            got = Truth(pair(L, L @ direction * (2 * a))).izx
            if not abs(got - bits) <= 5e-6:
                sys.exit(f"quadrature: {got} bits where a = {a}, not {bits}")


# --- what the database says, by what may be said of it ---


class Line:
    """One statement about many jobs."""

    def __init__(self, nominal):
        self.nominal, self.wrong = nominal, 0
        self.excess, self.in_se, self.off = [], [], []

    def most(self):
        return allowed(len(self.excess), self.nominal)

    def right(self):
        unbiased = not self.off or abs(np.mean(self.off)) <= 4.0 / math.sqrt(len(self.off))
        return unbiased and self.wrong <= self.most()

    def __str__(self):
        text = f"{max(len(self.excess), len(self.off)):5}"
        if self.in_se:
            text += f"{self.wrong:7}{self.most():9}{max(self.in_se):13.2f} se"
        elif self.excess:
            text += f"{self.wrong:7}{self.most():9}{max(self.excess):11.1g} bits"
        else:
            text += " " * 32
        if self.off:
            text += f"{np.mean(self.off):12.3f} +- {1.0 / math.sqrt(len(self.off)):.3f}"
        return text if self.right() else text + "  WRONG"


class Table:
    def __init__(self):
        self.lines = {}

    def line(self, name, side, nominal):
        return self.lines.setdefault(f"{side}: {name}", Line(nominal))

    def exact(self, name, side, bits, truth, nominal=0.0):
        excess = bits - truth if side == "lower" else truth - bits
        line = self.line(name, side, nominal)
        line.wrong += not excess <= ROUNDING
        line.excess.append(excess)

    def sampled(self, name, side, bits, se, truth, off=None):
        excess = bits - truth if side == "lower" else truth - bits
        line = self.line(name, side, NOMINAL)
        line.wrong += not excess <= SIGMAS * se + ROUNDING
        line.excess.append(excess)
        line.in_se.append(excess / (se + ROUNDING))
        if off is not None:
            line.off.append(off)

    def unbiased(self, name, off):
        self.lines.setdefault(name, Line(0.0)).off.append(off)

    def print(self):
        print(f"{'':52} jobs  wrong  at most  largest excess   off, deviations")
        for name, line in sorted(self.lines.items()):
            print(f"{name:52}{line}")
        return sum(not line.right() for line in self.lines.values())


def allowed(n, p):
    """The least number that n chances of p each are above once in 1000 times at most."""
    tail, term = 1.0, (1.0 - p) ** n
    for k in range(n):
        tail -= term
        if tail <= BY_CHANCE:
            return k
        term *= (n - k) / (k + 1) * p / (1.0 - p)
    return n


def add_bounds(table, truth, bounds, n):
    for row in bounds:
        name, side, bits, part = row["estimator"], row["side"], row["bits"], row["n"] < n
        name = f"{row['quantity']} {name}"
        true = getattr(truth, row["quantity"])
        if row["estimator"] in ("mixture", "leave_one_out"):
            off = None if part else truth.off(name, bits)
            table.sampled(name + " of a part" * part, side, bits, row["se"], true, off)
        elif not part:
            table.exact(name, side, bits, true)
        elif side == "lower":
            table.sampled(name + " of a part", side, bits, row["se"], true)
        if row["estimator"] in ("mixture", "pairwise_kl", "pairwise_bhattacharyya"):
            table.exact(f"{name}, against its cap", "lower", bits, row["cap"])
    whole = {(row["quantity"], row["estimator"]): row for row in bounds if row["n"] == n}
    for quantity in {quantity for quantity, _ in whole}:
        mixture, others = (whole[quantity, name] for name in ("mixture", "leave_one_out"))
        table.exact(f"cap of {quantity}", "upper", mixture["cap"], getattr(truth, quantity))
        name = quantity + LESS_MIXTURE
        table.unbiased(name, truth.off(name, others["bits"] - mixture["bits"]))


def add_result(table, truth, result):
    bits, se = result["izy_lower"], result["izy_lower_se"]
    table.sampled("izy_lower", "lower", bits, se, truth.izy, truth.off("izy_lower", bits))
    rate, se, name = result["izx_upper"], result["izx_upper_se"], result["model_marginal"]
    if result["izx_y_upper"] is not None:
        table.exact("izx_y by b(z|y)", "upper", result["izx_y_upper"], truth.izx_y)
    if rate is not None and se is None:
        table.exact(f"rate, {name} r(z)", "upper", rate, truth.izx)
    elif rate is not None:
        table.sampled(f"rate, {name} r(z)", "upper", rate, se, truth.izx)


# How many sampled estimates an end is made of at most: of the whole split, of a part of it.
END_OF = {
    ("izx", "lower"): (1, 2),  # mixture; pairwise_bhattacharyya
    ("izx", "upper"): (2, 2),  # leave_one_out, rate
    ("izx_y", "lower"): (2, 4),  # those within classes, those of I(Z;X)
    ("izx_y", "upper"): (4, 4),  # leave_one_out within classes, those of I(Z;X), izy_lower
}


def add_ends(table, truth, ends, part):
    for row in ends:
        nominal = END_OF[row["quantity"], row["side"]][part] * END_NOMINAL
        name, true = row["quantity"] + " end" + " of a part" * part, getattr(truth, row["quantity"])
        table.exact(name, row["side"], row["bits"], true, nominal)


# --- the database ---

JOBS = """
SELECT job.id AS id, K, seed, model_marginal, result.* FROM job JOIN setting ON setting.job = job.id
JOIN result ON result.job = job.id AND split = 'test' JOIN method ON method.name = setting.method
WHERE state = 'done' AND method.stochastic AND result.n = (SELECT count(*) FROM code WHERE job = id)
ORDER BY job.id"""
ENDS = " UNION ALL ".join(
    f"""
SELECT '{quantity}' AS quantity, side, iif(side = 'lower', max(bits), min(bits)) AS bits
FROM {view} WHERE job = :job AND split = 'test' AND bits IS NOT NULL GROUP BY side"""
    for quantity, view in (("izx", "valid_bound"), ("izx_y", "valid_residual_bound"))
)


def check_job(table, db, job):
    def rows(query):
        return db.execute(query, {"job": job["id"]}).fetchall()

    (decoder,) = rows("SELECT * FROM decoder WHERE job = :job")
    codes = Codes(rows("SELECT * FROM code WHERE job = :job ORDER BY example"), decoder)
    bounds = rows("SELECT * FROM bound WHERE job = :job AND split = 'test'")
    truth = Truth(codes)
    add_bounds(table, truth, bounds, codes.n)
    add_result(table, truth, job)
    add_ends(table, truth, rows(ENDS), any(row["n"] < codes.n for row in bounds))
    return truth


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__.strip())
    path, least = pathlib.Path(arguments[0]), int(arguments[1])
    db = sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    jobs, table, truths = db.execute(JOBS).fetchall(), Table(), []
    if len({job["seed"] for job in jobs}) < len(jobs):
        sys.exit(f"{path}: two jobs have the same seed, and so the same random numbers")
    if len(jobs) < max(least, 1):
        sys.exit(f"{path}: {len(jobs)} jobs to check, fewer than {least}")
    check_quadrature()
    for job in jobs:
        truths.append(check_job(table, db, job))
    wrong = table.print()
    izx, error = [truth.izx for truth in truths], max(truth.error for truth in truths)
    print(f"{len(jobs)} jobs, I(Z;X) of {min(izx):.2f} to {max(izx):.2f} bits,", end=" ")
    print(f"of which half the step of quadrature changes {error:.1g}")
    print(f"{wrong} of these lines are WRONG" if wrong else "all is as it should be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
