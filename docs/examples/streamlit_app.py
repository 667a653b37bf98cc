from datetime import date

import streamlit as st

from bettune import BetTune, to_records

FILTER = 11583


@st.cache_resource
def client() -> BetTune:
    return BetTune()  # one client for all sessions and reruns


day = st.date_input("Day", date(2026, 6, 6))
matches = client().matches.list(day)
odds = {match: 1.5 + len(match.home.name) / 10 for match in matches}
plan = client().predictions.plan(FILTER, odds, by_hand="keep")
plan = plan.without(plan.refused)  # without falls by more than half: usually mistakes
st.dataframe(to_records(plan, matches=matches, odds=float))

if st.button(f"Send {len(plan)} writes"):
    bar = st.progress(0.0)
    report = client().predictions.apply(
        plan, on_progress=lambda done, total: bar.progress(done / total)
    )
    st.write(str(report))
