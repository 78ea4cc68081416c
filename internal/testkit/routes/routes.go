// Package routes tests who may call the operations of a module: a table with a line for every operation, served as the people
// of the test. An operation without a line fails the test, so that a new route cannot land without its permissions being tried.
package routes

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

// House serves the operations of one module as whoever is asked for.
type House struct {
	mux   *http.ServeMux
	rules []httpx.Rule
	as    func(who string) context.Context
	kept  map[string]any // answers by name
}

// Open registers the operations of a module; as gives the context of a person by name and is never asked for nobody ("").
func Open(register func(huma.API), as func(who string) context.Context) *House {
	h := &House{mux: http.NewServeMux(), as: as, kept: map[string]any{}}
	api := httpx.NewAPI(h.mux, "test")
	register(api)
	h.rules = httpx.ACL(api)
	return h
}

// Table says who the people of the lines are.
type Table struct {
	Own     string // may, in the area of the table; a line can name another
	Other   string // has every permission, in an area that is not touched
	Without string // is signed in without a permission
	Lines   []Line
}

// Line is an operation and how it answers.
type Line struct {
	Rule   string // "POST /api/v1/fences/{id}"
	Values string // of the variables of the path, joined by "/", and a query: "f1?version=1"
	Body   string // JSON; see Form and Upload for files
	By     string // who may, when it is not Own
	From   string // who asks from the other area, when it is not Other
	Status int    // for who may, and for everybody where the operation is public; an empty list is not taken as an answer
	Other  int    // for the other area; 200 with the code "empty" is a list with nothing of this area in it
	Code   string // of the problem the other area gets, or of the first line of what it did to many or sent in a file
	Shared bool   // of no area, so that the other area is not tried
	Empty  bool   // the list is empty for who may, too
	Bare   int    // for who has no permission, where the operation asks only for a sign-in; 0 is not tried
	Keep   string // name under which the answer to who may is kept: {{name.id}} stands for its field in the lines below
	First  func() // what else has to happen before the line
	In     *House // another house of the same operations, when the work of the line needs one; its people have the same names
}

const boundary = "a-boundary-that-no-file-of-a-test-holds"

// Form is the body of a line that sends fields and a file.
func Form(fields map[string]string, name, content string) string {
	return Upload(fields, "file", name, "application/octet-stream", content)
}

// Upload is the body of a line that sends fields and a file of a media type in a field of its own.
func Upload(fields map[string]string, field, name, media, content string) string {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.SetBoundary(boundary) // is valid
	for k, v := range fields {
		_ = w.WriteField(k, v) // a buffer takes everything
	}
	part, _ := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + field + `"; filename="` + name + `"`}, "Content-Type": {media}})
	_, _ = part.Write([]byte(content))
	_ = w.Close()
	return b.String()
}

// Check calls every line as nobody (401), as somebody without permissions (403), as the other area and as who may, in this order
// and in the order of the lines, the other area once more after the work was done, and tells of every operation that has no line. A public operation is called by nobody alone.
func (h *House) Check(t *testing.T, table Table) {
	t.Helper()
	access := map[string]httpx.Access{}
	for _, r := range h.rules {
		access[r.Method+" "+r.Path] = r.Access
	}
	seen := map[string]bool{}
	for _, l := range table.Lines {
		seen[l.Rule] = true
		rule, known := access[l.Rule]
		if !known {
			t.Errorf("%s is no operation", l.Rule)
			continue
		}
		in := h
		if l.In != nil {
			in = l.In
		}
		in.try(t, rule, table, l)
	}
	for rule := range access {
		if !seen[rule] {
			t.Errorf("%s has no line in the table", rule)
		}
	}
}

