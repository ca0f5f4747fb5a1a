"""What results/reference/family/README.md says of the files beside it."""

import math
import statistics

from claims_base import FAMILY, TOP, column, holm, interval, rows, t_tail

OBJECTIVES = {  # name: what its jobs have
    "VIB": {"method": "vib", "train_rate_function": "linear", "model_marginal": "standard"},
    "VIB, mixture": {"method": "vib", "model_marginal": "mixture"},
    "squared IB": {"method": "vib", "train_rate_function": "power"},
    "CEB": {"method": "ceb"},
    "nonlinear IB": {"method": "nonlinear_ib"},
}
TEXTS = {1e-6: "1e-6", 1e-5: "1e-5", 1e-4: "1e-4", 1e-3: "1e-3"}


def trade_off(row):
    return row["train_gamma"] if row["method"] == "ceb" else row["beta"]


def points(name, split):
    """{trade-off: its rows by seed} of an objective."""
    found = {}
    for row in rows("family/family.csv", split=split, **OBJECTIVES[name]):
        found.setdefault(trade_off(row), []).append(row)
    return {t: sorted(found[t], key=lambda row: row["seed"]) for t in sorted(found)}


def mean(found, name, scale=1.0):
    return statistics.mean(column(found, name, scale))


def difference(a, b, name, scale=100):
    """Mean and 95 % half-width of a's less b's, paired by seed, and its p."""
    assert [row["seed"] for row in a] == [row["seed"] for row in b]
    each = [scale * (x[name] - y[name]) for x, y in zip(a, b)]
    t = statistics.mean(each) / (statistics.stdev(each) / math.sqrt(len(each)))
    return *interval(each), t_tail(t, len(each) - 1)


def best(name):
    """The trade-off of the least mean validation error."""
    found = points(name, "validation")
    return min(found, key=lambda t: mean(found[t], "error_mc"))


def table():
    for name in OBJECTIVES:
        validation, test = points(name, "validation"), points(name, "test")
        assert len(test) == 5 and all(len(found) == 3 for found in test.values())
        for t, found in test.items():
            bold = "**" if t == best(name) else ""
            own = [row["izx_y_upper" if name == "CEB" else "izx_upper"] for row in found]
            yield (
                f"| {name} | {bold}{TEXTS.get(t, f'{t:g}')}{bold}"
                f" | {bold}{mean(validation[t], 'error_mc', 100):.2f}{bold}"
                f" | {mean(found, 'error_mc', 100):.2f} | {mean(found, 'error', 100):.2f}"
                f" | {mean(found, 'izx_lower'):.2f} to {mean(found, 'izx_upper_tight'):.2f}"
                f" | {'-' if '' in own else f'{statistics.mean(own):.1f}'}"
                f" | {mean(found, 'izx_y_lower'):.2f} to {mean(found, 'izx_y_upper_tight'):.2f}"
                f" | {mean(found, 'izy_lower'):.3f} |"
            )


def against_vib():
    others = [name for name in OBJECTIVES if name != "VIB"]
    paired = {
        split: {name: difference(points(name, split)[best(name)], points("VIB", split)[best("VIB")],
                                 "error_mc") for name in others}
        for split in ("validation", "test")
    }
    corrected = {split: holm({name: found[name][2] for name in others})
                 for split, found in paired.items()}
    for name in others:
        cells = (f"{paired[split][name][0]:+.2f} +- {paired[split][name][1]:.2f}"
                 f" | {corrected[split][name]:.2f}" for split in ("validation", "test"))
        t = best(name)
        yield f"| {name}, {TEXTS.get(t, f'{t:g}')} | " + " | ".join(cells) + " |"


def more_for_less(name, t, vib_t):
    """An objective has more of the label than VIB, and less of the image, in every seed: its bits
    of the image at most, VIB's at least, bits of the label of both, and their difference."""
    found, vib = points(name, "test")[t], points("VIB", "test")[vib_t]
    for a, b in zip(found, vib):
        assert a["izx_upper_tight"] < b["izx_lower"] and a["izy_lower"] > b["izy_lower"]
    middle, half, _ = difference(found, vib, "izy_lower", 1)
    return (f"{mean(found, 'izx_upper_tight'):.2f}", f"{mean(vib, 'izx_lower'):.2f}",
            f"{mean(found, 'izy_lower'):.3f} against {mean(vib, 'izy_lower'):.3f}"
            f" ({middle:+.3f} +- {half:.3f})")


