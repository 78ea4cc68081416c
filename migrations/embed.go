// Package migrations holds the schema as one forward-only sequence that both engines run unchanged.
package migrations

import "embed"

// Files are the numbered goose migrations.
//
//go:embed *.sql
var Files embed.FS
