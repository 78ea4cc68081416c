// Package web carries the built web app inside the binary.
package web

import "embed"

// Dist is the output of `npm run build`; it holds only a marker in a checkout that was never built.
//
//go:embed all:dist
var Dist embed.FS
