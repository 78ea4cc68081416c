package stats

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"yiwang/bench/wave"
)

// referenceCase is one case of the reference collection that needs more than RunEstimate's rows: commands with the numbers they
// must print. A path is keys and places joined with points; [key=value,…] picks a row.
type referenceCase struct {
	ID        string
	Tolerance float64
	Test      string // the test function, for a case no command reaches
	Runs      []struct {
		Command string
		Spec    json.RawMessage
		Is      map[string]any
	}
}

var commandRunners = map[string]func([]byte, func(string) (io.ReadCloser, error)) ([]byte, error){
	"estimate": RunEstimate, "ranks": RunRanks, "sample": RunSample, "allocate": RunAllocate, "drivers": RunDrivers, "reliability": RunReliability,
	"compare": RunCompare, "smallarea": RunSmallArea, "efficiency": RunEfficiency, "combine": RunCombine, "model": RunModel, "test": RunTest, "patterns": RunPatterns,
}

// openReference serves testdata, and the answers of the online sample, which are generated.
func openReference(name string) (io.ReadCloser, error) {
	if name != "street_online_w2.csv" {
		return openTestdata(name)
	}
	var text bytes.Buffer
	if err := wave.Write(&text, 9000, 4, wave.Online, 1); err != nil {
		return nil, err
	}
	return io.NopCloser(&text), nil
}

func TestEveryReferenceCaseHolds(t *testing.T) {
	t.Parallel()
	var cases []referenceCase
	readTestdata(t, "cases.json", &cases)
	var first []goldenCase
	readTestdata(t, "golden.json", &first)
	if len(cases)+len(first) != 111 {
		t.Errorf("%d cases of the 111 are here", len(cases)+len(first))
	}
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			if len(c.Runs) == 0 && c.Test == "" {
				t.Error("the case says neither what to run nor which test holds it")
			}
			for _, run := range c.Runs {
				data, err := commandRunners[run.Command](run.Spec, openReference)
				if err != nil {
					t.Fatal(err)
				}
				var got any
				if err := json.Unmarshal(data, &got); err != nil {
					t.Fatal(err)
				}
				for path, want := range run.Is {
					if why := differsAt(got, path, want, c.Tolerance); why != "" {
						t.Errorf("%s %s", path, why)
					}
				}
			}
		})
	}
}

// differsAt says how the value at a path differs from the wanted one.
func differsAt(got any, path string, want any, tolerance float64) string {
	value := got
	for rest := path; rest != ""; {
		var step, pick string
		step, pick, rest = cutPath(rest)
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return fmt.Sprintf("has no place %s", step)
			}
			value = v[i]
		}
		if pick != "" {
			value = pickRow(value, strings.Split(pick, ","))
		}
	}
	wanted, number := want.(float64)
	is, ok := value.(float64)
	if !number {
		if value == want {
			return ""
		}
		return fmt.Sprintf("is %v, want %v", value, want)
	}
	if !ok || math.Abs(is-wanted) > tolerance*math.Max(math.Abs(is), math.Abs(wanted))+1e-12 {
		return fmt.Sprintf("is %v, want %v", value, want)
	}
	return ""
}

// cutPath takes the first step of a path, with what stands in brackets behind it.
func cutPath(path string) (step, pick, rest string) {
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		return path, "", ""
	}
	if path[end] == '.' {
		return path[:end], "", path[end+1:]
	}
	shut := strings.IndexByte(path, ']')
	return path[:end], path[end+1 : shut], strings.TrimPrefix(path[shut+1:], ".")
}

// pickRow is the first row with all of the values; "domain.x" looks into the domain.
func pickRow(rows any, conditions []string) any {
	list, _ := rows.([]any)
	for _, row := range list {
		fields, _ := row.(map[string]any)
		hits := 0
		for _, c := range conditions {
			key, want, _ := strings.Cut(c, "=")
			value := fields[key]
			if inner, ok := strings.CutPrefix(key, "domain."); ok {
				domain, _ := fields["domain"].(map[string]any)
				value = domain[inner]
			}
			if fmt.Sprint(value) == want {
				hits++
			}
		}
		if hits == len(conditions) {
			return row
		}
	}
	return nil
}
