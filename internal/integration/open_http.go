package integration

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/errs"
)

// Open311 answers everything below /open311/v2: GET for anybody, POST with the key of a partner. Formats are .json and
// .xml. Faults come as the standard wants them, so this does not go through the typed API.
func (s *Service) Open311() http.Handler {
	mux := http.NewServeMux()
	for path, answer := range map[string]answer{
		"GET /open311/v2/discovery/{format}":              s.discovery,
		"GET /open311/v2/services/{format}":               s.services,
		"GET /open311/v2/services/{id}/{format}":          s.serviceDefinition,
		"GET /open311/v2/requests/{format}":               s.requests,
		"GET /open311/v2/requests/{id}/{format}":          s.request,
		"POST /open311/v2/requests/{format}":              s.take,
		"GET /open311/v2/tokens/{id}/{format}":            s.token,
		"GET /open311/v2/servicerequestupdates/{format}":  s.updates,
		"POST /open311/v2/servicerequestupdates/{format}": s.takeUpdate,
	} {
		mux.HandleFunc(path, s.answering(answer))
	}
	mux.HandleFunc("GET /open311/v2/media/{id}", s.media)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner, format := r.Clone(r.Context()), "json"
		for _, f := range []string{"json", "xml"} {
			if rest, ok := strings.CutSuffix(r.URL.Path, "."+f); ok {
				inner.URL.Path, inner.URL.RawPath, format = rest+"/"+f, "", f
			}
		}
		known := inner.URL.Path != r.URL.Path || strings.HasPrefix(r.URL.Path, "/open311/v2/media/")
		if _, pattern := mux.Handler(inner); pattern == "" || !known {
			s.fault(w, r, format, errs.NotFound("integration.no_such_path", "There is nothing at this address; see /open311/v2/discovery.json."))
			return
		}
		mux.ServeHTTP(w, inner)
	})
}

// answer is what one operation returns: the root element of a list, or "" for a single thing, and the value.
type answer func(ctx context.Context, c *call) (root string, v any, err error)

// call is one request to the Open311 interface.
type call struct {
	r       *http.Request
	id      string
	values  url.Values // query and form
	partner *Partner   // nil for anybody
	base    string     // of this interface, for links
	next    string     // cursor of what follows, "" at the end
}

// maxForm bounds a report, photos included.
const maxForm = 24 << 20

func (s *Service) answering(do answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		format := r.PathValue("format")
		defer dropFiles(r)
		c, err := s.callOf(w, r)
		root := ""
		var v any
		if err == nil {
			root, v, err = do(r.Context(), c)
		}
		if err != nil {
			s.fault(w, r, format, err)
			return
		}
		body, err := render(format, root, v)
		if err != nil {
			s.fault(w, r, format, err)
			return
		}
		if c.next != "" {
			w.Header().Set("Link", "<"+c.following(format)+`>; rel="next"`)
		}
		send(w, format, http.StatusOK, body)
	}
}

// following is the address of the next page: the same question behind the cursor. The key is left out: addresses are written
// into logs.
func (c *call) following(format string) string {
	values := maps.Clone(c.values)
	values.Del("api_key")
	values.Del("page")
	values.Set("cursor", c.next)
	return c.base + strings.TrimSuffix(strings.TrimPrefix(c.r.URL.Path, "/open311/v2"), "/"+format) + "." + format + "?" + values.Encode()
}

// dropFiles removes what a form left on the disk. The server does so for the request it made, and this one is its clone.
func dropFiles(r *http.Request) {
	if r.MultipartForm == nil {
		return
	}
	if err := r.MultipartForm.RemoveAll(); err != nil {
		slog.WarnContext(r.Context(), "files of a form not removed", "error", err)
	}
}

func send(w http.ResponseWriter, format string, status int, body []byte) {
	kind := "application/json; charset=utf-8"
	if format == "xml" {
		kind = "text/xml; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // JSON or XML of our own encoders, never a page; the caller may be gone
}

func (s *Service) fault(w http.ResponseWriter, r *http.Request, format string, err error) {
	e := faultOf(err)
	if e.Code == http.StatusInternalServerError {
		slog.ErrorContext(r.Context(), "open311", "path", r.URL.Path, "error", err)
	}
	body, err := render(format, "errors", []errorShape{e})
	if err != nil {
		body = nil
	}
	send(w, format, e.Code, body)
}

// callOf reads query, form and key, and checks the jurisdiction.
func (s *Service) callOf(w http.ResponseWriter, r *http.Request) (*call, error) {
	c := &call{r: r, id: r.PathValue("id"), values: r.URL.Query(), base: baseOf(r)}
	if r.Method == http.MethodPost {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseMultipartForm(1 << 20); err != nil && !strings.Contains(err.Error(), "isn't multipart") { //nolint:gosec // bounded by MaxBytesReader above
			return nil, errs.Invalid("integration.bad_form", "Send a form: application/x-www-form-urlencoded or multipart/form-data.").Because(err)
		}
		c.values = r.Form
	}
	if len(c.values.Encode()) > 64<<10 {
		return nil, errs.TooLarge("integration.too_long", "The parameters are too long.")
	}
	partner, err := s.byKey(r.Context(), c.values.Get("api_key"))
	if err != nil {
		return nil, err
	}
	c.partner = partner
	if j := c.values.Get("jurisdiction_id"); j != "" {
		_, err := s.Regions.Get(r.Context(), j)
		if errs.KindOf(err) == errs.KindNotFound {
			return nil, errs.NotFound("integration.no_jurisdiction", "There is no such jurisdiction_id; it is the code of a district, street or community.")
		}
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

// baseOf is the address of this interface as the caller wrote it.
func baseOf(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host + "/open311/v2"
}

func (s *Service) media(w http.ResponseWriter, r *http.Request) {
	e, file, err := s.Cases.OpenPhoto(r.Context(), r.PathValue("id"))
	if err != nil {
		s.fault(w, r, "json", err)
		return
	}
	blob.WriteHeaders(w.Header(), blob.Ref{Key: e.Ref, Type: blob.Type(e.MediaType), Size: e.Size}, "photo")
	if err := copyOut(w, file); err != nil {
		slog.DebugContext(r.Context(), "photo not sent", "error", err)
	}
}
