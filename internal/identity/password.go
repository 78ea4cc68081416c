package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	identitydata "yiwang/data/identity"
	"yiwang/internal/platform/errs"
)

// cost is the work of one argon2id hash.
type cost struct {
	memory, time uint32 // KiB, passes
	threads      uint8
}

// ordinary is the cost of new hashes: 19 MiB, two passes, one lane, a usual recommendation for sign-in servers. Hashes
// made with another cost stay valid, because each PHC string carries its own; they are renewed at the next sign-in.
var ordinary = cost{19 * 1024, 2, 1}

const (
	saltSize = 16
	keySize  = 32
)

// A longer password would only make the hash slower for whoever sends it.
const maxPassword = 128

// hasher computes password hashes, at most as many at once as it has slots: each needs 19 MiB, and a burst of
// sign-ins must queue instead of filling the memory.
type hasher struct {
	slots  chan struct{}
	cost   cost
	nobody string // what the password of an unknown name is compared with, at the same cost; no password leads to its key
}

func newHasher(c cost) *hasher {
	return &hasher{slots: make(chan struct{}, 2), cost: c, nobody: c.encode(make([]byte, saltSize), make([]byte, keySize))}
}

// hash returns the PHC string of password, or the context's error if the queue outlasts the caller.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // crypto/rand never fails; it ends the program instead
	key, err := h.key(ctx, password, salt, h.cost, keySize)
	if err != nil {
		return "", err
	}
	return h.cost.encode(salt, key), nil
}

func (c cost) encode(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// verify reports whether password belongs to the PHC string; a malformed string is an error, not a mismatch.
func (h *hasher) verify(ctx context.Context, password, phc string) (bool, error) {
	p, err := parsePHC(phc)
	if err != nil {
		return false, err
	}
	key, err := h.key(ctx, password, p.salt, p.cost, uint32(len(p.key)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, p.key) == 1, nil
}

func (h *hasher) key(ctx context.Context, password string, salt []byte, c cost, size uint32) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(password), salt, c.time, c.memory, c.threads, size), nil
}

type phc struct {
	cost
	salt, key []byte
}

func parsePHC(s string) (phc, error) {
	var p phc
	bad := fmt.Errorf("parse password hash: not an argon2id PHC string")
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return p, bad
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, bad
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads); err != nil {
		return p, bad
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return p, bad
	}
	if p.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return p, bad
	}
	if p.memory < 8 || p.memory > 1<<20 || p.time < 1 || p.time > 16 || p.threads < 1 || len(p.salt) < 8 || len(p.key) < 16 {
		return p, bad
	}
	return p, nil
}

// outdated reports whether a stored hash was made at another cost than new hashes are.
func (h *hasher) outdated(s string) bool {
	p, err := parsePHC(s)
	return err != nil || p.cost != h.cost
}

// CheckPassword returns Invalid with one field per broken rule if password is too weak under the policy: length,
// number of character classes (lower, upper, digit, other), one of the commonly guessed, or made from the names given.
func (p Policy) CheckPassword(password string, names ...string) error {
	var fields []errs.Field
	broken := func(rule string) {
		fields = append(fields, errs.Field{Location: "body.password", Message: rule})
	}
	n := utf8.RuneCountInString(password)
	if n < p.MinLength {
		broken(fmt.Sprintf("needs at least %d characters", p.MinLength))
	}
	if n > maxPassword || !utf8.ValidString(password) {
		broken(fmt.Sprintf("may have at most %d characters of valid text", maxPassword))
	}
	if classes(password) < p.Classes {
		broken(fmt.Sprintf("needs %d of: lower case, upper case, digit, other", p.Classes))
	}
	folded := strings.ToLower(password)
	if common[stem(folded)] || longestRun(folded) >= 5 {
		broken("is easy to guess")
	}
	for _, name := range names {
		if len(name) >= 3 && strings.Contains(folded, strings.ToLower(name)) {
			broken("contains the account's name")
		}
	}
	if fields == nil {
		return nil
	}
	return errs.Invalid("identity.weak_password", "The password does not meet the policy.", fields...)
}

func classes(password string) int {
	var lower, upper, digit, other int
	for _, r := range password {
		switch {
		case unicode.IsLower(r):
			lower = 1
		case unicode.IsUpper(r):
			upper = 1
		case unicode.IsDigit(r):
			digit = 1
		default:
			other = 1
		}
	}
	return lower + upper + digit + other
}

var lookAlikes = strings.NewReplacer("0", "o", "@", "a", "4", "a", "3", "e", "$", "s", "5", "s", "7", "t", "!", "i", "1", "i")

// stem cuts what people hang onto a word to satisfy the classes: "p@ssw0rd2026!" becomes "password".
func stem(folded string) string {
	trimmed := strings.TrimFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) })
	return strings.Trim(lookAlikes.Replace(trimmed), "0123456789.@!#$_- ")
}

var common = func() map[string]bool {
	set := map[string]bool{"": true}
	for line := range strings.Lines(identitydata.CommonPasswords) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			set[stem(line)] = true
		}
	}
	return set
}()

// longestRun counts the longest run of equal or neighbouring characters, such as "aaaaa", "12345" or "edcba".
func longestRun(s string) int {
	best, same, up, down := 0, 1, 1, 1
	var last rune
	for i, r := range s {
		next := func(n *int, continues bool) {
			if *n++; !continues {
				*n = 1
			}
			best = max(best, *n)
		}
		next(&same, i > 0 && r == last)
		next(&up, i > 0 && r == last+1)
		next(&down, i > 0 && r == last-1)
		last = r
	}
	return best
}
