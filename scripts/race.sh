#!/usr/bin/env bash
# race.sh: the packages with concurrency of their own, under the race detector. It needs a C compiler.
set -euo pipefail
if ! command -v gcc >/dev/null; then
  echo "NO C COMPILER: the race detector did not run" >&2
  [ -n "${CI:-}" ] && exit 1 || exit 0
fi
CGO_ENABLED=1 go test -race -short -timeout 15m ./internal/platform/db ./internal/platform/outbox ./internal/platform/jobs ./internal/platform/httpx ./internal/identity ./internal/region ./internal/rectify ./internal/fieldwork ./internal/sampling ./internal/messages ./internal/live ./internal/desk
