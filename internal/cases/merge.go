package cases

import (
	"context"
	"errors"
	"slices"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Merge is one case joined to another, and what is needed to undo it.
type Merge struct {
	ID        string            `db:"id" json:"id"`
	CaseID    string            `db:"case_id" json:"case_id"`
	IntoID    string            `db:"into_id" json:"into_id"`
	FromState State             `db:"from_state" json:"from_state"`
	Voices    int               `db:"voices" json:"voices"`
	Brought   db.JSON[[]string] `db:"brought" json:"brought" doc:"Cases that had been merged into it and went along"`
	Note      string            `db:"note" json:"note,omitempty"`
	ByID      string            `db:"by_id" json:"-"`
	ByName    string            `db:"by_name" json:"by_name"`
	At        clock.Time        `db:"at" json:"at"`
	UndoneAt  *clock.Time       `db:"undone_at" json:"undone_at,omitempty"`
	UndoneBy  string            `db:"undone_by" json:"undone_by,omitempty"`
}

const mergeColumns = "id, case_id, into_id, from_state, voices, brought, note, by_id, by_name, at, undone_at, undone_by"

// mergeInto joins the case to another open one, which stands for both from now on. Nothing moves: reporters, source numbers
// and photos stay with their case and are read together. What had been merged into it goes along.
func (s *Service) mergeInto(ctx context.Context, tx *db.Tx, t *step) error {
	c := t.c
	into, err := s.mergeTarget(ctx, tx, c, t.m.Into)
	if err != nil {
		return err
	}
	if err := s.freeToMerge(ctx, tx, t); err != nil {
		return err
	}
	if err := holdBoth(ctx, tx, c, into); err != nil {
		return err
	}
	brought, err := db.All[string](ctx, tx, "SELECT id FROM case_file WHERE merged_into = $1 AND merged_into <> '' ORDER BY id", c.ID)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE case_file SET merged_into = $1 WHERE merged_into = $2 AND merged_into <> ''", into.ID, c.ID); err != nil {
		return err
	}
	m := Merge{ID: db.NewID(tx), CaseID: c.ID, IntoID: into.ID, FromState: t.from, Voices: c.Voices, Note: t.note, At: tx.Time()}
	m.Brought.V = append([]string{}, brought...)
	if p := auth.From(ctx); p != nil {
		m.ByID, m.ByName = p.UserID, p.Name
	}
	if _, err := tx.Exec(ctx, "INSERT INTO case_merge ("+mergeColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		m.ID, m.CaseID, m.IntoID, m.FromState, m.Voices, m.Brought, m.Note, m.ByID, m.ByName, m.At, m.UndoneAt, m.UndoneBy); err != nil {
		return err
	}
	c.MergedInto = into.ID
	t.seen, t.detail["into"] = ForReporter, into.Number
	if err := addVoices(ctx, tx, into, c.Voices); err != nil {
		return err
	}
	return s.aside(ctx, tx, into, "merge_in", "", ForReporter, map[string]any{"case": c.Number, "voices": into.Voices})
}

// mergeTarget is the open case that is to stay, in an area where the caller merges.
func (s *Service) mergeTarget(ctx context.Context, tx *db.Tx, c *Case, id string) (*Case, error) {
	if id == "" || id == c.ID {
		return nil, errs.Invalid("cases.merge_into", "Choose the other case, which stays.", errs.Field{Location: "body.into", Message: "required"})
	}
	into, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermMerge, into.AreaCode); err != nil {
		return nil, err
	}
	if into.MergedInto != "" {
		head, err := find(ctx, tx, into.MergedInto)
		if err != nil {
			return nil, err
		}
		return nil, errs.Conflict("cases.merged_already", "That case has been merged itself; choose the one it was merged into.").With(s.shown(head, tx))
	}
	if c.Sensitive && !into.Sensitive { // who sees the other case would read the photos and words of this one
		return nil, errs.Conflict("cases.merge_sensitive", "A sensitive case is merged into a sensitive one only; choose another case.").With(s.shown(into, tx))
	}
	if into.EndedAt != nil || into.State == Closed {
		return nil, errs.Conflict("cases.merge_ended", "That case has ended; register this one as its recurrence instead.").With(s.shown(into, tx))
	}
	return into, nil
}

