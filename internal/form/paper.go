package form

import (
	"fmt"
	"strings"
)

// PaperStep is one answer of the scale as paper shows it; Face steps are drawn as faces.
type PaperStep struct {
	Mark, Label string
	Face        bool
}

// Paper says how a questionnaire is laid out. What a respondent ticks carries the code that is keyed in.
type Paper struct {
	Title      string // of the wave; "" when the questionnaire is printed without one
	Version    string
	Hash       string // content of the questionnaire, for the foot of every page
	Steps      []PaperStep
	Categories [][2]string // code and name of the reverse fields
	Large      bool        // 18 points and faces where the scale has them, for elderly respondents
}

// paperChannel is how paper is answered: questions of the open link are left out.
const paperChannel = "targeted"

// Kinds of blocks.
const (
	blockScale   = "scale"
	blockOptions = "options"
	blockRank    = "rank"
	blockBoxes   = "boxes"
	blockLines   = "lines"
	blockFields  = "fields"
	blockNote    = "note"
)

// block is one question as it stands on paper.
type block struct {
	Kind       string
	Code, Text string
	Hint, When string
	Options    []PaperStep
	Many       bool // squares instead of circles
	NA         bool
	Count      int // boxes or lines
	Fields     []string
}

// part is a section as it stands on paper.
type part struct {
	Title, Intro, When string
	Blocks             []block
}

// lay turns the questionnaire into what is drawn, the same for PDF and page.
func (p *Paper) lay(f *Form) (parts []part) {
	last := "\x00"
	for i := range f.Questions {
		q := &f.Questions[i]
		if !q.Asked(paperChannel) || q.Type == Photo {
			continue
		}
		if q.Section != last || len(parts) == 0 {
			at := part{}
			if s := f.Section(q.Section); s != nil {
				at = part{Title: s.Title, Intro: s.Intro, When: p.when(f, s.Show)}
			}
			parts = append(parts, at)
			last = q.Section
		}
		to := &parts[len(parts)-1]
		to.Blocks = append(to.Blocks, p.block(f, q))
	}
	return parts
}

func (p *Paper) block(f *Form, q *Question) block {
	b := block{Code: q.Code, Text: q.Text, Hint: q.Hint, When: p.when(f, q.Show), NA: q.NA}
	switch q.Type {
	case Scale5:
		b.Kind, b.Options = blockScale, p.scale()
	case Single, Multi:
		b.Kind, b.Many, b.Options = blockOptions, q.Type == Multi, numbered(q.Options)
		if q.Type == Multi {
			b.Hint = strings.TrimSpace(b.Hint + " " + q.howMany())
		}
	case Categories:
		b.Kind, b.Many = blockOptions, true
		for _, c := range p.Categories {
			b.Options = append(b.Options, PaperStep{Mark: c[0], Label: c[1]})
		}
		b.Hint = strings.TrimSpace(b.Hint + " " + q.howMany())
	case Ranking:
		b.Kind, b.Options = blockRank, numbered(q.Options)
		for i := range b.Options {
			b.Options[i].Label = fmt.Sprintf("（%s）%s", b.Options[i].Mark, b.Options[i].Label)
		}
		b.Hint = strings.TrimSpace(b.Hint + " 请在方框里写1、2、3……，最看重的写1。" + q.howMany())
	case NPS:
		b.Kind = blockOptions
		if b.Hint == "" {
			b.Hint = "0表示完全不愿意，10表示非常愿意。"
		}
		for n := 0; n <= 10; n++ {
			b.Options = append(b.Options, PaperStep{Mark: fmt.Sprint(n)})
		}
	case Number:
		b.Kind, b.Count = blockBoxes, 6
	case Phone:
		b.Kind, b.Count = blockBoxes, 11
	case Text:
		b.Kind, b.Count = blockLines, min(3, 1+q.MaxLen/100)
	case Demographics:
		b.Kind, b.Fields = blockFields, q.Fields
		if b.Text == "" {
			b.Text = "基本信息"
		}
	default:
		b.Kind = blockNote
	}
	return b
}

