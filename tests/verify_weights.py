#!/usr/bin/env python3
"""Recomputes what a sweep stored of a job from the job's exported weights.

    VIB_SWEEP_DATA=FOLDER python3 tests/verify_weights.py DATABASE [JOB]

The job (its id; the first one that has weights, if none is named) must have been trained on MNIST
or another data set of IDX files, with save.weights: true. Everything is computed here anew, in
float64 and with other random numbers: values that do not depend on any must agree to 1e-4, the
others within 4 standard errors, in a small split within what repetitions show. The test split is
used whole, so estimators made from a part of it are left out. Takes seconds where K is small and
minutes where it is 256.

Needs numpy; the safetensors package is tried too where it is installed. Prints a table; the exit
status is 1 when a value disagrees.
"""

import concurrent.futures
import gzip
import json
import os
import pathlib
import sqlite3
import struct
import sys

import numpy as np

EXACT = 1e-4  # relative: what float32 in the program may change
REPEATS = 4  # of everything that is drawn at random here
SIGMAS = 4  # 6e-5 of all right values are further away
SMALL = 1000  # up to so many examples means are not yet normal, and this is repeated
SMALL_REPEATS = 100  # times; right values are not twice as far away as the farthest of these
BLOCK = 500  # examples at a time, against as many others
LN2 = np.log(2.0)


# --- reading ---


def read_safetensors(path):
    """The tensors of a file, in float64, and its metadata."""
    data = pathlib.Path(path).read_bytes()
    (header_bytes,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + header_bytes])
    metadata = header.pop("__metadata__")
    body = data[8 + header_bytes :]
    tensors, end = {}, 0
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        if entry["dtype"] != "F32" or first != end:
            sys.exit(f"{path}: {name} is no float32, or does not follow the tensor before it")
        values = np.frombuffer(body[first:last], "<f4").reshape(entry["shape"])
        tensors[name], end = values.astype(np.float64), last
    if end != len(body):
        sys.exit(f"{path}: there are {len(body)} bytes of tensors, but {end} are described")
    return tensors, metadata


def safetensors_package_agrees(path, tensors, metadata):
    try:
        from safetensors import safe_open
    except ImportError:
        return None
    with safe_open(path, "numpy") as file:
        return (
            file.metadata() == metadata
            and set(file.keys()) == set(tensors)
            and all(np.array_equal(file.get_tensor(name), tensors[name]) for name in tensors)
        )


def read_idx(folder, stem):
    raw = folder / stem
    data = raw.read_bytes() if raw.exists() else gzip.open(folder / f"{stem}.gz").read()
    dimensions = data[3]
    shape = struct.unpack(f">{dimensions}I", data[4 : 4 + 4 * dimensions])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def test_split(job):
    folder = pathlib.Path(os.environ.get("VIB_SWEEP_DATA", "data")) / job["dataset_name"]
    labels = read_idx(folder, "t10k-labels-idx1-ubyte")
    images = read_idx(folder, "t10k-images-idx3-ubyte")
    n = job["dataset_n_test"] or len(labels)
    return images[:n].reshape(n, -1) * (2.0 / 255.0) - 1.0, labels[:n].astype(int)


# --- the model ---


class Codes:
    """p(z|x_i) = N(mu_i, L_i L_i^T). factor is s = diag(L) [n, K], or L [n, K, K], or None."""

    def __init__(self, head, K, covariance, noise_scale):
        self.n, self.K = len(head), K
        self.mu, rho, lower = head[:, :K], head[:, K : 2 * K], head[:, 2 * K :]
        self.full = covariance == "full"
        self.factor = None
        if covariance is not None:
            s = np.logaddexp(0.0, rho - 5.0)
            if noise_scale is not None:
                s = np.full_like(self.mu, noise_scale)
            self.log_scale = np.log(s).sum(1)
            self.factor = np.apply_along_axis(np.diag, 1, s) if self.full else s
        if self.full:
            self.factor[:, *np.tril_indices(K, -1)] = 0.01 * lower

    def stored_factor(self):
        """As table code has it: the diagonal, then what is below it."""
        if not self.full:
            return np.zeros((self.n, 0)) if self.factor is None else self.factor
        below = self.factor[:, *np.tril_indices(self.K, -1)]
        return np.hstack([np.diagonal(self.factor, axis1=1, axis2=2), below])

    def sample(self, rng):
        if self.factor is None:
            return self.mu
        return self.at(rng.standard_normal((self.n, self.K)))

    def at(self, eps):
        if self.full:
            return self.mu + np.einsum("ikl,il->ik", self.factor, eps)
        return self.mu + self.factor * eps

    def covariance(self):
        """[n, K, K], or its diagonal [n, K]."""
        return self.factor @ self.factor.transpose(0, 2, 1) if self.full else self.factor**2


