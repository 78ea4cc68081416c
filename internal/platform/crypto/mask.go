package crypto

import "strings"

// MaskPhone shows enough of a telephone number to recognise one's own: 138****1234, 025-****4321.
func MaskPhone(phone string) string {
	phone = strings.TrimSpace(phone)
	runes := []rune(phone)
	n := len(runes)
	switch {
	case n >= 11 && digits(phone):
		return string(runes[:3]) + stars(n-7) + string(runes[n-4:])
	case n >= 8: // with or without an area code, the last eight are the line
		return string(runes[:n-8]) + stars(4) + string(runes[n-4:])
	case n == 7:
		return stars(4) + string(runes[4:])
	}
	return stars(n)
}

// MaskID shows the first and last four places of an identity number: 3201**********1234.
func MaskID(id string) string {
	runes := []rune(strings.TrimSpace(id))
	if len(runes) < 12 {
		return stars(len(runes))
	}
	return string(runes[:4]) + stars(len(runes)-8) + string(runes[len(runes)-4:])
}

// compound are the two-character surnames that are met in practice.
var compound = []string{"欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "端木", "南宫", "长孙", "宇文"}

// MaskName shows the surname: 张*, 欧阳*. The number of hidden characters is not told.
func MaskName(name string) string {
	name = strings.TrimSpace(name)
	if name == "" {
		return ""
	}
	for _, surname := range compound {
		if rest, found := strings.CutPrefix(name, surname); found && rest != "" {
			return surname + "*"
		}
	}
	return string([]rune(name)[:1]) + "*"
}

func stars(n int) string { return strings.Repeat("*", max(0, n)) }
