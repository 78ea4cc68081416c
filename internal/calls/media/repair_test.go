package media

import (
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// asking is a request for the 1,700 packets before a number, in pairs of 17, as it comes from the network.
func asking(t *testing.T, from uint16) []byte {
	t.Helper()
	r := rtcp.TransportLayerNack{MediaSSRC: 7}
	for n := range uint16(100) {
		r.Nacks = append(r.Nacks, rtcp.NackPair{PacketID: from + 17*n, LostPackets: 0xffff})
	}
	b, err := r.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRepairs_FewBytesNeverCallForthManyPackets(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	bound, err := repairs{func() time.Time { return now }}.NewInterceptor("")
	if err != nil {
		t.Fatal(err)
	}
	factory, err := nack.NewResponderInterceptor(nack.ResponderSize(2048))
	if err != nil {
		t.Fatal(err)
	}
	again, err := factory.NewInterceptor("")
	if err != nil {
		t.Fatal(err)
	}
	both := interceptor.NewChain([]interceptor.Interceptor{bound, again}) // in the order of prepare
	sent := make(chan uint16, 10_000)
	out := both.BindLocalStream(&interceptor.StreamInfo{SSRC: 7, RTCPFeedback: []interceptor.RTCPFeedback{{Type: "nack"}}},
		interceptor.RTPWriterFunc(func(h *rtp.Header, _ []byte, _ interceptor.Attributes) (int, error) {
			sent <- h.SequenceNumber
			return 0, nil
		}))
	for n := range uint16(2000) {
		if _, err := out.Write(&rtp.Header{SSRC: 7, SequenceNumber: n}, []byte("picture"), nil); err != nil {
			t.Fatal(err)
		}
		<-sent
	}
	request := asking(t, 100)
	in := both.BindRTCPReader(interceptor.RTCPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		return copy(b, request), a, nil
	}))
	// ask reads a request and returns how many packets it lets pass, after they were sent.
	ask := func() (passed int) {
		t.Helper()
		_, a, err := in.Read(make([]byte, 1500), nil)
		if err != nil {
			t.Fatal(err)
		}
		packets, err := a.GetRTCPPackets(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, pair := range packets[0].(*rtcp.TransportLayerNack).Nacks {
			passed += len(pair.PacketList())
		}
		for range passed {
			<-sent
		}
		return passed
	}
	if got := ask(); got != 595 { // whole pairs of 17
		t.Errorf("at once %d packets are sent again", got)
	}
	if got := ask(); got != 0 {
		t.Errorf("then %d", got)
	}
	now = now.Add(time.Second)
	if got := ask(); got != 289 && got != 306 { // 5 left of the first, and 300
		t.Errorf("a second later %d", got)
	}
	now = now.Add(-time.Hour) // a clock that goes back gives nothing
	if got := ask(); got != 0 {
		t.Errorf("after the clock went back %d", got)
	}
	if len(sent) != 0 {
		t.Errorf("%d more were sent", len(sent))
	}
}
