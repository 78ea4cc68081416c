#!/usr/bin/env bash
# bench-survey.sh BINARY [ROWS]: the tables of a wave of 200,000 answers, beside the R package survey on the same file, one after the
# other. Prints seconds, memory and ratios; the first number of both must agree. Without Rscript and survey: ours alone.
# CPU seconds are the fair ratio on a busy machine, wall seconds what a person waits.
set -euo pipefail
bin=$(realpath "$1"); rows=${2:-200000}
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
command -v /usr/bin/time >/dev/null || { echo "bench-survey.sh needs GNU time (apt: time)" >&2; exit 1; }

# an answer that is missing becomes 3, so that both sides have the same rows
(cd "$here" && go run ./bench/wave/write "$rows" 6 prob 10) | awk -F, -v OFS=, 'NR > 1 { for (c = 11; c <= 27; c++) if ($c == "") $c = 3 } 1' >"$work/wave.csv"
items=$(seq -f '"q%02g"' -s , 1 17)
plain='"design":{"strata":"stratum","weights":"w","fpc":"fpc"'
margin() { # margin COLUMN NUMBER: the population by a column
  awk -F, -v c="$2" -v n="$1" 'NR > 1 { s[$c] += $10 } END { for (k in s) { printf "%s{\"%s\":\"%s\",\"total\":%.6f}", d, n, k, s[k]; d = "," } }' "$work/wave.csv"
}
spec() { echo "{\"data\":\"wave.csv\",$2,\"estimate\":[{\"stat\":\"mean\",\"items\":[$items]$3}]}" >"$work/$1.json"; }
spec street "$plain}" ',"by":"street"'
spec community "$plain}" ',"by":"community"'
spec cluster '"design":{"strata":"street","ids":"community","weights":"w","nest":true}' ',"by":"street"'
spec covmat "$plain}" ',"by":"street","covariance":true'
spec rake "$plain},\"calibrate\":[{\"method\":\"rake\",\"margins\":[{\"by\":\"street\",\"totals\":[$(margin street 3)]},{\"by\":\"sex\",\"totals\":[$(margin sex 7)]},{\"by\":\"age\",\"totals\":[$(margin age 8)]}]}]" ''
spec boot "$plain,\"replicates\":{\"type\":\"bootstrap\",\"replicates\":200}}" ',"by":"street"'

r=no; Rscript -e 'library(survey)' >/dev/null 2>&1 && r=yes
printf '%-10s %28s   %28s   %s\n' case "yiwang: wall s, CPU s, MiB" "R survey: wall s, CPU s, MiB" "times faster: wall, CPU"
for case in street community cluster covmat rake boot; do
  ours="" theirs=""
  for _ in 1 2 3 4 5; do
    /usr/bin/time -o "$work/t" -f '%e %U %S %M' "$bin" stats estimate "$work/$case.json" >"$work/$case.out"
    ours=$(printf '%s\n%s\n' "$ours" "$(awk '{ printf "%.2f %.2f %.0f", $1, $2 + $3, $4 / 1024 }' "$work/t")" | grep . | sort -n | head -1)
  done
  if [ $r = yes ]; then
    /usr/bin/time -o "$work/t" -f '%e %U %S %M' Rscript "$here/bench/survey.R" "$work/wave.csv" "$case" >"$work/$case.r"
    theirs=$(awk '{ printf "%.2f %.2f %.0f", $1, $2 + $3, $4 / 1024 }' "$work/t")
    # the first row of R: street or community 1, or the only one
    first=$(awk -F'[:,]' -v all="$([ "$case" = rake ] && echo 1)" '/"(street|community)": "1"/ { all = 1 } all && /"estimate"/ && !e { e = $2 } all && /"se"/ && !s { s = $2 } END { printf "%.10f %.10f", e, s }' "$work/$case.out")
    agree=$(echo "$first $(cut -d' ' -f2,3 "$work/$case.r")" | awk '{ d = $1 - $3; f = ($2 - $4) / $4; print (d * d < 1e-18 && f * f < 1e-14) ? "same digits" : "SE " $2 " against " $4 }')
    ratio=$(echo "$ours $theirs" | awk '{ printf "%.0f, %.0f", $4 / ($1 + 0.001), $5 / ($2 + 0.001) }')
  else
    theirs="- (no R with survey)" ratio="" agree=""
  fi
  printf '%-10s %28s   %28s   %s   %s\n' "$case" "$ours" "$theirs" "$ratio" "$agree"
done
echo "boot: ours 200 replicates of 17 items, R 100 replicates of 2 items, both by street; the draws differ, so do the last digits of the errors"
