package form

import (
	"fmt"
	"slices"

	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/i18n"
)

// Level says whether a fault stops a questionnaire from being issued.
type Level string

// The levels.
const (
	Stops  Level = "stops"
	Advice Level = "advice"
)

// Rule names what a definition breaks. It is stable; the editor and the file importers point with it.
type Rule string

// Fault is one place of a definition that cannot be asked, stored or counted, or that advice is given on.
type Fault struct {
	Location string `json:"location" doc:"path in the form, such as questions[3].show.value"`
	Question string `json:"question,omitempty" doc:"code of the question"`
	Section  string `json:"section,omitempty" doc:"code of the section"`
	Rule     Rule   `json:"rule"`
	Level    Level  `json:"level" enum:"stops,advice"`
	Message  string `json:"message" doc:"sentence in the caller's language"`
	arg      any
}

// Faults returns everything that is wrong with the form and the advice on it, in form order, worded in lang.
func (f *Form) Faults(lang string) []Fault {
	j := judge{form: f, at: map[string]int{}}
	j.whole()
	j.sections()
	for i := range f.Questions {
		j.question(i)
	}
	j.roles()
	j.advise()
	for i := range j.faults {
		j.faults[i].Message = j.faults[i].sentence(lang)
	}
	return j.faults
}

// Validate returns Invalid "form.unusable" naming every place that cannot be asked, stored or counted.
func (f *Form) Validate() error {
	var bad []errs.Field
	for _, fault := range f.Faults(i18n.English) {
		if fault.Level == Stops {
			bad = append(bad, errs.Field{Location: fault.Location, Message: fault.Message, Value: fault.Question})
		}
	}
	if len(bad) > 0 {
		return errs.Invalid("form.unusable", "The questionnaire is not usable.", bad...)
	}
	return nil
}

// The rules.
const (
	ruleName        Rule = "name"
	ruleNoScale     Rule = "no_scale"
	ruleSize        Rule = "size"
	ruleCode        Rule = "code"
	ruleTwice       Rule = "twice"
	ruleText        Rule = "text"
	ruleType        Rule = "type"
	ruleSection     Rule = "section"
	ruleOrder       Rule = "section_order"
	ruleEmpty       Rule = "section_empty"
	ruleOptions     Rule = "options"
	ruleOption      Rule = "option_words"
	ruleNoOptions   Rule = "options_unused"
	ruleExclusive   Rule = "exclusive"
	ruleExpect      Rule = "expect"
	ruleIndicator   Rule = "indicator"
	ruleFed         Rule = "indicator_twice"
	ruleBounds      Rule = "bounds"
	ruleLength      Rule = "length"
	ruleChoices     Rule = "choices"
	ruleFields      Rule = "fields"
	ruleChannel     Rule = "channel"
	ruleRole        Rule = "role"
	ruleRoleTwice   Rule = "role_twice"
	ruleCondition   Rule = "condition"
	ruleConditionQ  Rule = "condition_question"
	ruleConditionOp Rule = "condition_op"
	ruleConditionV  Rule = "condition_value"
	ruleShuffled    Rule = "condition_shuffled"
	ruleEnglish     Rule = "english"
	ruleLonelyPhone Rule = "phone_without_text"
	ruleNoIntegrity Rule = "no_integrity"
	ruleLong        Rule = "long"
)

// ruleWords are the sentences of the rules: Chinese for the editor, English for files and machines.
var ruleWords = map[Rule][2]string{
	ruleName:        {"问卷要有名称。", "The questionnaire needs a name."},
	ruleNoScale:     {"至少要有一道量表题，否则没有分数。", "no scale question"},
	ruleSize:        {"问卷最多 %v 题。", "a questionnaire has at most %v questions"},
	ruleCode:        {"编号由字母、数字和短横线组成，最多32位，以字母或数字开头。", "a code is made of letters, digits and hyphens, at most 32"},
	ruleTwice:       {"编号重复，每题（每节）编号只能用一次。", "code is used twice"},
	ruleText:        {"请写题目文字。", "code and text are required"},
	ruleType:        {"没有“%v”这种题型。", "unknown question type %v"},
	ruleSection:     {"题目没有归入任何一节，或所填的节不存在。", "name a section of the questionnaire"},
	ruleOrder:       {"同一节的题目要放在一起，并按各节的先后排列。", "questions of a section stand together, in the order of the sections"},
	ruleEmpty:       {"这一节没有题目。", "the section has no question"},
	ruleOptions:     {"选择题要有2到30个选项。", "a choice has 2 to 30 options"},
	ruleOption:      {"选项不能为空，也不能重复。", "options have words of their own"},
	ruleNoOptions:   {"这种题型不用选项，请删去。", "this type has no options"},
	ruleExclusive:   {"互斥选项的序号应在选项范围内，只用于多选题。", "exclusive names options of a multiple choice by number"},
	ruleExpect:      {"“应选答案”要与某个选项完全一致。", "expect is not one of the options"},
	ruleIndicator:   {"只有量表题可以对应指标。", "only a scale question can feed an indicator"},
	ruleFed:         {"这个指标已由前面的题目对应，一个指标只能对应一题。", "another question feeds this indicator already"},
	ruleBounds:      {"最小值不能大于最大值。", "low is above high"},
	ruleLength:      {"文字题要规定字数上限，1到2000字。", "a text has a greatest length of 1 to 2000"},
	ruleChoices:     {"最少、最多选择数与选项个数不符。", "min and max do not fit the number of options"},
	ruleFields:      {"基本信息题至少要有一个字段，字段不能重名。", "demographics name at least one field, each once"},
	ruleChannel:     {"渠道只能是定向（targeted）或线上（online）。", "a channel is targeted or online"},
	ruleRole:        {"这种用途的题型不对：注意力题要有应选答案，诚信题和进步题用单选，总体题用不对应指标的量表。", "the type does not fit the role"},
	ruleRoleTwice:   {"总体、进步、诚信用途各只能有一题。", "only one question can have this role"},
	ruleCondition:   {"显示条件不完整：要么比较一道题，要么由几个条件组成。", "a condition compares one question or joins others"},
	ruleConditionQ:  {"显示条件只能看排在前面的题目。", "a condition looks at a question before it"},
	ruleConditionOp: {"这种题型不能这样比较。", "this type of question cannot be compared so"},
	ruleConditionV:  {"显示条件里的答案不在那道题的选项中。", "the value is no answer to that question"},
	ruleShuffled:    {"乱序的节内，题目不能以同一节的题目为条件。", "in a shuffled section no condition looks at the same section"},
	ruleEnglish:     {"英文选项或字段的个数与中文不同。", "the English options or fields are not as many as the Chinese ones"},
	ruleLonelyPhone: {"有电话题而没有文字题：电话只随意见文字保存。", "a telephone number is kept with a comment only; add a text question"},
	ruleNoIntegrity: {"没有诚信题，无法知道是否有人引导填答。", "without an integrity question nobody learns of coached answers"},
	ruleLong:        {"共 %v 题，预计超过8分钟，中途放弃会增多。", "%v questions take more than eight minutes"},
}

func (f *Fault) sentence(lang string) string {
	words := ruleWords[f.Rule]
	text := words[1]
	if lang != i18n.English {
		text = words[0]
	}
	if f.arg != nil {
		return fmt.Sprintf(text, f.arg)
	}
	return text
}

// Stopping returns the faults that stop a form from being issued.
func Stopping(faults []Fault) []Fault {
	return slices.DeleteFunc(slices.Clone(faults), func(f Fault) bool { return f.Level != Stops })
}
