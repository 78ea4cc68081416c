package appraisal

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"yiwang/internal/platform/db"
	"yiwang/internal/survey"
)

// SystemChange is one difference between two versions of the indicator system.
type SystemChange struct {
	Kind   string `json:"kind" enum:"added,removed,changed"`
	Level  string `json:"level" enum:"part,respondent,scale,dimension,key_point,indicator"`
	Code   string `json:"code"`
	Name   string `json:"name"`
	Field  string `json:"field,omitempty" enum:"name,weight,desc,evidence,reverse,depts,questionnaires,score"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// CompareSystems lists what changed from one version to another, in reading order. Anyone signed in may compare issued versions;
// drafts need survey.manage or PermScore.
func (s *Service) CompareSystems(ctx context.Context, from, to string) (changes []SystemChange, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		before, err := s.systemOrDraft(ctx, tx, from)
		if err != nil {
			return err
		}
		after, err := s.systemOrDraft(ctx, tx, to)
		if err != nil {
			return err
		}
		changes = compareSystems(before, after)
		return nil
	})
	return changes, err
}

// entry is one line of a system with its fields in words.
type systemEntry struct {
	level, code, name string
	fields            [][2]string
}

func compareSystems(before, after *System) []SystemChange {
	old, now := before.entries(), after.entries()
	find := func(list []systemEntry, e systemEntry) *systemEntry {
		if i := slices.IndexFunc(list, func(x systemEntry) bool { return x.level == e.level && x.code == e.code }); i >= 0 {
			return &list[i]
		}
		return nil
	}
	changes := []SystemChange{}
	for _, e := range now {
		was := find(old, e)
		if was == nil {
			changes = append(changes, SystemChange{Kind: "added", Level: e.level, Code: e.code, Name: e.name, After: e.fields[1][1]})
			continue
		}
		for i, f := range e.fields {
			if was.fields[i][1] != f[1] {
				changes = append(changes, SystemChange{Kind: "changed", Level: e.level, Code: e.code, Name: e.name, Field: f[0], Before: was.fields[i][1], After: f[1]})
			}
		}
	}
	for _, e := range old {
		if find(now, e) == nil {
			changes = append(changes, SystemChange{Kind: "removed", Level: e.level, Code: e.code, Name: e.name, Before: e.fields[1][1]})
		}
	}
	return changes
}

// entries lists a system line by line; the second field is always the weight or score.
func (s *System) entries() (list []systemEntry) {
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, p := range s.Parts {
		list = append(list, systemEntry{"part", p.Code, p.Name, [][2]string{{"name", p.Name}, {"weight", number(p.Weight)}}})
	}
	for _, g := range survey.Groups {
		list = append(list, systemEntry{"respondent", string(g), g.Title(), [][2]string{{"name", g.Title()}, {"weight", number(s.RespondentWeights[g])}}})
	}
	for _, step := range s.Scale {
		score := "不计分"
		if step.Score != nil {
			score = number(*step.Score)
		}
		list = append(list, systemEntry{"scale", step.Label, step.Label, [][2]string{{"name", step.Label}, {"score", score}}})
	}
	for _, d := range s.Dimensions {
		list = append(list, systemEntry{"dimension", d.Code, d.Name, [][2]string{{"name", d.Name}, {"weight", number(d.Weight)}}})
		for _, k := range d.KeyPoints {
			list = append(list, systemEntry{"key_point", k.Code, k.Name, [][2]string{{"name", k.Name}, {"weight", number(k.Weight)}}})
			for _, i := range k.Indicators {
				groups := make([]string, len(i.Questionnaires))
				for n, g := range i.Questionnaires {
					groups[n] = g.Title()
				}
				list = append(list, systemEntry{"indicator", i.Code, i.Name, [][2]string{{"name", i.Name}, {"weight", number(i.Weight)}, {"desc", i.Desc},
					{"evidence", strings.Join(i.Evidence, "；")}, {"reverse", strings.Join(i.Reverse, "、")}, {"depts", strings.Join(i.Depts, "、")}, {"questionnaires", strings.Join(groups, "、")}}})
			}
		}
	}
	return list
}
