#!/usr/bin/env python3
"""Recomputes what a sweep stored of a job from the job's exported weights.

    VIB_SWEEP_DATA=FOLDER python3 tests/verify_weights.py DATABASE [JOB]

The job (its id; the first one that has weights, if none is named) must have been trained on MNIST
or another data set of IDX files, with save.weights: true. Everything is computed here anew, in
float64 and with other random numbers: values that do not depend on any must agree to 1e-4, the
others within 4 standard errors, in a small split within what repetitions show. Results, estimates of
I(Z;X) and I(X;Z|Y) and codes are those of any method, marginal and objective; of the effective
weight of a rate function that bends, which is the running mean of training's, only what it can be.
The test split is used whole, so estimators made from a part of it are left out. Takes seconds where
K is small and minutes where it is 256.

Needs numpy; the safetensors package is tried too where it is installed. Prints a table; the exit
status is 1 when a value disagrees.
"""

import gzip
import json
import os
import pathlib
import sqlite3
import struct
import sys

import numpy as np
import weights_bounds as estimate
from weights_model import decode, encode, read_safetensors, safetensors_package_agrees

EXACT = 1e-4  # relative: what float32 in the program may change
REPEATS = 4  # of everything that is drawn at random here
SIGMAS = 4  # 6e-5 of all right values are further away
SMALL = 1000  # up to so many examples means are not yet normal, and this is repeated
SMALL_REPEATS = 100  # times; right values are not twice as far away as the farthest of these
STEEPEST = 10.0  # beta u'(R), from where on u is a straight line


# --- reading ---


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

    def random_se(self, name, stored, repeats, strata=None):
        """Standard errors of repeats [repeats, n]: one of n values varies by the root of
        (kurtosis - 1) / 4n of itself, and the program's was made of other random numbers."""
        each = np.array([standard_error(terms, strata) for terms in repeats])
        deviation = repeats.copy()
        for rows in [np.arange(repeats.shape[1])] if strata is None else strata:
            deviation[:, rows] -= deviation[:, rows].mean()
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


def standard_error(terms, strata=None):
    """Of a mean over strata, by the places of their terms; those in none do not vary. NaN with a
    stratum of a single term, which tells nothing of others."""
    strata = [np.arange(len(terms))] if strata is None else strata
    if any(len(rows) == 1 for rows in strata):
        return np.nan
    return np.sqrt(sum(len(rows) * terms[rows].var(ddof=1) for rows in strata)) / len(terms)


def repeats_of(n):
    return range(SMALL_REPEATS if n <= SMALL else REPEATS)


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


def check_rate(table, result, codes, tensors, job, samples, rng):
    marginal, stored = job["model_marginal"], result["izx_upper"]
    if marginal in ("mixture", "vamp"):
        check_sampled_rate(table, result, codes, estimate.components(tensors, job), samples, rng)
        return
    table.holds("izx_upper_se, as it is exact", result["izx_upper_se"] is None)
    if marginal is None:
        table.holds("no rate", stored is None)
    elif marginal == "standard":
        table.exact("izx_upper", stored, estimate.rate(codes).mean())
    else:
        mean, scale = estimate.gaussian(tensors, "marginal")
        rates = estimate.rate_of_diagonal(codes, mean[0], scale[0])
        table.exact("izx_upper", stored, rates.mean())


def check_sampled_rate(table, result, codes, r, samples, rng):
    """Of several samples the standard error is that of their mean alone, as the examples stand."""
    runs = np.array(
        [
            [estimate.sampled_rate(codes, *r, rng) for _ in range(samples)]
            for _ in repeats_of(codes.n)
        ]
    )
    table.random("izx_upper", result["izx_upper"], runs.mean(1))
    if samples == 1:
        table.random_se("izx_upper_se", result["izx_upper_se"], runs[:, 0])
    else:
        square = codes.n * result["izx_upper_se"] ** 2
        table.random("izx_upper_se, n times its square", square, runs.var(1, ddof=1) / samples)


def check_backward(table, result, codes, tensors, labels):
    """CEB's KL[p(z|x) || b(z|y)]."""
    if "backward.mean" not in tensors:
        table.holds("no b(z|y)", result["izx_y_upper"] is None)
        return
    mean, scale = estimate.gaussian(tensors, "backward")
    rates = estimate.rate_of_diagonal(codes, mean[labels], scale[labels])
    table.exact("izx_y_upper", result["izx_y_upper"], rates.mean())


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
    table.exact("log2_n", result["log2_n"], np.log2(codes.n))
    check_rate(table, result, codes, tensors, job, samples, rng)
    check_backward(table, result, codes, tensors, labels)


