# The watcher and the app. What runs is the checkout with its pinned requirements, owned by root and read by another.
FROM python:3.11-slim-trixie AS build
WORKDIR /app
RUN python -m venv .venv
COPY requirements.txt ./
RUN .venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY . .
RUN .venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation --editable . \
    && .venv/bin/python -m compileall -q -x '/\.venv/' .

FROM python:3.11-slim-trixie
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin trustdrift \
    && install --directory --owner=10001 --group=10001 --mode=0700 \
        /var/lib/trustdrift/state /var/lib/trustdrift/snapshots /var/lib/trustdrift/artefacts
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp
WORKDIR /app
USER 10001:10001
ENTRYPOINT ["trustdrift"]
CMD ["--help"]
