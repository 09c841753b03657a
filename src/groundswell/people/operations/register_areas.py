"""The wards and polling districts that a register names, below its seat."""

from __future__ import annotations

from groundswell.people.models import ImportBatch, ImportChange
from groundswell.people.operations.batches import register_boundary_set
from groundswell.places.enums import AreaKind
from groundswell.places.models import Area


class RegisterAreas:
    """Wards and polling districts below one seat, looked up once each."""

    def __init__(self, batch: ImportBatch, constituency: Area) -> None:
        self.batch, self.constituency = batch, constituency
        self.boundary_set = register_boundary_set(constituency)
        known = Area.objects.filter(boundary_set=self.boundary_set, code__startswith=f"{constituency.code}/")
        self.ids = dict(known.values_list("code", "pk"))

    def area(self, district: str, ward: str) -> int:
        """The id of a polling district, below its ward if the file names one; of the seat if it names neither."""
        parent = self.constituency.pk
        if ward:
            parent = self._made(AreaKind.WARD, f"ward:{ward}"[:40], ward, parent)
        if not district:
            return parent
        return self._made(AreaKind.POLLING_DISTRICT, district, district, parent)

    def _made(self, kind: AreaKind, code: str, name: str, parent: int) -> int:
        code = f"{self.constituency.code}/{code}"[:60]
        if code not in self.ids:
            area = Area.objects.create(
                kind=kind,
                boundary_set=self.boundary_set,
                code=code,
                name=name,
                parent_id=parent,
                nation=self.constituency.nation,
                region=self.constituency.region,
                time_zone=self.constituency.time_zone,
                source="register",
            )
            ImportChange.objects.create(batch=self.batch, table="places_area", row_id=area.pk, before={})
            self.ids[code] = area.pk
        return self.ids[code]