def encode(x, tensors, job):
    hidden = json.loads(job["model_hidden"])
    for i in range(len(hidden)):
        x = x @ tensors[f"encoder.{i}.weight"] + tensors[f"encoder.{i}.bias"]
        x = np.maximum(x, 0.0) if job["model_activation"] == "relu" else np.tanh(x)
    head = x @ tensors["encoder.head.weight"] + tensors["encoder.head.bias"]
    covariance = job["model_covariance"]  # NULL where the code is a point
    return Codes(head, job["K"], covariance, job["model_noise_scale"])


def decode(z, tensors):
    """q(y|z) [n, classes]."""
    logits = z @ tensors["decoder.weight"] + tensors["decoder.bias"]
    q = np.exp(logits - logits.max(1, keepdims=True))
    return q / q.sum(1, keepdims=True)


# --- estimators: each gives one term in bits per example ---


def cross_entropy(q, labels):
    return -np.log2(q[np.arange(len(labels)), labels])


def classification(codes, tensors, labels, samples, rng):
    """Terms of error, ce, error_mc and ce_mc."""
    q = np.array([decode(codes.sample(rng), tensors) for _ in range(samples)])
    wrong = [(p.argmax(1) != labels).astype(float) for p in (q[0], q.mean(0))]
    return {
        "error": wrong[0],
        "ce": cross_entropy(q[0], labels),
        "error_mc": wrong[1],
        "ce_mc": cross_entropy(q.mean(0), labels),
    }


def rate(codes):
    trace = (codes.factor**2).reshape(codes.n, -1).sum(1)
    return (0.5 * ((codes.mu**2).sum(1) + trace - codes.K) - codes.log_scale) / LN2


def rate_of_diagonal(codes, mean, scale):
    """Against N(mean, diag(scale)^2)."""
    variance = codes.covariance()
    if codes.full:
        variance = np.diagonal(variance, axis1=1, axis2=2)
    terms = ((codes.mu - mean) ** 2 + variance) / scale**2 - 1.0 + 2.0 * np.log(scale)
    return (0.5 * terms.sum(1) - codes.log_scale) / LN2


def components(tensors, job):
    """Of a mixture r(z): ln pi [M], and means and scales [M, K]."""
    if job["model_marginal"] == "vamp":
        codes = encode(tensors["marginal.pseudo_inputs"], tensors, job)
        return np.full(codes.n, -np.log(codes.n)), codes.mu, codes.factor
    logit = tensors["marginal.logit"][0]
    log_pi = logit - logit.max() - np.log(np.exp(logit - logit.max()).sum())
    return log_pi, tensors["marginal.mean"], np.exp(tensors["marginal.log_scale"])


def sampled_rate(codes, log_pi, mean, scale, rng):
    """One sample of z for each code."""
    eps = rng.standard_normal((codes.n, codes.K))
    z, log_r = codes.at(eps), np.empty(codes.n)
    for at in blocks(codes.n):
        square = (((z[at, None] - mean) / scale) ** 2).sum(2)
        log_r[at] = log_mean_exp(log_pi - np.log(scale).sum(1) - 0.5 * square, 1)
    return (-0.5 * (eps**2).sum(1) - codes.log_scale - log_r) / LN2


def check_rate(table, stored, codes, tensors, job, samples, rng):
    marginal = job["model_marginal"]
    if marginal is None:
        table.holds("no rate", stored is None)
    elif marginal == "standard":
        table.exact("izx_upper", stored, rate(codes).mean())
    elif marginal == "diagonal":
        mean, log_scale = (tensors[f"marginal.{part}"][0] for part in ("mean", "log_scale"))
        table.exact("izx_upper", stored, rate_of_diagonal(codes, mean, np.exp(log_scale)).mean())
    else:
        r = components(tensors, job)
        runs = [
            np.mean([sampled_rate(codes, *r, rng) for _ in range(samples)], 0)
            for _ in repeats_of(codes.n)
        ]
        table.random("izx_upper", stored, np.array(runs))


