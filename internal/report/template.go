package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	shipped "yiwang/data/report"
	"yiwang/internal/platform/errs"
)

// Template is what a report holds, in which order and with which words. The office edits it; numbers and tables are the program's.
type Template struct {
	Name     string    `json:"name" yaml:"name" minLength:"1" maxLength:"60"`
	Title    string    `json:"title" yaml:"title" minLength:"1" maxLength:"120" doc:"may hold placeholders"`
	Issuer   string    `json:"issuer" yaml:"issuer" maxLength:"80" doc:"printed on the cover"`
	Sections []Section `json:"sections" yaml:"sections" minItems:"1" maxItems:"40"`
}

// Section is one section of a report.
type Section struct {
	Kind   string `json:"kind" yaml:"kind" doc:"one of the kinds of the list of sections; text: words only"`
	Title  string `json:"title" yaml:"title" minLength:"1" maxLength:"60"`
	Text   string `json:"text" yaml:"text" maxLength:"8000" doc:"paragraphs in front of the program's tables, one a line; may hold placeholders"`
	After  string `json:"after" yaml:"after" maxLength:"8000" doc:"paragraphs behind them"`
	Hidden bool   `json:"hidden" yaml:"hidden"`
}

// KindText is the section of words only; all others come at most once.
const KindText = "text"

var placeholder = regexp.MustCompile(`\{([^{}\n]{1,20})\}`)

// ParseTemplate reads and validates the YAML of a template (data/report/template.yaml shows the format).
func ParseTemplate(src []byte) (*Template, error) {
	t := &Template{}
	dec := yaml.NewDecoder(bytes.NewReader(src))
	dec.KnownFields(true)
	if err := dec.Decode(t); err != nil {
		return nil, errs.Invalid("report.bad_template", "The template is not readable YAML: "+err.Error())
	}
	return t, t.Validate()
}

// shippedTemplate is the template of this release.
func shippedTemplate() *Template {
	t, err := ParseTemplate(shipped.Template)
	if err != nil {
		panic("report: the shipped template: " + err.Error())
	}
	return t
}

// Hash returns the SHA-256 of the template's canonical JSON.
func (t *Template) Hash() string {
	b, err := json.Marshal(t)
	if err != nil {
		panic("report: a template holds only text: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Validate returns Invalid naming every section that cannot be written and every placeholder that nobody fills in.
func (t *Template) Validate() error {
	var bad []errs.Field
	check := func(ok bool, location, message string, value any) {
		if !ok {
			bad = append(bad, errs.Field{Location: "body." + location, Message: message, Value: value})
		}
	}
	words := func(location, text string) {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			check(slices.Contains(placeholders, m[1]), location, "there is no placeholder of that name", m[1])
		}
	}
	check(strings.TrimSpace(t.Name) != "", "name", "required", nil)
	check(strings.TrimSpace(t.Title) != "", "title", "required", nil)
	check(len(t.Sections) > 0, "sections", "at least one section", nil)
	words("title", t.Title)
	seen := map[string]bool{}
	for i, s := range t.Sections {
		at := fmt.Sprintf("sections[%d]", i)
		check(s.Kind == KindText || sectionKinds[s.Kind] != nil, at+".kind", "the program cannot write a section of this kind", s.Kind)
		check(s.Kind == KindText || !seen[s.Kind], at+".kind", "this section is in the report already", s.Kind)
		check(strings.TrimSpace(s.Title) != "", at+".title", "required", nil)
		check(s.Kind != KindText || strings.TrimSpace(s.Text) != "", at+".text", "a section of words needs words", nil)
		words(at+".title", s.Title)
		words(at+".text", s.Text)
		words(at+".after", s.After)
		seen[s.Kind] = true
	}
	if len(bad) > 0 {
		return errs.Invalid("report.bad_template", "The template cannot be used.", bad...)
	}
	return nil
}
