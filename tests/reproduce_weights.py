#!/usr/bin/env python3
"""Reproduces a sweep's codes and predictions from its files of weights alone.

    python3 tests/reproduce_weights.py DATABASE DATA.npz

Of every job that is done, with weights and codes of its test split, DATA.npz being its data set: the
weights and what they mean are taken from the file and its metadata, x_test from DATA.npz; mu, the
factor of the covariance, labels and predictions must be those of table `code`. A prediction that
depends on random numbers may be another where two classes are as likely as these can tell. Nothing
is asked of the database but what is to be reproduced.

Needs numpy. Prints a line for each job; the exit status is 1 when something disagrees.
"""

import json
import pathlib
import sqlite3
import struct
import sys

import numpy as np

EXACT = 1e-4  # relative: what float32 in the program may change
SAMPLES = 400  # of z, here
SIGMAS = 4  # of the difference of two probabilities, where the program took fewer


class Model:
    """What a file of weights says, in float64."""

    def __init__(self, path):
        data = path.read_bytes()
        (header_bytes,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + header_bytes])
        self.facts = header.pop("__metadata__")
        self.tensors = {}
        for name, entry in header.items():
            first, last = (8 + header_bytes + offset for offset in entry["data_offsets"])
            values = np.frombuffer(data[first:last], "<f4").reshape(entry["shape"])
            self.tensors[name] = values.astype(np.float64)
        self.K = int(self.facts["K"])
        self.class_names = json.loads(self.facts["class_names"])

    def input(self, x):
        if list(x.shape[1:]) != json.loads(self.facts["input.shape"]):
            sys.exit(f"examples of shape {x.shape[1:]}, but {self.facts['input.shape']} is told")
        x = x.reshape(len(x), -1).astype(np.float64)
        equation = self.facts["input"]
        if equation == "(x - input.mean) / input.deviation, 0 where input.deviation is 0":
            deviation = self.tensors["input.deviation"]
            centred = x - self.tensors["input.mean"]
            return np.divide(centred, deviation, np.zeros_like(x), where=deviation != 0)
        return {"2 * x / 255 - 1": 2 * x / 255 - 1, "x / 255": x / 255, "x": x}[equation]

    def layer(self, layer, x):
        weight, bias = (self.tensors[f"{layer['name']}.{part}"] for part in ("weight", "bias"))
        if weight.shape != (layer["in"], layer["out"]):
            sys.exit(f"{layer['name']}.weight is {weight.shape}, which `layers` does not say")
        out = x @ weight + bias
        return {"relu": np.maximum(out, 0), "tanh": np.tanh(out), "linear": out}[layer["activation"]]

    def scale(self, rho):
        if "model.noise_scale" in self.facts["code"]:
            return float(self.facts["model.noise_scale"])
        return np.logaddexp(0, rho - 5)

    def code(self, x):
        """mu [n, K] and L [n, K, K]."""
        out = self.input(x)
        *encoder, self.decoder = json.loads(self.facts["layers"])
        for layer in encoder:
            out = self.layer(layer, out)
        K, posterior = self.K, self.facts["posterior"]
        L = np.zeros((len(x), K, K))
        if posterior != "point":
            k = np.arange(K)
            L[:, k, k] = self.scale(out[:, K : 2 * K])
        if posterior == "full":
            for k in range(K):
                for j in range(k):
                    L[:, k, j] = 0.01 * out[:, 2 * K + k * (k - 1) // 2 + j]
        return out[:, :K], L

    def probabilities(self, mu, L, rng):
        """q(y|z) of samples of z [SAMPLES, n, classes], or of the one code."""
        if self.facts["posterior"] == "point":
            z = mu[None]
        else:
            z = mu + np.einsum("nkj,snj->snk", L, rng.standard_normal((SAMPLES, *mu.shape)))
        logits = self.layer(self.decoder, z)
        q = np.exp(logits - logits.max(-1, keepdims=True))
        return q / q.sum(-1, keepdims=True)


def stored_factor(L, posterior):
    """As table code has it: the diagonal, then what is below it."""
    rows, columns = np.tril_indices(L.shape[1], -1)
    diagonal = np.diagonal(L, axis1=1, axis2=2)
    if posterior == "point":
        return diagonal[:, :0]
    return np.hstack([diagonal, L[:, rows, columns]]) if posterior == "full" else diagonal


def plausible(q, predicted, samples):
    """Whether each predicted class may have the greatest mean of so many samples of q."""
    rows, best = np.arange(q.shape[1]), q.mean(0).argmax(1)
    lead = q[:, rows, best] - q[:, rows, predicted]
    return lead.mean(0) <= SIGMAS * lead.std(0) / np.sqrt(samples) + EXACT


def compare(model, rows, x, y, rng):
    """Names of what disagrees, and the share of predictions that are the same."""
    n = len(rows)
    mu, L = model.code(x[:n])
    q = model.probabilities(mu, L, rng)
    stored = {name: [json.loads(row[name]) for row in rows] for name in ("mu", "factor")}
    label, predicted = (np.array([row[name] for row in rows]) for name in ("label", "prediction"))
    factor = stored_factor(L, model.facts["posterior"])
    samples = int(model.facts.get("evaluate.samples", 1))
    names = np.array(model.class_names)
    right = {
        "mu": np.allclose(stored["mu"], mu, EXACT, EXACT),
        "factor": np.allclose(np.reshape(stored["factor"], factor.shape), factor, EXACT, EXACT),
        "labels": np.array_equal(names[label], y[:n].astype(str)),
        "predictions": plausible(q, predicted, samples).all(),
    }
    return [name for name in right if not right[name]], (q.mean(0).argmax(1) == predicted).mean()


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__.strip())
    path, data = pathlib.Path(arguments[0]), np.load(arguments[1])
    db = sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    rng, wrong, jobs = np.random.default_rng(20170101), 0, 0
    for job in db.execute("SELECT id, weights FROM job WHERE weights IS NOT NULL ORDER BY id"):
        rows = db.execute("SELECT * FROM code WHERE job = ? ORDER BY example", (job["id"],))
        model = Model(path.parent / job["weights"])
        bad, same = compare(model, rows.fetchall(), data["x_test"], data["y_test"], rng)
        told = "WRONG: " + ", ".join(bad) if bad else f"agrees, {100 * same:.1f} % by the same class"
        print(f"job {job['id']}: {model.facts['input']}; {model.facts['posterior']}: {told}")
        wrong, jobs = wrong + bool(bad), jobs + 1
    return 1 if wrong or jobs == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
