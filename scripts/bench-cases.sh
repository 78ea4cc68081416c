#!/usr/bin/env bash
# bench-cases.sh BINARY [ROWS…]: whole lives of cases through HTTP, on SQLite and on a private PostgreSQL with durable
# commits, at growing numbers of stored cases (default 0 1000000 5000000), with spikes and overload on PostgreSQL. Needs
# PostgreSQL's server programs and, for five million cases, 28 GB of disk and about ten minutes. Everything it starts ends with it.
set -euo pipefail
bin=$(realpath "$1"); shift
rows=("$@"); [ ${#rows[@]} -gt 0 ] || rows=(0 1000000 5000000)
args=(); for r in "${rows[@]}"; do args+=(--rows "$r"); done
"$bin" bench cases --workers 32

pg=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | sort -V | tail -1)")
work=$(mktemp -d)
as=(); if [ "$(id -u)" = 0 ]; then chown nobody "$work"; as=(setpriv --reuid nobody --regid nogroup --clear-groups); fi
"${as[@]}" "$pg/initdb" -D "$work/data" -U yiwang -A trust -E UTF8 --locale=C >/dev/null
"${as[@]}" "$pg/postgres" -D "$work/data" -k "$work" -c listen_addresses= -c max_connections=60 -c shared_buffers=2GB -c max_wal_size=4GB \
    -c checkpoint_timeout=30min -c maintenance_work_mem=512MB -c jit=off >"$work/log" 2>&1 & server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$work"' EXIT
until "$pg/psql" -h "$work" -U yiwang -d postgres -c 'SELECT 1' >/dev/null 2>&1; do sleep 0.1; done
"$pg/psql" -h "$work" -U yiwang -d postgres -qc 'CREATE DATABASE cases'
"$bin" --db "postgres://yiwang@/cases?host=$work" bench cases --workers 32 --spikes "${args[@]}"
