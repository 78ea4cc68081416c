package appraisal

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// place is where the respondents of a cell belong; sex and age are empty unless the cells are divided by them.
type place struct {
	street, community string
	group             survey.Group
	sex, age          string
}

// book is the moment store of one channel with what its cells stand for.
type book struct {
	channel  survey.Channel
	store    *stats.MomentStore
	at       []place
	clusters bool // respondents were drawn in communities
}

// fine says how cells are divided beyond street, community and group.
type fine struct{ sex, age bool }

// newBook fills the moment store of a weighted sample.
func newBook(l *layout, plan *survey.Plan, channel survey.Channel, w *weighed, by fine) (*book, error) {
	b := &book{channel: channel, store: &stats.MomentStore{Items: len(l.items), Options: l.options, Plain: w.plain}}
	rule := plan.Weighting
	b.clusters = rule != nil && rule.Cluster == "community" && channel == survey.Targeted
	if rule != nil {
		for _, m := range rule.Margins { // a cell must not straddle two calibration classes
			by.sex, by.age = by.sex || m.By == "sex", by.age || m.By == "age"
		}
	}
	start := b.divide(w, by)
	b.design(w, start)
	if w.before != nil {
		b.calibrate(w, start)
	}
	if err := b.fill(l, w, start); err != nil {
		return nil, err
	}
	return b, b.store.Calibrated()
}

// divide makes the cells; start holds the first answer of each, and the number of answers at its end.
func (b *book) divide(w *weighed, by fine) (start []int) {
	var last place
	for i := range w.answers {
		a := &w.answers[i]
		p := place{street: a.Street, community: a.Community, group: a.Group}
		if by.sex {
			p.sex = a.Sex
		}
		if by.age {
			p.age = a.AgeBand
		}
		if i > 0 && p == last {
			continue
		}
		last = p
		start, b.at = append(start, i), append(b.at, p)
		b.store.Cells = append(b.store.Cells, stats.StoreCell{Labels: p.labels(), Unit: -1, Ratio: 1})
	}
	return append(start, len(w.answers))
}

func (p place) labels() []string {
	return []string{p.street, p.community, string(p.group), p.sex, p.age}
}

// design tells the store what was drawn: respondents by street and group, or communities by street.
func (b *book) design(w *weighed, start []int) {
	s := b.store
	if !b.clusters {
		for _, h := range w.strata {
			st := stats.StoreStratum{Name: h.key(), Units: h.n}
			if b.channel == survey.Targeted { // nobody drew the online channel
				st.Size = h.size
			}
			s.Strata = append(s.Strata, st)
		}
		for i := range s.Cells {
			s.Cells[i].Stratum = w.of[start[i]]
		}
		return
	}
	for i := range s.Cells {
		c, p := &s.Cells[i], b.at[i]
		h := slices.IndexFunc(s.Strata, func(x stats.StoreStratum) bool { return x.Name == p.street })
		if h < 0 {
			h = len(s.Strata)
			s.Strata = append(s.Strata, stats.StoreStratum{Name: p.street})
		}
		name := p.street + "·" + p.community
		u := slices.Index(s.Units, name)
		if u < 0 {
			u = len(s.Units)
			s.Units = append(s.Units, name)
			s.Strata[h].Units++
		}
		c.Stratum, c.Unit = int32(h), int32(u)
	}
}

// calibrate numbers the calibration columns and puts every cell into its own.
func (b *book) calibrate(w *weighed, start []int) {
	offset := 0
	for _, m := range w.margins {
		b.store.Margins = append(b.store.Margins, m.Cells.Names...)
		for i := range b.store.Cells {
			class := w.classes.Code[start[i]]
			b.store.Cells[i].Margins = append(b.store.Cells[i].Margins, int32(offset)+m.Cells.Code[class])
		}
		offset += len(m.Cells.Names)
	}
	for i := range b.store.Cells {
		b.store.Cells[i].Ratio = w.before[start[i]] / w.weight[start[i]]
	}
}

// fill counts the answers, cells side by side on all processors; every cell is summed in one order, so that it always comes out the same.
func (b *book) fill(l *layout, w *weighed, start []int) error {
	workers := runtime.GOMAXPROCS(0)
	failures := make([]error, workers)
	var done sync.WaitGroup
	for k := range workers {
		done.Go(func() {
			for i := k; i < len(b.store.Cells) && failures[k] == nil; i += workers {
				first := start[i]
				failures[k] = b.store.Fill(i, start[i+1]-first, func(row int, codes []uint8) (float64, error) {
					a := &w.answers[first+row]
					if !l.read(a, codes) {
						return 0, errs.Invalid("appraisal.bad_marks", fmt.Sprintf("An answer from %s does not fit the %s questionnaire.", a.Street, a.Group))
					}
					return w.weight[first+row], nil
				})
			}
		})
	}
	done.Wait()
	return errors.Join(failures...)
}

// reopen reads a stored book.
func reopen(channel survey.Channel, clusters bool, data []byte) (*book, error) {
	b := &book{channel: channel, clusters: clusters, store: &stats.MomentStore{}}
	if err := b.store.UnmarshalBinary(data); err != nil {
		return nil, fmt.Errorf("moments of the %s channel: %w", channel, err)
	}
	for i := range b.store.Cells {
		x := b.store.Cells[i].Labels
		if len(x) != 5 {
			return nil, fmt.Errorf("moments of the %s channel: a cell has %d labels", channel, len(x))
		}
		b.at = append(b.at, place{x[0], x[1], survey.Group(x[2]), x[3], x[4]})
	}
	return b, nil
}

// domain is the part of a book for which in is true, divided into the groups of respondents.
func (b *book) domain(in func(p *place) bool) *stats.StoreDomain {
	return b.store.Domain(len(survey.Groups), func(i int) int {
		if !in(&b.at[i]) {
			return -1
		}
		return slices.Index(survey.Groups, b.at[i].group)
	})
}
