"""Fetch the released npm packages that Palier serves itself, check them, keep only the files it needs.

Reads `packages.toml` beside this file. For each package: `npm pack NAME@VERSION`, compare the tarball's digest with the
pinned integrity (Subresource Integrity form, `ALGORITHM-BASE64`), write the named files flat into `folder`, and
`folder/SHA256SUMS` in the form that `sha256sum --check` reads. Standard library only; needs `npm` on the PATH, whose own
configuration says where packages come from.

Exit code 0 when every package is in place, 1 when one is not; a folder is replaced only once its package is verified.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


class Unusable(Exception):
    """A package that cannot be fetched, is not what was pinned, or lacks a file that we name."""


def pack(name: str, version: str, into: Path) -> Path:
    """Have npm download the released tarball of `name` at `version`; its path."""
    npm = shutil.which("npm")
    if npm is None:
        raise Unusable("npm is not on the PATH")
    command = [npm, "pack", f"{name}@{version}", "--silent", "--ignore-scripts", "--pack-destination", str(into)]
    done = subprocess.run(command, cwd=into, capture_output=True, text=True, timeout=120, check=False)
    tarballs = list(into.glob("*.tgz"))
    if done.returncode or len(tarballs) != 1:
        raise Unusable(f"npm pack failed: {done.stderr.strip() or done.stdout.strip()}")
    return tarballs[0]


def verify(tarball: Path, integrity: str) -> None:
    """Refuse a tarball whose digest is not the pinned one."""
    algorithm, _, expected = integrity.partition("-")
    found = base64.b64encode(hashlib.new(algorithm, tarball.read_bytes()).digest()).decode()
    if found != expected:
        raise Unusable(f"integrity is {algorithm}-{found}, pinned {integrity}")


def unpack(tarball: Path, files: list[str], into: Path) -> None:
    """Write the named members flat into `into`, with the sums of what was written."""
    into.mkdir()
    sums = []
    with tarfile.open(tarball) as archive:
        for file in sorted(files, key=lambda path: Path(path).name):
            try:
                member = archive.extractfile(f"package/{file}")
            except KeyError:
                member = None
            if member is None:
                raise Unusable(f"no file {file} in it")
            content, name = member.read(), Path(file).name
            (into / name).write_bytes(content)
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
    (into / "SHA256SUMS").write_text("".join(sums), encoding="ascii")


def renew(package: dict[str, Any]) -> None:
    """Put one package of the list in place."""
    with tempfile.TemporaryDirectory() as scratch:
        room = Path(scratch)
        tarball = pack(package["name"], package["version"], room)
        verify(tarball, package["integrity"])
        unpack(tarball, package["files"], room / "kept")
        target = HERE / package["folder"]
        if target.exists():
            shutil.rmtree(target)
        shutil.copytree(room / "kept", target)


def main() -> int:
    packages = tomllib.loads((HERE / "packages.toml").read_text(encoding="utf-8"))["package"]
    failed = 0
    for package in packages:
        try:
            renew(package)
        except Unusable as reason:
            failed = 1
            print(f"{package['name']} {package['version']}: {reason}", file=sys.stderr)
        else:
            print(f"{package['folder']}: {len(package['files'])} files")
    listed = {package["folder"] for package in packages}
    for folder in sorted(path.name for path in HERE.iterdir() if path.is_dir() and path.name not in listed):
        if folder != "__pycache__":
            print(f"{folder}: not in packages.toml any more, remove it", file=sys.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(main())
