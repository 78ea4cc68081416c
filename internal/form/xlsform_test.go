package form

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/i18n"
	"yiwang/internal/platform/sheet"
)

func TestXLSForm_ReadsBackWhatItWrote(t *testing.T) {
	t.Parallel()
	f := readVectors(t).Form
	f.EN = &Words{Name: "Vectors", Intro: "Please answer."}
	f.Sections[0].EN, f.Sections[0].Shuffle, f.Sections[0].Intro = &SectionWords{Title: "Surroundings"}, true, "说说环境"
	f.Question("I1").EN = &QuestionWords{Text: "Did anybody tell you?", Options: []string{"No", "Yes, not followed", "Yes"}}
	f.Question("D1").EN = &QuestionWords{Fields: []string{"Sex", "Age"}}
	f.Question("E3").Shuffle, f.Question("E2").Hint, f.Question("E2").Note = true, "=1+1", "内部说明"
	f.Question("I2").Show = &Condition{Question: "I1", Op: Ne, Value: 1}
	f.Question("N3").Show = &Condition{Any: []Condition{{Question: "N2", Op: Answered, Value: false}, {All: []Condition{{Question: "N1", Op: Le, Value: 6}, {Not: &Condition{Question: "E1", Op: Eq, Value: "N"}}}}}}
	var book bytes.Buffer
	if err := WriteXLSForm(&book, &f, "adult", "2026.12", [][2]string{{"01", "街道党建"}}); err != nil {
		t.Fatal(err)
	}
	got, err := ReadXLSForm(&book, i18n.English)
	if err != nil {
		t.Fatalf("%v %+v", err, errs.As(err).Fields)
	}
	if got.Group != "adult" || got.Version != "2026.12" {
		t.Errorf("settings %q %q", got.Group, got.Version)
	}
	if !reflect.DeepEqual(plain(t, got.Form), plain(t, f)) {
		for _, c := range Diff(&f, &got.Form) {
			t.Errorf("%+v", c)
		}
	}
}

// book builds a workbook of a survey and a choices sheet.
func book(t testing.TB, survey, choices [][]string) *bytes.Buffer {
	t.Helper()
	var out bytes.Buffer
	if err := sheet.WriteBook(&out, []sheet.Tab{{Name: "survey", Rows: survey}, {Name: "choices", Rows: choices}}, 12); err != nil {
		t.Fatal(err)
	}
	return &out
}

func TestReadXLSForm_NamesSheetRowAndColumnOfEveryFault(t *testing.T) {
	t.Parallel()
	in := book(t, [][]string{{"type", "name", "label", "relevant", "constraint", "role"},
		{"geopoint", "G", "位置"},
		{"select_one missing", "S", "选"},
		{"select_one odd", "O", "选"},
		{"text", "T", "说", "${X} = 1"},
		{"text", "U", "说", "position(..) = 1"},
		{"integer", "N", "数", "", "regex(., 'x')"},
		{"text", "", "没有编号"},
		{"", "Q", "没有题型"},
		{"note", "Z", "谢", "", "", "judge"},
		{"end_group"},
		{"begin_group", "g", "组"},
	}, [][]string{{"list_name", "name", "label"}, {"odd", "yes", "是"}, {"odd", "no", "否"}, {"", "1", "无表"}, {"l", "1", ""}})
	_, err := ReadXLSForm(in, i18n.Chinese)
	if errs.CodeOf(err) != "form.bad_workbook" {
		t.Fatal(err)
	}
	var got []string
	for _, f := range errs.As(err).Fields {
		got = append(got, f.Location)
		if f.Message == "" || !strings.ContainsFunc(f.Message, func(r rune) bool { return r > 0x4E00 }) {
			t.Errorf("%s: %q is not worded in Chinese", f.Location, f.Message)
		}
	}
	want := []string{"sheet choices, row 4, column list_name", "sheet choices, row 5, column label", "sheet survey, row 2, column type", "sheet survey, row 3, column type",
		"sheet survey, row 4, column type", "sheet survey, row 6, column relevant", "sheet survey, row 7, column constraint", "sheet survey, row 8, column name",
		"sheet survey, row 9, column type", "sheet survey, row 10, column role", "sheet survey, row 11, column type", "sheet survey, row 12, column type",
		"sheet survey, row 5, column relevant"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestReadXLSForm_TakesWhatOtherProgramsWrite(t *testing.T) {
	t.Parallel()
	in := book(t, [][]string{{"type", "name", "label::Chinese (zh)", "label::English (en)", "required", "relevant", "constraint"},
		{"start", "start"},
		{"begin group", "g1", "第一节", "Part one"},
		{"select_one scale5_na", "S1", "环境", "Surroundings", "true()"},
		{"select_multiple acts", "S2", "做过什么", "", "", `${S1} >= 4 and ${S1} != 'N'`, `count-selected(.)<3`},
		{"integer", "S3", "几年", "Years", "yes", `not(selected(${S2}, "2")) or ${S2} = ''`, ". > 0 and .<= 100"},
		{"end group"},
	}, [][]string{{"list name", "name", "label::Chinese (zh)"}, {"acts", "1", "打电话"}, {"acts", "2", "没有"}})
	got, err := ReadXLSForm(in, i18n.English)
	if err != nil {
		t.Fatalf("%v %+v", err, errs.As(err).Fields)
	}
	f := got.Form
	if len(f.Sections) != 1 || f.Sections[0].Title != "第一节" || f.Sections[0].EN.Title != "Part one" || len(f.Questions) != 3 {
		t.Fatalf("%+v", f)
	}
	if q := f.Question("S3"); *q.Low != 1 || *q.High != 100 || !q.Whole || q.Optional || q.EN.Text != "Years" {
		t.Errorf("%+v", q)
	}
	if q := f.Question("S2"); q.Max != 2 || !q.Optional || q.Show.Holds(Answers{"S1": "3"}) || !q.Show.Holds(Answers{"S1": "5"}) {
		t.Errorf("%+v", q)
	}
	for _, garbage := range [][]byte{nil, []byte("a,b"), []byte("PK\x03\x04broken"), []byte("%PDF-1.7")} {
		if _, err := ReadXLSForm(bytes.NewReader(garbage), i18n.English); errs.KindOf(err) != errs.KindInvalid {
			t.Errorf("%q: %v", garbage, err)
		}
	}
}
