package crypto

import (
	"bytes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
)

func boxOf(t testing.TB, k *Keys) *Box {
	t.Helper()
	b, err := NewBox(k)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func newKeys(t testing.TB, c Cipher) *Keys {
	t.Helper()
	k, err := NewKeys(c)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestBox_OpensOnlyWhatItSealedWhereItSealedIt(t *testing.T) {
	t.Parallel()
	for _, c := range []Cipher{AES, SM4} {
		b, plain := boxOf(t, newKeys(t, c)), []byte("13812345678")
		sealed := b.Seal(plain, "survey_contact.phone.42")
		if got, err := b.Open(sealed, "survey_contact.phone.42"); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%s: %q, %v", c, got, err)
		}
		if strings.Contains(sealed, "138") || sealed == b.Seal(plain, "survey_contact.phone.42") {
			t.Errorf("%s: sealing shows the text or repeats itself: %s", c, sealed)
		}
		if empty := b.Seal(nil, "x"); func() bool { got, err := b.Open(empty, "x"); return err != nil || len(got) != 0 }() {
			t.Errorf("%s: nothing does not come back as nothing", c)
		}
		for name, try := range map[string]struct{ sealed, aad string }{
			"another row": {sealed, "survey_contact.phone.43"}, "another column": {sealed, "survey_contact.name.42"},
			"cut": {sealed[:len(sealed)-4], "survey_contact.phone.42"}, "nothing": {"", ""}, "no text": {"1.k1.", ""},
			"another version": {"2" + sealed[1:], "survey_contact.phone.42"}, "unknown key": {strings.Replace(sealed, "k1", "k9", 1), "survey_contact.phone.42"},
			"plain text": {"13812345678", "survey_contact.phone.42"}, "no base64": {"1.k1.***", ""},
		} {
			if got, err := b.Open(try.sealed, try.aad); !errors.Is(err, ErrOpen) {
				t.Errorf("%s, %s: opened as %q (%v)", c, name, got, err)
			}
		}
		raw, _ := base64.RawURLEncoding.DecodeString(strings.SplitN(sealed, ".", 3)[2])
		for i := range raw {
			raw[i] ^= 1
			if _, err := b.Open("1.k1."+base64.RawURLEncoding.EncodeToString(raw), "survey_contact.phone.42"); !errors.Is(err, ErrOpen) {
				t.Fatalf("%s: opened with byte %d altered", c, i)
			}
			raw[i] ^= 1
		}
		if _, err := boxOf(t, newKeys(t, c)).Open(sealed, "survey_contact.phone.42"); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: another installation's keys opened it", c)
		}
	}
}

func TestBox_OpensOldTextsAfterRotation(t *testing.T) {
	t.Parallel()
	old := newKeys(t, AES)
	sealed := boxOf(t, old).Seal([]byte("x"), "p")
	index := boxOf(t, old).BlindIndex("f", "v")
	next, err := old.Rotated(SM4)
	if err != nil {
		t.Fatal(err)
	}
	b := boxOf(t, next)
	if got, err := b.Open(sealed, "p"); err != nil || string(got) != "x" {
		t.Fatalf("%q %v", got, err)
	}
	if !b.Stale(sealed) || b.Stale(b.Seal([]byte("x"), "p")) {
		t.Error("stale texts are not told from fresh ones")
	}
	if b.BlindIndex("f", "v") != index || next.Fingerprint() != old.Fingerprint() {
		t.Error("rotation changed the index")
	}
	if len(old.Keys) != 1 {
		t.Error("rotation altered the old keys")
	}
}

func TestBlindIndex_IsOneForOneNumberInManyForms(t *testing.T) {
	t.Parallel()
	for _, c := range []Cipher{AES, SM4} {
		b := boxOf(t, newKeys(t, c))
		want := b.BlindIndex("phone", "13812345678")
		for _, form := range []string{"138 1234 5678", "138-1234-5678", "+86 13812345678", "008613812345678", "86-13812345678", "１３８１２３４５６７８", " 13812345678\n"} {
			if b.BlindIndex("phone", form) != want {
				t.Errorf("%s: %q has another index", c, form)
			}
		}
		if b.BlindIndex("id", "32010619900101123x") != b.BlindIndex("id", "32010619900101123X") {
			t.Errorf("%s: case of x matters", c)
		}
		if b.BlindIndex("mobile", "13812345678") == want || b.BlindIndex("phone", "13812345679") == want {
			t.Errorf("%s: columns or values fall together", c)
		}
		if b.BlindIndex("a", "b:c") == b.BlindIndex("a:b", "c") {
			t.Errorf("%s: field and value run into each other", c)
		}
		if b.BlindIndex("phone", " - ") != "" {
			t.Errorf("%s: nothing has an index", c)
		}
	}
}

