package usage

import (
	"regexp"
	"strings"
	"time"
)

// rlm reads rlmstat -a of Reprise's licence manager: a pool status with the counts
// of each licence and a usage status with its holders.
type rlm struct {
	statusOutput
	section rlmSection
	name    FeatureName // of the pool line above the counts
	version string
	vendor  string
	pending []rlmHolder
}

type rlmSection int

const (
	rlmHead rlmSection = iota
	rlmPools
	rlmUsage
)

// rlmHolder waits for the instant of the status, without which its start has no
// year.
type rlmHolder struct {
	feature FeatureName
	c       Checkout
	start   []int // month, day, hour, minute
	line    int
}

var (
	rlmStatus = regexp.MustCompile(`^\s*(\S+) license (pool|usage) status on (\S+)`)
	rlmRecent = regexp.MustCompile(`^\s*Recent Statistics \((?:(\d+)d )?(\d+):(\d\d):(\d\d)\), init time: \w{3} (\w{3} +\d+ \d+:\d\d:\d\d \d{4})`)
	rlmPool   = regexp.MustCompile(`^\s*(\S.*?) v(\S+?)(?:, .*)?$`)
	rlmCount  = regexp.MustCompile(`^\s*(?:(\S.*?) v(\S+?)(?:, pool: \d+)? )?count: (\w+),.*?# reservations: (\d+), inuse: (\d+).*?, exp: (\S+)`)
	rlmNoMax  = regexp.MustCompile(`^\s*UNCOUNTED\b(?:.*?inuse: (\d+))?(?:.*?exp: (\S+))?`)
	rlmHeld   = regexp.MustCompile(`^\s*(\S.*?) v(\S+): (\S.*)@(\S+) (\d+)/(\d+) at (\d+)/(\d+) (\d+):(\d\d)\b`)
	rlmDenied = regexp.MustCompile(`^\s*Denials: .*?(\d+) \(\d+/sec\)\s*$`)
	rlmNotUp  = regexp.MustCompile(`(?i)^\s*(?:error connecting to|connection attempted to|can't connect to|cannot connect to)`)
	rlmTalk   = regexp.MustCompile(`^\s*(?:rlmutil v|rlmstat v|Copyright|Setting license file path to |-{3,}|\S+(?: ISV server)? status on |\S+ (?:software|comm) version|rlm comm version|` +
		`\S+ (?:Debug|Report) log filename|Startup time: |Todays Statistics |Recent Stats|\d+:\d\d:\d\d\s|\d+d \d|Messages: |Connections: |Checkouts: |Removals: |Denials: |Name +[Pp]ort|` +
		`\S+ +\d+ +(?:Yes|No) +\d+$|obsolete: |ISV servers|No error$)`)
)

func (p *rlm) line(in *input) {
	text := strings.TrimRight(in.text, " \t")
	if text == "" {
		return
	}
	if m := rlmStatus.FindStringSubmatch(text); m != nil {
		p.vendor = m[1]
		p.section = map[string]rlmSection{"pool": rlmPools, "usage": rlmUsage}[m[2]]
		return
	}
	if m := rlmRecent.FindStringSubmatch(text); m != nil {
		p.taken(in, m)
		return
	}
	if strings.HasPrefix(strings.TrimSpace(text), "-----") {
		p.section = rlmHead
		return
	}
	switch {
	case rlmNotUp.MatchString(text):
		in.noAnswer()
	case p.counts(in, text), p.held(in, text), p.denials(in, text):
	case rlmTalk.MatchString(text):
	case p.section == rlmPools && rlmPool.MatchString(text):
		m := rlmPool.FindStringSubmatch(text)
		p.name, p.version = FeatureName(m[1]), m[2]
	default:
		in.unparsed(0, "not a line that rlmstat is known to write")
	}
}

// taken adds the age of the recent statistics to their beginning, which is when
// the output was made. They are renewed often, so that a change of the clocks
// rarely falls between; the server's uptime would be off by an hour after one.
func (p *rlm) taken(in *input, m []string) {
	init, err := time.ParseInLocation("Jan 2 15:04:05 2006", strings.Join(strings.Fields(m[5]), " "), in.o.Zone)
	if err != nil {
		in.unparsed(strings.Index(in.text, "init time"), "not a date of the form Mon Jan 2 15:04:05 2006")
		return
	}
	var age time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		n, _ := digits(m[i+1])
		age += time.Duration(n) * unit
	}
	if at := init.Add(age); at.After(p.at) {
		p.at, p.resolution = at, time.Second
	}
}

func (p *rlm) counts(in *input, text string) bool {
	name, version := p.name, p.version
	var l Lot
	var expiry string
	if m := rlmCount.FindStringSubmatch(text); m != nil {
		if m[1] != "" {
			name, version = FeatureName(m[1]), m[2]
		}
		n, ok := count(m[3])
		if l = lot(n); !ok || n == 0 { // a word such as unlimited, or no count at all
			l = Lot{Uncounted: true}
		}
		if used, ok := count(m[5]); ok {
			l.InUse = &used
		}
		if name != "" && strings.Trim(m[4], "0") != "" {
			p.feature(name).note(doubtful, in.number, "licences are reserved, which are not counted as in use: "+m[4])
		}
		expiry = m[6]
	} else if m := rlmNoMax.FindStringSubmatch(text); m != nil {
		l = Lot{Uncounted: true}
		if used, ok := count(m[1]); ok {
			l.InUse = &used
		}
		expiry = m[2]
	} else {
		return false
	}
	if name == "" {
		in.unparsed(0, "counts without the name of a licence above them")
		return true
	}
	f := p.feature(name)
	f.Vendor = p.vendor
	l.Version = version
	if expiry != "" && !l.expires(expiry, in.o.Zone) {
		f.note(doubtful, in.number, "an expiry date that cannot be understood")
	}
	f.Lots = append(f.Lots, l)
	p.name = ""
	return true
}

func (p *rlm) held(in *input, text string) bool {
	m := rlmHeld.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	n, ok := count(m[5])
	if !ok || n == 0 {
		in.unparsed(strings.LastIndex(in.text, m[5]+"/"), "the number of licences is not a whole number above 0")
		return true
	}
	start := make([]int, 4)
	for i := range start {
		start[i], _ = digits(m[7+i])
	}
	p.pending = append(p.pending, rlmHolder{
		feature: FeatureName(m[1]), start: start, line: in.number,
		c: Checkout{Version: m[2], User: User(m[3]), Host: Host(m[4]), Quantity: n},
	})
	return true
}

// denials notes the server's total, which names no feature.
func (p *rlm) denials(in *input, text string) bool {
	m := rlmDenied.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	if strings.Trim(m[1], "0") != "" {
		in.note(doubtful, in.number, "requests denied since a server started, not said of which feature: "+m[1])
	}
	return true
}

func (p *rlm) finish(in *input) {
	at := p.instant(in)
	for _, h := range p.pending {
		f := p.feature(h.feature)
		since, ok := past(at, -1, h.start[0], h.start[1], h.start[2], h.start[3])
		if !ok && !at.IsZero() {
			f.note(doubtful, h.line, "check-outs whose start cannot be dated within the year before the status")
		}
		f.hold(h.c, since)
	}
	p.settle(in)
}
