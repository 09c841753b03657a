"""Xpress, monthly change file: 23 columns; what was added, amended or deleted since the register was published."""

from django.utils.translation import gettext_lazy as _

from groundswell.people.layouts.layout import Field, Layout, numbered

XPRESS_CHANGES = Layout(
    name="xpress-changes",
    title=_("Xpress, monthly changes"),
    columns={
        "CompanyName": Field.IGNORE,
        "CompanyOPCSRef": Field.IGNORE,
        "DistrictRef": Field.IGNORE,
        "StreetName": Field.STREET,
        **numbered("PropertyAddress", 5),
        "PropertyPostCode": Field.POSTCODE,
        "PropertyAddressPrefix": Field.HOUSE_NAME,
        "PropertyAddressNumber": Field.HOUSE_NUMBER,
        "ElectorNumber": Field.FULL_NUMBER,
        "ElectorForename": Field.FORENAME,
        "ElectorSurname": Field.SURNAME,
        "ElectorDOB": Field.ATTAINMENT,
        "ElectorCreatedMonth": Field.CREATED,
        "ElectorChangedMonth": Field.CHANGED,
        "ElectorDeletedMonth": Field.DELETED,
        "MarkersRegisterText": Field.MARKERS,
        "RecordCount": Field.IGNORE,
        "RecordTotal": Field.RECORD_TOTAL,
        "CurrentRegisterMonth": Field.IGNORE,
    },
    essential=frozenset({"ElectorNumber", "ElectorCreatedMonth", "ElectorDeletedMonth"}),
    changes=True,
)