def moment_matched(codes):
    covariance, centred = codes.covariance(), codes.mu - codes.mu.mean(0)
    if not codes.full:
        covariance = np.apply_along_axis(np.diag, 1, covariance.mean(0)[None])
    C = centred.T @ centred / codes.n + covariance.mean(0)
    inverse = np.linalg.inv(C)
    if codes.full:
        trace = np.einsum("ikl,kl->i", codes.covariance(), inverse)
    else:
        trace = codes.covariance() @ np.diag(inverse)
    square = np.einsum("ik,kl,il->i", centred, inverse, centred)
    log_det = np.linalg.slogdet(C)[1]
    return (0.5 * (trace + square - codes.K + log_det) - codes.log_scale) / LN2


class Quadratic:
    """E[(v - mu_j)^T P_j (v - mu_j)], P_j the inverse covariance of code j, as matrix products of
    the moments E[v v^T] and E[v] with tables made once."""

    def __init__(self, codes):
        self.full, self.n = codes.full, codes.n
        self.centre = codes.mu.mean(0)
        mu = codes.mu - self.centre
        P = np.linalg.inv(codes.covariance()) if codes.full else 1.0 / codes.covariance()
        P_mu = np.einsum("ikl,il->ik", P, mu) if codes.full else P * mu
        self.second, self.first = P.reshape(self.n, -1), -2.0 * P_mu
        self.constant = (P_mu * mu).sum(1)

    def __call__(self, mean, covariance):
        v = mean - self.centre
        second = np.einsum("ik,il->ikl", v, v) if self.full else v**2
        second = (second + covariance).reshape(len(v), -1)
        return second @ self.second.T + v @ self.first.T + self.constant


def blocks(n):
    return [slice(i, min(i + BLOCK, n)) for i in range(0, n, BLOCK)]


def log_mean_exp(a, n):
    top = a.max(1, keepdims=True)
    return (np.log(np.exp(a - top).sum(1, keepdims=True)) + top)[:, 0] - np.log(n)


def sampled(codes, quadratic, rng):
    """Terms of mixture and leave_one_out."""
    z, terms = codes.sample(rng), {"mixture": [], "leave_one_out": []}
    for block in blocks(codes.n):
        log_p = -0.5 * quadratic(z[block], 0.0) - codes.log_scale
        rows, own = np.arange(len(log_p)), np.arange(codes.n)[block]
        log_own = log_p[rows, own]
        terms["mixture"].append(log_own - log_mean_exp(log_p, codes.n))
        if codes.n > 1:
            log_p[rows, own] = -np.inf
            terms["leave_one_out"].append(log_own - log_mean_exp(log_p, codes.n - 1))
    return {name: np.concatenate(parts) / LN2 for name, parts in terms.items() if parts}


def pairwise_kl(codes, quadratic):
    terms, covariance = [], codes.covariance()
    for block in blocks(codes.n):
        expected = quadratic(codes.mu[block], covariance[block])
        own = codes.log_scale[block, None]
        kl = 0.5 * (expected - codes.K) + codes.log_scale - own
        terms.append(-log_mean_exp(-kl, codes.n))
    return np.concatenate(terms) / LN2


def bhattacharyya_diagonal(codes, a, b):
    mu, variance = codes.mu, codes.factor**2
    square, log_sum, product = 0.0, 0.0, 1.0
    for k in range(codes.K):
        total = variance[a, k, None] + variance[b, k]
        square += (mu[a, k, None] - mu[b, k]) ** 2 / total
        product = product * total
        if k % 16 == 15 or k == codes.K - 1:  # a logarithm costs more than a product
            log_sum, product = log_sum + np.log(product), 1.0
    return 0.25 * square + 0.5 * (log_sum - codes.K * LN2)


def bhattacharyya_full(codes, covariance, a, b):
    """Cholesky factor C and y = C^-1 (mu_a - mu_b) of all pairs at once, entry by entry."""
    C, y, distance = {}, [], 0.0
    for k in range(codes.K):
        rest = codes.mu[a, k, None] - codes.mu[b, k]
        for l in range(k + 1):
            entry = 0.5 * (covariance[a, k, l, None] + covariance[b, k, l])
            entry = entry - sum(C[k, m] * C[l, m] for m in range(l))
            C[k, l] = np.sqrt(entry) if l == k else entry / C[l, l]
            rest = rest - C[k, l] * y[l] if l < k else rest / C[k, k]
        y.append(rest)
        distance = distance + 0.125 * rest**2 + np.log(C[k, k])
    return distance


