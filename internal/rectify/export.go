package rectify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// ListExport is a file of a list with what residents said. One person asks for it, another approves, every download is logged.
type ListExport struct {
	ID          string      `db:"id" json:"id"`
	ListID      string      `db:"list_id" json:"list_id"`
	AreaCode    string      `db:"area_code" json:"-"`
	State       string      `db:"state" json:"state" enum:"waiting,approved,refused,withdrawn,expired"`
	Format      string      `db:"format" json:"format" enum:"xlsx,docx"`
	Purpose     string      `db:"purpose" json:"purpose"`
	AskedBy     string      `db:"asked_by" json:"-"`
	AskedName   string      `db:"asked_name" json:"asked_name"`
	AskedAt     clock.Time  `db:"asked_at" json:"asked_at"`
	DecidedBy   string      `db:"decided_by" json:"-"`
	DecidedName string      `db:"decided_name" json:"decided_name,omitempty"`
	DecidedAt   *clock.Time `db:"decided_at" json:"decided_at,omitempty"`
	Answer      string      `db:"answer" json:"answer,omitempty"`
	ExpiresAt   *clock.Time `db:"expires_at" json:"expires_at,omitempty"`
	Downloads   int         `db:"downloads" json:"downloads"`
	Version     int64       `db:"version" json:"version"`
	Mine        bool        `db:"-" json:"mine"`
	CanDecide   bool        `db:"-" json:"can_decide"`
}

const exportColumns = `id, list_id, area_code, state, format, purpose, asked_by, asked_name, asked_at, decided_by, decided_name, decided_at, answer, expires_at,
	downloads, version`

// Limits of exports with texts.
const (
	exportLife   = 7 * 24 * time.Hour
	maxDownloads = 5
	maxPurpose   = 200
)

// NewListExport asks for a file with texts.
type NewListExport struct {
	Format  string `json:"format" enum:"xlsx,docx"`
	Purpose string `json:"purpose" maxLength:"800" doc:"What for; it stands in the file and in the log"`
}

// AskExport asks for a file of a list with the masked texts of its comments. Needs rectify.merge in the list's area.
func (s *Service) AskExport(ctx context.Context, list string, n NewListExport) (e *ListExport, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		e, err = s.AskExportTx(ctx, tx, list, n)
		return err
	})
	return e, err
}

// AskExportTx is AskExport inside the caller's transaction.
func (s *Service) AskExportTx(ctx context.Context, tx *db.Tx, list string, n NewListExport) (*ListExport, error) {
	l, err := seenList(ctx, tx, list)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermMerge, l.AreaCode); err != nil {
		return nil, err
	}
	if err := checkTexts(prose.Needed("purpose", &n.Purpose, maxPurpose)); err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	open, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM reverse_export WHERE list_id = $1 AND asked_by = $2 AND state = 'waiting'", list, p.UserID)
	if err != nil {
		return nil, err
	}
	if open > 0 {
		return nil, errs.Conflict("rectify.export_waits", "A file of this list waits for approval already.")
	}
	e := &ListExport{ID: db.NewID(tx), ListID: l.ID, AreaCode: l.AreaCode, State: "waiting", Format: n.Format, Purpose: mask.Text(n.Purpose), AskedBy: p.UserID, AskedName: p.Name,
		AskedAt: tx.Time(), Version: 1, Mine: true}
	_, err = tx.Exec(ctx, "INSERT INTO reverse_export ("+exportColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
		e.ID, e.ListID, e.AreaCode, e.State, e.Format, e.Purpose, e.AskedBy, e.AskedName, e.AskedAt, e.DecidedBy, e.DecidedName, e.DecidedAt, e.Answer, e.ExpiresAt, e.Downloads, e.Version)
	if err != nil {
		return nil, err
	}
	if err := announceList(ctx, tx, TopicListExport, l, nil); err != nil {
		return nil, err
	}
	return e, logList(ctx, tx, "ask_list_export", l, map[string]any{"export": e.ID, "purpose": e.Purpose})
}

