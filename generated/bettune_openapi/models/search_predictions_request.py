from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SearchPredictionsRequest")


@_attrs_define
class SearchPredictionsRequest:
    """
    Attributes:
        filter_id (int):  Example: 11583.
        match_ids (list[int]):  Example: [1611243, 1611244].
    """

    filter_id: int
    match_ids: list[int]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        filter_id = self.filter_id

        match_ids = self.match_ids

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "filterId": filter_id,
                "matchIds": match_ids,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        filter_id = d.pop("filterId")

        match_ids = cast(list[int], d.pop("matchIds"))

        search_predictions_request = cls(
            filter_id=filter_id,
            match_ids=match_ids,
        )

        search_predictions_request.additional_properties = d
        return search_predictions_request

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
