#!/usr/bin/env bash
# e2e.sh BINARY: the browser journeys against a server of its own with the small demonstration district.
set -euo pipefail
bin=$(realpath "$1")
chromium=${YIWANG_CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$chromium" ]; then
  scripts/apt-ensure.sh chromium fonts-noto-cjk || true
  chromium=$(command -v chromium || true)
fi
if [ -z "$chromium" ]; then
  echo "NO BROWSER: install Chromium or set YIWANG_CHROMIUM. The journeys did not run." >&2
  [ -n "${CI:-}" ] && exit 1 || exit 0
fi
template=$(mktemp -d)
trap 'rm -rf "$template"' EXIT
"$bin" --data "$template" demo load --scale small >/dev/null
YIWANG_E2E_TEMPLATE=$template YIWANG_BIN=$bin YIWANG_CHROMIUM=$chromium node --test --test-concurrency=1 --test-timeout=600000 e2e/*.test.mjs
