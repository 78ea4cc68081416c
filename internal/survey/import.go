package survey

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/platform/sheet"
)

// Policy says what happens to the good rows of a file that has bad ones.
type Policy string

// The two policies.
const (
	CommitGood   Policy = "commit_good"
	AllOrNothing Policy = "all_or_nothing"
)

// ImportOptions belong to one file.
type ImportOptions struct {
	ImportID string // set by the background job
	DryRun   bool   // check and count, store nothing
	Policy   Policy // default AllOrNothing
	Progress func(done, total int, note string)
}

// ImportReport says what became of every row: Total = Accepted + Unchanged + Conflicts + Rejected. With DryRun, or when
// AllOrNothing met a bad row, Committed is false and nothing was stored. Errors holds at most a thousand of ErrorCount.
type ImportReport struct {
	DryRun     bool             `json:"dry_run"`
	Policy     Policy           `json:"policy"`
	Committed  bool             `json:"committed"`
	Total      int              `json:"total"`
	Accepted   int              `json:"accepted"`
	Unchanged  int              `json:"unchanged" doc:"rows stored before with the same content"`
	Conflicts  int              `json:"conflicts" doc:"rows stored before with other content; kept as they were"`
	Rejected   int              `json:"rejected"`
	Comments   int              `json:"comments"`
	Contacts   int              `json:"contacts"`
	Encoding   string           `json:"encoding,omitempty"`
	Ignored    []string         `json:"ignored_columns,omitempty"`
	ErrorCount int              `json:"error_count"`
	Errors     []sheet.RowError `json:"errors"`
}

const keptErrors = 1000

// answerRow is a row of the file, in the order of Columns.
type answerRow struct{ cells []string }

// sheetColumns is Columns as the sheet package reads them.
func sheetColumns(columns []Column, forms map[Group]*Form) sheet.Columns[answerRow] {
	var out sheet.Columns[answerRow]
	for i, c := range columns {
		help := c.Accepts
		for _, g := range Groups {
			if q := forms[g].Question(c.Code); q != nil {
				help = q.Text + "（" + c.Accepts + "）"
				break
			}
		}
		out = append(out, sheet.Column[answerRow]{Name: c.Code, Title: c.Title, Required: c.Required, Help: help,
			Set: func(row *answerRow, text string) error {
				if row.cells == nil {
					row.cells = make([]string, len(columns))
				}
				row.cells[i] = text
				return nil
			}})
	}
	return out
}

// Import reads a CSV or XLSX file of answers into a wave. Rows are known by respondent number and channel: importing a
// file again adds nothing, and a row that changed is a conflict that is reported and not stored. Needs PermImport in the
// wave's area; Conflict unless the wave is piloting or in fieldwork; Invalid or TooLarge when the file is no table. Bad rows
// are no error of Import: they are in the report. docs/import-answers.md describes the columns.
func (s *Service) Import(ctx context.Context, waveID string, file io.Reader, o ImportOptions) (*ImportReport, error) {
	if o.Policy == "" {
		o.Policy = AllOrNothing
	}
	if o.Policy != AllOrNothing && o.Policy != CommitGood {
		return nil, errs.Invalid("survey.bad_policy", "The policy is commit_good or all_or_nothing.")
	}
	reader, err := s.prepare(ctx, waveID)
	if err != nil {
		return nil, err
	}
	report := &ImportReport{DryRun: o.DryRun, Policy: o.Policy, Errors: []sheet.RowError{}}
	entries, err := reader.readAll(file, report, o.Progress)
	if err != nil {
		return nil, err
	}
	if err := s.commit(ctx, reader, entries, report, o); err != nil {
		return nil, err
	}
	return report, nil
}

// prepare loads what judging a row needs.
func (s *Service) prepare(ctx context.Context, waveID string) (r *rowReader, err error) {
	r = &rowReader{at: map[string]int{}, scales: map[Group][]Question{}, categories: s.categories, key: s.rowKey}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if r.wave, err = findWave(ctx, tx, waveID); err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermImport, r.wave.Area); err != nil {
			return err
		}
		if err := r.wave.takesAnswers(); err != nil {
			return err
		}
		r.forms, err = s.FormsTx(ctx, tx, r.wave)
		return err
	})
	if err != nil {
		return nil, err
	}
	if r.streets, r.places, err = s.places(ctx, &r.wave.Plan.V); err != nil {
		return nil, err
	}
	for g, form := range r.forms {
		r.scales[g] = form.ScaleQuestions()
	}
	r.columns = Columns(r.forms, r.wave.Plan.V.Scale)
	for i, c := range r.columns {
		r.at[c.Code] = i
	}
	return r, nil
}

