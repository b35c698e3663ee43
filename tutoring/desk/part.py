"""What desk brings to the house."""

from tutoring.web.part import Part

PART = Part(name="desk")
