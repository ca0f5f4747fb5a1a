"""What a file of weights says: its tensors, and the codes p(z|x) and predictions q(y|z) of inputs.

For tests/verify_weights.py; numpy alone, in float64.
"""

import copy
import json
import pathlib
import struct
import sys

import numpy as np


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

    def of(self, rows):
        """Those of some examples."""
        codes = copy.copy(self)
        codes.n, codes.mu = len(rows), self.mu[rows]
        codes.factor, codes.log_scale = self.factor[rows], self.log_scale[rows]
        return codes

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
