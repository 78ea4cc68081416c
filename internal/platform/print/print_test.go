package print

import (
	"bytes"
	"strings"
	"testing"
)

func draw(t testing.TB) []byte {
	t.Helper()
	d := NewA4("测试")
	d.AddPage()
	d.Text(20, 30, Style{Size: 18, Weight: Bold}, "鼓楼区2026年下半年满意度测评")
	end := d.Paragraph(20, 40, 170, Style{Size: 12}, "本问卷不记名，只用于改进工作。请按您自己的真实感受作答；任何人不得要求您按指定答案填写。Yiwang 1.0 — English words stay together.\n第二段。")
	if end < 55 || end > 75 {
		t.Errorf("the paragraph ends at %.1f mm", end)
	}
	d.QR(150, 200, 30, "https://example.gov.cn/p/q/ABCD-EFGH")
	d.Rect(20, 100, 5, 5, 0.3, 0)
	d.Circle(40, 102, 3, 0.3, 0.5)
	d.Dashed(20, 120, 190, 120, 0.2, 0.5)
	var out bytes.Buffer
	if _, err := d.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestDocument_SameCallsGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	a, b := draw(t), draw(t)
	if !bytes.HasPrefix(a, []byte("%PDF-")) || len(a) > 200_000 {
		t.Errorf("%d bytes beginning %q", len(a), a[:8])
	}
	if !bytes.Equal(a, b) {
		t.Error("two drawings differ")
	}
}

func TestDocument_UnprintableCharactersAreReported(t *testing.T) {
	t.Parallel()
	d := NewA4("x")
	d.AddPage()
	d.Text(20, 20, Style{Size: 12, Weight: Bold}, "张\U0002A6D6先生")
	if got := string(d.Missing()); got != "\U0002A6D6" {
		t.Errorf("missing %q", got)
	}
	var out bytes.Buffer
	if _, err := d.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
}

func TestLines_PunctuationNeverBeginsALine(t *testing.T) {
	t.Parallel()
	d := NewA4("x")
	d.AddPage()
	s := Style{Size: 12}
	for width := 20.0; width < 60; width += 0.7 {
		lines := d.Lines(width, s, "请选“一般”，以确认您在认真作答（不计分）。很好！真的吗？是的；不是。")
		for i, line := range lines {
			if i > 0 && hangs(line) {
				t.Fatalf("width %.1f: line %q begins with punctuation", width, line)
			}
			if w := d.Width(s, line); w > width+2*12/pointsPerMM {
				t.Fatalf("width %.1f: line %q takes %.1f", width, line, w)
			}
		}
		if strings.Join(lines, "") != "请选“一般”，以确认您在认真作答（不计分）。很好！真的吗？是的；不是。" {
			t.Fatal("characters are lost")
		}
	}
}

func TestMatrix_RefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	rows, err := Matrix("https://example.gov.cn/p/q/ABCD-EFGH")
	if err != nil || len(rows) < 21 || !rows[0][0] || rows[7][7] {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if _, err := Matrix(strings.Repeat("满", 3000)); err == nil {
		t.Error("9,000 bytes fit into a code")
	}
	if svg, err := QRImage("x"); err != nil || !strings.Contains(svg, "<path") {
		t.Errorf("%q, %v", svg, err)
	}
}

func BenchmarkDocument_Letter(b *testing.B) {
	for range b.N {
		draw(b)
	}
}