// DecideExport approves or refuses a file that somebody else asked for; a refusal needs a reason. Needs rectify.approve in the
// list's area. An approved file can be taken for seven days, five times.
func (s *Service) DecideExport(ctx context.Context, id string, approve bool, answer string, version int64) (e *ListExport, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := auth.Require(ctx, PermApprove); err != nil {
			return err
		}
		if e, err = findExport(ctx, tx, id); err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermApprove, e.AreaCode); err != nil {
			return err
		}
		p := auth.From(ctx)
		if e.AskedBy == p.UserID {
			return errs.Forbidden("rectify.own_export", "Somebody else decides on your file.")
		}
		if err := checkTexts(prose.Piece{Name: "answer", Value: &answer, Limit: maxPurpose, Required: !approve}); err != nil {
			return err
		}
		now := tx.Time()
		e.State, e.ExpiresAt = "approved", clock.Ptr(tx.Now().Add(exportLife))
		if !approve {
			e.State, e.ExpiresAt = "refused", nil
		}
		e.DecidedBy, e.DecidedName, e.DecidedAt, e.Answer = p.UserID, p.Name, &now, mask.Text(answer)
		n, err := tx.Exec(ctx, `UPDATE reverse_export SET state = $1, decided_by = $2, decided_name = $3, decided_at = $4, answer = $5, expires_at = $6, version = version + 1
			WHERE id = $7 AND version = $8 AND state = 'waiting'`, e.State, e.DecidedBy, e.DecidedName, e.DecidedAt, e.Answer, e.ExpiresAt, id, version)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Conflict("rectify.export_decided", "This file has been decided on or withdrawn.")
		}
		e.Version++
		l, err := findList(ctx, tx, e.ListID)
		if err != nil {
			return err
		}
		told := *l
		told.MadeBy = e.AskedBy
		if err := announceList(ctx, tx, TopicListDecided, &told, nil); err != nil {
			return err
		}
		return logList(ctx, tx, "decide_list_export", l, map[string]any{"export": id, "approved": approve})
	})
	return e, err
}

func findExport(ctx context.Context, tx *db.Tx, id string) (*ListExport, error) {
	e, err := db.Get[ListExport](ctx, tx, "SELECT "+exportColumns+" FROM reverse_export WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		err = errs.NotFound("rectify.no_export", "There is no such file.")
	}
	return &e, err
}

// exportsOf lists the caller's files of a list and those it decides on, newest first.
func exportsOf(ctx context.Context, tx *db.Tx, l *ReverseList) ([]ListExport, error) {
	p := auth.From(ctx)
	decides := p.Has(PermApprove) && p.Covers(l.AreaCode)
	rows, err := db.All[ListExport](ctx, tx, "SELECT "+exportColumns+" FROM reverse_export WHERE list_id = $1 AND (asked_by = $2 OR $3) ORDER BY id DESC LIMIT 50", l.ID, p.UserID, decides)
	for n := range rows {
		e := &rows[n]
		e.Mine = e.AskedBy == p.UserID
		e.CanDecide = decides && !e.Mine && e.State == "waiting"
		if e.State == "approved" && tx.Now().After(e.ExpiresAt.Time) {
			e.State = "expired"
		}
	}
	if rows == nil {
		rows = []ListExport{}
	}
	return rows, err
}

// TakeExport makes the approved file for the person who asked, from the list as it is now, and logs it. The file says who took it,
// when, what for and who approved it. Conflict if it is not approved, has expired or was taken five times.
func (s *Service) TakeExport(ctx context.Context, id string) (f *ListFile, err error) {
	if err := auth.Require(ctx, PermMerge); err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		e, err := takeable(ctx, tx, id)
		if err != nil {
			return err
		}
		l, err := seenList(ctx, tx, e.ListID)
		if err != nil {
			return err
		}
		p, mark := auth.From(ctx), db.NewID(tx)
		note := fmt.Sprintf("%s %s 下载，用途：%s；%s 批准；编号 %s", p.Name, tx.Now().In(clock.Nanjing).Format("2006-01-02 15:04"), e.Purpose, e.DecidedName, mark)
		if f, err = s.file(ctx, tx, l, e.Format, true, note); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, "UPDATE reverse_export SET downloads = downloads + 1 WHERE id = $1 AND state = 'approved' AND downloads < $2", id, maxDownloads)
		if err != nil {
			return err
		}
		if n == 0 {
			return takenOut()
		}
		sum := sha256.Sum256(f.Content)
		if _, err := tx.Exec(ctx, "INSERT INTO reverse_download (id, export_id, by_id, by_name, at, lines, sha256) VALUES ($1, $2, $3, $4, $5, $6, $7)",
			mark, id, p.UserID, p.Name, tx.Time(), f.Lines, hex.EncodeToString(sum[:])); err != nil {
			return err
		}
		return logList(ctx, tx, "take_list_export", l, map[string]any{"export": id, "download": mark, "lines": f.Lines, "sha256": hex.EncodeToString(sum[:])})
	})
	return f, err
}

func takeable(ctx context.Context, tx *db.Tx, id string) (*ListExport, error) {
	e, err := findExport(ctx, tx, id)
	switch {
	case err != nil:
		return nil, err
	case e.AskedBy != auth.From(ctx).UserID:
		return nil, errs.NotFound("rectify.no_export", "There is no such file.")
	case e.State != "approved":
		return nil, errs.Conflict("rectify.export_not_approved", "This file is not approved.")
	case tx.Now().After(e.ExpiresAt.Time) || e.Downloads >= maxDownloads:
		return nil, takenOut()
	}
	return e, nil
}

func takenOut() error {
	return errs.Conflict("rectify.export_over", "This file has expired or was taken five times; ask for it again.")
}
