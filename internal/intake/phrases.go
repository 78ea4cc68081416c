package intake

import (
	"sync"

	"go.yaml.in/yaml/v3"

	reference "yiwang/data/cases"
)

// Phrases are how people say it, by category.
var Phrases = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	if err := yaml.Unmarshal(reference.Phrases, &out); err != nil {
		panic(err) // a broken release
	}
	return out
})
