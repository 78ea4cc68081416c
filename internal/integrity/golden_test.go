package integrity

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

type onlineRow struct {
	marks   string
	seconds int
	device  string
}

func onlineRows(t testing.TB) (rows []onlineRow) {
	t.Helper()
	file, err := os.Open("testdata/online.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines[1:] {
		seconds, err := strconv.Atoi(l[1])
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, onlineRow{l[0], seconds, l[2]})
	}
	return rows
}

// The counts are those of R for the same file: relative speed (Leiner 2019), longest run with a missing answer as a code of its
// own, within-person spread, repeated devices.
func TestMeasures_AgreeWithRForNineThousandAnswers(t *testing.T) {
	t.Parallel()
	rows := onlineRows(t)
	var seconds []float64
	devices := map[string]int{}
	for _, r := range rows {
		seconds = append(seconds, float64(r.seconds))
		devices[r.device]++
	}
	usual := median(seconds)
	got := map[string]float64{"n": float64(len(rows)), "median": usual}
	missing := 0
	for i, r := range rows {
		if index := speedIndex(usual, r.seconds); index > 2 {
			got["rsi 2"]++
		}
		if speedIndex(usual, r.seconds) > strict {
			got["rsi 1.75"]++
		}
		if _, same := uniform(r.marks); same {
			got["straight"]++
			if strings.Trim(r.marks, "5.") == "" {
				got["all five"]++
			}
		}
		run, _ := longestRun(r.marks)
		got["run"] += float64(run) / float64(len(rows))
		if run == 17 {
			got["run 17"]++
		}
		var values []float64
		for _, m := range strings.ReplaceAll(r.marks, ".", "") {
			values = append(values, float64(m-'0'))
		}
		missing += 17 - len(values)
		irv := spread(values)
		got["irv"] += irv / float64(len(rows))
		if i < 5 {
			if want := []float64{0.25, 0, 0.392952623996688, 0, 0.577350269189626}[i]; math.Abs(irv-want) > 1e-12 {
				t.Errorf("spread of answer %d is %.15g, want %.15g", i+1, irv, want)
			}
		}
	}
	got["missing"] = float64(missing) / float64(17*len(rows))
	for _, n := range devices {
		got["repeated"] += float64(n - 1)
		if n > 5 {
			got["many"]++
		}
	}
	for name, want := range map[string]float64{"n": 9000, "median": 293, "rsi 2": 986, "rsi 1.75": 1289, "straight": 1554, "all five": 1410,
		"run": 7.12244444444444, "run 17": 1361, "irv": 0.474701739025421, "repeated": 325, "many": 35, "missing": 0.0107647058823529} {
		if math.Abs(got[name]-want) > 1e-9 {
			t.Errorf("%s: got %.15g, want %.15g", name, got[name], want)
		}
	}
}
