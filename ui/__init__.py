"""The screens: what a browser shows of a graph, its findings and its drift."""
