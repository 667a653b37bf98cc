from bettune import BetTune

sheet = [
    {"date": "2026-06-06 14:00", "home": "KS Katowice", "away": "Szczecin"},
    {"date": "2026-06-06 14:30", "home": "LODZ", "away": "KS Bialystok"},
    {"date": "2026-06-06 17:00", "home": "Bristol", "away": "Preston Utd"},
    {"date": "2026-06-06 19:00", "home": "Legia", "away": "KS Radom"},
]

with BetTune() as bettune:
    resolution = bettune.matches.resolve(sheet, tz="Europe/Warsaw")
    print(resolution)
    for fixture in resolution.unresolved:
        print(fixture)
        for candidate in fixture.candidates:
            match = candidate.match
            print(f"   {candidate.score:.2f}  {match.home.name} - {match.away.name}")
    print("Suggested:", resolution.suggested_aliases)

    # After a check, pass the correct aliases:
    resolution = bettune.matches.resolve(
        sheet, tz="Europe/Warsaw", aliases={"Bristol": "Bristol United"}
    )
    print(resolution, resolution.ids)
