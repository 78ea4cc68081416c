package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// tokenPrefix marks API tokens, so that a leaked one can be recognised by a scanner and told from a session.
const tokenPrefix = "ywt_"

// newSecret returns 256 random bits as text. Only digest of it is ever stored.
func newSecret(prefix string) string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails; it ends the program instead
	return prefix + base64.RawURLEncoding.EncodeToString(b[:])
}

// digest is what the database keeps of a random secret. Plain SHA-256 suffices for 256 random bits: there is
// nothing to guess that a slow hash would protect.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// CSRFToken returns the token that a page must send in X-CSRF-Token with the session token it belongs to. It is
// derived, so it needs no storage, changes with every sign-in and cannot be turned back into the session token.
func CSRFToken(session string) string { return csrfOf(digest(session)) }

func csrfOf(hash string) string { return digest("csrf:" + hash)[:32] }

// newRecoveryCodes returns ten single-use codes of 80 bits, grouped for copying by hand.
func newRecoveryCodes() []string {
	codes := make([]string, 10)
	for i := range codes {
		var b [10]byte
		_, _ = rand.Read(b[:]) // crypto/rand never fails; it ends the program instead
		s := strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
		codes[i] = s[0:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:16]
	}
	return codes
}

// recoveryDigest accepts a code as people type it: any case, with or without the dashes.
func recoveryDigest(user, code string) string {
	return digest("recovery:" + user + ":" + strings.NewReplacer("-", "", " ", "").Replace(strings.ToLower(code)))
}
