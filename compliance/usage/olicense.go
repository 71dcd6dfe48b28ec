package usage

import (
	"regexp"
	"strings"
	"time"
)

// olicense reads Optimum's olixtool: applications, each with modules, each with
// the floating licences locked by clients. A module that several licences grant is
// one feature of several lots.
type olicense struct {
	statusOutput
	current *Feature
	vendor  string
	licence string
}

var (
	olicenseModule = regexp.MustCompile(`^\s*(\S[^;]*?)\s*;\s*([^;]*?)\s*;\s*([^;]*?)\s*;\s*([^;]*?)\s*;?$`)
	olicenseLocked = regexp.MustCompile(`^\s*(\d+)\s+FloatsLockedBy\b(.*)$`)
	olicenseHolder = regexp.MustCompile(`^\s*(\S.*)@(\S+)\s+#(\d+)$`)
	olicenseTalk   = regexp.MustCompile(`^\s*(?:olixtool |Copyright|Server: |List of requested licenses|={3,}|-{3,}|Application:|VersionRange:|Licenser:|Licensee:|License-ID:|Modules:|Name; )`)
)

func (p *olicense) line(in *input) {
	text := strings.TrimRight(in.text, " \t")
	label, value, _ := strings.Cut(strings.TrimSpace(text), ":")
	switch {
	case text == "":
	case strings.HasPrefix(text, "OlComm ") || strings.Contains(text, "cannot connect"):
		in.noAnswer()
	case olicenseTalk.MatchString(text):
		switch label {
		case "Licenser":
			p.vendor = strings.TrimSpace(value)
		case "License-ID":
			p.licence = strings.TrimSpace(value)
		case "Application":
			p.current, p.vendor, p.licence = nil, "", ""
		}
	case p.locked(text), p.holder(in, text), p.module(in, text):
	default:
		in.unparsed(0, "not a line that olixtool is known to write")
	}
}

func (p *olicense) module(in *input, text string) bool {
	m := olicenseModule.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	n, ok := count(m[3])
	if !ok {
		in.unparsed(strings.Index(in.text, m[3]), "the number of floating licences is not a whole number")
		return true
	}
	p.current = p.feature(FeatureName(m[1]))
	p.current.Vendor = p.vendor
	l := lot(n)
	l.Server = p.licence
	l.InUse = new(int64) // none, unless a line below says so
	if !l.expires(m[4], in.o.Zone) {
		p.current.note(doubtful, in.number, "an expiry date that cannot be understood")
	}
	p.current.Lots = append(p.current.Lots, l)
	return true
}

func (p *olicense) locked(text string) bool {
	m := olicenseLocked.FindStringSubmatch(text)
	if m == nil || p.current == nil {
		return false
	}
	if n, ok := count(m[1]); ok {
		l := &p.current.Lots[len(p.current.Lots)-1]
		*l.InUse = addCapped(*l.InUse, n)
		return true
	}
	return false
}

func (p *olicense) holder(in *input, text string) bool {
	m := olicenseHolder.FindStringSubmatch(text)
	if m == nil || p.current == nil {
		return false
	}
	n, ok := count(m[3])
	if !ok || n == 0 {
		in.unparsed(strings.LastIndex(in.text, "#")+1, "the number of licences is not a whole number above 0")
		return true
	}
	p.current.hold(Checkout{User: User(m[1]), Host: Host(m[2]), Quantity: n}, time.Time{})
	return true
}

func (p *olicense) finish(in *input) { p.settle(in) }