def ceb_ahead():
    most, least, label = more_for_less("CEB", 0.1, 0.03)
    return (f"CEB at gamma = 0.1 keeps at most {most} bits of a test image, VIB at beta = 0.03 at"
            f" least {least}, and has more bits of its label, {label}")


def nonlinear_ahead():
    most, least, label = more_for_less("nonlinear IB", 0.8, 0.1)
    return (f"at beta = 0.8 nonlinear IB keeps at most {most} bits of a test image, VIB at beta ="
            f" 0.1 at least {least}, with bits of the label {label}")


def jump():
    before, after = (points("nonlinear IB", "test")[beta] for beta in (0.1, 0.3))
    return (
        f"between beta = 0.1 and 0.3 its code falls from at least {mean(before, 'izx_lower'):.1f}"
        f" bits to at most {mean(after, 'izx_upper_tight'):.1f}"
    )


def above_the_tightest():
    over = [statistics.mean(row["izx_upper"] - row["izx_upper_tight"]
                            for row in points(name, "test")[0.1])
            for name in ("VIB", "VIB, mixture")]
    return f"{over[0]:.1f} bits above the tightest bound with N(0, I), {over[1]:.1f} with the mixture"


def apart():
    every = [row for row in rows("family/family.csv") if row["izx_lower"] != ""]
    least = [row["izx_upper_tight"] - row["izx_lower"] for row in every
             if row["izx_upper_tight"] < math.log2(min(row["n"], row["evaluate_bounds_n"])) - 6]
    assert max(least) <= 0.5
    for row in every:
        assert row["izx_y_upper"] == "" or row["izx_y_upper"] >= row["izx_y_upper_tight"]
    return (f"Of all {len(every)} results, of any split, {len(least)} have less than log2 n - 6 bits,"
            f" and their bounds leave {max(least):.2f} bits or less")


def flat():
    found = rows("family/flat.csv", split="test")
    assert len(found) == 15
    least, most = min(column(found, "izx_lower")), max(column(found, "izx_upper_tight"))
    return (f"its code keeps {least:.2f} to {most:.2f} bits of a test image at every beta from 1e-4"
            " to 0.1")


def flat_errors():
    """From the least trade-off to a hundred times as much errors change little."""
    for name in ("VIB", "VIB, mixture", "CEB"):
        found = points(name, "test")
        assert abs(mean(found[0.01], "error_mc", 100) - mean(found[1e-4], "error_mc", 100)) <= 0.1
        assert 6 < mean(found[0.01], "izx_lower") < mean(found[0.01], "izx_upper_tight") < 7
    return "change by 0.1 points at most"


def family():
    for text in (*table(), *against_vib(), ceb_ahead(), nonlinear_ahead(), jump(),
                 above_the_tightest(), flat(), flat_errors(), apart()):
        yield FAMILY, text
    most, least, label = more_for_less("nonlinear IB", 0.8, 0.1)
    yield TOP, (f"nonlinear IB keeps at most {most} bits of a test image where VIB keeps {least} at"
                f" least, with bits of the label {label}")


def notebook():
    few, many = (sorted(rows("family/notebook.csv", split="test", train_samples=n),
                        key=lambda row: row["seed"]) for n in (1, 12))
    for measure, scale, digits in (("error_mc", 100, 3), ("error", 100, 3), ("izx_upper", 1, 2),
                                   ("izy_lower", 1, 4)):
        middle, half, p = difference(many, few, measure, scale)
        yield FAMILY, (
            f"| {mean(few, measure, scale):.{digits}f} | {mean(many, measure, scale):.{digits}f}"
            f" | {middle:+.{digits}f} +- {half:.{digits}f} | {p:.2g} |"
        )
    errors = column(many, "error_mc", 100)
    middle, half = interval(errors)
    yield FAMILY, f"12 samples give {middle:.2f} % [{middle - half:.2f}, {middle + half:.2f}]"
    yield FAMILY, f"the least of the ten is {min(errors + column(few, 'error_mc', 100)):.2f} %"
