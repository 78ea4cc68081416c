package sampling

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"

	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// drawn is a candidate that was taken, with the inverse of its probability.
type drawn struct {
	at     int
	weight float64
}

// direct draws n candidates systematically, and the reserves with them: of all that the systematic draw takes, a simple draw says
// which are asked first. So each candidate has the probability n/N. first is the weight from an earlier stage.
func (d *drawing) direct(list []candidate, n int, first float64, random *rand.Rand) (main, spare []drawn, start float64, err error) {
	all := min(len(list), n+d.reserves(n))
	ones := make([]float64, len(list))
	for i := range ones {
		ones[i] = 1
	}
	probability, err := stats.InclusionProbabilities(ones, all)
	if err != nil {
		return nil, nil, 0, err
	}
	start = random.Float64()
	taken, err := stats.SystematicDraw(probability, start)
	if err != nil {
		return nil, nil, 0, err
	}
	asked, err := stats.SimpleDraw(random, len(taken), n)
	if err != nil {
		return nil, nil, 0, err
	}
	weight := first * float64(len(list)) / float64(n)
	for i, at := range taken {
		if len(asked) > 0 && asked[0] == i {
			main, asked = append(main, drawn{at, weight}), asked[1:]
		} else {
			spare = append(spare, drawn{at, weight})
		}
	}
	return main, spare, start, nil
}

func (d *drawing) reserves(n int) int { return int(float64(n)*d.design.Reserve + 0.999999) }

// clustered draws communities or grids with probability proportional to their candidates, then candidates within (Madow 1949;
// Tillé 2006). Those that are certain to be drawn are strata of their own and take their share of n.
func (d *drawing) clustered(list []candidate, n int, random *rand.Rand) (main, spare []drawn, start float64, err error) {
	parts := d.parts(list)
	size := make([]float64, len(parts))
	for i := range parts {
		size[i] = float64(len(parts[i]))
	}
	count := min(len(parts), max(2, (n+d.design.Take/2)/d.design.Take))
	probability, err := stats.InclusionProbabilities(size, count)
	if err != nil {
		return nil, nil, 0, err
	}
	start = random.Float64()
	taken, err := stats.SystematicDraw(probability, start)
	if err != nil {
		return nil, nil, 0, err
	}
	shares, err := shareOut(n, len(list), taken, probability, parts, random)
	if err != nil {
		return nil, nil, 0, err
	}
	for k, at := range taken {
		if shares[k] == 0 {
			continue
		}
		own := make([]candidate, len(parts[at]))
		for i, c := range parts[at] {
			own[i] = list[c]
		}
		asked, rest, _, err := d.direct(own, shares[k], 1/probability[at], random)
		if err != nil {
			return nil, nil, 0, err
		}
		for _, x := range asked {
			main = append(main, drawn{parts[at][x.at], x.weight})
		}
		for _, x := range rest {
			spare = append(spare, drawn{parts[at][x.at], x.weight})
		}
	}
	return main, spare, start, nil
}

// parts gathers the places of candidates by the area that is drawn first.
func (d *drawing) parts(list []candidate) (parts [][]int) {
	last := ""
	for i := range list {
		code := list[i].block.Code
		if d.design.Cluster == survey.ClusterCommunity {
			code = list[i].block.Community
		}
		if code != last || len(parts) == 0 {
			parts, last = append(parts, nil), code
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], i)
	}
	return parts
}

