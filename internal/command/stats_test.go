package command_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStats_EveryCommandReadsItsSpecificationAndPrintsJSON(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("units.csv", "id,street,a,b,c,v\n1,x,3,2,4,1\n2,x,1,2,1,1\n3,y,5,4,4,2\n4,y,2,3,3,1\n5,y,4,5,2,2\n")
	for name, spec := range map[string]string{
		"estimate":    `{"data":"units.csv","estimate":[{"stat":"mean","items":["a"]}]}`,
		"ranks":       `{"estimates":[80,81],"se":[1,1],"top":1}`,
		"sample":      `{"data":"units.csv","id":"id","method":"pps","size":"a","n":2,"seed":"7"}`,
		"allocate":    `{"n":10,"method":"optimum","strata":[{"size":50,"sd":3},{"size":80,"sd":1}]}`,
		"drivers":     `{"data":"units.csv","outcome":"a","predictors":["b","c"]}`,
		"reliability": `{"data":"units.csv","items":["a","b","c"]}`,
		"smallarea":   `{"data":"units.csv","names":"id","estimates":"a","variances":"v","method":"ML"}`,
		"efficiency":  `{"data":"units.csv","inputs":["a"],"outputs":["b"],"returns":"variable"}`,
		"model":       `{"data":"units.csv","outcome":"a","predictors":["b"]}`,
		"test":        `{"data":"units.csv","tests":[{"test":"means","item":"a","group":"street"}]}`,
		"patterns":    `{"data":"units.csv","items":["a","b","c"]}`,
		"compare":     `{"by":["street"],"first":{"data":"units.csv","item":"a"},"second":{"data":"units.csv","item":"b"}}`,
		"combine":     `{"probability":{"estimates":[80],"se":[1]},"online":{"estimates":[82],"se":[0.5]}}`,
	} {
		code, out, errOut := run(t, "", "stats", name, write(name+".json", spec))
		if code != 0 || !json.Valid([]byte(out)) {
			t.Errorf("%s: exit %d, %s%s", name, code, out, errOut)
		}
		code, _, errOut = run(t, "", "stats", name, write("wrong.json", strings.TrimSuffix(spec, "}")+`,"colour":"red"}`))
		if code != 1 || !strings.Contains(errOut, `"colour" is not known`) || strings.Count(strings.TrimSpace(errOut), "\n") != 0 {
			t.Errorf("%s with an unknown key: exit %d, %q", name, code, errOut)
		}
	}
}
