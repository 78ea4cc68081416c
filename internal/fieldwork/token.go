package fieldwork

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// pass is what an opened questionnaire is sent back with: for which wave, group and channel it was opened, and when. It names nobody,
// holds as long as the wave takes answers, and cannot be made up without the key of the installation.
type pass struct {
	wave    string
	group   survey.Group
	channel survey.Channel
	opened  time.Time
	nonce   string
}

func (s *Service) token(wave string, group survey.Group, channel survey.Channel, now time.Time) string {
	var nonce [8]byte
	_, _ = rand.Read(nonce[:]) // crypto/rand never fails on supported systems
	body := strings.Join([]string{wave, string(group), string(channel), strconv.FormatInt(now.Unix(), 36), hex.EncodeToString(nonce[:])}, ".")
	return body + "." + s.seal(body)
}

// seal is keyed. Hexadecimal digits, as an index folds spelling variants of texts together.
func (s *Service) seal(body string) string {
	return s.box.BlindIndex("fieldwork.token", hex.EncodeToString([]byte(body)))[:22]
}

func (s *Service) readToken(token string) (pass, error) {
	i := strings.LastIndexByte(token, '.')
	if i < 0 || subtle.ConstantTimeCompare([]byte(s.seal(token[:i])), []byte(token[i+1:])) != 1 {
		return pass{}, badToken()
	}
	parts := strings.Split(token[:i], ".")
	if len(parts) != 5 {
		return pass{}, badToken()
	}
	seconds, err := strconv.ParseInt(parts[3], 36, 64)
	if err != nil {
		return pass{}, badToken()
	}
	return pass{wave: parts[0], group: survey.Group(parts[1]), channel: survey.Channel(parts[2]), opened: time.Unix(seconds, 0), nonce: parts[4]}, nil
}

func badToken() error {
	return errs.Invalid("fieldwork.token_invalid", "Open the questionnaire again from the letter or the link, then send it.",
		errs.Field{Location: "body.token", Message: "not from this questionnaire"})
}
