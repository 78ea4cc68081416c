package report

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// StoredTemplate is a version of the template. Version 0 is the one shipped with the program.
type StoredTemplate struct {
	Version   int               `db:"version" json:"version"`
	Hash      string            `db:"hash" json:"hash"`
	Body      db.JSON[Template] `db:"body" json:"body"`
	Note      string            `db:"note" json:"note"`
	Actor     string            `db:"actor" json:"actor"`
	CreatedAt clock.Time        `db:"created_at" json:"created_at"`
}

const templateColumns = "version, hash, body, note, actor, created_at"

// CurrentTemplate returns the newest version of the template. Needs PermRead or PermFreeze.
func (s *Service) CurrentTemplate(ctx context.Context) (t *StoredTemplate, err error) {
	if err := requireAny(ctx, PermRead, PermFreeze); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		t, err = currentTemplate(ctx, tx)
		return err
	})
	return t, err
}

func currentTemplate(ctx context.Context, tx *db.Tx) (*StoredTemplate, error) {
	t, err := db.Get[StoredTemplate](ctx, tx, "SELECT "+templateColumns+" FROM report_template ORDER BY version DESC LIMIT 1")
	if errors.Is(err, db.ErrNoRows) {
		body := shippedTemplate()
		return &StoredTemplate{Hash: body.Hash(), Body: db.JSON[Template]{V: *body}}, nil
	}
	return &t, err
}

// Templates lists the versions of the template, newest first, the shipped one at the end. Needs PermRead or PermFreeze.
func (s *Service) Templates(ctx context.Context) (list []StoredTemplate, err error) {
	if err := requireAny(ctx, PermRead, PermFreeze); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list, err = db.All[StoredTemplate](ctx, tx, "SELECT "+templateColumns+" FROM report_template ORDER BY version DESC LIMIT 200")
		return err
	})
	body := shippedTemplate()
	return append(list, StoredTemplate{Hash: body.Hash(), Body: db.JSON[Template]{V: *body}}), err
}

// SaveTemplate stores a new version of the template, written from version base. Needs PermFreeze; Conflict when somebody else
// stored a version meanwhile; Invalid for a template that cannot be written. Saving what is stored already changes nothing.
func (s *Service) SaveTemplate(ctx context.Context, base int, t Template, note string) (stored *StoredTemplate, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := auth.Require(ctx, PermFreeze); err != nil {
			return err
		}
		if err := t.Validate(); err != nil {
			return err
		}
		last, err := currentTemplate(ctx, tx)
		if err != nil {
			return err
		}
		if last.Version != base {
			return errs.Conflict("report.template_changed", "Somebody saved another version of the template in the meantime.").With(last)
		}
		if last.Hash == t.Hash() {
			stored = last
			return nil
		}
		stored = &StoredTemplate{Version: last.Version + 1, Hash: t.Hash(), Body: db.JSON[Template]{V: t}, Note: strings.TrimSpace(note), Actor: auth.From(ctx).UserID, CreatedAt: tx.Time()}
		_, err = tx.Exec(ctx, "INSERT INTO report_template (version, hash, body, note, actor, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
			stored.Version, stored.Hash, stored.Body, stored.Note, stored.Actor, stored.CreatedAt)
		if db.IsUnique(err) {
			return errs.Conflict("report.template_changed", "Somebody saved another version of the template in the meantime.")
		} else if err != nil {
			return fmt.Errorf("store template: %w", err)
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "report.template_saved", Object: "report_template", ObjectID: fmt.Sprint(stored.Version),
			Detail: map[string]string{"hash": stored.Hash, "note": stored.Note}})
	})
	return stored, err
}

func requireAny(ctx context.Context, permissions ...string) (err error) {
	for _, p := range permissions {
		if err = auth.Require(ctx, p); err == nil {
			return nil
		}
	}
	return err
}
