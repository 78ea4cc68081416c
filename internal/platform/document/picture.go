package document

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// canvas is a picture being drawn: 900 units wide, as high as its content.
type canvas struct {
	out                      strings.Builder
	left, top, width, height float64 // of the plot
	low, high                float64 // of the value axis
}

const pictureWidth = 900

func (v *canvas) rect(x, y, w, h float64, color string) {
	fmt.Fprintf(&v.out, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="#%s"/>`, x, y, math.Max(w, 0), h, color)
}

func (v *canvas) stroke(x1, y1, x2, y2, width float64, color string) {
	fmt.Fprintf(&v.out, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#%s" stroke-width="%.1f"/>`, x1, y1, x2, y2, color, width)
}

func (v *canvas) dot(x, y, r float64, color string) {
	fmt.Fprintf(&v.out, `<circle cx="%.1f" cy="%.1f" r="%.1f" fill="#%s" stroke="#fff"/>`, x, y, r, color)
}

func (v *canvas) say(x, y, size float64, anchor, text string) {
	fmt.Fprintf(&v.out, `<text x="%.1f" y="%.1f" font-size="%.0f" text-anchor="%s">%s</text>`, x, y, size, anchor, escape(text))
}

// across and down turn a value into a place on a horizontal or vertical value axis.
func (v *canvas) across(value float64) float64 {
	return v.left + (math.Max(v.low, math.Min(v.high, value))-v.low)/(v.high-v.low)*v.width
}

func (v *canvas) down(value float64) float64 {
	return v.top + v.height - (math.Max(v.low, math.Min(v.high, value))-v.low)/(v.high-v.low)*v.height
}

// SVG draws the chart as a picture for a page; its texts are escaped. The numbers stand in the table beside it.
func (c *Chart) SVG() string {
	v := &canvas{top: 34, left: 20, width: pictureWidth - 60}
	v.low, v.high = c.bounds()
	horizontal := c.Kind == Intervals || c.Kind == Bars || c.Kind == Stacked
	switch {
	case horizontal:
		longest := 0
		for _, name := range c.Categories {
			longest = max(longest, utf8.RuneCountInString(name))
		}
		v.left = math.Min(300, float64(longest)*13+14)
		v.width = pictureWidth - v.left - 56
		v.height = float64(len(c.Categories)) * c.lineHeight()
	case c.Kind == Dots:
		v.left, v.width, v.height = 44, pictureWidth-64, 220
	default:
		v.left, v.width, v.height = 50, pictureWidth-150, 360
	}
	switch c.Kind {
	case Intervals:
		c.pictureIntervals(v)
	case Bars, Stacked:
		c.pictureBars(v)
	case Dots:
		c.pictureDots(v)
	case Scatter:
		c.pictureScatter(v)
	}
	c.legend(v)
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %.0f" role="img" aria-label="%s">%s</svg>`, pictureWidth, v.top+v.height+c.below(), escape(c.Title), v.out.String())
}

func (c *Chart) below() float64 {
	if c.Kind == Dots {
		return 96
	}
	return 44
}

func (c *Chart) lineHeight() float64 {
	if c.Kind == Bars && len(c.Series) > 1 {
		return 12*float64(len(c.Series)) + 10
	}
	return 26
}

func (c *Chart) legend(v *canvas) {
	if c.Kind == Intervals || c.Kind == Scatter || len(c.Series) < 2 {
		return
	}
	x := v.left
	for i, s := range c.Series {
		v.rect(x, 8, 12, 12, c.color(i))
		v.say(x+17, 18, 12, "start", s.Name)
		x += 34 + 12.5*float64(utf8.RuneCountInString(s.Name))
	}
}

// grid draws the lines of a horizontal value axis and the names of the categories.
func (c *Chart) grid(v *canvas) {
	unit := step(v.low, v.high)
	for k := math.Ceil(v.low/unit - 1e-9); k*unit <= v.high+1e-9; k++ {
		x := v.across(k * unit)
		v.stroke(x, v.top-4, x, v.top+v.height, 1, "E6E9EE")
		v.say(x, v.top+v.height+16, 12, "middle", shown(k*unit, decimalsOf(unit))+map[bool]string{true: "%"}[c.Kind == Stacked])
	}
	if c.Axis != "" {
		v.say(v.left+v.width, v.top+v.height+34, 12, "end", c.Axis)
	}
	for i, name := range c.Categories {
		v.say(v.left-8, v.top+(float64(i)+0.5)*c.lineHeight()+4, 13, "end", name)
	}
}

func decimalsOf(unit float64) int {
	if unit >= 1 {
		return 0
	}
	return int(math.Ceil(-math.Log10(unit)))
}

