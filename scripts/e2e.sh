#!/usr/bin/env bash
# e2e.sh BINARY [FILE…]: the browser journeys, or these, against a server of its own with the small demonstration district.
set -euo pipefail
bin=$(realpath "$1"); shift
[ $# -gt 0 ] || set -- e2e/*.test.mjs
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
export YIWANG_E2E_TEMPLATE=$template YIWANG_BIN=$bin YIWANG_CHROMIUM=$chromium

# A browser, a network and the hour of the day take part, so a file that fails runs once more and is named at the end. What fails twice
# fails the gate; so do more than two such files, whatever the second run says.
failed=() shaky=()
journey() { node --test --test-timeout=600000 "$file"; }
for file in "$@"; do
  if journey; then continue; fi
  echo "AGAIN: $file" >&2
  if journey; then shaky+=("$file"); else failed+=("$file"); fi
done
[ ${#shaky[@]} -eq 0 ] || echo "SHAKY (failed once, then passed): ${shaky[*]}" >&2
[ ${#failed[@]} -eq 0 ] || echo "FAILED twice: ${failed[*]}" >&2
[ ${#failed[@]} -eq 0 ] && [ ${#shaky[@]} -le 2 ]
