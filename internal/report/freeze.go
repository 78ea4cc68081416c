package report

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/document"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// Kinds of files of a frozen report.
const (
	KindReport  = "report"  // the comprehensive report
	KindLetter  = "letter"  // one page for one street
	KindPublic  = "public"  // the page for everybody, shown once the wave is published
	KindContent = "content" // the comprehensive report before it took a form
)

// Frozen is a report that never changes.
type Frozen struct {
	ID              string     `db:"id" json:"id"`
	WaveID          string     `db:"wave_id" json:"wave_id"`
	Area            string     `db:"area" json:"area"`
	Code            string     `db:"code" json:"code" doc:"of the wave; with seq the number printed on every page"`
	Seq             int        `db:"seq" json:"seq"`
	RunID           string     `db:"run_id" json:"run_id"`
	ResultHash      string     `db:"result_hash" json:"result_hash"`
	PlanHash        string     `db:"plan_hash" json:"plan_hash"`
	TemplateVersion int        `db:"template_version" json:"template_version"`
	TemplateHash    string     `db:"template_hash" json:"template_hash"`
	ContentHash     string     `db:"content_hash" json:"content_hash" doc:"of what the report says, without number and date"`
	Hash            string     `db:"hash" json:"hash" doc:"over the names and hashes of all files"`
	Title           string     `db:"title" json:"title"`
	Note            string     `db:"note" json:"note"`
	Actor           string     `db:"actor" json:"actor"`
	ActorName       string     `db:"actor_name" json:"actor_name"`
	CreatedAt       clock.Time `db:"created_at" json:"created_at"`
	Files           []File     `db:"-" json:"files" doc:"those that the caller may open"`
	Current         bool       `db:"-" json:"current" doc:"it stands on the last run of the wave"`
}

// File is one file of a frozen report.
type File struct {
	ReportID string `db:"report_id" json:"-"`
	Kind     string `db:"kind" json:"kind" enum:"report,letter,public,content"`
	Street   string `db:"street" json:"street,omitempty"`
	Format   string `db:"format" json:"format" enum:"docx,xlsx,html,json"`
	Name     string `db:"name" json:"name"`
	Title    string `db:"-" json:"title,omitempty" doc:"of a letter: the name of the street"`
	SHA256   string `db:"sha256" json:"sha256"`
	Size     int64  `db:"size" json:"size"`
}

// letterSuffix ends the name of a letter.
const letterSuffix = "一页通"

const frozenColumns = "id, wave_id, area, code, seq, run_id, result_hash, plan_hash, template_version, template_hash, content_hash, hash, title, note, actor, actor_name, created_at"
const fileColumns = "report_id, kind, street, format, name, sha256, size"

// Freeze writes the report of a scored wave for good: the comprehensive report as Word, workbook and page, a letter for every street, the page
// for everybody, and the content they were made of. Needs PermFreeze in the wave's area and the right to see the result; Conflict before scoring.
// If nothing that the report says has changed since the last one, that one is returned.
func (s *Service) Freeze(ctx context.Context, waveID, note string) (*Frozen, error) {
	f, err := s.gather(ctx, waveID)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermFreeze, f.wave.Area); err != nil {
		return nil, err
	}
	if !slices.Contains([]survey.State{survey.Scored, survey.Reviewed, survey.Published, survey.Archived}, f.wave.State) {
		return nil, errs.Conflict("report.not_scored", "Only the result of a scored wave can be frozen; score it first.").With(f.wave)
	}
	var t *StoredTemplate
	var last *Frozen
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if t, err = currentTemplate(ctx, tx); err != nil {
			return err
		}
		last, err = lastFrozen(ctx, tx, waveID)
		return err
	})
	if err != nil {
		return nil, err
	}
	seq := 1
	main := build(f, t)
	made := &Frozen{WaveID: waveID, Area: f.wave.Area, Code: f.wave.Code, RunID: f.run.ID, ResultHash: f.run.ResultHash, PlanHash: f.wave.PlanHash, TemplateVersion: t.Version, TemplateHash: t.Hash,
		ContentHash: contentHash(main), Title: main.Title, Note: strings.TrimSpace(note)}
	if last != nil {
		if last.ContentHash == made.ContentHash && last.RunID == made.RunID {
			return s.Frozen(ctx, waveID, last.ID)
		}
		seq = last.Seq + 1
	}
	made.Seq = seq
	files, err := s.makeFiles(ctx, f, main, made)
	if err != nil {
		return nil, err
	}
	made.Files, made.Hash = files, manifest(files)
	if err := s.db.Tx(ctx, func(tx *db.Tx) error { return storeFrozen(ctx, tx, made) }); err != nil {
		return nil, err
	}
	made.Current = true
	return made, nil
}

