package stats

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// benchSurvey mimics a wave: 13 streets by 3 groups as strata, 17 answers on five levels, some missing.
type benchSurvey struct {
	design        *Design
	street, group Factor
	community     Factor
	items         [][]float64
}

func newBenchSurvey(b *testing.B, rows int) *benchSurvey {
	b.Helper()
	random := rand.New(rand.NewPCG(1, 1))
	names := func(prefix string, n int) Factor {
		f := Factor{Code: make([]int32, rows)}
		for i := range n {
			f.Names = append(f.Names, fmt.Sprint(prefix, i))
		}
		return f
	}
	s := &benchSurvey{street: names("s", 13), group: names("g", 3), community: names("c", 120), items: make([][]float64, 17)}
	w, fpc := make([]float64, rows), make([]float64, rows)
	stratum := names("h", 39)
	for k := range s.items {
		s.items[k] = make([]float64, rows)
	}
	for i := range rows {
		street, group := random.IntN(13), random.IntN(3)
		s.street.Code[i], s.group.Code[i], stratum.Code[i] = int32(street), int32(group), int32(street*3+group)
		s.community.Code[i] = int32(street*9 + random.IntN(9))
		w[i], fpc[i] = 20+float64(group*20), float64(rows)
		for k := range s.items {
			s.items[k][i] = float64(25 * random.IntN(5))
			if random.IntN(25) == 0 {
				s.items[k][i] = missing
			}
		}
	}
	var err error
	if s.design, err = NewDesign(Options{Rows: rows, Weights: w, Stages: []Stage{{Strata: stratum, FPC: fpc}}}); err != nil {
		b.Fatal(err)
	}
	return s
}

func BenchmarkStreetScores(b *testing.B) {
	for _, rows := range []int{27429, 200000} {
		s := newBenchSurvey(b, rows)
		weights := [][]float64{ones(17)}
		b.Run(fmt.Sprintf("%dx17", rows), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.design.Index(Index{By: s.street, Groups: s.group, GroupWeights: []float64{1, 1, 1}, Items: s.items, Weights: weights}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkItemMeans(b *testing.B) {
	for _, rows := range []int{27429, 200000} {
		s := newBenchSurvey(b, rows)
		for name, by := range map[string]Factor{"streets": s.street, "communities": s.community} {
			b.Run(fmt.Sprintf("%dx17/%s", rows, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					for _, y := range s.items {
						if _, err := s.design.Mean(y, By(by)); err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		}
	}
}

func BenchmarkCovarianceOfItemMeans(b *testing.B) {
	s := newBenchSurvey(b, 200000)
	for b.Loop() {
		var z [][]float64
		for _, y := range s.items {
			l, _, err := s.design.linearRatio(y, nil, By(s.street))
			if err != nil {
				b.Fatal(err)
			}
			z = append(z, l.z)
		}
		if _, err := s.design.Covariance(z, s.street); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSpecificationFromCSV(b *testing.B) {
	s := newBenchSurvey(b, 200000)
	var text strings.Builder
	text.WriteString("street,stratum,fpc,w")
	var items []string
	for k := range s.items {
		items = append(items, fmt.Sprintf("\"q%02d\"", k+1))
		fmt.Fprintf(&text, ",q%02d", k+1)
	}
	for i, w := range s.design.Weights() {
		fmt.Fprintf(&text, "\n%d,%d,200000,%.4f", s.street.Code[i], s.street.Code[i]*3+s.group.Code[i], w)
		for k := range s.items {
			if v := s.items[k][i]; v == v {
				fmt.Fprintf(&text, ",%d", int(v)/25+1)
			} else {
				text.WriteString(",")
			}
		}
	}
	spec := fmt.Sprintf(`{"data":"x.csv","design":{"strata":"stratum","weights":"w","fpc":"fpc"},"estimate":[{"stat":"mean","items":[%s],"by":"street","missing":"each"}]}`, strings.Join(items, ","))
	open := func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text.String())), nil }
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := RunEstimate([]byte(spec), open); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRaking(b *testing.B) {
	s := newBenchSurvey(b, 200000)
	streets, groups := make([]float64, 13), []float64{3e5, 4e5, 6e5}
	for i := range streets {
		streets[i] = 1e5
	}
	for b.Loop() {
		d, err := s.design.Calibrate(Raking{Margins: []PostStratification{{s.street, streets}, {s.group, groups}}})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := d.Mean(s.items[0], Query{}); err != nil {
			b.Fatal(err)
		}
	}
}
