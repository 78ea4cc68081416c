#!/usr/bin/env bash
# bench.sh BINARY: measures what the plan promises and prints each figure beside its bound or its peer. Figures go to
# bench/RESULTS.md by hand, with the machine's name: machines are noisy, ratios travel.
set -euo pipefail
bin=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
now() { date +%s%N; }
ms() { echo $(( ($(now) - $1) / 1000000 )); }
say() { printf '%-52s %12s   %s\n' "$1" "$2" "$3"; }
port=$((20000 + RANDOM % 20000))

say "binary" "$(( $(stat -c %s "$bin") / 1000000 )) MB" "bound 80 MB"
first=$(cat web/dist/index.html | grep -oE '/assets/[^"]+\.js' | sort -u | sed 's#^#web/dist#' | xargs -r cat | gzip -9 | wc -c)
say "console, scripts of the first load (gzip)" "$((first / 1000)) kB" "bound 350 kB before maps and charts"

t=$(now); "$bin" --data "$work/small" demo load --scale small >/dev/null 2>&1; say "demo load --scale small" "$(ms "$t") ms" "bound 2000 ms"
t=$(now); "$bin" --data "$work/gulou" demo load --scale gulou >/dev/null 2>&1; say "demo load --scale gulou" "$(ms "$t") ms" "bound 60000 ms"

"$bin" --data "$work/gulou" serve --demo --addr "127.0.0.1:$port" >/dev/null 2>&1 & warm=$!
until curl -sf "http://127.0.0.1:$port/readyz" >/dev/null; do sleep 0.05; done; kill "$warm"; wait "$warm" 2>/dev/null || true
t=$(now)
"$bin" --data "$work/gulou" serve --demo --addr "127.0.0.1:$port" >/dev/null 2>&1 & server=$!
until curl -sf -o /dev/null "http://127.0.0.1:$port/readyz"; do sleep 0.005; done
say "start to ready on an existing database" "$(ms "$t") ms" "bound 300 ms"
sleep 3
say "memory when idle (resident)" "$(( $(ps -o rss= -p "$server") / 1000 )) MB" "bound 80 MB"
kill "$server"; wait "$server" 2>/dev/null || true

"$bin" --data "$work/gulou" bench api --rate 200 --for 15s 2>/dev/null
"$bin" bench writes --for 3s
"$bin" bench answers
"$bin" bench responses
go test ./internal/region ./internal/platform/geo -run XXX -bench 'Locate|Index' -benchtime 1s 2>/dev/null | grep -E '^Benchmark' || true
go test ./internal/stats -run XXX -bench . -benchtime 1s 2>/dev/null | grep -E '^Benchmark' || true
go test ./internal/stats -run 'Cover|RankSetsHold' -v 2>/dev/null | grep -E '%' || true
scripts/bench-survey.sh "$bin"
