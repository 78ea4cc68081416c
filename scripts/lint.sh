#!/usr/bin/env bash
# lint.sh: golangci-lint at a pinned version, built once into bin/tools.
set -euo pipefail
version=v2.15.0
tool=bin/tools/golangci-lint-$version
if [ ! -x "$tool" ]; then
  mkdir -p bin/tools
  GOBIN=$(pwd)/bin/tools GOFLAGS= go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version
  mv bin/tools/golangci-lint "$tool"
fi
"$tool" run ./...
