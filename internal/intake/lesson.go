package intake

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/platform/db"
)

// perLeaf bounds how many decided texts of a category the model is made of, the latest ones.
const perLeaf = 20

// relearn is how long a model serves before it is asked whether there are new lessons.
const relearn = 5 * time.Minute

// teacher holds the model in use.
type teacher struct {
	mu    sync.Mutex
	model *Model
	seen  int // lessons when the model was made
	until time.Time
}

// LearnTx keeps the categories that people decided on for cases, beside what was proposed. It is called after every filing
// and correction; the same case again replaces its lesson. Only the program may.
func (s *Service) LearnTx(ctx context.Context, tx *db.Tx, events []cases.Moved) error {
	decided := map[string]string{} // category by case; what was decided last holds
	for i := range events {
		if e := &events[i]; e.Category != "" && (e.Action == "file" || e.Action == "correct" || e.Action == "self_handle") {
			decided[e.CaseID] = e.Category
		}
	}
	list, err := s.Cases.TextsTx(ctx, tx, slices.Sorted(maps.Keys(decided)))
	if err != nil {
		return err
	}
	var rows [][]any
	for i := range list {
		c := &list[i]
		if c.Channel == cases.FromDevice {
			continue
		}
		proposed := ""
		if list := s.modelNow().Classify(c.Title + "。" + c.Body); len(list) > 0 {
			proposed = list[0].Code
		}
		rows = append(rows, []any{c.ID, c.Body, proposed, decided[c.ID], tx.Time()})
	}
	return db.InsertMany(ctx, tx, "intake_lesson", "case_id, text, suggested, category, at",
		"ON CONFLICT (case_id) DO UPDATE SET text = excluded.text, suggested = excluded.suggested, category = excluded.category, at = excluded.at", rows)
}

// modelNow returns the model as it is, without asking for new lessons.
func (s *Service) modelNow() *Model {
	s.teacher.mu.Lock()
	defer s.teacher.mu.Unlock()
	if s.teacher.model == nil {
		s.teacher.model = Train(s.Duties.Catalog(), Phrases(), nil)
	}
	return s.teacher.model
}

// modelTx returns the model with what has been learnt, asking for new lessons every few minutes.
func (s *Service) modelTx(ctx context.Context, tx *db.Tx) (*Model, error) {
	t := &s.teacher
	t.mu.Lock()
	fresh := t.model != nil && tx.Now().Before(t.until)
	model, seen := t.model, t.seen
	t.mu.Unlock()
	if fresh {
		return model, nil
	}
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM intake_lesson")
	if err != nil {
		return nil, err
	}
	if model == nil || n != seen {
		lessons, err := db.All[Lesson](ctx, tx, `SELECT text, category FROM (
				SELECT text, category, ROW_NUMBER() OVER (PARTITION BY category ORDER BY at DESC, case_id) AS place FROM intake_lesson) l
			WHERE place <= $1 ORDER BY category, text`, perLeaf)
		if err != nil {
			return nil, err
		}
		model = Train(s.Duties.Catalog(), Phrases(), lessons)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.model, t.seen, t.until = model, n, tx.Now().Add(relearn)
	return model, nil
}
