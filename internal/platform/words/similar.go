package words

import "slices"

// Similarity is the share of common character pairs of two texts (Jaccard), 0 to 1.
func Similarity(a, b string) float64 { return Overlap(Pairs(a), Pairs(b)) }

// Overlap is Similarity for pairs that were taken before.
func Overlap(x, y []uint64) float64 {
	n := 0
	for _, f := range x {
		if _, ok := slices.BinarySearch(y, f); ok {
			n++
		}
	}
	return Share(n, len(x), len(y))
}

// Share is the part that common elements are of two sets of the sizes a and b.
func Share(common, a, b int) float64 {
	if a+b == 0 {
		return 0
	}
	return float64(common) / float64(a+b-common)
}

// Pairs returns the distinct character pairs of a text, sorted.
func Pairs(t string) []uint64 {
	var out []uint64
	features(Normalise(t), func(f uint64, _ float64) {
		if f>>32 != 0 {
			out = append(out, f)
		}
	})
	slices.Sort(out)
	return slices.Compact(out)
}
