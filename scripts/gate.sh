#!/usr/bin/env bash
# gate.sh NAME COMMAND… runs a gate and prints its name, outcome and time.
set -u
name=$1; shift
start=$(date +%s)
printf '\n── %s\n' "$name"
"$@"; code=$?
took=$(( $(date +%s) - start ))
if [ $code -eq 0 ]; then printf '── %s: passed in %d s\n' "$name" "$took"; else printf '── %s: FAILED in %d s (exit %d)\n' "$name" "$took" "$code"; fi
exit $code
