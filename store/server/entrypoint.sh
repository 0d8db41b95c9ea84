#!/bin/bash
# Starts ClickHouse with the hashes of the two users' passwords, which are Docker secrets.
set -euo pipefail

hash_of() {
    local password
    password="$(cat "/run/secrets/$1")"
    if [ -z "$password" ]; then
        echo "secrets/$1.txt is empty: put a password there, as docs/production.md describes" >&2
        exit 1
    fi
    printf '%s' "$password" | sha256sum | cut -d ' ' -f 1
}

IOC_WRITER_SHA256="$(hash_of clickhouse_writer_password)"
IOC_READER_SHA256="$(hash_of clickhouse_reader_password)"
export IOC_WRITER_SHA256 IOC_READER_SHA256
exec /entrypoint.sh "$@"
