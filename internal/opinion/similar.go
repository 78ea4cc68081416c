package opinion

import (
	"slices"

	"yiwang/internal/platform/words"
)

// SimilarEnough is the share of common character pairs (Jaccard) from which two comments of one place and field are
// proposed for one item. A person merges; a proposal too many costs a look, one too few a second item.
const SimilarEnough = 0.30

// Groups proposes which texts are about the same matter: connected components of pairs that share at least 30 % of
// their character pairs. It returns positions, groups of two or more only, largest first, in the order of the texts.
func Groups(texts []string) [][]int {
	sets := make([][]uint64, len(texts))
	holders := map[uint64][]int{}
	for i, t := range texts {
		sets[i] = words.Pairs(t)
		for _, f := range sets[i] {
			holders[f] = append(holders[f], i)
		}
	}
	parent := make([]int, len(texts))
	for i := range parent {
		parent[i] = i
	}
	common := make([]int, len(texts))
	for i, set := range sets {
		var touched []int
		for _, f := range set {
			for _, j := range holders[f] {
				if j > i {
					if common[j] == 0 {
						touched = append(touched, j)
					}
					common[j]++
				}
			}
		}
		for _, j := range touched {
			if words.Share(common[j], len(set), len(sets[j])) >= SimilarEnough {
				parent[root(parent, j)] = root(parent, i)
			}
			common[j] = 0
		}
	}
	return components(parent)
}

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

func components(parent []int) [][]int {
	at, out := map[int]int{}, [][]int{}
	for i := range parent {
		r := root(parent, i)
		if _, ok := at[r]; !ok {
			at[r] = len(out)
			out = append(out, nil)
		}
		out[at[r]] = append(out[at[r]], i)
	}
	out = slices.DeleteFunc(out, func(g []int) bool { return len(g) < 2 })
	slices.SortStableFunc(out, func(a, b []int) int { return len(b) - len(a) })
	return out
}
