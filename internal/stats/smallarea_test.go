package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

type areaWire struct {
	A            float64 `json:"variance_between"`
	Coefficients []struct{ Estimate float64 }
	Results      []struct {
		Name                         string
		Direct, Estimate, MSE, Gamma float64
		Benchmarked                  *float64
	}
}

func TestAreaModelAgreesWithReference(t *testing.T) {
	t.Parallel()
	const milk, community = `{"data":"milk.csv","estimates":"yi","se":"SD","factors":["MajorArea"],"method":"`, `{"data":"community_direct.csv","names":"community","estimates":"y","variances":"v","factors":["street"],"method":"`
	for name, c := range map[string]struct {
		spec             string
		a                float64
		beta, eblup, mse []float64
	}{
		"milk REML": {milk + `REML"}`, 0.0185503347627664,
			[]float64{0.968188986974962, 0.132780305456741, 0.226946224520597, -0.241301039944626},
			[]float64{1.02197054415061, 1.04760195144234, 1.06795142630424, 0.760816565088521, 0.84615704377863, 0.974372706112785, 1.05845267194762, 1.09777625618512, 1.22154548944567, 1.19514601483718, 0.785214919183881, 1.21394620537705, 1.20965972079327, 0.983496441199749, 1.18642470959261, 1.15569811392116, 1.22634125065708, 1.28564898866141, 1.23632484085457, 1.234960139388, 1.09030162749147, 1.19230572283366, 1.12164676676452, 1.22302972189227, 1.19380544439439, 0.762719589638744, 0.764955153215244, 0.733844388082636, 0.769929554161264, 0.613441623360487, 0.769556072273251, 0.795825311686678, 0.772318847722633, 0.610230068312141, 0.700178189652096, 0.759278810407126, 0.529886336457619, 0.74344667803774, 0.754899633111872, 0.770191965715712, 0.748116423846053, 0.804077515803998, 0.68108688506074},
			[]float64{0.0134602564596455, 0.00537287973294313, 0.00570199471705324, 0.00854175201864533, 0.00957960971365775, 0.0116706578178747, 0.0159261904426766, 0.0105865359186589, 0.014184079510761, 0.0149015133434014, 0.00769426999982897, 0.0163365204573295, 0.0125627532601649, 0.0121174031608906, 0.0120312586046405, 0.0117091742024253, 0.0108598029545358, 0.0136908997484978, 0.0110346979533676, 0.0130797219993207, 0.00994865439383395, 0.0172440452933279, 0.0112923506637002, 0.0136253364755642, 0.00806579849132417, 0.00920515125855708, 0.00920515125855708, 0.0164769844397072, 0.00780063882758101, 0.00609867537867618, 0.0154416266452689, 0.0146579217089648, 0.00902471646086486, 0.0038707886091673, 0.00780063882758101, 0.0096461595440326, 0.00640434345168302, 0.0101556682613105, 0.00720994801244092, 0.00847029252206645, 0.0054848651339901, 0.00920515125855708, 0.00990364779688785}},
		"milk ML": {milk + `ML"}`, 0.0155175087124187,
			[]float64{0.967798625551159, 0.127875517563521, 0.22669088679866, -0.242580426338672},
			[]float64{1.01617323616576, 1.04369677090244, 1.0628167093897, 0.775349168253944, 0.855490437302774, 0.97358566151615, 1.04747839532735, 1.09534358463979, 1.20540896526615, 1.18125633873681, 0.803370325854243, 1.19677536681598, 1.19615896387271, 0.99140545661708, 1.18688287097478, 1.15903630235048, 1.22323684246082, 1.27551864304432, 1.23228498259029, 1.23044212253194, 1.09857695397117, 1.19215974961806, 1.12799213242064, 1.21962846706976, 1.19362556881576, 0.759065020902927, 0.761123147696979, 0.731564674423881, 0.76627289683019, 0.619145439521487, 0.762938767166242, 0.78637452778213, 0.767978090504009, 0.614134866982852, 0.701310913918985, 0.755756347744126, 0.540664510606222, 0.74113153799177, 0.752450559224961, 0.766242252659604, 0.746535972009435, 0.797140366592886, 0.684097693266086},
			[]float64{0.0135799384231695, 0.005512867363211, 0.0058505829895262, 0.0087354489903323, 0.00977452124304238, 0.0118407339111958, 0.015934488533981, 0.0108218039462724, 0.0143459459973222, 0.0150360716126635, 0.00791109255279578, 0.0164045018978152, 0.0127710097686705, 0.0123346012812171, 0.0121924874312804, 0.0118770555835573, 0.0110412753400127, 0.0138051380067651, 0.0112138430338621, 0.0132136971008261, 0.0101382818770233, 0.0171937004171385, 0.0114676211499652, 0.0137418242608611, 0.00825143205108185, 0.00934486628869053, 0.00934486628869053, 0.0163901195631517, 0.0079416374656173, 0.00622226025898505, 0.0154043012144347, 0.0146557178611279, 0.00916543269962801, 0.00394697658518132, 0.0079416374656173, 0.00978237632865465, 0.00653246451597829, 0.0102859845910294, 0.00734713882871852, 0.00861253181367152, 0.00559768771154456, 0.00934486628869053, 0.0100371314884568}},
		"communities": {community + `REML"}`, 1.80562747461278, nil,
			[]float64{87.6434163465399, 89.6731030117554, 86.4910324510727, 87.5755720913611, 88.5619614415429, 88.5781856774926, 88.1092703764857, 88.5579128404318, 88.4737125652045, 85.4664677387367},
			[]float64{2.08149043297364, 1.47929739281072, 1.85000660061035, 1.77001089510033, 1.97309302149384, 1.9998136390805, 1.75679846007953, 1.64386127884852, 1.90739542629081, 2.0156297020159}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out areaWire
			runSpecification(t, RunSmallArea, c.spec, &out)
			wantNumber(t, "variance between areas", out.A, c.a, 1e-6)
			for j, want := range c.beta {
				wantNumber(t, "coefficient", out.Coefficients[j].Estimate, want, 1e-6)
			}
			for i, want := range c.eblup {
				wantNumber(t, "estimate", out.Results[i].Estimate, want, 1e-6)
				wantNumber(t, "mse", out.Results[i].MSE, c.mse[i], 1e-6)
			}
			sum := 0.0
			for _, r := range out.Results {
				sum += r.Estimate
			}
			if name == "communities" {
				wantNumber(t, "sum of 120 estimates", sum, 10372.6900587149, 1e-9)
			}
		})
	}
}

