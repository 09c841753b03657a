"""Uploaded files while they wait to be imported: in the private folder of the data directory, and no longer than needed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from groundswell.people.files.inspection import Inspection, inspect_file
from groundswell.people.files.refusal import ImportRefusedError

# The largest register has some 110,000 entries; a list of the Telephone Preference Service has under 20 million numbers.
LARGEST = 1 << 30


@dataclass(frozen=True, slots=True)
class KeptUpload:
    """A file in its private place, and what it is."""

    name: str
    path: Path
    inspection: Inspection


@contextmanager
def kept_upload(upload: File[Any]) -> Iterator[KeptUpload]:
    """Put an upload where only we can read it, under a name nobody can guess; if the block fails, it is gone again.

    Raises ImportRefusedError for what is no text file, or too large.
    """
    if upload.size and upload.size > LARGEST:
        raise ImportRefusedError(
            _("The file has more than %(size)d MB, which no register or list has. Is it the right one?")
            % {"size": LARGEST >> 20}
        )
    if not upload.size:
        raise ImportRefusedError(_("The file is empty."))
    name = default_storage.save(f"imports/{uuid.uuid4().hex}.upload", upload)
    try:
        path = Path(default_storage.path(name))
        yield KeptUpload(name, path, inspect_file(path))
    except BaseException:
        default_storage.delete(name)
        raise
