// Package config is every setting of the program in one place. A setting is a flag, an environment variable
// YIWANG_* and a key of the JSON configuration file, in this order of precedence; docs/configuration.md is
// generated from the tags below.
package config

import (
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
)

// Config is what the program can be told.
type Config struct {
	Data      string `default:"var" help:"Directory of the database, files and keys." placeholder:"DIR"`
	DB        string `help:"Database: sqlite:PATH or postgres://USER@HOST/NAME. Default: yiwang.db in the data directory." placeholder:"URL"`
	Blob      string `help:"Attachments: dir:PATH or s3://KEY:SECRET@HOST/BUCKET. Default: blobs in the data directory." placeholder:"URL"`
	NATS      string `name:"nats" help:"NATS server that gets a copy of every event; none by default." placeholder:"URL"`
	KeyFile   string `help:"File with the encryption and audit keys. Default: keys.json in the data directory, made at first start." placeholder:"FILE"`
	Cipher    string `default:"aes" enum:"aes,sm4" help:"Cipher of sensitive fields: aes (AES-256-GCM, SHA-256) or sm4 (SM4-GCM, SM3)."`
	LogLevel  string `default:"info" enum:"debug,info,warn,error" help:"Least level that is logged."`
	LogFormat string `default:"text" enum:"text,json" help:"Form of the log."`

	Addr         string   `default:"127.0.0.1:8080" help:"Address to listen on." placeholder:"HOST:PORT"`
	Demo         bool     `help:"Demonstration: fictional accounts may sign in, and every page says so."`
	TLSCert      string   `name:"tls-cert" help:"Certificate file; with --tls-key the program speaks TLS itself." placeholder:"FILE"`
	TLSKey       string   `name:"tls-key" help:"Key file of the certificate." placeholder:"FILE"`
	BehindTLS    bool     `name:"behind-tls" help:"A proxy in front speaks TLS: mark cookies Secure, send HSTS."`
	TrustProxy   []string `help:"Networks whose X-Forwarded-For is believed, such as 10.0.0.0/8." placeholder:"CIDR"`
	RateLimit    float64  `default:"200" help:"Requests per second and account or address; 0 for no limit."`
	Places       int      `default:"16" help:"Operations that work at once, per processor; more wait briefly and are then told to come back. 0 for no bound."`
	RateBurst    int      `default:"400" help:"Requests at once beyond the rate."`
	Mail         string   `help:"SMTP server for e-mail: smtp:// or smtps://USER:SECRET@HOST:PORT?from=ADDRESS. Default: files in messages/ of the data directory." placeholder:"URL"`
	SMS          string   `name:"sms" help:"HTTP gateway for text messages: https://KEY:SECRET@HOST/PATH. Default: files in messages/ of the data directory." placeholder:"URL"`
	MQTT         string   `name:"mqtt" help:"Address that takes positions and readings by MQTT 3.1.1; off by default." placeholder:"HOST:PORT"`
	MQTTPublic   string   `name:"mqtt-public" help:"Where phones reach --mqtt, as the codes of trackers say it: mqtt://HOST:PORT, or mqtts:// where something in front of it speaks TLS. Default: the host of the pages and the port of --mqtt." placeholder:"URL"`
	CameraHost   []string `name:"camera-host" help:"Media servers whose pictures may be fetched; none by default." placeholder:"HOST:PORT"`
	WebhookNet   []string `name:"webhook-net" help:"Private networks that webhooks may reach, such as 10.20.0.0/16; none by default." placeholder:"CIDR"`
	Media        string   `help:"UDP and TCP port of pictures and voices of calls, such as :8189, or off. Default: UDP on the port of --addr, TCP on the next." placeholder:"HOST:PORT"`
	MediaAddress []string `help:"IP address by which phones reach this server for calls, where it is not one of the machine's own." placeholder:"IP"`
	Node         string   `default:"main" help:"Name of this server, one of its own for each that serves the same database; it keeps the name."`
	JobWorkers   int      `default:"2" help:"Background jobs at the same time."`

	KeepEvents     int `default:"30" help:"Days for which events are kept that every part of the program has had; 0 for ever." placeholder:"DAYS"`
	KeepDeliveries int `default:"90" help:"Days for which deliveries of webhooks that came to an end are listed and can be replayed; 0 for ever." placeholder:"DAYS"`
	KeepNotices    int `default:"365" help:"Days for which notices in the console are kept; 0 for ever." placeholder:"DAYS"`
	KeepSignIns    int `default:"730" help:"Days for which the log of sign-ins is kept, at least 183 by law; 0 for ever." placeholder:"DAYS"`
	KeepMessages   int `default:"730" help:"Days for which messages that were sent or failed are kept, with their receipts; 0 for ever." placeholder:"DAYS"`
}

// signInsByLaw is how many days the log of sign-ins stays at least: six months by the rule on network logs of the Cybersecurity Law (网络安全法).
const signInsByLaw = 183

// Validate refuses what the tags cannot: days below nought, and a log of sign-ins that is deleted sooner than the law allows.
func (c *Config) Validate() error {
	for _, keep := range []struct {
		flag string
		days int
	}{{"--keep-events", c.KeepEvents}, {"--keep-deliveries", c.KeepDeliveries}, {"--keep-notices", c.KeepNotices}, {"--keep-sign-ins", c.KeepSignIns}, {"--keep-messages", c.KeepMessages}} {
		if keep.days < 0 {
			return fmt.Errorf("%s %d: write a number of days, or 0 to keep them for ever", keep.flag, keep.days)
		}
	}
	if c.KeepSignIns > 0 && c.KeepSignIns < signInsByLaw {
		return fmt.Errorf("--keep-sign-ins %d: the law asks for at least %d days; 0 keeps them for ever", c.KeepSignIns, signInsByLaw)
	}
	return nil
}

// DatabaseURL is the database, with its default.
func (c *Config) DatabaseURL() string {
	if c.DB != "" {
		return c.DB
	}
	return "sqlite:" + filepath.Join(c.Data, "yiwang.db")
}

// BlobURL is the place of attachments, with its default.
func (c *Config) BlobURL() string {
	if c.Blob != "" {
		return c.Blob
	}
	return "dir:" + filepath.Join(c.Data, "blobs")
}

// KeyPath is the key file, with its default.
func (c *Config) KeyPath() string {
	if c.KeyFile != "" {
		return c.KeyFile
	}
	return filepath.Join(c.Data, "keys.json")
}

// SecureCookies says whether browsers reach the program by TLS.
func (c *Config) SecureCookies() bool { return c.BehindTLS || c.TLSCert != "" }

// Proxies parses TrustProxy.
func (c *Config) Proxies() ([]netip.Prefix, error) { return networks("--trust-proxy", c.TrustProxy) }

// WebhookNets parses WebhookNet.
func (c *Config) WebhookNets() ([]netip.Prefix, error) {
	return networks("--webhook-net", c.WebhookNet)
}

func networks(flag string, list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("%s %q: write a network such as 10.0.0.0/8", flag, s)
		}
		out = append(out, p)
	}
	return out, nil
}

// Logger builds the log that the settings ask for, on standard error.
func (c *Config) Logger() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // the enum admits only names that parse
	opts := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, opts))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, opts))
}
