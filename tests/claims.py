#!/usr/bin/env python3
"""Makes what the READMEs say of results/reference anew from its files, and looks for it there.

    python3 tests/claims.py NAME     one of: table1, order, float32, figures, fashion, gaps,
                                     family, notebook, precision, engines, speed

Prints what is missing; the exit status is 1 then. Numbers that no file carries, such as the
paper's, stand here as they do there.
"""

import json
import math
import re
import statistics
import sys

from claims_base import CORE, INNER, REFERENCE, ROOT, TOP, column, holm, interval, rows, welch
from claims_family import family, notebook

SYSTEMS = {  # name, the paper's error_mc in %
    "deterministic": ("deterministic", 1.38),
    "dropout": ("dropout", 1.34),
    "confidence_penalty": ("confidence penalty", 1.36),
    "label_smoothing": ("label smoothing", 1.40),
    "vib": ("VIB", 1.13),
}


# --- the claims, as (file, text); white space does not matter ---


def table1_errors(file="table1.csv", name="error_mc", **wanted):
    return {
        method: column(rows(file, split="test", method=method, **wanted), name, 100)
        for method in SYSTEMS
    }


def table1():
    for method, errors in table1_errors().items():
        name, paper = SYSTEMS[method]
        mean, half = interval(errors)
        shown = f"**{name}, beta = 1e-3**" if method == "vib" else name
        each = ", ".join(f"{error:.2f}" for error in errors)
        ends = f"[{mean - half:.2f}, {mean + half:.2f}]"
        row = f"| {shown} | {each} | {mean:.3f} | {ends} | {paper:.2f} |"
        yield INNER, row
        if method == "vib":
            yield TOP, f"VIB has the least mean error, as in the paper: {mean:.3f} % {ends}"
        assert method == "vib" or mean - half <= paper <= mean + half, "the paper's lie within"


