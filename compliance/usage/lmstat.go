package usage

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// lmstat reads FlexNet's lmstat -a, with the users of each feature, and lmstat -i,
// which lists the licence file without asking the server.
type lmstat struct {
	statusOutput
	current *Feature
	details int  // detail lines of the current feature
	list    bool // within the table of lmstat -i
	vendor  bool // its vendor column comes before the expiry
	listed  bool // a table was met: it says nothing of use
	servers map[string]bool
	// head is the instant of a status whose features have not come yet.
	head time.Time
}

var (
	lmstatAt       = regexp.MustCompile(`^Flexible License Manager status on \w{3} (\d+/\d+/\d{4} \d+:\d\d)`)
	lmstatUsers    = regexp.MustCompile(`^Users of (.+?):\s+(.*)$`)
	lmstatTotal    = regexp.MustCompile(`^\(Total of (\d+) licenses? issued;\s+Total of (\d+) licenses? in use\)$`)
	lmstatRefused  = regexp.MustCompile(`^\(Error: (\d+) licenses?, (.*)\)$`)
	lmstatDetail   = regexp.MustCompile(`^\s*"([^"]+)" v(\S+?), vendor: ([^,\s]+)(?:, expiry: (.*))?$`)
	lmstatReserved = regexp.MustCompile(`^\s*(\d+)\s+RESERVATIONs?\s+for\s+\S+\s`)
	lmstatChatter  = regexp.MustCompile(`^\s*(?:lmutil - |lmstat - |lmstat v|lmstat$|Copyright|License file\(s\) on |Vendor daemon status|` +
		`Feature usage info:|vendor_string: |floating license|nodelocked license|uncounted nodelocked license|\[Detecting |NOTE: |` +
		`but only reads the license file|lmstat -a is recommended|_______|-{3,}|\S+: license server (?:UP|DOWN)|\S+: (?:UP|DOWN)\b|\.\.\.$)`)
	lmstatNoAnswer = regexp.MustCompile(`Cannot connect to license server|Error getting status|(?:license server|vendor daemon|daemon) is down|Cannot read license file|License server machine is down`)
)

// isListHead recognises the head of the table of lmstat -i.
func isListHead(line string) bool {
	f := strings.Fields(line)
	return len(f) == 5 && f[0] == "Feature" && f[1] == "Version" && f[2] == "#licenses"
}

func (p *lmstat) line(in *input) {
	text := strings.TrimRight(in.text, " \t")
	switch {
	case text == "":
	case isListHead(text):
		p.list, p.listed, p.vendor, p.current = true, true, strings.Fields(text)[3] == "Vendor", nil
	case strings.HasPrefix(text, "Users of "):
		p.users(in, text)
	case strings.HasPrefix(text, "License server status: "):
		p.server(in, text)
	case p.holder(in, text), p.detail(in, text):
	case p.current != nil && lmstatReserved.MatchString(text):
		n, ok := count(lmstatReserved.FindStringSubmatch(text)[1])
		if !ok {
			in.unparsed(0, "the number of reserved licences is too large")
			return
		}
		p.current.Reserved = addCapped(p.current.Reserved, n)
	case lmstatAt.MatchString(text):
		p.taken(in, lmstatAt.FindStringSubmatch(text)[1])
	case lmstatNoAnswer.MatchString(text):
		in.noAnswer()
	case lmstatChatter.MatchString(text):
	case p.list:
		p.row(in, text)
	default:
		in.unparsed(0, "not a line that lmstat is known to write")
	}
}

func (p *lmstat) taken(in *input, text string) {
	at, err := time.ParseInLocation("1/2/2006 15:04", text, in.o.Zone)
	if err != nil {
		in.unparsed(strings.Index(in.text, text), "not a date of the form m/d/yyyy h:mm")
		return
	}
	p.head, p.resolution = at, time.Minute
	p.list = false
}

// server begins the status of a server. A server that comes again begins a later
// status, which must not be added to the one before.
func (p *lmstat) server(in *input, text string) {
	p.begin(in, p.servers[text])
	if p.servers == nil {
		p.servers = make(map[string]bool)
	}
	p.servers[text] = true
	p.current = nil
}

