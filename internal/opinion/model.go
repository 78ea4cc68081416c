package opinion

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Version is one version of the classifier that was trained here. The shipped version has no row: it is always there.
type Version struct {
	Version     string                `db:"version" json:"version"`
	Parent      string                `db:"parent" json:"parent" doc:"The version in use when it was trained"`
	Method      string                `db:"method" json:"method"`
	Catalog     string                `db:"catalog" json:"catalog"`
	Labels      int                   `db:"labels" json:"labels" doc:"Decided comments it learned from"`
	Metrics     db.JSON[ModelMetrics] `db:"metrics" json:"metrics"`
	SHA256      string                `db:"sha256" json:"sha256" doc:"Of what was learned"`
	TrainedBy   string                `db:"trained_by" json:"-"`
	TrainedName string                `db:"trained_name" json:"trained_name"`
	TrainedAt   clock.Time            `db:"trained_at" json:"trained_at"`
	Active      bool                  `db:"-" json:"active"`
	Shipped     bool                  `db:"-" json:"shipped"`
}

// ModelMetrics is how well a version did on decided comments it had not learned from, by cross validation in five
// parts. Whoever decided had seen a suggestion, so an independent check is the double-coded sample.
type ModelMetrics struct {
	N           int            `json:"n"`
	MacroF1     float64        `json:"macro_f1"`
	Accuracy    float64        `json:"accuracy"`
	Sharpness   float64        `json:"sharpness" doc:"Factor that makes confidences fit"`
	Classes     []ClassMetrics `json:"classes"`
	Reliability []Bin          `json:"reliability"`
}

// Bin is a line of the reliability table: suggestions with a confidence in [From, To).
type Bin struct {
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	N     int     `json:"n"`
	Said  float64 `json:"said" doc:"Mean confidence"`
	Right float64 `json:"right" doc:"Share that was right"`
}

const modelColumns = "version, parent, method, catalog, labels, metrics, sha256, trained_by, trained_name, trained_at"

// learned is what is stored of a model.
type learned struct {
	Field     *regression
	Leaf      []*regression
	Sharpness float64
}

func (m *Model) pack() (text, sum string, err error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := errors.Join(gob.NewEncoder(z).Encode(learned{m.field, present(m.leaf), m.sharpness}), z.Close()); err != nil {
		return "", "", fmt.Errorf("pack model: %w", err)
	}
	h := sha256.Sum256(b.Bytes())
	return base64.StdEncoding.EncodeToString(b.Bytes()), hex.EncodeToString(h[:]), nil
}

// present replaces missing parts by empty ones, which the encoding can hold.
func present(list []*regression) []*regression {
	out := make([]*regression, len(list))
	for i, r := range list {
		if out[i] = r; r == nil {
			out[i] = &regression{}
		}
	}
	return out
}

const packedLimit = 64 << 20

func unpack(c *Catalog, v *Version, text string) (*Model, error) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", v.Version, err)
	}
	if h := sha256.Sum256(data); hex.EncodeToString(h[:]) != v.SHA256 {
		return nil, errs.Conflict("opinion.model_broken", "What this version had learned is damaged; train again.")
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", v.Version, err)
	}
	var l learned
	if err := gob.NewDecoder(io.LimitReader(z, packedLimit)).Decode(&l); err != nil {
		return nil, fmt.Errorf("model %s: %w", v.Version, err)
	}
	m := cold(c)
	if l.Field == nil || l.Field.Classes != len(c.Categories) || len(l.Leaf) != len(c.Categories) {
		return nil, errs.Conflict("opinion.model_foreign", "This version was trained for another list of fields; train again.")
	}
	for i, r := range l.Leaf {
		if r.Classes != 0 && r.Classes != len(c.byField[i]) {
			return nil, errs.Conflict("opinion.model_foreign", "This version was trained for another list of fields; train again.")
		}
	}
	m.field, m.leaf, m.sharpness, m.version, m.labels = l.Field, l.Leaf, l.Sharpness, v.Version, v.Labels
	return m, nil
}

const folds = 5

// crossValidate trains on four fifths and judges the rest, five times, and finds the sharpness that makes confidences fit.
func crossValidate(c *Catalog, decided []Labelled) ModelMetrics {
	metrics := NewMetrics(c)
	type seen struct {
		share []float64
		truth int
	}
	var all []seen
	for k := range folds {
		var rest []Labelled
		for n, l := range decided {
			if n%folds != k {
				rest = append(rest, l)
			}
		}
		m := train(c, shippedSentences(), rest)
		m.sharpness = 1
		for n, l := range decided {
			if n%folds != k || len(l.Fields) == 0 {
				continue
			}
			got := ""
			if s := m.Classify(l.Text); len(s) > 0 {
				got = s[0].Field
			}
			metrics.Count(got, l.Fields[0])
			if i, ok := c.index[l.Fields[0]]; ok {
				if share := m.shares(l.Text); share != nil {
					all = append(all, seen{share, i})
				}
			}
		}
	}
	out := ModelMetrics{MacroF1: metrics.MacroF1(), Classes: metrics.Classes(), Sharpness: sharpness, Reliability: []Bin{}}
	out.Accuracy, out.N = metrics.Accuracy()
	best := math.Inf(1)
	for s := 0.3; s <= 2; s += 0.05 {
		loss := 0.0
		for _, x := range all {
			loss -= math.Log(sharpened(x.share, s)[x.truth] + 1e-9)
		}
		if loss < best && len(all) >= 50 {
			best, out.Sharpness = loss, math.Round(s*100)/100
		}
	}
	r := reliability{}
	for _, x := range all {
		p := sharpened(x.share, out.Sharpness)
		top := argmax(p)
		r.count(p[top], top == x.truth)
	}
	out.Reliability = r.bins()
	return out
}

// shares is what the model makes of a text per field; nil when nothing is known.
func (m *Model) shares(text string) []float64 {
	r := m.read(runesOf(text))
	if r == nil {
		return nil
	}
	return r.share
}

func sharpened(share []float64, s float64) []float64 {
	out := make([]float64, len(share))
	for i, v := range share {
		out[i] = s * math.Log(v+1e-12)
	}
	softmax(out)
	return out
}

func argmax(list []float64) int {
	best := 0
	for i, v := range list {
		if v > list[best] {
			best = i
		}
	}
	return best
}

// reliability gathers confidences and whether they were right.
type reliability struct {
	n, right [10]int
	said     [10]float64
}

func (r *reliability) count(confidence float64, right bool) {
	k := min(int(confidence*10), 9)
	r.n[k]++
	r.said[k] += confidence
	if right {
		r.right[k]++
	}
}

func (r *reliability) bins() []Bin {
	out := []Bin{}
	for k, n := range r.n {
		if n > 0 {
			out = append(out, Bin{From: float64(k) / 10, To: float64(k+1) / 10, N: n, Said: r.said[k] / float64(n), Right: float64(r.right[k]) / float64(n)})
		}
	}
	return out
}
