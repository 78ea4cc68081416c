// Package rectify is the reverse evaluation.
package rectify
