from rich.progress import Progress

from bettune import BetTune

with BetTune() as bettune:
    odds = dict.fromkeys(bettune.matches.list("2026-06-06"), "2.05")
    plan = bettune.predictions.plan(11583, odds, by_hand="keep", max_drop=0.75)
    with Progress() as bar:
        task = bar.add_task("Writing", total=len(plan))
        report = bettune.predictions.apply(
            plan, on_progress=lambda done, total: bar.update(task, completed=done)
        )
print(report)