// scale returns the steps shown: faces in large type where the scale has them, words elsewhere.
func (p *Paper) scale() (steps []PaperStep) {
	faces := false
	for _, s := range p.Steps {
		faces = faces || s.Face
	}
	for _, s := range p.Steps {
		if s.Face == (faces && p.Large) {
			steps = append(steps, s)
		}
	}
	return steps
}

func numbered(options []string) (out []PaperStep) {
	for i, o := range options {
		out = append(out, PaperStep{Mark: fmt.Sprint(i + 1), Label: o})
	}
	return out
}

func (q *Question) howMany() string {
	switch {
	case q.Min > 0 && q.Max > 0 && q.Min == q.Max:
		return fmt.Sprintf("（选%d项）", q.Max)
	case q.Min > 0 && q.Max > 0:
		return fmt.Sprintf("（选%d至%d项）", q.Min, q.Max)
	case q.Max > 0:
		return fmt.Sprintf("（最多选%d项）", q.Max)
	case q.Min > 0:
		return fmt.Sprintf("（至少选%d项）", q.Min)
	}
	return "（可多选）"
}

// when says in words when something is to be answered, "" for always.
func (p *Paper) when(f *Form, c *Condition) string {
	if c == nil {
		return ""
	}
	words := p.words(f, c)
	if words[0] < 0x80 {
		words = " " + words
	}
	return "仅当" + words + " 时填写"
}

func (p *Paper) words(f *Form, c *Condition) string {
	list := func(parts []Condition, with string) string {
		out := make([]string, len(parts))
		for i := range parts {
			out[i] = p.words(f, &parts[i])
			if len(parts[i].All)+len(parts[i].Any) > 0 {
				out[i] = "（" + out[i] + "）"
			}
		}
		return strings.Join(out, with)
	}
	switch {
	case len(c.All) > 0:
		return list(c.All, "，并且 ")
	case len(c.Any) > 0:
		return list(c.Any, "，或者 ")
	case c.Not != nil && c.Not.Question == "":
		return "并非“" + p.words(f, c.Not) + "”"
	case c.Not != nil:
		return p.compared(f, c.Not, "没有", "不是")
	}
	return p.compared(f, c, "", "")
}

// compared words one comparison; no and isNot stand before the verb where it is negated.
func (p *Paper) compared(f *Form, c *Condition, no, isNot string) string {
	q := f.Question(c.Question)
	if q == nil {
		return c.Question
	}
	if c.Op == Answered {
		if (c.Value == false) == (no == "") {
			return "没有回答 " + q.Code
		}
		return "回答了 " + q.Code
	}
	var labels []string
	for _, o := range p.answersTo(q) {
		answer := any(o.Mark)
		if q.Type == Multi || q.Type == Ranking || q.Type == Categories {
			answer = []any{o.Mark}
		}
		if c.Holds(Answers{q.Code: answer}) {
			labels = append(labels, "“"+o.Label+"”")
		}
	}
	if len(labels) > 0 {
		return q.Code + " " + no + "选" + strings.Join(labels, "或")
	}
	sign := map[Op]string{Eq: "等于", Ne: "不等于", Lt: "小于", Le: "不大于", Gt: "大于", Ge: "不小于", Has: "包含"}[c.Op]
	return q.Code + " " + isNot + sign + wording(c.Value)
}

// answersTo lists what can be ticked.
func (p *Paper) answersTo(q *Question) []PaperStep {
	switch q.Type {
	case Scale5:
		return p.scale()
	case Single, Multi, Ranking:
		return numbered(q.Options)
	case Categories:
		out := make([]PaperStep, len(p.Categories))
		for i, c := range p.Categories {
			out[i] = PaperStep{Mark: c[0], Label: c[1]}
		}
		return out
	}
	return nil
}
