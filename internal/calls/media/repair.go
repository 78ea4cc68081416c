package media

import (
	"math/bits"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
)

// A party that loses a fifth of three pictures asks for some 120 packets a second again. More than these are not sent, so that a few bytes of
// request never call forth megabytes.
const (
	repairsPerSecond = 300
	repairsAtOnce    = 600
)

// repairs makes the bounds of connections; it stands before what sends packets again.
type repairs struct{ now func() time.Time }

// NewInterceptor returns the bound of one connection.
func (r repairs) NewInterceptor(string) (interceptor.Interceptor, error) {
	return &repairBound{now: r.now, left: repairsAtOnce, at: r.now()}, nil
}

// repairBound lets a connection's requests for lost packets pass while they are few.
type repairBound struct {
	interceptor.NoOp
	now func() time.Time

	mu   sync.Mutex
	left float64
	at   time.Time
}

// BindRTCPReader implements interceptor.Interceptor: what was asked for too much is taken out of the requests before anybody reads them.
func (r *repairBound) BindRTCPReader(reader interceptor.RTCPReader) interceptor.RTCPReader {
	return interceptor.RTCPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, a, err := reader.Read(b, a)
		if err != nil {
			return n, a, err
		}
		if a == nil {
			a = interceptor.Attributes{}
		}
		packets, err := a.GetRTCPPackets(b[:n]) // kept there for those who read after this
		if err != nil {
			return n, a, nil //nolint:nilerr // whoever reads after this says so, or does not care
		}
		for _, p := range packets {
			if asked, ok := p.(*rtcp.TransportLayerNack); ok {
				asked.Nacks = r.take(asked.Nacks)
			}
		}
		return n, a, nil
	})
}

// take returns the pairs of a request that may pass, in their order.
func (r *repairBound) take(asked []rtcp.NackPair) []rtcp.NackPair {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if past := now.Sub(r.at); past > 0 {
		r.left = min(repairsAtOnce, r.left+past.Seconds()*repairsPerSecond)
	}
	r.at = now
	for n, pair := range asked {
		cost := float64(1 + bits.OnesCount16(uint16(pair.LostPackets)))
		if cost > r.left {
			return asked[:n]
		}
		r.left -= cost
	}
	return asked
}
