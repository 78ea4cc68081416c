package rectify

import (
	"context"
	"fmt"
	"math"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/survey"
)

// Stages of an effect.
const (
	StageNoNext   = "no_next"  // there is no later wave yet
	StagePlanned  = "planned"  // the next wave has not begun
	StageAsking   = "asking"   // residents are being asked
	StageWaiting  = "waiting"  // answered again; scores are not published
	StageMeasured = "measured" // both
)

// EffectReport says whether what was done about the items of a wave helped, as the next wave tells.
type EffectReport struct {
	WaveID string        `json:"wave_id"`
	Name   string        `json:"name"`
	Next   *WaveName     `json:"next,omitempty"`
	Stage  string        `json:"stage" enum:"no_next,planned,asking,waiting,measured"`
	Counts Counts        `json:"counts"`
	Asked  *Asked        `json:"asked,omitempty" doc:"of all items with ten answers or more, together"`
	Fields []FieldEffect `json:"fields"`
}

// WaveName is a wave by name and state.
type WaveName struct {
	ID    string       `json:"id"`
	Name  string       `json:"name"`
	State survey.State `json:"state"`
}

// FieldEffect is the effect in one field.
type FieldEffect struct {
	Code   string      `json:"code"`
	Name   string      `json:"name"`
	Counts Counts      `json:"counts"`
	Asked  *Asked      `json:"asked,omitempty"`
	Score  *Difference `json:"score,omitempty" doc:"of the field's questions in the whole district"`
	Share  *Difference `json:"share,omitempty" doc:"of the respondents who name the field in the whole district"`
}

// Effect reports on the items of a wave. Needs rectify.read; counts follow the caller's own scope, the differences by field are those of
// the whole district. What residents answered is told when the wave that asks is closed, differences when it is published.
func (s *Service) Effect(ctx context.Context, waveID string) (out *EffectReport, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.surveys.WaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		out = &EffectReport{WaveID: w.ID, Name: w.Name, Stage: StageNoNext, Counts: Counts{}, Fields: []FieldEffect{}}
		_, next, err := s.surveys.NeighboursTx(ctx, tx, w)
		if err != nil {
			return err
		}
		if next != nil {
			out.Next, out.Stage = &WaveName{next.ID, next.Name, next.State}, stageOf(next)
		}
		where, args := Filter{WaveID: waveID}.where(ctx, tx)
		return s.fillEffect(ctx, tx, out, where, args)
	})
	return out, err
}

func stageOf(next *survey.Wave) string {
	switch next.State {
	case survey.Fieldwork:
		return StageAsking
	case survey.Closed, survey.Scored, survey.Reviewed:
		return StageWaiting
	case survey.Published, survey.Archived:
		return StageMeasured
	}
	return StagePlanned
}

func (s *Service) fillEffect(ctx context.Context, tx *db.Tx, out *EffectReport, where string, args []any) error {
	lines, err := countSets(ctx, tx, "field", where, args)
	if err != nil {
		return err
	}
	out.Counts = sum(lines)
	asked, err := askedByField(ctx, tx, where, args)
	if err != nil {
		return err
	}
	differences, err := db.All[Difference](ctx, tx, "SELECT "+differenceColumns+" FROM effect_measure WHERE against = $1 AND area_level = 'district' ORDER BY field, measure", out.WaveID)
	if err != nil {
		return err
	}
	total := &Asked{}
	for _, g := range s.fieldsInOrder(lines) {
		f := FieldEffect{Code: g.Key, Name: s.catalog.Name(g.Key), Counts: g.Counts, Asked: asked[g.Key]}
		if f.Asked != nil {
			total.add(f.Asked)
			f.Asked.judge()
			f.Asked.shown()
		}
		for i := range differences {
			d := &differences[i]
			if d.Field == g.Key && d.Measure == MeasureScore {
				f.Score = d
			} else if d.Field == g.Key {
				f.Share = d
			}
		}
		out.Fields = append(out.Fields, f)
	}
	if total.Solved+total.Partly+total.Unsolved > 0 {
		total.judge()
		total.shown()
		out.Asked = total
	}
	return nil
}

func (a *Asked) add(b *Asked) {
	a.WaveID = b.WaveID
	a.Solved, a.Partly, a.Unsolved, a.Unknown = a.Solved+b.Solved, a.Partly+b.Partly, a.Unsolved+b.Unsolved, a.Unknown+b.Unknown
}

