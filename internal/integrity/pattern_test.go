package integrity

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	shipped "yiwang/data/appraisal"
	"yiwang/internal/platform/clock"
	"yiwang/internal/survey"
)

// crowd makes answers of ordinary people over three weeks: eight communities, an open link.
type crowd struct {
	r      *rand.Rand
	sheets map[survey.Group]*sheetOf
	forms  map[survey.Group]*survey.Form
	list   []answer
	start  time.Time
}

func scale() (s survey.Scale) {
	for i, label := range []string{"非常满意", "比较满意", "一般", "不太满意", "很不满意"} {
		score := []float64{100, 80, 60, 30, 0}[i]
		s = append(s, survey.Step{Mark: fmt.Sprint(i + 1), Label: label, Score: &score, Satisfied: i < 2})
	}
	return s
}

func newCrowd(t testing.TB, seed uint64, n int) *crowd {
	t.Helper()
	_, forms, err := survey.ParseQuestionnaires(shipped.Questionnaires)
	if err != nil {
		t.Fatal(err)
	}
	c := &crowd{r: rand.New(rand.NewPCG(seed, 7)), sheets: map[survey.Group]*sheetOf{}, forms: forms, start: time.Date(2026, 10, 19, 0, 0, 0, 0, clock.Nanjing)}
	for g, f := range forms {
		c.sheets[g] = newSheet(g, f, scale())
	}
	for range n {
		c.add(c.ordinary())
	}
	return c
}

func (c *crowd) ordinary() survey.Evidence {
	e := survey.Evidence{Channel: survey.Online, Mode: survey.ModeWeb, Street: "320106001", Group: survey.Adult, Seconds: 200 + c.r.IntN(200),
		Community: fmt.Sprintf("320106001%03d", 1+c.r.IntN(8)), Device: fmt.Sprintf("d%d", c.r.Uint64()),
		SubmittedAt: clock.At(c.start.AddDate(0, 0, c.r.IntN(21)).Add(8*time.Hour + time.Duration(c.r.IntN(13*3600*1000))*time.Millisecond))}
	mood := c.r.NormFloat64()
	for range c.sheets[survey.Adult].questions {
		e.Marks += string(rune('1' + max(0, min(4, int(1.3+mood+c.r.NormFloat64())))))
	}
	e.Answers.V.Choices = map[string]int{"Q-ATT": 3, "Q-INT": 1, "Q-PROG": 2}
	return e
}

func (c *crowd) add(e survey.Evidence) *answer {
	e.ID = fmt.Sprintf("a%06d", len(c.list))
	c.list = append(c.list, newAnswer(&e, c.sheets[e.Group]))
	return &c.list[len(c.list)-1]
}

func (c *crowd) look(before []answer) *outcome {
	var none *survey.IntegrityRules
	return examine(c.list, before, none.WithDefaults())
}

func (o *outcome) patterns() map[Pattern]int {
	n := map[Pattern]int{}
	for i := range o.findings {
		n[o.findings[i].Pattern]++
	}
	return n
}

func (c *crowd) all(mark string) string {
	return strings.Repeat(mark, len(c.sheets[survey.Adult].questions))
}

func TestExamine_OrdinaryPeopleRaiseNoPattern(t *testing.T) {
	t.Parallel()
	patterns := map[Pattern]int{}
	for seed := range uint64(20) {
		c := newCrowd(t, seed, 1500)
		o := c.look(newCrowd(t, seed+100, 1500).list)
		for p, n := range o.patterns() {
			patterns[p] += n
		}
		if share := float64(o.summary.Flagged) / 1500; share > 0.06 {
			t.Errorf("seed %d: %.1f%% of ordinary answers are flagged", seed, 100*share)
		}
	}
	// Twenty waves, an error probability of 1 % each and pattern: more than two would be a fault.
	for p, n := range patterns {
		if n > 2 {
			t.Errorf("%d findings of %s among ordinary answers", n, p)
		}
	}
}

func TestExamine_FindsAnAfternoonOfOrganisedAnswers(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 1, 1500)
	for i := range 40 {
		e := c.ordinary()
		e.Community, e.Marks = "320106001003", c.all("1")
		e.SubmittedAt = clock.At(c.start.AddDate(0, 0, 9).Add(15*time.Hour + time.Duration(i*97)*time.Second))
		c.add(e)
	}
	o := c.look(nil)
	if n := o.patterns(); n[PatternBurst] != 1 || n[PatternCeilingDay] != 1 {
		t.Fatalf("found %v, want one burst and one day of all best", n)
	}
	for i := range o.findings {
		f := &o.findings[i]
		if f.Community != "320106001003" || f.Day != "2026-10-28" || f.P >= 0.01 || f.Hits < 40 || len(f.Members) != f.Hits {
			t.Errorf("%+v", f)
		}
	}
	if last := o.marks[len(o.marks)-1]; last.Flags&Burst == 0 || last.Flags&Ceiling == 0 || last.Score <= 25 {
		t.Errorf("an answer of that afternoon: %+v", last)
	}
}

func TestExamine_TimesOfAFileWithoutTimesAreNoBurst(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 2, 600)
	at := clock.At(c.start.Add(11*time.Hour + 17*time.Minute + 123*time.Millisecond))
	for i := range c.list {
		c.list[i].SubmittedAt = at
	}
	o := c.look(nil)
	if o.summary.Untimed != 600 || o.patterns()[PatternBurst] != 0 || o.patterns()[PatternCeilingDay] != 0 {
		t.Errorf("untimed %d, found %v", o.summary.Untimed, o.patterns())
	}
}

