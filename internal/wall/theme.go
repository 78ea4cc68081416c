package wall

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	reference "yiwang/data/wall"
)

// Theme is a view of the cases: those of some categories or channels.
type Theme struct {
	Code       string   `yaml:"code" json:"code"`
	Name       string   `yaml:"name" json:"name"`
	Categories []string `yaml:"categories" json:"-"`
	Channels   []string `yaml:"channels" json:"-"`
}

// Themes lists the themes in the order of the tabs (data/wall/themes.yaml).
var Themes = sync.OnceValue(func() []Theme {
	var file struct {
		Themes []Theme `yaml:"themes"`
	}
	if err := yaml.Unmarshal(reference.Themes, &file); err != nil || len(file.Themes) == 0 {
		panic(fmt.Sprintf("themes of the wall: %v", err))
	}
	return file.Themes
})

// All is the theme of everything.
const All = "all"

// theme returns the theme with the code; nil for All.
func theme(code string) (*Theme, bool) {
	if code == "" || code == All {
		return nil, true
	}
	list := Themes()
	i := slices.IndexFunc(list, func(t Theme) bool { return t.Code == code })
	if i < 0 {
		return nil, false
	}
	return &list[i], true
}

// Holds returns the categories and channels of a theme, none of an unknown one.
func Holds(code string) (categories, channels []string) {
	t, _ := theme(code)
	if t == nil {
		return nil, nil
	}
	return t.Categories, t.Channels
}

// holds reports whether what has a category and a channel belongs to the theme.
func (t *Theme) holds(category, channel string) bool {
	if t == nil || slices.Contains(t.Channels, channel) {
		return true
	}
	return slices.ContainsFunc(t.Categories, func(c string) bool { return strings.HasPrefix(category, c) })
}
