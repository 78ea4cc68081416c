package sensor

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// Event is a CloudEvent 1.0 of a platform: its subject names the sensor, the end of its type says what it is.
type Event struct {
	Source  string
	ID      string
	Type    string
	Subject string
	Time    time.Time // zero if it has none
	Data    json.RawMessage
}

// The ends of types that are understood; what stands before them is the platform's own affair.
const (
	typeReading   = "reading"
	typeRaised    = "alarm.raised"
	typeCleared   = "alarm.cleared"
	typeHeartbeat = "heartbeat"
)

// is reports whether the type ends so.
func (e *Event) is(end string) bool { return e.Type == end || strings.HasSuffix(e.Type, "."+end) }

// Errors of what can never become an event.
var (
	errEnvelope  = errors.New("not a CloudEvent 1.0: specversion, id, source and type are needed")
	errTooMany   = errors.New("more than 1000 events in a batch")
	errData      = errors.New("the data is not JSON")
	errMediaType = errors.New("events come as headers, application/cloudevents+json or application/cloudevents-batch+json")
)

// maxEvents bounds a batch.
const maxEvents = 1000

type envelope struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Subject     string          `json:"subject"`
	Time        string          `json:"time"`
	ContentType string          `json:"datacontenttype"`
	Data        json.RawMessage `json:"data"`
	Base64      string          `json:"data_base64"`
}

// readEvents reads the events of a request in any of the three modes of the HTTP binding.
func readEvents(head http.Header, body []byte) ([]Event, error) {
	kind, _, _ := mime.ParseMediaType(head.Get("Content-Type"))
	switch {
	case kind == "application/cloudevents+json":
		e, err := readEvent(body)
		return []Event{e}, err
	case kind == "application/cloudevents-batch+json":
		var list []envelope
		if err := json.Unmarshal(body, &list); err != nil {
			return nil, errEnvelope
		}
		if len(list) > maxEvents {
			return nil, errTooMany
		}
		out := make([]Event, len(list))
		for i := range list {
			var err error
			if out[i], err = list[i].event(); err != nil {
				return nil, err
			}
		}
		return out, nil
	case strings.HasPrefix(kind, "application/cloudevents"):
		return nil, errMediaType
	}
	e := envelope{ContentType: kind, Data: body}
	for name, field := range map[string]*string{"Ce-Specversion": &e.SpecVersion, "Ce-Id": &e.ID, "Ce-Source": &e.Source, "Ce-Type": &e.Type, "Ce-Subject": &e.Subject, "Ce-Time": &e.Time} {
		var ok bool
		if *field, ok = headerValue(head.Get(name)); !ok {
			return nil, errEnvelope
		}
	}
	one, err := e.event()
	return []Event{one}, err
}

// readEvent reads an event in the JSON format.
func readEvent(body []byte) (Event, error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return Event{}, errEnvelope
	}
	return e.event()
}

// headerValue undoes how the HTTP binding writes an attribute into a header: quotes, then percent signs, once.
func headerValue(text string) (string, bool) {
	if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		text = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(text[1 : len(text)-1])
	}
	out, err := url.PathUnescape(text)
	if err != nil {
		out = text // a percent sign that stands for itself
	}
	return out, utf8.ValidString(out)
}

func (e *envelope) event() (out Event, err error) {
	if e.SpecVersion != "1.0" || e.ID == "" || e.Source == "" || e.Type == "" || len(e.ID) > 300 || len(e.Source) > 500 || len(e.Type) > 200 || len(e.Subject) > 200 {
		return out, errEnvelope
	}
	out = Event{Source: e.Source, ID: e.ID, Type: e.Type, Subject: e.Subject, Data: e.Data}
	if e.Time != "" {
		if out.Time, err = time.Parse(time.RFC3339Nano, e.Time); err != nil {
			return out, errEnvelope
		}
	}
	if e.Base64 != "" {
		if out.Data, err = base64.StdEncoding.DecodeString(e.Base64); err != nil {
			return out, errData
		}
	}
	if len(out.Data) > 0 && !json.Valid(out.Data) {
		return out, errData
	}
	return out, nil
}

// measured is the data of a reading: the values under values or beside the other words, a battery, an instant.
type measured struct {
	At     string                     `json:"at"`
	Values map[string]json.RawMessage `json:"values"`
}

// values returns the numbers of a reading by metric, and its instant if it names one.
func (e *Event) values() (out map[string]float64, at time.Time, ok bool) {
	var m measured
	if json.Unmarshal(e.Data, &m) != nil {
		return nil, at, false
	}
	all := m.Values
	if all == nil && json.Unmarshal(e.Data, &all) != nil {
		return nil, at, false
	} else if m.Values != nil {
		var beside map[string]json.RawMessage
		_ = json.Unmarshal(e.Data, &beside) // it was read before
		if b, found := beside[battery.Code]; found {
			all[battery.Code] = b
		}
	}
	out = map[string]float64{}
	for name, raw := range all {
		var v float64
		var flag bool
		switch {
		case json.Unmarshal(raw, &v) == nil && string(raw) != "null":
			out[name] = v
		case json.Unmarshal(raw, &flag) == nil && flag:
			out[name] = 1
		case string(raw) == "false":
			out[name] = 0
		}
	}
	if m.At != "" {
		var err error
		if at, err = time.Parse(time.RFC3339Nano, m.At); err != nil {
			return nil, at, false
		}
	}
	return out, at, true
}

// said is the data of an alarm that the device itself raises or clears.
type said struct {
	Kind     string `json:"kind"`
	Text     string `json:"text"`
	Severity string `json:"severity"`
	Reading  string `json:"reading"`
}
