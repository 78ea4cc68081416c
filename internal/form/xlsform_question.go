package form

import (
	"slices"
	"strconv"
	"strings"
)

// question reads one row that asks something; word is the first word of its type, list the rest.
func (x *xlsReader) question(t *table, i int, word, list string) {
	if x.fields != nil {
		x.field(t, i, word)
		return
	}
	q := x.common(t, i)
	look := t.cell(i, colLook)
	switch word {
	case "select_one":
		x.selectOne(i, &q, list)
	case "select_multiple", "rank":
		q.Type = map[string]Type{"select_multiple": Multi, "rank": Ranking}[word]
		if list == listCategories {
			q.Type, q.Source = Categories, ""
		} else {
			x.options(i, &q, list)
		}
	case "range":
		q.Type = NPS
	case "integer", "decimal":
		q.Type, q.Whole = Number, word == "integer"
	case "text":
		q.Type = Text
		if looks(look, lookPhone) {
			q.Type = Phone
		}
	case "image":
		q.Type = Photo
		if most := t.cell(i, colMost); most != "" {
			n, err := strconv.Atoi(most)
			if err != nil {
				x.fault("survey", i, colMost, most, "照片张数要写整数", "the greatest number of pictures is a whole number")
			}
			q.Max = n
		}
	case "note":
		q.Type = Note
	default:
		x.fault("survey", i, colType, word, "不支持这种题型；支持 select_one、select_multiple、rank、range、integer、decimal、text、image、note",
			"the type is not supported; use select_one, select_multiple, rank, range, integer, decimal, text, image or note")
		return
	}
	x.constraint(t, i, &q)
	if required := t.cell(i, colRequired); !yes(required) && (required != "" || optionalType(&q)) {
		q.Optional = true
	}
	if q.Type == Text && q.MaxLen == 0 {
		q.MaxLen = 300
	}
	x.out.Form.Questions = append(x.out.Form.Questions, q)
}

// optionalType reports whether leaving out "required" says anything: some types are never required.
func optionalType(q *Question) bool {
	q2 := *q
	q2.Optional = false
	return q2.Required()
}

func (x *xlsReader) field(t *table, i int, word string) {
	label := t.cell(i, colLabel)
	if word != "text" && word != "select_one" && word != "integer" {
		x.fault("survey", i, colType, word, "基本信息题的字段只能是 text", "a field of demographics is a text")
		return
	}
	if label == "" {
		x.fault("survey", i, colLabel, "", "字段没有名称", "the field has no label")
		return
	}
	x.fields.Fields = append(x.fields.Fields, label)
	if english := t.cell(i, colLabelEN); english != "" {
		if x.fields.EN == nil {
			x.fields.EN = &QuestionWords{}
		}
		x.fields.EN.Fields = append(x.fields.EN.Fields, english)
	}
}

func (x *xlsReader) selectOne(i int, q *Question, list string) {
	switch list {
	case listScale, listScaleNA:
		q.Type, q.NA = Scale5, list == listScaleNA
	default:
		q.Type = Single
		x.options(i, q, list)
	}
}

// options takes the labels of a list; the names must count 1, 2, 3 … since answers and conditions point to them.
func (x *xlsReader) options(i int, q *Question, list string) {
	choices := x.lists[list]
	if list == "" || len(choices) == 0 {
		x.fault("survey", i, colType, list, "choices 表里没有这个选项列表", "the choices sheet has no such list")
		return
	}
	var english []string
	for n, c := range choices {
		if c.name != strconv.Itoa(n+1) {
			x.fault("survey", i, colType, list, "列表 "+list+" 的选项编号要从1起连续（现为 "+c.name+"）", "the names of list "+list+" must count 1, 2, 3 … (found "+c.name+")")
			return
		}
		q.Options = append(q.Options, c.label)
		english = append(english, c.english)
	}
	if slices.ContainsFunc(english, func(s string) bool { return s != "" }) {
		if q.EN == nil {
			q.EN = &QuestionWords{}
		}
		q.EN.Options = english
	}
}

// constraint reads bounds joined by "and".
func (x *xlsReader) constraint(t *table, i int, q *Question) {
	text := t.cell(i, colConstraint)
	for rest := text; strings.TrimSpace(rest) != ""; {
		m := constraintPart.FindStringSubmatch(rest)
		if m == nil || !q.bound(m[1], m[2], m[3], m[4]) {
			x.fault("survey", i, colConstraint, text, "限制条件看不懂："+strings.TrimSpace(rest), "the constraint is not understood: "+strings.TrimSpace(rest))
			return
		}
		rest = rest[len(m[0]):]
	}
}

// bound takes one part of a constraint; false when it means nothing for the type.
func (q *Question) bound(of, sign, limit, exclusive string) bool {
	if exclusive != "" {
		n, err := strconv.Atoi(exclusive)
		q.Exclusive = append(q.Exclusive, n)
		return err == nil && q.Type == Multi
	}
	v, err := strconv.ParseFloat(limit, 64)
	if err != nil {
		return false
	}
	whole := int(v)
	if of != "." || q.Whole { // strict bounds of whole numbers are the next whole number
		switch sign {
		case "<":
			sign, whole, v = "<=", whole-1, v-1
		case ">":
			sign, whole, v = ">=", whole+1, v+1
		}
	}
	switch {
	case of == "." && q.Type == NPS:
		return true
	case of == "." && q.Type == Number && sign == ">=":
		q.Low = &v
	case of == "." && q.Type == Number && sign == "<=":
		q.High = &v
	case strings.HasPrefix(of, "string-length") && q.Type == Text && sign == "<=":
		q.MaxLen = whole
	case strings.HasPrefix(of, "count-selected") && sign == ">=":
		q.Min = whole
	case strings.HasPrefix(of, "count-selected") && sign == "<=":
		q.Max = whole
	default:
		return false
	}
	return true
}
