package fieldwork

import (
	"slices"

	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// Outcome is a disposition code of the AAPOR Standard Definitions (10th edition, 2023), in the subset that door, telephone, letter and
// paper need.
type Outcome string

// The outcomes.
const (
	Complete    Outcome = "1.1"
	PartialDone Outcome = "1.2"
	Refusal     Outcome = "2.11"
	BreakOff    Outcome = "2.12"
	NeverIn     Outcome = "2.20"
	Appointment Outcome = "2.21"
	Deceased    Outcome = "2.31"
	Unable      Outcome = "2.32"
	Language    Outcome = "2.33"
	NotTried    Outcome = "3.11"
	NoAccess    Outcome = "3.17"
	NoAnswer    Outcome = "3.19"
	NoScreener  Outcome = "3.21"
	OutOfArea   Outcome = "4.10"
	NoDwelling  Outcome = "4.50"
	Vacant      Outcome = "4.60"
	NoPerson    Outcome = "4.70"
)

// Class is what an outcome counts as in a response rate.
type Class string

// The classes.
const (
	I  Class = "I"  // complete
	P  Class = "P"  // partial
	R  Class = "R"  // refusal and break-off
	NC Class = "NC" // non-contact, known to be eligible
	O  Class = "O"  // other, known to be eligible
	UH Class = "UH" // unknown whether there is a household
	UO Class = "UO" // household, unknown whether somebody is eligible
	NE Class = "NE" // not eligible
)

// Kind describes an outcome. Of several attempts the one with the highest Rank says how the case ended, as AAPOR counts the most telling
// contact rather than the last. A Final one closes the assignment.
type Kind struct {
	Code  Outcome       `json:"code"`
	Class Class         `json:"class"`
	Title string        `json:"title"`
	Hint  string        `json:"hint"`
	Final bool          `json:"final"`
	Modes []survey.Mode `json:"modes" doc:"where an interviewer may choose it"`
	rank  int
}

var both = []survey.Mode{survey.ModeVisit, survey.ModePhone}

// kinds in the order interviewers see them.
var kinds = []Kind{
	{Complete, I, "已完成", "问卷已提交", true, nil, 100},
	{PartialDone, P, "答了一部分", "中途停止，主要题目已答", true, both, 90},
	{Appointment, NC, "约了时间", "说好再来或再打的时间", false, both, 40},
	{NoAnswer, UH, "没人应", "敲门没人应，或电话没人接", false, both, 10},
	{NeverIn, NC, "有人住，人不在", "邻居证实有人住，或家人说本人不在", false, both, 30},
	{NoScreener, UO, "见到人，没问清", "有人应门，没问清家里有没有符合条件的人", false, both, 20},
	{Refusal, R, "拒绝", "本人或家人明确不愿意", true, both, 70},
	{BreakOff, R, "中途拒绝", "开始后很快不愿继续", true, both, 72},
	{Unable, O, "身体不便", "生病、失能、住院，本期内不能作答", true, both, 60},
	{Language, O, "语言不通", "听不懂，又没有人能帮忙", true, both, 58},
	{Deceased, O, "已去世", "抽中的人已去世", true, both, 62},
	{NoAccess, UH, "进不去", "门禁、围挡，或去了有危险", false, both, 8},
	{OutOfArea, NE, "不在本区", "地址不在测评范围内", true, both, 84},
	{NoDwelling, NE, "不是住宅", "办公、仓库，或已拆除", true, []survey.Mode{survey.ModeVisit}, 83},
	{Vacant, NE, "空房", "证实没有人住", true, []survey.Mode{survey.ModeVisit}, 82},
	{NoPerson, NE, "没有符合的人", "家里没有这个年龄段的常住人员", true, both, 80},
	{NotTried, UH, "尚未联系", "寄出信件后没有回音，也没有上门", false, nil, 0},
}

// Outcomes lists the outcomes in the order interviewers see them.
func Outcomes() []Kind { return slices.Clone(kinds) }

// kindOf returns what an outcome means; nil for an unknown one.
func kindOf(o Outcome) *Kind {
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Code == o })
	if i < 0 {
		return nil
	}
	return &kinds[i]
}

// stronger returns which of two outcomes tells how a case ended.
func stronger(a, b Outcome) Outcome {
	ka, kb := kindOf(a), kindOf(b)
	if ka == nil || kb != nil && kb.rank >= ka.rank {
		return b
	}
	return a
}

// checkOutcome returns Invalid unless an interviewer may report the outcome.
func checkOutcome(o Outcome, mode survey.Mode) (*Kind, error) {
	k := kindOf(o)
	if k == nil || !slices.Contains(k.Modes, mode) {
		return nil, errs.Invalid("fieldwork.bad_outcome", "Choose one of the outcomes of the list.", errs.Field{Location: "body.outcome", Message: "not an outcome of this mode", Value: o})
	}
	return k, nil
}
