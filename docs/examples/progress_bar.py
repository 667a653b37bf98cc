from rich.progress import Progress

from bettune import BetTune

with BetTune() as bettune:
    odds = {match.id: "2.05" for match in bettune.matches.list("2026-06-06")}
    plan = bettune.predictions.plan(11583, odds)
    with Progress() as bar:
        task = bar.add_task("Writing", total=len(plan))
        report = bettune.predictions.apply(
            plan, on_progress=lambda done, total: bar.update(task, completed=done)
        )
print(report)
