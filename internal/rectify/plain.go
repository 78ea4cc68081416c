package rectify

import (
	"bytes"
	"context"
	_ "embed"
	"html/template"
	"strings"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
)

//go:embed plain.gohtml
var plainSource string

var plainPage = template.Must(template.New("plain").Funcs(template.FuncMap{
	"result": func(r Result) string { return resultWords[r] }, "step": func(s string) string { return stepWords[s] },
	"day": func(t *clock.Time) string {
		if t == nil {
			return ""
		}
		return dayWords(*t)
	},
	"date": dayWords, "phase": func(p string) string { return map[string]string{Before: "整改前", After: "整改后"}[p] }, "join": strings.Join,
}).Parse(plainSource))

var stepWords = map[string]string{"gathered": "意见归集成事项", "issued": "下发责任单位", "answered": "单位答复措施", "done": "整改完成", "verified": "另一单位现场核查通过", "told": "告知反映人", "published": "公示"}

// plain is what the page without scripts shows.
type plain struct {
	Title  string
	Counts *PublicCounts
	Items  []PublicItem
	One    *PublicDetail
	Query  string // of the list, for the feeds
	Next   string // address of the next page
	Back   string
}

// PlainList is the public list as a page that needs no scripts: for old telephones, for printing, for readers aloud.
// Anybody may.
func (s *Service) PlainList(ctx context.Context, f PublicFilter, page httpx.PageIn, query, next string) ([]byte, error) {
	items, err := s.Public(ctx, f, page)
	if err != nil {
		return nil, err
	}
	counts, err := s.PublicCounts(ctx, f)
	if err != nil {
		return nil, err
	}
	p := plain{Counts: &counts, Items: items.Items, Query: query}
	if items.NextCursor != "" {
		p.Next = next + "cursor=" + items.NextCursor
	}
	if err := s.db.Read(ctx, func(tx *db.Tx) error {
		p.Title, err = s.publicTitle(ctx, tx, f)
		return err
	}); err != nil {
		return nil, err
	}
	return p.render()
}

// PlainOne is one published item as a page that needs no scripts. Anybody may.
func (s *Service) PlainOne(ctx context.Context, id string) ([]byte, error) {
	d, err := s.PublicOne(ctx, id)
	if err != nil {
		return nil, err
	}
	p := plain{Title: d.Title, One: d, Items: []PublicItem{d.PublicItem}, Back: "/api/v1/public/rectifications/plain?wave=" + d.WaveID}
	return p.render()
}

func (p *plain) render() ([]byte, error) {
	var b bytes.Buffer
	err := plainPage.Execute(&b, p)
	return b.Bytes(), err
}
