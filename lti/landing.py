"""Where a launch leads inside Palier: the page its link names in the cohort its course opens."""

from __future__ import annotations

from urllib.parse import urlsplit

from lti.models import Page
from lti.operations import Arrival
from lti.protocol.claims import Launch
from lti.protocol.urls import same_origin
from tutoring.people.operations import own_path

PATHS = {Page.HOME: "", Page.NOTE: "note", Page.LIBRARY: "library"}


def target_of(launch: Launch, arrival: Arrival, base_url: str) -> str:
    """A path of ours: the custom parameter `page`, else the launch's own target when it lies in the same cohort."""
    if arrival.course is None:
        return "/lti/course" if arrival.unlinked is not None else "/"
    inside = f"/c/{arrival.course.cohort_id}/"
    page = launch.custom.get("page")
    if page in set(Page):
        return inside + PATHS[Page(page)]
    if same_origin(launch.target, base_url):
        asked = urlsplit(launch.target)
        path = own_path(asked.path + (f"?{asked.query}" if asked.query else ""))
        if path.startswith(inside) and ".." not in path:
            return path
    return inside


def frame_of(launch: Launch) -> str:
    """The site in whose frame the launch shows: where it wants people back, else its issuer."""
    return launch.presentation.return_url or launch.platform.issuer
