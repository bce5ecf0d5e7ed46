"""Words: how names and values of a result are told to people."""

import re
from typing import Any

SHARES = ("share", "coverage")
PLAIN_FROM = 1000
"""From here on without decimals, and without an exponent."""
PERCENTILE = re.compile(r"p(\d\d)")
WELL_KNOWN = {"iqr": "IQR", "ks": "KS", "psi": "PSI", "mmd": "MMD", "auc": "AUC", "exif": "EXIF"}


def heading(name: str) -> str:
    """'near_duplicates' as 'Near duplicates', 'p05' as '5 %'."""
    if percentile := PERCENTILE.fullmatch(name):
        return f"{int(percentile[1])} %"
    words = [WELL_KNOWN.get(word, word) for word in name.replace("_", " ").split(" ")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def told(name: str, value: Any) -> str:
    """A value in a few characters; shares are percentages."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float() if name.endswith(SHARES):
            return f"{100 * value:.1f} %"
        case float() if abs(value) >= PLAIN_FROM:
            return f"{value:,.0f}"
        case float():
            return f"{value:.4g}"
        case _:
            return str(value)
