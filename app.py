"""The app: three screens over what was promoted last. Served by `trustdrift app`."""

import streamlit as st

st.set_page_config(page_title="Trustdrift", page_icon="🛡️", layout="wide")

screens = [
    st.Page("ui/screens/overview.py", title="Overview", url_path="overview", icon=":material/dashboard:", default=True),
    st.Page("ui/screens/paths.py", title="Paths", url_path="paths", icon=":material/route:"),
    st.Page("ui/screens/drift.py", title="Drift", url_path="drift", icon=":material/difference:"),
]
st.navigation(screens, position="top").run()
