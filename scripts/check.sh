#!/usr/bin/env bash
# check.sh: every gate in order; stops at the first failure. CI runs exactly this.
set -euo pipefail
gate() { scripts/gate.sh "$@"; }
start=$(date +%s)
gate "format" make --no-print-directory fmt
gate "build" make --no-print-directory build
gate "vet" make --no-print-directory vet
gate "lint" make --no-print-directory lint
gate "openapi and TypeScript types are current" scripts/api-diff.sh
gate "types of the web app (vue-tsc)" bash -c 'cd web && npm run typecheck'
make --no-print-directory test
gate "race detector" scripts/race.sh
gate "vulnerabilities" make --no-print-directory vuln
gate "licences" make --no-print-directory licences
printf '\nAll gates passed in %d s\n' $(( $(date +%s) - start ))
