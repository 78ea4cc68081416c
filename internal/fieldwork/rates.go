package fieldwork

import (
	"fmt"
	"strings"
)

// Dispositions counts the cases of a sample by class, as numbers or as sums of base weights.
type Dispositions struct {
	I  float64 `json:"i"`
	P  float64 `json:"p"`
	R  float64 `json:"r"`
	NC float64 `json:"nc"`
	O  float64 `json:"o"`
	UH float64 `json:"uh"`
	UO float64 `json:"uo"`
	NE float64 `json:"ne"`
}

func (d *Dispositions) add(c Class, n float64) {
	switch c {
	case I:
		d.I += n
	case P:
		d.P += n
	case R:
		d.R += n
	case NC:
		d.NC += n
	case O:
		d.O += n
	case UH:
		d.UH += n
	case UO:
		d.UO += n
	case NE:
		d.NE += n
	}
}

// known is the cases known to be eligible, unknown those not known.
func (d Dispositions) known() float64   { return d.I + d.P + d.R + d.NC + d.O }
func (d Dispositions) unknown() float64 { return d.UH + d.UO }

// E is the share of the unknown cases taken to be eligible: the share among those whose eligibility is known (proportional allocation,
// the CASRO method; AAPOR Standard Definitions, 10th edition, "Calculating outcome rates"). 1 when nothing is known.
func (d Dispositions) E() float64 {
	if d.known()+d.NE == 0 {
		return 1
	}
	return d.known() / (d.known() + d.NE)
}

// Rate is one outcome rate with how it is computed.
type Rate struct {
	Code    string   `json:"code" example:"RR1"`
	Title   string   `json:"title"`
	Value   *float64 `json:"value" doc:"0 to 1; absent where the denominator is 0"`
	Formula string   `json:"formula"`
	Numbers string   `json:"numbers" doc:"the formula with its numbers"`
}

// term is a sum of classes in a formula; e marks those multiplied by E.
type term struct {
	text string
	of   func(d Dispositions, e float64) float64
}

var (
	complete  = term{"I", func(d Dispositions, _ float64) float64 { return d.I }}
	answered  = term{"(I+P)", func(d Dispositions, _ float64) float64 { return d.I + d.P }}
	refused   = term{"R", func(d Dispositions, _ float64) float64 { return d.R }}
	contacted = term{"((I+P)+R+O)", func(d Dispositions, _ float64) float64 { return d.I + d.P + d.R + d.O }}
	willing   = term{"((I+P)+R)", func(d Dispositions, _ float64) float64 { return d.I + d.P + d.R }}
	eligible  = term{"((I+P)+(R+NC+O))", func(d Dispositions, _ float64) float64 { return d.known() }}
	all       = term{"((I+P)+(R+NC+O)+(UH+UO))", func(d Dispositions, _ float64) float64 { return d.known() + d.unknown() }}
	estimated = term{"((I+P)+(R+NC+O)+e(UH+UO))", func(d Dispositions, e float64) float64 { return d.known() + e*d.unknown() }}
)

// rateList are the rates of the AAPOR Standard Definitions, 10th edition (2023).
var rateList = []struct {
	code, title string
	up, down    term
}{
	{"RR1", "应答率1（最严）", complete, all},
	{"RR2", "应答率2（含部分完成）", answered, all},
	{"RR3", "应答率3（估计合格）", complete, estimated},
	{"RR4", "应答率4（估计合格，含部分完成）", answered, estimated},
	{"RR5", "应答率5（不计资格不明）", complete, eligible},
	{"RR6", "应答率6（不计资格不明，含部分完成）", answered, eligible},
	{"COOP1", "合作率1", complete, contacted},
	{"COOP2", "合作率2（含部分完成）", answered, contacted},
	{"COOP3", "合作率3（不计不能作答）", complete, willing},
	{"COOP4", "合作率4（不计不能作答，含部分完成）", answered, willing},
	{"REF1", "拒访率1", refused, all},
	{"REF2", "拒访率2（估计合格）", refused, estimated},
	{"REF3", "拒访率3（不计资格不明）", refused, eligible},
	{"CON1", "接触率1", contacted, all},
	{"CON2", "接触率2（估计合格）", contacted, estimated},
	{"CON3", "接触率3（不计资格不明）", contacted, eligible},
}

// Rates computes every outcome rate.
func (d Dispositions) Rates() []Rate {
	e := d.E()
	out := make([]Rate, 0, len(rateList))
	for _, r := range rateList {
		up, down := r.up.of(d, e), r.down.of(d, e)
		rate := Rate{Code: r.code, Title: r.title, Formula: r.up.text + " ÷ " + r.down.text, Numbers: figure(up) + " ÷ " + figure(down)}
		if down > 0 {
			v := up / down
			rate.Value = &v
		}
		out = append(out, rate)
	}
	return out
}

func figure(v float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") }
