package sampling

import (
	"crypto/rand"
	"strings"

	"golang.org/x/text/width"
)

// A code is eleven random letters and a check letter in three groups of four: XXXX-XXXX-XXXX. The 27 letters leave out what is
// taken for another (0 O, 1 I L, 5 S, 8 B, 2 Z, V U), so eleven of them are 27¹¹ = 5.6·10¹⁵, 52 bits. The check letter makes the
// sum of the places, weighted 1, 2, 1, 2 …, a multiple of 27; as 1 and 2 have no factor with 27 and differ by 1, every single
// wrong letter and every swap of two neighbours is found.
const (
	alphabet   = "23456789ACDEFGHJKMNPQRTVWXY"
	codeLength = 12
)

// newCode makes a code as printed.
func newCode() string {
	var random [codeLength - 1]byte
	var code [codeLength]byte
	sum := 0
	for i := range random {
		for {
			_, _ = rand.Read(random[i : i+1]) // crypto/rand.Read ends the program rather than fail
			if random[i] < 243 {              // 9 × 27: every letter with the same chance
				break
			}
		}
		v := int(random[i]) % len(alphabet)
		code[i] = alphabet[v]
		sum += v * (1 + i%2)
	}
	// The last place has weight 2, whose inverse modulo 27 is 14.
	check := (len(alphabet) - sum%len(alphabet)) * 14 % len(alphabet)
	code[codeLength-1] = alphabet[check]
	return string(code[:4]) + "-" + string(code[4:8]) + "-" + string(code[8:])
}

// readCode reduces what somebody typed to the twelve letters; false when it cannot be a code.
func readCode(typed string) (string, bool) {
	if len(typed) > 100 {
		return "", false
	}
	code := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n\u00a0\u3000-‐–—_.", r) {
			return -1
		}
		return r
	}, strings.ToUpper(width.Fold.String(typed)))
	if len(code) != codeLength {
		return "", false
	}
	sum := 0
	for i := range codeLength {
		v := strings.IndexByte(alphabet, code[i])
		if v < 0 {
			return "", false
		}
		sum += v * (1 + i%2)
	}
	return code, sum%len(alphabet) == 0
}

// digest is what is kept of a code. Without the key of the installation nobody can try codes against it.
func (s *Service) digest(code string) string { return s.box.BlindIndex("invitation.code", code) }
