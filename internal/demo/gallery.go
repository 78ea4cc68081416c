package demo

import (
	"fmt"
	"math/rand/v2"

	"yiwang/internal/rectify"
)

// gallery holds the drawings that stand for photos, a few of each scene and phase, made when first needed.
type gallery struct {
	seed  uint64
	held  map[string][]byte
	files int
}

func newGallery(seed uint64) gallery {
	return gallery{seed: seed, held: map[string][]byte{}}
}

// take returns the n-th drawing of a scene before or after the work.
func (g *gallery) take(scene, phase string, n int) ([]byte, error) {
	key := fmt.Sprintf("%s-%s-%d", scene, phase, n)
	if file, ok := g.held[key]; ok {
		return file, nil
	}
	paint, ok := scenes[scene]
	if !ok {
		return nil, fmt.Errorf("no drawing of %q", scene)
	}
	// Before and after share the chance, so that they show the same place.
	c := newCanvas(rand.New(rand.NewPCG(g.seed, uint64(n)*97+uint64(len(scene))))) //nolint:gosec // a drawing, and n is small
	paint(c, phase == rectify.After)
	file, err := c.jpeg()
	g.held[key] = file
	g.files = len(g.held)
	return file, err
}
