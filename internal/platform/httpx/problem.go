package httpx

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/i18n"
)

// statuses is the only map from kinds of failure to HTTP.
var statuses = map[errs.Kind]int{
	errs.KindInvalid:      http.StatusUnprocessableEntity,
	errs.KindUnauthorized: http.StatusUnauthorized,
	errs.KindForbidden:    http.StatusForbidden,
	errs.KindNotFound:     http.StatusNotFound,
	errs.KindConflict:     http.StatusConflict,
	errs.KindTooLarge:     http.StatusRequestEntityTooLarge,
	errs.KindTooMany:      http.StatusTooManyRequests,
	errs.KindUnavailable:  http.StatusServiceUnavailable,
	errs.KindInternal:     http.StatusInternalServerError,
}

// Problem is the body of every error (RFC 9457).
type Problem struct {
	Type      string       `json:"type" doc:"about:blank; the code tells what happened"`
	Title     string       `json:"title" doc:"Text of the HTTP status"`
	Status    int          `json:"status"`
	Detail    string       `json:"detail" doc:"One sentence in the caller's language that says what to do"`
	Code      string       `json:"code" doc:"Stable code, such as rectify.bad_transition"`
	RequestID string       `json:"request_id,omitempty" doc:"Quote this when asking for help"`
	Errors    []errs.Field `json:"errors,omitempty" doc:"422: each wrong value"`
	Current   any          `json:"current,omitempty" doc:"409: what it is now"`
}

// Error makes a Problem an error.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType names the media type of problems.
func (p *Problem) ContentType(ct string) string {
	if ct == "application/json" {
		return "application/problem+json"
	}
	return ct
}

// problemOf maps any error. What is not an *errs.Error is internal: logged here once, never shown.
func problemOf(ctx context.Context, err error) *Problem {
	var ready *Problem
	if errors.As(err, &ready) {
		return ready
	}
	e := errs.As(err)
	if e == nil {
		e = errs.As(contextual(err))
	}
	if e == nil && ctx.Err() != nil {
		e = errs.As(contextual(ctx.Err())) // an engine reports the interruption in words of its own
	}
	p := &Problem{Type: "about:blank", RequestID: audit.OriginFrom(ctx).RequestID}
	if e == nil {
		slog.ErrorContext(ctx, "request failed", "error", err, "request_id", p.RequestID)
		p.Status, p.Code, p.Detail = http.StatusInternalServerError, "internal", "Internal error."
	} else {
		p.Status, p.Code, p.Detail, p.Errors, p.Current = statuses[e.Kind], e.Code, e.Message, e.Fields, e.Details
		if cause := errors.Unwrap(e); cause != nil {
			slog.InfoContext(ctx, "request refused", "code", e.Code, "cause", cause, "request_id", p.RequestID)
		}
	}
	p.Title = http.StatusText(p.Status)
	p.Detail = i18n.Error(i18n.Lang(ctx), p.Code, p.Detail)
	return p
}

func tooLarge() error {
	return errs.TooLarge("request.too_large", "The request is larger than allowed.")
}

func contextual(err error) error {
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		return tooLarge()
	case errors.Is(err, db.ErrText):
		return errs.Invalid("request.bad_text", "The request holds text with characters that cannot be stored.")
	case errors.Is(err, context.DeadlineExceeded):
		return errs.Unavailable("request.timeout", "This took too long; try again with less.")
	case errors.Is(err, context.Canceled):
		return errs.Unavailable("request.cancelled", "The caller went away.")
	}
	return err
}

// WriteProblem answers outside the typed operations, for middleware and files.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(r.Context(), err)
	writeJSON(w, p.Status, "application/problem+json", p)
}

// humaError turns the framework's own complaints (malformed JSON, failed validation) into problems.
func humaError(ctx huma.Context, status int, msg string, details ...error) huma.StatusError {
	for _, d := range details {
		var p *Problem
		if errors.As(d, &p) {
			return p
		}
	}
	rctx := context.Background()
	if ctx != nil {
		rctx = ctx.Context()
	}
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: frameworkCode(status), Detail: msg,
		RequestID: audit.OriginFrom(rctx).RequestID}
	for _, d := range details {
		f := errs.Field{Message: d.Error()}
		var hd huma.ErrorDetailer
		if errors.As(d, &hd) {
			x := hd.ErrorDetail()
			f = errs.Field{Location: x.Location, Message: x.Message, Value: bounded(x.Value)}
			if strings.HasSuffix(x.Message, new(http.MaxBytesError).Error()) { // the framework keeps the text alone
				return problemOf(rctx, tooLarge())
			}
		}
		p.Errors = append(p.Errors, f)
	}
	if status >= 500 {
		slog.ErrorContext(rctx, "request failed", "status", status, "error", msg, "details", details, "request_id", p.RequestID)
		p.Detail, p.Errors = "Internal error.", nil
	}
	p.Detail = i18n.Error(i18n.Lang(rctx), p.Code, p.Detail)
	return p
}

func frameworkCode(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "request.malformed"
	case http.StatusRequestEntityTooLarge:
		return "request.too_large"
	case http.StatusUnprocessableEntity:
		return "request.invalid"
	case http.StatusNotAcceptable, http.StatusUnsupportedMediaType:
		return "request.media_type"
	}
	if status >= 500 {
		return "internal"
	}
	return "request." + strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
}

// bounded keeps an echoed value from making the answer as large as the attack.
func bounded(v any) any {
	if s, ok := v.(string); ok && len(s) > 200 {
		return strings.ToValidUTF8(s[:200], "") + "…"
	}
	switch v.(type) {
	case map[string]any, []any, []byte:
		return nil
	}
	return v
}

func init() { //nolint:gochecknoinits // huma offers only these package variables
	huma.NewError = func(status int, msg string, details ...error) huma.StatusError {
		return humaError(nil, status, msg, details...)
	}
	huma.NewErrorWithContext = humaError
}
