package sampling

import (
	"math"
	"strings"
	"testing"
)

func TestCode_HasFiftyBitsAndNoLettersThatLookAlike(t *testing.T) {
	t.Parallel()
	if bits := float64(codeLength-1) * math.Log2(float64(len(alphabet))); bits < 50 {
		t.Errorf("%.1f bits", bits)
	}
	if strings.ContainsAny(alphabet, "01OILSBZU") {
		t.Error("letters that are taken for others")
	}
	seen := map[string]bool{}
	for range 20_000 {
		code := newCode()
		if plain, ok := readCode(code); !ok || seen[plain] || len(code) != 14 || code[4] != '-' || code[9] != '-' {
			t.Fatalf("%s: %v, seen %v", code, ok, seen[plain])
		} else {
			seen[plain] = true
		}
	}
}

func TestCode_FindsEveryWrongLetterAndEverySwapOfNeighbours(t *testing.T) {
	t.Parallel()
	for range 200 {
		plain, _ := readCode(newCode())
		for i := range plain {
			for _, c := range alphabet {
				if typed := plain[:i] + string(c) + plain[i+1:]; typed != plain {
					if _, ok := readCode(typed); ok {
						t.Fatalf("%s passes for %s", typed, plain)
					}
				}
			}
			if i > 0 && plain[i] != plain[i-1] {
				if typed := plain[:i-1] + plain[i:i+1] + plain[i-1:i] + plain[i+1:]; func() bool { _, ok := readCode(typed); return ok }() {
					t.Fatalf("%s passes for %s", typed, plain)
				}
			}
		}
	}
}

func TestCode_IsReadHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	code := newCode()
	plain, _ := readCode(code)
	wide := strings.Map(func(r rune) rune {
		if r == '-' {
			return '－'
		}
		return r + 0xFEE0
	}, code)
	for _, typed := range []string{code, strings.ToLower(code), plain, " " + strings.ReplaceAll(code, "-", " ") + "\n", strings.ReplaceAll(code, "-", "—"), wide} {
		if got, ok := readCode(typed); !ok || got != plain {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
	for _, typed := range []string{"", "XXXX", code + "X", strings.Repeat("9", 1000), "O0OO-0000-0000", "邀请码邀请码邀请码邀请码"} {
		if _, ok := readCode(typed); ok && typed != code {
			t.Errorf("%q passes", typed)
		}
	}
}
