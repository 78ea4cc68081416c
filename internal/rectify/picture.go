package rectify

import (
	"context"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Lists that a figure can open.
const (
	ListAnswers   = "answers"   // answers by street, group and channel (get-progress): the sum of n
	ListComments  = "comments"  // list-comments: its length
	ListItems     = "items"     // list-rectifications: its length
	ListVoices    = "voices"    // list-rectifications: the sum of voices
	ListStandings = "standings" // list-standings: its length
	ListReturns   = "returns"   // list-returns: its length
)

// Figure is one number of the picture and the list that it counts.
type Figure struct {
	Key   string            `json:"key"`
	Value int               `json:"value"`
	List  string            `json:"list" enum:"answers,comments,items,voices,standings,returns,"`
	Query map[string]string `json:"query" doc:"what narrows the list"`
}

// Picture is the closed loop of a wave, every figure with its list.
type Picture struct {
	WaveID      string    `json:"wave_id"`
	Name        string    `json:"name"`
	PublishedAt any       `json:"published_at,omitempty"`
	Indicators  int       `json:"indicators"`
	Streets     int       `json:"streets" doc:"appraised"`
	Figures     []Figure  `json:"figures"`
	Next        *WaveName `json:"next,omitempty"`
	Stage       string    `json:"stage" enum:"no_next,planned,asking,waiting,measured"`
	ValidRate   *float64  `json:"valid_rate" doc:"answers that count ÷ answers, in percent; only for who sees the whole district"`
	ClosedRate  *float64  `json:"closed_rate" doc:"closed ÷ issued"`
	OnTimeRate  *float64  `json:"on_time_rate" doc:"in time ÷ done or past its time"`
	RecurRate   *float64  `json:"recur_rate" doc:"recurring ÷ decided"`
	SolvedRate  *float64  `json:"solved_rate" doc:"of those with an opinion among the residents asked again"`
	DaysToReply *float64  `json:"days_to_reply" doc:"median days from the comment to the reply"`
}

// figuresOf are the sets shown, in the order of the loop.
var figuresOf = []string{"listed", "awaiting", "issued", "street", "district", "passed", "working", "suspended", "overdue", "reworked", "closed", "published", "recurring",
	"asked", "solved", "mixed", "unsolved", "few", "measured", "better", "unclear", "worse", "unmeasured", "back", "maybe_back"}

// Picture counts the closed loop of a wave as the caller sees it. Needs rectify.read.
func (s *Service) Picture(ctx context.Context, waveID string) (p *Picture, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	if waveID == "" {
		return nil, errs.Invalid("rectify.no_wave", "Name the wave.", errs.Field{Location: "query.wave", Message: "required"})
	}
	p = &Picture{WaveID: waveID, Figures: []Figure{}}
	if err := s.answerFigures(ctx, p); err != nil {
		return nil, err
	}
	loop := &Loop{WaveID: waveID, ByState: map[State]int{}, ByCommentState: map[string]int{}}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.surveys.WaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		p.Name, p.Indicators, p.Streets, p.Stage = w.Name, len(w.Plan.V.Weights), len(w.Plan.V.Streets()), StageNoNext
		if w.PublishedAt != nil {
			p.PublishedAt = w.PublishedAt
		}
		if _, next, err := s.surveys.NeighboursTx(ctx, tx, w); err != nil {
			return err
		} else if next != nil {
			p.Next, p.Stage = &WaveName{next.ID, next.Name, next.State}, stageOf(next)
		}
		if auth.From(ctx).Covers(w.Area) {
			standing, err := s.surveys.StandingTx(ctx, tx, w)
			if err != nil {
				return err
			}
			p.ValidRate = percent(standing.Answers-standing.Aside, standing.Answers)
		}
		if err := s.commentFigures(ctx, tx, p); err != nil {
			return err
		}
		if err := s.itemFigures(ctx, tx, p); err != nil {
			return err
		}
		if err := loop.replyDays(ctx, tx, s.opinions); err != nil {
			return err
		}
		p.DaysToReply = loop.DaysToReply
		return nil
	})
	return p, err
}

