package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"yiwang/internal/platform/config"
)

// apart is this program serving in a process of its own, so that its processor time is told from that of who uses it.
type apart struct {
	base  string
	child *exec.Cmd
	ended chan error
	said  bytes.Buffer
}

// serveApart serves the installation of a configuration on a free port of the machine; the caller stops it.
func serveApart(ctx context.Context, cfg *config.Config) (*apart, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := port.Addr().String()
	if err := port.Close(); err != nil {
		return nil, err
	}
	args := []string{"--data", cfg.Data, "serve", "--addr", addr, "--rate-limit", "0", "--demo"}
	if cfg.DB != "" {
		args = append(args, "--db", cfg.DB)
	}
	s := &apart{base: "http://" + addr, child: exec.CommandContext(ctx, self, args...), ended: make(chan error, 1)} //nolint:gosec // this program itself
	s.child.Stderr = &s.said
	if err := s.child.Start(); err != nil {
		return nil, err
	}
	go func() { s.ended <- s.child.Wait() }()
	if err := s.ready(ctx); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

func (s *apart) ready(ctx context.Context) error {
	look, end := time.NewTicker(50*time.Millisecond), time.NewTimer(time.Minute)
	defer look.Stop()
	defer end.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-end.C:
			return errors.New("the server does not become ready")
		case err := <-s.ended:
			s.ended <- err
			return fmt.Errorf("the server ended: %w\n%s", err, s.said.String())
		case <-look.C:
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/readyz", nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			continue // it does not listen yet
		}
		if err := res.Body.Close(); err != nil {
			return err
		}
		if res.StatusCode == http.StatusOK {
			return nil
		}
	}
}

func (s *apart) stop() error {
	if err := s.child.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return <-s.ended
}

// cpu is the processor time that the server has used, in steps of a hundredth of a second; zero where the system does not tell.
func (s *apart) cpu() time.Duration {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(s.child.Process.Pid) + "/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	const ticks = 100 // a second, as Linux tells it to programs
	own, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(own+system) * time.Second / ticks
}
