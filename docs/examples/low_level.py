from bettune_openapi.api.sports import list_sports

from bettune import BetTune

with BetTune() as bettune:
    response = list_sports.sync_detailed(client=bettune.low_level)
    print(response.status_code.value, response.parsed)
