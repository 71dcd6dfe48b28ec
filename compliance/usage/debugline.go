package usage

import "strings"

// logLine is a line of a debug log: hh:mm:ss (daemon) message.
type logLine struct {
	second  int // of the day
	daemon  string
	message string
	offset  int // of the message in the line
}

func splitLogLine(s string) (logLine, bool) {
	rest := strings.TrimLeft(s, " \t")
	at, space, ok := strings.Cut(rest, " ")
	if !ok || !strings.HasPrefix(space, "(") {
		return logLine{}, false
	}
	second, ok := clockTime(at)
	if !ok {
		return logLine{}, false
	}
	daemon, message, ok := strings.Cut(space[1:], ")")
	if !ok || daemon == "" {
		return logLine{}, false
	}
	l := logLine{second: second, daemon: daemon, message: strings.TrimLeft(message, " ")}
	l.offset = len(s) - len(l.message)
	return l, true
}

// clockTime reads h:mm:ss or hh:mm:ss as the second of the day.
func clockTime(s string) (int, bool) {
	h, rest, ok := strings.Cut(s, ":")
	m, sec, ok2 := strings.Cut(rest, ":")
	if !ok || !ok2 || len(h) < 1 || len(h) > 2 || len(m) != 2 || len(sec) != 2 {
		return 0, false
	}
	hh, ok := digits(h)
	mm, ok2 := digits(m)
	ss, ok3 := digits(sec)
	if !ok || !ok2 || !ok3 || hh > 23 || mm > 59 || ss > 60 {
		return 0, false
	}
	return min(hh*3600+mm*60+ss, 86399), true
}

// digits reads a short unsigned decimal number without sign or space.
func digits(s string) (int, bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + int(d)
	}
	return n, true
}

// logEvent is one OUT, IN, DENIED, UNSUPPORTED, QUEUED or DEQUEUED message.
type logEvent struct {
	word     string
	feature  FeatureName
	user     User
	host     Host
	quantity int64
	reason   string
	verbose  *verbose // nil unless the daemon is verbose
}

// verbose is what a daemon adds between ^^^ marks when its vendor turned that on;
// see Verbose Debug Log Messages in the FlexNet Publisher License Administration
// Guide.
type verbose struct {
	version string
	user    User
	handle  string
	outOf   int64 // licences in all; 0 if not stated
}

// handle is the server's name for the grant; empty where the log does not say.
func (e *logEvent) handle() string {
	if e.verbose == nil {
		return ""
	}
	return e.verbose.handle
}

// version is what the client asked for; empty where the log does not say.
func (e *logEvent) version() string {
	if e.verbose == nil {
		return ""
	}
	return e.verbose.version
}

// isEvent says whether the message is of the form WORD: "..., which every message
// about a feature and a client has.
func isEvent(message string) (word string, ok bool) {
	word, rest, ok := strings.Cut(message, ":")
	if !ok || word == "" || strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
		return "", false
	}
	rest = strings.TrimLeft(rest, " ")
	return word, strings.HasPrefix(rest, `"`)
}

// parseEvent reads what follows the word. On failure it gives the offset in the
// message and the problem.
func parseEvent(word, message string) (e logEvent, offset int, problem string) {
	e = logEvent{word: word, quantity: 1}
	rest := strings.TrimLeft(message[len(word)+1:], " ")[1:]
	name, rest, ok := strings.Cut(rest, `"`)
	if !ok || name == "" {
		return e, len(message) - len(rest), "the feature name is not closed by a quote"
	}
	e.feature = FeatureName(name)
	if before, after, ok := strings.Cut(rest, "^^^"); ok {
		e.verbose = parseVerbose(after)
		rest = before
	}
	rest = strings.TrimLeft(rest, " ")
	if strings.HasPrefix(rest, "(") { // the licence's signature comes first in some messages
		if _, after, ok := strings.Cut(rest, ")"); ok {
			rest = strings.TrimLeft(after, " ")
		}
	}
	e.user, e.host, rest, ok = splitClient(rest)
	if !ok {
		return e, len(message) - len(rest), "no user@host after the feature name"
	}
	if e.user == "" && e.verbose != nil {
		e.user = e.verbose.user
	}
	if problem := e.details(rest); problem != "" {
		return e, len(message) - len(rest), problem
	}
	return e, 0, ""
}

// splitClient cuts user@host from what follows it. User names may hold spaces,
// parentheses and @, host names none of them; what follows is in ( or [.
func splitClient(s string) (User, Host, string, bool) {
	for i := range len(s) {
		if s[i] != '@' {
			continue
		}
		host := s[i+1:]
		var rest string
		if end := strings.IndexAny(host, " \t"); end >= 0 {
			host, rest = host[:end], strings.TrimSpace(host[end:])
		}
		if host == "" || strings.ContainsAny(host, "@()[]") {
			continue
		}
		if rest == "" || rest[0] == '(' || rest[0] == '[' {
			return User(strings.TrimSpace(s[:i])), Host(host), rest, true
		}
	}
	return "", "", s, false
}

// details reads the groups after the client: (3 licenses), (SHUTDOWN), a reason
// with its error code, [checkout data].
func (e *logEvent) details(s string) (problem string) {
	for s != "" {
		data := s[0] == '['
		group, rest := cutGroup(s)
		s = strings.TrimSpace(rest)
		if data {
			continue
		}
		if number, unit, ok := strings.Cut(group, " "); ok && strings.HasPrefix(unit, "license") {
			n, ok := count(number)
			if !ok || n < 1 {
				return "the number of licences is not a whole number above 0"
			}
			e.quantity = n
			continue
		}
		if e.reason == "" && group != "" {
			e.reason = group
		}
	}
	return ""
}

// cutGroup takes one group in parentheses or brackets, which may nest, and gives
// its inside; text outside any group is given whole.
func cutGroup(s string) (inside, rest string) {
	closing := map[byte]byte{'(': ')', '[': ']'}[s[0]]
	if closing == 0 {
		return s, ""
	}
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case s[0]:
			depth++
		case closing:
			if depth--; depth == 0 {
				return strings.TrimSpace(s[1:i]), s[i+1:]
			}
		}
	}
	return strings.TrimSpace(s[1:]), ""
}

// parseVerbose reads: ver user ip pid handle in_use out_of project_name
// flex_version flex_revision date time is_dup_group. A user may hold spaces, so
// the fields after it are found from the end.
func parseVerbose(s string) *verbose {
	s, _, _ = strings.Cut(s, "^^^")
	f := strings.Fields(s)
	const after = 11 // fields behind the user
	if len(f) < after+2 {
		return nil
	}
	tail := f[len(f)-after:]
	v := &verbose{version: f[0], user: User(strings.Join(f[1:len(f)-after], " ")), handle: tail[2]}
	if n, ok := count(tail[4]); ok {
		v.outOf = n
	}
	return v
}
