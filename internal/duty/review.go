package duty

import (
	"context"
	"slices"
	"strings"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Pair is two rules that hold for the same matters.
type Pair struct {
	A          string   `json:"a" doc:"Code of the stronger rule, or the first of a tie"`
	B          string   `json:"b"`
	Conditions []string `json:"conditions" doc:"Of the stronger rule"`
	LeadA      string   `json:"lead_a"`
	LeadB      string   `json:"lead_b"`
}

// Hole is a category that no rule covers in some streets.
type Hole struct {
	Category string   `json:"category"`
	Name     string   `json:"name"`
	Streets  []string `json:"streets" doc:"Names; all of them if the category has no rule at all"`
	Reason   string   `json:"reason" enum:"no_rule,no_unit" doc:"no_unit: the rule names a unit that the street and the district do not have"`
	Lead     string   `json:"lead,omitempty" doc:"Name of the unit that is missing"`
}

// Review is what is wrong or worth knowing about a version.
type Review struct {
	Ties     []Pair `json:"ties" doc:"Equal rules for one matter; they keep a draft from being published"`
	Holes    []Hole `json:"holes" doc:"Matters that fall to whoever receives first"`
	Overlaps []Pair `json:"overlaps" doc:"A more specific rule names another lead than the rule it stands above"`
	Rules    int    `json:"rules"`
	Cells    int    `json:"cells" doc:"Categories times streets that were looked at"`
	Covered  int    `json:"covered" doc:"Cells with a rule whose lead exists"`
}

// maxPairs bounds a report.
const maxPairs = 500

// ties lists pairs of rules of equal rank that could hold for one matter.
func ties(rules []Rule) []Pair {
	var out []Pair
	eachPair(rules, func(a, b *Rule) bool {
		if over(a.rank(), b.rank()) == 0 && sameFor(a, b) {
			out = append(out, pair(a, b))
		}
		return len(out) < maxPairs
	})
	return out
}

// overlaps lists pairs of which the stronger names another lead.
func overlaps(rules []Rule) []Pair {
	out := []Pair{}
	eachPair(rules, func(a, b *Rule) bool {
		if c := over(a.rank(), b.rank()); c != 0 && a.Lead != b.Lead && sameFor(a, b) {
			if c > 0 {
				a, b = b, a
			}
			out = append(out, pair(a, b))
		}
		return len(out) < maxPairs
	})
	return out
}

func pair(a, b *Rule) Pair {
	return Pair{A: a.Code, B: b.Code, LeadA: bodyName(a.Lead), LeadB: bodyName(b.Lead), Conditions: []string{}}
}

// eachPair walks the pairs that could have a matter in common: rules of other classes never meet, so the walk stays inside
// one class and those rules that hold for every category.
func eachPair(rules []Rule, visit func(a, b *Rule) bool) {
	byClass := map[string][]*Rule{}
	for i := range rules {
		r := &rules[i]
		byClass[r.Category[:min(len(r.Category), 2)]] = append(byClass[r.Category[:min(len(r.Category), 2)]], r)
	}
	classes := make([]string, 0, len(byClass))
	for class := range byClass {
		classes = append(classes, class)
	}
	slices.Sort(classes)
	for _, class := range classes {
		group := byClass[class]
		for i, a := range group {
			for _, b := range group[i+1:] {
				if !visit(a, b) {
					return
				}
			}
			if class == "" {
				continue
			}
			for _, b := range byClass[""] {
				if !visit(a, b) {
					return
				}
			}
		}
	}
}

// Review checks a version: ties, holes in the streets of its district, overlaps. Needs duty.read.
func (s *Service) Review(ctx context.Context, id string) (out *Review, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v, err := s.readable(ctx, tx, id)
		if err != nil {
			return err
		}
		rules, err := rulesOf(ctx, tx, id)
		if err != nil {
			return err
		}
		out = &Review{Ties: ties(rules), Overlaps: overlaps(rules), Rules: len(rules), Holes: []Hole{}}
		if out.Ties == nil {
			out.Ties = []Pair{}
		}
		byCode := map[string]*Rule{}
		for i := range rules {
			byCode[rules[i].Code] = &rules[i]
		}
		for _, list := range [][]Pair{out.Ties, out.Overlaps} {
			for i := range list {
				list[i].Conditions = s.conditions(ctx, byCode[list[i].A])
			}
		}
		area := v.AreaCode
		if area == "" {
			area = areaOf(ctx)
		}
		if area == "" {
			return nil
		}
		return s.holes(ctx, tx, newTable(*v, rules), area, out)
	})
	return out, err
}

// holes asks for every category in every street, at work and off work.
func (s *Service) holes(ctx context.Context, tx *db.Tx, t *table, area string, out *Review) error {
	streets, err := s.regions.Children(ctx, area)
	if err != nil {
		return err
	}
	f := s.finder(tx)
	for _, leaf := range s.catalog.Leaves() {
		none := Hole{Category: leaf.Code, Name: leaf.Name, Reason: "no_rule", Streets: []string{}}
		missing := map[string]*Hole{}
		for _, street := range streets {
			out.Cells++
			// Communities decide for units that only they have, such as the manager of an estate.
			lead, state, err := s.covered(ctx, t, f, leaf.Code, street.Code)
			switch {
			case err != nil:
				return err
			case state == "no_rule":
				none.Streets = append(none.Streets, street.Name)
			case state == "no_unit":
				if missing[lead] == nil {
					missing[lead] = &Hole{Category: leaf.Code, Name: leaf.Name, Reason: state, Lead: bodyName(lead), Streets: []string{}}
				}
				missing[lead].Streets = append(missing[lead].Streets, street.Name)
			default:
				out.Covered++
			}
		}
		if len(none.Streets) > 0 {
			out.Holes = append(out.Holes, none)
		}
		for _, h := range missing {
			out.Holes = append(out.Holes, *h)
		}
	}
	slices.SortFunc(out.Holes, func(a, b Hole) int { return strings.Compare(a.Category+a.Lead, b.Category+b.Lead) })
	return nil
}

// covered tells whether some rule without conditions on facility, source and time answers for the category in the street,
// and whether the unit it names exists there or in a community of it.
func (s *Service) covered(ctx context.Context, t *table, f *finder, category, street string) (lead, state string, err error) {
	for i := range t.rules {
		r := &t.rules[i]
		if r.Component != "" || r.Source != "" || r.Days != "" || r.FromTime != "" || r.FromDate != "" ||
			!strings.HasPrefix(category, r.Category) || !strings.HasPrefix(street, r.AreaCode) {
			continue
		}
		for _, code := range []string{r.Lead, r.Fallback} {
			if code == "" {
				continue
			}
			if ok, err := s.exists(ctx, f, street, code); err != nil || ok {
				return r.Lead, "covered", err
			}
		}
		return r.Lead, "no_unit", nil
	}
	return "", "no_rule", nil
}

// exists finds a unit in the street, above it, or in its first community.
func (s *Service) exists(ctx context.Context, f *finder, street, code string) (bool, error) {
	_, ok, err := f.unit(ctx, street, code)
	if err != nil || ok {
		return ok, err
	}
	below, err := s.regions.Children(ctx, street)
	if errs.KindOf(err) == errs.KindNotFound || len(below) == 0 {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, ok, err = f.unit(ctx, below[0].Code, code)
	return ok, err
}
