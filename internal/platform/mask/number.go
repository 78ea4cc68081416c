package mask

import "strings"

// run is a chain of digits of the simplified text with at most three separators between neighbours.
type run struct {
	digits []byte
	pos    []int  // of each digit in simple
	tight  []bool // digit i follows digit i-1 without a separator
	plain  []bool // written 0–9 rather than in Chinese
}

const separators = " \t\n-_.·•~—–－,，、/\\|()（）*+'’:;；："

// digits marks ID, bank, mobile and landline numbers.
func (f *folded) digits() {
	for i := 0; i < len(f.simple); {
		if _, ok := f.digit(i); !ok || f.taken[i] {
			i++
			continue
		}
		r := f.run(i)
		f.numbers(r)
		i = r.pos[len(r.pos)-1] + 1
	}
}

// digit reads simple[i] as a digit; an O, I or L beside a digit stands for 0 or 1, as in l38 12O4 5678.
func (f *folded) digit(i int) (byte, bool) {
	if d, ok := digitOf(f.simple[i]); ok {
		return d, true
	}
	like := byte('1')
	switch f.simple[i] {
	case 'O':
		like = '0'
	case 'I', 'L':
	default:
		return 0, false
	}
	beside := func(k int) bool {
		return k >= 0 && k < len(f.simple) && !f.taken[k] && f.simple[k] >= '0' && f.simple[k] <= '9'
	}
	return like, beside(i-1) || beside(i+1)
}

func (f *folded) run(i int) run {
	var r run
	gap := 0
	for ; i < len(f.simple) && gap <= 3 && !f.taken[i]; i++ {
		if d, ok := f.digit(i); ok {
			r.digits = append(r.digits, d)
			r.pos = append(r.pos, i)
			r.tight = append(r.tight, gap == 0 && len(r.digits) > 1)
			r.plain = append(r.plain, f.simple[i] <= '9')
			gap = 0
		} else if strings.ContainsRune(separators, f.simple[i]) {
			gap++
		} else {
			break
		}
	}
	return r
}

func (f *folded) numbers(r run) {
	for i := 0; i < len(r.digits); {
		n, label := f.numberAt(r, i)
		if n == 0 {
			i++
			continue
		}
		end := r.pos[i+n-1] + 1
		if label == maskID && n == 17 { // the eighteenth character is an X
			for end < len(f.simple) && f.simple[end] != 'X' {
				end++
			}
			end++
		}
		f.cover(r.pos[i], end, label)
		i += n
	}
}

// numberAt says how many digits from i form a personal number, and which. Numbers start where a group of digits starts.
func (f *folded) numberAt(r run, i int) (int, string) {
	if r.tight[i] {
		return 0, ""
	}
	group := r.group(i)
	switch n := f.idNumber(r, i); {
	case n > 0:
		return n, maskID
	case r.mobile(i):
		return 11, maskPhone
	case r.country(i):
		return 13, maskPhone
	case group >= 15 && r.plain[i]:
		return group, maskCard
	case r.cardInFours(i) > 0:
		return r.cardInFours(i), maskCard
	case r.mobileInside(i, group):
		return group, maskPhone
	case r.landline(i) > 0:
		return r.landline(i), maskPhone
	case group >= 7 && group <= 12 && f.cue(r.pos[i]):
		return group, maskPhone
	case group >= 5 && group <= 14 && f.account(r.pos[i]):
		return group, maskCard
	}
	return 0, ""
}

// group is the number of digits from i to the next separator.
func (r run) group(i int) int {
	n := 1
	for i+n < len(r.digits) && r.tight[i+n] {
		n++
	}
	return n
}

func (r run) ends(i int) bool { return i == len(r.digits) || !r.tight[i] }

func (r run) mobile(i int) bool {
	return len(r.digits) >= i+11 && r.digits[i] == '1' && r.digits[i+1] >= '3' && r.ends(i+11)
}

func (r run) country(i int) bool {
	return len(r.digits) >= i+13 && r.digits[i] == '8' && r.digits[i+1] == '6' && r.digits[i+2] == '1' && r.digits[i+3] >= '3' && r.ends(i+13)
}

// mobileInside finds a mobile number glued to a few other digits: 013812345678, 138123456781.
func (r run) mobileInside(i, group int) bool {
	if group < 12 || group > 14 {
		return false
	}
	for k := i; k+11 <= i+group; k++ {
		if r.digits[k] == '1' && r.digits[k+1] >= '3' {
			return true
		}
	}
	return false
}

