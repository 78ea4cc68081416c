package words

import "unicode"

// Signature is a set of pairs of neighbouring letters and digits as bits, 63 to a number, so that databases can compare
// it: whatever contains a word contains the bits of the word. Three digits or Latin letters count as one pair, for two of
// them occur everywhere.
type Signature [8]int64

const signatureBits = 8 * 63

// Sign returns the signature of a text: its letters folded one by one, so that every part of a text has a part of its bits.
func Sign(text string) (s Signature) {
	grams(text, s.set)
	return s
}

// grams hands fn the pairs of neighbouring letters and digits of a text, folded one by one. Three digits or Latin letters
// count as one pair.
func grams(text string, fn func(gram uint64)) {
	var a, b rune // the two before
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			a, b = 0, 0
			continue
		}
		r = unicode.ToLower(r)
		switch {
		case b == 0:
		case b >= 0x80 || r >= 0x80:
			fn(uint64(b)<<21 | uint64(r))
		case a != 0 && a < 0x80:
			fn(uint64(a)<<42 | uint64(b)<<21 | uint64(r))
		}
		a, b = b, r
	}
}

func (s *Signature) set(gram uint64) {
	gram *= 0x9E3779B97F4A7C15 // Fibonacci hashing (Knuth, vol. 3, 6.4)
	bit := (gram >> 32) % signatureBits
	s[bit/63] |= 1 << (bit % 63)
}

// With returns the bits of both.
func (s Signature) With(o Signature) Signature {
	for i := range s {
		s[i] |= o[i]
	}
	return s
}
