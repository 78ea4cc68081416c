package opinion

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
	"yiwang/internal/platform/words"
)

// Use is one line of which version was in use since when.
type Use struct {
	ID      string     `db:"id" json:"id"`
	Version string     `db:"version" json:"version"`
	Before  string     `db:"before" json:"before"`
	Reason  string     `db:"reason" json:"reason"`
	ByID    string     `db:"by_id" json:"-"`
	ByName  string     `db:"by_name" json:"by_name"`
	At      clock.Time `db:"at" json:"at"`
}

// Models is every version of the classifier, newest first with the shipped one last, and the history of their use.
type Models struct {
	Items   []Version `json:"items"`
	Uses    []Use     `json:"uses"`
	Decided int       `json:"decided" doc:"Comments decided by people, which the next version can learn from"`
	Least   int       `json:"least" doc:"Fewest decided comments to train from"`
}

// leastLabels is the number of decided comments from which training is allowed: fewer teach more noise than sense.
const leastLabels = 30

const maxVersions = 100

func runesOf(text string) []rune { return words.Normalise(text) }

// Prepare takes up the version in use; a server does it before it listens. A version that no longer fits the fields of
// this release gives way to the shipped one.
func (s *Service) Prepare(ctx context.Context) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		version, err := versionInUse(ctx, tx)
		if err != nil || version == "" || version == NewModel(s.catalog).Version() {
			return err
		}
		m, err := s.loadModel(ctx, tx, version)
		if errs.KindOf(err) == errs.KindInternal {
			return err
		}
		if err == nil {
			s.UseClassifier(m)
		}
		return nil
	})
}

func versionInUse(ctx context.Context, tx *db.Tx) (string, error) {
	v, err := db.Get[string](ctx, tx, "SELECT version FROM opinion_model_use ORDER BY id DESC LIMIT 1")
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return v, err
}

// loadModel returns a version ready to read; the shipped one needs no row.
func (s *Service) loadModel(ctx context.Context, tx *db.Tx, version string) (*Model, error) {
	if shipped := NewModel(s.catalog); shipped.Version() == version {
		return shipped, nil
	}
	type row struct {
		Version
		Weights string `db:"weights"`
	}
	r, err := db.Get[row](ctx, tx, "SELECT "+modelColumns+", weights FROM opinion_model WHERE version = $1", version)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("opinion.no_model", "There is no such version of the classifier.")
	}
	if err != nil {
		return nil, err
	}
	return unpack(s.catalog, &r.Version, r.Weights)
}

// Models lists the versions. Needs opinion.code.
func (s *Service) Models(ctx context.Context) (*Models, error) {
	if err := auth.Require(ctx, PermCode); err != nil {
		return nil, err
	}
	out := &Models{Least: leastLabels}
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if out.Items, err = db.All[Version](ctx, tx, "SELECT "+modelColumns+" FROM opinion_model ORDER BY trained_at DESC, version LIMIT $1", maxVersions); err != nil {
			return err
		}
		if out.Uses, err = db.All[Use](ctx, tx, "SELECT id, version, before, reason, by_id, by_name, at FROM opinion_model_use ORDER BY id DESC LIMIT $1", maxVersions); err != nil {
			return err
		}
		out.Decided, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM comment_code WHERE state = $1", CommentConfirmed)
		return err
	})
	shipped := Version{Version: NewModel(s.catalog).Version(), Method: method, Catalog: s.catalog.Meta.Version, Shipped: true}
	shipped.Metrics.V = ModelMetrics{Sharpness: sharpness, Classes: []ClassMetrics{}, Reliability: []Bin{}}
	out.Items = append(out.Items, shipped)
	active := (*s.classifier.Load()).Version()
	for i := range out.Items {
		out.Items[i].Active = out.Items[i].Version == active
	}
	out.Uses = slices.Clip(out.Uses)
	if out.Uses == nil {
		out.Uses = []Use{}
	}
	return out, err
}

