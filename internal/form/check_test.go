package form

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
)

type vectors struct {
	Form  Form
	Cases []struct {
		Name    string
		Options struct {
			Scale      []string
			Channel    string
			Categories []string
			Draft      bool
		}
		Answers, Clean Answers
		Problems       []Problem
	}
	Conditions []struct {
		Condition Condition
		Answers   Answers
		Holds     bool
	}
}

func readVectors(t testing.TB) (v vectors) {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestJudge_AgreesWithTheSharedVectors(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	if err := v.Form.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, c := range v.Cases {
		clean, problems := Judge(&v.Form, c.Answers, Options{Marks: c.Options.Scale, Channel: c.Options.Channel, Categories: c.Options.Categories, Draft: c.Options.Draft})
		if len(problems)+len(c.Problems) > 0 && !reflect.DeepEqual(problems, c.Problems) {
			t.Errorf("%s: problems %v, want %v", c.Name, problems, c.Problems)
		}
		if got, want := plain(t, clean), plain(t, c.Clean); len(c.Problems) == 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("%s: keeps %v, want %v", c.Name, got, want)
		}
	}
}

func TestCondition_AgreesWithTheSharedVectors(t *testing.T) {
	t.Parallel()
	for _, c := range readVectors(t).Conditions {
		if got := c.Condition.Holds(c.Answers); got != c.Holds {
			t.Errorf("%s with %v: %v, want %v", plain(t, c.Condition), c.Answers, got, c.Holds)
		}
	}
}

// plain is a value as it travels.
func plain(t testing.TB, v any) (out any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestJudge_JudgingCleanAnswersAgainChangesNothing(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	for _, c := range v.Cases {
		o := Options{Marks: c.Options.Scale, Channel: c.Options.Channel, Categories: c.Options.Categories, Draft: c.Options.Draft}
		clean, problems := Judge(&v.Form, c.Answers, o)
		if len(problems) > 0 {
			continue
		}
		again, problems := Judge(&v.Form, clean, o)
		if len(problems) > 0 || !reflect.DeepEqual(clean, again) {
			t.Errorf("%s: %v became %v with %v", c.Name, clean, again, problems)
		}
	}
}

func FuzzJudge_AnyJSONIsJudgedWithoutFailing(f *testing.F) {
	v := readVectors(f)
	for _, c := range v.Cases {
		b, err := json.Marshal(c.Answers)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var answers Answers
		if json.Unmarshal(data, &answers) != nil {
			return
		}
		kept, problems := Judge(&v.Form, answers, Options{Marks: []string{"1", "2"}, Categories: []string{"01"}})
		if len(problems) == 0 && len(kept) > len(answers) {
			t.Errorf("%d answers became %d", len(answers), len(kept))
		}
		if fields := len(problems); fields > len(v.Form.Questions)+len(answers) {
			t.Errorf("%d problems", fields)
		}
	})
}
