package survey

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yiwang/internal/form"
)

// typedColumn says what a cell of the types beyond the reference questionnaires may hold.
func typedColumn(q *Question) string {
	switch q.Type {
	case form.Multi:
		return "选项文字或序号，多个用分号隔开，如 1；3"
	case form.Ranking:
		return "按名次先后写选项序号，用分号隔开，如 2；1；3"
	case form.Number:
		if q.Whole {
			return "整数"
		}
		return "数字"
	}
	return ""
}

// typed reads a cell of a multiple choice, ranking or number and keeps it when it can stand.
func (r *rowReader) typed(q *Question, text string, to *Answers) {
	value, ok := typedValue(q, text)
	if !ok {
		r.fault(q.Code, "请填"+typedColumn(q))
		return
	}
	alone := *q
	alone.Show, alone.Section, alone.Channels = nil, "", nil // a file holds what was asked
	kept, problems := form.Judge(&Form{Questions: []Question{alone}}, form.Answers{q.Code: value}, form.Options{Draft: true})
	for _, p := range problems {
		r.fault(q.Code, typedFault(p))
	}
	if len(problems) == 0 {
		to.put(q, kept)
	}
}

func typedValue(q *Question, text string) (any, bool) {
	if q.Type == form.Number {
		n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		return n, err == nil
	}
	var list []int
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(";；|", c) }) {
		part = strings.TrimSpace(part)
		n, err := strconv.Atoi(strings.TrimSuffix(part, ".0"))
		if err != nil {
			if n = slices.Index(q.Options, part) + 1; n == 0 {
				return nil, false
			}
		}
		list = append(list, n)
	}
	return list, len(list) > 0
}

func typedFault(p form.Problem) string {
	switch p.Reason {
	case form.TooFew:
		return fmt.Sprintf("至少选%v个", p.Limit)
	case form.TooMany:
		return fmt.Sprintf("最多选%v个", p.Limit)
	case form.Twice:
		return "同一选项写了两次"
	case form.Excludes:
		return "这个选项不能和别的同时选"
	case form.NotWhole:
		return "请填整数"
	case form.TooLow:
		return fmt.Sprintf("不能小于%v", p.Limit)
	case form.TooHigh:
		return fmt.Sprintf("不能大于%v", p.Limit)
	}
	return "不是这一题的选项"
}