// landline takes an area code of three or four digits and seven or eight more, in one or two groups, or all in one.
func (r run) landline(i int) int {
	if r.digits[i] != '0' || len(r.digits) < i+10 || r.digits[i+1] == '0' {
		return 0
	}
	area := r.group(i)
	if area >= 10 && area <= 12 {
		return area
	}
	if area != 3 && area != 4 {
		return 0
	}
	rest := r.group(i + area)
	if rest < 7 && i+area+rest < len(r.digits) {
		rest += r.group(i + area + rest)
	}
	if rest != 7 && rest != 8 {
		return 0
	}
	return area + rest
}

// cardInFours takes bank card numbers written 6222 0212 3456 7890 (123).
func (r run) cardInFours(i int) int {
	n := 0
	for i+n < len(r.digits) && r.group(i+n) == 4 && n < 20 {
		n += 4
	}
	if n < 16 {
		return 0
	}
	if rest := i + n; rest < len(r.digits) && r.group(rest) < 4 {
		n += r.group(rest)
	}
	return n
}

// idNumber takes 18 or 15 digits, or 17 and an X, with a plausible date of birth inside.
func (f *folded) idNumber(r run, i int) int {
	d := r.digits[i:]
	if len(d) >= 17 && date(d[8:10], d[10:14]) && (d[6] == '1' && d[7] == '9' || d[6] == '2' && d[7] == '0') {
		if len(d) >= 18 && r.ends(i+18) {
			return 18
		}
		for k, gap := r.pos[i+16]+1, 0; k < len(f.simple) && gap <= 2 && !f.taken[k]; k, gap = k+1, gap+1 {
			if f.simple[k] == 'X' {
				return 17
			}
		}
	}
	if len(d) >= 15 && r.group(i) == 15 && date(d[6:8], d[8:12]) {
		return 15
	}
	return 0
}

func date(_, monthDay []byte) bool {
	m := int(monthDay[0]-'0')*10 + int(monthDay[1]-'0')
	d := int(monthDay[2]-'0')*10 + int(monthDay[3]-'0')
	return m >= 1 && m <= 12 && d >= 1 && d <= 31
}

var phoneCues = []string{"电话", "手机", "号码", "联系", "TEL", "拨打", "致电", "PHONE", "座机", "短信"}
var accountCues = []string{"QQ", "微信", "VX", "WX", "WECHAT", "卡号", "账号", "帐号", "学号", "工号"}

func (f *folded) cue(at int) bool     { return f.before(at, 8, phoneCues) }
func (f *folded) account(at int) bool { return f.before(at, 8, accountCues) }

func (f *folded) before(at, reach int, words []string) bool {
	from := at
	for from > max(0, at-reach) && !f.taken[from-1] {
		from--
	}
	for i := from; i < at; i++ {
		for _, w := range words {
			if f.has(i, w) && i+len([]rune(w)) <= at {
				return true
			}
		}
	}
	return false
}

const provinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
const plateTails = "挂学警港澳领使电超"

// plates marks number plates: 苏A·12345, 苏AD12345, 苏a 1234学.
func (f *folded) plates() {
	for i := 0; i+2 < len(f.simple); i++ {
		if f.taken[i] || !strings.ContainsRune(provinces, f.simple[i]) {
			continue
		}
		j := f.gap(i + 1)
		if j >= len(f.simple) || f.taken[j] || f.simple[j] < 'A' || f.simple[j] > 'Z' {
			continue
		}
		n, digits, end := 0, 0, j+1
		for k := f.gap(j + 1); k < len(f.simple) && n < 6 && !f.taken[k]; k = f.gap(k + 1) {
			r := f.simple[k]
			isDigit, isLetter := r >= '0' && r <= '9', r >= 'A' && r <= 'Z'
			if !isDigit && !isLetter && (n != 4 || !strings.ContainsRune(plateTails, r)) {
				break
			}
			if isDigit {
				digits++
			}
			n++
			end = k + 1
		}
		if n >= 5 && digits >= 2 {
			f.cover(i, end, maskPlate)
		}
	}
}

func (f *folded) gap(i int) int {
	for n := 0; i < len(f.simple) && n < 2 && strings.ContainsRune(" ·•.-", f.simple[i]); n++ {
		i++
	}
	return i
}

// mails marks e-mail addresses.
func (f *folded) mails() {
	local := func(r rune) bool {
		return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || strings.ContainsRune("._%+-", r)
	}
	done := 0 // text before it is already judged, which keeps the scan linear
	for i, r := range f.simple {
		if r != '@' {
			continue
		}
		from, to := i, i+1
		for from > done && !f.taken[from-1] && local(f.simple[from-1]) {
			from--
		}
		for to < len(f.simple) && !f.taken[to] && local(f.simple[to]) {
			to++
		}
		if from < i && strings.ContainsRune(string(f.simple[i+1:to]), '.') {
			f.cover(from, to, maskMail)
		}
		done = to
	}
}
