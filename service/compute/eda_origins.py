"""EDA origins: what EXIF data say: which cameras, when, whether where, and which way up."""

from typing import Any, Final

import numpy as np

from service.compute.eda_items import Images, Items
from service.compute.eda_labels import told_names
from service.compute.timeline import timeline

SHOWN: Final = 50
LOCATED_SHOWN: Final = 6

Json = dict[str, Any]


def told_origins(items: Items, images: Images) -> Json:
    """Positions are counted, and never told: that they are there is what their owner must know."""
    located = items.ids[items.located]
    codes, counts = np.unique(images.numbers["orientation"].astype(int), return_counts=True)
    return {
        "cameras": told_names(items.cameras, SHOWN),
        "taken": timeline(items.taken),
        "located": {
            "items": len(located),
            "shown": [{"item_id": id_} for id_ in located[:LOCATED_SHOWN].tolist()],
        },
        "orientations": {
            str(code): count for code, count in zip(codes, counts.tolist(), strict=True)
        },
    }
