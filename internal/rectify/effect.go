package rectify

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// Yardstick tells what an effect is measured by: the indicators whose questions stand for each reverse field in the indicator
// system of a wave, and the communities of a street.
type Yardstick interface {
	FieldIndicators(ctx context.Context, tx *db.Tx, w *survey.Wave) (map[string][]string, error)
	Communities(ctx context.Context, street string) ([]string, error)
}

// Measures of an effect.
const (
	MeasureScore = "score" // mean score of the field's questions, 0 to 100
	MeasureShare = "share" // percent of respondents who name the field
)

// Verdicts on a difference.
const (
	EffectBetter     = "better"
	EffectUnclear    = "unclear" // the data cannot tell
	EffectWorse      = "worse"
	EffectUnmeasured = "unmeasured" // too few respondents in one of the waves
)

// unbounded stands for the best possible score, which only the share of a gap needs.
const unbounded = 1e6

// leastMeasured is the effective number of respondents that an area needs in both waves.
const leastMeasured = 10

// Difference is one difference between two waves at one place.
type Difference struct {
	WaveID     string            `db:"wave_id" json:"-"`
	Against    string            `db:"against" json:"-"`
	AreaCode   string            `db:"area_code" json:"area_code"`
	AreaLevel  string            `db:"area_level" json:"area_level" enum:"district,street,community"`
	Field      string            `db:"field" json:"field"`
	Measure    string            `db:"measure" json:"measure" enum:"score,share"`
	Indicators db.JSON[[]string] `db:"questions" json:"indicators" doc:"codes of the questions that were compared"`
	Earlier    float64           `db:"earlier" json:"earlier"`
	Later      float64           `db:"later" json:"later"`
	NEarlier   int               `db:"n_earlier" json:"n_earlier"`
	NLater     int               `db:"n_later" json:"n_later"`
	Difference float64           `db:"difference" json:"difference" doc:"later − earlier"`
	SE         float64           `db:"se" json:"se"`
	Low        float64           `db:"low" json:"low"`
	High       float64           `db:"high" json:"high"`
	P          float64           `db:"p" json:"p" doc:"two-sided, of this difference alone"`
	Holm       float64           `db:"holm" json:"holm" doc:"P adjusted for all differences of the same tier (Holm 1979)"`
	Verdict    string            `db:"verdict" json:"verdict" enum:"better,unclear,worse"`

	first, second stats.Wave
}

const differenceColumns = "wave_id, against, area_code, area_level, field, measure, questions, earlier, later, n_earlier, n_later, difference, se, low, high, p, holm, verdict"

// MeasureEffectTx compares a published wave with the wave before it, for every place and field that has items there: the mean score of the
// field's questions and the share of respondents who name the field, in the community if at least ten effective respondents said something in
// both waves, else in the street. Differences are judged after Holm's adjustment over all of them; those of the whole district by field are a
// family of their own. Both samples are drawn anew, so variances add. What was measured before is replaced: the same answers give the same
// numbers. It asks for no permission: publishing the wave did. It returns how many items have a verdict.
func (s *Service) MeasureEffectTx(ctx context.Context, tx *db.Tx, waveID string) (int, error) {
	next, err := s.surveys.BareWaveTx(ctx, tx, waveID)
	if err != nil {
		return 0, err
	}
	if next.State != survey.Published && next.State != survey.Archived {
		return 0, errs.Conflict("rectify.effect_too_early", "The effect is measured when the next wave is published.")
	}
	before, _, err := s.surveys.NeighboursTx(ctx, tx, next)
	if err != nil || before == nil {
		return 0, err
	}
	m := &measuring{service: s, before: before, next: next}
	if err := m.load(ctx, tx); err != nil {
		return 0, err
	}
	if m.earlier == nil || m.later == nil {
		return 0, nil
	}
	if err := m.measure(); err != nil {
		return 0, fmt.Errorf("effect of %s in %s: %w", before.Code, next.Code, err)
	}
	return m.keep(ctx, tx)
}

// measuring carries one comparison.
type measuring struct {
	service        *Service
	before, next   *survey.Wave
	codes          []string         // indicators of both waves
	of             map[string][]int // field → positions of its indicators
	earlier, later *survey.JudgedSample
	items          []place // items of the earlier wave
	differences    []Difference
	level          float64
}

type place struct {
	ID     string `db:"id"`
	Area   string `db:"area_code"`
	Street string `db:"street"`
	Field  string `db:"field"`
}