// shareOut says how many are drawn in each part taken: certain ones their share of n, the others the same number each. What
// division leaves over goes one by one to parts in random order, of the certain ones only when there are no others.
func shareOut(n, all int, taken []int, probability []float64, parts [][]int, random *rand.Rand) ([]int, error) {
	shares, left := make([]int, len(taken)), n
	var free []int
	for k, at := range taken {
		if probability[at] < 1 {
			free = append(free, k)
			continue
		}
		shares[k] = int(float64(n)*float64(len(parts[at]))/float64(all) + 0.5)
		left -= shares[k]
	}
	for _, k := range free {
		shares[k] = max(0, left/len(free))
	}
	if left -= len(free) * max(0, left/max(1, len(free))); len(free) == 0 {
		free = random.Perm(len(taken))
	} else {
		random.Shuffle(len(free), func(a, b int) { free[a], free[b] = free[b], free[a] })
	}
	for i := 0; left != 0; i++ {
		step := 1
		if left < 0 {
			step = -1
		}
		shares[free[i%len(free)]] += step
		left -= step
	}
	for k, at := range taken {
		if shares[k] < 1 || shares[k] > len(parts[at]) {
			return nil, fmt.Errorf("%d households cannot be drawn from an area that has %d; draw more areas with fewer households each", shares[k], len(parts[at]))
		}
	}
	return shares, nil
}

// byClass draws units: every size class on its own, by simple random sampling, in proportion to its number with at least one.
func (d *drawing) byClass(list []candidate, n int, random *rand.Rand) (main, spare []drawn, err error) {
	classes := map[byte][]int{}
	for i := range list {
		c := list[i].block.members[list[i].member].elders
		classes[c] = append(classes[c], i)
	}
	names := make([]byte, 0, len(classes))
	for c := range classes {
		names = append(names, c)
	}
	slices.Sort(names)
	plan := stats.AllocationPlan{N: n, Method: stats.Proportional}
	for _, c := range names {
		plan.Strata = append(plan.Strata, stats.Stratum{Name: fmt.Sprint(c), Size: len(classes[c])})
	}
	shares, _, err := stats.Allocate(plan)
	if err != nil {
		return nil, nil, err
	}
	for k, c := range names {
		own := classes[c]
		taken, err := stats.SimpleDraw(random, len(own), min(len(own), shares[k]+d.reserves(shares[k])))
		if err != nil {
			return nil, nil, err
		}
		asked, err := stats.SimpleDraw(random, len(taken), shares[k])
		if err != nil {
			return nil, nil, err
		}
		weight := float64(len(own)) / float64(shares[k])
		for i, at := range taken {
			if len(asked) > 0 && asked[0] == i {
				main, asked = append(main, drawn{own[at], weight}), asked[1:]
			} else {
				spare = append(spare, drawn{own[at], weight})
			}
		}
	}
	return main, spare, nil
}

// finish puts the list of a stratum into its order: drawn ones as in the frame, reserves in random order; and gives every household
// the sheet by which one adult is found.
func (d *drawing) finish(list []candidate, main, spare []drawn, g survey.Group, kind FrameKind, random *rand.Rand) []pick {
	slices.SortFunc(main, func(a, b drawn) int { return cmp.Compare(a.at, b.at) })
	slices.SortFunc(spare, func(a, b drawn) int { return cmp.Compare(a.at, b.at) })
	random.Shuffle(len(spare), func(a, b int) { spare[a], spare[b] = spare[b], spare[a] })
	sheet := random.IntN(len(stats.KishSheets))
	picks := make([]pick, 0, len(main)+len(spare))
	for i, x := range append(slices.Clip(main), spare...) {
		c := &list[x.at]
		p := pick{street: c.block.Street, community: c.block.Community, block: c.block.Code, group: g, frame: kind, member: c.member,
			key: c.block.members[c.member].key, weight: x.weight, eligible: c.eligible, reserve: i >= len(main)}
		if d.design.Within == survey.KishTables && g != survey.Unit {
			p.sheet = string(stats.KishSheets[(sheet+i)%len(stats.KishSheets)])
		}
		picks = append(picks, p)
	}
	return picks
}

// listHash is the SHA-256 of the list of a draw.
func listHash(list []pick) string {
	h := sha256.New()
	for i := range list {
		p := &list[i]
		_, _ = fmt.Fprintf(h, "%d\t%s\t%s\t%s\t%d\t%t\t%.10g\t%s\n", i+1, p.street, p.group, p.block, p.member, p.reserve, p.weight, p.sheet)
	}
	return hex.EncodeToString(h.Sum(nil))
}