// mark is the number printed on every page of a frozen report.
func (r *Frozen) mark() string { return fmt.Sprintf("%s-%d", r.Code, r.Seq) }

// makeFiles renders every file and puts its bytes into the store. A file whose row is never written is an orphan that a backup does not carry.
func (s *Service) makeFiles(ctx context.Context, f *facts, main *document.Document, made *Frozen) ([]File, error) {
	mark := "冻结编号 " + made.mark()
	main.Mark = mark
	main.Facts = append(main.Facts, document.Fact{Name: "冻结", Value: made.mark() + "，" + date(&f.at) + "，内容指纹 " + made.ContentHash})
	var files []File
	keep := func(kind, street, format, name string, data []byte) error {
		file := File{Kind: kind, Street: street, Format: format, Name: name, SHA256: digest(data), Size: int64(len(data))}
		if err := s.files.Put(ctx, file.SHA256, bytes.NewReader(data), file.Size); err != nil {
			return fmt.Errorf("keep %s: %w", name, err)
		}
		files = append(files, file)
		return nil
	}
	write := func(d *document.Document, kind, street, name string, formats ...string) error {
		for _, format := range formats {
			var out bytes.Buffer
			if err := render(d, format, &out); err != nil {
				return fmt.Errorf("write %s: %w", name, err)
			}
			if err := keep(kind, street, format, name+"."+format, out.Bytes()); err != nil {
				return err
			}
		}
		return nil
	}
	if err := write(main, KindReport, "", made.mark()+"综合报告", "docx", "xlsx", "html"); err != nil {
		return nil, err
	}
	content, err := json.Marshal(main)
	if err != nil {
		return nil, fmt.Errorf("write content: %w", err)
	}
	if err := keep(KindContent, "", "json", made.mark()+"内容.json", content); err != nil {
		return nil, err
	}
	for _, street := range f.streets {
		d := letter(f, street)
		d.Mark = mark
		if err := write(d, KindLetter, street, made.mark()+f.streetName(street)+letterSuffix, "docx", "html"); err != nil {
			return nil, err
		}
	}
	page := publicPage(f)
	page.Mark = mark
	return files, write(page, KindPublic, "", made.mark()+"公开页", "html")
}

// manifest is the hash over all files of a report: one line per file in order.
func manifest(files []File) string {
	lines := make([]string, len(files))
	for i, f := range files {
		lines[i] = strings.Join([]string{f.Kind, f.Street, f.Format, f.SHA256}, "|")
	}
	slices.Sort(lines)
	return digest([]byte(strings.Join(lines, "\n")))
}

func storeFrozen(ctx context.Context, tx *db.Tx, r *Frozen) error {
	p := auth.From(ctx)
	r.ID, r.CreatedAt, r.Actor, r.ActorName = db.NewID(tx), tx.Time(), p.UserID, p.Name
	_, err := tx.Exec(ctx, "INSERT INTO report_frozen ("+frozenColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
		r.ID, r.WaveID, r.Area, r.Code, r.Seq, r.RunID, r.ResultHash, r.PlanHash, r.TemplateVersion, r.TemplateHash, r.ContentHash, r.Hash, r.Title, r.Note, r.Actor, r.ActorName, r.CreatedAt)
	if db.IsUnique(err) {
		return errs.Conflict("report.frozen_meanwhile", "Somebody froze a report of this wave in the meantime; look at that one first.")
	} else if err != nil {
		return fmt.Errorf("store frozen report: %w", err)
	}
	for _, f := range r.Files {
		_, err := tx.Exec(ctx, "INSERT INTO report_file ("+fileColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7)", r.ID, f.Kind, f.Street, f.Format, f.Name, f.SHA256, f.Size)
		if err != nil {
			return fmt.Errorf("store file of a frozen report: %w", err)
		}
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "report.freeze", Object: "wave", ObjectID: r.WaveID, Area: r.Area,
		Detail: map[string]any{"report": r.ID, "seq": r.Seq, "run": r.RunID, "hash": r.Hash, "template": r.TemplateVersion, "note": r.Note}})
}

func lastFrozen(ctx context.Context, tx *db.Tx, waveID string) (*Frozen, error) {
	r, err := db.Get[Frozen](ctx, tx, "SELECT "+frozenColumns+" FROM report_frozen WHERE wave_id = $1 ORDER BY seq DESC LIMIT 1", waveID)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil //nolint:nilnil // none frozen yet is an answer of its own here
	} else if err != nil {
		return nil, fmt.Errorf("find frozen report: %w", err)
	}
	return &r, nil
}
