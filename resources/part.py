"""What resources brings to the house."""

import resources.models  # noqa: F401
from tutoring.web.part import Part

PART = Part(name="resources")
