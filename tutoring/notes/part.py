"""What notes brings to the house."""

import tutoring.notes.models  # noqa: F401
from tutoring.web.part import Part

PART = Part(name="notes")
