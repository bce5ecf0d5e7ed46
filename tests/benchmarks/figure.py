"""Figure: one measured number and the bar that it should reach."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """``at_least`` or ``at_most`` is the bar; a figure without one only informs."""

    name: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def reached(self) -> bool:
        if self.at_least is not None and self.value < self.at_least:
            return False
        return self.at_most is None or self.value <= self.at_most

    def line(self) -> str:
        bar = ""
        if self.at_least is not None:
            bar = f">= {self.at_least:g}"
        elif self.at_most is not None:
            bar = f"<= {self.at_most:g}"
        verdict = ("reached" if self.reached else "MISSED") if bar else ""
        return f"{self.name:<58}{self.value:>10.3f} {self.unit:<6}{bar:<10}{verdict}"
