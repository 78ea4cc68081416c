package stats

import "strings"

// Factor is a categorical column: Code[i] indexes Names, -1 is missing or outside. The zero Factor means "not given".
type Factor struct {
	Code  []int32
	Names []string
}

// NewFactor codes labels in order of first appearance. The empty label is missing.
func NewFactor(labels []string) Factor {
	f := Factor{Code: make([]int32, len(labels))}
	seen := make(map[string]int32)
	for i, label := range labels {
		if label == "" {
			f.Code[i] = -1
			continue
		}
		c, ok := seen[label]
		if !ok {
			c = int32(len(f.Names))
			seen[label] = c
			f.Names = append(f.Names, label)
		}
		f.Code[i] = c
	}
	return f
}

// Cross combines factors of equal length into the cells that occur, in order of first appearance. A row missing in one is
// missing in the result. Names are joined with "|"; Parts of the result's names are found with CrossParts.
func Cross(factors ...Factor) Factor {
	out, _ := cross(factors)
	return out
}

// cross returns the crossed factor and, for each of its levels, the level of every part.
func cross(factors []Factor) (Factor, [][]int32) {
	if len(factors) == 1 {
		parts := make([][]int32, len(factors[0].Names))
		for i := range parts {
			parts[i] = []int32{int32(i)}
		}
		return factors[0], parts
	}
	n := len(factors[0].Code)
	out := Factor{Code: make([]int32, n)}
	var parts [][]int32
	seen := make(map[int64]int32)
	for i := range n {
		key, ok := crossKey(factors, i)
		if !ok {
			out.Code[i] = -1
			continue
		}
		c, known := seen[key]
		if !known {
			c = int32(len(parts))
			seen[key] = c
			part, name := make([]int32, len(factors)), make([]string, len(factors))
			for j, f := range factors {
				part[j], name[j] = f.Code[i], f.Names[f.Code[i]]
			}
			parts = append(parts, part)
			out.Names = append(out.Names, strings.Join(name, "|"))
		}
		out.Code[i] = c
	}
	return out, parts
}

func crossKey(factors []Factor, row int) (key int64, ok bool) {
	for _, f := range factors {
		if f.Code[row] < 0 {
			return 0, false
		}
		key = key*int64(len(f.Names)) + int64(f.Code[row])
	}
	return key, true
}

// given tells whether the factor was set.
func (f Factor) given() bool { return f.Code != nil }

// whole is the factor that puts all n rows into one level.
func whole(n int) Factor { return Factor{Code: make([]int32, n), Names: []string{""}} }

// occurring is the factor without levels that no row has.
func (f Factor) occurring() Factor {
	to, used := make([]int32, len(f.Names)), 0
	for _, c := range f.Code {
		if c >= 0 && to[c] == 0 {
			to[c] = 1
			used++
		}
	}
	if used == len(f.Names) {
		return f
	}
	out := Factor{Code: make([]int32, len(f.Code))}
	for c, name := range f.Names {
		if to[c] > 0 {
			to[c] = int32(len(out.Names))
			out.Names = append(out.Names, name)
		}
	}
	for i, c := range f.Code {
		if out.Code[i] = c; c >= 0 {
			out.Code[i] = to[c]
		}
	}
	return out
}
