package demo

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"yiwang/internal/platform/blob"
	"yiwang/internal/rectify"
)

// gallery holds the drawings that stand for photos: a few of each scene before and after the work.
type gallery map[string]rectify.Photo

func shot(scene, phase string, n int) string { return fmt.Sprintf("%s-%s-%d", scene, phase, n) }

// paint draws and stores every drawing that the matters of the grammar need.
func (l *loader) paint(ctx context.Context) error {
	l.gallery = gallery{}
	var names []string
	for _, k := range l.grammar.Matters {
		if scenes[k.Scene] == nil {
			return fmt.Errorf("no drawing of %q", k.Scene)
		}
		if !slices.Contains(names, k.Scene) {
			names = append(names, k.Scene)
		}
	}
	var mu sync.Mutex
	var busy sync.WaitGroup
	var failed error
	for _, name := range names {
		busy.Go(func() {
			for n := range l.scale.drawings {
				for _, phase := range []string{rectify.Before, rectify.After} {
					photo, err := l.store(ctx, name, phase, n)
					mu.Lock()
					l.gallery[shot(name, phase, n)] = photo
					if err != nil {
						failed = err
					}
					mu.Unlock()
				}
			}
		})
	}
	busy.Wait()
	l.summary.Photos = len(l.gallery)
	return failed
}

// store draws one scene and keeps it. Before and after share the chance, so that they show the same place.
func (l *loader) store(ctx context.Context, scene, phase string, n int) (rectify.Photo, error) {
	c := newCanvas(rand.New(rand.NewPCG(l.seed, uint64(n)*97+uint64(len(scene)))))
	scenes[scene](c, phase == rectify.After)
	file, err := c.jpeg()
	if err != nil {
		return rectify.Photo{}, err
	}
	f, _, err := blob.Ingest(ctx, l.Blobs, bytes.NewReader(file), blob.Rules{Types: blob.Photos, Bytes: rectify.MaxPhoto})
	if err != nil {
		return rectify.Photo{}, fmt.Errorf("store the drawing %s: %w", shot(scene, phase, n), err)
	}
	photo := rectify.Photo{Ref: f.Key, SHA256: f.Key, MediaType: string(f.Type), Size: f.Size}
	return photo, l.storePublic(ctx, scene, photo, c.img)
}