// TrainModel learns a new version from every decided comment and stores it with its metrics; it is not in use before it
// is activated. The same decisions give the same version, which is returned as it stands. Needs opinion.model.
func (s *Service) TrainModel(ctx context.Context) (*Version, error) {
	if err := auth.Require(ctx, PermModel); err != nil {
		return nil, err
	}
	var labelled []Labelled
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		labelled, err = s.LabelledTx(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(labelled) < leastLabels {
		return nil, errs.Conflict("opinion.few_labels", "Decide at least 30 comments before you train a version from them.").With(map[string]int{"decided": len(labelled), "least": leastLabels})
	}
	slices.SortFunc(labelled, func(a, b Labelled) int { return compareLabelled(&a, &b) })
	m := Train(s.catalog, labelled)
	metrics := crossValidate(s.catalog, labelled)
	m.sharpness = metrics.Sharpness
	weights, sum, err := m.pack()
	if err != nil {
		return nil, err
	}
	v := &Version{Version: m.version, Parent: (*s.classifier.Load()).Version(), Method: method, Catalog: s.catalog.Meta.Version, Labels: len(labelled), SHA256: sum,
		TrainedBy: auth.From(ctx).UserID, TrainedName: auth.From(ctx).Name}
	v.Metrics.V = metrics
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		v.TrainedAt = tx.Time()
		n, err := tx.Exec(ctx, "INSERT INTO opinion_model ("+modelColumns+", weights) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (version) DO NOTHING",
			v.Version, v.Parent, v.Method, v.Catalog, v.Labels, v.Metrics, v.SHA256, v.TrainedBy, v.TrainedName, v.TrainedAt, weights)
		if err != nil || n == 0 {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "opinion.train", Object: "opinion_model", ObjectID: v.Version,
			Detail: map[string]any{"labels": v.Labels, "macro_f1": metrics.MacroF1, "sha256": sum}})
	})
	return v, err
}

// Activate puts a version into use, an older or the shipped one as well, with a reason. Suggestions already made keep
// their version until they are made again. Needs opinion.model.
func (s *Service) Activate(ctx context.Context, version, reason string) (*Models, error) {
	if err := auth.Require(ctx, PermModel); err != nil {
		return nil, err
	}
	if err := prose.Check("opinion.bad_text", prose.Needed("reason", &reason, 200)); err != nil {
		return nil, err
	}
	var m *Model
	err := s.db.Tx(ctx, func(tx *db.Tx) (err error) {
		if m, err = s.loadModel(ctx, tx, version); err != nil {
			return err
		}
		before := (*s.classifier.Load()).Version()
		p := auth.From(ctx)
		if _, err := tx.Exec(ctx, "INSERT INTO opinion_model_use (id, version, before, reason, by_id, by_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
			tx.ID(), version, before, reason, p.UserID, p.Name, tx.Time()); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "opinion.activate", Object: "opinion_model", ObjectID: version, Detail: map[string]any{"before": before, "reason": reason}})
	})
	if err != nil {
		return nil, err
	}
	s.UseClassifier(m)
	return s.Models(ctx)
}

// Resuggest makes the suggestions of the open comments of a wave anew with the version in use; fields that respondents
// ticked stay first. It returns how many changed their first suggestion. Needs opinion.model for the areas.
func (s *Service) Resuggest(ctx context.Context, waveID string) (read, changed int, err error) {
	if err := auth.Require(ctx, PermModel); err != nil {
		return 0, 0, err
	}
	for after := ""; ; {
		n := 0
		err := s.db.Tx(ctx, func(tx *db.Tx) error {
			where, args := CommentFilter{WaveID: waveID, State: CommentOpen}.where(ctx)
			args = append(args, after, loadBatch)
			rows, err := db.All[Comment](ctx, tx, "SELECT "+commentColumns+" FROM comment_code WHERE "+where+
				fmt.Sprintf(" AND id > $%d ORDER BY id LIMIT $%d", len(args)-1, len(args)), args...)
			if err != nil || len(rows) == 0 {
				return err
			}
			n, after = len(rows), rows[len(rows)-1].ID
			c, err := s.resuggest(ctx, tx, rows)
			changed += c
			if err != nil {
				return err
			}
			return audit.Log(ctx, tx, audit.Entry{Action: "opinion.resuggest", Object: "wave", ObjectID: waveID,
				Detail: map[string]any{"read": n, "changed": c, "model": (*s.classifier.Load()).Version()}})
		})
		read += n
		if err != nil || n < loadBatch {
			return read, changed, err
		}
	}
}
