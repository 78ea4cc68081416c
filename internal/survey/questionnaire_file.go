package survey

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"yiwang/internal/form"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/i18n"
)

// ImportQuestionnaire opens a draft from an XLSForm workbook or from a JSON file that was exported here. Group and version may be
// left to the file's settings. Needs PermManage; Invalid naming sheet, row and column of every fault; Conflict when the group has the
// version already.
func (s *Service) ImportQuestionnaire(ctx context.Context, in NewQuestionnaire, file io.Reader) (*Questionnaire, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, maxQuestionnaireFile+1))
	if err != nil {
		return nil, fmt.Errorf("read questionnaire file: %w", err)
	}
	if len(data) > maxQuestionnaireFile {
		return nil, errs.TooLarge("sheet.too_large", "The file is larger than allowed; split it into several files.")
	}
	read, err := readQuestionnaire(data, i18n.Lang(ctx))
	if err != nil {
		return nil, err
	}
	if in.Group == "" {
		in.Group = Group(read.Group)
	}
	if strings.TrimSpace(in.Version) == "" {
		in.Version = read.Version
	}
	in.From, in.Form = "", &read.Form
	return s.DraftQuestionnaire(ctx, in)
}

// maxQuestionnaireFile bounds an imported file.
const maxQuestionnaireFile = 4 << 20

// questionnaireFile is a questionnaire as JSON travels between installations.
type questionnaireFile struct {
	Group   Group  `json:"group"`
	Version string `json:"version"`
	Hash    string `json:"hash"`
	Form    Form   `json:"form"`
}

func readQuestionnaire(data []byte, lang string) (*form.Imported, error) {
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n\ufeff"), []byte("{")) {
		return form.ReadXLSForm(bytes.NewReader(data), lang)
	}
	var f questionnaireFile
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, errs.Invalid("survey.bad_questionnaire", "The questionnaire is not usable.", errs.Field{Location: "file", Message: err.Error()})
	}
	return &form.Imported{Form: f.Form, Group: string(f.Group), Version: f.Version}, nil
}

// ExportQuestionnaire writes a version as XLSForm workbook ("xlsx") or as JSON. Anyone signed in may.
func (s *Service) ExportQuestionnaire(ctx context.Context, id, format string, w io.Writer) error {
	q, err := s.Questionnaire(ctx, id)
	if err != nil {
		return err
	}
	switch format {
	case "xlsx":
		return form.WriteXLSForm(w, &q.Form.V, string(q.Group), q.Version, s.categoryPairs())
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(questionnaireFile{q.Group, q.Version, q.Hash, q.Form.V})
	}
	return errs.Invalid("survey.bad_format", "The format is xlsx or json.")
}

// PaperOptions say how a questionnaire is printed.
type PaperOptions struct {
	Wave   string // its title and the words of its scale; "": the usual ones
	Large  bool   // large type for elderly respondents
	Codes  bool   // the sheet of codes for those who key in, instead of the questionnaire; PDF only
	Format string // pdf or html
}

// PrintQuestionnaire writes a version for paper. Anyone signed in may; NotFound for a wave outside the caller's areas.
func (s *Service) PrintQuestionnaire(ctx context.Context, id string, o PaperOptions, w io.Writer) error {
	q, err := s.Questionnaire(ctx, id)
	if err != nil {
		return err
	}
	p := form.Paper{Version: q.Version, Hash: q.Hash, Categories: s.categoryPairs(), Large: o.Large}
	for _, words := range form.ScaleWords[:5] {
		p.Steps = append(p.Steps, form.PaperStep{Mark: words[0], Label: words[1]})
	}
	if o.Wave != "" {
		if err := s.paperOfWave(ctx, o.Wave, &p, q.Group == Elder); err != nil {
			return err
		}
	}
	switch {
	case o.Codes:
		return form.WriteCodes(w, &q.Form.V, p)
	case o.Format == "html":
		return form.WritePage(w, &q.Form.V, p)
	}
	return form.WritePaper(w, &q.Form.V, p)
}

// paperOfWave takes title and scale from a wave; faces are for the elderly only.
func (s *Service) paperOfWave(ctx context.Context, id string, p *form.Paper, faces bool) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.WaveTx(ctx, tx, id)
		if err != nil {
			return err
		}
		p.Title = w.Name
		var steps []form.PaperStep
		for _, step := range w.Plan.V.Scale {
			if !step.Face || faces {
				steps = append(steps, form.PaperStep{Mark: step.Mark, Label: step.Label, Face: step.Face})
			}
		}
		if len(steps) > 0 {
			p.Steps = steps
		}
		return nil
	})
}

func (s *Service) categoryPairs() [][2]string {
	out := make([][2]string, len(s.categories))
	for i, c := range s.categories {
		out[i] = [2]string{c.Code, c.Name}
	}
	return out
}