// holdBoth keeps others from moving either case until the commit, and refuses if one has moved since it was read: nothing
// is merged into a case that is being merged or closed at the same moment. The order of ids keeps two merges from waiting
// for each other. SQLite has one writer.
func holdBoth(ctx context.Context, tx *db.Tx, c, into *Case) error {
	if tx.Dialect() != db.Postgres {
		return nil
	}
	type row struct {
		ID      string `db:"id"`
		Version int64  `db:"version"`
	}
	rows, err := db.All[row](ctx, tx, "SELECT id, version FROM case_file WHERE id IN ($1, $2) ORDER BY id FOR UPDATE", c.ID, into.ID)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.ID == c.ID && r.Version != c.Version || r.ID == into.ID && r.Version != into.Version {
			return changed()
		}
	}
	return nil
}

// freeToMerge refuses while others work on the case by themselves.
func (s *Service) freeToMerge(ctx context.Context, tx *db.Tx, t *step) error {
	open, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM case_part WHERE case_id = $1 AND state IN ('open', 'signed')", t.c.ID)
	if err != nil {
		return err
	}
	if open > 0 {
		return errs.Conflict("cases.merge_parts", "Units still work on parts of this case; have them done or waived, or merge the other way round.")
	}
	return s.whistleEnded(ctx, tx, t)
}

// unmergeFrom takes the case out again: it is in the state of before, with its clock going on, and what it had brought along
// comes back with it.
func (s *Service) unmergeFrom(ctx context.Context, tx *db.Tx, t *step) error {
	c := t.c
	m, err := openMerge(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	head, err := find(ctx, tx, c.MergedInto)
	if err != nil {
		return err
	}
	if err := discount(ctx, tx, m, head); err != nil {
		return err
	}
	back, err := comeBack(ctx, tx, m, head)
	if err != nil {
		return err
	}
	p := auth.From(ctx)
	if _, err := tx.Exec(ctx, "UPDATE case_merge SET undone_at = $1, undone_by = $2 WHERE id = $3", tx.Time(), p.Name, m.ID); err != nil {
		return err
	}
	c.State, c.MergedInto = m.FromState, ""
	t.seen, t.detail["from"], t.detail["back"] = ForReporter, head.Number, back
	return s.aside(ctx, tx, head, "unmerge_in", "", ForReporter, map[string]any{"case": c.Number, "voices": head.Voices})
}

func openMerge(ctx context.Context, tx *db.Tx, id string) (*Merge, error) {
	m, err := db.Get[Merge](ctx, tx, "SELECT "+mergeColumns+" FROM case_merge WHERE case_id = $1 AND undone_at IS NULL ORDER BY id DESC LIMIT 1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.Conflict("cases.not_merged", "This case is not merged.")
	}
	return &m, err
}

// discount takes the voices of a case out of every case between it and the one that stands for it now.
func discount(ctx context.Context, tx *db.Tx, m *Merge, head *Case) error {
	for at := m.IntoID; at != head.ID; {
		between, err := openMerge(ctx, tx, at)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE case_merge SET voices = voices - $1 WHERE id = $2", m.Voices, between.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE case_file SET voices = voices - $1 WHERE id = $2", m.Voices, at); err != nil {
			return err
		}
		at = between.IntoID
	}
	return addVoices(ctx, tx, head, -m.Voices)
}

// comeBack gives a case again what it had brought along and what has not been taken out since.
func comeBack(ctx context.Context, tx *db.Tx, m *Merge, head *Case) ([]string, error) {
	back := []string{}
	for _, id := range m.Brought.V {
		n, err := tx.Exec(ctx, "UPDATE case_file SET merged_into = $1 WHERE id = $2 AND merged_into = $3", m.CaseID, id, head.ID)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			back = append(back, id)
		}
	}
	return back, nil
}

// Merges lists what was merged into a case the caller sees, undone merges included, oldest first.
func (s *Service) Merges(ctx context.Context, id string) (out []Merge, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.load(ctx, tx, id); err != nil {
			return err
		}
		out, err = db.All[Merge](ctx, tx, "SELECT "+mergeColumns+" FROM case_merge WHERE into_id = $1 OR case_id = $1 ORDER BY id LIMIT 500", id)
		return err
	})
	return out, err
}

// Duplicates returns open cases that may be the same matter as a case the caller sees, most likely first. The case needs a
// position.
func (s *Service) Duplicates(ctx context.Context, id string) (out []Near, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		out = []Near{}
		if c.LatE7 == nil || c.LonE7 == nil {
			return nil
		}
		out, err = s.NearTx(ctx, tx, Matter{Text: c.Title + "。" + c.Body, Category: c.Category, Lat: float64(*c.LatE7) / 1e7, Lon: float64(*c.LonE7) / 1e7, Of: c.ID, Except: c.ID}, 20)
		out = slices.DeleteFunc(out, func(n Near) bool { return n.Case.State == Closed || n.Case.MergedInto != "" })
		return err
	})
	return out, err
}
