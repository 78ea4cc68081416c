#!/usr/bin/env bash
# api-diff.sh: the checked-in API description and the generated types must be what the code says.
set -euo pipefail
before=$(cat api/openapi.json web/src/api/schema.d.ts | sha256sum)
make --no-print-directory api >/dev/null
after=$(cat api/openapi.json web/src/api/schema.d.ts | sha256sum)
[ "$before" = "$after" ] || { echo "api/openapi.json or web/src/api/schema.d.ts is stale: run make api and commit" >&2; exit 1; }
echo "$(grep -c '"operationId"' api/openapi.json) operations"