// begin takes the instant of the head over, after it closed the status before if
// this is another.
func (p *lmstat) begin(in *input, another bool) {
	if another {
		p.count()
		p.snapshot(in)
		p.servers = nil
	}
	if !p.head.IsZero() {
		p.at, p.head = p.head, time.Time{}
	}
}

func (p *lmstat) users(in *input, text string) {
	p.list, p.details = false, 0
	m := lmstatUsers.FindStringSubmatch(text)
	if m == nil {
		p.current = nil
		in.unparsed(len("Users of "), "no counts after the feature name")
		return
	}
	_, seen := p.index[FeatureName(m[1])]
	p.begin(in, seen && !p.head.IsZero())
	p.current = p.feature(FeatureName(m[1]))
	if total := lmstatTotal.FindStringSubmatch(m[2]); total != nil {
		issued, ok := count(total[1])
		used, ok2 := count(total[2])
		if !ok || !ok2 {
			in.unparsed(strings.Index(in.text, "("), "a number of licences is too large")
			return
		}
		l := lot(issued)
		l.InUse = &used
		p.current.Lots = append(p.current.Lots, l)
		return
	}
	if m[2] == "(Uncounted, node-locked)" {
		p.current.Lots = append(p.current.Lots, Lot{Uncounted: true})
		return
	}
	if refused := lmstatRefused.FindStringSubmatch(m[2]); refused != nil {
		p.current.Status = Refused
		p.current.note(doubtful, in.number, fmt.Sprintf("%s licences are in the licence file but the server does not serve them: %s", refused[1], refused[2]))
		return
	}
	p.current.note(doubtful, in.number, "the server gives no count for the feature: "+shorten(m[2]))
}

// detail reads the line that gives version, vendor and expiry of a lot. The counts
// above it are for all lots together, so that an expiry belongs to the licences
// only where there is one such line.
func (p *lmstat) detail(in *input, text string) bool {
	m := lmstatDetail.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	f := p.current
	if f == nil || len(f.Lots) == 0 {
		return true
	}
	f.Vendor = m[3]
	l := &f.Lots[len(f.Lots)-1]
	if p.details++; p.details > 1 {
		l.Version, l.Expires, l.Permanent = "", time.Time{}, false
		return true
	}
	l.Version = m[2]
	if m[4] != "" && !l.expires(m[4], in.o.Zone) {
		f.note(doubtful, in.number, "an expiry date that cannot be understood")
	}
	return true
}

// row reads a line of the table of lmstat -i.
func (p *lmstat) row(in *input, text string) {
	f := strings.Fields(text)
	if len(f) < 5 {
		in.unparsed(0, "fewer than the five columns of the table")
		return
	}
	expiry, vendor := strings.Join(f[3:len(f)-1], " "), f[len(f)-1]
	if p.vendor {
		vendor, expiry = f[3], strings.Join(f[4:], " ")
	}
	var l Lot
	n, ok := count(f[2])
	switch {
	case ok && n > 0:
		l = lot(n)
	case ok, strings.EqualFold(f[2], "uncounted"): // 0 licences mean no limit
		l = Lot{Uncounted: true}
	default:
		in.unparsed(strings.Index(in.text, f[2]), "the number of licences is not a whole number")
		return
	}
	l.Version, l.Server = f[1], vendor
	feature := p.feature(FeatureName(f[0]))
	feature.Vendor = vendor
	if !l.expires(expiry, in.o.Zone) {
		feature.note(doubtful, in.number, "an expiry date that cannot be understood")
	}
	feature.Lots = append(feature.Lots, l)
}

// finish ends the last status.
func (p *lmstat) finish(in *input) {
	p.begin(in, false)
	p.count()
	p.settle(in)
}

// count counts the use of uncounted features, of which lmstat gives no total but
// lists every holder.
func (p *lmstat) count() {
	for _, f := range p.features {
		if len(f.Lots) == 0 || p.listed || f.Lots[0].InUse != nil || !f.Lots[0].Uncounted {
			continue
		}
		var held int64
		for _, c := range f.Checkouts {
			held = addCapped(held, c.Quantity)
		}
		f.InUse = &held
	}
}
