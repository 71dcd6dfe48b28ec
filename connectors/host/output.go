package host

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// output keeps the last lines that a process wrote to standard error. Secrets
// are struck out before a line is kept.
type output struct {
	mu      sync.Mutex
	max     int
	lines   []string
	partial []byte
	// secrets are replaced as a whole, so that reading them takes no lock.
	secrets atomic.Pointer[[]string]
	starved bool
}

// lineMax is where a line is cut: what follows tells nobody anything.
const lineMax = 4 << 10

func newOutput(lines int, secrets map[string]string) *output {
	o := &output{max: lines}
	o.secrets.Store(&[]string{})
	o.hide(secrets)
	return o
}

// hide strikes out further secrets from now on.
func (o *output) hide(secrets map[string]string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := slices.Clone(*o.secrets.Load())
	for _, s := range secrets {
		// A secret of one or two letters would strike out half of every line.
		if len(s) > 2 {
			all = append(all, s)
		}
	}
	// The longest first, so that a secret that contains another goes whole.
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	all = slices.Compact(all)
	o.secrets.Store(&all)
}

// Write takes text in pieces of any size. It never fails.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for rest := p; len(rest) > 0; {
		line, after, whole := bytes.Cut(rest, []byte{'\n'})
		if room := lineMax - len(o.partial); room > 0 {
			o.partial = append(o.partial, line[:min(len(line), room)]...)
		}
		if !whole {
			break
		}
		o.keep()
		rest = after
	}
	return len(p), nil
}

func (o *output) keep() {
	line := strings.ToValidUTF8(string(o.partial), "\uFFFD")
	if len(o.partial) == lineMax {
		line += " […]"
	}
	o.partial = o.partial[:0]
	if line == "" {
		return
	}
	o.starved = o.starved || outOfMemory(line)
	if len(o.lines) == o.max {
		o.lines = slices.Delete(o.lines, 0, 1)
	}
	o.lines = append(o.lines, o.redact(line))
}

// tail is what was kept.
func (o *output) tail() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.partial) > 0 {
		o.keep()
	}
	return slices.Clone(o.lines)
}

// outOfMemory recognises the last words of runtimes that got no more memory. What
// follows them may be longer than what is kept.
func outOfMemory(line string) bool {
	line = strings.ToLower(line)
	return strings.Contains(line, "out of memory") || strings.Contains(line, "cannot allocate memory")
}

// hungry reports whether the process said that it got no more memory.
func (o *output) hungry() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.starved
}

// redact strikes the secrets out of a text.
func (o *output) redact(s string) string {
	for _, secret := range *o.secrets.Load() {
		s = strings.ReplaceAll(s, secret, "[secret]")
	}
	return s
}

// redactAll strikes the secrets out of a state.
func (o *output) redactAll(state map[string]string) map[string]string {
	for name, value := range state {
		state[name] = o.redact(value)
	}
	return state
}
