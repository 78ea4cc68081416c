#!/usr/bin/env bash
# run.sh BINARY DATA SCALE PORT: the demonstration district, loaded on first use.
set -euo pipefail
bin=$1 data=$2 scale=$3 port=$4
if [ ! -f "$data/.demo" ]; then
  echo "Loading the demonstration district ($scale) into $data …"
  rm -rf "$data/yiwang.db" "$data/yiwang.db-wal" "$data/yiwang.db-shm" "$data/blobs"
  "$bin" --data "$data" demo load --scale "$scale"
  touch "$data/.demo"
fi
"$bin" demo accounts
echo "Open http://127.0.0.1:$port (console) or http://127.0.0.1:$port/p/ (public pages). Ctrl-C ends it."
exec "$bin" --data "$data" serve --demo --addr "127.0.0.1:$port"
