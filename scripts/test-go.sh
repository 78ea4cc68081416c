#!/usr/bin/env bash
# test-go.sh: every Go test, store tests on SQLite and PostgreSQL. RACE=1 adds the race detector (needs a C compiler).
set -euo pipefail
if [ -z "${YIWANG_TEST_POSTGRES:-}" ] && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null; then
  scripts/apt-ensure.sh postgresql || echo "PostgreSQL is missing: its half of the tests will $([ -n "${CI:-}" ] && echo fail || echo be skipped)" >&2
fi
flags=(-timeout 20m)
if [ -n "${RACE:-}" ]; then flags+=(-race); export CGO_ENABLED=1; fi
go test "${flags[@]}" ./...
