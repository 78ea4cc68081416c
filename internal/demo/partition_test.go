package demo

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"yiwang/data/regions"
	"yiwang/internal/platform/geo"
	"yiwang/internal/region"
)

// gulouInput reads the outline and the official places of Gulou.
func gulouInput(t testing.TB) (geo.Shape, []region.Plot) {
	t.Helper()
	var outline geo.Shape
	err := geo.EachFeature(bytes.NewReader(regions.GulouOutline), func(_ int, f *geo.Feature) (err error) {
		outline, err = geo.ParseGeometry(f.Geometry, geo.WGS84)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(regions.NanjingCSV)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var places []region.Plot
	for _, r := range rows[1:] {
		if strings.HasPrefix(r[0], gulou) {
			places = append(places, region.Plot{Code: r[0], Name: r[1]})
		}
	}
	return outline, places
}

var divided struct {
	once sync.Once
	p    *Partition
	err  error
}

// division is the partition of seed 1, computed once.
func division(t testing.TB) *Partition {
	t.Helper()
	divided.once.Do(func() {
		outline, places := gulouInput(t)
		divided.p, divided.err = Divide(outline, places, 1)
	})
	if divided.err != nil {
		t.Fatal(divided.err)
	}
	return divided.p
}

func byKind(p *Partition) map[string][]region.Plot {
	out := map[string][]region.Plot{}
	for _, plot := range p.Plots {
		level, kind, _ := region.LevelOf(plot.Code)
		key := string(level)
		if kind != "" {
			key = string(kind)
		}
		out[key] = append(out[key], plot)
	}
	return out
}

func TestDivide_HasTheCountsOfTheCaseStudy(t *testing.T) {
	k := byKind(division(t))
	for key, want := range map[string]int{"district": 1, "subdistrict": 13, "community": 123, "composite": 991, "dedicated": 605, "police": 125} {
		if got := len(k[key]); got != want {
			t.Errorf("%d %s, want %d", got, key, want)
		}
	}
	classes := map[region.Class]int{}
	for _, g := range k["dedicated"] {
		classes[g.Class]++
	}
	if classes[region.Daily] != 44 || classes[region.KeyAssist] != 150 || classes[region.PeriodicJoint] != 411 {
		t.Errorf("classes %v", classes)
	}
	homes := 0
	for _, g := range k["composite"] {
		if g.Households < 300 || g.Households > 500 {
			t.Errorf("%s has %d households", g.Code, g.Households)
		}
		homes += g.Households
	}
	if homes != 400_000 {
		t.Errorf("%d households", homes)
	}
}

func TestDivide_EveryPlotIsValidWithAUniqueCodeAndName(t *testing.T) {
	codes, names := map[string]bool{}, map[string]bool{}
	for _, p := range division(t).Plots {
		if field, reason := p.Validate(); field != "" {
			t.Errorf("%s: %s: %s", p.Code, field, reason)
		}
		if d := geo.Check(p.Shape); d != nil {
			t.Errorf("%s: %v", p.Code, d)
		}
		if len(p.Shape) != 1 {
			t.Errorf("%s lies in %d pieces", p.Code, len(p.Shape))
		}
		if codes[p.Code] || names[p.Name] {
			t.Errorf("%s %s appears twice", p.Code, p.Name)
		}
		codes[p.Code], names[p.Name] = true, true
	}
}

func TestDivide_TilesEveryTierWithoutGapOrOverlap(t *testing.T) {
	p := division(t)
	outline, _ := gulouInput(t)
	children := map[string][]geo.Shape{}
	for _, plot := range p.Plots {
		_, kind, _ := region.LevelOf(plot.Code)
		layer := "tiling"
		if kind == region.Police {
			layer = "police"
		}
		key := region.ParentOf(plot.Code) + layer
		children[key] = append(children[key], plot.Shape)
	}
	check := func(name string, parent geo.Shape, parts []geo.Shape, tolerance float64) {
		sum := 0.0
		for _, s := range parts {
			sum += s.Area()
		}
		if whole := parent.Area(); math.Abs(sum-whole) > 1e-9*whole+tolerance {
			t.Errorf("%s: parts %.3f m², whole %.3f m²", name, sum, whole)
		}
		if m := geo.Tiling(parent, parts, tolerance+1e-4); m != nil {
			t.Errorf("%s: %d mismatches, first %+v", name, len(m), m[0])
		}
	}
	for _, plot := range p.Plots {
		level, _, _ := region.LevelOf(plot.Code)
		switch level {
		case region.Community:
			check(plot.Code+" police", plot.Shape, children[plot.Code+"police"], 0)
			fallthrough
		case region.District, region.Subdistrict:
			check(plot.Code, plot.Shape, children[plot.Code+"tiling"], 0)
		}
	}
	// The borders meet the outline on the lattice, a centimetre wide; nothing else may differ from the official outline.
	check("outline", outline, []geo.Shape{p.Plots[0].Shape}, 100)
}

func TestDivide_EveryPointHasOneGridAndOnePoliceGrid(t *testing.T) {
	k := byKind(division(t))
	var tiling, police []geo.Shape
	var codes, beats []string
	for _, g := range append(k["composite"], k["dedicated"]...) {
		tiling, codes = append(tiling, g.Shape), append(codes, g.Code)
	}
	for _, g := range k["police"] {
		police, beats = append(police, g.Shape), append(beats, g.Code)
	}
	district := k["district"][0].Shape
	a, b, b2 := geo.NewIndex(tiling), geo.NewIndex(police), district.Bounds()
	rnd := rand.New(rand.NewPCG(9, 9))
	inside := 0
	for range 200_000 {
		v := geo.Vertex{X: b2.MinX + rnd.Int32N(b2.MaxX-b2.MinX), Y: b2.MinY + rnd.Int32N(b2.MaxY-b2.MinY)}
		in, beat := a.All(v, nil), b.All(v, nil)
		want := 0
		if district.Contains(v) {
			want = 1
			inside++
		}
		if len(in) != want || len(beat) != want {
			t.Fatalf("%v lies in %d grids and %d police grids, want %d", v, len(in), len(beat), want)
		}
		if want == 1 && codes[in[0]][:12] != beats[beat[0]][:12] {
			t.Fatalf("%v lies in %s and in %s", v, codes[in[0]], beats[beat[0]])
		}
	}
	if inside < 50_000 {
		t.Errorf("only %d points lay in the district", inside)
	}
}

func TestDivide_IsDeterministicAndEverySeedWorks(t *testing.T) {
	outline, places := gulouInput(t)
	text := func(seed uint64) string {
		p, err := Divide(outline, places, seed)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		var b strings.Builder
		for _, plot := range p.Plots {
			fmt.Fprintln(&b, plot.Code, plot.Name, plot.Kind, plot.Class, plot.Households, plot.Shape.Compact())
		}
		return b.String()
	}
	first := text(1)
	if first != text(1) {
		t.Error("the same seed gave different bytes")
	}
	for seed := uint64(2); seed < 6; seed++ {
		if text(seed) == first {
			t.Errorf("seed %d changed nothing", seed)
		}
	}
}

func TestPartition_WithinKeepsOneStreet(t *testing.T) {
	plots := division(t).Within("320106001")
	if len(plots) < 50 || plots[0].Code != "320106001" {
		t.Errorf("%d plots, first %s", len(plots), plots[0].Code)
	}
}

func BenchmarkDivide(b *testing.B) {
	outline, places := gulouInput(b)
	for b.Loop() {
		if _, err := Divide(outline, places, 1); err != nil {
			b.Fatal(err)
		}
	}
}
