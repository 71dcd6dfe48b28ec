package usage

import (
	"regexp"
	"strings"
	"time"
)

// lmx reads the licence statistics of X-Formation's lmxendutil.
type lmx struct {
	statusOutput
	current *Feature
	next    Lot // of the current feature, until its counts are read
	server  string
	holding bool // the last line named a holder, whose start comes next
}

var (
	lmxServer  = regexp.MustCompile(`^LM-X License Server on (\S+):`)
	lmxFeature = regexp.MustCompile(`^Feature: (\S.*?) Version: (\S+) Vendor: (.*)$`)
	lmxTerm    = regexp.MustCompile(`^Start date: (\S+) Expire date: (\S+)`)
	lmxCount   = regexp.MustCompile(`^(\d+) of (\d+) license\(s\) used`)
	lmxHolder  = regexp.MustCompile(`^(\d+) license\(s\) (?:used|borrowed) by (\S.*)@(\S+)(?: \[([^\]]*)\])?$`)
	lmxStart   = regexp.MustCompile(`Checkout time: (\d{4}-\d\d-\d\d \d\d:\d\d)`)
	lmxTalk    = regexp.MustCompile(`^(?:LM-X |Copyright|\+{3,}|-{3,}|Server version: |Key type: |Login time: |Borrow expire time: |Shared on )`)
)

func (p *lmx) line(in *input) {
	text := strings.TrimSpace(in.text)
	holding := p.holding
	p.holding = false
	switch {
	case text == "":
	case p.head(in, text), p.counts(in, text), p.holder(in, text):
	case holding && lmxStart.MatchString(text):
		p.start(in, lmxStart.FindStringSubmatch(text)[1])
	case strings.Contains(text, "no license server(s) available"):
		in.noAnswer()
	case lmxTalk.MatchString(text):
		if m := lmxServer.FindStringSubmatch(text); m != nil {
			p.server = m[1]
		}
	default:
		in.unparsed(0, "not a line that lmxendutil is known to write")
	}
}

func (p *lmx) head(in *input, text string) bool {
	if m := lmxFeature.FindStringSubmatch(text); m != nil {
		p.current = p.feature(FeatureName(m[1]))
		p.current.Vendor = m[3]
		p.next = Lot{Version: m[2], Server: p.server}
		return true
	}
	m := lmxTerm.FindStringSubmatch(text)
	if m == nil || p.current == nil {
		return false
	}
	if !p.next.expires(m[2], in.o.Zone) {
		p.current.note(doubtful, in.number, "an expiry date that cannot be understood")
	}
	return true
}

func (p *lmx) counts(in *input, text string) bool {
	m := lmxCount.FindStringSubmatch(text)
	if m == nil || p.current == nil {
		return false
	}
	used, ok := count(m[1])
	total, ok2 := count(m[2])
	if !ok || !ok2 {
		in.unparsed(0, "a number of licences is too large")
		return true
	}
	l := p.next
	of := lot(total)
	l.Licences, l.Uncounted, l.InUse = of.Licences, of.Uncounted, &used
	p.current.Lots = append(p.current.Lots, l)
	return true
}

func (p *lmx) holder(in *input, text string) bool {
	m := lmxHolder.FindStringSubmatch(text)
	if m == nil || p.current == nil {
		return false
	}
	n, ok := count(m[1])
	if !ok || n == 0 {
		in.unparsed(0, "the number of licences is not a whole number above 0")
		return true
	}
	p.current.hold(Checkout{Version: p.next.Version, User: User(m[2]), Host: Host(m[3]), Quantity: n}, time.Time{})
	p.holding = true
	return true
}

func (p *lmx) start(in *input, text string) {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, in.o.Zone)
	if err != nil {
		in.unparsed(strings.Index(in.text, text), "not a date of the form yyyy-mm-dd hh:mm")
		return
	}
	p.current.Checkouts[len(p.current.Checkouts)-1].Held.From = t
}

func (p *lmx) finish(in *input) { p.settle(in) }
