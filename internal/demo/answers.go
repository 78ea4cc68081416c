package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"yiwang/internal/form"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
)

// The answers come from a latent satisfaction: district + street + community + group + question + street × question +
// person + noise, cut into the five steps of the scale. Sizes are chosen so that street scores lie between about 80 and
// 89 with the ceiling that such surveys show, and the open link scores two points higher than the sample.
const (
	personSpread = 0.72
	noiseSpread  = 0.78
	streetSpan   = 0.21 // best and worst street lie this far from the middle
	onlineBias   = 0.13
)

// cuts are the upper bounds of 很不满意, 不太满意, 一般, 比较满意 on the latent scale.
var cuts = [4]float64{-2.45, -1.85, -1.05, 0.06}

var groupEffect = map[survey.Group]float64{survey.Elder: 0.10, survey.Adult: -0.06, survey.Unit: 0.08}

// harder questions, by indicator; property services are what inner cities complain about most.
var itemEffect = map[string]float64{"B2-1": -0.48, "B2-2": -0.22, "A2-1": -0.14, "B1-2": -0.12, "D1-1": -0.10, "C3-1": -0.04,
	"B3-1": 0.34, "D2-1": 0.18, "C1-1": 0.22, "A1-1": 0.08, "B1-1": 0.10, "Q-ALL": 0.10}

// unknown is the share without contact, by indicator: few know the help for families in need.
var unknown = map[string]float64{"C2-2": 0.26, "D1-2": 0.30, "C2-1": 0.18, "C3-1": 0.14, "A2-1": 0.12, "B2-2": 0.09, "D1-1": 0.08}

// respondents models who answers a wave.
type respondents struct {
	l       *loader
	r       *round
	rnd     *rand.Rand
	streets map[string]float64            // effect by street
	places  map[string]float64            // effect by community
	special map[string]map[string]float64 // street → indicator
	forms   map[survey.Group]*survey.Form
	scale   map[survey.Group][]survey.Question
	rows    []survey.Response

	drawn    drawn // invitations, where a sample was drawn
	answered []answered
}

// answered is an invitation whose household answered, and how.
type answered struct {
	invitation string
	mode       survey.Mode
}

// quality returns the lasting effect of every street: evenly spread, in an order that chance decides.
func (l *loader) quality() map[string]float64 {
	n := len(l.ground.streets)
	order := l.rand("quality").Perm(n)
	out := map[string]float64{}
	for i, s := range l.ground.streets {
		out[s.code] = 0.02
		if n > 1 {
			out[s.code] = streetSpan * (1 - 2*float64(order[i])/float64(n-1))
		}
	}
	return out
}

func (l *loader) newRespondents(r *round, forms map[survey.Group]*survey.Form) *respondents {
	m := &respondents{l: l, r: r, rnd: l.rand("answers " + r.code), streets: l.quality(), places: map[string]float64{},
		special: map[string]map[string]float64{}, forms: forms, scale: map[survey.Group][]survey.Question{}}
	lasting := l.rand("places")
	for _, s := range l.ground.streets {
		m.streets[s.code] += 0.045*m.rnd.NormFloat64() + r.drift
		own := map[string]float64{}
		for _, q := range forms[survey.Adult].ScaleQuestions() {
			own[q.Code] = 0.13 * lasting.NormFloat64()
		}
		m.special[s.code] = own
		for _, c := range s.communities {
			m.places[c.code] = 0.11*lasting.NormFloat64() + 0.03*m.rnd.NormFloat64()
		}
	}
	for g, f := range forms {
		m.scale[g] = f.ScaleQuestions()
	}
	return m
}

