package sampling

import (
	"fmt"

	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// drawing is everything a draw depends on. Its outcome is a pure function of this: the same drawing gives the same list.
type drawing struct {
	design     *survey.SamplingDesign
	streets    []string           // in the order of their codes
	households []block            // of the frame of households, in the order of their codes
	units      []block            // of the frame of units, likewise
	resting    map[memberKey]bool // digests of members that were drawn in the years of rest
	seed       string             // what the streams of chance are keyed with: secret and beacon
	hashes     map[string]string  // "household" and "unit" to the hash of the frame
	taken      map[memberKey]bool // drawn for another group of this wave already
	real       map[string]float64 // allocation before rounding, by street and group
}

// pick is one line of the list of a draw.
type pick struct {
	street, community, block string
	group                    survey.Group
	frame                    FrameKind
	member                   int
	key                      memberKey
	weight                   float64
	eligible                 int
	sheet                    string
	reserve                  bool
}

// StratumReport says how one street × group was drawn.
type StratumReport struct {
	Street   string       `json:"street"`
	Group    survey.Group `json:"group"`
	Frame    int          `json:"frame" doc:"households or units that could be drawn"`
	Resting  int          `json:"resting" doc:"left out: drawn in the years of rest, or for another group of this wave"`
	Real     float64      `json:"real" doc:"allocation before rounding"`
	Drawn    int          `json:"drawn"`
	Reserves int          `json:"reserves"`
	Blocks   int          `json:"blocks" doc:"communities or grids in which somebody was drawn"`
	Start    float64      `json:"start" doc:"systematic start, of the first stage if there are two"`
	Weight   float64      `json:"weight" doc:"mean of the weights"`
}

// groupOrder is the order in which groups are drawn: the smaller one first, as a household drawn for it is not drawn again.
var groupOrder = []survey.Group{survey.Elder, survey.Adult, survey.Unit}

// run draws every street × group and returns the list in its order: street, group, drawn before reserves.
func (d *drawing) run() ([]pick, []StratumReport, error) {
	sizes, err := d.allocate()
	if err != nil {
		return nil, nil, err
	}
	d.taken = map[memberKey]bool{}
	var list []pick
	var reports []StratumReport
	for _, street := range d.streets {
		for _, g := range groupOrder {
			n := sizes[stratumName(street, g)]
			if n == 0 {
				continue
			}
			picks, report, err := d.stratum(street, g, n)
			if err != nil {
				return nil, nil, err
			}
			for i := range picks {
				d.taken[picks[i].key] = true
			}
			list, reports = append(list, picks...), append(reports, report)
		}
	}
	return list, reports, nil
}

func stratumName(street string, g survey.Group) string { return street + "/" + string(g) }

func (d *drawing) blocksOf(g survey.Group) ([]block, FrameKind) {
	if g == survey.Unit {
		return d.units, Units
	}
	return d.households, Households
}

// allocate spreads the size of every group over the streets, by the numbers of the frame.
func (d *drawing) allocate() (map[string]int, error) {
	out := map[string]int{}
	d.real = map[string]float64{}
	for _, g := range groupOrder {
		n := d.design.Sizes[g]
		if n == 0 {
			continue
		}
		plan := stats.AllocationPlan{N: n, Method: stats.Allocation(d.design.Allocation), Power: d.design.Power}
		for _, street := range d.streets {
			plan.Strata = append(plan.Strata, stats.Stratum{Name: street, Size: d.eligible(street, g), SD: d.design.SD[street]})
		}
		whole, real, err := stats.Allocate(plan)
		if err != nil {
			return nil, errs.Invalid("sampling.cannot_allocate", fmt.Sprintf("The %s sample cannot be spread over the streets: %v.", g, err))
		}
		for i, street := range d.streets {
			out[stratumName(street, g)], d.real[stratumName(street, g)] = whole[i], real[i]
		}
	}
	return out, nil
}

// eligible counts the members of a street that may belong to a group.
func (d *drawing) eligible(street string, g survey.Group) (n int) {
	blocks, _ := d.blocksOf(g)
	for i := range blocks {
		switch b := &blocks[i]; {
		case b.Street != street:
		case g == survey.Elder:
			n += b.Elders
		case g == survey.Adult:
			n += b.Adults
		default:
			n += b.Size
		}
	}
	return n
}

// candidate is a member that can be drawn.
type candidate struct {
	block    *block
	member   int
	eligible int
}

// candidates lists who can be drawn in a stratum, in the order of the frame.
func (d *drawing) candidates(street string, g survey.Group) (list []candidate, resting int) {
	blocks, _ := d.blocksOf(g)
	for i := range blocks {
		b := &blocks[i]
		if b.Street != street {
			continue
		}
		for k := range b.members {
			m := &b.members[k]
			persons, may := m.eligible(g)
			if !may {
				continue
			}
			if d.taken[m.key] || d.resting[m.key] {
				resting++
				continue
			}
			list = append(list, candidate{b, k, persons})
		}
	}
	return list, resting
}

func (d *drawing) stratum(street string, g survey.Group, n int) ([]pick, StratumReport, error) {
	list, resting := d.candidates(street, g)
	_, kind := d.blocksOf(g)
	random := stats.DrawSource(d.seed, d.hashes[string(kind)], stratumName(street, g))
	report := StratumReport{Street: street, Group: g, Frame: len(list), Resting: resting, Real: d.real[stratumName(street, g)], Drawn: n}
	fail := func(err error) ([]pick, StratumReport, error) {
		return nil, report, errs.Conflict("sampling.cannot_draw", fmt.Sprintf("Street %s, group %s: %v.", street, g, err)).With(report)
	}
	if len(list) < n {
		return fail(fmt.Errorf("%d are to be drawn, but %d can be; %d rest from earlier waves", n, len(list), resting))
	}
	var main, spare []drawn
	var err error
	switch {
	case g == survey.Unit:
		main, spare, err = d.byClass(list, n, random)
	case d.design.Cluster == survey.ClusterNone:
		main, spare, report.Start, err = d.direct(list, n, 1, random)
	default:
		main, spare, report.Start, err = d.clustered(list, n, random)
	}
	if err != nil {
		return fail(err)
	}
	picks := d.finish(list, main, spare, g, kind, random)
	report.Drawn, report.Reserves = len(main), len(spare)
	report.describe(picks[:len(main)])
	return picks, report, nil
}

func (r *StratumReport) describe(picks []pick) {
	blocks := map[string]bool{}
	for i := range picks {
		blocks[picks[i].block] = true
		r.Weight += picks[i].weight / float64(len(picks))
	}
	r.Blocks = len(blocks)
}
