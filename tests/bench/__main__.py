"""`make bench`: how long pages take against an empty route, and the engines behind them; how well remarks are carried.

Prints a table and writes `build/bench.json`: a list of {name, value, unit, reference, reference_value, ratio, note}.
A goal that is missed is said and ends with status 1.
"""

from __future__ import annotations

from tests.bench.engines import engines, quality
from tests.bench.pages import pages
from tests.bench.report import report

if __name__ == "__main__":
    # The engines first, while nothing else of the bench is at work.
    report([*engines(), *quality(), *pages()])
