package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yiwang/internal/form"
	"yiwang/internal/survey"
)

// columnKind says what a column of the data file holds.
type columnKind int

const (
	kindCode columnKind = iota
	kindNumber
	kindMark // a mark of the scale
)

// dataColumn is a column with what the codebook says about it.
type dataColumn struct {
	name, title, note string
	kind              columnKind
	codes             [][2]string // value and its meaning
	value             func(row int, x *dataRow) string
}

// name of a question or indicator as every statistics program takes it.
func plain(code string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			return c
		}
		return '_'
	}, code)
}

// columnOf names the column of a scale question: one per indicator, whichever question asks about it.
func columnOf(q *survey.Question) string {
	if q.Indicator != "" {
		return "i_" + plain(q.Indicator)
	}
	return "s_" + plain(q.Code)
}

func (r *release) identityColumns() []dataColumn {
	groups, channels := [][2]string{}, [][2]string{}
	for _, g := range survey.Groups {
		groups = append(groups, [2]string{string(g), g.Title()})
	}
	for _, c := range survey.Channels {
		channels = append(channels, [2]string{string(c), c.Title()})
	}
	return []dataColumn{
		{name: "row", title: "序号", kind: kindNumber, note: "按内容排列后编号，与交卷先后、受访者编号无关", value: func(i int, _ *dataRow) string { return strconv.Itoa(i + 1) }},
		{name: "channel", title: "渠道", codes: channels, note: "只有定向答卷计入得分", value: func(_ int, x *dataRow) string { return string(x.Channel) }},
		{name: "mode", title: "方式", codes: [][2]string{{"visit", "入户"}, {"phone", "电话"}, {"paper", "纸质"}, {"web", "网页"}}, value: func(_ int, x *dataRow) string { return string(x.Mode) }},
		{name: "street", title: "街道代码", value: func(_ int, x *dataRow) string { return x.Street }},
		{name: "community", title: "社区代码", note: fmt.Sprintf("同社区同类对象不足%d份的留空", r.plan.MinCellN), value: func(_ int, x *dataRow) string { return x.Community }},
		{name: "group", title: "对象", codes: groups, value: func(_ int, x *dataRow) string { return string(x.Group) }},
		{name: "sex", title: "性别", codes: [][2]string{{"m", "男"}, {"f", "女"}}, note: fmt.Sprintf("同社区同类对象同性别不足%d份的留空", r.plan.MinCellN), value: func(_ int, x *dataRow) string { return x.Sex }},
		{name: "age_band", title: "年龄段", note: fmt.Sprintf("同社区同类对象同性别同年龄段不足%d份的留空", r.plan.MinCellN), value: func(_ int, x *dataRow) string { return x.AgeBand }},
		{name: "seconds", title: "用时秒", kind: kindNumber, note: "按10秒取整；空为未记录", value: func(_ int, x *dataRow) string {
			if x.Seconds == 0 {
				return ""
			}
			return strconv.Itoa((x.Seconds + 5) / 10 * 10)
		}},
		{name: "interviewer", title: "调查员序号", note: "另行编号，只能用来分组", value: func(_ int, x *dataRow) string { return x.Interviewer }},
		{name: "flags", title: "可疑标记", kind: kindNumber, note: "二进制位之和，位的含义见“答卷核查”；标记是线索，不是结论", value: func(_ int, x *dataRow) string { return strconv.FormatInt(x.Flags, 10) }},
		{name: "excluded", title: "不计入", codes: [][2]string{{"0", "计入"}, {"1", "经人工核查不计入"}}, value: func(_ int, x *dataRow) string { return map[bool]string{true: "1", false: "0"}[x.Excluded] }},
	}
}

