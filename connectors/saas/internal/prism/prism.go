// Package prism starts servers that answer from a vendor's published description of
// its interface, for tests. The servers are Prism (github.com/stoplightio/prism), which
// also refuses requests that the description does not allow.
package prism

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors/saas/internal/played"
)

//go:embed npm/package.json npm/package-lock.json
var npm embed.FS

// Start serves a description and gives the server's address. Links to further pages,
// which in descriptions are examples that lead to the vendor, are left out.
// Where npm is not installed the test is skipped, or fails if CI is set.
func Start(t testing.TB, description string) *played.Server {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is not installed", program)
			}
			t.Skipf("%s is not installed", program)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().(*net.TCPAddr)
	require.NoError(t, l.Close())
	script := filepath.Join(installed(t), "node_modules", "@stoplight", "prism-cli", "dist", "index.js")
	cmd := exec.Command("node", script, "mock", "-h", "127.0.0.1", "-p", portOf(address), description)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	require.Eventually(t, func() bool {
		conn, err := net.DialTimeout("tcp", address.String(), time.Second)
		if err != nil {
			return false
		}
		return conn.Close() == nil
	}, time.Minute, 100*time.Millisecond, "prism does not answer")
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: address.String()})
	proxy.ModifyResponse = func(r *http.Response) error {
		r.Header.Del("Link")
		return nil
	}
	return played.New(t, proxy)
}

func portOf(a *net.TCPAddr) string {
	_, port, _ := net.SplitHostPort(a.String())
	return port
}

// installed is the folder where Prism is. It is kept for the next run, under the
// checksum of the list of what it needs.
func installed(t testing.TB) string {
	t.Helper()
	lock, err := npm.ReadFile("npm/package-lock.json")
	require.NoError(t, err)
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	sum := sha256.Sum256(lock)
	dir := filepath.Join(cache, "trueup-prism-"+hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	require.NoError(t, os.MkdirAll(cache, 0o700))
	making, err := os.MkdirTemp(cache, "trueup-prism-new-")
	require.NoError(t, err)
	for _, name := range []string{"package.json", "package-lock.json"} {
		data, err := npm.ReadFile("npm/" + name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(making, name), data, 0o600))
	}
	ci := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	ci.Dir = making
	out, err := ci.CombinedOutput()
	require.NoError(t, err, "%s", out)
	if err := os.Rename(making, dir); err != nil {
		// Another test was faster.
		require.NoError(t, os.RemoveAll(making))
	}
	return dir
}
