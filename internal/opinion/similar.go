package opinion

import "yiwang/internal/platform/words"

// SimilarEnough is the share of common character pairs (Jaccard) from which the titles of two items of one place and
// field are taken for the same matter.
const SimilarEnough = 0.30

// Similarity is the share of common character pairs of two texts, 0 to 1.
func Similarity(a, b string) float64 { return words.Similarity(a, b) }

// central returns the position in group of texts whose text is most like the others; it looks at the first fifty.
func central(texts []string, group []int) int {
	group = group[:min(len(group), 50)]
	best, found := -1.0, group[0]
	for _, a := range group {
		sum := 0.0
		for _, b := range group {
			sum += Similarity(texts[a], texts[b])
		}
		if sum > best {
			best, found = sum, a
		}
	}
	return found
}

func firstRunes(s string, n int) string {
	r := []rune(s)
	return string(r[:min(len(r), n)])
}

func root(parent []int, i int) int {
	for parent[i] != i {
		parent[i] = parent[parent[i]]
		i = parent[i]
	}
	return i
}
