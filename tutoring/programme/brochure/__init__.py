"""A programme's brochure as a TOML file: `parse(text)` gives the brochure, or every error with its line."""

from pathlib import Path

from tutoring.programme.brochure.reader import WARNINGS, parse
from tutoring.programme.brochure.shape import (
    EVENT_KINDS,
    KINDS,
    Brochure,
    BrochureError,
    CohortSpec,
    Contact,
    DaySpec,
    EventKind,
    GatheringSpec,
    HalfDaySpec,
    Kind,
    LunchSpec,
    ModuleSpec,
    Parsed,
    PlaceSpec,
    TrackSpec,
    VoluntaryEvent,
)

# The brochures that come with Palier.
CATALOGUE = Path(__file__).parent.parent / "catalogue"

__all__ = [
    "CATALOGUE",
    "EVENT_KINDS",
    "KINDS",
    "WARNINGS",
    "Brochure",
    "BrochureError",
    "CohortSpec",
    "Contact",
    "DaySpec",
    "EventKind",
    "GatheringSpec",
    "HalfDaySpec",
    "Kind",
    "LunchSpec",
    "ModuleSpec",
    "Parsed",
    "PlaceSpec",
    "TrackSpec",
    "VoluntaryEvent",
    "parse",
]
