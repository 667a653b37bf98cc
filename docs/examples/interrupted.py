from bettune import BetTune, SyncReport


def stop_early(done: int, total: int) -> None:
    if done == 3:
        raise KeyboardInterrupt  # as Ctrl-C does


odds = {1611471: 2.31, 1611473: 1.92, 1611319: 2.65, 1611393: 2.10, 1611315: 1.75}
with BetTune() as bettune:
    try:
        bettune.predictions.sync(11583, odds, concurrency=1, on_progress=stop_early)
    except KeyboardInterrupt as stopped:
        report: SyncReport = stopped.report  # type: ignore[attr-defined]
        print(report)
        print("never sent:", sorted(report.pending))
    print("again:", bettune.predictions.sync(11583, odds))
