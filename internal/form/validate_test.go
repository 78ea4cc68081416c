package form

import (
	"slices"
	"strings"
	"testing"

	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/i18n"
)

func TestFaults_EveryRuleNamesThePlaceItIsBrokenAt(t *testing.T) {
	t.Parallel()
	low, high := 5.0, 1.0
	for name, c := range map[string]struct {
		change func(*Form)
		want   string // location and rule
	}{
		"no name":               {func(f *Form) { f.Name = " " }, "name name"},
		"no scale":              {func(f *Form) { f.Question("E1").Type, f.Question("E2").Type = Note, Note }, "questions no_scale"},
		"code with a blank":     {func(f *Form) { f.Questions[4].Code = "M 2" }, "questions[4].code code"},
		"code twice":            {func(f *Form) { f.Questions[4].Code = "M1" }, "questions[4].code twice"},
		"no text":               {func(f *Form) { f.Questions[4].Text = "" }, "questions[4].text text"},
		"unknown type":          {func(f *Form) { f.Questions[4].Type = "fax" }, "questions[4].type type"},
		"unknown section":       {func(f *Form) { f.Questions[0].Section = "x" }, "questions[0].section section"},
		"section torn apart":    {func(f *Form) { f.Questions[9].Section = "env" }, "questions[9].section section_order"},
		"empty section":         {func(f *Form) { f.Sections = append(f.Sections, Section{Code: "x", Title: "x"}) }, "sections[3].code section_empty"},
		"section without name":  {func(f *Form) { f.Sections[0].Title = "" }, "sections[0].title text"},
		"one option":            {func(f *Form) { f.Question("R1").Options = []string{"a"} }, "questions[5].options options"},
		"an option twice":       {func(f *Form) { f.Question("R1").Options = []string{"a", "a"} }, "questions[5].options option_words"},
		"options of a number":   {func(f *Form) { f.Question("N2").Options = []string{"a", "b"} }, "questions[7].options options_unused"},
		"exclusive of a single": {func(f *Form) { f.Question("I1").Exclusive = []int{1} }, "questions[9].exclusive exclusive"},
		"expects nonsense":      {func(f *Form) { f.Question("A1").Expect = "特别好" }, "questions[12].expect expect"},
		"indicator of a text":   {func(f *Form) { f.Question("M1").Indicator = "A1-1" }, "questions[3].indicator indicator"},
		"indicator twice":       {func(f *Form) { f.Question("E2").Indicator = "B1-1" }, "questions[1].indicator indicator_twice"},
		"bounds crossed":        {func(f *Form) { f.Question("N2").Low, f.Question("N2").High = &low, &high }, "questions[7].low bounds"},
		"text without length":   {func(f *Form) { f.Question("M1").MaxLen = 0 }, "questions[3].max_len length"},
		"more than there are":   {func(f *Form) { f.Question("R1").Max = 4 }, "questions[5].max choices"},
		"fields without name":   {func(f *Form) { f.Question("D1").Fields = nil }, "questions[15].fields fields"},
		"unknown channel":       {func(f *Form) { f.Question("A1").Channels = []string{"fax"} }, "questions[12].channels channel"},
		"role of a text":        {func(f *Form) { f.Question("M1").Role = RoleProgress }, "questions[3].role role"},
		"role twice":            {func(f *Form) { f.Question("A1").Role = RoleIntegrity }, "questions[12].role role_twice"},
		"condition of nothing":  {func(f *Form) { f.Question("I2").Show = &Condition{} }, "questions[10].show condition"},
		"condition of both":     {func(f *Form) { f.Question("I2").Show.Question = "I1" }, "questions[10].show condition"},
		"looks at itself":       {func(f *Form) { f.Question("I1").Show = &Condition{Question: "I1", Op: Answered} }, "questions[9].show.question condition_question"},
		"looks ahead, deep":     {func(f *Form) { f.Question("N3").Show.All[1].Not.Question = "I1" }, "questions[8].show.all[1].not.question condition_question"},
		"has of a number":       {func(f *Form) { f.Question("N3").Show.All[0].Op = Has }, "questions[8].show.all[0].op condition_op"},
		"option that is not":    {func(f *Form) { f.Question("I2").Show.Any[0].Value = 9 }, "questions[10].show.any[0].value condition_value"},
		"no value":              {func(f *Form) { f.Question("I2").Show.Any[0].Value = nil }, "questions[10].show.any[0].value condition_value"},
		"section looks inside":  {func(f *Form) { f.Sections[1].Show.Question = "M1" }, "sections[1].show.question condition_question"},
		"shuffled and bound":    {func(f *Form) { f.Sections[2].Shuffle = true }, "questions[8].show.all[0].question condition_shuffled"},
		"english is short":      {func(f *Form) { f.Question("I1").EN = &QuestionWords{Options: []string{"No"}} }, "questions[9].en.options english"},
		"lonely telephone":      {func(f *Form) { f.Question("M1").Type, f.Question("I2").Type, f.Question("I3").Type = Note, Note, Note }, "questions[14].type phone_without_text"},
		"advice: integrity":     {func(f *Form) { f.Question("I1").Role = "" }, "questions no_integrity"},
	} {
		f := readVectors(t).Form
		if faults := f.Faults(i18n.English); len(faults) != 0 {
			t.Fatalf("the sound form: %+v", faults)
		}
		c.change(&f)
		faults := f.Faults(i18n.Chinese)
		if !slices.ContainsFunc(faults, func(got Fault) bool { return got.Location+" "+string(got.Rule) == c.want }) {
			t.Errorf("%s: %+v, want %s", name, faults, c.want)
		}
		for _, fault := range faults {
			if fault.Message == "" || strings.Contains(fault.Message, "%") {
				t.Errorf("%s: %q", name, fault.Message)
			}
		}
		if err := f.Validate(); (len(Stopping(faults)) > 0) != (errs.CodeOf(err) == "form.unusable") {
			t.Errorf("%s: %v does not agree with %+v", name, err, faults)
		}
	}
}

func TestRules_HaveWordsInBothLanguages(t *testing.T) {
	t.Parallel()
	for rule, words := range ruleWords {
		if words[0] == "" || words[1] == "" || strings.Count(words[0], "%v") != strings.Count(words[1], "%v") {
			t.Errorf("%s: %q", rule, words)
		}
	}
}

func FuzzConditions_AreReadOrRefused(f *testing.F) {
	for _, text := range []string{"${A} = '1'", "not(selected(${A}, '2')) and (${B} >= 4 or ${C} != '')", "(((", "${", "${A} = ", "'", "not("} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseXPath(text)
		if err != nil {
			return
		}
		again, err := parseXPath(c.xpath())
		if err != nil || again.xpath() != c.xpath() {
			t.Errorf("%q → %q → %v", text, c.xpath(), err)
		}
	})
}
