package httpx

import (
	"io/fs"
	"net/http"
	"path"
	"strings"

	"yiwang/internal/platform/errs"
)

// Static serves the web app: files by name, the face's index for every other address below it. Files under
// assets/ carry a hash in their name and are cached for ever; an index is never cached.
func Static(dist fs.FS) http.Handler {
	files := http.FileServerFS(dist)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			WriteProblem(w, r, errs.NotFound("request.not_found", "There is nothing here."))
			return
		}
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if info, err := fs.Stat(dist, name); err == nil && !info.IsDir() && !strings.HasSuffix(name, ".html") {
			if strings.Contains(name, "assets/") {
				w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			}
			if strings.HasSuffix(name, ".mjs") {
				w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
			}
			files.ServeHTTP(w, r)
			return
		}
		if path.Ext(name) != "" || strings.HasPrefix(name, "api/") {
			WriteProblem(w, r, errs.NotFound("request.not_found", "There is nothing here."))
			return
		}
		b, err := fs.ReadFile(dist, face(name)+"index.html")
		if err != nil {
			WriteProblem(w, r, errs.Unavailable("request.no_web", "This program was built without the web app; run make build."))
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(b) //nolint:gosec // a file of our own build
	})
}

// face is the folder of the face an address belongs to: residents under p/, officers under m/, the wall under screen/, the
// console elsewhere.
func face(name string) string {
	switch first, _, _ := strings.Cut(name, "/"); first {
	case "p", "m", "screen":
		return first + "/"
	}
	return ""
}