// readAll judges every row of the file.
func (r *rowReader) readAll(file io.Reader, report *ImportReport, progress func(int, int, string)) ([]*entry, error) {
	src, err := sheet.Open(file, sheet.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = src.Close() }() // read only: nothing can be lost
	in, err := sheetColumns(r.columns, r.forms).Read(src)
	if err != nil {
		return nil, err
	}
	var entries []*entry
	seen := map[string]*entry{}
	for number, row := range in.Rows() {
		if row.cells == nil {
			continue // cannot be: required columns are filled
		}
		e := r.read(number, row.cells)
		if e == nil {
			report.Rejected++
			continue
		}
		if first := seen[e.response.RowKey]; first != nil {
			r.row, r.values = number, row.cells
			r.fault(colRespondent, fmt.Sprintf("与第%d行编号和渠道相同", first.row))
			report.Rejected++
			continue
		}
		seen[e.response.RowKey] = e
		entries = append(entries, e)
		if progress != nil && len(entries)%2000 == 0 {
			progress(len(entries), 0, "正在检查")
		}
	}
	if err := in.Err(); err != nil {
		return nil, err
	}
	read := in.Report()
	report.Total, report.Encoding, report.Ignored = read.Total, read.Encoding, read.Ignored
	report.Rejected += read.Rejected
	report.ErrorCount = read.ErrorCount + len(r.faults)
	report.Errors = append(slices.Clone(read.Errors), r.faults...)
	report.trim()
	return entries, nil
}

func (p *ImportReport) trim() {
	slices.SortStableFunc(p.Errors, func(a, b sheet.RowError) int { return a.Row - b.Row })
	if len(p.Errors) > keptErrors {
		p.Errors = p.Errors[:keptErrors]
	}
	if p.Errors == nil {
		p.Errors = []sheet.RowError{}
	}
}

// commit compares the rows with those stored and stores the new ones, in one transaction.
func (s *Service) commit(ctx context.Context, r *rowReader, entries []*entry, report *ImportReport, o ImportOptions) error {
	if o.Progress != nil {
		o.Progress(len(entries), len(entries), "正在写入")
	}
	judge := func(tx *db.Tx) ([]*entry, error) {
		stored, err := storedRows(ctx, tx, r.wave.ID)
		if err != nil {
			return nil, err
		}
		return report.compare(entries, stored, r.columns[r.at[colRespondent]].Title), nil
	}
	if o.DryRun {
		return s.db.Read(ctx, func(tx *db.Tx) error {
			_, err := judge(tx)
			return err
		})
	}
	judged := *report
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		*report = judged // the transaction may run again
		report.Errors = slices.Clone(judged.Errors)
		w, err := findWave(ctx, tx, r.wave.ID)
		if err != nil {
			return err
		}
		if err := w.takesAnswers(); err != nil {
			return err
		}
		if w.State != r.wave.State {
			return versionConflict(w)
		}
		fresh, err := judge(tx)
		if err != nil {
			return err
		}
		if report.Policy == AllOrNothing && report.Rejected+report.Conflicts > 0 {
			return nil
		}
		return s.storeEntries(ctx, tx, w, fresh, report, o.ImportID)
	})
}

// compare sorts the good rows into new, unchanged and conflicting, and returns the new ones.
func (p *ImportReport) compare(entries []*entry, stored map[string]string, column string) (fresh []*entry) {
	for _, e := range entries {
		hash, known := stored[e.response.RowKey]
		switch {
		case !known:
			p.Accepted++
			fresh = append(fresh, e)
		case hash == e.response.RowHash:
			p.Unchanged++
		default:
			p.Conflicts++
			p.ErrorCount++
			p.Errors = append(p.Errors, sheet.RowError{Row: e.row, Column: column, Code: "survey.row_conflict", Reason: "这份答卷此前已导入，内容不同；保留原来的，未改动"})
		}
	}
	p.trim()
	return fresh
}

func (s *Service) storeEntries(ctx context.Context, tx *db.Tx, w *Wave, fresh []*entry, report *ImportReport, importID string) error {
	rows := make([]Response, len(fresh))
	var comments []NewComment
	for i, e := range fresh {
		rows[i] = e.response
		for j, c := range e.comments {
			n := NewComment{Comment: c}
			if j == 0 {
				n.Phone = e.phone
			}
			comments = append(comments, n)
		}
		if e.phone != "" {
			report.Contacts++
		}
	}
	// The order of the file must not tell which answers a comment was written with.
	rand.Shuffle(len(comments), func(i, j int) { comments[i], comments[j] = comments[j], comments[i] })
	if err := insertResponses(ctx, tx, w.ID, rows); err != nil {
		return err
	}
	if err := s.insertComments(ctx, tx, w, comments); err != nil {
		return err
	}
	report.Comments, report.Committed = len(comments), true
	if err := audit.Log(ctx, tx, audit.Entry{Action: "survey.import", Object: "wave", ObjectID: w.ID, Area: w.Area,
		Detail: map[string]any{"import_id": importID, "accepted": report.Accepted, "unchanged": report.Unchanged, "conflicts": report.Conflicts, "rejected": report.Rejected}}); err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, TopicImported, w.ID, Imported{WaveID: w.ID, ImportID: importID, Responses: len(rows), Comments: len(comments)})
}

// storedRows returns row key → row hash of the wave.
func storedRows(ctx context.Context, tx *db.Tx, waveID string) (map[string]string, error) {
	type row struct {
		Key  string `db:"row_key"`
		Hash string `db:"row_hash"`
	}
	stored := map[string]string{}
	err := db.Each(ctx, tx, "SELECT row_key, row_hash FROM response WHERE wave_id = $1", []any{waveID}, func(r *row) error {
		stored[r.Key] = r.Hash
		return nil
	})
	return stored, err
}
