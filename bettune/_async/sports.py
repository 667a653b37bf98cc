"""Sports: GET /sports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bettune_openapi.api.sports import list_sports
from bettune_openapi.models import SportsResponse

from bettune._resources import answers, decode
from bettune._resources.resource import Resource

if TYPE_CHECKING:
    from bettune._models import Sport


class AsyncSports(Resource):
    """Sports."""

    async def list(self) -> list[Sport]:
        """List the sports: GET /sports.

        Raises:
            APIError: the request brought no result.
        """
        response = await list_sports.asyncio_detailed(client=self._low_level)
        return answers.result(self._low_level, response, SportsResponse, decode.sports)
