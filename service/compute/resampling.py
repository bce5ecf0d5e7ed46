"""Resampling: Pillow's Lanczos reduction of a grey plane, as banded matrix products."""

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

type _Unused = None
