// Package i18n holds the Chinese sentences of error codes. The code itself carries the English one. Each
// module keeps its own file zh/MODULE.json; a test proves that every code used in the source is translated.
package i18n

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

//go:embed zh/*.json
var files embed.FS

// The interface languages.
const (
	Chinese = "zh"
	English = "en"
)

var load = sync.OnceValue(func() map[string]string {
	m, err := Catalogue()
	if err != nil {
		panic(err) // a broken embedded file cannot reach a release: Catalogue is tested
	}
	return m
})

// Catalogue reads every translation: code → Chinese sentence.
func Catalogue() (map[string]string, error) {
	out := map[string]string{}
	names, err := fs.Glob(files, "zh/*.json")
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		b, err := files.ReadFile(n)
		if err != nil {
			return nil, err
		}
		var m map[string]string
		if err := json.Unmarshal(b, &m); err != nil {
			return nil, fmt.Errorf("%s: %w", n, err)
		}
		for k, v := range m {
			if _, twice := out[k]; twice {
				return nil, fmt.Errorf("%s: %s is translated twice", n, k)
			}
			out[k] = v
		}
	}
	return out, nil
}

// Error returns the sentence of an error code in lang, or fallback where there is no translation.
func Error(lang, code, fallback string) string {
	if lang == Chinese {
		if s := load()[code]; s != "" {
			return s
		}
	}
	return fallback
}

type key struct{}

// With notes the caller's language.
func With(ctx context.Context, lang string) context.Context {
	return context.WithValue(ctx, key{}, lang)
}

// Lang returns the caller's language; Chinese unless another was asked for.
func Lang(ctx context.Context) string {
	if l, ok := ctx.Value(key{}).(string); ok {
		return l
	}
	return Chinese
}

// Accept picks the language of an Accept-Language header: English only if it comes before any Chinese.
func Accept(header string) string {
	for part := range strings.SplitSeq(header, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		switch {
		case strings.HasPrefix(tag, "zh"):
			return Chinese
		case strings.HasPrefix(tag, "en"):
			return English
		}
	}
	return Chinese
}
