package httpx

import "net/http"

// Flush sends on what was written: compressing writers look for it here and would keep a stream to themselves otherwise.
func (w *recorder) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }
