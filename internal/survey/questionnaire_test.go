package survey

import (
	"bytes"
	"strings"
	"testing"

	shipped "yiwang/data/appraisal"
	"yiwang/internal/platform/errs"
)

func TestParseQuestionnaires_ShippedFileAsksWhatTheAppraisalNeeds(t *testing.T) {
	t.Parallel()
	version, forms, err := ParseQuestionnaires(shipped.Questionnaires)
	if err != nil || version == "" {
		t.Fatal(version, err)
	}
	for g, want := range map[Group]int{Elder: 18, Adult: 18, Unit: 13} { // indicators and the overall question
		if got := len(forms[g].ScaleQuestions()); got != want {
			t.Errorf("%s has %d scale questions, want %d", g, got, want)
		}
	}
	if forms[Elder].Hash() == forms[Adult].Hash() {
		t.Error("different forms have one hash")
	}
}

func TestParseQuestionnaires_RefusesWhatCannotBeAsked(t *testing.T) {
	t.Parallel()
	for name, change := range map[string][2]string{
		"broken YAML":      {"meta:", "meta: ["},
		"no version":       {"version: '2026.12'", "edition: '2026.11'"},
		"unknown group":    {"- code: unit", "- code: child"},
		"repeated group":   {"- code: adult", "- code: elder"},
		"unknown type":     {"type: phone", "type: fax"},
		"one option":       {"        options:\n          - 0—2次\n          - 3—5次\n          - 6—10次\n          - 10次以上", "        options:\n          - 0—2次"},
		"expects nonsense": {"expect: 一般", "expect: 特别好"},
		"code used twice":  {"- code: Q-PROG", "- code: Q-ALL"},
		"looks ahead":      {"question: Q-REVT", "question: Q-DEM"},
		"foreign section":  {"section: gov", "section: nowhere"},
	} {
		src := bytes.Replace(shipped.Questionnaires, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(src, shipped.Questionnaires) {
			t.Fatalf("%s: the change does not apply", name)
		}
		if _, _, err := ParseQuestionnaires(src); errs.KindOf(err) != errs.KindInvalid {
			t.Errorf("%s: got %v, want Invalid", name, err)
		}
	}
}

func TestScale_ReadsLabelsNumbersAndNoContact(t *testing.T) {
	t.Parallel()
	score := 100.0
	scale := Scale{{Mark: "1", Label: "非常满意", Score: &score}, {Mark: "a", Label: "笑脸", Score: &score, Face: true}}
	for text, want := range map[string]byte{"非常满意": '1', "1": '1', "1.0": '1', "笑脸": 'a', "": '.', "N": 'N', "没接触过/不了解": 'N', "不了解": 'N'} {
		if got, ok := scale.Parse(text); !ok || got != want {
			t.Errorf("%q reads as %q, %v; want %q", text, got, ok, want)
		}
	}
	for _, text := range []string{"满意", "0", "6", "=1", strings.Repeat("1", 9)} {
		if mark, ok := scale.Parse(text); ok {
			t.Errorf("%q reads as %q", text, mark)
		}
	}
}

func TestParseTime_ReadsWhatSpreadsheetsWrite(t *testing.T) {
	t.Parallel()
	const want = "2026-11-21T06:30:00Z"
	for _, text := range []string{"2026-11-21 14:30", "2026/11/21 14:30", "2026-11-21T14:30:00+08:00", "2026年11月21日 14:30", "46347.604166667"} {
		if at, ok := parseTime(text); !ok || at.UTC().Format("2006-01-02T15:04:05Z") != want {
			t.Errorf("%q reads as %v, %v", text, at, ok)
		}
	}
	for _, text := range []string{"昨天", "12", "2026-13-01"} {
		if at, ok := parseTime(text); ok {
			t.Errorf("%q reads as %v", text, at)
		}
	}
}