func TestTheMomentEquationHolds(t *testing.T) {
	t.Parallel()
	table, err := readTable(openTestdata, "community_direct.csv", func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	y, _ := table.required("y")
	v, _ := table.required("v")
	e, err := FayHerriot(SmallAreas{Y: y, V: v, X: [][]float64{ones(len(y))}}, AreaFH)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for i := range y {
		sum += (y[i] - e.Beta[0]) * (y[i] - e.Beta[0]) / (e.A + v[i])
	}
	wantNumber(t, "weighted residual sum", sum, float64(len(y)-1), 1e-9)
}

func TestAreasWithoutSpreadAreLeftToTheModel(t *testing.T) {
	t.Parallel()
	y, v := []float64{80.1, 79.9, 80, 80.05, 79.95}, []float64{4, 4, 4, 4, 4}
	for _, m := range []AreaMethod{AreaREML, AreaML, AreaFH} {
		e, err := FayHerriot(SmallAreas{Y: y, V: v, X: [][]float64{ones(5)}}, m)
		if err != nil {
			t.Fatal(err)
		}
		for i := range y {
			if e.A != 0 || math.Abs(e.EBLUP[i]-80) > 1e-12 {
				t.Errorf("%s: A %v, estimate %v", m, e.A, e.EBLUP[i])
			}
		}
	}
}

func TestEstimatesLieBetweenTheirOwnDataAndTheModel(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(41, 42))
	for range 50 {
		n := 8 + random.IntN(40)
		s := SmallAreas{Y: make([]float64, n), V: make([]float64, n), X: [][]float64{ones(n), make([]float64, n)}}
		for i := range n {
			s.X[1][i], s.V[i] = random.NormFloat64(), 0.2+3*random.Float64()
			s.Y[i] = 80 + 2*s.X[1][i] + 1.5*random.NormFloat64() + math.Sqrt(s.V[i])*random.NormFloat64()
		}
		for _, m := range []AreaMethod{AreaREML, AreaML, AreaFH} {
			e, err := FayHerriot(s, m)
			if err != nil {
				t.Fatal(err)
			}
			for i := range n {
				model := e.Beta[0] + e.Beta[1]*s.X[1][i]
				if low, high := math.Min(model, s.Y[i]), math.Max(model, s.Y[i]); e.EBLUP[i] < low-1e-9 || e.EBLUP[i] > high+1e-9 {
					t.Errorf("%s: %v outside %v to %v", m, e.EBLUP[i], low, high)
				}
			}
		}
	}
}

func TestBenchmarkedCommunitiesAddUpToTheirStreets(t *testing.T) {
	t.Parallel()
	var out areaWire
	runSpecification(t, RunSmallArea, `{"data":"community_direct.csv","estimates":"y","variances":"v","factors":["street"],"benchmark":{"by":"street","weights":"n"}}`, &out)
	table, _ := readTable(openTestdata, "community_direct.csv", func(string) bool { return true })
	street, _ := table.factor("street")
	n, _ := table.required("n")
	got, want := make([]float64, 13), make([]float64, 13)
	for i, r := range out.Results {
		got[street.Code[i]] += n[i] * *r.Benchmarked
		want[street.Code[i]] += n[i] * r.Direct
	}
	for g := range got {
		wantNumber(t, "street sum", got[g], want[g], 1e-12)
	}
}

func TestSmallAreaMistakesNameTheirPlace(t *testing.T) {
	t.Parallel()
	mistakes(t, RunSmallArea, map[string]string{
		`{"data":"x.csv","estimates":"u"}`:                                                   `key "se" must name`,
		`{"data":"x.csv","estimates":"y","se":"w"}`:                                          `key "estimates" must name a column of numbers: x.csv, row 4, column "y"`,
		`{"data":"x.csv","estimates":"u","se":"w","method":"OLS"}`:                           `key "method" is "OLS"`,
		`{"data":"x.csv","estimates":"u","se":"w","factors":["h"],"covariates":["u","w"]}`:   `x.csv: 4 areas cannot carry 4 coefficients`,
		`{"data":"x.csv","estimates":"u","se":"w","covariates":["w","w"]}`:                   `a column of the model follows from the others`,
		`{"data":"x.csv","estimates":"u","se":"w","benchmark":{"by":"h","targets":{"a":1}}}`: `key "benchmark.targets" has no number for "b"`,
	})
}