def pairwise_bhattacharyya(codes):
    covariance, total = codes.covariance(), np.zeros(codes.n)

    def sums(pair):
        a, b = pair
        if codes.full:
            distance = bhattacharyya_full(codes, covariance, a, b)
        else:
            distance = bhattacharyya_diagonal(codes, a, b)
        own = codes.log_scale[a, None] + codes.log_scale[b]
        e = np.exp(0.5 * own - distance)
        return a, e.sum(1), b, e.sum(0)

    parts = blocks(codes.n)
    pairs = [(a, b) for i, a in enumerate(parts) for b in parts[i:]]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for a, rows, b, columns in pool.map(sums, pairs):
            total[a] += rows
            if a != b:
                total[b] += columns
    return -np.log2(total / codes.n)


# --- comparing ---


class Table:
    def __init__(self):
        self.wrong = 0
        print(f"{'':34}{'stored':>14}{'computed':>14}{'tolerance':>12}")

    def compare(self, name, stored, computed, tolerance):
        if stored is None:  # how the database has what is not finite
            right = not np.isfinite(computed)
        else:
            right = abs(stored - computed) <= tolerance
        self.wrong += not right
        shown = "NULL" if stored is None else f"{stored:.7g}"
        verdict = "" if right else "  WRONG"
        print(f"{name:34}{shown:>14}{computed:>14.7g}{tolerance:>12.2g}{verdict}")

    def exact(self, name, stored, computed):
        self.compare(name, stored, computed, EXACT * max(abs(computed), EXACT))

    def holds(self, name, right):
        self.wrong += not right
        print(f"{name:34}{'as it should be' if right else 'WRONG':>28}")

    def random_se(self, name, stored, repeats):
        """Standard errors of repeats [repeats, n]: one of n values varies by the root of
        (kurtosis - 1) / 4n of itself, and the program's was made of other random numbers."""
        each = np.array([standard_error(terms) for terms in repeats])
        deviation = repeats - repeats.mean()
        tolerance = 0.0
        if repeats.shape[1] <= SMALL:
            tolerance = farthest(each)
        elif deviation.any():
            kurtosis = ((deviation / deviation.std()) ** 4).mean()
            tolerance = SIGMAS * each.mean() * np.sqrt((kurtosis - 1.0) / 4 / repeats.shape[1])
        self.compare(name, stored, each.mean(), tolerance + EXACT)

    def random(self, name, stored, repeats):
        """repeats [repeats, n] are terms of this script's own; those of the program vary as much
        about the same means, one per example, but were drawn once."""
        n = repeats.shape[1]
        least = 2.0 / n if name.startswith("error") else EXACT  # ties; rounding
        if n <= SMALL:
            tolerance = farthest(repeats.mean(1))
        else:
            variance = repeats.var(0, ddof=1).mean() / n * (1.0 + 1.0 / len(repeats))
            tolerance = SIGMAS * np.sqrt(variance)
        self.compare(name, stored, repeats.mean(), tolerance + least)


def farthest(values):
    return 2.0 * np.abs(values - values.mean()).max()


def standard_error(terms):
    """NaN of a single term, which tells nothing of others."""
    return terms.std(ddof=1) / np.sqrt(len(terms)) if len(terms) > 1 else np.nan


def repeats_of(n):
    return range(SMALL_REPEATS if n <= SMALL else REPEATS)


def check_result(table, result, codes, tensors, labels, job, samples, rng):
    repeats = repeats_of(codes.n)
    runs = [classification(codes, tensors, labels, samples, rng) for _ in repeats]
    terms = {name: np.array([run[name] for run in runs]) for name in runs[0]}
    share = np.bincount(labels) / len(labels)
    h_y = -(share[share > 0] * np.log2(share[share > 0])).sum()
    table.exact("h_y", result["h_y"], h_y)
    for name in terms:
        table.random(name, result[name], terms[name])
    at_mean = (decode(codes.mu, tensors).argmax(1) != labels).mean()
    table.compare("error_mu", result["error_mu"], at_mean, 2.0 / codes.n)  # ties
    table.random("izy_lower", result["izy_lower"], h_y - terms["ce"])
    table.random("izy_mc", result["izy_mc"], h_y - terms["ce_mc"])
    table.random_se("izy_lower_se", result["izy_lower_se"], terms["ce"])
    check_rate(table, result["izx_upper"], codes, tensors, job, samples, rng)


