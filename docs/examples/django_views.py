from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import path

from bettune import APIError, BetTune, to_records

if not settings.configured:  # your project has its own settings
    settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="for this example")


@cache
def client() -> BetTune:
    return BetTune()  # at the first request, so after the server forked its workers


def matches(request: HttpRequest, day: str) -> JsonResponse:
    try:
        records: list[dict[str, Any]] = to_records(client().matches.list(day))
    except APIError as error:
        return JsonResponse({"error": str(error)}, status=502)
    return JsonResponse(records, safe=False)


urlpatterns = [path("days/<str:day>", matches)]
