"""The app as ASGI: Streamlit behind trusted hosts, security headers and a health check."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import words

ROOT = Path(__file__).parent.parent
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
COMPONENTS = "/component/"  # where Streamlit serves the frames of its components


def content_security_policy(page: str, framed_by: str = "'none'") -> str:
    """The policy for a page: nothing from elsewhere, and of inline scripts only those it ships with.

    Source: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
    """
    digests = (hashlib.sha256(script.encode()).digest() for script in INLINE_SCRIPT.findall(page))
    scripts = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; object-src 'none'; "
        f"frame-ancestors {framed_by}; base-uri 'self'; form-action 'self'"
    )


class SecurityHeaders:
    """Adds the headers to every HTTP reply; only the editor's frame may be framed, and only by the app itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        own = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
        self.page = _headers(content_security_policy(own), "DENY")
        self.frame = _headers(content_security_policy(_editor_page(), "'self'"), "SAMEORIGIN")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = self.frame if scope["path"].startswith(COMPONENTS) else self.page
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def _headers(policy: str, framing: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", framing.encode()),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ]


def _editor_page() -> str:
    """The page in the editor's frame. The package is looked up and not imported: what is imported outside of a page
    is not served."""
    spec = find_spec("code_editor")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the package `streamlit-code-editor` is missing: install the requirements again")
    return (Path(spec.origin).parent / "frontend" / "build" / "index.html").read_text(encoding="utf-8")


async def health(_: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


def explain(error: Exception) -> bool:
    """Shows a sentence instead of a trace; Streamlit logs the trace."""
    st.error(words.UNEXPECTED.format(kind=type(error).__name__), icon=":material/error:")
    return True


def make_app(hosts: Sequence[str]) -> st.App:
    """The ASGI app; requests that name another host than these are refused, against DNS rebinding."""
    app = st.App(
        ROOT / "app.py",
        routes=[Route("/healthz", health)],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
        ],
        on_script_error=explain,
    )
    st.config.get_config_options(force_reparse=True)  # the app's own file, wherever the process was started
    st.config.set_option("server.allowedHosts", list(hosts))
    return app
