"""Rates, and estimators of I(Z;X) for codes, each as one term in bits per example.

For tests/verify_weights.py; core/bounds.h and core/objective.h have the equations.
"""

import concurrent.futures
import os

import numpy as np
from weights_model import encode

BLOCK = 500  # examples at a time, against as many others
LN2 = np.log(2.0)


def blocks(n):
    return [slice(i, min(i + BLOCK, n)) for i in range(0, n, BLOCK)]


def log_mean_exp(a, n):
    top = a.max(1, keepdims=True)
    return (np.log(np.exp(a - top).sum(1, keepdims=True)) + top)[:, 0] - np.log(n)


# --- rates ---


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


def gaussian(tensors, of):
    """Means and scales [n, K], of n Gaussians with diagonal covariances."""
    return tensors[f"{of}.mean"], np.exp(tensors[f"{of}.log_scale"])


def components(tensors, job):
    """Of a mixture r(z): ln pi [M], and means and scales [M, K]."""
    if job["model_marginal"] == "vamp":
        codes = encode(tensors["marginal.pseudo_inputs"], tensors, job)
        return np.full(codes.n, -np.log(codes.n)), codes.mu, codes.factor
    logit = tensors["marginal.logit"][0]
    log_pi = logit - logit.max() - np.log(np.exp(logit - logit.max()).sum())
    return log_pi, *gaussian(tensors, "marginal")


def sampled_rate(codes, log_pi, mean, scale, rng):
    """One sample of z for each code."""
    eps = rng.standard_normal((codes.n, codes.K))
    z, log_r = codes.at(eps), np.empty(codes.n)
    for at in blocks(codes.n):
        square = (((z[at, None] - mean) / scale) ** 2).sum(2)
        log_r[at] = log_mean_exp(log_pi - np.log(scale).sum(1) - 0.5 * square, 1)
    return (-0.5 * (eps**2).sum(1) - codes.log_scale - log_r) / LN2


# --- estimators ---


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
