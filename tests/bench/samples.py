"""Whether two samples are of the same thing."""

import math
from collections import Counter
from collections.abc import Sequence


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> float:
    """The two-sided p of the U test, by its normal approximation; for twenty samples and more."""
    of_first = Counter(first)
    ranks = ties = below = 0.0
    for value, count in sorted(Counter([*first, *second]).items()):
        ranks += of_first[value] * (below + (count + 1) / 2)
        ties += count**3 - count
        below += count
    n, m = len(first), len(second)
    u = ranks - n * (n + 1) / 2
    spread = math.sqrt(n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1))))
    return math.erfc(abs(u - n * m / 2) / spread / math.sqrt(2)) if spread else 1.0
