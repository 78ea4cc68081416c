package stats

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// An expression is arithmetic over named estimates: + − * / ^, parentheses, numbers, log, exp, sqrt, and names, in back quotes where they
// hold more than letters, digits, points and underscores. It is evaluated together with its derivative after every name, which
// is what the delta method needs.
type expression struct{ root node }

type node func(values []float64) derived

// derived is a value and its gradient.
type derived struct {
	value    float64
	gradient []float64
}

// at evaluates the expression.
func (e *expression) at(values []float64) (float64, []float64) {
	d := e.root(values)
	return d.value, d.gradient
}

func parseExpression(text string, names []string) (*expression, error) {
	p := &expressionParser{text: text, names: names}
	root, err := p.sum()
	if err != nil {
		return nil, err
	}
	if p.skip(); p.at < len(p.text) {
		return nil, fmt.Errorf("%q is not understood from %q on", text, p.text[p.at:])
	}
	return &expression{root}, nil
}

type expressionParser struct {
	text  string
	at    int
	names []string
	depth int
}

func (p *expressionParser) skip() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t') {
		p.at++
	}
}

// take consumes one of the signs and returns it, 0 if none comes next.
func (p *expressionParser) take(signs string) byte {
	if p.skip(); p.at < len(p.text) && strings.IndexByte(signs, p.text[p.at]) >= 0 {
		p.at++
		return p.text[p.at-1]
	}
	return 0
}

func (p *expressionParser) sum() (node, error) {
	if p.depth++; p.depth > 100 {
		return nil, errors.New("the parentheses are nested more than 100 deep")
	}
	defer func() { p.depth-- }()
	return p.chain("+-", p.product)
}

func (p *expressionParser) product() (node, error) { return p.chain("*/", p.power) }

// chain reads operands joined by signs of one rank.
func (p *expressionParser) chain(signs string, operand func() (node, error)) (node, error) {
	left, err := operand()
	for err == nil {
		sign := p.take(signs)
		if sign == 0 {
			return left, nil
		}
		var right node
		if right, err = operand(); err == nil {
			left = combineNodes(sign, left, right)
		}
	}
	return nil, err
}

func (p *expressionParser) power() (node, error) {
	if p.depth++; p.depth > 100 {
		return nil, errors.New("the expression is nested more than 100 deep")
	}
	defer func() { p.depth-- }()
	if p.take("-") != 0 {
		inner, err := p.power()
		return combineNodes('*', constantNode(-1), inner), err
	}
	base, err := p.atom()
	if err != nil || p.take("^") == 0 {
		return base, err
	}
	exponent, err := p.power()
	return combineNodes('^', base, exponent), err
}

func (p *expressionParser) atom() (node, error) {
	if p.take("(") != 0 {
		inner, err := p.sum()
		if err == nil && p.take(")") == 0 {
			err = fmt.Errorf("a parenthesis is not closed in %q", p.text)
		}
		return inner, err
	}
	p.skip()
	from := p.at
	if p.take("`") != 0 {
		end := strings.IndexByte(p.text[p.at:], '`')
		if end < 0 {
			return nil, fmt.Errorf("a back quote is not closed in %q", p.text)
		}
		name := p.text[p.at : p.at+end]
		p.at += end + 1
		return p.name(name)
	}
	for p.at < len(p.text) && (isWordByte(p.text[p.at]) || p.at > from && (p.text[p.at] == '-' || p.text[p.at] == '+') && isExponent(p.text[from:p.at])) {
		p.at++
	}
	word := p.text[from:p.at]
	if word == "" {
		return nil, fmt.Errorf("%q lacks a number or a name at place %d", p.text, from+1)
	}
	if v, err := strconv.ParseFloat(word, 64); err == nil {
		return constantNode(v), nil
	}
	if f, ok := expressionFunctions[word]; ok && p.take("(") != 0 {
		inner, err := p.sum()
		if err == nil && p.take(")") == 0 {
			err = fmt.Errorf("a parenthesis is not closed in %q", p.text)
		}
		return f.of(inner), err
	}
	return p.name(word)
}

func isWordByte(b byte) bool {
	return b == '.' || b == '_' || b >= 0x80 || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// isExponent tells whether a number was read as far as the e of its exponent.
func isExponent(word string) bool {
	mantissa, ok := strings.CutSuffix(strings.ToLower(word), "e")
	_, err := strconv.ParseFloat(mantissa, 64)
	return ok && err == nil
}

func (p *expressionParser) name(name string) (node, error) {
	for k, known := range p.names {
		if known == name {
			return func(values []float64) derived {
				g := make([]float64, len(values))
				g[k] = 1
				return derived{values[k], g}
			}, nil
		}
	}
	return nil, fmt.Errorf("%q names %q, which is not among the items", p.text, name)
}

func constantNode(v float64) node {
	return func(values []float64) derived { return derived{v, make([]float64, len(values))} }
}

// expressionFunction is a function with its derivative.
type expressionFunction struct{ value, slope func(float64) float64 }

var expressionFunctions = map[string]expressionFunction{
	"log":  {math.Log, func(x float64) float64 { return 1 / x }},
	"exp":  {math.Exp, math.Exp},
	"sqrt": {math.Sqrt, func(x float64) float64 { return 0.5 / math.Sqrt(x) }},
}

func (f expressionFunction) of(inner node) node {
	return func(values []float64) derived {
		d := inner(values)
		return d.chain(f.value(d.value), f.slope(d.value))
	}
}

func (d derived) chain(value, slope float64) derived {
	out := derived{value, make([]float64, len(d.gradient))}
	for k, g := range d.gradient {
		if g != 0 {
			out.gradient[k] = slope * g
		}
	}
	return out
}

// combineNodes applies an operator and its two partial derivatives.
func combineNodes(sign byte, left, right node) node {
	return func(values []float64) derived {
		a, b := left(values), right(values)
		var value, byA, byB float64
		switch sign {
		case '+':
			value, byA, byB = a.value+b.value, 1, 1
		case '-':
			value, byA, byB = a.value-b.value, 1, -1
		case '*':
			value, byA, byB = a.value*b.value, b.value, a.value
		case '/':
			value, byA, byB = a.value/b.value, 1/b.value, -a.value/(b.value*b.value)
		case '^':
			value = math.Pow(a.value, b.value)
			byA, byB = b.value*math.Pow(a.value, b.value-1), value*math.Log(a.value)
		}
		out := a.chain(value, byA)
		for k, g := range b.gradient {
			if g != 0 {
				out.gradient[k] += byB * g
			}
		}
		return out
	}
}
