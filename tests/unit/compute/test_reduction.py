"""The reduction keeps what differs, and the same rows give the same bytes however they are held."""

from pathlib import Path

import numpy as np
import pytest

from service.compute.reduction import principal_axes, project
from service.compute.vectors import BLOCK, Vectors
from service.errors import Unreadable


def described(count: int, seed: int = 0) -> np.ndarray:
    """uint8 rows that differ along three directions, and by noise."""
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(3, 40)) * [[60], [30], [15]]
    rows = 128 + rng.normal(size=(count, 3)) @ directions / 6 + rng.normal(size=(count, 40))
    return np.clip(rows, 0, 255).astype(np.uint8)


def test_the_axes_are_those_of_the_whole_covariance() -> None:
    rows = described(2 * BLOCK + 17)

    axes = principal_axes(Vectors(rows))

    variances = np.linalg.eigvalsh(np.cov(rows.astype(np.float64), rowvar=False, ddof=0))[::-1]
    kept = axes.directions.shape[1]
    assert axes.explained == pytest.approx(variances[:kept].sum() / variances.sum(), rel=1e-4)
    assert (axes.explained or 0) >= 0.9
    assert variances[: kept - 1].sum() / variances.sum() < 0.9
    assert np.allclose(axes.mean, rows.mean(axis=0), atol=1e-3)


def test_distances_along_the_axes_are_those_between_the_vectors() -> None:
    rows = described(300)
    vectors = Vectors(rows)

    points = project(vectors, principal_axes(vectors))

    flat = rows.astype(np.float64)
    before = np.linalg.norm(flat[:150] - flat[150:], axis=1)
    after = np.linalg.norm(points[:150] - points[150:], axis=1)
    assert (after <= before + 1e-3).all()
    assert np.corrcoef(before, after)[0, 1] > 0.9


def test_the_same_rows_give_the_same_bytes_however_they_are_held(tmp_path: Path) -> None:
    rows = described(BLOCK + 5)
    np.save(tmp_path / "rows.npy", rows)
    wide = np.zeros((len(rows), 100), np.uint8)
    wide[:, 30:70] = rows
    held = (
        rows,
        rows.astype(np.float32),
        wide[:, 30:70],
        np.load(tmp_path / "rows.npy", mmap_mode="r"),
    )

    points = [project(Vectors(each), principal_axes(Vectors(each))) for each in held]

    assert {each.tobytes() for each in points} == {points[0].tobytes()}


def test_a_far_away_mean_costs_no_precision() -> None:
    rows = described(1000).astype(np.float32)

    near, far = (principal_axes(Vectors(rows + shift)) for shift in (0, 10_000))

    assert far.explained == pytest.approx(near.explained, rel=1e-3)
    assert far.directions.shape == near.directions.shape


@pytest.mark.parametrize("count", [0, 1, 5])
def test_where_nothing_differs_there_is_no_share_and_all_points_are_one(count: int) -> None:
    vectors = Vectors(np.full((count, 40), 200, np.uint8))

    axes = principal_axes(vectors)

    assert axes.flat
    assert axes.explained is None
    assert not project(vectors, axes).any()


def test_one_number_each_still_gives_points_of_a_plane() -> None:
    vectors = Vectors(np.arange(9, dtype=np.float32)[:, None])

    points = project(vectors, principal_axes(vectors))

    assert points.shape == (9, 2)
    assert not points[:, 1].any()


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_no_number_is_refused(wrong: float) -> None:
    rows = described(10).astype(np.float32)
    rows[7, 3] = wrong

    with pytest.raises(Unreadable, match="not a finite number"):
        principal_axes(Vectors(rows))


def test_of_unit_length_only_directions_count() -> None:
    rows = described(50).astype(np.float32)
    longer = rows * np.linspace(1, 9, 50)[:, None].astype(np.float32)

    (_, one), (_, other) = (next(Vectors(r, unit_length=True).blocks()) for r in (rows, longer))

    assert np.allclose(one, other, atol=1e-6)
