package opinion

import (
	"cmp"
	"slices"
	"strings"

	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/words"
)

// Voice is what grouping knows of a comment: its masked text, the area it is from, how likely it belongs to which field,
// as shares that add up to 1 at most, and its leaf in the list of events, "" where it is unknown.
type Voice struct {
	Text, Area string
	Topics     []Share
	Leaf       string
}

// Share is how likely something is of a class.
type Share struct {
	Class string
	P     float64
}

// Matter is a group of voices that seem to be about one thing at one place. Voices are positions in what was grouped;
// Spot is empty where nobody names a place.
type Matter struct {
	Area   string
	Spot   Spot
	Voices []int
}

// What speaks for and against two voices of one place being about the same thing. The values were chosen on invented
// comments whose matters are known; docs/coding-desk.md says what they reach there.
const (
	sameWords    = 1.0   // the texts share much of what is rare in them
	sameThread   = 0.7   // other people say both things in one breath
	otherThread  = -0.25 // each belongs to things that people say together, but not to the same
	sameLeaf     = 0.35  // both are of one leaf
	otherLeaf    = -0.25 // the leaves are different: less, for leaves are mistaken more often than fields
	topicBase    = 0.40  // agreement of the fields that speaks neither for nor against
	elsewhere    = 0.45  // a voice that names no place needs as much to join a matter of its area
	atHub        = 0.30  // and as much to join others at a counter
	placeless    = 1.00  // and as much to join another that names none: their words must be alike
	clearlyMore  = 0.20  // and as much more than for the next one
	kindredFrom  = 0.70  // fields and leaves agree: of one kind
	wordsAlike   = 0.30  // cosine from which texts share much
	membersAsked = 12    // of a matter, when a voice is compared with it
)

// Group finds what voices are about: first by place, area by area, then by what is said. Every voice is in exactly one
// matter; matters stand in the order of their first voices. The same voices in the same order give the same matters. Time
// grows with the number of voices times the number of matters at one place.
func Group(voices []Voice, areas []string) []Matter {
	g := newGrouping(voices, areas)
	blocks, nowhere := g.blocks()
	var out []Matter
	byArea := map[string][]int{} // positions in out
	for _, b := range blocks {
		for _, members := range g.split(b.voices) {
			byArea[b.area] = append(byArea[b.area], len(out))
			out = append(out, Matter{Area: b.area, Spot: g.spots[members[0]], Voices: members})
		}
	}
	left := map[string][]int{}
	var leftAreas []string
	for _, i := range nowhere {
		area := voices[i].Area
		if m := g.home(i, out, byArea[area]); m >= 0 {
			out[m].Voices = append(out[m].Voices, i)
			continue
		}
		if left[area] == nil {
			leftAreas = append(leftAreas, area)
		}
		left[area] = append(left[area], i)
	}
	for _, area := range leftAreas {
		for _, members := range g.splitAt(left[area], placeless) {
			out = append(out, Matter{Area: area, Voices: members})
		}
	}
	for i := range out {
		slices.Sort(out[i].Voices)
	}
	slices.SortFunc(out, func(a, b Matter) int { return cmp.Compare(a.Voices[0], b.Voices[0]) })
	return out
}

// block is what is said about one place of one area.
type block struct {
	area, spot string
	voices     []int
}

// blocks divides the voices by area and place, in the order of their first voices; those that name no place are left
// over. Whoever is known by the street only, such as those who answered online, speaks of the place of that name in a
// community of the street, if there is just one.
func (g *grouping) blocks() (out []*block, nowhere []int) {
	at, named := map[string]*block{}, map[string][]*block{}
	for i := range g.voices {
		if g.spots[i].Name == "" {
			nowhere = append(nowhere, i)
			continue
		}
		spot := g.spots[i].Key()
		key := g.voices[i].Area + "\t" + spot
		if at[key] == nil {
			at[key] = &block{area: g.voices[i].Area, spot: spot}
			out, named[spot] = append(out, at[key]), append(named[spot], at[key])
		}
		at[key].voices = append(at[key].voices, i)
	}
	for _, b := range out {
		inner := slices.DeleteFunc(slices.Clone(named[b.spot]), func(o *block) bool { return len(o.area) <= len(b.area) || !strings.HasPrefix(o.area, b.area) })
		if len(inner) == 1 {
			inner[0].voices = append(inner[0].voices, b.voices...)
			slices.Sort(inner[0].voices)
			b.voices = nil
		}
	}
	out = slices.DeleteFunc(out, func(b *block) bool { return len(b.voices) == 0 })
	slices.SortFunc(out, func(a, b *block) int { return cmp.Compare(a.voices[0], b.voices[0]) })
	return out, nowhere
}