func (m *measuring) load(ctx context.Context, tx *db.Tx) (err error) {
	s := m.service
	m.level = m.next.Plan.V.Level
	first, err := s.yardstick.FieldIndicators(ctx, tx, m.before)
	if err != nil {
		return err
	}
	second, err := s.yardstick.FieldIndicators(ctx, tx, m.next)
	if err != nil {
		return err
	}
	m.of = map[string][]int{}
	if m.before.Plan.V.ScoresLike(&m.next.Plan.V) { // marks worth something else say nothing about change
		for _, f := range s.catalog.Categories {
			for _, code := range first[f.Code] {
				if !slices.Contains(second[f.Code], code) {
					continue
				}
				at := slices.Index(m.codes, code)
				if at < 0 {
					at, m.codes = len(m.codes), append(m.codes, code)
				}
				m.of[f.Code] = append(m.of[f.Code], at)
			}
		}
	}
	if m.earlier, err = s.surveys.JudgedSampleTx(ctx, tx, m.before, m.codes); err != nil {
		return err
	}
	if m.later, err = s.surveys.JudgedSampleTx(ctx, tx, m.next, m.codes); err != nil {
		return err
	}
	m.items, err = db.All[place](ctx, tx, "SELECT id, area_code, street, field FROM item WHERE wave_id = $1 AND "+issuedItems+" ORDER BY id", m.before.ID)
	return err
}

// value is what a respondent says of a field under a measure.
func (m *measuring) value(field, measure string) func(*survey.Judged) float64 {
	if measure == MeasureShare {
		return func(j *survey.Judged) float64 {
			if slices.Contains(j.Ticked, field) {
				return 100
			}
			return 0
		}
	}
	return func(j *survey.Judged) float64 {
		sum, n := 0.0, 0
		for _, k := range m.of[field] {
			if v := j.Scores[k]; !math.IsNaN(v) {
				sum, n = sum+v, n+1
			}
		}
		if n == 0 {
			return math.NaN()
		}
		return sum / float64(n)
	}
}

// levels of areas, the finest first.
var levels = []struct {
	name string
	by   survey.NamedBy
}{{"community", survey.NamedByCommunity}, {"street", survey.NamedByStreet}, {"district", survey.NamedTogether}}

// measure fills the differences: those of places with items, and those of the district.
func (m *measuring) measure() error {
	type key struct{ area, field, measure string }
	wanted := map[string]map[string]bool{} // field → areas of its items
	for _, it := range m.items {
		if wanted[it.Field] == nil {
			wanted[it.Field] = map[string]bool{}
		}
		wanted[it.Field][it.Area] = true
	}
	seen := map[key]bool{}
	var places, district []Difference
	for _, f := range m.service.catalog.Categories {
		for _, measure := range []string{MeasureScore, MeasureShare} {
			if measure == MeasureScore && len(m.of[f.Code]) == 0 || measure == MeasureShare && !m.asksFields() {
				continue
			}
			by, err := m.means(f.Code, measure)
			if err != nil {
				return err
			}
			if d, ok := by.at("district", m.next.Area); ok {
				district = append(district, d)
			}
			for _, area := range slices.Sorted(maps.Keys(wanted[f.Code])) {
				d, ok := by.finest(area)
				if k := (key{d.AreaCode, f.Code, measure}); ok && !seen[k] {
					seen[k] = true
					places = append(places, d)
				}
			}
		}
	}
	for _, family := range [][]Difference{places, district} {
		if err := m.compare(family); err != nil {
			return err
		}
	}
	m.differences = append(places, district...)
	return nil
}

// asksFields reports whether both questionnaires let people name fields: somebody did.
func (m *measuring) asksFields() bool {
	named := func(s *survey.JudgedSample) bool {
		return slices.ContainsFunc(s.Rows, func(j survey.Judged) bool { return len(j.Ticked) > 0 })
	}
	return named(m.earlier) && named(m.later)
}

// fieldMeans are the means of one measure of one field in both waves.
type fieldMeans struct {
	m              *measuring
	field, measure string
	earlier, later map[string]map[string]survey.AreaMean // by level, by area
}

