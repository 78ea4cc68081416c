package stats

import (
	"io"
	"os"
	"strings"
	"testing"
)

func openText(text string) func(string) (io.ReadCloser, error) {
	return func(name string) (io.ReadCloser, error) {
		if name != "x.csv" {
			return nil, os.ErrNotExist
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}
}

const smallTable = "h,u,w,y,g\na,1,2,5,m\na,2,2,,f\nb,3,1,7,m\nb,4,1,x,f\n"

func TestSpecificationMistakesNameTheirPlace(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]string{
		`[1]`: "not a JSON object",
		`{"estimate":[{"stat":"mean","items":["w"]}]}`:                                                                                                  `key "data"`,
		`{"data":"x.csv","estimate":[{"stat":"mean","items":["w"]}],"desing":{}}`:                                                                       `key "desing" is not known`,
		`{"data":"x.csv","design":{"weight":"w"},"estimate":[{"stat":"mean","items":["w"]}]}`:                                                           `key "design.weight" is not known`,
		`{"data":"x.csv","design":{"strata":5},"estimate":[{"stat":"mean","items":["w"]}]}`:                                                             `key "design.strata" must be a list of strings`,
		`{"data":"x.csv","design":{"strata":["H"]},"estimate":[{"stat":"mean","items":["w"]}]}`:                                                         `key "design.strata": x.csv has no column "H"`,
		`{"data":"x.csv","design":{"lonely_psu":"ignore"},"estimate":[{"stat":"mean","items":["w"]}]}`:                                                  `key "design.lonely_psu" is "ignore"`,
		`{"data":"x.csv","estimate":[{"stat":"mode","items":["w"]}]}`:                                                                                   `key "estimate[0].stat" is "mode"`,
		`{"data":"x.csv","estimate":[{"stat":"mean","items":["w"],"level":95}]}`:                                                                        `key "estimate[0].level" is 95`,
		`{"data":"x.csv","estimate":[{"stat":"mean","items":["w"],"deff":"yes"}]}`:                                                                      `key "estimate[0].deff"`,
		`{"data":"x.csv","estimate":[{"stat":"mean","items":["y"]}]}`:                                                                                   `row 4, column "y": "x" is not a number`,
		`{"data":"x.csv","estimate":[{"stat":"mean","items":["z"]}]}`:                                                                                   `has no column "z"`,
		`{"data":"y.csv","estimate":[{"stat":"mean","items":["z"]}]}`:                                                                                   `key "data": open y.csv`,
		`{"data":"x.csv","design":{"weights":"y"},"estimate":[{"stat":"mean","items":["w"]}]}`:                                                          `key "design.weights": x.csv, row 4, column "y"`,
		`{"data":"x.csv","estimate":[{"stat":"mean","items":["y"],"factor":true}]}`:                                                                     `is missing in 1 of 4 rows (first: row 2)`,
		`{"data":"x.csv","design":{"strata":["u"]},"estimate":[{"stat":"mean","items":["w"]}]}`:                                                         `stratum "1" has only one sampling unit at stage 1`,
		`{"data":"x.csv","calibrate":[{"method":"magic"}],"estimate":[{"stat":"mean","items":["w"]}]}`:                                                  `key "calibrate[0].method" is "magic"`,
		`{"data":"x.csv","calibrate":[{"method":"linear","totals":{"gx":3}}],"estimate":[{"stat":"mean","items":["w"]}]}`:                               `key "calibrate[0].totals.gx"`,
		`{"data":"x.csv","calibrate":[{"method":"poststratify","by":["g"],"totals":[{"g":"m","total":3}]}],"estimate":[{"stat":"mean","items":["w"]}]}`: `the cell f of x.csv has no total`,
		`{"data":"x.csv","estimate":[{"stat":"mean","items":["w"],"subset":{"g":["d"]}}]}`:                                                              `column "g" of x.csv has no value "d"`,
	} {
		if _, err := RunEstimate([]byte(spec), openText(smallTable)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n\terror: %v\n\twant:  %s", spec, err, want)
		}
	}
}

func TestTableMistakesNameTheirRow(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                 "has no header line",
		"w\n":              "has no rows",
		"w,w\n1,2\n":       `two columns are called "w"`,
		"w,y\n1,2\n1\n":    "row 2 has 1 columns, the header has 2",
		"w,y\n1,\"2\n":     "row 1: a quote is not closed",
		"w,y\n1,\"2\"x\n":  "row 1: text follows a closing quote",
		"w,y\n1,2\n-1,2\n": "",
	} {
		_, err := RunEstimate([]byte(`{"data":"x.csv","estimate":[{"stat":"total","items":["w"]}]}`), openText(text))
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", text, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

func TestTableReadsQuotesAndLineEnds(t *testing.T) {
	t.Parallel()
	table, err := readTable(openText("\ufeff\"name\",v\r\n\"a, \"\"b\"\"\", 1.5 \r\n\r\n\"line\nbreak\",-2e3\r\n,"), "x.csv", func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	f, err := table.factor("name")
	if err != nil {
		t.Fatal(err)
	}
	v, err := table.number("v")
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Names) != 2 || f.Names[0] != `a, "b"` || f.Names[1] != "line\nbreak" || v[0] != 1.5 || v[1] != -2000 || v[2] == v[2] || f.Code[2] != -1 {
		t.Errorf("names %q, values %v", f.Names, v)
	}
}

func TestNumbersAreReadExactly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{"0": 0, "-0.5": -0.5, "44.2099990844727": 44.2099990844727, "33.846996307373": 33.846996307373,
		"1e-3": 0.001, "123456789012345678": 123456789012345678, ".25": 0.25, "7.": 7} {
		if got, ok := parseNumber([]byte(text)); !ok || got != want {
			t.Errorf("%s is read as %v", text, got)
		}
	}
	for _, text := range []string{"", "-", ".", "1.2.3", "NaN", "Inf", "0x", "1,5"} {
		if v, ok := parseNumber([]byte(text)); ok {
			t.Errorf("%q is read as %v", text, v)
		}
	}
}

func TestRankMistakesNameTheKey(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]string{
		`{}`:                                             `key "estimates" must list`,
		`{"estimates":[1,2]}`:                            `key "se" is missing`,
		`{"estimates":[1,2],"se":[1]}`:                   `key "se" has 1 numbers for 2`,
		`{"estimates":[1,2],"se":[1,-1]}`:                `key "se" contains -1 at place 2`,
		`{"estimates":[1],"se":[1],"top":2}`:             `key "top" is 2`,
		`{"estimates":[1],"se":[1],"tops":2}`:            `key "tops" is not known`,
		`{"estimates":[1,2],"covariance":[[1,0],[1,1]]}`: `differs from its mirror image`,
		`{"estimates":[1,2],"covariance":[[1,2],[2,1]]}`: `not positive semidefinite`,
	} {
		if _, err := RunRanks([]byte(spec), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", spec, err, want)
		}
	}
}
