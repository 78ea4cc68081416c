package crypto

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"strings"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
	"golang.org/x/text/width"
)

// Cipher names a suite: an authenticated cipher and the hash that goes with it.
type Cipher string

// The suites that configuration offers.
const (
	AES Cipher = "aes" // AES-256-GCM, HMAC-SHA-256
	SM4 Cipher = "sm4" // SM4-GCM, HMAC-SM3
)

func (c Cipher) valid() bool { return c == AES || c == SM4 }

func (c Cipher) hash() func() hash.Hash {
	if c == SM4 {
		return sm3.New
	}
	return sha256.New
}

// aead derives the cipher's key from a secret, so that one secret never serves two algorithms with the same bytes.
func (c Cipher) aead(secret []byte) (cipher.AEAD, error) {
	block, size := aes.NewCipher, 32
	if c == SM4 {
		block, size = sm4.NewCipher, 16
	}
	key, err := hkdf.Key(c.hash(), secret, nil, "yiwang field seal "+string(c), size)
	if err != nil {
		return nil, err
	}
	b, err := block(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(b)
}

// ErrOpen says that a sealed text is altered, stands in another place than it was sealed for, or needs a key that is not loaded.
var ErrOpen = errors.New("sealed text does not open: altered, moved to another place, or its key is missing")

// Box seals and opens fields with the keys of one installation. It is safe for concurrent use.
type Box struct {
	current string
	keys    map[string]cipher.AEAD
	index   []byte
	hash    func() hash.Hash
}

// NewBox prepares the keys for use.
func NewBox(k *Keys) (*Box, error) {
	if err := k.validate(); err != nil {
		return nil, err
	}
	b := &Box{current: k.Current, keys: map[string]cipher.AEAD{}, index: k.Index.Secret, hash: k.Index.Cipher.hash()}
	for _, key := range k.Keys {
		aead, err := key.Cipher.aead(key.Secret)
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", key.ID, err)
		}
		b.keys[key.ID] = aead
	}
	return b, nil
}

const sealVersion = "1"

// Seal encrypts plain for the place aad, by custom "table.column.id". Sealing twice gives different texts.
// The result is "1.KEY.BASE64URL".
func (b *Box) Seal(plain []byte, aad string) string {
	aead := b.keys[b.current]
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	_, _ = rand.Read(nonce) // crypto/rand.Read ends the program rather than fail
	head := sealVersion + "." + b.current + "."
	return head + base64.RawURLEncoding.EncodeToString(aead.Seal(nonce, nonce, plain, []byte(head+aad)))
}

// Open decrypts what Seal made for the same place; ErrOpen otherwise.
func (b *Box) Open(sealed, aad string) ([]byte, error) {
	version, rest, _ := strings.Cut(sealed, ".")
	id, body, found := strings.Cut(rest, ".")
	aead, known := b.keys[id]
	if !found || version != sealVersion || !known {
		return nil, ErrOpen
	}
	data, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || len(data) < aead.NonceSize() {
		return nil, ErrOpen
	}
	nonce, text := data[:aead.NonceSize()], data[aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, text, []byte(version+"."+id+"."+aad))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// Stale reports whether sealed was made with another key than the current one and should be sealed anew.
func (b *Box) Stale(sealed string) bool {
	return !strings.HasPrefix(sealed, sealVersion+"."+b.current+".")
}

// BlindIndex returns a keyed hash of value for a column that is searched by equality: the same for the ways in which
// people write one number (spaces, hyphens, full-width digits, +86, lower-case x). field keeps columns apart, so that
// equal values in two columns cannot be matched. An empty value has an empty index.
func (b *Box) BlindIndex(field, value string) string {
	value = Normalise(value)
	if value == "" {
		return ""
	}
	mac := hmac.New(b.hash, b.index)
	mac.Write(fmt.Appendf(nil, "%d:%s:%s", len(field), field, value))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// Normalise reduces a number or name to the form that is indexed.
func Normalise(value string) string {
	if len(value) > len("0086")+11 && plain(value) { // a digest, which comes by the hundred thousand, and no telephone number
		return strings.ToUpper(value)
	}
	value = strings.ToUpper(width.Fold.String(value))
	value = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n\u00a0\u3000-‐–—()·.", r) {
			return -1
		}
		return r
	}, value)
	for _, prefix := range []string{"+86", "0086", "86"} {
		if rest, found := strings.CutPrefix(value, prefix); found && mobile(rest) {
			return rest
		}
	}
	return value
}

// plain reports whether a text is letters and digits of ASCII alone.
func plain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < '0' || c > 'z' || c > '9' && c < 'A' || c > 'Z' && c < 'a' {
			return false
		}
	}
	return true
}

func mobile(text string) bool { return len(text) == 11 && text[0] == '1' && digits(text) }

func digits(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' }) < 0
}
