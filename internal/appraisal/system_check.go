package appraisal

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// Fault is a contradiction in an indicator system, for the person who writes it.
type Fault struct {
	At   string `json:"at" doc:"meta.parts, dimensions.A, key_points.A1, indicators.A1-1, or group.indicator for questionnaires"`
	Text string `json:"text"`

	message string
}

// Validate returns Invalid with one field per contradiction: weights that do not add up, codes used twice or under the
// wrong parent, indicators nobody is asked.
func (s *System) Validate() error {
	return invalid("appraisal.bad_system", "The indicator system contradicts itself.", s.Faults())
}

func invalid(code, message string, faults []Fault) error {
	if len(faults) == 0 {
		return nil
	}
	fields := make([]errs.Field, len(faults))
	for i, f := range faults {
		fields[i] = errs.Field{Location: f.At, Message: f.message}
	}
	return errs.Invalid(code, message, fields...)
}

// Faults lists the contradictions of a system in reading order.
func (s *System) Faults() []Fault {
	v := systemCheck{seen: map[string]bool{}, faults: []Fault{}}
	v.check(s.Version != "", "meta.version", "请填版本号", "required")
	total := 0.0
	for _, p := range s.Parts {
		total += p.Weight
	}
	v.sum("meta.parts", total, 100)
	if r := s.Reverse; r != nil {
		v.check(r.Closure >= 0 && r.Approval >= 0 && r.NonRecurrence >= 0, "meta.reverse_weights", "权重不能是负数", "weights are not negative")
		v.sum("meta.reverse_weights", r.Closure+r.Approval+r.NonRecurrence, 100)
	}
	total = 0
	for _, g := range survey.Groups {
		v.check(s.RespondentWeights[g] > 0, "meta.respondent_weight."+string(g), g.Title()+"的权重须为正数", "must be positive")
		total += s.RespondentWeights[g]
	}
	v.sum("meta.respondent_weight", total, 100)
	scored := 0
	for i, step := range s.Scale {
		at := fmt.Sprintf("meta.scale[%d]", i)
		v.check(step.Label != "", at, "选项要有名称", "needs a label")
		if step.Score != nil {
			v.check(*step.Score >= 0 && *step.Score <= 100, at, "分值在0到100之间", "score lies in 0…100")
			scored++
		}
	}
	v.check(scored >= 2 && scored <= 9, "meta.scale", "计分的选项要有2到9个", "between two and nine scored steps")
	total = 0
	for _, d := range s.Dimensions {
		total += d.Weight
		v.dimension(d)
	}
	v.sum("dimensions", total, 100)
	return v.faults
}

type systemCheck struct {
	seen   map[string]bool
	faults []Fault
}

func (v *systemCheck) check(ok bool, at, text, message string) {
	if !ok {
		v.faults = append(v.faults, Fault{At: at, Text: text, message: message})
	}
}

func (v *systemCheck) sum(at string, got, want float64) {
	v.check(math.Abs(got-want) < 1e-9, at, fmt.Sprintf("下级权重合计%g，应为%g", got, want), fmt.Sprintf("weights add up to %g instead of %g", got, want))
}

func (v *systemCheck) code(at, code, name, parent string, weight float64) {
	v.check(code != "" && name != "", at, "代码和名称都要填", "code and name are required")
	v.check(!v.seen[code], at, "代码"+code+"用了两次", "code "+code+" is used twice")
	v.check(strings.HasPrefix(code, parent), at, "代码"+code+"应以"+parent+"开头", "code "+code+" does not start with "+parent)
	v.check(weight > 0, at, "权重须为正数", "weight must be positive")
	v.seen[code] = true
}

func (v *systemCheck) dimension(d Dimension) {
	v.code("dimensions."+d.Code, d.Code, d.Name, "", d.Weight)
	keyPoints := 0.0
	for _, k := range d.KeyPoints {
		keyPoints += k.Weight
		v.code("key_points."+k.Code, k.Code, k.Name, d.Code, k.Weight)
		indicators := 0.0
		for _, i := range k.Indicators {
			indicators += i.Weight
			at := "indicators." + i.Code
			v.code(at, i.Code, i.Name, k.Code, i.Weight)
			v.check(i.KeyPoint == k.Code, at, "所属重点写成了"+i.KeyPoint, "key_point says "+i.KeyPoint)
			v.check(len(i.Questionnaires) > 0, at, "没有一份问卷问到它", "no questionnaire asks it")
			for _, g := range i.Questionnaires {
				v.check(slices.Contains(survey.Groups, g), at, "没有这种问卷："+string(g), "unknown questionnaire "+string(g))
			}
		}
		v.sum("key_points."+k.Code, indicators, k.Weight)
	}
	v.sum("dimensions."+d.Code, keyPoints, d.Weight)
}

// CheckForms returns Invalid where the questionnaires and the system disagree: an indicator that a group should be
// asked and is not, asked twice, or a question that feeds an unknown indicator.
func (s *System) CheckForms(forms map[survey.Group]*survey.Form) error {
	return invalid("appraisal.forms_disagree", "Questionnaires and indicator system disagree.", s.formFaults(forms))
}

func (s *System) formFaults(forms map[survey.Group]*survey.Form) []Fault {
	v := systemCheck{faults: []Fault{}}
	for _, g := range survey.Groups {
		form := forms[g]
		if form == nil {
			v.check(false, string(g), "没有"+g.Title()+"的问卷", "no questionnaire")
			continue
		}
		asked := map[string]int{}
		for _, q := range form.Questions {
			if q.Indicator != "" {
				asked[q.Indicator]++
			}
		}
		for _, i := range s.Indicators() {
			want := 0
			if slices.Contains(i.Questionnaires, g) {
				want = 1
			}
			v.check(asked[i.Code] == want, string(g)+"."+i.Code, fmt.Sprintf("%s问卷里“%s”问了%d次，应为%d次", g.Title(), i.Name, asked[i.Code], want),
				fmt.Sprintf("asked %d times instead of %d", asked[i.Code], want))
			delete(asked, i.Code)
		}
		for code := range asked {
			v.check(false, string(g)+"."+code, g.Title()+"问卷里有不在体系中的指标"+code, "feeds an unknown indicator")
		}
	}
	slices.SortFunc(v.faults, func(a, b Fault) int { return strings.Compare(a.At, b.At) })
	return v.faults
}
