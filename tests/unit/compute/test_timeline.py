"""Timeline: every moment is counted once, in periods that can be shown."""

import numpy as np
import pytest

from service.compute.timeline import MOST, timeline


@pytest.mark.parametrize(
    ("last", "unit"),
    [("2020-01-01", "day"), ("2020-02-10", "day"), ("2020-06-01", "month"), ("2039-01-01", "year")],
)
def test_the_finest_periods_are_taken_that_are_not_too_many(last: str, unit: str) -> None:
    moments = np.arange("2020-01-01T03", f"{last}T04", dtype="datetime64[h]")

    told = timeline(moments.astype("datetime64[s]"))

    assert told["unit"] == unit
    assert len(told["periods"]) <= MOST
    assert sum(period["items"] for period in told["periods"]) == told["items"] == len(moments)


def test_what_is_not_known_is_left_out() -> None:
    told = timeline(np.array(["NaT", "1969-12-31T23:59:59", "NaT"], "datetime64[s]"))

    assert told == {
        "items": 1,
        "first": "1969-12-31T23:59:59",
        "last": "1969-12-31T23:59:59",
        "unit": "day",
        "periods": [{"period": "1969-12-31", "items": 1}],
    }


def test_no_moments_are_no_timeline() -> None:
    told = timeline(np.array(["NaT"], "datetime64[s]"))

    assert (told["items"], told["periods"]) == (0, None)
