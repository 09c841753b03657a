from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganisationKind(TextChoices):
    """What the organisation is in law; many contact and money rules branch on it."""

    PARTY = "party", _("political party")
    CANDIDATE = "candidate", _("candidate")
    REGISTERED_NON_PARTY = "registered_non_party", _("registered non-party campaigner")
    UNION = "union", _("trade union")
    CHARITY = "charity", _("charity")
    OTHER = "other", _("other organisation")


class Role(TextChoices):
    """What a person may do in one campaign, from most to least."""

    OWNER = "owner", _("owner")
    ORGANISER = "organiser", _("organiser")
    DATA_MANAGER = "data_manager", _("data manager")
    CALLER = "caller", _("caller")


STAFF_ROLES = frozenset({Role.OWNER, Role.ORGANISER, Role.DATA_MANAGER})


class AuditAction(TextChoices):
    """The verbs of the audit log (rule D13: every view, export and change)."""

    VIEW = "view", _("viewed")
    EXPORT = "export", _("exported")
    CREATE = "create", _("created")
    CHANGE = "change", _("changed")
    DELETE = "delete", _("deleted")
    SIGN_IN = "sign_in", _("signed in")