def check_bounds(table, bounds, codes, rng):
    def exact(name, make):
        if name in bounds:
            terms = make()
            table.exact(f"bound {name}", bounds[name]["bits"], terms.mean())
            table.exact(f"bound {name}, se", bounds[name]["se"], standard_error(terms))

    exact("rate", lambda: rate(codes))
    exact("moment_matched", lambda: moment_matched(codes))
    quadratic = Quadratic(codes)
    runs = [sampled(codes, quadratic, rng) for _ in repeats_of(codes.n)]
    for name in (name for name in runs[0] if name in bounds):
        terms = np.array([run[name] for run in runs])
        table.random(f"bound {name}", bounds[name]["bits"], terms)
        table.random_se(f"bound {name}, se", bounds[name]["se"], terms)
    exact("pairwise_kl", lambda: pairwise_kl(codes, quadratic))
    exact("pairwise_bhattacharyya", lambda: pairwise_bhattacharyya(codes))


def check_codes(table, rows, decoder, codes, tensors, labels):
    n = len(rows)
    if n == 0:
        return
    for name, values in (("mu", codes.mu), ("factor", codes.stored_factor())):
        stored = [json.loads(row[name]) for row in rows]
        right = {len(numbers) for numbers in stored} == {values.shape[1]}
        right = right and np.allclose(stored, values[:n], EXACT, EXACT)
        table.holds(f"code.{name} of {n} examples", right)
    table.holds("code.label", [row["label"] for row in rows] == labels[:n].tolist())
    for name in ("weight", "bias"):
        same = np.array_equal(
            np.float32(json.loads(decoder[name])), np.float32(tensors[f"decoder.{name}"])
        )
        table.holds(f"decoder.{name}", same)


# --- the database ---


def find_job(db, job):
    query = "SELECT * FROM job JOIN setting ON setting.job = job.id"
    query += " WHERE state = 'done' AND weights IS NOT NULL"
    query += " AND dataset_name <> 'mixture'" if job is None else " AND id = ?"
    row = db.execute(query + " ORDER BY id", () if job is None else (job,)).fetchone()
    return row or sys.exit("no such job that is done, with weights, on a data set of files")


def main(arguments):
    if len(arguments) not in (1, 2):
        sys.exit(__doc__.strip())
    path = pathlib.Path(arguments[0])
    db = sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    job = find_job(db, arguments[1] if len(arguments) == 2 else None)

    def rows(query):
        return db.execute(query, (job["id"],)).fetchall()

    weights = path.parent / job["weights"]
    tensors, metadata = read_safetensors(weights)
    x, labels = test_split(job)
    codes = encode(x, tensors, job)
    (result,) = rows("SELECT * FROM result WHERE job = ? AND split = 'test'")
    bounds = rows("SELECT * FROM bound WHERE job = ? AND split = 'test' AND quantity = 'izx'")
    whole = {row["estimator"]: row for row in bounds if row["n"] == codes.n}
    decoder = rows("SELECT * FROM decoder WHERE job = ?")
    kept = rows("SELECT * FROM code WHERE job = ? ORDER BY example")

    print(f"job {job['id']}: {weights}, test split of {job['dataset_name']}")
    rng = np.random.default_rng(20170101)
    table = Table()
    agrees = safetensors_package_agrees(weights, tensors, metadata)
    if agrees is not None:
        table.holds("the safetensors package agrees", agrees)
    table.holds("the file's identity", metadata["identity"] == job["identity"])
    table.holds("examples", result["n"] == codes.n)
    samples = job["evaluate_samples"] or 1
    check_result(table, result, codes, tensors, labels, job, samples, rng)
    check_codes(table, kept, decoder[0] if decoder else None, codes, tensors, labels)
    if whole:
        check_bounds(table, whole, codes, rng)
    for row in bounds:
        if row["n"] != codes.n:
            print(f"bound {row['estimator']}: left out, from {row['n']} of {codes.n} examples")
    print(f"{table.wrong} of the values above are WRONG" if table.wrong else "all agree")
    return 1 if table.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
