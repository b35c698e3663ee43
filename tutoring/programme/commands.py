"""`flask programme …`: brochures imported and cohorts opened from a terminal, a sentence for each wrong line."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from tutoring.people.commands import chosen_institution
from tutoring.programme import queries
from tutoring.programme.brochure import BrochureError, Parsed, parse
from tutoring.programme.operations import import_track, open_cohort
from tutoring.store.db import writing
from tutoring.store.refusal import Refusal
from tutoring.web.edge import now, session

programme = AppGroup("programme", help="Tracks and cohorts.")

# By code, what is wrong on a line; `{…}` are the facts that come with it.
SENTENCES = {
    "syntax": "this is not TOML: {message}",
    "missing": "“{key}” is missing",
    "unknown_key": "nothing is called “{key}” here",
    "wrong_type": "{expected} expected, {got} found",
    "empty": "“{key}” is empty",
    "too_small": "{value} is too small, {least} is the least",
    "too_large": "{value} is too large, {most} is the most",
    "not_one_of": "“{value}” is none of {options}",
    "bad_date": "“{value}” is no day; write one as 2026-10-12",
    "bad_time": '“{value}” is no hour; write one as "09:30", in quotes',
    "bad_slug": "“{value}” may hold only a-z, 0-9, - and _",
    "bad_email": "“{value}” is no address",
    "twice": "“{value}” is there twice",
    "size_inverted": "at most {most} people, yet at least {least}",
    "dates_inverted": "it ends on {ends}, before it starts on {starts}",
    "day_twice": "{date} is already a day of this cohort",
    "day_outside_cohort": "{date} is outside the cohort's own dates",
    "place_unknown": "no place has the key “{value}”",
    "module_unknown": "no module has the number {value}",
    "hours_crossed": "it ends at {ends}, not after it starts at {starts}",
    "half_days_overlap": "it starts at {value}, before the one above ends at {earlier}",
    "lunch_overlaps": "lunch overlaps the half-day from {starts} to {ends}",
    "deadline_after_jury": "the day for “{stage}”, {date}, comes after the jury begins",
    "rubric_not_the_grade": "the criteria are worth {points} points in all, the grade is out of {grade}",
    "stage_order": "stages come in this order: {options}",
    "stage_missing": "there must be a stage “{value}”",
    "deadline_order": "the day for “{stage}” comes before the one for “{earlier}”",
    "text_has_formats": "this stage takes no file, so it has no formats",
    "formats_missing": "this stage takes files: say which formats",
    "format_not_accepted": "“{value}” is required but not among the formats",
    "pages_inverted": "at most {most} pages, yet at least {least}",
    "no_format_left": "part “{part}” could not be handed in at stage “{stage}” in any accepted format",
    "drafts_without_stage": "drafts are asked for, but there is no stage “draft”",
    "quorum_above_members": "a quorum of {value} in a jury of {members}",
    "evaluations_above_members": "{value} evaluations from a jury of {members}",
    "mark_without_grade": "there is a pass mark but no grade",
    "mark_above_grade": "a pass mark of {value} for a grade out of {most}",
    "ratio_zero": "a ratio above 0 is expected",
    "ratio_unexpected": "“all_modules” takes no ratio",
    "hours_not_as_announced": "{announced} are announced, the days make {planned}",
    "module_undated": "module {value} has no half-day yet",
}


def told(error: BrochureError) -> str:
    """What is wrong, in one English sentence, with the place in the file's own words."""
    facts = {**error.params}
    if error.code == "hours_not_as_announced":
        facts = {name: _hours(int(minutes)) for name, minutes in error.params.items()}
    said = SENTENCES[error.code].format(**facts)
    if "near" in facts:
        said += f"; did you mean “{facts['near']}”?"
    return f"{error.path}: {said}" if error.path else said


def _hours(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60:02}" if minutes % 60 else f"{minutes // 60} h"


@programme.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--institution", "slug", help="The institution's slug; the only one by default.")
@click.option("--open", "name", help="Open a cohort of this name at once.")
def import_brochure(file: Path, slug: str | None, name: str | None) -> None:
    """Import a track from its brochure, a TOML FILE; each wrong line is told as FILE:LINE: what is wrong."""
    try:
        source = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        click.echo(f"{file}:{line}: this is not UTF-8 text", err=True)
        raise SystemExit(1) from error
    parsed = parse(source)
    _say(file, parsed)
    if parsed.brochure is None:
        raise SystemExit(1)
    writing(session())
    track = import_track(session(), chosen_institution(slug).id, source, now=now())
    lines = [f"track {track.slug} imported"]
    if name is not None:
        try:
            cohort = open_cohort(session(), track, actor=None, now=now(), name=name)
        except Refusal as refusal:
            raise click.ClickException(f"{track.slug} already has a cohort called {name}") from refusal
        lines.append(f"cohort {cohort.id} opened: {cohort.name}")
    session().commit()
    click.echo("\n".join(lines))


def _say(file: Path, parsed: Parsed) -> None:
    for warning in parsed.warnings:
        click.echo(f"{file}:{warning.line}: warning: {told(warning)}", err=True)
    for error in parsed.errors:
        click.echo(f"{file}:{error.line}: {told(error)}", err=True)


@programme.command("cohorts")
def list_cohorts() -> None:
    """Every cohort: its id and its name, separated by a tab."""
    for cohort in queries.cohorts(session()):
        click.echo(f"{cohort.id}\t{cohort.name}")


@programme.command("tracks")
def list_tracks() -> None:
    """Every track: its slug and its name, separated by a tab."""
    for track in queries.tracks(session()):
        click.echo(f"{track.slug}\t{track.name}")
