package integrity

import (
	"cmp"
	"fmt"
	"slices"

	"yiwang/internal/survey"
)

// devices flags what one device sent beyond the allowed number, and makes a finding of a device with more than five.
func devices(answers []answer, marks []Mark, rules *survey.IntegrityRules) (found []Finding) {
	const many = 5
	keys, of := cells(answers, func(a *answer) string {
		if !a.web {
			return "" // an interviewer's tablet answers all day
		}
		return a.Device
	})
	for _, device := range keys {
		places := of[device]
		if len(places) <= rules.PerDevice {
			continue
		}
		slices.SortFunc(places, func(a, b int) int {
			return cmp.Or(answers[a].SubmittedAt.Compare(answers[b].SubmittedAt.Time), cmp.Compare(answers[a].ID, answers[b].ID))
		})
		first := rules.PerDevice
		if len(places) > many {
			first = 0
		}
		for k := first; k < len(places); k++ {
			marks[places[k]].add(Device, fmt.Sprintf("同一设备共交来%d份，这是第%d份（每台设备%d份）", len(places), k+1, rules.PerDevice))
		}
		if len(places) > many {
			a := &answers[places[0]]
			f := Finding{Pattern: PatternDevice, Channel: a.Channel, Street: a.Street, Community: a.Community, N: len(places), Hits: len(places), Usual: float64(rules.PerDevice),
				Text: fmt.Sprintf("一台设备交来%d份答卷（每台设备%d份）", len(places), rules.PerDevice), Members: ids(answers, places)}
			f.name(short(device))
			found = append(found, f)
		}
	}
	return found
}

// short cuts a digest: enough to tell two apart on a page.
func short(digest string) string { return digest[:min(8, len(digest))] }

// copies finds answers of one community, questionnaire and day that agree: near-identical where the pattern is so varied that
// chance cannot repeat it, identical where a simple pattern comes far more often than elsewhere in the district.
func copies(answers []answer, marks []Mark, rules *survey.IntegrityRules) (found []Finding) {
	keys, of := cells(answers, func(a *answer) string {
		if !a.web || a.Community == "" || a.valid < 5 {
			return ""
		}
		return string(a.Channel) + "|" + string(a.Group) + "|" + a.Community + "|" + a.day
	})
	patterns, totals := map[string]int{}, map[survey.Group]int{} // questionnaire and marks → answers of the district
	for _, k := range keys {
		for _, i := range of[k] {
			patterns[string(answers[i].Group)+answers[i].Marks]++
			totals[answers[i].Group]++
		}
	}
	tests := 0
	for _, k := range keys {
		if len(of[k]) >= rules.Copies {
			tests += len(of[k])
		}
	}
	for _, k := range keys {
		left := of[k]
		for len(left) >= rules.Copies {
			cluster, p := nextCluster(answers, left, patterns, totals, rules, tests)
			if cluster == nil {
				break
			}
			found = append(found, copied(answers, marks, k, cluster, len(of[k]), p))
			left = slices.DeleteFunc(slices.Clone(left), func(i int) bool { return slices.Contains(cluster, i) })
		}
	}
	return found
}

// nextCluster returns the largest cluster of a cell that chance does not explain, or nil.
func nextCluster(answers []answer, places []int, patterns map[string]int, totals map[survey.Group]int, rules *survey.IntegrityRules, tests int) (best []int, p float64) {
	for _, i := range places {
		a := &answers[i]
		if answered, same := uniform(a.Marks); same || answered < 5 {
			continue // one answer all the way down is judged by itself
		}
		limit := 0
		if varied(a.Marks) >= 4 {
			limit = 1
		}
		var cluster []int
		for _, j := range places {
			if apart(a.Marks, answers[j].Marks, limit) <= limit {
				cluster = append(cluster, j)
			}
		}
		if len(cluster) < rules.Copies || len(cluster) <= len(best) {
			continue
		}
		if limit == 0 {
			elsewhere := float64(patterns[string(a.Group)+a.Marks]-len(cluster)) + 0.5
			rest := float64(totals[a.Group] - len(places) + 1)
			if chance := min(1, float64(tests)*poissonTail(len(cluster), float64(len(places))*elsewhere/rest)); chance < rules.Alpha {
				best, p = cluster, chance
			}
			continue
		}
		best, p = cluster, 0
	}
	return best, p
}

// varied counts the marks that differ from the most frequent one.
func varied(marks string) int {
	var n [128]int
	top := 0
	for i := range len(marks) {
		n[marks[i]&127]++
		top = max(top, n[marks[i]&127])
	}
	return len(marks) - top
}

func copied(answers []answer, marks []Mark, key string, cluster []int, n int, p float64) Finding {
	a := &answers[cluster[0]]
	for _, i := range cluster {
		marks[i].add(Copied, fmt.Sprintf("同一社区同一天有%d份答卷几乎一模一样", len(cluster)))
	}
	f := Finding{Pattern: PatternCopies, Channel: a.Channel, Street: a.Street, Community: a.Community, Day: a.day, N: n, Hits: len(cluster), P: p,
		Text: fmt.Sprintf("%d份答卷中%d份几乎一模一样：%s", n, len(cluster), a.sheet.labels(a.Marks)), Members: ids(answers, cluster)}
	f.name(key, a.Marks)
	return f
}
