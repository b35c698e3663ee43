"""How a document crosses from the process that read it to the one that asked: as JSON values."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from tutoring.documents.blocks import Block, Document


def packed(document: object) -> object:
    """A document as JSON values, images in base 64; what is not a document is JSON already."""
    if not isinstance(document, Document):
        return document
    return {
        "blocks": [block.to_dict() for block in document.blocks],
        "pages": document.pages,
        "estimate": document.estimate,
        "warnings": list(document.warnings),
        "images": {key: b64encode(image).decode("ascii") for key, image in document.images.items()},
    }


def unpacked(parcel: Mapping[str, Any]) -> Document:
    """What `packed` wrote."""
    return Document(
        blocks=tuple(Block.from_dict(block) for block in parcel["blocks"]),
        pages=parcel["pages"],
        estimate=parcel["estimate"],
        warnings=tuple(parcel["warnings"]),
        images={key: b64decode(image) for key, image in parcel["images"].items()},
    )
