"""What jury brings to the house."""

import tutoring.jury.models  # noqa: F401
from tutoring.web.part import Part

PART = Part(name="jury")
