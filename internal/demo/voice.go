package demo

import (
	"math"
	"math/rand/v2"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/rectify"
	"yiwang/internal/survey"
)

// voice is one comment of a wave.
type voice struct {
	id        string // after it was stored
	text      string
	phone     string
	street    *street
	community *community // nil: only the street is known
	group     survey.Group
	channel   survey.Channel
	question  string
	day       time.Time
	ticked    []string
	matter    *matter // nil: praise, or nothing to say
	praise    bool
}

// matter is what several voices are about: a kind of trouble at a place.
type matter struct {
	kind      *kind
	place     string
	estate    string // the part of the place that stands in the title
	area      string // code
	street    *street
	community *community
	voices    []int // positions in the round

	id      string
	version int64
	unit    string // code of the lead unit
	stuck   string // where its item stands still, whatever the chance of its batch
	result  rectify.Result
}

func (m *matter) title() string { return fill(m.kind.Title, m.estate) }

func (v *voice) comment() survey.NewComment {
	c := survey.Comment{Street: v.street.code, Group: v.group, Channel: v.channel, Question: v.question, Text: v.text, Day: clock.At(v.day)}
	if v.community != nil {
		c.Community = v.community.code
	}
	c.Categories.V = v.ticked
	return survey.NewComment{Comment: c, Phone: v.phone}
}

// planVoices invents the matters of a wave and what people say about them.
func (l *loader) planVoices(r *round) error {
	rnd := l.rand("voices " + r.code)
	total := int(math.Round(float64(l.scale.comments) * r.share))
	content := int(math.Round(float64(total) * withContent))
	weights := make([]float64, len(fieldShares))
	for i := range weights {
		weights[i] = fieldShares[i].weight
	}
	taken := map[string]bool{}
	for i, n := range share(content, 1, weights) {
		kinds := l.grammar.of(fieldShares[i].code)
		for n > 0 {
			m := l.newMatter(rnd, kinds, taken)
			k := min(n, echoes(rnd))
			n -= k
			for range k {
				m.voices = append(m.voices, len(r.voices))
				r.voices = append(r.voices, l.speak(rnd, r, m))
			}
			r.matters = append(r.matters, m)
		}
	}
	for range total - content {
		r.voices = append(r.voices, l.chat(rnd, r))
	}
	l.mix(rnd, r)
	return nil
}

// mix puts the voices into an order that says nothing.
func (l *loader) mix(rnd *rand.Rand, r *round) {
	perm := rnd.Perm(len(r.voices))
	mixed := make([]voice, len(r.voices))
	for i, to := range perm {
		mixed[to] = r.voices[i]
	}
	r.voices = mixed
	for _, m := range r.matters {
		for i := range m.voices {
			m.voices[i] = perm[m.voices[i]]
		}
	}
}

// echoes is how many people speak of the same matter: mostly one, sometimes a whole estate.
func echoes(r *rand.Rand) int {
	switch x := r.Float64(); {
	case x < 0.50:
		return 1
	case x < 0.67:
		return 2
	case x < 0.78:
		return 3
	case x < 0.93:
		return 4 + r.IntN(5)
	case x < 0.985:
		return 9 + r.IntN(12)
	}
	return 21 + r.IntN(20)
}

// newMatter finds a kind and a place that have not met in this wave. Streets that do worse have more of them.
func (l *loader) newMatter(r *rand.Rand, kinds []*kind, taken map[string]bool) *matter {
	quality := l.quality()
	var m *matter
	for range 40 {
		s := weighted(r, l.ground.streets, func(s *street) float64 { return s.weight() * math.Exp(-1.3*quality[s.code]) })
		c := weighted(r, s.communities, (*community).weight)
		m = &matter{kind: weighted(r, kinds, func(k *kind) float64 { return k.Weight }), street: s, community: c, area: c.code}
		m.locate(r)
		if !taken[m.title()] {
			break
		}
	}
	taken[m.title()] = true
	m.unit = m.kind.Lead
	return m
}

// locate names a place for the matter in its community.
func (m *matter) locate(r *rand.Rand) {
	base := baseName(m.community.name)
	switch m.kind.At {
	case "estate":
		m.estate = pick(r, m.community.estates)
		m.place = m.estate
		if chance(r, 0.45) {
			m.place += pick(r, []string{"1幢", "3幢", "5幢", "7幢", "12幢", "2单元", "4单元"})
		}
		return
	case "gate":
		m.estate = pick(r, m.community.estates) + pick(r, []string{"东门口", "西门口", "北门", "南门商铺"})
	case "road":
		if isEstate(base) {
			base += pick(r, []string{"门前道路", "北侧支路", "东侧巷道"})
		}
		m.estate = base + pick(r, []string{"", "菜场旁", "公交站旁", "路口", "东段", "西段"})
	case "hall":
		m.estate = base + "社区便民窗口"
		if chance(r, 0.5) {
			m.estate, m.area = m.street.name+"便民服务中心", m.street.code
		}
	case "station":
		m.estate = base + "社区服务站"
	case "tower":
		m.estate = base + pick(r, []string{"商务楼", "创意园", "科技大厦"})
	case "river":
		m.estate = base + "段河道"
	case "school":
		m.estate = base + pick(r, []string{"小学门口", "幼儿园门口"})
	}
	m.place = m.estate
}

// speak is one person's voice about a matter.
func (l *loader) speak(rnd *rand.Rand, r *round, m *matter) voice {
	v := l.person(rnd, r, m.street, m.community)
	v.matter, v.text = m, l.grammar.complain(rnd, m.kind, m.place)
	if m.kind.At == "tower" {
		v.group, v.question = survey.Unit, "U2"
	}
	if m.area == m.street.code {
		v.community = nil
	}
	if chance(rnd, 0.45) {
		v.ticked = []string{m.kind.Field}
	}
	return v
}

// chat is a voice that names no matter: praise, or nothing.
func (l *loader) chat(rnd *rand.Rand, r *round) voice {
	s := weighted(rnd, l.ground.streets, (*street).weight)
	v := l.person(rnd, r, s, weighted(rnd, s.communities, (*community).weight))
	if v.praise = chance(rnd, 0.45); v.praise {
		v.text = fill(pick(rnd, l.grammar.Praise), pick(rnd, v.community.estates))
	} else {
		v.text = pick(rnd, l.grammar.None)
	}
	return v
}

func (l *loader) person(rnd *rand.Rand, r *round, s *street, c *community) voice {
	v := voice{street: s, community: c, group: survey.Adult, channel: survey.Online, question: "Q-REVT", day: l.hour(rnd, r)}
	if chance(rnd, 0.34) {
		v.group = survey.Elder
	}
	if chance(rnd, 0.28) {
		v.channel = survey.Targeted
	}
	if chance(rnd, 0.3) {
		v.phone = fictionalPhone(rnd)
	}
	return v
}