// grouping is the work sheet of one Group.
type grouping struct {
	voices  []Voice
	spots   []Spot
	vectors []vector
	threads [][]int32
	topics  [][]Share
}

func newGrouping(voices []Voice, areas []string) *grouping {
	texts := make([][]rune, len(voices))
	for i := range voices {
		texts[i] = words.Normalise(mask.Without(voices[i].Text))
	}
	gaz := NewGazetteer(texts, areas)
	g := &grouping{voices: voices, spots: make([]Spot, len(voices))}
	for i := range texts {
		g.spots[i], texts[i] = gaz.Find(texts[i])
	}
	g.vectors = weigh(texts)
	said := sayingsOf(texts)
	g.threads = said.threads()
	g.topics = said.spread(voices)
	return g
}

// alike weighs what speaks for and against two voices being about the same thing, places left aside.
func (g *grouping) alike(a, b int) float64 {
	s := g.kindred(a, b)
	if g.vectors[a].dot(&g.vectors[b]) >= wordsAlike {
		return s + sameWords
	}
	switch ta, tb := g.threads[a], g.threads[b]; {
	case len(ta) == 0 || len(tb) == 0:
	case slices.ContainsFunc(ta, func(t int32) bool { return slices.Contains(tb, t) }):
		s += sameThread
	default:
		s += otherThread
	}
	return s
}

// kindred is the part of alike that fields and leaves speak.
func (g *grouping) kindred(a, b int) float64 {
	s := agreement(g.topics[a], g.topics[b]) - topicBase
	if la, lb := g.voices[a].Leaf, g.voices[b].Leaf; la != "" && lb != "" {
		if la == lb {
			return s + sameLeaf
		}
		return s + otherLeaf
	}
	return s
}

// agreement is how likely both are of the same class.
func agreement(a, b []Share) (sum float64) {
	for _, x := range a {
		for _, y := range b {
			if x.Class == y.Class {
				sum += x.P * y.P
			}
		}
	}
	return sum
}

// near is the mean of alike, or of a part of it, between a voice and some members of a matter.
func near(i int, members []int, alike func(a, b int) float64) float64 {
	step, n, sum := max(1, len(members)/membersAsked), 0, 0.0
	for k := 0; k < len(members); k += step {
		sum += alike(i, members[k])
		n++
	}
	return sum / float64(n)
}

// split divides the voices of one place by what they are about. At a counter that all the street comes to, the place says
// little.
func (g *grouping) split(block []int) [][]int {
	if contains(g.spots[block[0]].Detail, hubs) {
		return g.splitAt(block, atHub)
	}
	return g.splitAt(block, 0)
}

// hubs are places of many different matters.
var hubs = endings("服务中心 服务站 窗口")

// splitAt puts each voice to the matter it is nearest to, if that is above least, else to one of its own; then joins
// matters that are near each other.
func (g *grouping) splitAt(block []int, least float64) (out [][]int) {
	for _, i := range block {
		best, at := least, -1
		for m := range out {
			if v := near(i, out[m], g.alike); v > best {
				best, at = v, m
			}
		}
		if at < 0 {
			out = append(out, []int{i})
			continue
		}
		out[at] = append(out[at], i)
	}
	for a := 0; a < len(out); a++ {
		for b := a + 1; b < len(out); b++ {
			if g.between(out[a], out[b]) > least {
				out[a] = append(out[a], out[b]...)
				out = slices.Delete(out, b, b+1)
				b = a
			}
		}
	}
	return out
}

func (g *grouping) between(a, b []int) float64 {
	step, n, sum := max(1, len(a)/membersAsked), 0, 0.0
	for k := 0; k < len(a); k += step {
		sum += near(a[k], b, g.alike)
		n++
	}
	return sum / float64(n)
}

// home finds the matter of its area that a voice without a place belongs to, -1 if there is none or it is not clear: a
// second place in the area with the same kind of matter makes it unclear, whatever the words.
func (g *grouping) home(i int, matters []Matter, candidates []int) int {
	best, next, at := 0.0, 0.0, -1
	for _, m := range candidates {
		switch v := near(i, matters[m].Voices, g.alike); {
		case v > best:
			best, next, at = v, best, m
		case v > next:
			next = v
		}
	}
	if best < elsewhere || best-next < clearlyMore {
		return -1
	}
	kind := near(i, matters[at].Voices, g.kindred)
	for _, m := range candidates {
		if m != at && kindredFrom < kind && near(i, matters[m].Voices, g.kindred) > kind-clearlyMore {
			return -1
		}
	}
	return at
}