func TestExamine_FindsCopiesOfVariedAndOfSimplePatterns(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 3, 1500)
	n := len(c.sheets[survey.Adult].questions)
	varied := strings.Repeat("12321", 4)[:n]
	simple := "2" + strings.Repeat("1", n-1)
	for i := range 8 {
		e := c.ordinary()
		e.Community, e.Marks = "320106001004", varied
		if i == 3 {
			e.Marks = varied[:5] + "4" + varied[6:] // one answer changed
		}
		e.SubmittedAt = clock.At(c.start.AddDate(0, 0, 4).Add(time.Duration(9+i) * time.Hour).Add(time.Duration(i) * time.Minute))
		c.add(e)
		e.Community, e.Marks = "320106001005", simple
		c.add(e)
	}
	o := c.look(nil)
	if got := o.patterns()[PatternCopies]; got != 2 {
		t.Fatalf("%d clusters, want 2: %+v", got, o.findings)
	}
	for i := len(o.marks) - 16; i < len(o.marks); i++ {
		if o.marks[i].Flags&Copied == 0 {
			t.Errorf("copy %d is not flagged", i)
		}
	}
}

func TestExamine_OneDeviceIsToldApartFromAFamily(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 4, 300)
	for range 2 {
		e := c.ordinary()
		e.Device = "family"
		c.add(e)
	}
	for range 9 {
		e := c.ordinary()
		e.Device = "factory"
		c.add(e)
	}
	o := c.look(nil)
	flagged := 0
	for i := range o.marks {
		if o.marks[i].Flags&Device != 0 {
			flagged++
		}
	}
	if n := o.patterns()[PatternDevice]; n != 1 || flagged != 1+9 {
		t.Errorf("%d findings and %d answers, want 1 and 10: the second of the family and all nine", n, flagged)
	}
}

func TestExamine_ComparesWithTheWaveBefore(t *testing.T) {
	t.Parallel()
	before := newCrowd(t, 5, 1500)
	c := newCrowd(t, 6, 1500)
	for i := range c.list {
		if a := &c.list[i]; a.Community == "320106001006" {
			e := a.Evidence
			e.Marks = strings.ReplaceAll(e.Marks, "3", "2") // nobody may say 一般 any more
			if i%3 == 0 {
				e.Marks = c.all("1")
			}
			c.list[i] = newAnswer(&e, c.sheets[survey.Adult])
		}
	}
	o := c.look(before.list)
	if n := o.patterns(); n[PatternCeilingJump] != 1 || n[PatternVanished] != 1 {
		t.Fatalf("found %v, want one jump and one vanished middle", n)
	}
	for i := range o.findings {
		if f := &o.findings[i]; f.Pattern == PatternVanished && (f.Community != "320106001006" || len(f.Members) != 0) {
			t.Errorf("%+v: about the community as a whole", f)
		}
	}
}

func TestExamine_SaysWhatASingleAnswerShows(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 8, 200)
	cases := map[Flag]func(*survey.Evidence){
		Speed:     func(e *survey.Evidence) { e.Seconds = 60 },
		Straight:  func(e *survey.Evidence) { e.Marks = c.all("3") },
		Unknown:   func(e *survey.Evidence) { e.Marks = strings.Repeat("N", 12) + e.Marks[12:] },
		Attention: func(e *survey.Evidence) { e.Answers.V.Choices["Q-ATT"] = 1 },
		Coached:   func(e *survey.Evidence) { e.Answers.V.Choices["Q-INT"] = 3 },
		Contradiction: func(e *survey.Evidence) {
			e.Marks, e.Answers.V.Choices["Q-PROG"] = c.all("1"), 5
		},
		Crowded: func(e *survey.Evidence) { e.Paradata.V.Crowded = true },
	}
	at := map[Flag]int{}
	for f, change := range cases {
		e := c.ordinary()
		e.Marks = strings.Repeat("12", 20)[:len(e.Marks)]
		change(&e)
		c.add(e)
		at[f] = len(c.list) - 1
	}
	o := c.look(nil)
	for f, i := range at {
		if m := o.marks[i]; m.Flags&f == 0 || len(m.Reasons) == 0 {
			t.Errorf("%s: got %v", kindOf(f).Code, m.Flags.Codes())
		}
	}
	slowBest := c.ordinary()
	slowBest.Marks, slowBest.Seconds = c.all("1"), 400
	c.add(slowBest)
	if m := c.look(nil).marks[len(c.list)-1]; m.Flags != 0 {
		t.Errorf("all best, without hurry, is no fault: %v", m.Reasons)
	}
}

func TestExamine_FindsTheInterviewerWhoStandsApart(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 9, 0)
	for i := range 400 {
		e := c.ordinary()
		e.Channel, e.Mode, e.Device, e.Interviewer = survey.Targeted, survey.ModeVisit, "", fmt.Sprintf("iv%02d", i%10)
		if i%10 == 4 {
			e.Marks = strings.Repeat("21", 20)[:len(e.Marks)]
		}
		c.add(e)
	}
	o := c.look(nil)
	if o.summary.Effect.Interviewers != 10 || o.summary.Effect.ICC <= 0 {
		t.Errorf("effect %+v", o.summary.Effect)
	}
	for i := range o.findings {
		if f := &o.findings[i]; f.Pattern == PatternInterviewer && f.Key != "interviewer|iv04" {
			t.Errorf("an ordinary interviewer stands out: %+v", f)
		}
	}
}

func BenchmarkExamine35000(b *testing.B) {
	c := newCrowd(b, 1, 35000)
	for b.Loop() {
		c.look(nil)
	}
}
