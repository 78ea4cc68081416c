package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"strings"
	"time"

	"yiwang/data/regions"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/geo"
	"yiwang/internal/region"
)

// ground is what the story needs to know of the areas.
type ground struct {
	tree        []region.Plot // the official areas of the city
	partition   func() (*Partition, error)
	district    region.Plot
	streets     []*street
	communities map[string]*community
}

type street struct {
	code, name  string
	households  int
	communities []*community
}

type community struct {
	code, name string // name without the word for the committee
	committee  string
	households int
	street     *street
	estates    []string
}

func (s *street) weight() float64    { return float64(s.households) }
func (c *community) weight() float64 { return float64(c.households) }

// readGround reads the official areas and begins to divide the district; that takes a while and needs nothing else.
func (l *loader) readGround(context.Context) error {
	tree, err := readTree()
	if err != nil {
		return err
	}
	outline, err := readOutline()
	if err != nil {
		return err
	}
	var places []region.Plot
	for _, p := range tree {
		if region.Inside(p.Code, gulou) {
			places = append(places, p)
		}
	}
	l.ground.tree = tree
	l.walk(places)
	divided := make(chan func() (*Partition, error), 1)
	go func() {
		part, err := Divide(outline, places, l.seed)
		divided <- func() (*Partition, error) { return part, err }
	}()
	l.ground.partition = func() (*Partition, error) { return (<-divided)() }
	return nil
}

// layGround stores the areas, as having existed always.
func (l *loader) layGround(ctx context.Context) error {
	part, err := l.ground.partition()
	if err != nil {
		return err
	}
	plots := l.choose(part)
	l.tally(plots)
	l.nameEstates()
	if l.scale.city {
		l.summary.Notes = append(l.summary.Notes, "鼓楼区以外的十个区只有官方区划名录和单位，没有边界、网格、考评与整改数据。")
	}
	return l.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := l.Region.SaveTx(ctx, tx, plots, time.Time{})
		return err
	})
}

// choose keeps what belongs to the scale, parents before children.
func (l *loader) choose(part *Partition) []region.Plot {
	var plots []region.Plot
	for _, p := range l.ground.tree {
		if len(p.Code) < len(gulou) {
			plots = append(plots, p)
		}
	}
	plots = append(plots, l.others()...)
	for _, p := range part.Plots {
		if p.Code == gulou || region.Inside(p.Code, l.scale.street) {
			plots = append(plots, p)
		}
	}
	return plots
}

// others are the districts beside Gulou with their streets and communities, at the scale of a city.
func (l *loader) others() (plots []region.Plot) {
	for _, p := range l.ground.tree {
		if l.scale.city && len(p.Code) >= len(gulou) && !region.Inside(p.Code, gulou) {
			plots = append(plots, p)
		}
	}
	return plots
}

// walk notes the district, its streets and communities as far as they belong to the scale.
func (l *loader) walk(places []region.Plot) {
	l.ground.communities = map[string]*community{}
	streets := map[string]*street{}
	for _, p := range places {
		switch level, _, _ := region.LevelOf(p.Code); {
		case level == region.District:
			l.ground.district = p
		case !region.Inside(p.Code, l.scale.street):
		case level == region.Subdistrict:
			streets[p.Code] = &street{code: p.Code, name: p.Name}
			l.ground.streets = append(l.ground.streets, streets[p.Code])
			l.summary.Streets++
		case level == region.Community:
			s := streets[region.ParentOf(p.Code)]
			c := &community{code: p.Code, name: shortName(p.Name), committee: p.Name, street: s}
			l.ground.communities[p.Code] = c
			s.communities = append(s.communities, c)
			l.summary.Communities++
		}
	}
}

// tally counts grids and adds up households.
func (l *loader) tally(plots []region.Plot) {
	for _, p := range plots {
		switch _, kind, _ := region.LevelOf(p.Code); kind {
		case region.Composite:
			l.summary.Composite++
			l.grids = append(l.grids, p)
			c := l.ground.communities[region.ParentOf(p.Code)]
			c.households += p.Households
			c.street.households += p.Households
		case region.Dedicated:
			l.summary.Dedicated++
			l.grids = append(l.grids, p)
		case region.Police:
			l.summary.Police++
			l.beats = append(l.beats, p)
		}
	}
}

// readOutline reads the outline of the district.
func readOutline() (outline geo.Shape, err error) {
	err = geo.EachFeature(bytes.NewReader(regions.GulouOutline), func(_ int, f *geo.Feature) (err error) {
		outline, err = geo.ParseGeometry(f.Geometry, geo.WGS84)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("outline of the district: %w", err)
	}
	return outline, nil
}

// readTree reads the official areas of the city, parents before children.
func readTree() ([]region.Plot, error) {
	rows, err := csv.NewReader(bytes.NewReader(regions.NanjingCSV)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("areas of the city: %w", err)
	}
	var plots []region.Plot
	for _, r := range rows[1:] {
		plots = append(plots, region.Plot{Code: r[0], Name: r[1]})
	}
	return plots, nil
}

// estateNames are invented; none is the name of a real estate on purpose.
var estateNames = []string{"桂香苑", "梧桐里", "锦和园", "听雨轩", "明德居", "春晓园", "望江雅居", "青禾家园", "文锦苑", "秋实园", "怡安居", "和风里", "书香院", "云锦坊", "蔚蓝居", "朝阳院"}

// nameEstates gives every community the estates that people live in. A community that is called after an estate has it.
func (l *loader) nameEstates() {
	r := l.rand("estates")
	for _, s := range l.ground.streets {
		for _, c := range s.communities {
			base := baseName(c.name)
			if isEstate(base) {
				c.estates = append(c.estates, base, base+"北区", base+"南区")
			} else {
				c.estates = append(c.estates, fmt.Sprintf("%s%d号院", base, 2+r.IntN(90)*2), base+"小区")
			}
			k := r.IntN(len(estateNames))
			for i := range 2 + c.households/1500 {
				c.estates = append(c.estates, estateNames[(k+i*5)%len(estateNames)])
			}
		}
	}
}

func baseName(name string) string { return strings.TrimSuffix(name, "社区") }

func isEstate(base string) bool {
	for _, end := range []string{"村", "苑", "园", "寓", "湾", "岸", "郡", "庄", "城", "绿洲", "滨江", "和鸣"} {
		if strings.HasSuffix(base, end) {
			return true
		}
	}
	return false
}

// population is how many belong to a group in a street: people of 60 and more, of 18 to 59, units. Shares differ by
// street between 24 and 32 per cent for the old, as in inner cities.
func (s *street) population(elderShare float64) (elder, adult, unit int) {
	people := float64(s.households) * 2.45
	elder = int(math.Round(people * elderShare))
	adult = int(math.Round(people * (0.86 - elderShare)))
	return elder, adult, int(math.Round(float64(s.households) * 0.072))
}
