package integrity

import (
	"cmp"
	"slices"
	"strings"

	"yiwang/internal/survey"
)

// Pattern is a kind of finding about several answers together.
type Pattern string

// Patterns of findings.
const (
	PatternBurst       Pattern = "burst"        // far more answers within hours than usual
	PatternCeilingDay  Pattern = "ceiling_day"  // far more all-best answers on a day than on the community's other days
	PatternCopies      Pattern = "copies"       // the same answers from several
	PatternDevice      Pattern = "device"       // many answers from one device
	PatternCeilingJump Pattern = "ceiling_jump" // more all-best answers than in the previous wave
	PatternVanished    Pattern = "vanished"     // the middle answer has gone
	PatternCoached     Pattern = "coached"      // many report coaching
	PatternInterviewer Pattern = "interviewer"  // an interviewer's answers differ from those around them
)

// Finding is evidence about a community, a day, a device or an interviewer.
type Finding struct {
	Key       string         `db:"key" json:"key"`
	Pattern   Pattern        `db:"pattern" json:"pattern" enum:"burst,ceiling_day,copies,device,ceiling_jump,vanished,coached,interviewer"`
	Channel   survey.Channel `db:"channel" json:"channel,omitempty"`
	Street    string         `db:"street" json:"street,omitempty"`
	Community string         `db:"community" json:"community,omitempty"`
	Day       string         `db:"day" json:"day,omitempty" doc:"2026-11-21"`
	N         int            `db:"n" json:"n" doc:"answers looked at"`
	Hits      int            `db:"hits" json:"hits" doc:"answers that show it"`
	Usual     float64        `db:"usual" json:"usual" doc:"what was to be expected, in the unit of the sentence"`
	P         float64        `db:"p" json:"p" doc:"error probability after correction for the number of places looked at"`
	Text      string         `db:"text" json:"text"`
	Members   []string       `db:"-" json:"-"`
}

func (f *Finding) name(parts ...string) {
	f.Key = string(f.Pattern) + "|" + strings.Join(parts, "|")
}

// sortFindings puts the least likely first, larger ones before smaller ones.
func sortFindings(list []Finding) {
	slices.SortFunc(list, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.P, b.P), cmp.Compare(b.Hits, a.Hits), strings.Compare(a.Key, b.Key))
	})
}

// cells groups places in answers by a key, in the order of keys; an empty key is left out.
func cells(answers []answer, key func(*answer) string) (keys []string, of map[string][]int) {
	of = map[string][]int{}
	for i := range answers {
		if k := key(&answers[i]); k != "" {
			of[k] = append(of[k], i)
		}
	}
	for k := range of {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys, of
}

func ids(answers []answer, places []int) []string {
	out := make([]string, len(places))
	for k, i := range places {
		out[k] = answers[i].ID
	}
	return out
}
