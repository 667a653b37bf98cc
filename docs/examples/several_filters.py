from bettune import DELETE, BetTune

with BetTune() as bettune:
    ids = {item.name: item.id for item in bettune.prediction_filters.list()}
    plans = bettune.predictions.plan_many(
        {
            ids["Manual football"]: {1611471: 2.31, 1611473: 1.92},
            ids["Manual draws"]: {1611471: 3.40, 1611473: DELETE},
        }
    )
    print(len(plans.writes), "writes:", plans)
    reports = bettune.predictions.apply_many(plans)
for filter_id, report in reports.items():
    print(filter_id, report)
reports.raise_for_failures()
