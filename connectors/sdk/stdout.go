package sdk

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"sync"
)

// stdout keeps the real standard output for the handshake. Everything else that
// the program prints goes to standard error, where it can be read and breaks
// nothing.
type stdout struct {
	stderr  *os.File
	printed *os.File
	once    sync.Once
}

// takeStdout puts a pipe in place of standard output. Of what comes through it
// only the line of the handshake reaches the real one.
func takeStdout() (*stdout, error) {
	real, err := setAside(os.Stdout)
	if err != nil {
		return nil, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	s := &stdout{stderr: os.Stderr, printed: w}
	os.Stdout = w
	go func() {
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			if line := lines.Text(); isHandshake(line) {
				fmt.Fprintln(real, line)
				continue
			}
			fmt.Fprintln(s.stderr, lines.Text())
		}
	}()
	return s, nil
}

// isHandshake tells go-plugin's line (core version, protocol version, network,
// address, transport, certificate) from anything else.
func isHandshake(line string) bool {
	parts := strings.Split(line, "|")
	return len(parts) >= 6 && parts[0] == "1" && parts[4] == "grpc"
}

// release ends the detour once the handshake is done. go-plugin has by then put
// pipes of its own in place of both outputs, which would send what is printed
// through the connection; standard error serves also when that is broken.
func (s *stdout) release() {
	s.once.Do(func() {
		os.Stdout, os.Stderr = s.stderr, s.stderr
	})
}
