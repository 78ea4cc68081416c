package integrity

import (
	"fmt"
	"slices"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/survey"
)

// windows are the lengths of a burst in hours.
var windows = []int{1, 2, 3}

// bursts scans the hours of every community for windows with far more answers than its usual number at that time of day: the
// community's share of the district's answers times what came in from the rest of the district in those hours of the day
// (Kulldorff 1997, with the Poisson tail and Bonferroni over all windows looked at). Only answers that came by themselves count:
// interviewers work a community in one day.
func bursts(answers []answer, marks []Mark, rules *survey.IntegrityRules) (found []Finding) {
	scan := newScan(answers)
	for _, community := range scan.communities {
		busy := map[int64]bool{}
		for _, w := range scan.windows(community) {
			usual := scan.usual(community, w)
			if w.n < rules.BurstLeast || float64(w.n) < rules.BurstRatio*usual || busy[w.from] || busy[w.from+int64(w.hours)-1] {
				continue
			}
			p := min(1, float64(scan.tests)*poissonTail(w.n, usual))
			if p >= rules.Alpha {
				continue
			}
			for h := w.from; h < w.from+int64(w.hours); h++ {
				busy[h] = true
			}
			found = append(found, scan.finding(community, w, usual, p, marks))
		}
	}
	return found
}

type scan struct {
	answers     []answer
	communities []string
	hours       map[string]map[int64][]int // community → hour since the epoch → places
	byClock     [24]float64                // answers of the district by hour of the day
	days        float64                    // days from the first to the last answer
	total       float64
	sizes       map[string]float64
	clocks      map[string]*[24]float64
	tests       int
}

type window struct {
	from  int64 // hour since the epoch
	hours int
	n     int
}

func newScan(answers []answer) *scan {
	s := &scan{answers: answers, hours: map[string]map[int64][]int{}, sizes: map[string]float64{}, clocks: map[string]*[24]float64{}}
	var first, last time.Time
	for i := range answers {
		a := &answers[i]
		if !a.web || a.Channel != survey.Online || a.Community == "" || a.at.IsZero() {
			continue
		}
		if s.hours[a.Community] == nil {
			s.hours[a.Community], s.clocks[a.Community] = map[int64][]int{}, &[24]float64{}
			s.communities = append(s.communities, a.Community)
		}
		hour := a.at.Unix() / 3600
		s.hours[a.Community][hour] = append(s.hours[a.Community][hour], i)
		s.byClock[a.at.Hour()]++
		s.clocks[a.Community][a.at.Hour()]++
		s.sizes[a.Community]++
		s.total++
		if first.IsZero() || a.at.Before(first) {
			first = a.at
		}
		if a.at.After(last) {
			last = a.at
		}
	}
	slices.Sort(s.communities)
	s.days = max(1, last.Sub(first).Hours()/24)
	for _, c := range s.communities {
		s.tests += len(s.hours[c]) * len(windows)
	}
	return s
}

// windows returns the windows of a community that begin with an answer, largest excess first.
func (s *scan) windows(community string) (list []window) {
	for from := range s.hours[community] {
		for _, hours := range windows {
			w := window{from: from, hours: hours}
			for h := from; h < from+int64(hours); h++ {
				w.n += len(s.hours[community][h])
			}
			list = append(list, w)
		}
	}
	excess := func(w window) float64 { return float64(w.n) - s.usual(community, w) }
	slices.SortFunc(list, func(a, b window) int {
		switch x, y := excess(a), excess(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		case a.from != b.from:
			return int(a.from - b.from)
		}
		return a.hours - b.hours
	})
	return list
}

// usual is the number of answers to be expected in a window: the community's answers outside the window, spread over the days as
// the rest of the district's answers are over the hours of the day.
func (s *scan) usual(community string, w window) float64 {
	share, own := 0.0, s.sizes[community]
	rest := max(1, s.total-own)
	for h := w.from; h < w.from+int64(w.hours); h++ {
		hour := time.Unix(h*3600, 0).In(clock.Nanjing).Hour()
		share += (s.byClock[hour] - s.clocks[community][hour]) / rest
	}
	if rest == 1 {
		share = float64(w.hours) / 12 // a single community: nobody to compare with, twelve waking hours
	}
	return max(0.1, (own-float64(w.n))*share/s.days)
}

func (s *scan) finding(community string, w window, usual, p float64, marks []Mark) Finding {
	var places []int
	for h := w.from; h < w.from+int64(w.hours); h++ {
		places = append(places, s.hours[community][h]...)
	}
	from := time.Unix(w.from*3600, 0).In(clock.Nanjing)
	span := fmt.Sprintf("%s %d时至%d时", from.Format("1月2日"), from.Hour(), from.Hour()+w.hours)
	for _, i := range places {
		marks[i].add(Burst, fmt.Sprintf("%s本社区来了%d份，平时约%.1f份", span, w.n, usual))
	}
	a := &s.answers[places[0]]
	f := Finding{Pattern: PatternBurst, Channel: survey.Online, Street: a.Street, Community: community, Day: from.Format(time.DateOnly), N: int(s.sizes[community]), Hits: w.n,
		Usual: usual, P: p, Text: fmt.Sprintf("%s来了%d份，平时这个时段约%.1f份", span, w.n, usual), Members: ids(s.answers, places)}
	f.name(community, from.Format("2006-01-02T15"), fmt.Sprint(w.hours))
	return f
}