func (h *House) try(t *testing.T, rule httpx.Access, table Table, l Line) {
	t.Helper()
	if l.First != nil {
		l.First()
	}
	who := ""
	if rule != httpx.Public {
		h.want(t, l, "", 401, "auth.sign_in")
		if rule.Permission != "" {
			h.want(t, l, table.Without, 403, "auth.no_permission")
		} else if l.Bare != 0 {
			if status, code, body := h.Ask(t, table.Without, l); status != l.Bare {
				t.Errorf("%s as %q: %d %s, want %d: %.300s", l.Rule, table.Without, status, code, l.Bare, body)
			}
		}
		if !l.Shared {
			h.want(t, l, cmp.Or(l.From, table.Other), l.Other, l.Code)
		}
		who = cmp.Or(l.By, table.Own)
	}
	status, code, body := h.Ask(t, who, l)
	if status != l.Status || code == "empty" && !l.Empty {
		t.Errorf("%s as %q: %d %s, want %d: %.300s", l.Rule, who, status, code, l.Status, body)
	}
	if rule != httpx.Public && !l.Shared && (l.Other == 403 || l.Other == 404) {
		h.again(t, cmp.Or(l.From, table.Other), l)
	}
	var answer any
	if l.Keep != "" && json.Unmarshal([]byte(body), &answer) == nil {
		h.kept[l.Keep] = answer
	}
}

// again asks for the other area once more: what the caller knows is out of date now, and a conflict would show what has become of it.
func (h *House) again(t *testing.T, who string, l Line) {
	t.Helper()
	if status, code, body := h.Ask(t, who, l); status != 403 && status != 404 {
		t.Errorf("%s as %q afterwards: %d %s, want 403 or 404: %.300s", l.Rule, who, status, code, body)
	}
}

func (h *House) want(t *testing.T, l Line, who string, status int, code string) {
	t.Helper()
	if got, said, body := h.Ask(t, who, l); got != status || said != code {
		t.Errorf("%s as %q: %d %s, want %d %s: %.300s", l.Rule, who, got, said, status, code, body)
	}
}

var (
	variable = regexp.MustCompile(`\{[^}]+\}`)
	kept     = regexp.MustCompile(`\{\{[a-z0-9_.]+\}\}`)
)

// fill puts fields of kept answers in place of their names: {{list.editions.0.id}}.
func (h *House) fill(t *testing.T, text string) string {
	t.Helper()
	return kept.ReplaceAllStringFunc(text, func(name string) string {
		var v any = h.kept
		for step := range strings.SplitSeq(strings.Trim(name, "{}"), ".") {
			switch at := v.(type) {
			case map[string]any:
				v = at[step]
			case []any:
				n, err := strconv.Atoi(step)
				if err != nil || n >= len(at) {
					t.Errorf("%s is not there", name)
					return "none"
				}
				v = at[n]
			default:
				v = nil
			}
		}
		switch v := v.(type) {
		case string:
			return v
		case float64:
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		t.Errorf("%s is not there", name)
		return "none"
	})
}

// Ask calls the operation of a line and returns the status with the code of the problem; of a list, "empty" when it holds nothing,
// or the code that its first line was refused with.
func (h *House) Ask(t *testing.T, who string, l Line) (status int, code, body string) {
	t.Helper()
	method, path, _ := strings.Cut(l.Rule, " ")
	values, query, asks := strings.Cut(h.fill(t, l.Values), "?")
	rest := strings.Split(values, "/")
	path = variable.ReplaceAllStringFunc(path, func(string) string {
		if len(rest) == 0 || rest[0] == "" {
			t.Fatalf("%s has more variables than %q", l.Rule, l.Values)
		}
		first := rest[0]
		rest = rest[1:]
		return first
	})
	if asks {
		path += "?" + query
	}
	r := httptest.NewRequest(method, path, strings.NewReader(h.fill(t, l.Body)))
	r.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(l.Body, "--"+boundary) {
		r.Header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
	}
	if who != "" {
		r = r.WithContext(h.as(who))
	}
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r)
	return w.Code, codeOf(w), w.Body.String()
}

func codeOf(w *httptest.ResponseRecorder) string {
	var answer struct {
		Code  string            `json:"code"`
		Items []json.RawMessage `json:"items"`
		Bad   []struct {
			Code string `json:"code"`
		} `json:"errors"` // lines of a file that were not taken
	}
	if !strings.Contains(w.Header().Get("Content-Type"), "json") || json.Unmarshal(w.Body.Bytes(), &answer) != nil {
		return ""
	}
	switch {
	case w.Code >= 300:
		return answer.Code
	case answer.Items != nil && len(answer.Items) == 0:
		return "empty"
	case len(answer.Bad) > 0:
		return answer.Bad[0].Code
	case len(answer.Items) > 0:
		var line struct {
			Code string `json:"code"`
		}
		if json.Unmarshal(answer.Items[0], &line) == nil && strings.Contains(line.Code, ".") {
			return line.Code
		}
	}
	return ""
}
