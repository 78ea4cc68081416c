package form

import (
	"bytes"
	"strings"
	"testing"
)

func paperSteps(faces bool) (steps []PaperStep) {
	for _, w := range ScaleWords[:5] {
		steps = append(steps, PaperStep{Mark: w[0], Label: w[1]})
	}
	if faces {
		steps = append(steps, PaperStep{"a", "满意", true}, PaperStep{"b", "一般", true}, PaperStep{"c", "不满意", true})
	}
	return steps
}

func TestPaper_ConditionsAreWordedAsPeopleReadThem(t *testing.T) {
	t.Parallel()
	f := readVectors(t).Form
	p := Paper{Steps: paperSteps(false), Categories: [][2]string{{"01", "街道党建"}}}
	for code, want := range map[string]string{
		"N3": "仅当 N2 大于1，并且 E3 没有选“都没有” 时填写",
		"I2": "仅当 I1 选“有，按自己想法填”，或者 I1 选“有，要求统一选满意” 时填写",
		"I3": "仅当回答了 I2 时填写",
	} {
		if got := p.when(&f, f.Question(code).Show); got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
	if got := p.when(&f, f.Sections[1].Show); got != "仅当 E1 选“不太满意”或“很不满意” 时填写" {
		t.Errorf("section: %q", got)
	}
}

func TestPaper_EveryAnswerCarriesTheCodeThatIsKeyedIn(t *testing.T) {
	t.Parallel()
	f := readVectors(t).Form
	p := Paper{Version: "2026.12", Hash: f.Hash(), Steps: paperSteps(true), Categories: [][2]string{{"01", "街道党建"}, {"02", "城市管理"}}}
	keys := map[string]string{}
	for _, line := range p.codeLines(&f) {
		keys[line.Code] = line.Keys
	}
	for code, want := range map[string]string{"E1": "1 非常满意；2 比较满意；3 一般；4 不太满意；5 很不满意；N 没接触过/不了解", "R1": "按名次先后录选项号：1；2；3", "N1": "0—10 的整数",
		"N2": "整数，不小于0，不大于100", "C1": "01 街道党建；02 城市管理", "T1": "7—15位数字", "D1": "逐项录入：性别、年龄段", "M1": "原文照录，最多10字"} {
		if keys[code] != want {
			t.Errorf("%s: %q, want %q", code, keys[code], want)
		}
	}
	for _, absent := range []string{"A1", "M2", "Z1"} { // asked on the open link only, a picture, a note
		if keys[absent] != "" {
			t.Errorf("%s has codes on paper: %q", absent, keys[absent])
		}
	}
}

func TestPaper_LayoutsAreCompleteAndTheSameEveryTime(t *testing.T) {
	t.Parallel()
	f := readVectors(t).Form
	for _, large := range []bool{false, true} {
		p := Paper{Title: "测评", Version: "2026.12", Hash: f.Hash(), Steps: paperSteps(true), Categories: [][2]string{{"01", "街道党建"}}, Large: large}
		var pdf, again, page, codes bytes.Buffer
		for _, err := range []error{WritePaper(&pdf, &f, p), WritePaper(&again, &f, p), WritePage(&page, &f, p), WriteCodes(&codes, &f, p)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(pdf.Bytes(), again.Bytes()) || !bytes.HasPrefix(codes.Bytes(), []byte("%PDF-")) {
			t.Error("two layouts of one questionnaire differ")
		}
		html := page.String()
		for _, want := range []string{"环境卫生", "仅当 E1 选", "邀请码", "校验 " + f.Hash()[:8]} {
			if !strings.Contains(html, want) {
				t.Errorf("large %v: %q is missing", large, want)
			}
		}
		if strings.Contains(html, "请选一般") || strings.Contains(html, "ZgotmplZ") {
			t.Errorf("large %v: the page holds what it must not", large)
		}
		if strings.Contains(html, `<circle`) != large {
			t.Errorf("large %v: faces are drawn for large type only", large)
		}
	}
}
