from bettune import BetTune

sheet = [
    {"Date": "06.06.2026 14:30", "HomeTeam": "LODZ", "AwayTeam": "KS Bialystok", "odds": 1.92},
    {"Date": "06.06.2026 17:00", "HomeTeam": "Bristol", "AwayTeam": "Preston Utd", "odds": 2.44},
]
names = {"Date": "date", "HomeTeam": "home", "AwayTeam": "away"}

with BetTune() as bettune:
    resolution = bettune.matches.resolve(sheet, tz="Europe/Warsaw", columns=names)
print(*resolution.resolved_rows(), sep="\n")
