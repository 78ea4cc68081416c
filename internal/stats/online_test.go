package stats

import "testing"

func TestOnlineAdjustmentsAgreeWithReference(t *testing.T) {
	t.Parallel()
	var out struct {
		Adjusted struct {
			Naive, IPW, MI, DR float64
			IPWSE              float64 `json:"ipw_se"`
			MISE               float64 `json:"mi_se"`
			DRSE               float64 `json:"dr_se"`
			KishDeff           float64 `json:"kish_deff"`
			Population         float64
		}
	}
	runSpecification(t, RunCombine, `{"probability":{"data":"street_w2_scored.csv","item":"score","design":{"strata":["stratum"],"fpc":["fpc"],"weights":"w"}},
		"online":{"data":"street_online_w2_scored.csv","item":"score","missing":"drop"},"adjust":{"factors":["street","grp","sex"]}}`, &out)
	a := out.Adjusted
	wantNumber(t, "naive", a.Naive, 81.4158417950513, 1e-11)
	wantNumber(t, "population", a.Population, 367821.229313515, 1e-7)
	wantNumber(t, "kish deff", a.KishDeff, 1.85565172106755, 1e-7)
	wantNumber(t, "ipw", a.IPW, 81.0907237216505, 1e-9)
	wantNumber(t, "mi", a.MI, 81.1021931581995, 1e-10)
	wantNumber(t, "dr", a.DR, 81.0958051972939, 1e-9)
	wantNumber(t, "ipw se", a.IPWSE, 0.251755601975737, 1e-6)
	wantNumber(t, "mi se", a.MISE, 0.242691443425706, 1e-6)
	wantNumber(t, "dr se", a.DRSE, 0.251503734681582, 1e-6)
}
