package sensor

import "slices"

// Kind is what a sensor watches, with what it measures. The codes are those of the alarms of devices, so that both come under the
// same category.
type Kind struct {
	Code    string   `json:"code"`
	Name    string   `json:"name"`
	Metrics []Metric `json:"metrics"`
	Usual   []Usual  `json:"usual" doc:"Rules that fit most places; somebody who knows the place corrects them"`
}

// Metric is a quantity with its unit. What lies outside low and high is not a measurement but a fault.
type Metric struct {
	Code string  `json:"code"`
	Name string  `json:"name"`
	Unit string  `json:"unit"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Usual is a rule to begin with.
type Usual struct {
	Name       string  `json:"name"`
	Metric     string  `json:"metric"`
	Side       Side    `json:"side"`
	Threshold  float64 `json:"threshold"`
	Hysteresis float64 `json:"hysteresis"`
	Seconds    int     `json:"seconds"`
	Times      int     `json:"times"`
	Severity   string  `json:"severity"`
	OpensCase  bool    `json:"opens_case"`
	Urgent     bool    `json:"urgent"`
}

// battery is what every kind reports beside.
var battery = Metric{"battery", "电量", "%", 0, 100}

// kinds are the kinds. The thresholds of the usual rules are this program's own choice: PM2.5 and PM10 after the daily limits of
// class 2 of GB 3095-2012, noise after the night limit of class 2 of GB 3096-2008, gas at a quarter of the lower explosive limit
// as is common for fixed detectors; water and tilt are plain round numbers.
var kinds = []Kind{
	{"water_level", "积水与水位", []Metric{{"level", "水位", "m", -1, 20}}, []Usual{
		{"积水偏高", "level", Above, 0.15, 0.03, 300, 2, "warning", false, false},
		{"积水严重", "level", Above, 0.30, 0.05, 120, 2, "critical", true, true}}},
	{"gas", "可燃气体", []Metric{{"lel", "浓度", "%LEL", 0, 100}}, []Usual{{"可燃气体超限", "lel", Above, 25, 5, 30, 2, "critical", true, true}}},
	{"air", "空气质量", []Metric{{"pm25", "PM2.5", "µg/m³", 0, 1000}, {"pm10", "PM10", "µg/m³", 0, 2000}, {"noise", "噪声", "dB", 0, 150}}, []Usual{
		{"PM2.5持续偏高", "pm25", Above, 75, 10, 3600, 3, "minor", false, false}}},
	{"dust", "扬尘", []Metric{{"pm10", "PM10", "µg/m³", 0, 2000}, {"noise", "噪声", "dB", 0, 150}}, []Usual{{"工地扬尘", "pm10", Above, 150, 20, 900, 3, "major", true, false}}},
	{"manhole", "井盖", []Metric{{"tilt", "倾角", "°", 0, 180}, {"level", "井内水位", "m", 0, 20}}, []Usual{{"井盖倾斜或移位", "tilt", Above, 15, 5, 0, 2, "critical", true, true}}},
	{"smoke", "烟感", []Metric{{"smoke", "烟雾", "%obs/m", 0, 100}, {"temperature", "温度", "℃", -40, 200}}, []Usual{{"烟雾报警", "smoke", Above, 5, 2, 0, 2, "critical", true, true}}},
	{"noise", "噪声", []Metric{{"noise", "噪声", "dB", 0, 150}}, []Usual{{"噪声持续偏高", "noise", Above, 60, 3, 900, 3, "minor", false, false}}},
	{"bin_full", "垃圾桶满溢", []Metric{{"fill", "满溢度", "%", 0, 100}}, []Usual{{"垃圾桶已满", "fill", Above, 90, 30, 1800, 2, "minor", false, false}}},
	{"tilt", "倾斜", []Metric{{"tilt", "倾角", "°", 0, 180}}, []Usual{{"结构倾斜", "tilt", Above, 3, 0.5, 600, 3, "major", true, false}}},
}

// Kinds lists the kinds with their metrics and usual rules; the battery is measured by all.
func Kinds() []Kind {
	out := slices.Clone(kinds)
	for i := range out {
		out[i].Metrics = append(slices.Clone(out[i].Metrics), battery)
	}
	return out
}

func kindOf(code string) *Kind {
	for i := range kinds {
		if kinds[i].Code == code {
			return &kinds[i]
		}
	}
	return nil
}

// kindName is the Chinese of a kind, the code if there is none.
func kindName(code string) string {
	if k := kindOf(code); k != nil {
		return k.Name
	}
	return code
}

// metric returns what a kind measures under the code.
func (k *Kind) metric(code string) (Metric, bool) {
	if code == battery.Code {
		return battery, true
	}
	i := slices.IndexFunc(k.Metrics, func(m Metric) bool { return m.Code == code })
	if i < 0 {
		return Metric{}, false
	}
	return k.Metrics[i], true
}
