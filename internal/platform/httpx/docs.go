package httpx

import (
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// ServeDocs answers /api/openapi.json and /api/docs, a plain list of the operations without scripts.
func ServeDocs(mux *http.ServeMux, api huma.API) {
	mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		b, err := api.OpenAPI().MarshalJSON()
		if err != nil {
			WriteProblem(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(b)
	})
	mux.HandleFunc("GET /api/docs.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = w.Write([]byte(docsCSS))
	})
	mux.HandleFunc("GET /api/docs", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := docsPage.Execute(w, docsOf(api)); err != nil {
			WriteProblem(w, r, err)
		}
	})
}

type docsGroup struct {
	Tag string
	Ops []docsOp
}

type docsOp struct {
	*huma.Operation
	Path, Access string
}

func docsOf(api huma.API) []docsGroup {
	byTag := map[string][]docsOp{}
	for _, rule := range ACL(api) {
		item := api.OpenAPI().Paths[rule.Path]
		for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Delete, item.Patch} {
			if op != nil && op.OperationID == rule.ID {
				access := rule.Access.Kind
				if rule.Access.Permission != "" {
					access = rule.Access.Permission
				}
				byTag[op.Tags[0]] = append(byTag[op.Tags[0]], docsOp{op, rule.Path, access})
			}
		}
	}
	var out []docsGroup
	for tag, ops := range byTag {
		out = append(out, docsGroup{tag, ops})
	}
	slices.SortFunc(out, func(a, b docsGroup) int { return strings.Compare(a.Tag, b.Tag) })
	return out
}

const docsCSS = `body{font:15px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;max-width:1080px;margin:32px auto;padding:0 24px;color:#171c26}
h1{font-size:20px}h2{font-size:16px;margin-top:32px;border-bottom:1px solid #e6e9ef}code{background:#eef1f5;border-radius:4px;padding:1px 6px}
dl{display:grid;grid-template-columns:minmax(320px,auto) 1fr;gap:4px 24px;margin:8px 0}dt{font-weight:400}dd{margin:0;color:#465061}small{color:#5f697c}
@media(max-width:720px){dl{grid-template-columns:1fr}dt code{overflow-wrap:anywhere}}`

var docsPage = template.Must(template.New("docs").Parse(`<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>一网接口</title><link rel="stylesheet" href="/api/docs.css"></head>
<body><h1>一网接口</h1><p>机器可读的完整定义：<a href="/api/openapi.json">/api/openapi.json</a>（OpenAPI 3.1）。错误一律为 application/problem+json，code 稳定不变。</p>
{{range .}}<h2>{{.Tag}}</h2><dl>{{range .Ops}}<dt><code>{{.Method}} {{.Path}}</code></dt><dd>{{.Summary}} <small>· {{.Access}}</small></dd>{{end}}</dl>{{end}}
</body></html>
`))
