package testkit

import (
	"os"
	"os/exec"
	"testing"
)

// Program returns the path of a program of the Debian package named; without it the test fails in CI and is skipped aloud elsewhere.
func Program(t testing.TB, name, pack string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is required in CI: scripts/apt-ensure.sh %s", name, pack)
	}
	t.Skipf("SKIPPED: %s is not installed: scripts/apt-ensure.sh %s", name, pack)
	return ""
}
