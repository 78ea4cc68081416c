package appraisal

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// SystemDraft is a version of the indicator system that is still being written. It may contradict itself until it is issued.
type SystemDraft struct {
	Version   string          `db:"version" json:"version"`
	Base      string          `db:"base" json:"base,omitempty" doc:"the version it was copied from"`
	Body      db.JSON[System] `db:"body" json:"body"`
	Revision  int             `db:"revision" json:"revision"`
	Author    string          `db:"author" json:"author"`
	CreatedAt clock.Time      `db:"created_at" json:"created_at"`
	UpdatedAt clock.Time      `db:"updated_at" json:"updated_at"`
	Faults    []Fault         `db:"-" json:"faults" doc:"what keeps it from being issued"`
	Forms     []Fault         `db:"-" json:"forms" doc:"where the newest questionnaires ask other indicators; no obstacle, they can follow"`
}

const draftColumns = "version, base, body, revision, author, created_at, updated_at"

var systemVersion = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]{0,31}$`)

// mayDraft admits whoever plans waves; those who score may look.
func mayDraft(ctx context.Context) error { return auth.Require(ctx, survey.PermManage) }

func maySeeDrafts(ctx context.Context) error {
	if mayDraft(ctx) == nil {
		return nil
	}
	return auth.Require(ctx, PermScore)
}

// SystemDrafts lists the drafts, last written first. Needs survey.manage or PermScore.
func (s *Service) SystemDrafts(ctx context.Context) (list []SystemDraft, err error) {
	if err := maySeeDrafts(ctx); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list, err = db.All[SystemDraft](ctx, tx, "SELECT "+draftColumns+" FROM indicator_draft ORDER BY updated_at DESC, version LIMIT 100")
		for i := 0; err == nil && i < len(list); i++ {
			err = s.judge(ctx, tx, &list[i])
		}
		return err
	})
	return list, err
}

// SystemDraft returns one draft with its faults. Rights as SystemDrafts.
func (s *Service) SystemDraft(ctx context.Context, version string) (d *SystemDraft, err error) {
	if err := maySeeDrafts(ctx); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		d, err = s.findDraft(ctx, tx, version)
		return err
	})
	return d, err
}

func (s *Service) findDraft(ctx context.Context, tx *db.Tx, version string) (*SystemDraft, error) {
	d, err := db.Get[SystemDraft](ctx, tx, "SELECT "+draftColumns+" FROM indicator_draft WHERE version = $1", version)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("appraisal.draft_not_found", "There is no such draft of the indicator system.")
	} else if err != nil {
		return nil, err
	}
	return &d, s.judge(ctx, tx, &d)
}

// judge fills in the faults of a draft.
func (s *Service) judge(ctx context.Context, tx *db.Tx, d *SystemDraft) error {
	d.Faults = d.Body.V.Faults()
	_, forms, err := s.newestForms(ctx, tx, d.Version)
	d.Forms = d.Body.V.formFaults(forms)
	return err
}

// newestForms returns the questionnaires to use with a version of the system: those of the same version, else the newest issued.
func (s *Service) newestForms(ctx context.Context, tx *db.Tx, version string) (map[survey.Group]string, map[survey.Group]*survey.Form, error) {
	list, err := s.surveys.QuestionnairesTx(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	chosen, forms, same := map[survey.Group]string{}, map[survey.Group]*survey.Form{}, map[survey.Group]bool{}
	for i := range list {
		q := &list[i]
		if q.State != survey.QuestionnaireIssued || same[q.Group] || chosen[q.Group] != "" && q.Version != version {
			continue
		}
		chosen[q.Group], forms[q.Group], same[q.Group] = q.ID, &q.Form.V, q.Version == version
	}
	return chosen, forms, nil
}

// CopySystem begins a draft from an issued version or another draft. Needs survey.manage; Conflict when the new version exists.
func (s *Service) CopySystem(ctx context.Context, from, version string) (d *SystemDraft, err error) {
	if err := mayDraft(ctx); err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		body, err := s.systemOrDraft(ctx, tx, from)
		if err != nil {
			return err
		}
		d, err = s.CreateDraftTx(ctx, tx, from, version, *body)
		return err
	})
	return d, err
}

// systemOrDraft returns the content of a version, issued or not.
func (s *Service) systemOrDraft(ctx context.Context, tx *db.Tx, version string) (*System, error) {
	stored, err := s.SystemTx(ctx, tx, version)
	if err == nil {
		return &stored.Body.V, nil
	}
	if errs.KindOf(err) != errs.KindNotFound || maySeeDrafts(ctx) != nil {
		return nil, err
	}
	d, draftErr := s.findDraft(ctx, tx, version)
	if draftErr != nil {
		return nil, err
	}
	return &d.Body.V, nil
}

// CreateDraftTx stores a new draft. Needs survey.manage; Invalid for a bad version, Conflict when it exists.
func (s *Service) CreateDraftTx(ctx context.Context, tx *db.Tx, base, version string, body System) (*SystemDraft, error) {
	if err := mayDraft(ctx); err != nil {
		return nil, err
	}
	if version = strings.TrimSpace(version); !systemVersion.MatchString(version) {
		return nil, errs.Invalid("appraisal.bad_version", "A version has up to 32 letters, digits, dots, hyphens or underscores.", errs.Field{Location: "body.version", Message: "letters, digits, . - _", Value: version})
	}
	if _, err := s.SystemTx(ctx, tx, version); err == nil {
		return nil, errs.Conflict("appraisal.version_exists", "Version "+version+" of the indicator system is there already; take another.")
	}
	body.Version = version
	d := &SystemDraft{Version: version, Base: base, Body: db.JSON[System]{V: body}, Revision: 1, Author: auth.From(ctx).Name, CreatedAt: tx.Time(), UpdatedAt: tx.Time()}
	_, err := tx.Exec(ctx, "INSERT INTO indicator_draft ("+draftColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7)", d.Version, d.Base, d.Body, d.Revision, d.Author, d.CreatedAt, d.UpdatedAt)
	if db.IsUnique(err) {
		return nil, errs.Conflict("appraisal.version_exists", "Version "+version+" of the indicator system is there already; take another.")
	} else if err != nil {
		return nil, fmt.Errorf("store draft %s: %w", version, err)
	}
	return d, errors.Join(s.judge(ctx, tx, d), audit.Log(ctx, tx, audit.Entry{Action: "appraisal.system_drafted", Object: "indicator_draft", ObjectID: version,
		Detail: map[string]string{"base": base}}))
}

// SaveDraft replaces the content of a draft, right or wrong, and says what is wrong with it. Needs survey.manage; Conflict when
// somebody else wrote in the meantime.
func (s *Service) SaveDraft(ctx context.Context, version string, revision int, body System) (d *SystemDraft, err error) {
	if err := mayDraft(ctx); err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if d, err = s.findDraft(ctx, tx, version); err != nil {
			return err
		}
		if d.Revision != revision {
			return draftConflict(d)
		}
		body.Version = version
		d.Body.V, d.Revision, d.Author, d.UpdatedAt = body, d.Revision+1, auth.From(ctx).Name, tx.Time()
		n, err := tx.Exec(ctx, "UPDATE indicator_draft SET body = $1, revision = $2, author = $3, updated_at = $4 WHERE version = $5 AND revision = $6",
			d.Body, d.Revision, d.Author, d.UpdatedAt, version, revision)
		if err == nil && n == 0 {
			err = draftConflict(d)
		}
		if err != nil {
			return err
		}
		return errors.Join(s.judge(ctx, tx, d), audit.Log(ctx, tx, audit.Entry{Action: "appraisal.system_draft_saved", Object: "indicator_draft", ObjectID: version,
			Detail: map[string]any{"revision": d.Revision, "hash": body.Hash()}}))
	})
	return d, err
}

func draftConflict(d *SystemDraft) error {
	return errs.Conflict("appraisal.draft_changed", "Somebody changed this draft in the meantime.").With(d)
}

// IssueSystem makes a draft a version that waves can use and nothing changes any more. Needs survey.manage; Invalid while it has
// faults, Conflict when it was changed in the meantime.
func (s *Service) IssueSystem(ctx context.Context, version string, revision int) (stored *StoredSystem, err error) {
	if err := mayDraft(ctx); err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		d, err := s.findDraft(ctx, tx, version)
		if err != nil {
			return err
		}
		if d.Revision != revision {
			return draftConflict(d)
		}
		system := &d.Body.V
		if err := system.Validate(); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO indicator_system (version, hash, body, created_at) VALUES ($1, $2, $3, $4)", version, system.Hash(), d.Body, tx.Time()); err != nil {
			return fmt.Errorf("issue %s: %w", version, err)
		}
		if _, err := tx.Exec(ctx, "DELETE FROM indicator_draft WHERE version = $1", version); err != nil {
			return err
		}
		if stored, err = s.SystemTx(ctx, tx, version); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "appraisal.system_issued", Object: "indicator_system", ObjectID: version,
			Detail: map[string]string{"hash": stored.Hash, "base": d.Base}})
	})
	return stored, err
}

// DropDraft deletes a draft. Needs survey.manage.
func (s *Service) DropDraft(ctx context.Context, version string) error {
	if err := mayDraft(ctx); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		d, err := s.findDraft(ctx, tx, version)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "DELETE FROM indicator_draft WHERE version = $1", version)
		return errors.Join(err, audit.Log(ctx, tx, audit.Entry{Action: "appraisal.system_draft_dropped", Object: "indicator_draft", ObjectID: version,
			Detail: map[string]string{"hash": d.Body.V.Hash()}}))
	})
}
