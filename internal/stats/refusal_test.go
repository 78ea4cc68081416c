package stats

import (
	"strings"
	"testing"
)

// What cannot be estimated stops with a sentence that says where and why; nothing is approximated in silence.
func TestImpossibleDesignsAndMarginsAreRefusedWithTheirReason(t *testing.T) {
	t.Parallel()
	const rows = "h,u,w,z,y,g,k\na,1,2,0,5,m,p\na,2,2,0,,f,p\nb,3,1,0,7,m,q\nb,4,1,0,x,f,q\n"
	wrap := func(design, calibrate string) string {
		return `{"data":"x.csv","design":{` + design + `},"calibrate":[` + calibrate + `],"estimate":[{"stat":"mean","items":"u"}]}`
	}
	for spec, want := range map[string]string{
		wrap(`"weights":"w"`, `{"method":"rake","margins":[{"by":"g","totals":[{"g":"m","total":10},{"g":"f","total":10}]},{"by":"h","totals":[{"h":"a","total":5},{"h":"b","total":16}]}]}`): `margin 2 adds up to 21, margin 1 to 20`,
		// everybody of a is p and everybody of b is q, so the two margins contradict each other
		wrap(`"weights":"w"`, `{"method":"rake","margins":[{"by":"h","totals":[{"h":"a","total":1},{"h":"b","total":20}]},{"by":"k","totals":[{"k":"p","total":20},{"k":"q","total":1}]}]}`):                                                            `no weights of these rows meet all margins: margin 1, cell "a" reaches 20 instead of 1`,
		wrap(`"weights":"w"`, `{"method":"rake","max_iterations":1,"margins":[{"by":"g","totals":[{"g":"m","total":9},{"g":"f","total":12}]},{"by":"u","totals":[{"u":"1","total":2},{"u":"2","total":3},{"u":"3","total":4},{"u":"4","total":12}]}]}`): `raking did not settle in 1 rounds: margin 1, cell "m" reaches 6 instead of 9`,
		wrap(`"weights":"w"`, `{"method":"poststratify","by":"g","totals":[{"g":"m","total":10},{"g":"f","total":10},{"g":"x","total":5}]}`):                                                                                                            `nobody in x.csv is in the cell x`,
		wrap(`"weights":"w"`, `{"method":"poststratify","by":"h","totals":[{"h":"a","total":0},{"h":"b","total":0}]}`):                                                                                                                                  `the calibrated weights add up to nothing`,
		wrap(`"weights":"w"`, `{"method":"poststratify","by":"h","totals":[{"h":"a","total":-3},{"h":"b","total":9}]}`):                                                                                                                                 `cell "a": total -3 is not a number from 0 up`,
		wrap(`"weights":"w"`, `{"method":"poststratify","by":"y","totals":[{"y":"5","total":3},{"y":"7","total":3},{"y":"x","total":3}]}`):                                                                                                              `key "calibrate[0].by": x.csv, row 2, column "y" is empty`,
		wrap(`"weights":"w"`, `{"method":"logit","bounds":[0.9,1.1],"totals":{"(Intercept)":600}}`):                                                                                                                                                     `calibration cannot reach the totals within the bounds: "(Intercept)" is off by`,
		wrap(`"weights":"w"`, `{"method":"trim","upper":0.5}`):                                            `no weight lies between 0 and 0.5`,
		wrap(`"weights":"z"`, ``):                                                                         `all weights are zero`,
		wrap(`"weights":"u","strata":"u"`, ``):                                                            `stratum "1" has only one sampling unit at stage 1; set lonely_psu or merge strata`,
		wrap(`"weights":"w","strata":"h","ids":"k","nest":true`, ``):                                      `stratum "a" has only one sampling unit at stage 1`,
		wrap(`"weights":"w","strata":"h","fpc":"w"`, ``):                                                  `row 3: population size 1 of stage 1 is below the 2 units sampled`,
		wrap(`"weights":"w","strata":"h","fpc":"u"`, ``):                                                  `row 1: population size 1 of stage 1 is below the 2 units sampled`,
		wrap(`"weights":"w","strata":"y"`, ``):                                                            `row 2, column "y" is empty`,
		wrap(`"weights":"w","ids":"g","strata":"h"`, ``):                                                  `sampling unit "m" lies in two strata; set nest`,
		wrap(`"weights":"w","strata":"h","replicates":{"type":"JK1"}`, ``):                                `JK1 is for unstratified designs; use JKn`,
		wrap(`"weights":"w","strata":"h","ids":"u","replicates":{"type":"bootstrap","replicates":1}`, ``): `key "design.replicates.replicates" is 1, but must be from 2 to 10000`,
	} {
		if _, err := RunEstimate([]byte(spec), openText(rows)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n\terror: %v\n\twant:  %s", spec, err, want)
		}
	}
}
