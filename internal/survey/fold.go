package survey

import (
	"slices"
	"strings"

	"yiwang/internal/form"
)

// text is a free-text answer.
type text struct{ question, text string }

// texts are the free texts of an answer and the telephone number left with them.
type texts struct {
	list  []text
	phone string
}

// fold lays checked answers out in the columns of a response and returns what is kept apart from it.
func fold(f *Form, answers form.Answers, r *Response) (t texts) {
	marks := make([]byte, 0, 24)
	for i := range f.Questions {
		q := &f.Questions[i]
		_, given := answers[q.Code]
		switch q.Type {
		case form.Scale5:
			mark := byte(MarkMissing)
			if m := answers.Text(q.Code); len(m) == 1 {
				mark = m[0]
			}
			marks = append(marks, mark)
		case form.Text:
			if line := strings.TrimSpace(answers.Text(q.Code)); line != "" {
				t.list = append(t.list, text{q.Code, line})
			}
		case form.Phone:
			t.phone = strings.NewReplacer(" ", "", "-", "").Replace(answers.Text(q.Code))
		case form.Demographics:
			r.describe(answers.Fields(q.Code))
		default:
			if given {
				r.Answers.V.put(q, answers)
			}
		}
	}
	r.Marks = string(marks)
	return t
}

// put keeps one answer outside the scale.
func (a *Answers) put(q *Question, answers form.Answers) {
	switch q.Type {
	case form.Categories:
		a.Categories = answers.Codes(q.Code)
	case form.Single:
		set(&a.Choices, q.Code, answers.Choice(q.Code))
	case form.Multi:
		list := answers.Choices(q.Code)
		slices.Sort(list)
		set(&a.Sets, q.Code, list)
	case form.Ranking:
		set(&a.Orders, q.Code, answers.Choices(q.Code))
	case form.Photo:
		set(&a.Photos, q.Code, answers.Codes(q.Code))
	case form.NPS, form.Number:
		n, ok := answers.Number(q.Code)
		if whole := int(n); ok && q.Type == form.NPS && a.NPS == nil {
			a.NPS = &whole
		} else if ok {
			set(&a.Numbers, q.Code, n)
		}
	}
}

func set[V any](m *map[string]V, code string, v V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[code] = v
}

// describe takes sex and age band into their columns and keeps the rest beside the answers.
func (r *Response) describe(fields map[string]string) {
	for field, value := range fields {
		switch field {
		case "性别":
			r.Sex = sexNames[value]
		case "年龄段":
			r.AgeBand = ageBand(value)
		default:
			set(&r.Answers.V.Demographics, field, value)
		}
	}
}

// ageBand reads a band as people and forms write it: 18—29岁, 80岁及以上.
func ageBand(text string) string {
	text = strings.NewReplacer("岁", "", "—", "-", "–", "-", "～", "-", "~", "-", "及以上", "+", "以上", "+", " ", "").Replace(text)
	if slices.Contains(ageBands, text) {
		return text
	}
	return ""
}
