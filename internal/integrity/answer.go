package integrity

import (
	"strings"
	"time"

	"yiwang/internal/form"
	"yiwang/internal/platform/clock"
	"yiwang/internal/survey"
)

// answer is a response prepared for comparison.
type answer struct {
	survey.Evidence
	sheet  *sheetOf
	web    bool      // filled in by the respondent alone
	at     time.Time // zero where the time is not known
	day    string    // 2026-11-21, "" where the time is not known
	best   bool      // every scored question has the best step
	usual  float64   // median seconds of comparable answers, 0 where too few
	valid  int       // scored answers
	mean   float64   // mean score of the scored answers
	middle float64   // share of the middle step among the scored answers
}

// sheetOf is what the check needs to know of a questionnaire and the scale.
type sheetOf struct {
	group     survey.Group
	questions []survey.Question
	overall   int // place of the overall question among the marks, -1 for none
	attention string
	expected  int // option of the attention question
	integrity string
	progress  string
	worst     int // last option of the progress question
	score     map[byte]float64
	best      map[byte]bool
	middle    map[byte]bool
	label     map[byte]string
}

// newSheet reads roles from the form; the reference questionnaires' codes stand for roles in forms of before there were any.
func newSheet(g survey.Group, f *survey.Form, scale survey.Scale) *sheetOf {
	s := &sheetOf{group: g, questions: f.ScaleQuestions(), overall: -1, score: map[byte]float64{}, best: map[byte]bool{}, middle: map[byte]bool{}, label: map[byte]string{}}
	for i := range s.questions {
		if roleOf(&s.questions[i]) == form.RoleOverall {
			s.overall = i
		}
	}
	for i := range f.Questions {
		q := &f.Questions[i]
		switch roleOf(q) {
		case form.RoleAttention:
			for k, option := range q.Options {
				if option == q.Expect {
					s.attention, s.expected = q.Code, k+1
				}
			}
		case form.RoleIntegrity:
			s.integrity = q.Code
		case form.RoleProgress:
			s.progress, s.worst = q.Code, len(q.Options)
		}
	}
	for _, face := range []bool{false, true} {
		var marks []byte
		for _, step := range scale {
			if step.Face == face && step.Score != nil && len(step.Mark) == 1 {
				m := step.Mark[0]
				s.score[m], s.label[m] = *step.Score, step.Label
				marks = append(marks, m)
			}
		}
		if len(marks) > 0 {
			s.best[marks[0]], s.middle[marks[len(marks)/2]] = true, len(marks)%2 == 1
		}
	}
	return s
}

func roleOf(q *survey.Question) form.Role {
	switch {
	case q.Role != "":
		return q.Role
	case q.Expect != "":
		return form.RoleAttention
	case q.Code == "Q-INT":
		return form.RoleIntegrity
	case q.Code == "Q-PROG":
		return form.RoleProgress
	case q.Code == "Q-ALL":
		return form.RoleOverall
	}
	return ""
}

// newAnswer measures what one answer shows by itself.
func newAnswer(e *survey.Evidence, sheet *sheetOf) answer {
	a := answer{Evidence: *e, sheet: sheet, web: e.Mode == survey.ModeWeb, best: true}
	total, middle := 0.0, 0
	for i := range len(e.Marks) {
		m := e.Marks[i]
		score, scored := sheet.score[m]
		if !scored {
			continue
		}
		a.valid++
		total += score
		a.best = a.best && sheet.best[m]
		if sheet.middle[m] {
			middle++
		}
	}
	if a.best = a.best && a.valid >= 5; a.valid > 0 {
		a.mean, a.middle = total/float64(a.valid), float64(middle)/float64(a.valid)
	}
	return a
}

// timed tells when an answer came in, unless the time is that of a file that came without times: the same instant for many,
// and no full hour, to which answers with a code are cut.
func timed(answers []answer) {
	at := map[int64]int{}
	for i := range answers {
		at[answers[i].SubmittedAt.UnixMilli()]++
	}
	for i := range answers {
		a := &answers[i]
		local := a.SubmittedAt.In(clock.Nanjing)
		if at[a.SubmittedAt.UnixMilli()] > 4 && !local.Truncate(time.Hour).Equal(local) {
			continue
		}
		a.at, a.day = local, local.Format(time.DateOnly)
	}
}

// usualSeconds fills in the median time of comparable answers: same questionnaire and mode, or same questionnaire where those
// are fewer than twenty.
func usualSeconds(answers []answer) {
	const least = 20
	narrow, wide := map[string][]float64{}, map[string][]float64{}
	key := func(a *answer) (string, string) { return string(a.Group) + "|" + string(a.Mode), string(a.Group) }
	for i := range answers {
		if a := &answers[i]; a.Seconds > 0 {
			n, w := key(a)
			narrow[n], wide[w] = append(narrow[n], float64(a.Seconds)), append(wide[w], float64(a.Seconds))
		}
	}
	of := func(m map[string][]float64) map[string]float64 {
		out := map[string]float64{}
		for k, v := range m {
			if len(v) >= least {
				out[k] = median(v)
			}
		}
		return out
	}
	close, far := of(narrow), of(wide)
	for i := range answers {
		n, w := key(&answers[i])
		if answers[i].usual = close[n]; answers[i].usual == 0 {
			answers[i].usual = far[w]
		}
	}
}

// labels names marks for people: 非常满意 …; runs of the same are told once.
func (s *sheetOf) labels(marks string) string {
	var parts []string
	for i := range len(marks) {
		name := s.label[marks[i]]
		if name == "" {
			name = "未评"
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, "、")
}
