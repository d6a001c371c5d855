# All of TaskFlow in one image: the API, the web app and GraphiQL.
#
#   docker build -t taskflow .
#   docker run --read-only --tmpfs /tmp -v taskflow:/data -p 127.0.0.1:8000:8000 -e ENV=development taskflow
#
# It writes to /data (SQLite, and secrets that it makes itself) and /tmp alone.

# What these two stages make is the same on every kind of machine: another one is not pretended for it.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS web-packages
ENV NEXT_TELEMETRY_DISABLED=1 npm_config_cache=/cache/npm
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json ./
# The lock names no registry, and leaves out what is optional on other systems, which `npm ci` does not forgive.
RUN --mount=type=cache,target=/cache/npm npm install --no-audit --no-fund --include=dev --loglevel=error

FROM web-packages AS web
COPY schema/schema.graphql /src/schema/
COPY frontend /src/frontend
RUN npm run build \
 && mkdir /sbom \
 # It asks for a version of what it describes, and would leave out what tools of development need as well.
 && npm pkg set version=0.0.0 && npm pkg delete devDependencies \
 && npm prune --omit=optional --no-audit --no-fund --loglevel=error \
 && npm sbom --omit=optional --sbom-format=cyclonedx >/sbom/web.cdx.json

FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS graphiql
ENV npm_config_cache=/cache/npm
WORKDIR /src/frontend/graphiql
COPY frontend/graphiql/package.json frontend/graphiql/package-lock.json ./
RUN --mount=type=cache,target=/cache/npm npm install --no-audit --no-fund --include=dev --loglevel=error
COPY frontend/graphiql ./
RUN npm run build \
 && mkdir /sbom \
 && npm pkg set version=0.0.0 && npm pkg delete devDependencies \
 && npm prune --omit=optional --no-audit --no-fund --loglevel=error \
 && npm sbom --omit=optional --sbom-format=cyclonedx >/sbom/graphiql.cdx.json

FROM python:3.13-slim-bookworm AS packages
ENV PIP_CACHE_DIR=/cache/pip PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt /src/
RUN --mount=type=cache,target=/cache/pip \
    python -m venv --without-pip /venv \
 && python -m pip --python /venv/bin/python install --quiet --require-hashes -r /src/requirements.txt \
 && find /venv -type d -name tests -prune -exec rm -rf {} +

FROM packages AS sbom
COPY requirements-sbom.txt /src/
RUN --mount=type=cache,target=/cache/pip \
    python -m venv /tools \
 && /tools/bin/python -m pip install --quiet --require-hashes -r /src/requirements-sbom.txt \
 && mkdir /sbom && /tools/bin/cyclonedx-py environment --output-file /sbom/python.cdx.json /venv/bin/python

FROM packages AS app
WORKDIR /app
COPY alembic.ini LICENSE ./
COPY graphql_api graphql_api
COPY jobs jobs
COPY migrations migrations
COPY resolvers resolvers
COPY schema schema
# A file system that can't be written to keeps no bytecode: a start without it would take twice as long.
RUN /venv/bin/python -m compileall -q --invalidation-mode unchecked-hash .

FROM python:3.13-slim-bookworm
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="TaskFlow" \
      org.opencontainers.image.description="A todo list that is the same on all of your devices a moment later" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV PATH=/venv/bin:$PATH \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ENV=production \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/data
RUN install -d -m 700 -o 10001 -g 10001 /data
WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=app /app ./
COPY --from=graphiql /src/frontend/graphiql/dist frontend/graphiql/dist
COPY --from=web /src/frontend/out frontend/out
COPY --from=sbom /sbom sbom
COPY --from=web /sbom sbom
COPY --from=graphiql /sbom sbom
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/readyz', timeout=4)"]
ENTRYPOINT ["python", "-m", "graphql_api"]
CMD ["serve", "--migrate"]
