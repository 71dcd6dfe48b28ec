package usage

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	lmstatHolder = regexp.MustCompile(`^\s+(\S.*?)\s+\(v([^()\s]*)\) \(([^()\s]+)/\S+ \S+\),? *(start|queued for) (.*)$`)
	lmstatStart  = regexp.MustCompile(`^(\w{3}) (\d+)/(\d+) (\d+):(\d\d)(?:, (\d+) licenses?)?(?:\s+\(linger: [^)]*\))?(?:, PID: \d+)?\s*(?:\(linger: [^)]*\))?\s*$`)
	lmstatQueued = regexp.MustCompile(`^(\d+) licenses?\s*$`)
	hostName     = regexp.MustCompile(`^[\w.-]+$`)
)

var weekdays = []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

// holder reads the line of a client that holds licences or waits for them.
func (p *lmstat) holder(in *input, text string) bool {
	m := lmstatHolder.FindStringSubmatch(text)
	if m == nil || p.current == nil {
		return false
	}
	rest := m[5]
	if m[4] == "queued for" {
		q := lmstatQueued.FindStringSubmatch(rest)
		if q == nil {
			return false
		}
		n, ok := count(q[1])
		if ok {
			p.current.Queue.add(n)
		}
		return ok
	}
	s := lmstatStart.FindStringSubmatch(rest)
	if s == nil {
		return false
	}
	user, host, sure := splitHolder(m[1], p.current.Name)
	if !sure {
		p.current.note(doubtful, in.number, "lines whose words can be parted into user, host and display in several ways: the likeliest was taken")
	}
	c := Checkout{Version: m[2], User: user, Host: host, Quantity: 1}
	if s[6] != "" {
		if n, ok := count(s[6]); ok && n > 0 {
			c.Quantity = n
		} else {
			in.unparsed(strings.LastIndex(in.text, s[6]), "the number of licences is not a whole number above 0")
			return true
		}
	}
	p.current.hold(c, p.since(in, s))
	return true
}

// since dates the start of a check-out, written without its year.
func (p *lmstat) since(in *input, s []string) time.Time {
	n := make([]int, 4)
	for i := range n {
		n[i], _ = digits(s[i+2])
	}
	at := p.instant(in)
	t, ok := past(at, slices.Index(weekdays, s[1]), n[0], n[1], n[2], n[3])
	if !ok && !at.IsZero() {
		p.current.note(doubtful, in.number, "check-outs whose start cannot be dated within the year before the status")
	}
	return t
}

// splitHolder parts "user host display": the display may be missing or, like the
// user, hold spaces, and after it some vendors add what was checked out as
// FEATURE:PART. A display that is a device or begins with the host's name settles
// where the host stands. It is false where nothing does: then the host is the word
// before the first that no host could be called, else the second word.
func splitHolder(s string, feature FeatureName) (User, Host, bool) {
	words := strings.Fields(s)
	if n := len(words); n > 3 && strings.HasPrefix(words[n-1], string(feature)+":") {
		words = words[:n-1]
	}
	split := func(display int, sure bool) (User, Host, bool) {
		return User(strings.Join(words[:display-1], " ")), Host(words[display-1]), sure
	}
	switch len(words) {
	case 1:
		return User(words[0]), "", false
	case 2, 3:
		return split(2, true)
	}
	for i := 2; i < len(words); i++ {
		host, display := words[i-1], words[i]
		if strings.HasPrefix(display, "/dev/") || strings.HasPrefix(strings.ToLower(display), strings.ToLower(host)) {
			return split(i, true)
		}
	}
	for i := 2; i < len(words); i++ {
		if !hostName.MatchString(words[i]) {
			return split(i, false)
		}
	}
	return split(2, false)
}