func (m *measuring) means(field, measure string) (*fieldMeans, error) {
	out := &fieldMeans{m: m, field: field, measure: measure, earlier: map[string]map[string]survey.AreaMean{}, later: map[string]map[string]survey.AreaMean{}}
	y := m.value(field, measure)
	for _, l := range levels {
		var err error
		if out.earlier[l.name], err = m.earlier.Means(y, l.by); err != nil {
			return nil, err
		}
		if out.later[l.name], err = m.later.Means(y, l.by); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// finest is the difference at the community, or else at its street: where both waves have enough respondents.
func (f *fieldMeans) finest(area string) (Difference, bool) {
	if len(area) > streetDigits {
		if d, ok := f.at("community", area); ok {
			return d, true
		}
		area = area[:streetDigits]
	}
	return f.at("street", area)
}

func (f *fieldMeans) at(level, area string) (d Difference, ok bool) {
	key := area
	if level == "district" {
		key = "all"
	}
	a, was := f.earlier[level][key]
	b, is := f.later[level][key]
	if !was || !is || math.Min(float64(a.N), a.NEff) < leastMeasured || math.Min(float64(b.N), b.NEff) < leastMeasured {
		return d, false
	}
	d = Difference{WaveID: f.m.next.ID, Against: f.m.before.ID, AreaCode: area, AreaLevel: level, Field: f.field, Measure: f.measure, Earlier: a.Estimate, Later: b.Estimate,
		NEarlier: a.N, NLater: b.N, Indicators: db.JSON[[]string]{V: []string{}}}
	for _, k := range f.m.of[f.field] {
		if f.measure == MeasureScore {
			d.Indicators.V = append(d.Indicators.V, f.m.codes[k])
		}
	}
	d.first, d.second = f.wave(a), f.wave(b)
	return d, true
}

// wave is a mean as stats compares it. A share that nobody or everybody names has no variance in the sample; its standard error is then that of
// Agresti & Caffo (2000), one answer of each kind added.
func (f *fieldMeans) wave(a survey.AreaMean) stats.Wave {
	w := stats.Wave{Estimate: a.Estimate, SE: a.SE, DF: math.Max(a.DF, 0)}
	if f.measure == MeasureShare {
		n := math.Min(float64(a.N), a.NEff)
		p := (a.Estimate/100*n + 1) / (n + 2)
		w.SE = math.Max(w.SE, 100*math.Sqrt(p*(1-p)/(n+2)))
	}
	return w
}

// compare judges a family of differences.
func (m *measuring) compare(family []Difference) error {
	first, second := make([]stats.Wave, len(family)), make([]stats.Wave, len(family))
	for i := range family {
		first[i], second[i] = family[i].first, family[i].second
	}
	list, err := stats.Compare(first, second, nil, unbounded, m.level)
	if err != nil {
		return err
	}
	for i, c := range list {
		d := &family[i]
		if c.SE == 0 { // nothing varies: no more can be said than that few answered alike
			c.P, c.Holm = 1, 1
		}
		d.Difference, d.SE, d.Low, d.High, d.P, d.Holm, d.Verdict = c.Difference, c.SE, c.Low, c.High, c.P, c.Holm, EffectUnclear
		if good := c.Difference > 0 == (d.Measure == MeasureScore); c.Holm < 1-m.level && good {
			d.Verdict = EffectBetter
		} else if c.Holm < 1-m.level {
			d.Verdict = EffectWorse
		}
	}
	return nil
}

// keep stores the differences and the verdict of every item.
func (m *measuring) keep(ctx context.Context, tx *db.Tx) (int, error) {
	if _, err := tx.Exec(ctx, "DELETE FROM effect_measure WHERE against = $1", m.before.ID); err != nil {
		return 0, err
	}
	by := map[[2]string][]*Difference{}
	rows := make([][]any, len(m.differences))
	for i := range m.differences {
		d := &m.differences[i]
		rows[i] = []any{d.WaveID, d.Against, d.AreaCode, d.AreaLevel, d.Field, d.Measure, d.Indicators, d.Earlier, d.Later, d.NEarlier, d.NLater,
			d.Difference, d.SE, d.Low, d.High, d.P, d.Holm, d.Verdict}
		by[[2]string{d.AreaCode, d.Field}] = append(by[[2]string{d.AreaCode, d.Field}], d)
	}
	if err := db.InsertMany(ctx, tx, "effect_measure", differenceColumns, "", rows); err != nil {
		return 0, err
	}
	n := 0
	for _, it := range m.items {
		area, level, list := it.Area, "community", by[[2]string{it.Area, it.Field}]
		if len(it.Area) <= streetDigits {
			level = "street"
		} else if len(list) == 0 {
			area, level = it.Street, "street"
			list = by[[2]string{area, it.Field}]
		}
		verdict := verdictOf(list)
		if verdict != EffectUnmeasured {
			n++
		}
		err := tx.Queue(ctx, nil, `INSERT INTO item_effect (item_id, wave_id, area_code, area_level, verdict, at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (item_id) DO UPDATE SET wave_id = excluded.wave_id, area_code = excluded.area_code, area_level = excluded.area_level, verdict = excluded.verdict, at = excluded.at`,
			it.ID, m.next.ID, area, level, verdict, tx.Time())
		if err != nil {
			return 0, err
		}
	}
	return n, nil
}

// verdictOf puts the verdicts of the measures of one place together: they must not contradict each other.
func verdictOf(list []*Difference) string {
	better, worse := false, false
	for _, d := range list {
		better, worse = better || d.Verdict == EffectBetter, worse || d.Verdict == EffectWorse
	}
	switch {
	case len(list) == 0:
		return EffectUnmeasured
	case better == worse:
		return EffectUnclear
	case better:
		return EffectBetter
	}
	return EffectWorse
}
