package print

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the two faces
	"fmt"
	"io"
	"sync"

	"github.com/signintech/gopdf"
)

//go:embed font/kai-regular.ttf.gz
var regularFace []byte

//go:embed font/kai-bold.ttf.gz
var boldFace []byte

// Weight chooses the face.
type Weight string

// The faces.
const (
	Regular Weight = "regular"
	Bold    Weight = "bold"
)

// faces parses both faces once; every document starts its own subset from them.
var faces = sync.OnceValues(func() (*gopdf.FontContainer, error) {
	box := &gopdf.FontContainer{}
	for _, weight := range []Weight{Regular, Bold} {
		data, err := Face(weight)
		if err != nil {
			return nil, err
		}
		if err := box.AddTTFFontData(string(weight), data); err != nil {
			return nil, fmt.Errorf("read the %s face: %w", weight, err)
		}
	}
	return box, nil
})

// Face returns a face as a TrueType font, for what is drawn and not printed.
func Face(weight Weight) ([]byte, error) {
	packed := regularFace
	if weight == Bold {
		packed = boldFace
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack the %s face: %w", weight, err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("unpack the %s face: %w", weight, err)
	}
	return data, nil
}
