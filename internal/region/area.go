package region

import (
	"errors"
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

// PlaceName is the name of the place rather than of its office: 仙霞路社区 of 仙霞路社区居委会.
func PlaceName(name string) string {
	return strings.TrimSuffix(name, "居委会")
}

// Area is one area as stored and as shown. Derived fields come from the tree that it was read from.
type Area struct {
	Code       string      `json:"code" db:"code"`
	Name       string      `json:"name" db:"name"`
	Level      Level       `json:"level" db:"level" enum:"province,city,district,subdistrict,community,grid"`
	ParentCode string      `json:"parent_code,omitempty" db:"parent_code"`
	Kind       Kind        `json:"kind,omitempty" db:"kind" enum:"composite,dedicated,police"`
	Class      Class       `json:"class,omitempty" db:"class" enum:"daily,key_assist,periodic_joint"`
	Households int         `json:"households,omitempty" db:"households" doc:"Of a grid: as recorded; above: the sum of composite and dedicated grids, if any"`
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

// LevelOf returns the tier a code belongs to and, for a grid, its kind. The error is a Chinese sentence for the person
// who typed the code.
//
// Codes are digits: province 2, city 4, district 6, subdistrict 9, community 12. A grid is its community's code, then
// G (composite), D (dedicated) or P (police), then three digits.
func LevelOf(code string) (Level, Kind, error) {
	if len(code) == 16 {
		kind, ok := kindLetter[code[12]]
		if !ok {
			return "", "", fmt.Errorf("网格编码第13位应为 G、D 或 P，不是 %q", code[12:13])
		}
		if !isDigits(code[:12]) || !isDigits(code[13:]) {
			return "", "", errors.New("网格编码应为12位数字、1位字母和3位数字")
		}
		return Grid, kind, nil
	}
	level, ok := tierOf[len(code)]
	if !ok {
		return "", "", fmt.Errorf("编码长度应为2、4、6、9、12或16位，不是%d位", len(code))
	}
	if !isDigits(code) {
		return "", "", errors.New("这一层级的编码只能是数字")
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

// Validate checks one area by itself. It returns the name of the wrong field and, in Chinese, what is wrong with it;
// "" when the area may be stored.
func (p *Plot) Validate() (field, reason string) {
	level, kind, err := LevelOf(p.Code)
	switch {
	case err != nil:
		return "code", err.Error()
	case p.Name == "":
		return "name", "名称不能为空"
	case utf8.RuneCountInString(p.Name) > 100:
		return "name", "名称不能超过100个字"
	case !utf8.ValidString(p.Name) || strings.IndexFunc(p.Name, unprintable) >= 0:
		return "name", "名称中有无法显示的字符"
	case p.Kind != kind && (p.Kind != "" || level != Grid):
		return "kind", "网格类型与编码字母不一致"
	case p.Class != "" && kind != Dedicated:
		return "class", "只有专属网格才有管理类别"
	case p.Class != "" && p.Class != Daily && p.Class != KeyAssist && p.Class != PeriodicJoint:
		return "class", "管理类别应为 daily、key_assist 或 periodic_joint"
	case p.Households < 0 || p.Households > maxHouseholds:
		return "households", fmt.Sprintf("户数应在0到%d之间", maxHouseholds)
	}
	return "", ""
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }
