// Package picture makes a new picture out of a stored one, fit to be shown to everybody: upright, of moderate size, without
// any metadata, with the marked areas made unrecognisable. The original is never changed. Pure functions.
package picture
