package stats

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"
)

// object reads a JSON object key by key, so that every mistake can name its key. The first mistake stays.
type object struct {
	path   string
	fields map[string]json.RawMessage
	known  map[string]bool
	err    *error
}

func newObject(data []byte) *object {
	var err error
	o := &object{known: map[string]bool{}, err: &err}
	switch err = json.Unmarshal(data, &o.fields); {
	case err != nil:
		err = fmt.Errorf("the specification is not a JSON object: %w", err)
	case o.fields == nil:
		err = errors.New("the specification is not a JSON object: null")
	}
	return o
}

func (o *object) key(name string) string {
	if o.path == "" {
		return name
	}
	return o.path + "." + name
}

// fail records a mistake about a key.
func (o *object) fail(name, format string, args ...any) {
	if *o.err == nil {
		*o.err = fmt.Errorf("key %q %s", o.key(name), fmt.Sprintf(format, args...))
	}
}

func (o *object) has(name string) bool {
	raw, ok := o.fields[name]
	return ok && !bytes.Equal(bytes.TrimSpace(raw), []byte("null"))
}

// read decodes a key into a Go value; want says what is expected, as in "must be a number".
func (o *object) read(name string, into any, want string) bool {
	o.known[name] = true
	if !o.has(name) {
		return false
	}
	if err := json.Unmarshal(o.fields[name], into); err != nil {
		o.fail(name, "must be %s", want)
		return false
	}
	return true
}

func (o *object) text(name, otherwise string) string {
	out := otherwise
	o.read(name, &out, "a string")
	return out
}

func (o *object) number(name string, otherwise float64) float64 {
	out := otherwise
	o.read(name, &out, "a number")
	return out
}

func (o *object) count(name string, otherwise int) int {
	out := otherwise
	o.read(name, &out, "a whole number")
	return out
}

func (o *object) flag(name string) bool {
	out := false
	o.read(name, &out, "true or false")
	return out
}

func (o *object) numbers(name string) []float64 {
	var out []float64
	o.read(name, &out, "a list of numbers")
	return out
}

// words reads a list of strings; a single string is a list of one.
func (o *object) words(name string) []string {
	var out []string
	var one string
	if o.has(name) && json.Unmarshal(o.fields[name], &one) == nil {
		o.known[name] = true
		return []string{one}
	}
	o.read(name, &out, "a list of strings")
	return out
}

// labels reads values of a column: strings, numbers or booleans.
func (o *object) labels(name string) []string {
	o.known[name] = true
	if !o.has(name) {
		return nil
	}
	var list []json.RawMessage
	if json.Unmarshal(o.fields[name], &list) != nil {
		list = []json.RawMessage{o.fields[name]}
	}
	var out []string
	for _, raw := range list {
		label, ok := labelOf(raw)
		if !ok {
			o.fail(name, "must be a value or a list of values")
		}
		out = append(out, label)
	}
	return out
}

func labelOf(raw json.RawMessage) (string, bool) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text, true
	}
	var number json.Number
	if json.Unmarshal(raw, &number) == nil && number != "" {
		return number.String(), true
	}
	var flag bool
	if json.Unmarshal(raw, &flag) == nil {
		return strconv.FormatBool(flag), true
	}
	return "", false
}

// child reads a nested object; a missing one is empty.
func (o *object) child(name string) *object {
	out := &object{path: o.key(name), known: map[string]bool{}, err: o.err}
	o.read(name, &out.fields, "an object")
	return out
}

func (o *object) children(name string) []*object {
	var list []map[string]json.RawMessage
	o.read(name, &list, "a list of objects")
	out := make([]*object, len(list))
	for i, fields := range list {
		out[i] = &object{path: fmt.Sprintf("%s[%d]", o.key(name), i), fields: fields, known: map[string]bool{}, err: o.err}
	}
	return out
}

// keys lists the keys in order and marks them as known.
func (o *object) keys() []string {
	var out []string
	for k := range o.fields {
		o.known[k] = true
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// done reports the first mistake, or a key nobody asked for.
func (o *object) done() {
	var unknown []string
	for k := range o.fields {
		if !o.known[k] {
			unknown = append(unknown, k)
		}
	}
	sort.Strings(unknown)
	if len(unknown) > 0 {
		o.fail(unknown[0], "is not known here")
	}
}

// oneOf fails unless the value of a key is in the list.
func (o *object) oneOf(name, value, list string) {
	if !contains(list, value) {
		o.fail(name, "is %q, but must be one of: %s", value, list)
	}
}
