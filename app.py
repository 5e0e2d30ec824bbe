"""The app: four screens over what was promoted last. Served by `trustdrift app`."""

from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parent

st.set_page_config(page_title="Trustdrift", page_icon="🛡️", layout="wide")

st.logo(ROOT / "ui" / "shapes" / "logo.svg", size="medium")
screens = [
    st.Page("ui/screens/overview.py", title="Overview", url_path="overview", icon=":material/dashboard:", default=True),
    st.Page("ui/screens/paths.py", title="Paths", url_path="paths", icon=":material/route:"),
    st.Page("ui/screens/drift.py", title="Drift", url_path="drift", icon=":material/difference:"),
    st.Page("ui/screens/cypher.py", title="Cypher", url_path="cypher", icon=":material/terminal:"),
]
st.navigation(screens, position="top").run()