// answers makes the rows of a wave as far as they have come in by the end of the story.
func (l *loader) answers(r *round, forms map[survey.Group]*survey.Form, sample drawn) *respondents {
	m := l.newRespondents(r, forms)
	m.drawn = sample
	weights := make([]float64, len(l.ground.streets))
	for i := range weights {
		weights[i] = 0.92 + 0.16*m.rnd.Float64()
	}
	// Every street has nearly the same size of sample; the open link follows the population, and the young.
	for i, n := range share(int(math.Round(float64(l.scale.targeted)*r.share)), 1, weights) {
		m.sample(l.ground.streets[i], n)
	}
	for i, s := range l.ground.streets {
		weights[i] = s.weight() * (0.6 + 0.8*m.rnd.Float64())
	}
	for i, n := range share(int(math.Round(float64(l.scale.online)*r.share)), 1, weights) {
		m.open(l.ground.streets[i], n)
	}
	m.disturb()
	m.rnd.Shuffle(len(m.rows), func(a, b int) { m.rows[a], m.rows[b] = m.rows[b], m.rows[a] })
	return m
}

// sample draws the targeted answers of a street by quota: 40 % elderly, 48 % younger, 12 % units, spread over the
// communities in proportion to households with a floor.
func (m *respondents) sample(s *street, n int) {
	for i, size := range share(n, 1, []float64{40, 48, 12}) {
		g := survey.Groups[i]
		if list := m.drawn.answering(s.code, g, size); list != nil {
			for k := range list {
				m.answer(s, &list[k])
			}
			continue
		}
		weights := make([]float64, len(s.communities))
		for k, c := range s.communities {
			weights[k] = c.weight()
		}
		least := min([]int{10, 15, 1}[i], size/len(s.communities))
		for k, part := range share(size, least, weights) {
			for range part {
				m.add(s, s.communities[k], g, survey.Targeted)
			}
		}
	}
}

// answer lets a drawn household or unit answer.
func (m *respondents) answer(s *street, inv *sampling.Invitation) {
	i := slices.IndexFunc(s.communities, func(c *community) bool { return c.code == inv.Community })
	m.add(s, s.communities[max(i, 0)], inv.Group, survey.Targeted)
	row := &m.rows[len(m.rows)-1]
	row.BaseWeight = inv.Weight
	if inv.Group != survey.Unit {
		row.BaseWeight *= float64(max(1, inv.Eligible))
	}
	m.answered = append(m.answered, answered{inv.ID, row.Mode})
}

func (m *respondents) open(s *street, n int) {
	for range n {
		g := survey.Adult
		switch x := m.rnd.Float64(); {
		case x < 0.11:
			g = survey.Elder
		case x < 0.17:
			g = survey.Unit
		}
		m.add(s, weighted(m.rnd, s.communities, (*community).weight), g, survey.Online)
	}
}

// modes by group: how the sample was reached.
var modes = map[survey.Group][]survey.Mode{
	survey.Elder: {survey.ModeVisit, survey.ModeVisit, survey.ModePaper, survey.ModePhone},
	survey.Adult: {survey.ModeWeb, survey.ModePhone, survey.ModeVisit, survey.ModeWeb},
	survey.Unit:  {survey.ModeVisit, survey.ModePhone, survey.ModeWeb},
}

var ageBands = map[survey.Group][]string{
	survey.Elder: {"60-69", "60-69", "70-79", "80+"},
	survey.Adult: {"18-29", "30-39", "40-49", "50-59"},
	survey.Unit:  {""},
}

func (m *respondents) add(s *street, c *community, g survey.Group, ch survey.Channel) {
	r := m.rnd
	row := survey.Response{Channel: ch, Mode: survey.ModeWeb, Street: s.code, Community: c.code, Group: g, AgeBand: pick(r, ageBands[g]),
		RowKey: fmt.Sprintf("demo-%s-%06d", m.r.code, len(m.rows)+1), SubmittedAt: clock.At(m.l.hour(r, m.r)), Seconds: 95 + r.IntN(180) + r.IntN(160)}
	if ch == survey.Targeted {
		row.Mode = pick(r, modes[g])
	} else {
		row.Device = fmt.Sprintf("%016x", r.Uint64())
	}
	if row.Mode == survey.ModeVisit || row.Mode == survey.ModePhone {
		row.Interviewer = fmt.Sprintf("demo-%s-%02d", m.r.code, 1+r.IntN(12))
	}
	if row.Mode == survey.ModePhone {
		row.Seconds += 120
	}
	if g != survey.Unit {
		row.Sex = pick(r, []string{"m", "f", "f"})
	}
	mean := 0.01 + m.streets[s.code] + m.places[c.code] + groupEffect[g]
	if ch == survey.Online {
		mean += onlineBias
	}
	person := mean + personSpread*r.NormFloat64()
	row.Marks = m.marks(&row, person)
	row.Answers = db.JSON[survey.Answers]{V: m.others(&row, person)}
	row.RowHash = row.RowKey
	m.rows = append(m.rows, row)
}