func (p *Picture) add(key string, value int, list string, query ...string) {
	f := Figure{Key: key, Value: value, List: list, Query: map[string]string{"wave": p.WaveID}}
	for i := 0; i+1 < len(query); i += 2 {
		f.Query[query[i]] = query[i+1]
	}
	p.Figures = append(p.Figures, f)
}

// answerFigures are the sums of the list of answers, which leaves out cells that are too small for a street to see.
func (s *Service) answerFigures(ctx context.Context, p *Picture) error {
	rows, err := s.surveys.Progress(ctx, p.WaveID)
	sums := map[string]int{}
	for _, r := range rows {
		sums["answers"] += r.N
		sums[string(r.Channel)] += r.N
	}
	p.add("answers", sums["answers"], ListAnswers)
	p.add("targeted", sums["targeted"], ListAnswers, "channel", "targeted")
	p.add("online", sums["online"], ListAnswers, "channel", "online")
	return err
}

// commentFigures open the comments for those who may read them.
func (s *Service) commentFigures(ctx context.Context, tx *db.Tx, p *Picture) error {
	counts, err := s.opinions.CountTx(ctx, tx, p.WaveID, whole(ctx))
	sums, total := map[opinion.CommentState]int{}, 0
	for _, c := range counts {
		sums[c.State] = c.N
		total += c.N
	}
	list := ""
	if auth.From(ctx).Has(opinion.PermCode) {
		list = ListComments
	}
	p.add("comments", total, list)
	for _, state := range opinion.CommentStates {
		p.add("comments_"+string(state), sums[state], list, "state", string(state))
	}
	return err
}

func (s *Service) itemFigures(ctx context.Context, tx *db.Tx, p *Picture) error {
	where, args := Filter{WaveID: p.WaveID}.where(ctx, tx)
	all, err := countSets(ctx, tx, "''", where, args)
	if err != nil {
		return err
	}
	g := Grouped{Counts: Counts{}}
	if len(all) > 0 {
		g = all[0]
	}
	for _, set := range figuresOf {
		p.add(set, g.Counts[set], ListItems, "set", set)
	}
	p.add("voices_told", g.Told, ListVoices, "set", "closed")
	for _, by := range []struct{ key, column, name string }{{"streets", "street", "street"}, {"units", "lead_unit", "unit"}} {
		n, err := db.Get[int](ctx, tx, "SELECT COUNT(DISTINCT "+by.column+") FROM item WHERE "+where+" AND "+issuedItems, args...)
		if err != nil {
			return err
		}
		p.add(by.key, n, ListStandings, "by", by.name)
	}
	c := g.Counts
	p.ClosedRate, p.OnTimeRate, p.RecurRate = percent(c["closed"], c["issued"]), percent(c["ontime"], c["due"]), percent(c["recurring"], c["judged"])
	asked, err := askedByField(ctx, tx, where, args)
	total := &Asked{}
	for _, a := range asked {
		total.add(a)
	}
	p.SolvedRate, _, _ = wilson(total.Solved, total.Solved+total.Partly+total.Unsolved)
	if err != nil {
		return err
	}
	return s.returnFigures(ctx, tx, p)
}

// returnFigures are the closed matters that may be back: in this wave, and of this wave in later ones.
func (s *Service) returnFigures(ctx context.Context, tx *db.Tx, p *Picture) error {
	for _, f := range []struct {
		key    string
		filter ReturnFilter
		query  []string
	}{
		{"returns_open", ReturnFilter{WaveID: p.WaveID, State: ReturnProposed}, []string{"state", string(ReturnProposed)}},
		{"returns_confirmed", ReturnFilter{WaveID: p.WaveID, State: ReturnConfirmed}, []string{"state", string(ReturnConfirmed)}},
		{"unsolved_again", ReturnFilter{Earlier: p.WaveID, Kind: ReturnAsked}, []string{"earlier", p.WaveID, "kind", string(ReturnAsked), "wave", ""}},
	} {
		where, args := f.filter.where(ctx)
		n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM item_return WHERE "+where, args...)
		if err != nil {
			return err
		}
		p.add(f.key, n, ListReturns, f.query...)
	}
	return nil
}