// askedByField adds up the answers to the items of a list by field. Items with fewer than ten answers are left out, so that none of them
// can be found by taking one sum from another.
func askedByField(ctx context.Context, tx *db.Tx, where string, args []any) (map[string]*Asked, error) {
	type row struct {
		Asked
		Field string `db:"field"`
	}
	out := map[string]*Asked{}
	err := db.Each(ctx, tx, `SELECT item.field AS field, MAX(a.wave_id) AS wave_id, SUM(a.solved) AS solved, SUM(a.partly) AS partly, SUM(a.unsolved) AS unsolved, SUM(a.unknown) AS unknown
		FROM item_again a JOIN (SELECT id, field FROM item WHERE `+where+`) item ON item.id = a.item_id WHERE a.verdict <> 'few' GROUP BY item.field`, args, func(r *row) error {
		out[r.Field] = new(r.Asked)
		return nil
	})
	return out, err
}

// ItemEffect is what the next wave says of one item.
type ItemEffect struct {
	ItemID      string       `json:"item_id"`
	Verdict     string       `json:"verdict" enum:",better,unclear,worse,unmeasured" doc:"empty: not measured yet"`
	AreaCode    string       `json:"area_code,omitempty"`
	AreaName    string       `json:"area_name,omitempty"`
	AreaLevel   string       `json:"area_level,omitempty"`
	Differences []Difference `json:"differences"`
	Asked       *Asked       `json:"asked,omitempty"`
	Returns     []Return     `json:"returns" doc:"where it came back, or what it came back from"`
}

// ItemEffect returns the effect of an item the caller sees; NotFound otherwise.
func (s *Service) ItemEffect(ctx context.Context, id string) (out *ItemEffect, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		i, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		list, err := s.EffectsTx(ctx, tx, []string{id})
		if err != nil {
			return err
		}
		out = list[id]
		if out.AreaCode != "" {
			if out.Differences, err = db.All[Difference](ctx, tx, "SELECT "+differenceColumns+" FROM effect_measure WHERE against = $1 AND area_code = $2 AND field = $3 ORDER BY measure",
				i.WaveID, out.AreaCode, i.Field); err != nil {
				return err
			}
			if out.AreaName, err = s.directory.AreaName(ctx, tx, out.AreaCode); err != nil {
				return err
			}
		}
		if out.Returns, err = db.All[Return](ctx, tx, "SELECT "+returnColumns+" FROM item_return WHERE earlier_id = $1 OR item_id = $1 ORDER BY id", id); err != nil {
			return err
		}
		for k := range out.Returns {
			if err := s.describe(ctx, tx, &out.Returns[k]); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// EffectsTx returns verdict and answers of items, whoever asks: for lists and public pages. Answers below ten are hidden already; the
// public is told of streets at most, see ItemEffect.AreaLevel.
func (s *Service) EffectsTx(ctx context.Context, tx *db.Tx, ids []string) (map[string]*ItemEffect, error) {
	out := map[string]*ItemEffect{}
	for _, id := range ids {
		out[id] = &ItemEffect{ItemID: id, Differences: []Difference{}, Returns: []Return{}}
	}
	if len(ids) == 0 {
		return out, nil
	}
	marks, args := db.Listed(ids)
	type effect struct {
		ItemID    string `db:"item_id"`
		Verdict   string `db:"verdict"`
		AreaCode  string `db:"area_code"`
		AreaLevel string `db:"area_level"`
	}
	if err := db.Each(ctx, tx, "SELECT item_id, verdict, area_code, area_level FROM item_effect WHERE item_id IN "+marks, args, func(r *effect) error {
		e := out[r.ItemID]
		e.Verdict, e.AreaCode, e.AreaLevel = r.Verdict, r.AreaCode, r.AreaLevel
		return nil
	}); err != nil {
		return nil, fmt.Errorf("effects of items: %w", err)
	}
	type answers struct {
		Asked
		ItemID string `db:"item_id"`
	}
	if err := db.Each(ctx, tx, "SELECT item_id, wave_id, solved, partly, unsolved, unknown, verdict FROM item_again WHERE item_id IN "+marks, args, func(r *answers) error {
		asked := r.Asked
		asked.shown()
		out[r.ItemID].Asked = &asked
		return nil
	}); err != nil {
		return nil, fmt.Errorf("answers about items: %w", err)
	}
	return out, nil
}

// wilson returns a share in percent with its 95% interval (Wilson 1927); nil of nothing.
func wilson(k, n int) (p, low, high *float64) {
	if n == 0 {
		return nil, nil, nil
	}
	const z = 1.959963984540054
	f, m := float64(k)/float64(n), float64(n)
	middle := (f + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(f*(1-f)/m+z*z/(4*m*m))
	f, a, b := 100*f, 100*math.Max(middle-half, 0), 100*math.Min(middle+half, 1)
	return &f, &a, &b
}
