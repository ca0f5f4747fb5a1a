"""What results/reference/family/README.md says of the files beside it."""

import math
import statistics

from claims_base import COMPARED, FAMILY, TOP, column, holm, interval, rows, t_tail

OBJECTIVES = {  # name: what its jobs have
    "VIB": {"method": "vib", "train_rate_function": "linear", "model_marginal": "standard"},
    "VIB, mixture": {"method": "vib", "model_marginal": "mixture"},
    "squared IB": {"method": "vib", "train_rate_function": "power"},
    "CEB": {"method": "ceb"},
    "nonlinear IB": {"method": "nonlinear_ib"},
}
OTHERS = [name for name in OBJECTIVES if name != "VIB"]
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
    paired = {
        split: {name: difference(points(name, split)[best(name)], points("VIB", split)[best("VIB")],
                                 "error_mc") for name in OTHERS}
        for split in ("validation", "test")
    }
    corrected = {split: holm({name: found[name][2] for name in OTHERS})
                 for split, found in paired.items()}
    for name in OTHERS:
        assert not any(paired[split][name][0] < 0 and corrected[split][name] < 0.05
                       for split in paired), "none is seen to be better"
        cells = (f"{paired[split][name][0]:+.2f} +- {paired[split][name][1]:.2f}"
                 f" | {corrected[split][name]:.2f}" for split in ("validation", "test"))
        t = best(name)
        yield f"| {name}, {TEXTS.get(t, f'{t:g}')} | " + " | ".join(cells) + " |"
    less, vib = (points(name, "test")[best(name)] for name in ("nonlinear IB", "VIB"))
    yield (
        f"nonlinear IB has {paired['test']['nonlinear IB'][0]:.2f} points more, which is more than"
        f" chance (p = {corrected['test']['nonlinear IB']:.2f} after correction), though of"
        f" {mean(less, 'izx_upper_tight'):.2f} bits of the image at most, where VIB's least error"
        f" takes {mean(vib, 'izx_lower'):.2f} at least"
    )


def compared(title, a, b):
    """What compare.txt has of two points: its first seed, and the interval over seeds."""
    errors = " ".join(f"{100 * found[0]['error_mc']:.2f}" for found in (a, b))
    middle, half, _ = difference(a, b, "error_mc")
    yield f"{title} split: seed A % B % A - B % only A wrong only B wrong McNemar p 0 {errors}"
    yield (f"A - B, mean of {len(a)} seeds: {middle:+.3f} % 95 % interval over seeds, paired t:"
           f" {middle - half:+.3f} to {middle + half:+.3f} %")


def all_compared():
    for name in OTHERS:
        for split in ("validation", "test"):
            shown = (f"{one} at {TEXTS.get(best(one), best(one))}" for one in (name, "VIB"))
            yield from compared(" less ".join(shown) + f", {split}",
                                *(points(one, split)[best(one)] for one in (name, "VIB")))


def more_for_less(name, t, other, other_t):
    """An objective has more of the label than another, and less of the image, in every seed: its
    bits of the image at most, the other's at least, bits of the label of both, and their
    difference."""
    found, others = points(name, "test")[t], points(other, "test")[other_t]
    for a, b in zip(found, others):
        assert a["izx_upper_tight"] < b["izx_lower"] and a["izy_lower"] > b["izy_lower"]
    middle, half, _ = difference(found, others, "izy_lower", 1)
    return (f"{mean(found, 'izx_upper_tight'):.2f}", f"{mean(others, 'izx_lower'):.2f}",
            f"{mean(found, 'izy_lower'):.3f} against {mean(others, 'izy_lower'):.3f}"
            f" ({middle:+.3f} +- {half:.3f})")


