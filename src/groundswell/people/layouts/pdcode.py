"""PDCode and RollNo: 21 columns, later 25; the roll number is a decimal whose fraction is the suffix."""

from django.utils.translation import gettext_lazy as _

from groundswell.people.layouts.layout import Field, Layout, numbered

PDCODE = Layout(
    name="pdcode",
    title=_("PDCode and RollNo"),
    columns={
        "PDCode": Field.PREFIX,
        "RollNo": Field.ROLL_NUMBER,
        "ElectorTitle": Field.TITLE,
        "ElectorSurname": Field.SURNAME,
        "ElectorForename": Field.FORENAME,
        "ElectorMiddleName": Field.MIDDLE,
        "AttainersDOB": Field.ATTAINMENT,
        "DateOfAttainment": Field.ATTAINMENT,
        "FranchiseMarker": Field.FRANCHISE,
        **numbered("RegisteredAddress", 6),
        "PostCode": Field.POSTCODE,
        "Euro": Field.IGNORE,
        "Parl": Field.IGNORE,
        "County": Field.IGNORE,
        "Ward": Field.WARD,
        # Parts of the address that RegisteredAddress repeats.
        "SubHouse": Field.IGNORE,
        "House": Field.IGNORE,
        "IERStatus": Field.IGNORE,
        "MethodOfVerification": Field.IGNORE,
        "ElectorID": Field.IGNORE,
        "UPRN": Field.UPRN,
        "Suffix": Field.IGNORE,
    },
    essential=frozenset({"PDCode", "RollNo", "ElectorSurname"}),
)
