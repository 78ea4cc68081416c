// Package identitydata carries the reference data of module identity inside the binary.
package identitydata

import _ "embed" // the files below

// Departments is departments.yaml: the usual bodies of an urban district.
//
//go:embed departments.yaml
var Departments []byte

// Roles is roles.yaml: the roles that every installation starts with.
//
//go:embed roles.yaml
var Roles []byte

// CommonPasswords is common-passwords.txt: one stem a line, # starts a comment.
//
//go:embed common-passwords.txt
var CommonPasswords string