func TestSM4GCM_AgreesWithRFC8998(t *testing.T) {
	t.Parallel()
	bin := func(s string) []byte { b, _ := hex.DecodeString(s); return b }
	block, err := sm4.NewCipher(bin("0123456789ABCDEFFEDCBA9876543210"))
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	plain := bin(strings.Repeat("AA", 8) + strings.Repeat("BB", 8) + strings.Repeat("CC", 8) + strings.Repeat("DD", 8) +
		strings.Repeat("EE", 8) + strings.Repeat("FF", 8) + strings.Repeat("EE", 8) + strings.Repeat("AA", 8))
	got := aead.Seal(nil, bin("00001234567800000000ABCD"), plain, bin("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"))
	want := bin("17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D" +
		"83DE3541E4C2B58177E065A9BF7B62EC")
	if !bytes.Equal(got, want) {
		t.Errorf("SM4-GCM gives %X", got)
	}
	h := sm3.New()
	h.Write([]byte("abc")) // GB/T 32905-2016, A.1
	if hex.EncodeToString(h.Sum(nil)) != "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0" {
		t.Error("SM3(abc) is wrong")
	}
}

func TestLoadOrCreate_MakesOnePrivateFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "keys.json")
	prints := make([]string, 8)
	var wg sync.WaitGroup
	for i := range prints {
		wg.Go(func() {
			k, err := LoadOrCreate(path, AES)
			if err != nil {
				t.Error(err)
				return
			}
			prints[i] = k.Fingerprint()
		})
	}
	wg.Wait()
	for _, p := range prints {
		if p != prints[0] || p == "" {
			t.Fatalf("starts at the same time use different keys: %v", prints)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("%d files beside the key file", len(left)-1)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a public key file was read: %v", err)
	}
}

func TestLoad_RefusesBrokenFilesWithoutShowingSecrets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Load(filepath.Join(dir, "none")); !errors.Is(err, ErrNoKeys) {
		t.Errorf("missing file: %v", err)
	}
	k := newKeys(t, AES)
	secret := base64.StdEncoding.EncodeToString(k.Keys[0].Secret)
	path := filepath.Join(dir, "keys.json")
	if err := k.Save(path); err != nil {
		t.Fatal(err)
	}
	good, _ := os.ReadFile(path)
	for name, text := range map[string]string{
		"empty": "", "cut": string(good[:len(good)/2]), "short secret": strings.Replace(string(good), secret, "AAAA", 1),
		"unknown cipher": strings.Replace(string(good), `"cipher": "aes"`, `"cipher": "des"`, 1),
		"lost key":       strings.Replace(string(good), `"current": "k1"`, `"current": "k2"`, 1),
		"no audit":       strings.Replace(string(good), `"audit"`, `"adit"`, 1),
		"index as key":   strings.Replace(string(good), `"current": "k1"`, `"current": "index"`, 1),
		"secret as id":   strings.Replace(string(good), `"id": "k1"`, `"id": ["`+secret+`"]`, 1),
	} {
		bad := filepath.Join(dir, strings.ReplaceAll(name, " ", "_"))
		if err := os.WriteFile(bad, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(bad); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	next, err := k.Rotated(SM4)
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Save(path); err != nil {
		t.Fatal(err)
	}
	if again, err := Load(path); err != nil || again.Current != "k2" || len(again.Keys) != 2 {
		t.Errorf("after rotation: %+v, %v", again, err)
	}
	if _, err := NewKeys("des"); err == nil {
		t.Error("an unknown cipher was accepted")
	}
}

func BenchmarkSeal(b *testing.B) {
	for _, c := range []Cipher{AES, SM4} {
		box := boxOf(b, newKeys(b, c))
		b.Run(string(c), func(b *testing.B) {
			for b.Loop() {
				box.Seal([]byte("320106199001011234"), "person.id_number.0190")
			}
		})
	}
}
