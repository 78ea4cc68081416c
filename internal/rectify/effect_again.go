package rectify

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
	"yiwang/internal/survey"
)

// leastAgain is the smallest number of answers to a matter that is shown (domain rule 9).
const leastAgain = 10

// doneShown is how much of an outcome a resident is shown, in characters.
const doneShown = 80

// AgainList is what a wave asks again, and how far it is.
type AgainList struct {
	WaveID  string       `json:"wave_id"`
	State   survey.State `json:"state"`
	Fixed   bool         `json:"fixed" doc:"answers are coming in, or the wave is over: nothing can be changed any more"`
	Answers int          `json:"answers" doc:"verdicts given so far, 0 while they are few; what they say is told when the wave is closed"`
	Few     bool         `json:"few" doc:"some, but fewer than ten while answers come in: who looks twice could see a single one arrive"`
	Items   []AgainLine  `json:"items"`
}

// AgainLine is a matter that the residents of a community are asked about.
type AgainLine struct {
	ItemID    string `json:"item_id"`
	No        string `json:"no"`
	Title     string `json:"title"`
	Done      string `json:"done"`
	Community string `json:"community"`
	Name      string `json:"community_name"`
	Voices    int    `json:"voices"`
}

// Again lists what a wave asks again in the caller's areas. Needs rectify.read.
func (s *Service) Again(ctx context.Context, waveID string) (out *AgainList, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.surveys.WaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		topics, err := s.surveys.AgainTx(ctx, tx, waveID, "")
		if err != nil {
			return err
		}
		out = &AgainList{WaveID: waveID, State: w.State, Items: []AgainLine{},
			Fixed: slices.Index(survey.States, w.State) >= slices.Index(survey.States, survey.Fieldwork)}
		p := auth.From(ctx)
		mine := map[string]bool{}
		for _, t := range topics {
			if !p.System && !within(t.Community, p.Areas) {
				continue
			}
			mine[t.ID] = true
			line := AgainLine{ItemID: t.Matter, Title: t.Title, Done: t.Done, Community: t.Community}
			if err := s.nameAgain(ctx, tx, &line); err != nil {
				return err
			}
			out.Items = append(out.Items, line)
		}
		counts, err := s.surveys.AgainCountsTx(ctx, tx, waveID)
		for _, c := range counts {
			if mine[c.Topic] {
				out.Answers += c.N
			}
		}
		out.hideFew()
		return err
	})
	return out, err
}

// hideFew keeps small numbers back while a wave runs.
func (l *AgainList) hideFew() {
	running := slices.Index(survey.States, l.State) < slices.Index(survey.States, survey.Closed)
	if running && l.Answers > 0 && l.Answers < leastAgain {
		l.Answers, l.Few = 0, true
	}
}

func (s *Service) nameAgain(ctx context.Context, tx *db.Tx, l *AgainLine) error {
	i, err := findItem(ctx, tx, l.ItemID)
	if err != nil {
		return err
	}
	l.No, l.Voices = i.No, i.Voices
	l.Name, err = s.directory.AreaName(ctx, tx, l.Community)
	if errs.KindOf(err) == errs.KindNotFound {
		l.Name, err = l.Community, nil
	}
	return err
}

// ChooseAgain lays down what a wave asks the residents again: these items, or if none are named the published items of earlier waves
// that were never asked about. A community is asked about its own items first, those with the most voices; then about those of the whole
// street; three at most. Needs rectify.publish in the wave's district. Conflict once answers come in.
func (s *Service) ChooseAgain(ctx context.Context, waveID string, items []string) (n int, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err = s.ChooseAgainTx(ctx, tx, waveID, items)
		return err
	})
	return n, err
}

