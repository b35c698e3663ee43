"""What others wrote and we serve: only what is listed, byte for byte as it was released."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
PACKAGES: list[dict[str, Any]] = tomllib.loads((VENDOR / "packages.toml").read_text(encoding="utf-8"))[
    "package"
]

every_package = pytest.mark.parametrize("package", PACKAGES, ids=lambda package: str(package["folder"]))


def listed_sums(folder: Path) -> dict[str, str]:
    lines = (folder / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def test_every_vendored_folder_is_listed_and_every_listed_one_is_there() -> None:
    folders = {
        path.name for path in VENDOR.iterdir() if path.is_dir() and not path.name.startswith((".", "__"))
    }
    assert folders == {package["folder"] for package in PACKAGES}


@every_package
def test_a_vendored_folder_holds_what_its_sums_say(package: dict[str, Any]) -> None:
    folder = VENDOR / package["folder"]
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name != "SHA256SUMS"
    }
    assert found == listed_sums(folder)


@every_package
def test_a_vendored_folder_holds_the_files_that_were_asked_for_and_a_licence(package: dict[str, Any]) -> None:
    names = {Path(file).name for file in package["files"]}
    assert set(listed_sums(VENDOR / package["folder"])) == names
    assert "LICENSE" in names


@every_package
def test_a_folder_says_its_version_and_its_package_is_pinned_by_digest(package: dict[str, Any]) -> None:
    assert package["folder"] == f"{package['name'].rpartition('/')[2]}-{package['version']}"
    assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", package["integrity"])


def test_every_vendored_file_that_a_page_or_a_style_sheet_names_exists() -> None:
    pages = [*(ROOT / "static" / "css").glob("*.css"), *(ROOT / "templates").rglob("*.html")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    named = set(re.findall(r"vendor/([\w.@-]+/[\w.@-]+)", text))
    served = {f"{package['folder']}/{Path(file).name}" for package in PACKAGES for file in package["files"]}
    assert named == {file for file in served if not file.endswith("/LICENSE")}