// questionColumns are the marks, then the single choices, the ticked fields and the recommendation.
func (r *release) questionColumns() (columns []dataColumn) {
	seen := map[string]int{}
	texts := map[string][]string{}
	var choices []dataColumn
	for _, g := range survey.Groups {
		if r.forms[g] == nil {
			continue
		}
		for _, q := range r.forms[g].Questions {
			switch q.Type {
			case survey.TypeScale:
				name := columnOf(&q)
				texts[name] = append(texts[name], g.Title()+"："+q.Text)
				if _, ok := seen[name]; !ok {
					seen[name] = len(columns)
					columns = append(columns, dataColumn{name: name, title: r.indicatorName(&q), kind: kindMark, codes: r.markCodes()})
				}
			case survey.TypeSingle:
				name := "c_" + plain(q.Code)
				if _, ok := seen[name]; ok {
					continue
				}
				seen[name] = -1
				codes := make([][2]string, len(q.Options))
				for i, o := range q.Options {
					codes[i] = [2]string{strconv.Itoa(i + 1), o}
				}
				choices = append(choices, dataColumn{name: name, title: q.Text, codes: codes, value: func(_ int, x *dataRow) string {
					if n := x.Answers.V.Choices[q.Code]; n > 0 {
						return strconv.Itoa(n)
					}
					return ""
				}})
			}
		}
	}
	for i := range columns {
		columns[i].note = strings.Join(texts[columns[i].name], "；")
	}
	fields := make([][2]string, len(r.fields))
	for i, f := range r.fields {
		fields[i] = [2]string{f.Code, f.Name}
	}
	choices = append(choices, r.answerColumns()...)
	return append(append(columns, choices...),
		dataColumn{name: "fields", title: "勾选的反向问题领域", codes: fields, note: "多个用分号隔开", value: func(_ int, x *dataRow) string {
			return strings.Join(slices.Sorted(slices.Values(x.Answers.V.Categories)), ";")
		}},
		dataColumn{name: "nps", title: "推荐度（0—10）", kind: kindNumber, value: func(_ int, x *dataRow) string {
			if x.Answers.V.NPS == nil {
				return ""
			}
			return strconv.Itoa(*x.Answers.V.NPS)
		}})
}

// answerColumns are the questions with several choices, with an order, or with a number.
func (r *release) answerColumns() (columns []dataColumn) {
	seen := map[string]bool{}
	for _, g := range survey.Groups {
		if r.forms[g] == nil {
			continue
		}
		for _, q := range r.forms[g].Questions {
			c := dataColumn{name: "m_" + plain(q.Code), title: q.Text, note: "选项序号，多个用分号隔开"}
			switch q.Type {
			case form.Multi:
				c.value = func(_ int, x *dataRow) string { return numbers(x.Answers.V.Sets[q.Code]) }
			case form.Ranking:
				c.note = "选项序号，按先后用分号隔开"
				c.value = func(_ int, x *dataRow) string { return numbers(x.Answers.V.Orders[q.Code]) }
			case form.Number:
				c.note, c.kind = "", kindNumber
				c.value = func(_ int, x *dataRow) string {
					if v, ok := x.Answers.V.Numbers[q.Code]; ok {
						return strconv.FormatFloat(v, 'g', -1, 64)
					}
					return ""
				}
			default:
				continue
			}
			if !seen[c.name] {
				seen[c.name] = true
				for i, o := range q.Options {
					c.codes = append(c.codes, [2]string{strconv.Itoa(i + 1), o})
				}
				columns = append(columns, c)
			}
		}
	}
	return columns
}

func numbers(list []int) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ";")
}

func (r *release) indicatorName(q *survey.Question) string {
	for _, n := range r.nodes {
		if n.Code == q.Indicator && q.Indicator != "" {
			return n.Code + " " + n.Name
		}
	}
	return q.Text
}

func (r *release) markCodes() (codes [][2]string) {
	for _, step := range r.plan.Scale {
		codes = append(codes, [2]string{step.Mark, fmt.Sprintf("%s（%g分）", step.Label, *step.Score)})
	}
	return append(codes, [2]string{string(survey.MarkNA), "没接触过/不了解（不计分）"}, [2]string{string(survey.MarkMissing), "未作答"}, [2]string{"", "该类对象不问"})
}

func (r *release) designColumns() []dataColumn {
	columns := []dataColumn{
		{name: "stratum", title: "层", note: "方差估计的层", value: func(_ int, x *dataRow) string { return ascii(x.weight.Stratum) }},
		{name: "psu", title: "第一阶段单位", note: "另行编号", value: func(_ int, x *dataRow) string { return x.unit }},
		{name: "population", title: "街道×对象的总体", kind: kindNumber, note: "有限总体校正用；线上答卷不用", value: func(_ int, x *dataRow) string { return exact(x.weight.Population) }},
		{name: "weight_before", title: "校准前的权数", kind: kindNumber, value: func(_ int, x *dataRow) string { return exact(x.weight.Before) }},
		{name: "weight", title: "计分用的权数", kind: kindNumber, note: "不计入的答卷没有权数", value: func(_ int, x *dataRow) string { return exact(x.weight.Final) }},
	}
	for k := range r.margins {
		columns = append(columns, dataColumn{name: fmt.Sprintf("cal%d", k+1), title: fmt.Sprintf("第%d组校准类别", k+1), note: "同类答卷的权数之和等于方案规定的总体", value: func(_ int, x *dataRow) string {
			if k < len(x.weight.Margins) {
				return ascii(x.weight.Margins[k])
			}
			return ""
		}})
	}
	return columns
}

// ascii writes the separator of keys as every program reads it.
func ascii(key string) string { return strings.ReplaceAll(key, "·", ".") }
