package demo

import (
	"hash/fnv"
	"math/rand/v2"
)

// rand returns a source of chance of its own for each part of the story, so that a change in one leaves the others alone.
func (l *loader) rand(part string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(part)) // a hash takes everything
	return rand.New(rand.NewPCG(l.seed, h.Sum64()))
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func chance(r *rand.Rand, p float64) bool { return r.Float64() < p }

// weighted chooses by weight.
func weighted[T any](r *rand.Rand, list []T, weight func(T) float64) T {
	sum := 0.0
	for _, v := range list {
		sum += weight(v)
	}
	x := r.Float64() * sum
	for _, v := range list {
		if x -= weight(v); x < 0 {
			return v
		}
	}
	return list[len(list)-1]
}
