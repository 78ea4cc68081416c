package appraisal

import (
	"context"
	"fmt"
	"sync"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// analysed is a run with the answers it was made from, for analyses that moments do not hold.
type analysed struct {
	run   *Run
	c     *computation
	stale bool // the answers are not those of the run any more
}

// Basis says what an analysis rests on.
type Basis struct {
	RunID string  `json:"run_id"`
	Stale bool    `json:"stale,omitempty" doc:"answers were set aside or admitted since the run; score again to bring both together"`
	Level float64 `json:"level"`
}

func (a *analysed) basis() Basis {
	return Basis{RunID: a.run.ID, Stale: a.stale, Level: a.c.plan.Level}
}

// analyse reads the last run of a wave and its answers, once the caller may see the run. The answers themselves never leave the
// module: only what analyses make of them.
func (s *Service) analyse(ctx context.Context, waveID string) (*analysed, error) {
	run, err := s.visibleRun(ctx, waveID)
	if err != nil {
		return nil, err
	}
	in, err := s.gather(auth.System(ctx, "analysis"), waveID, &run.Inputs.V)
	if err != nil {
		return nil, err
	}
	c, err := newComputation(in, fine{})
	if err != nil {
		return nil, err
	}
	return &analysed{run: run, c: c, stale: in.hash() != run.InputHash}, nil
}

// shelf keeps the latest analyses in memory; they depend on nothing but a run and the answers set aside.
type shelf struct {
	mu   sync.Mutex
	list []shelved
}

type shelved struct {
	key   string
	value any
}

// maxShelved bounds the analyses kept in memory.
const maxShelved = 24

// kept returns an analysis from the shelf, or makes it and puts it there. The key says everything it depends on.
func kept[T any](s *shelf, key string, make func() (T, error)) (T, error) {
	s.mu.Lock()
	for _, it := range s.list {
		if it.key == key {
			s.mu.Unlock()
			return it.value.(T), nil
		}
	}
	s.mu.Unlock()
	v, err := make()
	if err != nil {
		return v, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append([]shelved{{key, v}}, s.list...)
	s.list = s.list[:min(len(s.list), maxShelved)]
	return v, nil
}

// shelfKey names an analysis of a wave the caller may see: its run, and the standing of its answers now.
func (s *Service) shelfKey(ctx context.Context, waveID, analysis string) (string, error) {
	run, err := s.visibleRun(ctx, waveID)
	if err != nil {
		return "", err
	}
	standing, err := s.standing(ctx, waveID)
	return fmt.Sprintf("%s·%s·%v", run.ID, analysis, standing), err
}

func (s *Service) standing(ctx context.Context, waveID string) (standing survey.Standing, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.surveys.WaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		standing, err = s.surveys.StandingTx(ctx, tx, w)
		return err
	})
	return standing, err
}

// WaveRef names a wave.
type WaveRef struct {
	ID   string `json:"id"`
	Code string `json:"code"`
	Name string `json:"name"`
}

func refOf(w *survey.Wave) WaveRef { return WaveRef{ID: w.ID, Code: w.Code, Name: w.Name} }

// before finds the wave that another is compared with: the one given, or the latest earlier one of the district that the caller may
// see the result of.
func (s *Service) before(ctx context.Context, w *survey.Wave, against string) (*survey.Wave, *Run, error) {
	if against != "" {
		other, err := s.surveys.Wave(ctx, against)
		if err != nil {
			return nil, nil, err
		}
		if other.Area != w.Area || other.ID == w.ID {
			return nil, nil, errs.Invalid("appraisal.not_comparable", "A wave is compared with another wave of the same district.",
				errs.Field{Location: "query.against", Message: "another district, or the wave itself", Value: against})
		}
		run, err := s.visibleRun(ctx, against)
		return other, run, err
	}
	list, err := s.surveys.Waves(ctx, survey.WaveFilter{})
	if err != nil {
		return nil, nil, err
	}
	for i := range list { // newest first
		other := &list[i]
		if other.Area != w.Area || other.Period >= w.Period {
			continue
		}
		run, err := s.visibleRun(ctx, other.ID)
		if err == nil {
			return other, run, nil
		} else if k := errs.KindOf(err); k != errs.KindForbidden && k != errs.KindNotFound {
			return nil, nil, err
		}
	}
	return nil, nil, errs.NotFound("appraisal.no_earlier_wave", "There is no earlier wave with a result to compare with.")
}
