package stats

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// writeWave writes a file large enough to be walked in parts: streets as strata, communities as units, some missing cells.
func writeWave(t testing.TB, rows int, lineEnd string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "wave.csv")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w, random := bufio.NewWriter(f), rand.New(rand.NewPCG(5, 5))
	_, _ = fmt.Fprint(w, "\ufeffid,street,community,kind,long label,size,w,q1,q2,amount", lineEnd)
	empty := func(v any) any {
		if random.IntN(20) == 0 {
			return ""
		}
		return v
	}
	for i := range rows {
		street := random.IntN(5)
		kind := []string{"resident", "shop owner", "elder"}[random.IntN(3)]
		_, _ = fmt.Fprint(w, i, ",", street, ",", random.IntN(6), ",", empty(kind), ", ", kind, street%2, " ,", 100000+street, ",", 20+street, ".", random.IntN(90), ",",
			empty(1+random.IntN(5)), ",", empty(random.IntN(5)), ",", empty(1000000+random.IntN(50)), lineEnd)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestOneWalkOverTheFileAgreesWithTheGeneralReader(t *testing.T) {
	t.Parallel()
	for _, lineEnd := range []string{"\n", "\r\n"} {
		name := writeWave(t, 25000, lineEnd)
		open := func(string) (io.ReadCloser, error) { return os.Open(name) }
		for _, design := range []string{
			`"weights":"w"`, `"weights":"w","strata":"street"`, `"weights":"w","strata":"street","fpc":"size"`,
			`"weights":"w","strata":"street","ids":"community","nest":true`, `"weights":"w","ids":"community"`,
		} {
			spec := `{"data":"wave.csv","design":{` + design + `},"estimate":[
				{"stat":"mean","items":["q1","q2","amount"],"by":"street","missing":"each","deff":true},
				{"stat":"mean","items":["q1","q2"],"by":["kind","long label"],"missing":"drop","level":0.9,"deff":"replace"},
				{"stat":"mean","items":["q1"],"by":["kind","street","long label"],"missing":"each"},
				{"stat":"mean","items":["amount"],"missing":"drop"},
				{"stat":"total","items":["q2","q1"],"by":"long label","missing":"each","deff":true},
				{"stat":"total","items":["q1"],"missing":"drop","subset":{"kind":["elder","resident"],"street":["1","02",3]}}]}`
			s, err := readEstimateSpec([]byte(spec))
			if err != nil {
				t.Fatal(err)
			}
			got, ok := runStream(s, open)
			if !ok {
				t.Fatalf("{%s} is not answered in one walk", design)
			}
			want, err := s.runRows(open)
			if err != nil {
				t.Fatal(err)
			}
			if got.Design != want.Design || len(got.Results) != len(want.Results) {
				t.Fatalf("{%s}: %+v and %d rows, want %+v and %d", design, got.Design, len(got.Results), want.Design, len(want.Results))
			}
			for i, r := range got.Results {
				w := want.Results[i]
				if fmt.Sprint(r.Stat, r.Item, r.Domain, *r.N, *r.DF) != fmt.Sprint(w.Stat, w.Item, w.Domain, *w.N, *w.DF) {
					t.Fatalf("{%s}: row %d is %s %v, want %s %v", design, i, r.Item, r.Domain, w.Item, w.Domain)
				}
				for what, pair := range map[string][2]*number{"estimate": {r.Estimate, w.Estimate}, "se": {r.SE, w.SE}, "deff": {r.Deff, w.Deff}, "n_eff": {r.NEff, w.NEff}, "low": {&r.CI[0], &w.CI[0]}, "high": {&r.CI[1], &w.CI[1]}} {
					if (pair[0] == nil) != (pair[1] == nil) {
						t.Errorf("{%s}: %s of %s %v stands on one side only", design, what, r.Item, r.Domain)
					} else if pair[0] != nil && math.Abs(float64(*pair[0]-*pair[1])) > 1e-9*math.Abs(float64(*pair[1])) {
						t.Errorf("{%s}: %s of %s %v is %v, want %v", design, what, r.Item, r.Domain, *pair[0], *pair[1])
					}
				}
			}
		}
	}
}

func TestWhatOneWalkCannotAnswerGoesToTheGeneralReader(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"h,w,y\na,1,2\na,1,3\nb,1,4\nb,1,5\n":     true,
		"h,w,y\na,1,2\n\na,1,3\nb,1,4\nb,1,5.5":   true,
		"h,w,y\na,1,2\na,1,\"3\"\nb,1,4\nb,1,5\n": false, // quotes
		"h,w,y\na,1,2\na,1,x\nb,1,4\nb,1,5\n":     false, // no number
		"h,w,y\na,1,2\na,1,3,9\nb,1,4\nb,1,5\n":   false, // a cell too many
		"h,w,y\na,1,2\na,1,3\nb,1,4\n":            false, // a lonely unit
		"h,w,y\na,1,2\na,,3\nb,1,4\nb,1,5\n":      false, // no weight
		"h,w,y\na,1,2\na,0,3\nb,1,4\nb,1,5\n":     false, // weight zero: not a row
		"h,w,y\na,1,2\na,1,\nb,1,4\nb,1,5\n":      false, // missing, and nobody said what to do
		"h,w,y\na,1,2e9\na,1,2e9\nb,1,5\nb,1,5\n": false, // equal within strata: only rounding would be left
		"h,w\na,1\n": false, // no such column
		"h,w,y,y\na,1,2,2\na,1,3,2\nb,1,4,1\nb,1,5": false,
	} {
		s, err := readEstimateSpec([]byte(`{"data":"x.csv","design":{"weights":"w","strata":"h"},"estimate":[{"stat":"mean","items":["y"]}]}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := runStream(s, openText(text)); ok != want {
			t.Errorf("%q answered in one walk: %v", text, ok)
		}
	}
}