func (m *respondents) marks(row *survey.Response, person float64) string {
	r, questions := m.rnd, m.scale[row.Group]
	marks := make([]byte, len(questions))
	straight := 0.012
	if row.Channel == survey.Online {
		straight = 0.055 // whoever ticks the first box all the way down
	}
	if chance(r, straight) {
		row.Seconds = 20 + r.IntN(60)
		k := byte('1')
		if chance(r, 0.2) {
			k = '3'
		}
		for i := range marks {
			marks[i] = k
		}
		return string(marks)
	}
	for i := range questions {
		q := &questions[i]
		switch {
		case q.NA && chance(r, 0.015+unknown[q.Code]):
			marks[i] = survey.MarkNA
		case chance(r, 0.006):
			marks[i] = survey.MarkMissing
		default:
			marks[i] = step(person + itemEffect[q.Code] + m.special[row.Street][q.Code] + noiseSpread*r.NormFloat64())
		}
	}
	return string(marks)
}

// step turns a latent value into a mark: 1 is 非常满意, 5 is 很不满意.
func step(v float64) byte {
	k := byte('5')
	for _, c := range cuts {
		if v >= c {
			k--
		}
	}
	return k
}

// others answers the questions outside the scale.
func (m *respondents) others(row *survey.Response, person float64) (a survey.Answers) {
	r, asked := m.rnd, m.forms[row.Group]
	a.Choices = map[string]int{}
	for i := range asked.Questions {
		q := &asked.Questions[i]
		switch {
		case q.Type == survey.TypeCategories && chance(r, 0.22):
			a.Categories = []string{weighted(r, fieldShares, func(f fieldShare) float64 { return f.weight }).code}
		case q.Type == form.NPS:
			// Without a draw of its own, so that the other answers of a seed stay what they were.
			n := min(10, max(0, int(math.Round(8.1+1.7*person+0.4*float64(row.Seconds%7-3)))))
			a.NPS = &n
		case q.Type != survey.TypeSingle || chance(r, 0.03):
		case q.Expect != "":
			if row.Mode == survey.ModeWeb {
				a.Choices[q.Code] = 1 + slices.Index(q.Options, q.Expect)
			}
		case q.Code == "Q-PROG":
			a.Choices[q.Code] = min(len(q.Options), max(1, 2+int(math.Round(0.5-person*0.7+0.6*r.NormFloat64()))))
		case q.Code == "Q-INT":
			a.Choices[q.Code] = weighted(r, []int{1, 2, 3}, func(k int) float64 { return []float64{0, 96, 3, 1}[k] })
		default:
			a.Choices[q.Code] = 1 + min(r.IntN(len(q.Options)), r.IntN(len(q.Options)))
		}
	}
	return a
}

// hour draws a time by day in the fieldwork of a wave, before the end of the story.
func (l *loader) hour(r *rand.Rand, w *round) time.Time {
	end := w.closed.AddDate(0, 0, -1)
	if end.After(l.end) {
		end = l.moved(Now).AddDate(0, 0, -2)
	}
	days := int(end.Sub(w.opened).Hours() / 24)
	return midnight(w.opened).AddDate(0, 0, r.IntN(days+1)).Add(9*time.Hour + time.Duration(r.IntN(11*3600))*time.Second)
}
