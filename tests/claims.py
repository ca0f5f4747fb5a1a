#!/usr/bin/env python3
"""Makes what the READMEs say of results/reference anew from its files, and looks for it there.

    python3 tests/claims.py NAME     one of: table1, order, float32, figures, precision, speed

Prints what is missing; the exit status is 1 then. Numbers that no file carries, such as the
paper's, stand here as they do there.
"""

import csv
import json
import math
import pathlib
import re
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "results" / "reference"
TOP, INNER = "README.md", "results/reference/README.md"
T95 = 4.302653  # Student's t, its 0.975 quantile for three values
SYSTEMS = {  # name, the paper's error_mc in %
    "deterministic": ("deterministic", 1.38),
    "dropout": ("dropout", 1.34),
    "confidence_penalty": ("confidence penalty", 1.36),
    "label_smoothing": ("label smoothing", 1.40),
    "vib": ("VIB", 1.13),
}


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


# --- the claims, as (file, text); white space does not matter ---


def table1_errors(file="table1.csv", name="error_mc", **wanted):
    return {
        method: column(rows(file, split="test", method=method, **wanted), name, 100)
        for method in SYSTEMS
    }


def table1():
    for method, errors in table1_errors().items():
        name, paper = SYSTEMS[method]
        mean, half = statistics.mean(errors), T95 * statistics.stdev(errors) / math.sqrt(3)
        shown = f"**{name}, beta = 1e-3**" if method == "vib" else name
        each = ", ".join(f"{error:.2f}" for error in errors)
        interval = f"[{mean - half:.2f}, {mean + half:.2f}]"
        row = f"| {shown} | {each} | {mean:.3f} | {interval} | {paper:.2f} |"
        yield TOP, row
        yield INNER, row
        assert method == "vib" or mean - half <= paper <= mean + half, "the paper's lie within"


def order():
    errors, one_sample = table1_errors(), table1_errors(name="error")
    p = {m: welch(errors["vib"], errors[m]) for m in SYSTEMS if m != "vib"}
    corrected = holm(p)
    assert [m for m in p if corrected[m] < 0.05] == ["confidence_penalty"]
    shown = {m: f"{value:.2f}" for m, value in corrected.items()}
    yield TOP, f"penalty's alone is significant (p = {shown['confidence_penalty']})"
    assert shown["dropout"] == shown["deterministic"]
    yield TOP, (
        f"dropout and the deterministic system have {shown['dropout']}, label smoothing"
        f" {corrected['label_smoothing']:.1f}"
    )

    epochs = sorted({row["epoch"] for row in rows("table1-epochs.csv")})
    means = {
        epoch: {
            m: statistics.mean(e)
            for m, e in table1_errors("table1-epochs.csv", epoch=epoch).items()
        }
        for epoch in epochs
    }
    leaders = {epoch: min(SYSTEMS, key=means[epoch].get) for epoch in epochs}
    assert {e for e in epochs if leaders[e] == "label_smoothing"} == {20, 40, 60, 80, 100}
    assert {e for e in epochs if leaders[e] == "vib"} == {120, 140, 160, 180, 200}
    lead = {e: 100 * (means[e]["label_smoothing"] - means[e]["vib"]) for e in epochs}
    yield TOP, (
        f"Its lead over label smoothing is {lead[200]:.0f} images of 10,000, and at epochs 20 to"
        " 100 label smoothing leads"
    )
    yield INNER, (
        "label smoothing has the least error up to epoch 100, VIB from 120 on, by no more than"
        f" {max(lead.values()):.1f} images"
    )
    assert min(one_sample["vib"]) > max(max(one_sample[m]) for m in p), "the worst of the five"
    each = "{:.2f}, {:.2f} and {:.2f} %".format(*one_sample["vib"])
    yield TOP, f"with one sample its error is the worst of the five, {each}"
    for method, (name, _) in SYSTEMS.items():
        tests = f"{p[method]:.3f} | {corrected[method]:.2f}" if method in p else "|"
        shown = [(means[e][method], leaders[e] == method) for e in (20, 60, 100, 140, 180, 200)]
        cells = " | ".join(f"**{mean:.3f}**" if least else f"{mean:.3f}" for mean, least in shown)
        yield INNER, f"| {name} | {tests} | {cells} | {statistics.mean(one_sample[method]):.3f} |"


def float32():
    found = rows("mnist-vib.csv", split="test")
    names = ("error", "error_mc", "izx_upper", "izy_lower")
    values = [[row[name] * (100 if "error" in name else 1) for name in names] for row in found]
    for seed, (error, error_mc, rate, izy) in enumerate(values):
        row = f"{error:.2f} | {error_mc:.2f} | {rate:.2f} | {izy:.4f} |"
        yield TOP, f"| vib-sweep, seed {seed} | {row}"
    error, error_mc, rate, izy = map(statistics.mean, zip(*values))
    row = f"**{error:.2f}** | **{error_mc:.2f}** | **{rate:.2f}** | **{izy:.4f}** |"
    yield TOP, f"| **vib-sweep, mean of 3** | {row}"
    h_y = found[0]["h_y"]
    alike = 3.2057 - math.log2(10) + h_y
    yield TOP, f"averaged weights | 1.81 | 1.21 | 22.17 | {alike:.4f} |"
    yield INNER, (
        f"{h_y:.4f} bits on the test split; the authors' notebook takes log2 10,"
        f" {math.log2(10):.4f}, so that its 3.2057 is {alike:.4f} here"
    )


