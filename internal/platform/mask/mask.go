// Package mask hides who somebody is in free text. It knows no names, only the shapes that give people away.
package mask

import (
	"strings"
	"unicode"
)

// What stands in place of a masked piece. The marks contain neither digits nor Latin letters, so masking masked text
// changes nothing.
const (
	maskName  = "〔姓名〕"
	maskPhone = "〔电话〕"
	maskID    = "〔证件号〕"
	maskCard  = "〔账号〕"
	maskPlate = "〔车牌〕"
	maskMail  = "〔邮箱〕"
	maskRoom  = "〔室号〕"
)

// Text replaces what tells who a person is — phone, ID, bank and account numbers, e-mail addresses, number plates, names
// after "我叫", before a title — by a mark, and returns everything else unchanged. Numbers are found in full-width,
// circled and Chinese digits and across separators or invisible characters. Names are found by rule, so some remain: a
// person still checks a text before it is published. Run time is linear in the text.
func Text(text string) string { return hide(text, false) }

// Public is Text for texts that leave the administration: it hides room numbers of homes as well.
func Public(text string) string { return hide(text, true) }

func hide(text string, public bool) string {
	f := fold(text)
	f.mails()
	f.plates()
	f.digits()
	f.names()
	if public {
		f.rooms()
	}
	return f.String()
}

// folded is the text beside a simplified copy that the rules read: half-width, upper case, every kind of digit as 0–9,
// invisible characters gone. at[i] is where simple[i] stands in text.
type folded struct {
	text   []rune
	simple []rune
	at     []int
	marks  []mark
	taken  []bool // per simple rune
}

type mark struct {
	from, to int // in text
	label    string
}

func fold(text string) *folded {
	f := &folded{text: []rune(text)}
	f.simple = make([]rune, 0, len(f.text))
	f.at = make([]int, 0, len(f.text))
	for i, r := range f.text {
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r) || (unicode.IsControl(r) && r != '\n' && r != '\t') {
			continue
		}
		f.simple = append(f.simple, simplify(r))
		f.at = append(f.at, i)
	}
	f.taken = make([]bool, len(f.simple))
	for i, r := range f.simple { // what is masked already stays as it is and gives no cue
		if r != '〔' {
			continue
		}
		for _, label := range []string{maskName, maskPhone, maskID, maskCard, maskPlate, maskMail, maskRoom} {
			if f.has(i, label) {
				for k := range []rune(label) {
					f.taken[i+k] = true
				}
			}
		}
	}
	return f
}

// simplify maps one character; a digit of any script or style becomes 0–9.
func simplify(r rune) rune {
	r = HalfWidth(r)
	if r < 0x80 {
		return unicode.ToUpper(r)
	}
	switch {
	case r >= '①' && r <= '⑨':
		return '1' + r - '①'
	case r >= '⑴' && r <= '⑼':
		return '1' + r - '⑴'
	case r >= '⒈' && r <= '⒐':
		return '1' + r - '⒈'
	case r >= '❶' && r <= '❾':
		return '1' + r - '❶'
	case r >= '➀' && r <= '➈':
		return '1' + r - '➀'
	case r >= '₀' && r <= '₉':
		return '0' + r - '₀'
	case r == '⁰' || (r >= '⁴' && r <= '⁹'):
		return '0' + r - '⁰'
	case r == '¹':
		return '1'
	case r == '²' || r == '³':
		return '2' + r - '²'
	case r == '⓪' || r == '⓿':
		return '0'
	}
	if unicode.Is(unicode.Nd, r) {
		return '0' + decimal(r)
	}
	return unicode.ToUpper(r)
}

// decimal is the value of a digit: in Unicode digits lie in blocks of ten that start with zero.
func decimal(r rune) rune {
	for _, b := range unicode.Nd.R16 {
		if r >= rune(b.Lo) && r <= rune(b.Hi) {
			return (r - rune(b.Lo)) % 10
		}
	}
	for _, b := range unicode.Nd.R32 {
		if r >= rune(b.Lo) && r <= rune(b.Hi) {
			return (r - rune(b.Lo)) % 10
		}
	}
	return 0
}

var chineseDigits = map[rune]byte{
	'〇': '0', '零': '0', '○': '0', '一': '1', '二': '2', '三': '3', '四': '4', '五': '5', '六': '6', '七': '7', '八': '8', '九': '9',
	'壹': '1', '贰': '2', '叁': '3', '肆': '4', '伍': '5', '陆': '6', '柒': '7', '捌': '8', '玖': '9', '幺': '1', '两': '2',
}

func digitOf(r rune) (byte, bool) {
	if r >= '0' && r <= '9' {
		return byte(r), true
	}
	d, ok := chineseDigits[r]
	return d, ok
}

// cover marks simple[from:to] unless a part is already marked.
func (f *folded) cover(from, to int, label string) {
	for i := from; i < to; i++ {
		if f.taken[i] {
			return
		}
	}
	for i := from; i < to; i++ {
		f.taken[i] = true
	}
	f.marks = append(f.marks, mark{f.at[from], f.at[to-1] + 1, label})
}

// String returns the text with every marked piece replaced.
func (f *folded) String() string {
	if len(f.marks) == 0 {
		return string(f.text)
	}
	label := make(map[int]mark, len(f.marks))
	for _, m := range f.marks {
		label[m.from] = m
	}
	var b strings.Builder
	for i := 0; i < len(f.text); {
		if m, ok := label[i]; ok {
			b.WriteString(m.label)
			i = m.to
			continue
		}
		b.WriteRune(f.text[i])
		i++
	}
	return b.String()
}

// has reports whether word stands at i in text that is not masked yet.
func (f *folded) has(i int, word string) bool {
	for _, r := range word {
		if i < 0 || i >= len(f.simple) || f.taken[i] || f.simple[i] != r {
			return false
		}
		i++
	}
	return true
}

// han reports a Chinese character that is not masked yet.
func (f *folded) han(i int) bool {
	return i >= 0 && i < len(f.simple) && !f.taken[i] && unicode.Is(unicode.Han, f.simple[i])
}

var placeholders = strings.NewReplacer(maskName, "", maskPhone, "", maskID, "", maskCard, "", maskPlate, "", maskMail, "", maskRoom, "")

// Without is the text without the words that masking put in: 〔电话〕 says nothing about the matter.
func Without(text string) string { return placeholders.Replace(text) }

// HalfWidth returns the half-width form of a full-width letter, digit or sign, and any other character unchanged.
func HalfWidth(r rune) rune {
	if r >= 0xFF01 && r <= 0xFF5E {
		return r - 0xFEE0
	}
	if r == 0x3000 {
		return ' '
	}
	return r
}
