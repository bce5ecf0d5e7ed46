"""CleanVision: all of its issues in a folder of images; the paths that each flags, and the time."""

import contextlib
import json
import os
import sys
import time
import warnings
from pathlib import Path

from cleanvision import Imagelab


def main(folder: Path, jobs: list[int]) -> dict[str, object]:
    """The seconds by number of processes; paths are relative to the folder."""
    seconds: dict[int, float] = {}
    flagged: dict[str, list[str]] = {}
    for count in jobs:
        began = time.monotonic()
        lab = Imagelab(data_path=str(folder))
        lab.find_issues(n_jobs=count, verbose=False)
        seconds[count] = time.monotonic() - began
        flagged = {
            column[len("is_") : -len("_issue")]: [
                os.path.relpath(path, folder) for path in lab.issues.index[lab.issues[column]]
            ]
            for column in lab.issues.columns
            if column.endswith("_issue")
        }
    return {"seconds": seconds, "flagged": flagged}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with contextlib.redirect_stdout(sys.stderr):
        told = main(Path(sys.argv[1]), [int(count) for count in sys.argv[2].split(",")])
    print(json.dumps(told))
