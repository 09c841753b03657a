from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ContactKind(TextChoices):
    PHONE = "phone", _("telephone")
    EMAIL = "email", _("email")
    HANDLE = "handle", _("handle")


class ImportKind(TextChoices):
    REGISTER = "register", _("electoral register")
    PHONES = "phones", _("phone numbers")
    # Taken in by compliance, a floor above; here because one list shows every file that came in.
    SCREENING = "screening", _("screening list")
    DO_NOT_CALL = "do_not_call", _("do-not-call list")


class ImportStatus(TextChoices):
    """The life of an import. Only `done` batches have changed anything; `undone` ones no longer do."""

    UPLOADED = "uploaded", _("uploaded")
    # Its job waits for a worker.
    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    UNDONE = "undone", _("undone")


class ImportStage(TextChoices):
    """Where a running import is, for the page that waits for it."""

    READING = "reading", _("reading the file")
    MATCHING = "matching", _("matching people and households")
    WRITING = "writing", _("writing")
    FINISHING = "finishing", _("finishing")


class Franchise(TextChoices):
    """Who may vote in what, by register marker (rule R5; there is no single national table of markers)."""

    FULL = "full", _("all elections")
    OVERSEAS = "overseas", _("overseas (F): UK Parliament only")
    EU = "eu", _("EU citizen (G): local only")
    EU_RETAINED = "eu_retained", _("EU citizen with retained rights (B): local only")
    PEER = "peer", _("member of the Lords (L): local only")
    FOREIGN = "foreign", _("qualifying foreign citizen (M): local only")
