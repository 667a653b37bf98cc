from bettune import DELETE, BetTune

with BetTune() as bettune:
    bettune.predictions.sync(11583, {1611471: 2.20, 1611473: 1.92})
    day = {match.id: match for match in bettune.matches.list("2026-06-06")}
    odds = {1611471: 2.31, 1611473: 1.92, 1611319: 2.65, 1611393: 2.10, 1611262: DELETE}
    given = {day[match_id]: value for match_id, value in odds.items()}
    print(bettune.predictions.plan(11583, given)._repr_html_())
