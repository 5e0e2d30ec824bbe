"""Icons of the kinds of nodes, drawn here: white lines on the colour of the kind, as data URIs without a request."""

from __future__ import annotations

from base64 import b64encode
from functools import cache

# SVG shapes on a 24 x 24 grid.
SHAPES: dict[str, str] = {
    "user": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c0-4 3.3-6.5 7.5-6.5s7.5 2.5 7.5 6.5"/>',
    "group": (
        '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 20c0-3.6 2.8-6 6.5-6s6.5 2.4 6.5 6"/>'
        '<path d="M15.5 5.3a3.5 3.5 0 0 1 0 6.4M18 14.6c2.1.8 3.5 2.7 3.5 5.4"/>'
    ),
    "role": (
        '<circle cx="9.5" cy="8" r="3.8"/><path d="M2.5 20c0-3.8 3-6.3 7-6.3 1 0 2 .2 2.9.5"/>'
        '<circle cx="17" cy="17" r="2.2"/>'
        '<path d="M17 12.8v1.6M17 19.6v1.6M12.8 17h1.6M19.6 17h1.6M14 14l1.2 1.2M18.8 18.8 20 20M20 14l-1.2 1.2M15.2 18.8 14 20"/>'
    ),
    "root": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c0-4 3.3-6.5 7.5-6.5s7.5 2.5 7.5 6.5"/><path d="m9 2.5 1.5 1.3L12 2l1.5 1.8L15 2.5"/>',
    "gear": (
        '<circle cx="12" cy="12" r="3.2"/><circle cx="12" cy="12" r="7"/>'
        '<path d="M12 2v3M12 19v3M2 12h3M19 12h3M4.9 4.9 7 7M17 17l2.1 2.1M19.1 4.9 17 7M7 17l-2.1 2.1"/>'
    ),
    "federated": (
        '<circle cx="6" cy="6" r="2.5"/><circle cx="6" cy="18" r="2.5"/><circle cx="18" cy="9" r="2.5"/>'
        '<path d="M6 8.5v7M18 11.5c0 3-3.5 3.5-6 3.5-3 0-5 .5-6 1"/>'
    ),
    "globe": '<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c5 5.5 5 12.5 0 18M12 3c-5 5.5-5 12.5 0 18"/>',
    "building": '<path d="M5 21V4h9v17M14 9h5v12M3 21h18M8 8h3M8 12h3M8 16h3M16.5 13v0M16.5 17v0"/>',
    "badge": '<rect x="3.5" y="5" width="17" height="14" rx="2"/><circle cx="9" cy="11" r="2"/><path d="M6 16c.3-1.8 1.5-2.5 3-2.5s2.7.7 3 2.5M14.5 10h3.5M14.5 14h3.5"/>',
    "crown": '<path d="M3.5 8.5 7.5 12 12 5.5l4.5 6.5 4-3.5-1.5 10h-14z"/>',
    "network": '<rect x="9" y="3" width="6" height="5" rx="1"/><rect x="3" y="16" width="6" height="5" rx="1"/><rect x="15" y="16" width="6" height="5" rx="1"/><path d="M12 8v4M6 16v-4h12v4"/>',
    "shield": '<path d="M12 2.5 20 5.5v6c0 5-3.5 8.5-8 10-4.5-1.5-8-5-8-10v-6z"/>',
    "server": '<rect x="3.5" y="4" width="17" height="7" rx="1.5"/><rect x="3.5" y="13" width="17" height="7" rx="1.5"/><path d="M7 7.5h.1M7 16.5h.1M11 7.5h6M11 16.5h6"/>',
    "lambda": '<path d="M6 4h3.5l7.5 16h2M11 10.5 6.5 20"/>',
    "bucket": '<ellipse cx="12" cy="6" rx="8" ry="3"/><path d="M4 6l2.2 13c1.6 2 10 2 11.6 0L20 6"/>',
    "database": '<ellipse cx="12" cy="5.5" rx="7.5" ry="3"/><path d="M4.5 5.5v13c0 1.7 3.4 3 7.5 3s7.5-1.3 7.5-3v-13M4.5 12c0 1.7 3.4 3 7.5 3s7.5-1.3 7.5-3"/>',
    "vault": '<rect x="3" y="4" width="18" height="15" rx="2"/><circle cx="12" cy="11.5" r="3.5"/><path d="M12 8v-1.5M12 16.5V15M8.5 11.5H7M17 11.5h-1.5M6.5 19v2M17.5 19v2"/>',
    "recovery": '<path d="M4 12a8 8 0 1 1 2.5 5.8"/><path d="M4 20v-4.5h4.5M12 8v4.5l3 2"/>',
    "key": '<circle cx="8" cy="15.5" r="4.5"/><path d="m11.3 12.3 8.7-8.8M16.5 7l3 3M14 9.5l2 2"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="10" rx="1.5"/><path d="M8 10.5V7.5a4 4 0 0 1 8 0v3M12 14.5v2.5"/>',
    "scroll": '<path d="M6 3h10a2 2 0 0 1 2 2v14a2 2 0 0 0 2 2H9a2 2 0 0 1-2-2V5a2 2 0 0 0-2-2 2 2 0 0 0-2 2v3h4M10.5 8h4.5M10.5 12h4.5M10.5 16h4.5"/>',
    "box": '<path d="m12 3 8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9"/>',
}


@cache
def data_uri(icon: str) -> str:
    """The icon as a `data:` URI for a canvas."""
    return "data:image/svg+xml;base64," + b64encode(svg(icon, "#ffffff").encode()).decode()


def svg(icon: str, colour: str) -> str:
    """The icon as SVG text of 24 x 24 units."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" fill="none" '
        f'stroke="{colour}" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">{SHAPES[icon]}</svg>'
    )
