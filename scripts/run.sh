#!/usr/bin/env bash
# run.sh BINARY DATA SCALE PORT: the demonstration district, loaded on first use. A load that was interrupted starts
# again; a database that this script did not make is left alone.
set -euo pipefail
bin=$1 data=$2 scale=$3 port=$4
if [ ! -f "$data/.demo" ]; then
  if [ -f "$data/yiwang.db" ] && [ ! -f "$data/.demo-loading" ]; then
    echo "$data holds a database that is not the demonstration: use another directory, make run DATA=var/demo" >&2
    exit 1
  fi
  echo "Loading the demonstration district ($scale) into $data …"
  mkdir -p "$data" && touch "$data/.demo-loading"
  rm -rf "$data"/yiwang.db* "$data/blobs" "$data/keys.json"
  "$bin" --data "$data" demo load --scale "$scale"
  mv "$data/.demo-loading" "$data/.demo"
fi
"$bin" demo accounts
if [ -n "$(find "$data/.demo" -mtime +0)" ]; then
  echo "This demonstration was loaded on $(date -r "$data/.demo" +%F) and its story ends there: make run DATA=$data/$(date +%F) loads one that ends today."
fi
echo "Open http://127.0.0.1:$port (console) or http://127.0.0.1:$port/p/ (public pages). Ctrl-C ends it."
exec "$bin" --data "$data" serve --demo --addr "127.0.0.1:$port"
