package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"net/url"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// One-time codes after RFC 6238: SHA-1, six digits, 30 seconds, because that is what every authenticator reads.
const (
	totpPeriod = 30
	totpSkew   = 1 // steps of clock difference that are forgiven on either side
)

// newTOTPSecret returns 160 random bits in the base32 form that authenticators take.
func newTOTPSecret() string {
	var b [20]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails; it ends the program instead
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])
}

// totpURL is the address behind the QR code.
func totpURL(username, secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {"yiwang"}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {fmt.Sprint(totpPeriod)}}
	return "otpauth://totp/" + url.PathEscape("yiwang:"+username) + "?" + q.Encode()
}

// matchTOTP returns the time step that code belongs to, or 0 if it is wrong or its step is not after last: a code
// is good once, so that one read over a shoulder is worth nothing.
func matchTOTP(secret, code string, now time.Time, last int64) int64 {
	current := now.Unix() / totpPeriod
	found := int64(0)
	for step := current - totpSkew; step <= current+totpSkew; step++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && step > last {
			found = step
		}
	}
	return found
}
