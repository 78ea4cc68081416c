package mqtt

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// What the metrics say of all servers of the process.
var (
	messages = promauto.NewCounterVec(prometheus.CounterOpts{Name: "yiwang_mqtt_messages_total",
		Help: "Messages of devices: taken, failed (not kept and not acknowledged), stray (outside the own topics), repeated (known already by QoS 2)."}, []string{"outcome"})
	turnedAway = promauto.NewCounter(prometheus.CounterOpts{Name: "yiwang_mqtt_refused_total", Help: "Connections refused for a wrong name or password."})
	connected  = promauto.NewGauge(prometheus.GaugeOpts{Name: "yiwang_mqtt_connections", Help: "Devices connected now."})
)

// count is a figure of one server that the metrics add up.
type count struct {
	n     atomic.Int64
	total prometheus.Counter
}

func (c *count) add() {
	c.n.Add(1)
	c.total.Inc()
}

// Load returns the figure of this server since it began.
func (c *count) Load() int64 { return c.n.Load() }
