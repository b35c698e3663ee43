"""The pages of the space and of the library."""

from __future__ import annotations

from resources.views import assigned, assigning, days, library, readings, writing
from resources.views.routes import pages

__all__ = ["assigned", "assigning", "days", "library", "pages", "readings", "writing"]