class Strata:
    """Codes apart from each other, each by the places of its examples; of places in none of them the
    terms are 0."""

    def __init__(self, codes, rows):
        self.n, self.rows = codes.n, rows
        self.codes = [codes.of(places) for places in rows]
        self.quadratic = [estimate.Quadratic(part) for part in self.codes]

    def terms(self, make):
        """make(codes, quadratic) of each, in the places of its examples."""
        terms = np.zeros(self.n)
        for places, codes, quadratic in zip(self.rows, self.codes, self.quadratic):
            terms[places] = make(codes, quadratic)
        return terms

    def sampled(self, rng):
        drawn = [estimate.sampled(*part, rng) for part in zip(self.codes, self.quadratic)]
        both = {name for terms in drawn for name in terms} or ("mixture", "leave_one_out")
        terms = {name: np.zeros(self.n) for name in both}
        for places, of_stratum in zip(self.rows, drawn):
            for name in of_stratum:
                terms[name][places] = of_stratum[name]
        return terms


def whole(codes, labels):
    return Strata(codes, [np.arange(codes.n)])


def classes(codes, labels):
    """A single example of its class tells nothing beside it."""
    rows = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    return Strata(codes, [places for places in rows if len(places) > 1])


def check_bounds(table, quantity, bounds, strata, rng):
    def exact(name, make):
        if name in bounds:
            terms = strata.terms(make)
            table.exact(f"{quantity} {name}", bounds[name]["bits"], terms.mean())
            se = standard_error(terms, strata.rows)
            table.exact(f"{quantity} {name}, se", bounds[name]["se"], se)

    exact("rate", lambda codes, _: estimate.rate(codes))
    exact("moment_matched", lambda codes, _: estimate.moment_matched(codes))
    runs = [strata.sampled(rng) for _ in repeats_of(strata.n)]
    for name in (name for name in runs[0] if name in bounds):
        terms = np.array([run[name] for run in runs])
        table.random(f"{quantity} {name}", bounds[name]["bits"], terms)
        table.random_se(f"{quantity} {name}, se", bounds[name]["se"], terms, strata.rows)
    exact("pairwise_kl", estimate.pairwise_kl)
    exact("pairwise_bhattacharyya", lambda codes, _: estimate.pairwise_bhattacharyya(codes))
    cap = sum(len(places) * np.log2(len(places)) for places in strata.rows) / strata.n
    table.exact(f"{quantity} cap", max(row["cap"] for row in bounds.values()), cap)


def check_plane(table, plane):
    """The tightest valid bounds stand in their order, and no rate lies below them."""

    def ordered(*names):
        known = [plane[name] for name in names if plane[name] is not None]
        table.holds(" <= ".join(names), known == sorted(known))

    ordered("izx_lower", "izx_upper_tight")
    ordered("izx_y_lower", "izx_y_upper_tight", "izx_y_upper")
    if plane["izx_upper_se"] is None:
        ordered("izx_upper_tight", "izx_upper")


def check_weight(table, job, result, n_train):
    """What effective_weight of the compression's gradient can be: at a straight u the weight itself,
    at one that bends no steeper than where it goes on as a straight line."""
    weight = job["beta"] if job["train_gamma"] is None else job["train_gamma"]
    if weight is None:
        return
    per_epoch = -(-n_train // job["train_batch"])
    steps, warmup = result["epoch"] * per_epoch, job["train_beta_warmup"] * per_epoch
    warm = min(1.0, (steps - 1) / warmup) if warmup > 0 else 1.0
    if job["train_rate_function"] in (None, "linear"):
        table.exact("effective_weight", job["effective_weight"], warm * weight)
    else:
        steepest = max(STEEPEST, weight * (job["train_rate_exponent"] + 1.0))
        table.holds("effective_weight", 0.0 <= job["effective_weight"] <= warm * steepest * 1.0001)


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
    (plane,) = rows("SELECT * FROM information_plane WHERE job = ? AND split = 'test'")
    (train,) = rows("SELECT n FROM result WHERE job = ? AND split = 'train'")
    bounds = rows("SELECT * FROM bound WHERE job = ? AND split = 'test'")
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
    for quantity, strata in (("izx", whole), ("izx_y", classes)):
        of_quantity = {row["estimator"]: row for row in bounds if row["quantity"] == quantity}
        made = {name: row for name, row in of_quantity.items() if row["n"] == codes.n}
        if made:
            check_bounds(table, quantity, made, strata(codes, labels), rng)
        for name in of_quantity.keys() - made.keys():
            print(f"{quantity} {name}: left out, from a part of the {codes.n} examples")
    check_plane(table, plane)
    check_weight(table, job, result, train["n"])
    print(f"{table.wrong} of the values above are WRONG" if table.wrong else "all agree")
    return 1 if table.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