def order():
    errors, one_sample = table1_errors(), table1_errors(name="error")
    p = {m: welch(errors["vib"], errors[m]) for m in SYSTEMS if m != "vib"}
    corrected = holm(p)
    assert [m for m in p if corrected[m] < 0.05] == ["confidence_penalty"]
    shown = {m: f"{value:.2f}" for m, value in corrected.items()}
    yield INNER, f"penalty's alone is significant (p = {shown['confidence_penalty']})"
    assert shown["dropout"] == shown["deterministic"]
    yield INNER, (
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
    yield INNER, (
        "label smoothing has the least error up to epoch 100, VIB from 120 on, by no more than"
        f" {max(lead.values()):.1f} images of 10,000 and by {lead[200]:.0f} at the end"
    )
    assert min(one_sample["vib"]) > max(max(one_sample[m]) for m in p), "the worst of the five"
    each = "{:.2f}, {:.2f} and {:.2f} %".format(*one_sample["vib"])
    yield INNER, f"with one sample its error is the worst of the five, {each}"
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
        yield INNER, f"| vib-sweep, seed {seed} | {row}"
    error, error_mc, rate, izy = map(statistics.mean, zip(*values))
    row = f"**{error:.2f}** | **{error_mc:.2f}** | **{rate:.2f}** | **{izy:.4f}** |"
    yield INNER, f"| **vib-sweep, mean of 3** | {row}"
    h_y = found[0]["h_y"]
    alike = 3.2057 - math.log2(10) + h_y
    yield INNER, f"averaged weights | 1.81 | 1.21 | 22.17 | {alike:.4f} |"
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
            yield INNER, (
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
    yield INNER, (
        f"K = 256, beta = 1e-3 goes from {plane[256, 1e-3]['izx_upper']:.1f} bits there to"
        f" {mean_at(200, 'izx_upper'):.1f} at epoch 200"
    )
    assert rows("figure1.csv", split="train", K=2, beta=1e-5)[0]["error"] == 0
    overfit, least = (100 * plane[2, beta]["error_mc"] for beta in (1e-5, 3e-3))
    yield INNER, (
        f"no training error, and {overfit:.2f} % on the test split at beta = 1e-5 against"
        f" {least:.2f} % at 3e-3"
    )
    top = plane[256, 1e-2]
    yield TOP, (
        f"At K = 256 and beta = 1e-2 the paper's bound says {top['izx_upper']:.1f} bits, where the"
        f" code of a test image carries between {top['izx_lower']:.2f} and"
        f" {top['izx_upper_tight']:.2f}"
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


def fashion():
    def error_of(found):
        mean, half = interval(column(found, "error_mc", 100))
        return mean, mean - half, mean + half

    texts = {1e-5: "1e-5", 1e-4: "1e-4", 1e-3: "1e-3", 3e-3: "3e-3"}
    splits = {
        beta: [rows("fashion.csv", split=split, beta=beta) for split in ("validation", "test")]
        for beta in (*texts, 0.01, 0.03, 0.1, 0.3)
    }
    error = {beta: [error_of(found) for found in both] for beta, both in splits.items()}
    chosen = min(error, key=lambda beta: error[beta][0])
    assert chosen == min(error, key=lambda beta: error[beta][1]) == 3e-3
    assert all(validation < test for validation, test in error.values())
    apart = [beta for beta in error if error[beta][0][1] > error[chosen][0][2]]
    assert apart == [0.3]
    for beta, (validation, test) in error.items():
        bold = "**" if beta == chosen else ""
        means = {name: statistics.mean(column(splits[beta][1], name))
                 for name in ("error", "izy_lower", "izx_lower", "izx_upper_tight")}
        yield INNER, (
            f"| {bold}{texts.get(beta, beta)}{bold}"
            f" | {bold}{validation[0]:.2f}{bold} [{validation[1]:.2f}, {validation[2]:.2f}]"
            f" | {bold}{test[0]:.2f}{bold} [{test[1]:.2f}, {test[2]:.2f}]"
            f" | {100 * means['error']:.2f} | {means['izy_lower']:.3f}"
            f" | {means['izx_lower']:.2f} to {means['izx_upper_tight']:.2f} |"
        )
    mean, low, high = error[chosen][1]
    yield INNER, f"chooses beta = 3e-3; its test error is {mean:.2f} % [{low:.2f}, {high:.2f}]"
    best = rows("fashion-best-beta.csv")[0]
    assert (best["beta"], best["chosen_by"], best["n_indistinguishable"]) == (3e-3, "validation", 6)


def gaps():
    """izx_upper_tight - izx_lower of every reference model; the bounds are tight where the code
    tells few examples from each other: six bits below log2 n."""
    files = (("figure1.csv", 2), ("figure1.csv", 256), ("fashion.csv", 256), ("table1.csv", 256))
    found = [[row for row in rows(file, K=K, method="vib") if row["izx_lower"] != ""]
             for file, K in files]

    def tight(row):
        return row["izx_upper_tight"] < math.log2(min(row["n"], row["evaluate_bounds_n"])) - 6

    def gap(row):
        return row["izx_upper_tight"] - row["izx_lower"]

    def cell(models):
        if not models:
            return ""
        shown = f"{statistics.mean(map(gap, models)):.2f}"
        return shown if all(map(tight, models)) else f"({shown})"

    for beta, text in ((1e-5, "1e-5"), (1e-4, "1e-4"), (1e-3, "1e-3"), (3e-3, "3e-3"),
                       (0.01, "0.01"), (0.03, "0.03"), (0.1, "0.1"), (0.3, "0.3"), (1, "1")):
        cells = (cell([row for row in models if row["beta"] == beta and row["split"] == "test"])
                 for models in found)
        yield INNER, f"| {text} | " + " | ".join(cells) + " |"
    every = [row for models in found for row in models]
    least = [gap(row) for row in every if tight(row)]
    assert max(least) <= 0.5
    yield INNER, (f"all {len(least)} of {len(every)} results with less than log2 n - 6 bits, of any"
                  f" split, leave {max(least):.2f} bits or less")
    widest = max((row for row in every if not tight(row)), key=gap)
    assert widest["split"] == "train" and widest["izx_upper_tight_by"] == "log2_n"
    yield INNER, f"the others up to {gap(widest):.2f}, on the training splits"


def precision():
    for row in rows("precision.csv", split="test"):
        yield INNER, (
            f"| {row['train_precision']} | {row['seed']:.0f} | {100 * row['error_mc']:.2f}"
            f" | {row['izx_upper']:.2f} | {row['izy_lower']:.4f} |"
        )


def engines():
    names = ("oneDNN 2.6.3", "libxsmm 1.17")

    def differences(precision, name, scale):
        old, new = (
            {row["seed"]: scale * row[name]
             for row in rows("engines.csv", engine=engine, train_precision=precision)}
            for engine in names
        )
        return [new[seed] - old[seed] for seed in sorted(old)]

    measures = (("error_mc", 100, 3), ("izx_upper", 1, 2), ("izy_lower", 1, 4))
    for precision in ("float32", "bfloat16"):
        cells = []
        for name, scale, digits in measures:
            mean, half = interval(differences(precision, name, scale))
            cells.append(f"{mean:+.{digits}f} +- {half:.{digits}f}")
        yield INNER, f"| {precision} | " + " | ".join(cells) + " |"
    both = differences("float32", "error_mc", 100) + differences("bfloat16", "error_mc", 100)
    mean, half = interval(both)
    yield INNER, f"higher by {mean:.3f} +- {half:.3f} points"


def speed():
    peers = json.loads((REFERENCE / "bench-peers.json").read_text())
    bench = json.loads((REFERENCE / "bench.json").read_text())

    def each(name, value="examples_per_s"):
        return [one[name][value] for one in peers["rounds"]]

    def spread(values, digits):
        median, least, most = (
            f"{value:.{digits}f}" for value in (statistics.median(values), min(values), max(values))
        )
        return f"{median} [{least}, {most}]"

    def ratio(ours, theirs):
        return spread([a / b for a, b in zip(each(ours), each(theirs))], 2)

    def row(framework, shown, precision, field=""):
        name, ours = f"{framework} {precision}{field}", f"vib-sweep {precision}{field}"
        compared = "" if name == ours else ratio(ours, name) + " "
        ms = statistics.median(each(name, "ms_per_step"))
        return f"| {shown} | {precision} | {spread(each(name), 0)} | {ms:.2f} | {compared}|"

    for precision, one_job in (("float32", "max-autotune"), ("bfloat16", "freezing")):
        yield CORE, row("vib-sweep", "**vib-sweep**", precision)
        yield CORE, row("PyTorch", "PyTorch, max-autotune", precision)
        yield CORE, row("JAX", "JAX, jit", precision)
        yield CORE, row("vib-sweep", "**vib-sweep**", precision, ", one job")
        yield CORE, row("PyTorch", f"PyTorch, {one_job}", precision, ", one job")
    ours = [f"{statistics.median(each('vib-sweep ' + p)):.0f}" for p in ("float32", "bfloat16")]
    peers_of = {p: [ratio(f"vib-sweep {p}", f"{name} {p}") for name in ("PyTorch", "JAX")]
                for p in ("float32", "bfloat16")}
    yield TOP, (
        f"{ours[0]} examples a second in float32, {peers_of['float32'][0]} times PyTorch compiled with"
        f" max-autotune and {peers_of['float32'][1]} times JAX; in bfloat16 {ours[1]},"
        f" {peers_of['bfloat16'][0]} and {peers_of['bfloat16'][1]} times"
    )
    across = ratio("vib-sweep bfloat16", "PyTorch float32")
    yield CORE, f"bfloat16 here is {across} times the best float32 elsewhere"
    wide = [ratio(f"vib-sweep {p}, imagenet-like", f"PyTorch {p}, imagenet-like")
            for p in ("float32", "bfloat16")]
    yield CORE, f"it is {wide[0]} times PyTorch in float32, {wide[1]} in bfloat16"

    models = [f"{precision} K = {K}" for precision in ("float32", "bfloat16") for K in (256, 2)]

    def table(section, name, value, digits, scale=1):
        found = [next(r for r in bench["rows"]
                      if r["section"] == f"{section}: {model}" and r["name"] == name)
                 for model in models]
        numbers = (f"{scale * r['all_threads'][value]:.{digits}f}" for r in found)
        return "| " + " | ".join(numbers) + " |"

    yield CORE, "| ms per step " + table("Step taken apart", "a step", "median", 2)
    yield CORE, "GFLOP/s) " + table("Training", "steps of 100 examples", "of", 0, 100)
    yield CORE, "% of the peak " + table("Training", "the products of a step alone", "of", 0, 100)
    yield CORE, "memory, ms " + table("Step taken apart", "the update of the weights", "median", 2)
    yield CORE, "200 epochs, % " + table(
        "A job of 200 epochs", "share of evaluations in both", "median", 1)
    together = [next(r for r in bench["ratios"] if r["name"] == f"steps: {model}")
                for model in models]
    yield CORE, "one job on both cores over one | " + " | ".join(
        f"{r['median']:.2f} [{r['min']:.2f}, {r['max']:.2f}]" for r in together) + " |"


def one_line(text):
    return re.sub(r"\s+", " ", text)


def main(arguments):
    groups = (table1, order, float32, figures, fashion, gaps, family, notebook, precision,
              engines, speed)
    by_name = {group.__name__: group for group in groups}
    if len(arguments) != 1 or arguments[0] not in by_name:
        sys.exit(__doc__.strip())
    claims = [(name, one_line(text)) for name, text in by_name[arguments[0]]()]
    texts = {name: one_line((ROOT / name).read_text()) for name in {name for name, _ in claims}}
    missing = [(name, text) for name, text in claims if text not in texts[name]]
    for name, text in missing:
        print(f"{name} does not say: {text}")
    return 1 if missing or not claims else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
