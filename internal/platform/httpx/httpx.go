// Package httpx is the one way in: it registers typed operations, decides who may call them (deny by
// default), maps errors to RFC 9457 problems in a single place, and holds the middleware around everything.
package httpx

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/errs"
)

// Access says who may call an operation.
type Access struct {
	Kind       string // public, signed_in, permission
	Permission string
}

// Access rules. An operation without one is refused for everybody.
var (
	Public   = Access{Kind: "public"}
	SignedIn = Access{Kind: "signed_in"}
)

// Permission admits callers who hold p somewhere; the service still checks the area.
func Permission(p string) Access { return Access{Kind: "permission", Permission: p} }

// Op describes an operation. ID is unique and becomes the OpenAPI operation id and the metrics label.
type Op struct {
	ID, Method, Path string
	Summary          string
	Description      string
	Tag              string
	Access           Access
	Status           int   // of success; 0 means 200, or 204 without a body
	MaxBody          int64 // bytes; 0 means 1 MiB
	Errors           []int // beside 401, 403, 422, 429 and 500
}

const accessKey = "access"

// NewAPI returns the typed API on mux, with /api/openapi.json.
func NewAPI(mux humago.Mux, version string) huma.API {
	cfg := huma.DefaultConfig("yiwang 一网", version)
	cfg.CreateHooks = nil // no $schema links: smaller bodies, and no URL built from the Host header
	cfg.OpenAPIPath = ""
	cfg.DocsPath = ""
	cfg.SchemasPath = ""
	cfg.Info.Description = "District governance: areas, surveys, scores with intervals, rectification. Errors are application/problem+json with a stable code."
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: CookieName},
		"token":   {Type: "http", Scheme: "bearer"},
	}
	api := humago.New(mux, cfg)
	api.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) { guard(api, ctx, next) })
	return api
}

// CookieName is the session cookie.
const CookieName = "yiwang_session"

// Handle registers an operation whose errors are mapped by kind. It panics for an input with parameters that would never
// be read (see unread).
func Handle[I, O any](api huma.API, op Op, h func(context.Context, *I) (*O, error)) {
	if name := unread(reflect.TypeFor[I]()); name != "" {
		panic(fmt.Sprintf("%s: the parameter %s lies in an embedded unexported struct; export the struct or repeat its fields", op.ID, name))
	}
	o := huma.Operation{
		OperationID: op.ID, Method: op.Method, Path: op.Path, Summary: op.Summary, Description: op.Description,
		Tags: []string{op.Tag}, DefaultStatus: op.Status, MaxBodyBytes: op.MaxBody,
		Errors:   errorStatuses(op),
		Metadata: map[string]any{accessKey: op.Access},
	}
	switch op.Access.Kind {
	case "permission":
		o.Extensions = map[string]any{"x-permission": op.Access.Permission}
		fallthrough
	case "signed_in":
		o.Security = []map[string][]string{{"session": {}}, {"token": {}}}
	}
	huma.Register(api, o, func(ctx context.Context, in *I) (*O, error) {
		leave, err := enter(ctx)
		if err != nil {
			return nil, huma.ErrorWithHeaders(problemOf(ctx, err), http.Header{"Retry-After": {"1"}})
		}
		defer leave()
		out, err := h(ctx, in)
		if err == nil {
			return out, nil
		}
		if kind := errs.KindOf(err); kind == errs.KindUnavailable || kind == errs.KindTooMany {
			return nil, huma.ErrorWithHeaders(problemOf(ctx, err), http.Header{"Retry-After": {"1"}})
		}
		return nil, problemOf(ctx, err)
	})
}

// unread returns a parameter of an input that stands in an embedded unexported struct: the router fills no such field, and
// says nothing.
func unread(in reflect.Type) string {
	if in.Kind() != reflect.Struct {
		return ""
	}
	for i := range in.NumField() {
		f := in.Field(i)
		if !f.Anonymous || f.Type.Kind() != reflect.Struct {
			continue
		}
		if f.IsExported() {
			if name := unread(f.Type); name != "" {
				return name
			}
			continue
		}
		for _, inner := range reflect.VisibleFields(f.Type) {
			for _, kind := range []string{"path", "query", "header", "cookie"} {
				if name, ok := inner.Tag.Lookup(kind); ok {
					return name
				}
			}
		}
	}
	return ""
}

func errorStatuses(op Op) []int {
	all := append([]int{http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError}, op.Errors...)
	if op.Access.Kind != "public" {
		all = append(all, http.StatusUnauthorized, http.StatusForbidden)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// guard refuses every operation that no rule admits.
func guard(api huma.API, ctx huma.Context, next func(huma.Context)) {
	a, _ := ctx.Operation().Metadata[accessKey].(Access)
	var err error
	switch a.Kind {
	case "public":
	case "signed_in":
		if auth.From(ctx.Context()) == nil {
			err = errs.Unauthorized("auth.sign_in", "Sign in first.")
		}
	case "permission":
		err = auth.Require(ctx.Context(), a.Permission)
	default:
		err = errs.Forbidden("auth.no_rule", "No rule admits anybody to this operation.")
	}
	if err == nil {
		err = boundUpload(ctx)
	}
	if err != nil {
		p := problemOf(ctx.Context(), err)
		_ = huma.WriteErr(api, ctx, p.Status, p.Detail, p)
		return
	}
	next(ctx)
}

// boundUpload applies the operation's limit to multipart bodies; the framework does so only for the others.
func boundUpload(ctx huma.Context) error {
	if !strings.HasPrefix(ctx.Header("Content-Type"), "multipart/") {
		return nil
	}
	r, w := humago.Unwrap(ctx)
	limit := ctx.Operation().MaxBodyBytes
	if r.ContentLength > limit {
		return tooLarge()
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	return nil
}

// Rule is one line of the access list.
type Rule struct {
	ID, Method, Path string
	Access           Access
}

// ACL lists every registered operation with its rule, in path order. Tests walk it.
func ACL(api huma.API) []Rule {
	var out []Rule
	for path, item := range api.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Delete, item.Patch} {
			if op == nil {
				continue
			}
			a, _ := op.Metadata[accessKey].(Access)
			out = append(out, Rule{op.OperationID, op.Method, path, a})
		}
	}
	slices.SortFunc(out, func(a, b Rule) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return out
}

// Permissions lists the permissions that the operations ask for.
func Permissions(api huma.API) []string {
	var out []string
	for _, r := range ACL(api) {
		if r.Access.Permission != "" {
			out = append(out, r.Access.Permission)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// VersionIn takes the version a caller last saw, from the body or from If-Match.
type VersionIn struct {
	IfMatch string `header:"If-Match" doc:"Version last seen, as in the ETag; an alternative to version in the body"`
}

// Version returns the version the caller last saw; Invalid if neither place holds one.
func (v VersionIn) Version(body int64) (int64, error) {
	if body > 0 {
		return body, nil
	}
	var n int64
	if _, err := fmt.Sscanf(strings.Trim(strings.TrimPrefix(v.IfMatch, "W/"), `"`), "%d", &n); err != nil || n <= 0 {
		return 0, errs.Invalid("request.version_missing", "Say which version you saw: version in the body, or If-Match.",
			errs.Field{Location: "body.version", Message: "required"})
	}
	return n, nil
}

// ETag renders a version for the ETag header.
func ETag(version int64) string { return fmt.Sprintf(`"%d"`, version) }
