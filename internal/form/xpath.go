package form

import (
	"fmt"
	"strconv"
	"strings"
)

// Conditions in workbooks are written as XLSForm writes them: ${Q1} = '2', selected(${Q3}, '4'), not(…), and, or. XPath takes an
// unanswered question for an empty text, so "ne", which an unanswered question does not meet, becomes ${Q} != '' and ${Q} != '2'.

// xpath writes a condition.
func (c *Condition) xpath() string {
	switch {
	case c == nil:
		return ""
	case len(c.All) > 0:
		return joined(c.All, " and ")
	case len(c.Any) > 0:
		return joined(c.Any, " or ")
	case c.Not != nil:
		return "not(" + c.Not.xpath() + ")"
	}
	q := "${" + c.Question + "}"
	value := "'" + strings.ReplaceAll(wording(c.Value), "'", "’") + "'"
	switch c.Op {
	case Has:
		return "selected(" + q + ", " + value + ")"
	case Eq:
		return q + " = " + value
	case Ne:
		return "(" + q + " != '' and " + q + " != " + value + ")"
	case Lt, Le, Gt, Ge:
		return q + " " + map[Op]string{Lt: "<", Le: "<=", Gt: ">", Ge: ">="}[c.Op] + " " + wording(c.Value)
	}
	if c.Value == false {
		return q + " = ''"
	}
	return q + " != ''"
}

func joined(parts []Condition, with string) string {
	texts := make([]string, len(parts))
	for i := range parts {
		texts[i] = parts[i].xpath()
		if len(parts[i].All)+len(parts[i].Any) > 0 {
			texts[i] = "(" + texts[i] + ")"
		}
	}
	return strings.Join(texts, with)
}

// parseXPath reads the part of XPath that xpath writes and that people commonly write by hand.
func parseXPath(text string) (*Condition, error) {
	p := &xpathParser{rest: text}
	c, err := p.or()
	if err == nil && strings.TrimSpace(p.rest) != "" {
		err = fmt.Errorf("%q", strings.TrimSpace(p.rest))
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

type xpathParser struct{ rest string }

func (p *xpathParser) or() (*Condition, error) {
	return p.list("or", p.and, func(parts []Condition) *Condition { return &Condition{Any: parts} })
}

func (p *xpathParser) and() (*Condition, error) {
	return p.list("and", p.unary, func(parts []Condition) *Condition {
		if len(parts) == 2 && parts[0].Op == Answered && parts[0].Value == nil && parts[1].Not != nil && parts[1].Not.Op == Eq && parts[1].Not.Question == parts[0].Question {
			return &Condition{Question: parts[0].Question, Op: Ne, Value: parts[1].Not.Value}
		}
		return &Condition{All: parts}
	})
}

func (p *xpathParser) list(word string, next func() (*Condition, error), join func([]Condition) *Condition) (*Condition, error) {
	var parts []Condition
	for {
		c, err := next()
		if err != nil {
			return nil, err
		}
		parts = append(parts, *c)
		if !p.word(word) {
			break
		}
	}
	if len(parts) == 1 {
		return &parts[0], nil
	}
	return join(parts), nil
}

func (p *xpathParser) unary() (*Condition, error) {
	switch {
	case p.take("("):
		c, err := p.or()
		if err == nil && !p.take(")") {
			err = p.unexpected()
		}
		return c, err
	case p.take("not("):
		c, err := p.or()
		if err == nil && !p.take(")") {
			err = p.unexpected()
		}
		return &Condition{Not: c}, err
	case p.take("selected("):
		q, err := p.question()
		if err != nil || !p.take(",") {
			return nil, p.unexpected()
		}
		v, ok := p.literal()
		if !ok || !p.take(")") {
			return nil, p.unexpected()
		}
		return &Condition{Question: q, Op: Has, Value: v}, nil
	}
	return p.comparison()
}

func (p *xpathParser) comparison() (*Condition, error) {
	q, err := p.question()
	if err != nil {
		return nil, err
	}
	for _, o := range []struct {
		sign string
		op   Op
	}{{"!=", Ne}, {"<=", Le}, {">=", Ge}, {"<", Lt}, {">", Gt}, {"=", Eq}} {
		if !p.take(o.sign) {
			continue
		}
		v, ok := p.literal()
		switch {
		case !ok:
			return nil, p.unexpected()
		case v == "" && o.op == Ne:
			return &Condition{Question: q, Op: Answered}, nil
		case v == "" && o.op == Eq:
			return &Condition{Question: q, Op: Answered, Value: false}, nil
		case o.op == Ne:
			return &Condition{Not: &Condition{Question: q, Op: Eq, Value: v}}, nil
		}
		return &Condition{Question: q, Op: o.op, Value: v}, nil
	}
	return nil, p.unexpected()
}

func (p *xpathParser) question() (string, error) {
	if !p.take("${") {
		return "", p.unexpected()
	}
	code, rest, found := strings.Cut(p.rest, "}")
	if !found {
		return "", p.unexpected()
	}
	p.rest = rest
	return strings.TrimSpace(code), nil
}

// literal reads a quoted text or a number; numbers stay text here and get the type of the question later.
func (p *xpathParser) literal() (string, bool) {
	p.space()
	if p.rest == "" {
		return "", false
	}
	if quote := p.rest[0]; quote == '\'' || quote == '"' {
		end := strings.IndexByte(p.rest[1:], quote)
		if end < 0 {
			return "", false
		}
		text := p.rest[1 : end+1]
		p.rest = p.rest[end+2:]
		return text, true
	}
	end := strings.IndexFunc(p.rest, func(r rune) bool { return !strings.ContainsRune("0123456789.-", r) })
	if end < 0 {
		end = len(p.rest)
	}
	text := p.rest[:end]
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return "", false
	}
	p.rest = p.rest[end:]
	return text, true
}

func (p *xpathParser) space() { p.rest = strings.TrimLeft(p.rest, " \t\n\r\u00a0") }

func (p *xpathParser) take(text string) bool {
	p.space()
	rest, found := strings.CutPrefix(p.rest, text)
	if found {
		p.rest = rest
	}
	return found
}

func (p *xpathParser) word(text string) bool {
	p.space()
	rest, found := strings.CutPrefix(p.rest, text)
	if !found || rest != "" && !strings.ContainsAny(rest[:1], " (\t\n$") {
		return false
	}
	p.rest = rest
	return true
}

func (p *xpathParser) unexpected() error {
	p.space()
	if p.rest == "" {
		return fmt.Errorf("…")
	}
	return fmt.Errorf("%q", p.rest)
}
