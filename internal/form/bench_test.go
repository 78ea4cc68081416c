package form

import (
	"io"
	"testing"
)

func BenchmarkJudge(b *testing.B) {
	v := readVectors(b)
	answers := Answers{"E1": "5", "E2": "2", "E3": []any{1.0, 3.0}, "M1": "垃圾没人清", "N1": 7.0, "N2": 12.0, "I1": 2.0, "I2": "邻居", "C1": []any{"01", "03"}, "D1": map[string]any{"性别": "女"}}
	o := Options{Marks: []string{"1", "2", "3", "4", "5"}, Channel: "targeted", Categories: []string{"01", "02", "03"}}
	for b.Loop() {
		if _, problems := Judge(&v.Form, answers, o); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}

func BenchmarkWritePaper(b *testing.B) {
	f := readVectors(b).Form
	p := Paper{Version: "2026.12", Hash: f.Hash(), Steps: paperSteps(false), Categories: [][2]string{{"01", "街道党建"}}}
	for b.Loop() {
		if err := WritePaper(io.Discard, &f, p); err != nil {
			b.Fatal(err)
		}
	}
}
