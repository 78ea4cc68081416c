#!/usr/bin/env bash
# dev.sh BINARY PORT: server with the small district, and Vite in front of it. Both end together.
set -euo pipefail
bin=$1 port=$2 data=var/dev
[ -f "$data/yiwang.db" ] || "$bin" --data "$data" demo load --scale small
"$bin" --data "$data" serve --demo --addr "127.0.0.1:$port" &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
"$bin" demo accounts
cd web && YIWANG_API="http://127.0.0.1:$port" npx vite
