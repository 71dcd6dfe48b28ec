package usage

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// dsls reads the licence usage that Dassault Systèmes' administration tool writes
// as CSV: a row for each licence, and where it is in use a row for each session,
// which repeats the counts of its licence.
type dsls struct {
	statusOutput
	columns []string
	seen    map[string]bool // licences whose counts are taken
}

var dslsTalk = regexp.MustCompile(`^\s*(?:License Administration Tool|admin >\s*(?:$|Software version)|Software version|Build date|Standalone mode|Failover mode|Ready: |Server name: |Warning: |admin >$)`)

// dslsLicence are the columns that tell one licence from another.
var dslsLicence = []string{"Editor", "EditorId", "Feature", "Model", "Commercial Type", "Max Release Number",
	"Max Release Date", "Pricing Structure", "Max Casual Duration", "Expiration Date", "Customer ID", "Count"}

func (p *dsls) line(in *input) {
	text := strings.TrimPrefix(strings.TrimRight(in.text, " \t"), "admin >")
	switch {
	case strings.TrimSpace(text) == "":
	case strings.HasPrefix(text, "Editor,EditorId,Feature"):
		p.columns = strings.Split(strings.TrimSuffix(text, ","), ",")
	case strings.HasPrefix(text, "Cannot connect to server"):
		in.noAnswer()
	case dslsTalk.MatchString(in.text):
	case p.columns != nil && strings.Count(text, ",") >= len(dslsLicence):
		p.row(in, text)
	default:
		in.unparsed(0, "not a line that the administration tool is known to write")
	}
}

func (p *dsls) row(in *input, text string) {
	fields := strings.Split(strings.TrimSuffix(text, ","), ",")
	if len(fields) > len(p.columns) {
		in.unparsed(0, fmt.Sprintf("%d columns where the head names %d: a value with a comma cannot be told from two", len(fields), len(p.columns)))
		return
	}
	value := make(map[string]string, len(fields))
	for i, f := range fields {
		value[p.columns[i]] = strings.TrimSpace(f)
	}
	owned, ok := count(value["Count"])
	used, ok2 := count(value["Inuse"])
	if !ok || !ok2 || value["Feature"] == "" {
		in.unparsed(0, "no feature, or Count or Inuse is not a whole number")
		return
	}
	f := p.feature(FeatureName(value["Feature"]))
	f.Vendor = value["Editor"]
	p.lot(in, f, value, owned, used)
	if value["User"] != "" || value["Host"] != "" {
		p.session(in, f, value)
	}
}

// lot adds the licence the first time one of its rows is met.
func (p *dsls) lot(in *input, f *Feature, value map[string]string, owned, used int64) {
	var key strings.Builder
	for _, column := range dslsLicence {
		key.WriteString(value[column] + "\x00")
	}
	if p.seen == nil {
		p.seen = make(map[string]bool)
	}
	if p.seen[key.String()] {
		return
	}
	p.seen[key.String()] = true
	l := lot(owned)
	l.Version, l.InUse, l.Server = value["Max Release Number"], &used, value["Customer ID"]
	if !l.expires(value["Expiration Date"], in.o.Zone) {
		f.note(doubtful, in.number, "an expiry date that cannot be understood")
	}
	f.Lots = append(f.Lots, l)
}

func (p *dsls) session(in *input, f *Feature, value map[string]string) {
	tokens, ok := count(value["Tokens"])
	switch {
	case value["Tokens"] == "":
		tokens = 1
	case !ok || tokens == 0:
		in.unparsed(0, "Tokens is not a whole number above 0")
		return
	}
	if value["Queue Position"] != "" {
		f.Queue.add(tokens)
		return
	}
	// The host is written as "name (id)/address".
	host, _, _ := strings.Cut(value["Host"], " (")
	since, err := time.ParseInLocation(time.DateTime, value["Granted Since"], in.o.Zone)
	if err != nil && value["Granted Since"] != "" {
		f.note(doubtful, in.number, "check-outs whose start is not a date")
	}
	f.hold(Checkout{Version: value["Client Code Version"], User: User(value["User"]), Host: Host(host), Quantity: tokens}, since)
}

func (p *dsls) finish(in *input) { p.settle(in) }
