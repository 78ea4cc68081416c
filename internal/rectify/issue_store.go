package rectify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

func noList() error {
	return errs.NotFound("rectify.no_list", "There is no such reverse list, or you may not see it.")
}

func findList(ctx context.Context, tx *db.Tx, id string) (*ReverseList, error) {
	l, err := db.Get[ReverseList](ctx, tx, "SELECT "+listColumns+" FROM reverse_list WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, noList()
	}
	return &l, err
}

func insertList(ctx context.Context, tx *db.Tx, l *ReverseList) error {
	_, err := tx.Exec(ctx, "INSERT INTO reverse_list ("+listColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
		l.ID, l.No, l.WaveID, l.AreaCode, l.AreaName, l.Title, l.State, l.Edition, l.IssuedEdition, l.MadeBy, l.MadeName, l.MadeUnit, l.MadeAt,
		l.IssuedName, l.IssuedAt, l.Version)
	return err
}

// saveList writes the list if nobody wrote it since; otherwise Conflict carries it as it is now.
func saveList(ctx context.Context, tx *db.Tx, l *ReverseList) error {
	n, err := tx.Exec(ctx, `UPDATE reverse_list SET title = $1, state = $2, edition = $3, issued_edition = $4, issued_name = $5, issued_at = $6, version = version + 1
		WHERE id = $7 AND version = $8`, l.Title, l.State, l.Edition, l.IssuedEdition, l.IssuedName, l.IssuedAt, l.ID, l.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		current, err := findList(ctx, tx, l.ID)
		if err != nil {
			return err
		}
		return staleList(current)
	}
	l.Version++
	return nil
}

func staleList(current *ReverseList) error {
	return errs.Conflict("rectify.list_changed", "Somebody changed the list in between; look at it again.").With(current)
}

// listNo gives the list its number, such as 2026H2-清单-01; numbers count up per wave.
func listNo(ctx context.Context, tx *db.Tx, w opinion.Wave) (no string, n int, err error) {
	n, err = db.Get[int](ctx, tx, `INSERT INTO item_number (wave_id, street, last) VALUES ($1, 'list', 1)
		ON CONFLICT (wave_id, street) DO UPDATE SET last = item_number.last + 1
		RETURNING last`, w.ID)
	return fmt.Sprintf("%s-清单-%02d", w.Code, n), n, err
}

// eachOfList calls fn for every item of a list in the order of their numbers, whoever asks.
func (s *Service) eachOfList(ctx context.Context, tx *db.Tx, list string, fn func(*Item) error) error {
	return db.Each(ctx, tx, "SELECT "+itemColumns+" FROM item WHERE id IN (SELECT item_id FROM reverse_list_line WHERE list_id = $1) ORDER BY no, id",
		[]any{list}, func(i *Item) error {
			i.derive(s.catalog, tx.Time())
			return fn(i)
		})
}

// linesOf is the list as it stands now.
func (s *Service) linesOf(ctx context.Context, tx *db.Tx, list string) ([]ListLine, error) {
	lines := []ListLine{}
	err := s.eachOfList(ctx, tx, list, func(i *Item) error {
		lines = append(lines, i.lineOf())
		return nil
	})
	sortLines(lines)
	return lines, err
}

// sortLines orders lines by number, the same on every engine whatever its collation: the fingerprint depends on it.
func sortLines(lines []ListLine) {
	slices.SortFunc(lines, func(a, b ListLine) int { return cmp.Or(cmp.Compare(a.No, b.No), cmp.Compare(a.ItemID, b.ItemID)) })
}

func insertEdition(ctx context.Context, tx *db.Tx, e *ListEdition) error {
	_, err := tx.Exec(ctx, "INSERT INTO reverse_list_edition ("+editionColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
		e.ID, e.ListID, e.Number, e.State, e.Reason, e.Changes, e.ByID, e.ByName, e.At, e.DecidedBy, e.DecidedName, e.DecidedAt, e.Answer, e.Lines, e.ContentHash)
	return err
}

func editionsOf(ctx context.Context, tx *db.Tx, list string) ([]ListEdition, error) {
	return db.All[ListEdition](ctx, tx, "SELECT "+editionColumns+" FROM reverse_list_edition WHERE list_id = $1 ORDER BY id DESC LIMIT 200", list)
}

// proposedOf returns the edition that waits for approval, nil if none does.
func proposedOf(ctx context.Context, tx *db.Tx, list string) (*ListEdition, error) {
	e, err := db.Get[ListEdition](ctx, tx, "SELECT "+editionColumns+" FROM reverse_list_edition WHERE list_id = $1 AND state = $2", list, EditionProposed)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil
	}
	return &e, err
}

// contentOf returns what an approved edition holds.
func contentOf(ctx context.Context, tx *db.Tx, list string, number int) ([]ListLine, error) {
	content, err := db.Get[db.JSON[[]ListLine]](ctx, tx, "SELECT content FROM reverse_list_edition WHERE list_id = $1 AND number = $2 AND state = $3",
		list, number, EditionApproved)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("rectify.no_edition", "The list has no such approved edition.")
	}
	return content.V, err
}

func logList(ctx context.Context, tx *db.Tx, verb string, l *ReverseList, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	detail["no"], detail["state"], detail["version"] = l.No, l.State, l.Version
	return audit.Log(ctx, tx, audit.Entry{Action: "rectify." + verb, Object: "reverse_list", ObjectID: l.ID, Area: l.AreaCode, Detail: detail})
}