// ChooseAgainTx is ChooseAgain inside the caller's transaction.
func (s *Service) ChooseAgainTx(ctx context.Context, tx *db.Tx, waveID string, items []string) (int, error) {
	w, err := s.surveys.BareWaveTx(ctx, tx, waveID)
	if err != nil {
		return 0, err
	}
	if err := auth.RequireArea(ctx, PermPublish, w.Area); err != nil {
		return 0, err
	}
	candidates, err := s.askable(ctx, tx, w)
	if err != nil {
		return 0, err
	}
	if len(items) > 0 {
		for _, id := range items {
			if !slices.ContainsFunc(candidates, func(i Item) bool { return i.ID == id }) {
				return 0, errs.Invalid("rectify.cannot_ask_again", "Only published items of earlier waves that were not asked about yet can be asked about.",
					errs.Field{Location: "body.items", Message: "cannot be asked", Value: id})
			}
		}
		candidates = slices.DeleteFunc(candidates, func(i Item) bool { return !slices.Contains(items, i.ID) })
	}
	topics, err := s.topicsOf(ctx, tx, candidates)
	if err != nil {
		return 0, err
	}
	return len(topics), s.surveys.AskAgainTx(ctx, tx, waveID, topics)
}

// askable lists the published items of earlier waves that nobody was asked about, unless by this wave, most voices first.
func (s *Service) askable(ctx context.Context, tx *db.Tx, w *survey.Wave) ([]Item, error) {
	before, _, err := s.surveys.NeighboursTx(ctx, tx, w)
	if err != nil || before == nil {
		return nil, err
	}
	asked, err := s.surveys.AskedAgainTx(ctx, tx)
	if err != nil {
		return nil, err
	}
	own, err := s.surveys.AgainTx(ctx, tx, w.ID, "")
	for _, t := range own {
		delete(asked, t.Matter)
	}
	if err != nil {
		return nil, err
	}
	args := []any{w.ID, w.Period}
	area := auth.Within("area_code", []string{w.Area}, &args)
	list, err := db.All[Item](ctx, tx, "SELECT "+itemColumns+` FROM item
		WHERE state = 'published' AND wave_id <> $1 AND $2 <> '' AND `+area+" ORDER BY voices DESC, no, id", args...)
	waves := map[string]bool{}
	return slices.DeleteFunc(list, func(i Item) bool {
		earlier, known := waves[i.WaveID]
		if !known {
			o, err := s.surveys.BareWaveTx(ctx, tx, i.WaveID)
			earlier = err == nil && o.Period < w.Period
			waves[i.WaveID] = earlier
		}
		return asked[i.ID] || !earlier || i.Result == NotOurs
	}), err
}

// topicsOf gives every community its topics.
func (s *Service) topicsOf(ctx context.Context, tx *db.Tx, items []Item) ([]survey.AgainTopic, error) {
	byArea := map[string][]survey.AgainTopic{}
	communities := map[string][]string{} // of a street
	for i := range items {
		it := &items[i]
		t := survey.AgainTopic{Community: it.AreaCode, Matter: it.ID, Title: mask.Public(it.Title), Done: prose.Clip(mask.Public(cmp.Or(it.Outcome, it.Measure)), doneShown)}
		if len(it.AreaCode) > streetDigits {
			byArea[it.AreaCode] = append(byArea[it.AreaCode], t)
			continue
		}
		if _, known := communities[it.AreaCode]; !known {
			below, err := s.yardstick.Communities(ctx, it.AreaCode)
			if err != nil {
				return nil, err
			}
			communities[it.AreaCode] = below
		}
	}
	for i := range items { // those of whole streets come after a community's own
		it := &items[i]
		for _, c := range communities[it.AreaCode] {
			byArea[c] = append(byArea[c], survey.AgainTopic{Community: c, Matter: it.ID, Title: mask.Public(it.Title), Done: prose.Clip(mask.Public(cmp.Or(it.Outcome, it.Measure)), doneShown)})
		}
	}
	var out []survey.AgainTopic
	for _, list := range byArea {
		out = append(out, list[:min(len(list), survey.MostAgain)]...)
	}
	slices.SortStableFunc(out, func(a, b survey.AgainTopic) int { return strings.Compare(a.Community, b.Community) })
	return out, nil
}

