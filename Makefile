# yiwang: every routine is a target; `make` alone lists them.
PORT      ?= 8080
DATA      ?= var
SCALE     ?= gulou
GO        ?= go
export CGO_ENABLED ?= 0
BIN       := bin/yiwang
VERSION   := $(shell git describe --always --dirty 2>/dev/null || echo dev)
GO_SOURCE := $(shell find cmd internal migrations data -name '*.go' -o -name '*.sql' -o -name '*.yaml' -o -name '*.json' -o -name '*.csv' -o -name '*.geojson' 2>/dev/null)
WEB_SOURCE := $(shell find web/apps web/src -type f 2>/dev/null) web/package-lock.json web/vite.config.ts

.DEFAULT_GOAL := help
.PHONY: help run dev build web test test-go test-web e2e check lint fmt vet api bench seed vuln licences clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

run: build ## build, load the demonstration district on first use, serve on http://127.0.0.1:8080
	@scripts/run.sh $(BIN) $(DATA) $(SCALE) $(PORT)

dev: build ## server with the small district on :8080 and the web app with hot reload on :5173
	@scripts/dev.sh $(BIN) $(PORT)

build: web ## the binary with the web app inside
	@$(MAKE) --no-print-directory $(BIN)

$(BIN): $(GO_SOURCE) web/dist/.built go.mod go.sum
	@mkdir -p bin
	$(GO) build -trimpath -ldflags "-s -w -X yiwang/internal/command.Version=$(VERSION)" -o $@ ./cmd/yiwang

web: web/dist/.built ## the web app, if its sources changed

web/node_modules/.installed: web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/.built: web/node_modules/.installed $(WEB_SOURCE)
	cd web && npm run build
	@touch web/dist/.gitkeep $@

test: build ## every test: Go on both engines, web, browser journeys
	@scripts/gate.sh "go test" $(MAKE) --no-print-directory test-go
	@scripts/gate.sh "web unit tests" $(MAKE) --no-print-directory test-web
	@scripts/gate.sh "browser journeys" $(MAKE) --no-print-directory e2e

test-go:
	@scripts/test-go.sh

test-web: web/node_modules/.installed
	cd web && npm test

e2e: build ## browser journeys in Chromium
	@scripts/e2e.sh $(BIN)

check: ## every gate, as CI runs them
	@scripts/check.sh

lint: ## golangci-lint with the rules of .golangci.yml
	@scripts/lint.sh

fmt: ## gofmt; fails on a difference
	@test -z "$$(gofmt -l cmd internal migrations data bench web/embed.go 2>/dev/null)" || { gofmt -l cmd internal migrations data bench web/embed.go; exit 1; }

vet:
	$(GO) vet ./...

api: $(BIN) web/node_modules/.installed ## regenerate api/openapi.json and the TypeScript types
	$(BIN) openapi > api/openapi.json
	$(BIN) settings > docs/configuration.md
	cd web && npm run api

bench: build ## benchmarks, printed beside what they are compared to
	@scripts/bench.sh $(BIN)

seed: build ## a fresh small district in var/small
	rm -rf var/small && $(BIN) --data var/small demo load --scale small

vuln: ## known vulnerabilities of the Go modules, where the database is reachable
	@scripts/vuln.sh

licences: ## licences of everything in the binary; fails on an unknown one
	@node scripts/licences.mjs

clean: ## what builds leave behind, data excepted
	rm -rf bin web/dist/assets web/dist/*.html web/dist/p web/dist/.built
