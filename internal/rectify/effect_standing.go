package rectify

import (
	"cmp"
	"context"
	"slices"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// leastRanked is how many items with an ending a unit must have led before it is compared with others.
const leastRanked = 10

// Standing is what became of the items of a street, of a lead unit or of a field. Every count is the length of the list with the set of
// that name.
type Standing struct {
	Key        string   `json:"key" doc:"area code, unit id or field"`
	Name       string   `json:"name"`
	Level      string   `json:"level" enum:"street,district" doc:"of the unit: streets and departments are compared among themselves"`
	Counts     Counts   `json:"counts"`
	Voices     int      `json:"voices"`
	OnTime     *float64 `json:"on_time" doc:"in time ÷ done or past its time, in percent"`
	Closure    *float64 `json:"closure" doc:"closed ÷ closed or past its time"`
	Approval   *float64 `json:"approval" doc:"approved ÷ verified"`
	Recurrence *float64 `json:"recurrence" doc:"recurring ÷ decided"`
	Score      *float64 `json:"score" doc:"100 × (0.5 closure + 0.3 approval + 0.2 × (1 − recurrence)); null while a share has nothing to be made of"`
	Rank       int      `json:"rank" doc:"0: not ranked, too few items with an ending"`
}

// Standings tells what became of the issued items of a wave by "street", "unit" or "field". Needs rectify.read; the caller's own scope
// applies. Units with fewer than ten items that ended, or ten that were verified, are listed and not ranked.
func (s *Service) Standings(ctx context.Context, waveID, by string) (out []Standing, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	column, ok := map[string]string{"street": "street", "unit": "lead_unit", "field": "field"}[by]
	if !ok || waveID == "" {
		return nil, errs.Invalid("rectify.bad_summary", "Name the wave, and field, street or unit.", errs.Field{Location: "query.by", Message: "field, street or unit", Value: by})
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		where, args := Filter{WaveID: waveID}.where(ctx, tx)
		groups, err := countSets(ctx, tx, column, where+" AND "+issuedItems, args)
		if err != nil {
			return err
		}
		out = make([]Standing, len(groups))
		for i := range groups {
			out[i] = groups[i].standing(by)
			if err := s.nameStanding(ctx, tx, by, &out[i]); err != nil {
				return err
			}
		}
		return nil
	})
	rank(out, by)
	return out, err
}

func (g *Grouped) standing(by string) Standing {
	c, r := g.Counts, g.reverse()
	st := Standing{Key: g.Key, Name: g.Name, Level: "district", Counts: c, Voices: g.Voices, OnTime: percent(c["ontime"], c["due"]),
		Closure: percent(r.ClosedLoop, r.Settled), Approval: percent(r.Approved, r.Passed), Recurrence: percent(r.Recurred, r.Judged), Score: r.Score(DefaultReverseWeights)}
	if by == "street" || by == "unit" && len(g.Area) >= streetDigits {
		st.Level = "street"
	}
	return st
}

func (s *Service) nameStanding(ctx context.Context, tx *db.Tx, by string, st *Standing) (err error) {
	switch by {
	case "field":
		st.Name = s.catalog.Name(st.Key)
	case "street":
		if st.Name, err = s.directory.AreaName(ctx, tx, st.Key); errs.KindOf(err) == errs.KindNotFound {
			st.Name, err = st.Key, nil
		}
	}
	return err
}

// rank orders the lines: ranked ones by score, best first, then the others by how many items they have. Equal scores share a rank.
func rank(list []Standing, by string) {
	ranked := func(st *Standing) bool {
		return by == "unit" && st.Score != nil && st.Counts["settled"] >= leastRanked && st.Counts["passed"] >= leastRanked
	}
	slices.SortFunc(list, func(a, b Standing) int {
		if x, y := ranked(&a), ranked(&b); x != y {
			return cmp.Compare(two(y), two(x))
		} else if x {
			return cmp.Or(cmp.Compare(*b.Score, *a.Score), cmp.Compare(a.Key, b.Key))
		}
		return cmp.Or(cmp.Compare(b.Counts["issued"], a.Counts["issued"]), cmp.Compare(a.Key, b.Key))
	})
	seen, last := map[string]int{}, map[string]*Standing{}
	for i := range list {
		st := &list[i]
		if !ranked(st) {
			continue
		}
		seen[st.Level]++
		st.Rank = seen[st.Level]
		if l := last[st.Level]; l != nil && *l.Score == *st.Score {
			st.Rank = l.Rank
		}
		last[st.Level] = st
	}
}

func two(b bool) int {
	if b {
		return 1
	}
	return 0
}

// fieldsInOrder puts lines into the order of the catalogue, with an empty line for every field without items.
func (s *Service) fieldsInOrder(lines []Grouped) []Grouped {
	out := []Grouped{}
	for _, k := range s.catalog.Categories {
		if k.Code == opinion.FieldNone || k.Code == opinion.FieldPraise {
			continue
		}
		g := Grouped{Key: k.Code, Counts: Counts{}}
		if i := slices.IndexFunc(lines, func(l Grouped) bool { return l.Key == k.Code }); i >= 0 {
			g = lines[i]
		}
		for _, name := range Sets() {
			g.Counts[name] += 0
		}
		out = append(out, g)
	}
	return out
}
