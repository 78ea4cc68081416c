package stats

import (
	"encoding/json"
	"strings"
	"testing"
)

// The reference iterated to the end: R survey with control epsilon 1e-15. It still takes the information one step before the end.
func TestModelsAgreeWithReference(t *testing.T) {
	t.Parallel()
	const stratified, twoStage, clustered = `"data":"apistrat.csv","design":{"strata":"stype","weights":"pw","fpc":"fpc"}`,
		`"data":"apiclus2.csv","design":{"ids":["dnum","snum"],"fpc":["fpc1","fpc2"]}`, `"data":"apiclus1.csv","design":{"ids":"dnum","weights":"pw","fpc":"fpc"}`
	const calibrated = `,"calibrate":[{"method":"linear","totals":{"(Intercept)":6194,"stypeH":755,"stypeM":1018,"api99":3914069}}]`
	for _, c := range []struct {
		command, spec string
		want          map[string]float64
	}{
		{"model", `{` + twoStage + `,"family":"binomial","outcome":"sch.wide","equals":"Yes","missing":"drop","predictors":["ell","meals","mobility"],"tests":[{"terms":["ell","mobility"],"method":"lrt"}]}`,
			map[string]float64{"tests.0.statistic": 6.31556773549411, "tests.0.lambda.0": 1.612720790731049, "tests.0.lambda.1": 0.548432869460877, "tests.0.p": 0.0745592881752077}},
		{"model", `{` + stratified + `,"family":"poisson","outcome":"api.stu","predictors":["ell","stype"],"factors":"stype"}`,
			map[string]float64{"results.0.estimate": 5.74202457685841683, "results.1.estimate": 0.00491736457443582, "results.2.estimate": 1.16366798857978204, "results.3.estimate": 0.70314043334756748,
				"results.0.se": 0.05170182276091140, "results.1.se": 0.00162812283211693, "results.2.se": 0.08580232697395625, "results.3.se": 0.08003989119567681}},
		{"model", `{` + stratified + `,"family":"binomial","outcome":"sch.wide","equals":"Yes","predictors":["ell","stype"],"factors":"stype","tests":[{"terms":"stype"},{"terms":"stype","method":"lrt"}]}`,
			map[string]float64{"results.0.estimate": 2.7633516154091611, "results.1.estimate": -0.0156817002260073, "results.2.se": 0.5273674388622296, "results.3.se": 0.5014215888491649,
				"tests.0.statistic": 10.9428914733671, "tests.1.p": 9.8728091122735e-06}},
		{"model", `{` + clustered + calibrated + `,"outcome":"api00","predictors":["ell","meals"]}`,
			map[string]float64{"results.0.estimate": 818.235649385792613, "results.1.estimate": -0.426913485110449, "results.2.estimate": -3.216648256698174,
				"results.0.se": 13.511040989951583, "results.1.se": 0.327975386449257, "results.2.se": 0.325785538221472}},
		{"test", `{` + clustered + `,"tests":[{"test":"ranks","item":"api00","group":"comp.imp","score":"normal"},{"test":"ranks","item":"api00","group":"stype","score":"median"}]}`,
			map[string]float64{"results.0.statistic": 1.086665157461, "results.0.p": 0.296923358371, "results.0.estimate": 0.163807562653138, "results.1.statistic": 0.09370414241714 / 2, "results.1.p": 0.954402211002}},
		{"test", `{` + clustered + calibrated + `,"tests":[{"test":"independence","rows":"sch.wide","columns":"stype"},{"test":"independence","rows":"sch.wide","columns":"stype","statistic":"wald"}]}`,
			map[string]float64{"results.0.statistic": 6.075604218438, "results.0.ndf": 1.750396004216, "results.0.ddf": 24.505544059018, "results.0.p": 0.00919604669364, "results.1.statistic": 2.409046362667, "results.1.p": 0.126144122661}},
	} {
		data, err := commandRunners[c.command]([]byte(c.spec), openTestdata)
		if err != nil {
			t.Errorf("%s: %v", c.spec, err)
			continue
		}
		var got any
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		for path, want := range c.want {
			if why := differsAt(got, path, want, 1e-6); why != "" {
				t.Errorf("%s\n\t%s %s", c.spec, path, why)
			}
		}
	}
}

func TestModelMistakesSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	const data = "y,b,x,z,g\n1,0,1,2,a\n2,0,2,4,a\n4,1,3,6,b\n3,1,4,8,b\n5,1,6,12,c\n"
	for spec, want := range map[string]string{
		`{"data":"x.csv","outcome":"y","predictors":["x","z"]}`:                                    `predictor "z" is determined by the ones before it`,
		`{"data":"x.csv","outcome":"b","family":"binomial","predictors":["x"]}`:                    `decide the outcome completely`,
		`{"data":"x.csv","outcome":"y","family":"binomial","predictors":["x"]}`:                    `row 2: the outcome 2 is not between 0 and 1`,
		`{"data":"x.csv","outcome":"y","predictors":["g"]}`:                                        `list it under "factors" if it holds labels`,
		`{"data":"x.csv","outcome":"y","predictors":["x"],"factors":["g"]}`:                        `key "factors" names "g"`,
		`{"data":"x.csv","outcome":"y","predictors":["x"],"tests":[{"terms":"z"}]}`:                `key "tests[0].terms" names "z"`,
		`{"data":"x.csv","outcome":"y","family":"probit","predictors":["x"]}`:                      `key "family" is "probit"`,
		`{"data":"x.csv","outcome":"y","predictors":["x"],"design":{"replicates":{"type":"JK1"}}}`: `key "design.replicates" is of no use here`,
		`{"outcome":"y","predictors":["x"]}`:                                                       `key "data" must name`,
	} {
		if _, err := RunModel([]byte(spec), openText(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n\terror: %v\n\twant:  %s", spec, err, want)
		}
	}
	for spec, want := range map[string]string{
		`{"data":"x.csv"}`: `key "tests" must list`,
		`{"data":"x.csv","tests":[{"test":"anova"}]}`:                                 `key "tests[0].test" is "anova"`,
		`{"data":"x.csv","tests":[{"test":"means","item":"y","group":"g"}]}`:          `the groups have 3 values, but a t test compares two`,
		`{"data":"x.csv","tests":[{"test":"means","item":"y"}]}`:                      `key "tests[0].item" and "group"`,
		`{"data":"x.csv","tests":[{"test":"independence","rows":"g","columns":"k"}]}`: `has no column "k"`,
	} {
		if _, err := RunTest([]byte(spec), openText(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n\terror: %v\n\twant:  %s", spec, err, want)
		}
	}
}

func TestExpressionsAreReadWithTheirDerivatives(t *testing.T) {
	t.Parallel()
	names := []string{"a", "b", "满意度", "long name"}
	for text, want := range map[string][3]float64{ // value, derivative after a, after b, at a = 4, b = 2
		"a+b*3":               {10, 1, 3},
		"-a^2/b":              {-8, -4, 4},
		"2*(a-b)^b":           {8, 8, 8 * 0.6931471805599453 * 1},
		"sqrt(a)*exp(0*b)":    {2, 0.25, 0},
		"log(a/b) + 1e-1":     {0.7931471805599453, 0.25, -0.5},
		"满意度 - `long name`":   {3, 0, 0},
		"a--b":                {6, 1, 1},
		"1.5e2 - 100 * a / b": {-50, -50, 100},
	} {
		e, err := parseExpression(text, names)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		value, slope := e.at([]float64{4, 2, 8, 5})
		got := [3]float64{value, slope[0], slope[1]}
		if text == "2*(a-b)^b" {
			want[2] = 2 * (4*0.6931471805599453 - 2*2) // d/db (a−b)^b = (a−b)^b·(log(a−b) − b/(a−b))
		}
		for i := range got {
			if d := got[i] - want[i]; d > 1e-12 || d < -1e-12 {
				t.Errorf("%s: %v, want %v", text, got, want)
				break
			}
		}
	}
	for text, want := range map[string]string{"": "lacks a number", "a+": "lacks a number", "(a": "not closed", "a b": "not understood", "c": `names "c"`, "`x": "back quote", "log a": `names "log"`,
		strings.Repeat("(", 5000): "nested more", strings.Repeat("-", 5000) + "a": "nested more"} {
		if _, err := parseExpression(text, names); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s: %v", text, err)
		}
	}
}
