// Package wave writes the answers of an invented wave: 13 streets with 120 communities, three groups, 17 questions on five levels.
// Integer arithmetic and SplitMix64 only, so the same arguments give the same bytes on every machine and in every language; the
// reference numbers in internal/stats/testdata were computed from these bytes. No real person or street is behind it.
package wave

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
)

// Mode is how people came to answer.
type Mode string

// The modes: Probability draws as many from each street and group; Online lets people come by themselves, unevenly and more extreme.
const (
	Probability Mode = "prob"
	Online      Mode = "online"
)

const (
	streets   = 13
	groups    = 3
	questions = 17
)

var (
	streetLevel = [streets]int{60, -40, 110, 0, -90, 30, 85, -20, 45, -130, 15, 70, -65}
	groupLevel  = [groups]int{140, 0, 60}
	itemLevel   = [questions]int{0, 80, -120, 40, 150, -200, 60, -60, 100, -30, 20, -160, 90, 10, -80, 130, -10}
	communities = [streets]int{9, 10, 8, 9, 11, 9, 10, 8, 9, 10, 9, 9, 9}
	onlineGroup = [10]int{1, 1, 1, 1, 1, 1, 1, 0, 2, 2}
)

// random is SplitMix64.
type random struct{ state uint64 }

func (r *random) next() uint64 {
	r.state += 0x9E3779B97F4A7C15
	z := r.state
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// below is a number from 0 up to below n; the small bias of the remainder belongs to the definition.
func (r *random) below(n int) int { return int((r.next() >> 33) % uint64(n)) }

// bell is roughly normal around 0 with standard deviation 577.
func (r *random) bell() int {
	return r.below(1000) + r.below(1000) + r.below(1000) + r.below(1000) - 1998
}

// answer is one respondent.
type answer struct {
	street, group, community, sex, age int
	items                              [questions]byte // 0: not answered
	nps, seconds, device               int
}

// population of a street and group.
func population(street, group int) int {
	return (18000 + 1700*((street*7)%13)) * [groups]int{22, 70, 8}[group] / 100
}

func level(v int) byte {
	out := byte(1)
	for _, cut := range [4]int{-2100, -1300, -500, 500} {
		if v >= cut {
			out++
		}
	}
	return out
}

// floorDiv rounds down, also below zero.
func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// Write writes rows answers as CSV. An even seed is the second wave of the year. Scale multiplies the population.
func Write(to io.Writer, rows int, seed uint64, mode Mode, scale int) error {
	r := &random{seed}
	all, counts := make([]answer, rows), map[[2]int]int{}
	for i := range all {
		all[i] = r.answer(i, mode, seed%2 == 0)
		counts[[2]int{all[i].street, all[i].group}]++
	}
	w := bufio.NewWriterSize(to, 1<<16)
	_, _ = w.WriteString("id,wave,street,community,stratum,grp,sex,age,fpc,w") // the writer keeps its first error for Flush
	for k := range questions {
		_, _ = fmt.Fprintf(w, ",q%02d", k+1)
	}
	_, _ = w.WriteString(",nps,secs,device,dup\n")
	seen, wave := map[int]int{}, int(2-seed%2)
	for i, a := range all {
		size := population(a.street, a.group) * scale
		weight := ""
		if mode == Probability {
			weight = strconv.FormatFloat(float64(size)/float64(counts[[2]int{a.street, a.group}]), 'f', 10, 64)
		}
		_, _ = fmt.Fprintf(w, "%d,%d,%d,%d,%d,%d,%d,%d,%d,%s", i+1, wave, a.street+1, a.community, a.street*groups+a.group+1, a.group+1, a.sex, a.age, size, weight)
		for _, v := range a.items {
			_ = w.WriteByte(',')
			if v > 0 {
				_ = w.WriteByte('0' + v)
			}
		}
		_, _ = fmt.Fprintf(w, ",%d,%d,%d,%d\n", a.nps, a.seconds, a.device, seen[a.device])
		seen[a.device]++
	}
	return w.Flush()
}

// answer draws in the fixed order that the definition of the bytes needs.
func (r *random) answer(i int, mode Mode, second bool) answer {
	var a answer
	if mode == Probability {
		a.street, a.group = i%(streets*groups)/groups, i%(streets*groups)%groups
	} else {
		a.street = min(r.below(streets), r.below(streets+4))
		a.group = onlineGroup[r.below(10)]
	}
	for s := range a.street {
		a.community += communities[s]
	}
	a.community += r.below(communities[a.street]) + 1
	a.sex = 1 + r.below(2)
	switch {
	case a.group == 0:
		a.age = 4
	case mode == Probability:
		a.age = 1 + r.below(3)
	default:
		a.age = 1 + min(r.below(3), r.below(3))
	}
	person := r.bell()
	base := 550 + streetLevel[a.street] + groupLevel[a.group] + a.community*37%101 - 50
	if second && a.street%3 == 0 {
		base += 25
	}
	if mode == Online {
		base += -150 + person>>1
	}
	_ = r.below(1000) // drawn and not used, part of the order
	for k := range a.items {
		a.items[k] = level(base + itemLevel[k] + person + r.bell())
		if r.below(1000) < 12 {
			a.items[k] = 0
		}
	}
	r.behaviour(&a, mode, base+person)
	return a
}

// behaviour: straight lines, the recommendation from 0 to 10, seconds, device.
func (r *random) behaviour(a *answer, mode Mode, level int) {
	line, straight := r.below(1000), 15
	if mode == Online {
		straight = 60
	}
	if line < straight {
		same := byte(3)
		if r.below(4) > 0 {
			same = 5
		}
		for k := range a.items {
			a.items[k] = same
		}
	}
	a.nps = max(0, min(10, 7+floorDiv(level+floorDiv(r.bell(), 2), 350)))
	if line >= 40 {
		a.seconds = 60 + r.below(240) + r.below(240)
	} else {
		a.seconds = 12 + r.below(25)
	}
	if mode == Probability || r.below(100) >= 4 {
		a.device = r.below(1 << 30)
	} else {
		a.device = r.below(40)
	}
}
