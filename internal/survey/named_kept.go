package survey

import "sync"

// namedKey tells one state of the answers of a channel from another: a wave that is edited or answers that come in or are set aside
// make another key.
type namedKey struct {
	wave     string
	channel  Channel
	version  int
	standing Standing
}

// namedKept remembers the samples that were read last; reading and weighing those of a district takes most of a second. The zero
// value is empty and ready.
type namedKept struct {
	mu    sync.Mutex
	order []namedKey // oldest first
	list  map[namedKey]*NamedSample
}

// mostNamed bounds what is remembered: two waves, both channels. A sample of a district takes a few megabytes.
const mostNamed = 4

func (k *namedKept) get(key namedKey) *NamedSample {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.list[key]
}

func (k *namedKept) keep(key namedKey, s *NamedSample) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.list == nil {
		k.list = map[namedKey]*NamedSample{}
	}
	if k.list[key] == nil {
		k.order = append(k.order, key)
	}
	k.list[key] = s
	for len(k.order) > mostNamed {
		delete(k.list, k.order[0])
		k.order = k.order[1:]
	}
}
