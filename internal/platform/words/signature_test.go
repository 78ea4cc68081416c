package words

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestSign_EveryPartOfATextHasAPartOfItsBits(t *testing.T) {
	t.Parallel()
	text := []rune("四平路18号 3栋2单元：Road灯ＡＢ不亮多日，12345来电（工单20260101-123-0000017）ſß—é")
	whole := Sign(string(text))
	for range 5000 {
		i := rand.IntN(len(text))
		part := string(text[i : i+rand.IntN(len(text)-i)+1])
		for n, bits := range Sign(part) {
			if whole[n]&bits != bits {
				t.Fatalf("%q", part)
			}
		}
	}
	if Sign("路") != (Signature{}) || Sign("18") != (Signature{}) || Sign("路灯") == (Signature{}) || Sign("123") == (Signature{}) || Sign("路1") == (Signature{}) {
		t.Fatal("what is a pair")
	}
	if Sign("ROAD") != Sign("road") || Sign("路 灯") != (Signature{}) || Sign("路，灯") != (Signature{}) {
		t.Fatal("folding and marks")
	}
	if s := Sign(strings.Repeat("路灯", 9)); s.With(Sign("灯亮")) == s {
		t.Fatal("with")
	}
}
