package region

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/geo"
)

// Level is a tier of the area tree.
type Level string

// The tiers, from the top.
const (
	Province    Level = "province"
	City        Level = "city"
	District    Level = "district"
	Subdistrict Level = "subdistrict"
	Community   Level = "community"
	Grid        Level = "grid"
)

// Kind tells the three sorts of grid apart; other tiers have none.
type Kind string

// Composite and dedicated grids together tile a community; police grids tile it a second time.
const (
	Composite Kind = "composite"
	Dedicated Kind = "dedicated"
	Police    Kind = "police"
)

// Class tells how closely a dedicated grid is managed; other areas have none.
type Class string

// The classes of dedicated grids.
const (
	Daily         Class = "daily"
	KeyAssist     Class = "key_assist"
	PeriodicJoint Class = "periodic_joint"
)

// Area is one area as stored and as shown. Derived fields come from the tree that it was read from.
type Area struct {
	Code       string      `json:"code" db:"code"`
	Name       string      `json:"name" db:"name"`
	Level      Level       `json:"level" db:"level" enum:"province,city,district,subdistrict,community,grid"`
	ParentCode string      `json:"parent_code,omitempty" db:"parent_code"`
	Kind       Kind        `json:"kind,omitempty" db:"kind" enum:"composite,dedicated,police"`
	Class      Class       `json:"class,omitempty" db:"class" enum:"daily,key_assist,periodic_joint"`
	Households int         `json:"households,omitempty" db:"households" doc:"Of a grid: as recorded; of other areas: the sum of their composite and dedicated grids, or as recorded where there are none"`
	ValidFrom  clock.Time  `json:"valid_from" db:"valid_from"`
	ValidTo    *clock.Time `json:"valid_to,omitempty" db:"valid_to" doc:"When the area ended; absent while it exists"`
	Version    int64       `json:"version" db:"version"`

	AreaKM2       float64     `json:"area_km2,omitempty" db:"-" doc:"On the WGS-84 ellipsoid; absent without geometry"`
	Centroid      *[2]float64 `json:"centroid,omitempty" db:"-" doc:"Longitude and latitude of the label, inside the area"`
	ChildrenCount int         `json:"children_count" db:"-"`
}

// Plot is an area together with its ground, as importers and the demonstration loader bring it. The parent and the
// level follow from the code.
type Plot struct {
	Code       string
	Name       string
	Kind       Kind
	Class      Class
	Households int
	Shape      geo.Shape // nil: the area has no ground yet
}

// lengths of the numeric codes by tier (GB/T 10114 and the statistical codes below it).
var tierOf = map[int]Level{2: Province, 4: City, 6: District, 9: Subdistrict, 12: Community}

var parentLength = map[Level]int{City: 2, District: 4, Subdistrict: 6, Community: 9, Grid: 12}

var kindLetter = map[byte]Kind{'G': Composite, 'D': Dedicated, 'P': Police}

// LevelOf returns the tier a code belongs to and, for a grid, its kind. The error says what is wrong with the code.
//
// Codes are digits: province 2, city 4, district 6, subdistrict 9, community 12. A grid is its community's code, then
// G (composite), D (dedicated) or P (police), then three digits.
func LevelOf(code string) (Level, Kind, error) {
	digits := code
	if len(code) == 16 {
		kind, ok := kindLetter[code[12]]
		if !ok {
			return "", "", fmt.Errorf("the thirteenth character of a grid code is G, D or P, not %q", code[12:13])
		}
		if !isDigits(code[:12]) || !isDigits(code[13:]) {
			return "", "", fmt.Errorf("a grid code is twelve digits, a letter and three digits")
		}
		return Grid, kind, nil
	}
	level, ok := tierOf[len(digits)]
	if !ok {
		return "", "", fmt.Errorf("a code has 2, 4, 6, 9, 12 or 16 characters, not %d", len(code))
	}
	if !isDigits(digits) {
		return "", "", fmt.Errorf("a code of this length is digits only")
	}
	return level, "", nil
}

func isDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// ParentOf returns the code one tier up, "" for a province or a string that is no code.
func ParentOf(code string) string {
	level, _, err := LevelOf(code)
	if err != nil {
		return ""
	}
	return code[:parentLength[level]]
}

// Inside reports whether code lies in the area or is it. Codes are a prefix tree.
func Inside(code, area string) bool { return strings.HasPrefix(code, area) }

// maxHouseholds is far above any community; a larger number is a slip of the keyboard.
const maxHouseholds = 1_000_000

// Validate checks one area by itself and returns the name of the wrong field and what is wrong with it.
func (p *Plot) Validate() (field, reason string) {
	level, kind, err := LevelOf(p.Code)
	switch {
	case err != nil:
		return "code", err.Error()
	case p.Name == "":
		return "name", "a name is required"
	case utf8.RuneCountInString(p.Name) > 100:
		return "name", "a name has at most 100 characters"
	case !utf8.ValidString(p.Name) || strings.IndexFunc(p.Name, unprintable) >= 0:
		return "name", "the name has characters that cannot be shown"
	case p.Kind != kind && (p.Kind != "" || level != Grid):
		return "kind", fmt.Sprintf("the code says %q", string(kind))
	case p.Class != "" && kind != Dedicated:
		return "class", "only a dedicated grid has a class"
	case p.Class != "" && p.Class != Daily && p.Class != KeyAssist && p.Class != PeriodicJoint:
		return "class", "a class is daily, key_assist or periodic_joint"
	case p.Households < 0 || p.Households > maxHouseholds:
		return "households", fmt.Sprintf("a number from 0 to %d is expected", maxHouseholds)
	}
	return "", ""
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }
