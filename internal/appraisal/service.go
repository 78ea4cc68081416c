package appraisal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	shipped "yiwang/data/appraisal"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// Outcomes tells what became of the issued items of a wave by street; streets without items are absent. The rectification module
// implements it; nil means that there is none yet.
type Outcomes interface {
	OutcomesTx(ctx context.Context, tx *db.Tx, waveID string) (map[string]ReverseCounts, error)
}

// Names tells the names of an area and of everything below it: code → name.
type Names func(ctx context.Context, tx *db.Tx, area string) (map[string]string, error)

// Service scores, ranks and publishes.
type Service struct {
	db       *db.DB
	surveys  *survey.Service
	names    Names
	outcomes Outcomes

	mu     sync.Mutex
	cached []*Run // latest first; runs are immutable, so a copy never goes stale
	shelf  shelf  // analyses of runs
}

// New returns the service. outcomes may be nil: then results hold the positive part only, and say so.
func New(d *db.DB, surveys *survey.Service, names Names, outcomes Outcomes) *Service {
	return &Service{db: d, surveys: surveys, names: names, outcomes: outcomes}
}

// LoadSystem stores the indicator system of a YAML file. Loading the same file again changes nothing; other content under
// a stored version is a Conflict. Needs PermScore.
func (s *Service) LoadSystem(ctx context.Context, src []byte) (stored *StoredSystem, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		stored, err = s.LoadSystemTx(ctx, tx, src)
		return err
	})
	return stored, err
}

// LoadSystemTx is LoadSystem inside the caller's transaction.
func (s *Service) LoadSystemTx(ctx context.Context, tx *db.Tx, src []byte) (*StoredSystem, error) {
	if err := auth.Require(ctx, PermScore); err != nil {
		return nil, err
	}
	system, err := ParseSystem(src)
	if err != nil {
		return nil, err
	}
	n, err := tx.Exec(ctx, "INSERT INTO indicator_system (version, hash, body, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (version) DO NOTHING",
		system.Version, system.Hash(), db.JSON[System]{V: *system}, tx.Time())
	if err != nil {
		return nil, fmt.Errorf("store indicator system %s: %w", system.Version, err)
	}
	stored, err := s.SystemTx(ctx, tx, system.Version)
	if err != nil {
		return nil, err
	}
	if stored.Hash != system.Hash() {
		return nil, errs.Conflict("appraisal.system_changed", "Version "+system.Version+" of the indicator system is stored with other content; give the changed file a new version.")
	}
	if n == 0 {
		return stored, nil
	}
	return stored, audit.Log(ctx, tx, audit.Entry{Action: "appraisal.system_loaded", Object: "indicator_system", ObjectID: system.Version,
		Detail: map[string]string{"hash": stored.Hash}})
}

// Systems lists the stored versions, newest first. Anyone signed in may read them.
func (s *Service) Systems(ctx context.Context) (list []StoredSystem, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list, err = db.All[StoredSystem](ctx, tx, "SELECT version, hash, body, created_at FROM indicator_system ORDER BY created_at DESC, version DESC LIMIT 100")
		return err
	})
	return list, err
}

// SystemTx returns one version, or NotFound.
func (s *Service) SystemTx(ctx context.Context, tx *db.Tx, version string) (*StoredSystem, error) {
	stored, err := db.Get[StoredSystem](ctx, tx, "SELECT version, hash, body, created_at FROM indicator_system WHERE version = $1", version)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("appraisal.system_not_found", "There is no such version of the indicator system.")
	}
	return &stored, err
}

// System is SystemTx in a transaction of its own.
func (s *Service) System(ctx context.Context, version string) (stored *StoredSystem, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		stored, err = s.SystemTx(ctx, tx, version)
		return err
	})
	return stored, err
}

// Defaults of a plan that are not in the indicator file; every one can be changed until the wave is frozen.
const (
	defaultLevel   = 0.95
	defaultTop     = 3
	defaultMinN    = 30 // indicators.yaml, meta.scale_note
	defaultMinCell = 10 // smallest cell that is shown
	defaultSeed    = 20261121
	defaultTieRule = "名次区间重叠的街道视为无法区分：第三名边界上无法区分的街道，奖励按进入前三的概率分配；概率相差不足0.01的均分。本规则在施测前写定，施测后不改。"
)

// defaultLevels are the three levels that residents evaluate, as far as the system has the indicators: the street's management, the
// community's self-government, the visits of social workers. They can be changed until the wave is frozen.
func defaultLevels(system *System) (levels []survey.EvaluationLevel) {
	weights := system.Weights()
	for _, l := range []survey.EvaluationLevel{
		{Code: "L1", Name: "街道管理", Items: []string{"A1-2", "A2-1", "B1-1", "B1-2", "B3-2", "C1-1"}},
		{Code: "L2", Name: "社区自治", Items: []string{"B2-1", "D1-1", "D2-1"}},
		{Code: "L3", Name: "社工走访服务", Items: []string{"A1-1", "C2-1", "C2-2"}},
	} {
		l.Items = slices.DeleteFunc(l.Items, func(code string) bool { return weights[code] == 0 })
		if len(l.Items) > 0 {
			levels = append(levels, l)
		}
	}
	return levels
}

// DraftPlan returns a plan for a new wave from a version of the indicator system and the questionnaires of the same
// version, or the newest issued ones: scale, weights, respondent weights and the defaults above. Strata and target remain to be filled in.
// Anyone signed in may call it; Invalid when questionnaires and system disagree.
func (s *Service) DraftPlan(ctx context.Context, version string) (plan survey.Plan, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		plan, err = s.DraftPlanTx(ctx, tx, version)
		return err
	})
	return plan, err
}

// DraftPlanTx is DraftPlan inside the caller's transaction.
func (s *Service) DraftPlanTx(ctx context.Context, tx *db.Tx, version string) (survey.Plan, error) {
	stored, err := s.SystemTx(ctx, tx, version)
	if err != nil {
		return survey.Plan{}, err
	}
	system := &stored.Body.V
	plan := survey.Plan{IndicatorSystem: version, SystemHash: stored.Hash, Questionnaires: map[survey.Group]string{}, Scale: system.PlanScale(),
		Weights: system.Weights(), RespondentWeights: system.RespondentWeights, Strata: []survey.Stratum{}, TieRule: defaultTieRule,
		Weighting: &survey.Weighting{Base: "design", Method: survey.Poststratify}, Levels: defaultLevels(system), Level: defaultLevel, Top: defaultTop, MinIndicatorN: defaultMinN, MinCellN: defaultMinCell, Seed: defaultSeed, Award: survey.DefaultAward()}
	chosen, forms, err := s.newestForms(ctx, tx, version)
	if err != nil {
		return plan, err
	}
	plan.Questionnaires = chosen
	return plan, system.CheckForms(forms)
}

// Prepare stores the indicator system shipped with this release, if it is not there yet. The program calls it at start.
func (s *Service) Prepare(ctx context.Context) error {
	_, err := s.LoadSystem(auth.System(ctx, "prepare"), shipped.Indicators)
	return err
}
