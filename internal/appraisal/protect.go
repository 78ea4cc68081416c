package appraisal

import (
	"cmp"
	"slices"
	"strings"
)

// protect hides, beside cells with too few respondents, the next smallest ones of a line that adds up to a whole, until those hidden hold enough
// respondents together: else a hidden cell would follow from the whole and the others (Cox 1980). It reports whether it hid any.
func protect(line []*Score, least int) (changed bool) {
	var shown []*Score
	hidden := 0
	for _, r := range line {
		switch {
		case r.Suppressed:
			hidden += r.N
		case r.N > 0:
			shown = append(shown, r)
		}
	}
	if hidden == 0 {
		return false
	}
	slices.SortStableFunc(shown, func(a, b *Score) int {
		return cmp.Or(cmp.Compare(a.N, b.N), strings.Compare(a.AreaCode, b.AreaCode), strings.Compare(string(a.Group), string(b.Group)))
	})
	for _, r := range shown {
		if hidden >= least {
			break
		}
		hidden += r.N
		n := r.N
		r.empty()
		r.N, changed = n, true
	}
	return changed
}

// empty takes every number out of a row and marks it as too small to show.
func (r *Score) empty() {
	*r = Score{AreaCode: r.AreaCode, AreaName: r.AreaName, AreaLevel: r.AreaLevel, Channel: r.Channel, Group: r.Group, Code: r.Code, Label: r.Label, Level: r.Level,
		Insufficient: r.Insufficient, Suppressed: true}
}

// protectGroups protects the scores of single groups in the rows of one channel. They add up to two wholes: with the weights of the groups to the
// score of the street, and with the populations to the group in the district.
func protectGroups(rows []Score, least int) {
	lines := map[string][]*Score{}
	var order []string
	add := func(key string, r *Score) {
		if lines[key] == nil {
			order = append(order, key)
		}
		lines[key] = append(lines[key], r)
	}
	for i := range rows {
		r := &rows[i]
		if r.Group == "" || r.AreaLevel == AtCommunity {
			continue
		}
		add(r.AreaCode+"·"+r.Code, r)
		if r.AreaLevel == AtStreet {
			add(string(r.Group)+"·"+r.Code, r)
		}
	}
	for changed := true; changed; {
		changed = false
		for _, key := range order {
			changed = protect(lines[key], least) || changed
		}
	}
}
