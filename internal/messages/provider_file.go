package messages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"os"
	"path/filepath"
	"sync"

	"yiwang/internal/platform/clock"
)

// files writes messages down instead of sending them, for trials and for programs that carry them on: text messages as
// lines of JSON per day, e-mail as .eml. Addresses stand there in clear, so only the owner of the process reads them.
type files struct {
	dir string
	mu  sync.Mutex
}

func newFiles(dir string) *files { return &files{dir: dir} }

func (f *files) Name() string { return "file" }

func (f *files) Send(_ context.Context, m Outgoing) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return "", err
	}
	if m.Channel == Email {
		name := m.ID + ".eml"
		return name, os.WriteFile(filepath.Join(f.dir, name), letter("yiwang@localhost", m), 0o600)
	}
	line, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	name := "sms-" + m.At.In(clock.Nanjing).Format("2006-01-02") + ".jsonl"
	out, err := os.OpenFile(filepath.Join(f.dir, name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	_, err = out.Write(append(line, '\n'))
	return name, errors.Join(err, out.Close())
}

// letter sets an e-mail of plain text.
func letter(from string, m Outgoing) []byte {
	const wrap = 76
	head := fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s@yiwang>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
		from, m.To, mime.BEncoding.Encode("utf-8", m.Subject), m.At.UTC().Format("Mon, 02 Jan 2006 15:04:05 +0000"), m.ID)
	out := []byte(head)
	text := encode([]byte(m.Text))
	for len(text) > wrap {
		out = append(append(out, text[:wrap]...), "\r\n"...)
		text = text[wrap:]
	}
	return append(append(out, text...), "\r\n"...)
}