def ceb_ahead():
    most, least, label = more_for_less("CEB", 0.1, "VIB", 0.03)
    ceb, vib = points("CEB", "test")[0.1], points("VIB", "test")[0.03]
    assert all(a["error"] < b["error"] for a, b in zip(ceb, vib))
    yield (f"CEB at gamma = 0.1 keeps at most {most} bits of a test image, VIB at beta = 0.03 at"
            f" least {least}, and has more bits of its label, {label}")
    yield (f"Its error of one sample is less, too, {mean(ceb, 'error', 100):.2f} % against"
           f" {mean(vib, 'error', 100):.2f}")


def squared_behind():
    most, least, label = more_for_less("VIB", 0.03, "squared IB", 1e-3)
    more_for_less("VIB", 0.1, "squared IB", 0.01)
    return (f"at 1e-3 squared IB keeps at least {least} bits of a test image, VIB at beta = 0.03 at"
            f" most {most}, with bits of the label {label}")


def from_corner(found):
    """Bits from where the code is the label and no more, of the plane's upper bound."""
    h_y = found[0]["h_y"]
    return math.hypot(mean(found, "izx_upper_tight") - h_y, h_y - mean(found, "izy_lower"))


def nonlinear_ahead():
    nearest = {name: min(map(from_corner, points(name, "test").values())) for name in OBJECTIVES}
    assert min(nearest, key=nearest.get) == "nonlinear IB"
    most, least, label = more_for_less("nonlinear IB", 0.8, "VIB", 0.1)
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


def mixture_keeps_more():
    for beta in (0.03, 0.1):
        mixture, standard = (points(name, "test")[beta] for name in ("VIB, mixture", "VIB"))
        for a, b in zip(mixture, standard):
            assert a["izx_lower"] > b["izx_upper_tight"] and a["izy_lower"] > b["izy_lower"]
    return ("At beta = 0.03 and 0.1 the mixture therefore compresses less, and keeps more of the"
            " label, in each seed")


def apart():
    every = [row for row in rows("family/family.csv") if row["izx_lower"] != ""]
    least = [row["izx_upper_tight"] - row["izx_lower"] for row in every
             if row["izx_upper_tight"] < math.log2(min(row["n"], row["evaluate_bounds_n"])) - 6]
    assert max(least) <= 0.5
    return (f"Of all {len(every)} results, of any split, {len(least)} have less than log2 n - 6 bits,"
            f" and their bounds leave {max(least):.2f} bits or less")


def above_within_classes():
    """Of CEB's Re; izx_y_upper_tight is the least of all bounds, Re among them."""
    every = rows("family/family.csv", **OBJECTIVES["CEB"])
    assert all(row["izx_y_upper"] > row["izx_y_upper_tight"] for row in every)
    times = {gamma: mean(found, "izx_y_upper") / mean(found, "izx_y_upper_tight")
             for gamma, found in points("CEB", "test").items()}
    return (f"above the tightest upper bound on I(X;Z|Y) in all {len(every)} results,"
            f" {times[0.1]:.1f} times it at gamma = 0.1 and {times[1e-4]:.1f} times at 1e-4")


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
    for text in (*table(), *against_vib(), *ceb_ahead(), nonlinear_ahead(), jump(),
                 above_the_tightest(), mixture_keeps_more(), above_within_classes(),
                 squared_behind(), flat(), flat_errors(), apart()):
        yield FAMILY, text
    for text in all_compared():
        yield COMPARED, text
    most, least, label = more_for_less("nonlinear IB", 0.8, "VIB", 0.1)
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
    rate, error = mean(many, "izx_upper"), mean(many, "error", 100)
    lost = mean(few, "izy_lower") - mean(many, "izy_lower")
    yield FAMILY, f"12 samples explain the rate, {rate:.0f} bits where the notebook has 31.1"
    yield FAMILY, (f"the error of one sample, {error:.2f} % where the notebook has 1.50 %. They"
                   f" cost {lost:.3f} bits of I(Z;Y)")
    for text in compared("notebook.yaml, 12 samples less 1, test", many, few):
        yield COMPARED, text
    yield FAMILY, f"the least of the ten is {min(errors + column(few, 'error_mc', 100)):.2f} %"
