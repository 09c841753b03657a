"""A phone bank on an installation's own database, and volunteers signed in to it: run as a process, answers JSON."""

from __future__ import annotations

import json
import os
import sys

from groundswell.cli.database import database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "groundswell.config.settings")


def main(households: int, callers: int) -> None:
    with database():
        from groundswell.cli.bench_calling import session_of
        from groundswell.cli.benching.scratch import Scratch, fill

        fill(households)
        scratch = Scratch.found()
        print(
            json.dumps(
                {"bank": scratch.bank.pk, "sessions": [session_of(who.user_id) for who in scratch.callers(callers)]}
            )
        )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
