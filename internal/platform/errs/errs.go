// Package errs is the one vocabulary of failure: a kind (mapped to an HTTP status in exactly one place,
// httpx), a stable code that clients and translators rely on, and a plain sentence that says what to do.
// An error that is not an *Error is internal: it is logged once at the edge and never shown.
package errs

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure it is; httpx maps it to a status.
type Kind string

// The kinds of failure.
const (
	KindInvalid      Kind = "invalid"
	KindUnauthorized Kind = "unauthorized"
	KindForbidden    Kind = "forbidden"
	KindNotFound     Kind = "not_found"
	KindConflict     Kind = "conflict"
	KindTooLarge     Kind = "too_large"
	KindTooMany      Kind = "too_many"
	KindUnavailable  Kind = "unavailable"
	KindInternal     Kind = "internal"
)

// Field names one wrong value: where it is, what it was, what is wrong with it.
type Field struct {
	Location string `json:"location" doc:"Path of the value, such as body.weight or row 12, column 性别"`
	Message  string `json:"message"`
	Value    any    `json:"value,omitempty"`
}

// Error is a failure that a caller may see.
type Error struct {
	Kind    Kind
	Code    string // "module.snake_case"; the key of the translation
	Message string // one English sentence
	Fields  []Field
	Details any // conflict: the current state; rate limit: when to try again
	cause   error
}

func (e *Error) Error() string {
	if e.cause != nil {
		return e.Message + ": " + e.cause.Error()
	}
	return e.Message
}

// Unwrap returns the cause, if any.
func (e *Error) Unwrap() error { return e.cause }

// With attaches details for the caller, such as the current row of a conflict.
func (e *Error) With(details any) *Error {
	e.Details = details
	return e
}

// Because attaches a cause for the log. It is never shown to the caller.
func (e *Error) Because(err error) *Error {
	e.cause = err
	return e
}

func build(k Kind, code, message string, fields []Field) *Error {
	return &Error{Kind: k, Code: code, Message: message, Fields: fields}
}

// Invalid reports input that cannot be accepted (422).
func Invalid(code, message string, fields ...Field) *Error {
	return build(KindInvalid, code, message, fields)
}

// Unauthorized reports a caller who is not signed in (401).
func Unauthorized(code, message string) *Error { return build(KindUnauthorized, code, message, nil) }

// Forbidden reports a caller who may not do this (403).
func Forbidden(code, message string) *Error { return build(KindForbidden, code, message, nil) }

// NotFound reports something that does not exist or that the caller may not know of (404).
func NotFound(code, message string) *Error { return build(KindNotFound, code, message, nil) }

// Conflict reports that the state does not allow it or that somebody was faster (409).
func Conflict(code, message string) *Error { return build(KindConflict, code, message, nil) }

// TooLarge reports input beyond a limit (413).
func TooLarge(code, message string) *Error { return build(KindTooLarge, code, message, nil) }

// TooMany reports a caller who must slow down (429).
func TooMany(code, message string) *Error { return build(KindTooMany, code, message, nil) }

// Unavailable reports a dependency that does not answer (503).
func Unavailable(code, message string) *Error { return build(KindUnavailable, code, message, nil) }

// As returns the *Error inside err, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// KindOf returns the kind of err; KindInternal for anything that is not an *Error, "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e := As(err); e != nil {
		return e.Kind
	}
	return KindInternal
}

// CodeOf returns the stable code of err, or "internal".
func CodeOf(err error) string {
	if e := As(err); e != nil {
		return e.Code
	}
	return "internal"
}

// At names a row and column, the way every importer does.
func At(row int, column string) string { return fmt.Sprintf("row %d, column %s", row, column) }
