package app

import "testing"

func TestMQTT_PhonesAreToldOnlyOfWhatTheyCanReach(t *testing.T) {
	for _, c := range []struct{ listen, public, want string }{
		{"", "", ""}, {":1883", "", "mqtt://:1883"}, {"0.0.0.0:1884", "", "mqtt://:1884"}, {"10.1.2.3:1883", "", "mqtt://:1883"}, {"127.0.0.1:1883", "", ""}, {"[::1]:1883", "", ""}, {"localhost:1883", "", ""}, {"nonsense", "", ""},
		{"127.0.0.1:1883", "mqtts://mqtt.example.cn:8883", "mqtts://mqtt.example.cn:8883"}, {"", "mqtts://mqtt.example.cn:8883", "mqtts://mqtt.example.cn:8883"},
	} {
		if got := mqttFor(c.listen, c.public); got != c.want {
			t.Errorf("--mqtt %q --mqtt-public %q: phones are told %q, want %q", c.listen, c.public, got, c.want)
		}
	}
}
