// Package workflow is the life of a case as data: states, actions, who may take them, what an action needs, and which
// clock runs in which state. A definition is read from YAML, judged by Lint, drawn by Diagram and never changed: a case
// keeps the version it started under. Pure functions, no I/O.
package workflow