def figures():
    def mean_at(epoch, name, scale=1.0):
        return statistics.mean(
            column(rows("mnist-vib-epochs.csv", split="test", epoch=epoch), name, scale)
        )

    plane = {(row["K"], row["beta"]): row for row in rows("figure1.csv", split="test")}
    for K in (2, 256):
        for beta, text in ((1e-5, "1e-5"), (1e-3, "1e-3"), (1e-2, "1e-2"), (0.1, "1e-1"), (1, "1")):
            row = plane[K, beta]
            yield TOP, (
                f"| {K} | {text} | {100 * row['error']:.2f} | {100 * row['error_mc']:.2f}"
                f" | {row['izx_lower']:.2f} | {row['izx_upper_tight']:.2f} | {row['izx_upper']:.1f}"
                f" | {row['izy_lower']:.3f} |"
            )
    paper = {
        1e-3: (3.18, 3.24, "= 1e-3"),
        0.1: (3.44, 4.32, "= 0.1"),
        1: (33.82, 62.81, "= 1 (not drawn here)"),
    }
    for beta, (error_mc, error, text) in paper.items():
        here = f"{100 * plane[2, beta]['error_mc']:.2f}, {100 * plane[2, beta]['error']:.2f}"
        there = f"{error_mc:.2f}, {error:.2f}"
        yield INNER, f"| Figure 2, beta {text}: error_mc, error % | {there} | {here} |"
    yield TOP, (
        f"at beta = 1e-3 it falls from {plane[256, 1e-3]['izx_upper']:.1f} bits at epoch 60 to"
        f" {mean_at(200, 'izx_upper'):.1f} at 200"
    )
    rise = f"{mean_at(60, 'error', 100):.2f} to {mean_at(200, 'error', 100):.2f} %"
    yield INNER, f"one-sample error rises from {rise}"
    ours, other = plane[2, 0.1], plane[256, 0.1]
    assert other["izx_upper"] > ours["izx_upper"], "efficient by the rate"
    izx = f"{other['izx_upper_tight']:.2f} against {ours['izx_upper_tight']:.2f}"
    izy = f"{other['izy_lower']:.3f} against {ours['izy_lower']:.3f}"
    yield INNER, f"has fewer bits of the image, {izx}, and more of its label, {izy}"
    gaps = [
        row["izx_upper_tight"] - row["izx_lower"]
        for (_, beta), row in plane.items()
        if beta >= 1e-2
    ]
    yield INNER, f"leave {max(gaps):.2f} bits or less between them for beta >= 1e-2"
    for k, beta in ((256, 1e-3), (2, 3e-3)):
        best = min((row for (K, _), row in plane.items() if K == k), key=lambda r: r["error_mc"])
        assert best["beta"] == beta
        yield INNER, f"{100 * best['error_mc']:.2f} % at K = {k}"
    most = [max(r["izy_lower"] for (K, _), r in plane.items() if K == k) for k in (256, 2)]
    yield INNER, f"{most[0]:.3f} bits at K = 256 and {most[1]:.3f} at K = 2, and falls again"


def precision():
    for row in rows("precision.csv", split="test"):
        yield INNER, (
            f"| {row['train_precision']} | {row['seed']:.0f} | {100 * row['error_mc']:.2f}"
            f" | {row['izx_upper']:.2f} | {row['izy_lower']:.4f} |"
        )


def speed():
    peers = json.loads((REFERENCE / "bench-peers.json").read_text())

    def each(name, value="examples_per_s"):
        return [one[name][value] for one in peers["rounds"]]

    def spread(values, digits):
        median, least, most = (
            f"{value:.{digits}f}" for value in (statistics.median(values), min(values), max(values))
        )
        return f"{median} [{least}, {most}]"

    for precision in ("float32", "bfloat16"):
        ours = each(f"vib-sweep {precision}")
        for name, shown in (
            ("vib-sweep", "**vib-sweep**"),
            ("PyTorch", "PyTorch, compiled"),
            ("JAX", "JAX, jit"),
        ):
            theirs = each(f"{name} {precision}")
            ms = statistics.median(each(f"{name} {precision}", "ms_per_step"))
            ratio = (
                ""
                if name == "vib-sweep"
                else spread([a / b for a, b in zip(ours, theirs)], 2) + " "
            )
            yield TOP, f"| {shown} | {precision} | {spread(theirs, 0)} | {ms:.2f} | {ratio}|"
    trials = [
        next(
            t["examples_per_s"]
            for t in peers["trials"]
            if t.get("chosen") and t["precision"] == "bfloat16" and t["framework"] == name
        )
        for name in ("PyTorch", "JAX")
    ]
    yield TOP, f"in bfloat16 at {trials[0]:.0f} examples a second and JAX at {trials[1]:.0f}"
    yield INNER, f"({trials[0]:.0f} and {trials[1]:.0f} examples/s)"
    median = statistics.median(each("vib-sweep bfloat16"))
    yield TOP, f"our median is {median / trials[0]:.2f} and {median / trials[1]:.2f} times as fast"
    benches = [
        json.loads((REFERENCE / f"bench{n}.json").read_text()) for n in ("", "-second", "-third")
    ]
    avx2 = [
        next(row for row in b["rows"] if row["name"] == "float32, AVX2 FMA")["all_threads"][
            "median"
        ]
        for b in benches
    ]
    yield TOP, "({:.0f}, {:.0f} and {:.0f} GFLOP/s)".format(*avx2)


def main(arguments):
    groups = (table1, order, float32, figures, precision, speed)
    by_name = {group.__name__: group for group in groups}
    if len(arguments) != 1 or arguments[0] not in by_name:
        sys.exit(__doc__.strip())
    texts = {name: re.sub(r"\s+", " ", (ROOT / name).read_text()) for name in (TOP, INNER)}
    claims = list(by_name[arguments[0]]())
    missing = [(name, text) for name, text in claims if text not in texts[name]]
    for name, text in missing:
        print(f"{name} does not say: {text}")
    return 1 if missing or not claims else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
