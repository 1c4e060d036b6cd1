"""Offline peers on one day of ratios by the minute: apache-otava and ruptures (PELT, linear kernel).

Reads lines `family,what,onset minute or -1,ratio,ratio,...` on stdin. Prints a row per family and method: false
change points a day in the series without a change, and shifts found within 15 minutes of their onset. Both
need the whole series; what they say while it comes in is not measured.
"""
import math
import sys
import time
from collections import defaultdict

NEAR_MIN = 15


def methods():
    found = []
    try:
        from otava.analysis import compute_change_points

        def otava(xs):
            points = compute_change_points(xs, window_len=50, max_pvalue=0.001, min_magnitude=0.0)[0]
            return [point.index for point in points]

        found.append(("apache-otava, window 50, p .001", otava))
    except ImportError:
        print("apache-otava: skipped, not installed (pip install apache-otava)")
    try:
        import numpy
        import ruptures

        def pelt(times):
            def run(xs):
                values = numpy.asarray(xs)
                scale = numpy.median(numpy.abs(numpy.diff(values))) / 0.954 or 1.0
                model = ruptures.KernelCPD(kernel="linear", min_size=3).fit(values / scale)
                return model.predict(pen=times * math.log(len(xs)))[:-1]

            return run

        found.append(("ruptures PELT, penalty 2 ln n", pelt(2)))
        found.append(("ruptures PELT, penalty 6 ln n", pelt(6)))
    except ImportError:
        print("ruptures: skipped, not installed (pip install ruptures)")
    return found


def main():
    series = []
    for line in sys.stdin:
        family, what, onset, *ratios = line.strip().split(",")
        series.append((family, what, int(onset), [float(ratio) for ratio in ratios]))
    for name, method in methods():
        rows = defaultdict(lambda: [0, 0, 0.0])
        for family, what, onset, ratios in series:
            began = time.time()
            points = method(ratios)
            row = rows[family, what]
            row[0] += 1
            near = [p for p in points if onset >= 0 and abs(p - onset) <= NEAR_MIN]
            row[1] += len(points) if onset < 0 else bool(near)
            row[2] += time.time() - began
        for (family, what), (n, count, seconds) in rows.items():
            said = f"{count / n:.1f} a day" if what == "nothing" else f"{count} of {n} found"
            print(f"| {name} | {family} | {what} | {said} | {seconds / n:.2f} s a series |")


main()