func (c *Chart) pictureIntervals(v *canvas) {
	c.grid(v)
	s := c.Series[0]
	for i := range c.Categories {
		y := v.top + (float64(i)+0.5)*c.lineHeight()
		low, value, high := column{values: s.Low}.at(i), column{values: s.Values}.at(i), column{values: s.High}.at(i)
		if value == nil {
			continue
		}
		if low != nil && high != nil {
			v.rect(v.across(*low), y-5, v.across(*high)-v.across(*low), 10, "9DBBE6")
		}
		v.dot(v.across(*value), y, 5.5, c.color(0))
		v.say(v.left+v.width+8, y+4, 12, "start", shown(*value, c.Decimals))
	}
}

func (c *Chart) pictureBars(v *canvas) {
	c.grid(v)
	thick := 12.0
	if len(c.Series) == 1 || c.Kind == Stacked {
		thick = 14
	}
	for i := range c.Categories {
		at := v.top + float64(i)*c.lineHeight() + (c.lineHeight()-thick)/2
		if c.Kind == Bars {
			at = v.top + (float64(i)+0.5)*c.lineHeight() - thick*float64(len(c.Series))/2
		}
		sum := 0.0
		for k, s := range c.Series {
			value := column{values: s.Values}.at(i)
			if value == nil {
				continue
			}
			if c.Kind == Stacked {
				v.rect(v.across(sum), at, v.across(sum+*value)-v.across(sum), thick, c.color(k))
				sum += *value
				continue
			}
			y, zero, end := at+float64(k)*thick, v.across(0), v.across(*value)
			v.rect(math.Min(zero, end), y+1, math.Abs(end-zero), thick-2, c.color(k))
			if low, high := (column{values: s.Low}).at(i), (column{values: s.High}).at(i); low != nil && high != nil {
				v.stroke(v.across(*low), y+thick/2, v.across(*high), y+thick/2, 1.4, "333D4B")
				end = math.Max(end, v.across(*high))
			}
			v.say(math.Max(zero, end)+5, y+thick/2+4, 11, "start", shown(*value, c.Decimals))
		}
	}
	if c.Kind == Bars {
		v.stroke(v.across(0), v.top-4, v.across(0), v.top+v.height, 1, "AAB4C0")
	}
}

// upright draws the lines of a vertical value axis.
func (c *Chart) upright(v *canvas) {
	unit := step(v.low, v.high)
	for k := math.Ceil(v.low/unit - 1e-9); k*unit <= v.high+1e-9; k++ {
		y := v.down(k * unit)
		v.stroke(v.left, y, v.left+v.width, y, 1, "E6E9EE")
		v.say(v.left-6, y+4, 12, "end", shown(k*unit, decimalsOf(unit)))
	}
}

func (c *Chart) pictureDots(v *canvas) {
	c.upright(v)
	wide := v.width / float64(max(len(c.Categories), 1))
	for i, name := range c.Categories {
		middle := v.left + (float64(i)+0.5)*wide
		fmt.Fprintf(&v.out, `<text transform="translate(%.1f %.1f) rotate(-35)" font-size="12" text-anchor="end">%s</text>`, middle+4, v.top+v.height+16, escape(name))
		for k, s := range c.Series {
			value := column{values: s.Values}.at(i)
			if value == nil {
				continue
			}
			x := middle + (float64(k)-float64(len(c.Series)-1)/2)*10
			if low, high := (column{values: s.Low}).at(i), (column{values: s.High}).at(i); low != nil && high != nil {
				v.stroke(x, v.down(*low), x, v.down(*high), 1.6, "5A6472")
			}
			v.dot(x, v.down(*value), 5, c.color(k))
		}
	}
}

func (c *Chart) pictureScatter(v *canvas) {
	c.upright(v)
	s := c.Series[0]
	plane := canvas{left: v.left, width: v.width}
	plane.low, plane.high = (&Chart{Series: []Series{{Values: s.X}}}).Span()
	unit := step(plane.low, plane.high)
	for k := math.Ceil(plane.low/unit - 1e-9); k*unit <= plane.high+1e-9; k++ {
		x := plane.across(k * unit)
		v.stroke(x, v.top, x, v.top+v.height, 1, "E6E9EE")
		v.say(x, v.top+v.height+16, 12, "middle", shown(k*unit, decimalsOf(unit)))
	}
	v.say(v.left+v.width, v.top+v.height+34, 12, "end", c.AxisX)
	v.say(v.left, v.top-10, 12, "start", c.Axis)
	for i, name := range c.Categories {
		if x, y := (column{values: s.X}).at(i), (column{values: s.Values}).at(i); x != nil && y != nil {
			v.dot(plane.across(*x), v.down(*y), 5, c.color(0))
			v.say(plane.across(*x)+8, v.down(*y)+4, 11, "start", name)
		}
	}
}
