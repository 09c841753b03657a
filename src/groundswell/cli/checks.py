"""What `groundswell doctor` looks at. Each check says what it found and, if that is not well, how to mend it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from groundswell.config.environment import DEFAULT_SECRET_KEY, SHORTEST_SECRET_KEY, Environment

OLDEST_POSTGRESQL = 14
LITTLE_SPACE = 2_000_000_000  # bytes
NO_SPACE = 200_000_000  # bytes
WORKER_SILENCE = 60  # seconds
LONG_QUEUE = 1000  # jobs

GOOD, DOUBTFUL, BAD = "ok", "warning", "error"


@dataclass(frozen=True)
class Finding:
    """The outcome of one check; `mend` is what to do when the state is not `ok`."""

    check: str
    state: str
    found: str
    mend: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def settings_checks(env: Environment) -> Iterator[Finding]:
    """What can be told from the settings alone."""
    yield _secret(env)
    yield _openness(env)
    yield _disk(env.data_dir.resolve())


def database_checks(place: str) -> Iterator[Finding]:
    """The database and what is in it; needs Django ready. `place` says which database it is."""
    from django.db import DatabaseError, ProgrammingError

    try:
        yield _version(place)
    except DatabaseError as error:
        yield Finding(
            "database",
            BAD,
            f"{place} cannot be used: {str(error).strip().splitlines()[0]}",
            "Check DATABASE_URL, that the server runs, that it lets this machine in, and that the database exists.",
        )
        return
    for check in (_rights, _migrations, _owner, _worker, _failed_jobs):
        name = check.__name__.strip("_").replace("_", " ")
        try:
            yield check()
        except ProgrammingError:
            yield not_up_to_date(name)
        except DatabaseError as error:
            yield Finding(name, BAD, str(error).strip().splitlines()[0], "Check the database's own log.")


def not_up_to_date(check: str) -> Finding:
    """Of a check whose tables are not there yet; how that is mended stands under the migrations."""
    found = "not looked at, as the database is not up to date"
    return Finding(check, DOUBTFUL, found, "Run `groundswell migrate`, then `groundswell doctor` again.")


def surroundings_checks(env: Environment) -> Iterator[Finding]:
    """Mail and static files; needs Django ready."""
    yield _mail(env)
    yield _static()


def _secret(env: Environment) -> Finding:
    make = (
        "`groundswell doctor --keep-new-secret` puts one into the data folder; for several machines, make one with "
        "`groundswell doctor --new-secret` and set GROUNDSWELL_SECRET_KEY to it. Keep a copy: backups do not hold it."
    )
    if env.secret_key == DEFAULT_SECRET_KEY:
        if env.debug:
            return Finding("secret key", DOUBTFUL, "the default one, allowed for development only", make)
        return Finding("secret key", BAD, "not set: everyone knows the default one", make)
    if len(env.secret_key) < SHORTEST_SECRET_KEY:
        state = DOUBTFUL if env.debug else BAD
        return Finding("secret key", state, f"only {len(env.secret_key)} characters long", make)
    return Finding("secret key", GOOD, "set")


def _openness(env: Environment) -> Finding:
    is_public = not env.public_url.startswith(("http://127.", "http://localhost", "http://[::1]"))
    if is_public and env.debug:
        return Finding(
            "openness", BAD, "error details are shown to everyone", "Unset GROUNDSWELL_DEBUG on a public server."
        )
    if is_public and env.demo:
        return Finding(
            "openness", BAD, "anyone may sign in through the demo's links", "Unset GROUNDSWELL_DEMO on a public server."
        )
    if is_public and env.public_url.startswith("http://"):
        return Finding(
            "openness",
            DOUBTFUL,
            f"{env.public_url} is not encrypted",
            "Put a web server with a certificate in front (docs/operators.md) and set BASE_URL to its https:// address.",
        )
    if not env.base_url and env.host not in ("127.0.0.1", "localhost", "::1"):
        return Finding("openness", DOUBTFUL, "BASE_URL is not set", "Set BASE_URL to the address that volunteers type.")
    return Finding("openness", GOOD, f"served as {env.public_url}")


def _disk(data_dir: Path) -> Finding:
    place = next(folder for folder in (data_dir, *data_dir.parents) if folder.exists())
    usage = shutil.disk_usage(place)
    found = f"{usage.free / 1e9:.1f} GB free of {usage.total / 1e9:.1f} GB in {data_dir}"
    mend = "Free space, or set GROUNDSWELL_DATA_DIR to a folder on a larger disk. Old backups lie in the data folder."
    if usage.free < NO_SPACE:
        return Finding("disk", BAD, found, mend)
    if usage.free < LITTLE_SPACE:
        return Finding("disk", DOUBTFUL, found, mend)
    return Finding("disk", GOOD, found)


def _version(place: str) -> Finding:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
        number, version = cursor.fetchone()
        cursor.execute(
            "SELECT pg_size_pretty(pg_database_size(current_database())), current_setting('server_encoding')"
        )
        size, encoding = cursor.fetchone()
    found = f"PostgreSQL {version}, {size}, {place}"
    if number < OLDEST_POSTGRESQL * 10_000:
        return Finding("database", BAD, found, f"Use PostgreSQL {OLDEST_POSTGRESQL} or later.")
    if encoding != "UTF8":
        mend = "Create the database anew with ENCODING 'UTF8', and restore a backup into it."
        return Finding("database", BAD, f"{found}, encoded as {encoding}", mend)
    return Finding("database", GOOD, found)


def _rights() -> Finding:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, has_schema_privilege(current_schema(), 'CREATE')")
        user, may_create = cursor.fetchone()
    if not may_create:
        mend = f"As the database's owner: GRANT CREATE ON SCHEMA public TO {user};"
        return Finding("database rights", BAD, f"{user} may not create tables", mend)
    return Finding("database rights", GOOD, f"{user} may create tables")


def _migrations() -> Finding:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.graph.nodes)
    unknown = {key for key in unknown if key not in executor.loader.replacements}
    if unknown:
        return Finding(
            "migrations",
            BAD,
            f"the database was used by a newer Groundswell ({len(unknown)} migrations that this one does not know)",
            "Install the newer version again, or restore a backup of this one's time.",
        )
    if waiting:
        found = f"{len(waiting)} are waiting"
        if not executor.loader.applied_migrations:
            found = "the database is still empty"
        mend = "Run `groundswell migrate`; `groundswell run` does it too, at its start."
        return Finding("migrations", BAD, found, mend)
    return Finding("migrations", GOOD, "all applied")


def _owner() -> Finding:
    from groundswell.accounts.operations import is_set_up

    if is_set_up():
        return Finding("owner", GOOD, "there is one")
    mend = "`groundswell run`, and `groundswell migrate` too, print a link by which the owner's account is made."
    return Finding("owner", DOUBTFUL, "nobody owns this installation yet", mend)


def _worker() -> Finding:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), extract(epoch FROM now() - max(last_heartbeat))::int FROM procrastinate_workers"
            " WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [WORKER_SILENCE],
        )
        alive, silence = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs"
            " WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())"
        )
        [waiting] = cursor.fetchone()
    if not alive:
        return Finding(
            "worker",
            DOUBTFUL,
            f"none is running; {waiting} jobs are waiting",
            "Start `groundswell run`, or `groundswell worker` beside `groundswell web`.",
        )
    found = f"{alive} running, heard of {silence} s ago; {waiting} jobs are waiting"
    if waiting > LONG_QUEUE:
        return Finding("worker", DOUBTFUL, found, "Start another `groundswell worker`, on this machine or another.")
    return Finding("worker", GOOD, found)


def _failed_jobs() -> Finding:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, count(*) FROM procrastinate_jobs WHERE status = 'failed'"
            " GROUP BY task_name ORDER BY count(*) DESC"
        )
        failed = cursor.fetchall()
    if failed:
        names = ", ".join(f"{name} ({count})" for name, count in failed[:5])
        mend = "The worker's log says why. They are forgotten after thirty days."
        return Finding("failed jobs", DOUBTFUL, names, mend)
    return Finding("failed jobs", GOOD, "none")


def _mail(env: Environment) -> Finding:
    from django.core.mail import get_connection

    if not env.email_url and env.email_service is not None:
        return Finding("mail", GOOD, f"sign-in codes and notices go by {env.email_service.name}")
    if not env.email_url:
        return Finding(
            "mail",
            DOUBTFUL,
            f"not set up: messages are kept as files in {env.data_dir / 'mail'}",
            "Set EMAIL_URL to your mail server, and FROM_EMAIL to an address it may send from.",
        )
    try:
        connection = get_connection(timeout=10)
        connection.open()
        connection.close()
    except OSError as error:
        mend = (
            "Check EMAIL_URL: scheme (smtp, smtp+tls, smtps), user, password, host and port; "
            "and that this machine may reach it."
        )
        return Finding("mail", BAD, f"the mail server does not take us: {error}", mend)
    return Finding("mail", GOOD, f"the mail server takes messages from {env.from_email}")


def _static() -> Finding:
    from django.conf import settings

    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if settings.DEBUG or manifest.exists():
        return Finding("static files", GOOD, f"gathered in {settings.STATIC_ROOT}")
    return Finding(
        "static files", DOUBTFUL, "not gathered yet", "`groundswell run` and `groundswell web` do it at their start."
    )
