package blob

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// signer signs requests by AWS Signature Version 4, which every S3-compatible service takes.
type signer struct {
	accessKey, secretKey, region string
}

const amzTime = "20060102T150405Z"

// sign adds the headers of a signature made at now. payload is the hexadecimal SHA-256 of the body.
func (s signer) sign(r *http.Request, payload string, now time.Time) {
	now = now.UTC()
	r.Header.Set("X-Amz-Date", now.Format(amzTime))
	r.Header.Set("X-Amz-Content-Sha256", payload)
	names, canonical := headers(r)
	request := strings.Join([]string{r.Method, escapePath(r.URL.Path), query(r.URL.Query()), canonical, names, payload}, "\n")
	scope := strings.Join([]string{now.Format("20060102"), s.region, "s3", "aws4_request"}, "/")
	text := strings.Join([]string{"AWS4-HMAC-SHA256", now.Format(amzTime), scope, hexSum(request)}, "\n")
	key := []byte("AWS4" + s.secretKey)
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+s.accessKey+"/"+scope+
		",SignedHeaders="+names+",Signature="+hex.EncodeToString(mac(key, text)))
}

func headers(r *http.Request) (names, canonical string) {
	list := []string{"host"}
	for name := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-amz-") || name == "range" || name == "content-type" {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	var b strings.Builder
	for _, name := range list {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.URL.Host
		}
		b.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	return strings.Join(list, ";"), b.String()
}

func query(values url.Values) string {
	return strings.ReplaceAll(values.Encode(), "+", "%20") // Encode sorts by key
}

// escapePath escapes all but unreserved characters and slashes, as the signature demands.
func escapePath(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(url.QueryEscape(p), "+", "%20")
	}
	return strings.Join(parts, "/")
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hexSum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
