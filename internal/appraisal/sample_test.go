package appraisal

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"yiwang/internal/survey"
)

// sampleInput makes a wave with n targeted and m online answers in the given number of streets with nine communities each:
// same seed, same answers.
func sampleInput(t testing.TB, streets, targeted, online int, seed uint64) input {
	t.Helper()
	system, forms := shippedSystem(t)
	plan := samplePlan(system, streets)
	w := &survey.Wave{ID: "w1", Area: "320106", PlanHash: plan.Hash()}
	w.Plan.V = plan
	in := input{wave: w, forms: forms, system: system, names: map[string]string{"320106": "鼓楼区"}}
	for s := range streets {
		in.names[streetCode(s)] = fmt.Sprintf("第%d街道", s+1)
	}
	r := rand.New(rand.NewPCG(seed, 7))
	for i := range targeted + online {
		channel := survey.Targeted
		if i >= targeted {
			channel = survey.Online
		}
		in.answers = append(in.answers, sampleAnswer(r, channel, i, streets, forms))
	}
	return in
}

func streetCode(s int) string { return fmt.Sprintf("320106%03d", s+1) }

func samplePlan(system *System, streets int) survey.Plan {
	plan := survey.Plan{IndicatorSystem: system.Version, SystemHash: system.Hash(), Scale: system.PlanScale(), Weights: system.Weights(),
		Questionnaires:    map[survey.Group]string{survey.Elder: "e", survey.Adult: "a", survey.Unit: "u"},
		RespondentWeights: system.RespondentWeights, TieRule: "施测前写定", Level: 0.95, Top: 3, MinIndicatorN: 30, MinCellN: 10, Target: 8020}
	for s := range streets {
		for i, g := range survey.Groups {
			plan.Strata = append(plan.Strata, survey.Stratum{Street: streetCode(s), Group: g, Population: []int{9000, 31000, 700}[i] + 100*s})
		}
	}
	return plan
}

func sampleAnswer(r *rand.Rand, channel survey.Channel, i, streets int, forms map[survey.Group]*survey.Form) answer {
	s := i % streets
	g := survey.Groups[[]int{0, 1, 1, 0, 1, 2}[r.IntN(6)]]
	a := answer{Channel: channel, Street: streetCode(s), Community: fmt.Sprintf("%s%03d", streetCode(s), 1+r.IntN(9)), Group: g}
	if r.IntN(50) == 0 {
		a.Community = ""
	}
	mood := r.NormFloat64() + float64(s)/20
	var marks []byte
	for range forms[g].ScaleQuestions() {
		switch x := mood + r.NormFloat64(); {
		case r.IntN(40) == 0:
			marks = append(marks, survey.MarkNA)
		case r.IntN(80) == 0:
			marks = append(marks, survey.MarkMissing)
		case x > -0.5:
			marks = append(marks, '1')
		case x > -1.3:
			marks = append(marks, '2')
		case x > -2:
			marks = append(marks, '3')
		case x > -2.7:
			marks = append(marks, '4')
		default:
			marks = append(marks, '5')
		}
	}
	if marks[len(marks)-1] == survey.MarkNA {
		marks[len(marks)-1] = '3' // the overall question has no "no contact"
	}
	a.Marks = string(marks)
	return a
}
