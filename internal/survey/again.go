package survey

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// MostAgain is how many matters a resident is asked about once more.
const MostAgain = 3

// AgainVerdict is what a resident says of a matter that was put right.
type AgainVerdict string

// The verdicts.
const (
	AgainSolved   AgainVerdict = "solved"
	AgainPartly   AgainVerdict = "partly"
	AgainUnsolved AgainVerdict = "unsolved"
	AgainUnknown  AgainVerdict = "unknown"
)

// AgainVerdicts lists the verdicts in the order of the questionnaire.
var AgainVerdicts = []AgainVerdict{AgainSolved, AgainPartly, AgainUnsolved, AgainUnknown}

// AgainTopic is a published matter of an earlier wave that the residents of a community are asked about after the last page.
// Title and Done are safe for the public.
type AgainTopic struct {
	ID        string `db:"id" json:"id"`
	Community string `db:"community" json:"community"`
	Place     int    `db:"place" json:"-"`
	Matter    string `db:"matter" json:"-"`
	Title     string `db:"title" json:"title"`
	Done      string `db:"done" json:"done" doc:"what was done about it"`
}

// AskAgainTx lays down what a wave asks again, in place of what was laid down before. The caller decides who may. Conflict
// once the wave is in fieldwork with topics, or over: everybody is asked the same. Invalid for more than three topics of a community.
func (s *Service) AskAgainTx(ctx context.Context, tx *db.Tx, waveID string, topics []AgainTopic) error {
	w, err := findWave(ctx, tx, waveID)
	if err != nil {
		return err
	}
	there, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM wave_again WHERE wave_id = $1", waveID)
	if err != nil {
		return err
	}
	if at := slices.Index(States, w.State); at > slices.Index(States, Fieldwork) || w.State == Fieldwork && there > 0 {
		return errs.Conflict("survey.again_fixed", "What this wave asks again is fixed: answers are coming in, or the wave is over.")
	}
	if _, err := tx.Exec(ctx, "DELETE FROM wave_again WHERE wave_id = $1", waveID); err != nil {
		return err
	}
	places, twice := map[string]int{}, map[[2]string]bool{}
	for _, t := range topics {
		places[t.Community]++
		key := [2]string{t.Community, t.Matter}
		if t.Community == "" || t.Matter == "" || t.Title == "" || places[t.Community] > MostAgain || twice[key] {
			return errs.Invalid("survey.bad_again", "Name a matter with its title for a community, at most three for each.",
				errs.Field{Location: "body.items", Message: "at most three for a community", Value: t.Community})
		}
		twice[key] = true
		err := tx.Queue(ctx, nil, `INSERT INTO wave_again (id, wave_id, community, place, matter, title, done, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			randomID(), waveID, t.Community, places[t.Community], t.Matter, t.Title, t.Done, tx.Time())
		if err != nil {
			return err
		}
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "survey.again_chosen", Object: "wave", ObjectID: waveID, Area: w.Area,
		Detail: map[string]int{"topics": len(topics), "communities": len(places)}})
}

// AgainTx returns what a wave asks again in a community, or everywhere for "". Anybody may: it is what a questionnaire shows.
func (s *Service) AgainTx(ctx context.Context, tx *db.Tx, waveID, community string) ([]AgainTopic, error) {
	return db.All[AgainTopic](ctx, tx, `SELECT id, community, place, matter, title, done FROM wave_again
		WHERE wave_id = $1 AND ($2 = '' OR community = $2) ORDER BY community, place LIMIT 5000`, waveID, community)
}

// AgainCount is how many people of a channel gave a verdict on a matter in a community.
type AgainCount struct {
	Topic     string       `db:"id"`
	Matter    string       `db:"matter"`
	Community string       `db:"community"`
	Channel   Channel      `db:"channel"`
	Verdict   AgainVerdict `db:"verdict"`
	N         int          `db:"n"`
}

// AgainCountsTx returns what was answered so far, whoever asks: the caller suppresses small cells and tells nothing before the
// wave is closed.
func (s *Service) AgainCountsTx(ctx context.Context, tx *db.Tx, waveID string) ([]AgainCount, error) {
	return db.All[AgainCount](ctx, tx, `SELECT a.id, a.matter, a.community, t.channel, t.verdict, t.n
		FROM wave_again a JOIN wave_again_tally t ON t.again_id = a.id WHERE a.wave_id = $1 ORDER BY a.matter, a.community, t.id`, waveID)
}

// AskedAgainTx lists the matters that some wave asked about already.
func (s *Service) AskedAgainTx(ctx context.Context, tx *db.Tx) (map[string]bool, error) {
	asked := map[string]bool{}
	list, err := db.All[string](ctx, tx, "SELECT DISTINCT matter FROM wave_again")
	for _, m := range list {
		asked[m] = true
	}
	return asked, err
}

// countAgain adds one resident's verdicts to the counts, in the transaction that stores the answer, so that they count exactly
// once with it. Nothing but the count is kept. A topic of another community or wave, and a word that is no verdict, are left out: an
// answer sheet is never refused for them.
func (s *Service) countAgain(ctx context.Context, tx *db.Tx, r *Response, verdicts map[string]AgainVerdict) error {
	if len(verdicts) == 0 || r.Pilot || r.Community == "" {
		return nil
	}
	topics, err := s.AgainTx(ctx, tx, r.WaveID, r.Community)
	if err != nil {
		return err
	}
	slices.SortFunc(topics, func(a, b AgainTopic) int { return strings.Compare(a.ID, b.ID) }) // two answers never wait for each other in a ring
	for _, t := range topics {
		v := verdicts[t.ID]
		if !slices.Contains(AgainVerdicts, v) {
			continue
		}
		if err := s.addAgain(ctx, tx, t.ID, r.Channel, v, 1); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) addAgain(ctx context.Context, tx *db.Tx, topic string, c Channel, v AgainVerdict, n int) error {
	_, err := tx.Exec(ctx, `INSERT INTO wave_again_tally (id, again_id, channel, verdict, n) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET n = wave_again_tally.n + excluded.n`, topic+"|"+string(c)+"|"+string(v), topic, c, v, n)
	if err != nil {
		return fmt.Errorf("count what was asked again: %w", err)
	}
	return nil
}

// AddAgainTx adds counts that were collected elsewhere, such as those of a demonstration. The caller decides who may.
func (s *Service) AddAgainTx(ctx context.Context, tx *db.Tx, counts []AgainCount) error {
	for _, c := range counts {
		if err := s.addAgain(ctx, tx, c.Topic, c.Channel, c.Verdict, c.N); err != nil {
			return err
		}
	}
	return nil
}

// Unlink writes the counts of what was asked again once more, in one transaction, so that no engine's own marks join the latest of
// them to the answer that came with it. It changes no column and asks for no permission; the program calls it every hour.
func (s *Service) Unlink(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := db.RewriteTx(ctx, tx, "wave_again_tally", "id", "n > 0")
		return err
	})
}

// NeighboursTx returns the waves of the same district before and after a wave, nil where there is none, whoever asks.
func (s *Service) NeighboursTx(ctx context.Context, tx *db.Tx, w *Wave) (before, next *Wave, err error) {
	err = db.Each(ctx, tx, "SELECT "+waveColumns+" FROM wave WHERE area = $1 ORDER BY period, created_at, id", []any{w.Area}, func(o *Wave) error {
		switch {
		case o.Period < w.Period:
			before = new(*o.complete())
		case o.Period > w.Period && next == nil:
			next = new(*o.complete())
		}
		return nil
	})
	return before, next, err
}

// BareWaveTx returns a wave whoever asks: its name and state, for modules that decide themselves who sees what of it.
func (s *Service) BareWaveTx(ctx context.Context, tx *db.Tx, id string) (*Wave, error) {
	return findWave(ctx, tx, id)
}