// Asked is what residents answered when they were asked again. Numbers below ten answers are not shown.
type Asked struct {
	WaveID   string   `db:"wave_id" json:"wave_id"`
	Solved   int      `db:"solved" json:"solved"`
	Partly   int      `db:"partly" json:"partly"`
	Unsolved int      `db:"unsolved" json:"unsolved"`
	Unknown  int      `db:"unknown" json:"unknown"`
	Verdict  string   `db:"verdict" json:"verdict" enum:"solved,mixed,unsolved,few"`
	Share    *float64 `db:"-" json:"share" doc:"solved of those with an opinion, in percent"`
	Low      *float64 `db:"-" json:"low" doc:"95% interval of Wilson (1927)"`
	High     *float64 `db:"-" json:"high"`
}

// Verdicts on an item that residents were asked about again.
const (
	askedSolved   = "solved"   // more than half of those with an opinion say so
	askedUnsolved = "unsolved" // more than half say no
	askedMixed    = "mixed"
	askedFew      = "few" // fewer than ten answers
)

func (a *Asked) judge() {
	opinions := a.Solved + a.Partly + a.Unsolved
	switch {
	case opinions < leastAgain:
		a.Verdict = askedFew
	case 2*a.Unsolved > opinions:
		a.Verdict = askedUnsolved
	case 2*a.Solved > opinions:
		a.Verdict = askedSolved
	default:
		a.Verdict = askedMixed
	}
}

// shown fills the share with its interval and hides what is too little to show.
func (a *Asked) shown() {
	if a.Verdict == askedFew {
		a.Solved, a.Partly, a.Unsolved, a.Unknown = 0, 0, 0, 0
		return
	}
	a.Share, a.Low, a.High = wilson(a.Solved, a.Solved+a.Partly+a.Unsolved)
}

// SettleAgainTx takes over what the residents answered once the wave that asked is closed, and proposes every item that more than half of
// them call unsolved for reopening. It may run any number of times. It asks for no permission: closing the wave did.
func (s *Service) SettleAgainTx(ctx context.Context, tx *db.Tx, waveID string) (int, error) {
	counts, err := s.surveys.AgainCountsTx(ctx, tx, waveID)
	if err != nil {
		return 0, err
	}
	byItem, order := map[string]*Asked{}, []string{}
	for _, c := range counts {
		a := byItem[c.Matter]
		if a == nil {
			a = &Asked{WaveID: waveID}
			byItem[c.Matter], order = a, append(order, c.Matter)
		}
		*map[survey.AgainVerdict]*int{survey.AgainSolved: &a.Solved, survey.AgainPartly: &a.Partly, survey.AgainUnsolved: &a.Unsolved, survey.AgainUnknown: &a.Unknown}[c.Verdict] += c.N
	}
	for _, id := range order {
		a := byItem[id]
		a.judge()
		_, err := tx.Exec(ctx, `INSERT INTO item_again (item_id, wave_id, solved, partly, unsolved, unknown, verdict, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (item_id) DO UPDATE SET wave_id = excluded.wave_id, solved = excluded.solved, partly = excluded.partly, unsolved = excluded.unsolved,
				unknown = excluded.unknown, verdict = excluded.verdict, at = excluded.at`, id, waveID, a.Solved, a.Partly, a.Unsolved, a.Unknown, a.Verdict, tx.Time())
		if err != nil {
			return 0, err
		}
		if a.Verdict != askedUnsolved {
			continue
		}
		if err := s.ProposeReturnTx(ctx, tx, Return{WaveID: waveID, EarlierID: id, Kind: ReturnAsked, Said: a.Solved + a.Partly + a.Unsolved, SaidNo: a.Unsolved}); err != nil {
			return 0, err
		}
	}
	return len(order), nil
}
