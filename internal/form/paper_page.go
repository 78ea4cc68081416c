package form

import (
	_ "embed" // the page
	"html/template"
	"io"
	"slices"
)

//go:embed paper.html
var paperHTML string

var paperTemplate = template.Must(template.New("paper").Funcs(template.FuncMap{
	"face": func(i int) string {
		return []string{"M8 20q8 8 16 0", "M8 21h16", "M8 24q8-8 16 0"}[min(i, 2)]
	},
	"times": func(n int) []struct{} { return make([]struct{}, n) },
	"na":    func() string { return naLabel },
	"short": func(hash string) string { return hash[:min(8, len(hash))] },
}).Parse(paperHTML))

// run is a stretch of blocks that are drawn in one way: scale questions below one another, or one question.
type run struct {
	Grid   bool
	NA     bool
	Blocks []block
}

// WritePage writes the questionnaire as one HTML file for a browser's print dialogue, complete in itself.
func WritePage(w io.Writer, f *Form, p Paper) error {
	type section struct {
		part
		Runs []run
	}
	data := struct {
		Form     *Form
		Paper    Paper
		Sections []section
	}{Form: f, Paper: p}
	for _, at := range p.lay(f) {
		s := section{part: at}
		for _, b := range at.Blocks {
			grid := b.Kind == blockScale && !p.Large
			if n := len(s.Runs); grid && n > 0 && s.Runs[n-1].Grid {
				s.Runs[n-1].Blocks = append(s.Runs[n-1].Blocks, b)
				continue
			}
			s.Runs = append(s.Runs, run{Grid: grid, Blocks: []block{b}})
		}
		for i := range s.Runs {
			s.Runs[i].NA = slices.ContainsFunc(s.Runs[i].Blocks, func(b block) bool { return b.NA })
		}
		data.Sections = append(data.Sections, s)
	}
	return paperTemplate.Execute(w, data)
}
