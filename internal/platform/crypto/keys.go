package crypto

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Keys is the content of the key file. Every secret has 32 bytes.
type Keys struct {
	Note    string `json:"note"`
	Current string `json:"current"` // id of the key that seals
	Keys    []Key  `json:"keys"`    // all that may open
	Index   Key    `json:"index"`   // of blind indexes; never rotates, or stored indexes would no longer match
	Audit   []byte `json:"audit"`   // of the audit chain's MAC
}

// Key is one secret and the suite that uses it.
type Key struct {
	ID     string `json:"id"`
	Cipher Cipher `json:"cipher"`
	Secret []byte `json:"secret"`
}

const secretSize = 32

// ErrNoKeys says that the key file does not exist.
var ErrNoKeys = errors.New("key file not found")

// NewKeys draws new secrets.
func NewKeys(c Cipher) (*Keys, error) {
	if !c.valid() {
		return nil, fmt.Errorf("cipher %q: use aes or sm4", c)
	}
	return &Keys{
		Note:    "Keys of one yiwang installation. Without this file encrypted fields are lost: keep a copy apart from the backups.",
		Current: "k1",
		Keys:    []Key{{ID: "k1", Cipher: c, Secret: secret()}},
		Index:   Key{ID: "index", Cipher: c, Secret: secret()},
		Audit:   secret(),
	}, nil
}

func secret() []byte {
	b := make([]byte, secretSize)
	_, _ = rand.Read(b) // crypto/rand.Read ends the program rather than fail
	return b
}

// Parse reads keys from the text of a key file, for installations that hand over secrets by other means.
func Parse(text []byte) (*Keys, error) {
	var k Keys
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&k); err != nil {
		// The decoder's message may quote a secret.
		return nil, errors.New("key file is not valid JSON of the expected form; restore it from its copy")
	}
	return &k, k.validate()
}

func (k *Keys) validate() error {
	seen := map[string]bool{}
	for _, key := range append([]Key{k.Index}, k.Keys...) {
		switch {
		case key.ID == "" || strings.ContainsAny(key.ID, ". \t\n") || seen[key.ID]:
			return fmt.Errorf("key file: key id %q is empty, appears twice or holds a dot or space", key.ID)
		case !key.Cipher.valid():
			return fmt.Errorf("key file: cipher %q of key %s: use aes or sm4", key.Cipher, key.ID)
		case len(key.Secret) != secretSize:
			return fmt.Errorf("key file: the secret of key %s has %d bytes, not %d", key.ID, len(key.Secret), secretSize)
		}
		seen[key.ID] = true
	}
	if k.Current == k.Index.ID || !seen[k.Current] {
		return fmt.Errorf("key file: the current key %q is not among the keys", k.Current)
	}
	if len(k.Audit) != secretSize {
		return fmt.Errorf("key file: the audit secret has %d bytes, not %d", len(k.Audit), secretSize)
	}
	return nil
}

// Fingerprint identifies the keys without revealing them. Store it beside the data and compare at start: other keys
// than those the data was written with must stop the program, not corrupt it.
func (k *Keys) Fingerprint() string {
	mac := hmac.New(sha256.New, k.Index.Secret)
	mac.Write([]byte("yiwang key fingerprint"))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

// Rotated returns the keys with a new current one of the cipher. Old keys stay to open what they sealed.
func (k *Keys) Rotated(c Cipher) (*Keys, error) {
	if !c.valid() {
		return nil, fmt.Errorf("cipher %q: use aes or sm4", c)
	}
	next := *k
	next.Current = fmt.Sprintf("k%d", len(k.Keys)+1)
	next.Keys = append(append([]Key(nil), k.Keys...), Key{ID: next.Current, Cipher: c, Secret: secret()})
	return &next, next.validate()
}

// Load reads the key file; ErrNoKeys if there is none. A file that other accounts may read is refused.
func Load(path string) (*Keys, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", path, ErrNoKeys)
	}
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o007 != 0 {
		return nil, fmt.Errorf("key file %s may be read by every account; run: chmod 600 %s", path, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	k, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

// LoadOrCreate is Load, but draws and saves new keys on the first start. Call it only where no sealed data exists yet
// or the file is known to be there: new keys do not open old data.
func LoadOrCreate(path string, c Cipher) (*Keys, error) {
	k, err := Load(path)
	if !errors.Is(err, ErrNoKeys) {
		return k, err
	}
	if k, err = NewKeys(c); err != nil {
		return nil, err
	}
	err = k.write(path, os.Link)
	if errors.Is(err, fs.ErrExist) {
		return Load(path) // another process was first
	}
	return k, err
}

// Save replaces the key file in one step, for a rotation.
func (k *Keys) Save(path string) error {
	if err := k.validate(); err != nil {
		return err
	}
	return k.write(path, os.Rename)
}

// write brings the keys to disk under a temporary name before place makes them visible.
func (k *Keys) write(path string, place func(from, to string) error) (err error) {
	text, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	f, err := os.CreateTemp(dir, ".keys-*") // created with 0600
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already after a rename
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	if err := place(f.Name(), path); err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	return syncDir(dir)
}

// syncDir makes a new name survive a power loss.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
