# Two stages: the wheels of the hashed lock file are installed in the first, only what runs reaches the second.
FROM python:3.13-slim-bookworm AS build
WORKDIR /opt/plenum
COPY requirements.prod.lock .
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.prod.lock

FROM python:3.13-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/plenum \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=backend.settings \
    PLENUM_DATA_DIR=/var/lib/plenum \
    PLENUM_LISTEN=0.0.0.0 \
    HOME=/tmp
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin plenum \
 && install -d -o plenum -g plenum /var/lib/plenum
COPY --from=build /opt/venv /opt/venv
WORKDIR /opt/plenum
COPY Procfile ./
COPY backend backend
COPY workers workers
RUN python -m compileall -q backend workers
USER plenum
EXPOSE 8000
VOLUME /var/lib/plenum
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=6 \
  CMD ["python", "-m", "backend.cli", "alive", "api"]
ENTRYPOINT ["python", "-m", "backend.cli"]
CMD ["run", "api"]
