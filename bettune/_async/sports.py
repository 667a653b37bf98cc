"""Sports: GET /sports."""

from __future__ import annotations

from bettune_openapi.api.sports import list_sports
from bettune_openapi.models import SportsResponse

from bettune._models import Sport
from bettune._parsing import parse_items
from bettune._resource import Resource


class AsyncSports(Resource):
    """Sports."""

    async def list(self) -> list[Sport]:
        """List the sports: GET /sports.

        Raises:
            APIError: the request failed.
        """
        response = await list_sports.asyncio_detailed(client=self._low_level)
        return parse_items(
            self._low_level, response, SportsResponse, lambda item: Sport(item.id, item.name)
        )
