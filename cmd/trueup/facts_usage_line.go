package main

import (
	"math/big"
	"slices"
	"strings"
	"time"

	inuse "github.com/trueup-dev/trueup/compliance/usage"
)

// usageFact is the line that is printed for a feature.
type usageFact struct {
	File      string          `json:"file"`
	Format    string          `json:"format"`
	Zone      string          `json:"zone"`
	Feature   string          `json:"feature"`
	Vendor    string          `json:"vendor,omitempty"`
	Pool      string          `json:"pool,omitempty"`
	Status    string          `json:"status"`
	Owned     *int64          `json:"owned"`
	InUse     *int64          `json:"in_use"`
	InUseSelf *int64          `json:"in_use_self,omitempty"`
	Reserved  int64           `json:"reserved,omitempty"`
	At        *time.Time      `json:"at"`
	Covers    *usageSpan      `json:"covers,omitempty"`
	Undated   bool            `json:"undated,omitempty"`
	Peak      *usagePeak      `json:"peak"`
	Users     []usageUser     `json:"users"`
	Checkouts int             `json:"checkouts"`
	Holders   []usageHolder   `json:"holders,omitempty"`
	Lots      []usageLot      `json:"lots,omitempty"`
	Denials   []usageDenial   `json:"denials,omitempty"`
	Queue     *usageQueue     `json:"queue,omitempty"`
	Periods   []usageWindow   `json:"periods,omitempty"`
	Series    []usageSnapshot `json:"series,omitempty"`
	Doubts    []usageDoubt    `json:"doubts"`
	Unknown   []string        `json:"unknown"`
	Lines     int             `json:"lines"`
	Unparsed  usageUnparsed   `json:"unparsed"`
}

type usageSpan struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

type usagePeak struct {
	AtLeast    int64         `json:"at_least"`
	AtMost     *int64        `json:"at_most"`
	Instants   []usageSpan   `json:"instants"`
	Sure       []usageSpan   `json:"sure_instants,omitempty"`
	Holders    []usageHolder `json:"holders"`
	InLogOrder *int64        `json:"in_log_order,omitempty"`
}

type usageUser struct {
	User      string `json:"user"`
	Hosts     int    `json:"hosts"`
	Checkouts int    `json:"checkouts"`
}

type usageHolder struct {
	User     string     `json:"user"`
	Host     string     `json:"host"`
	Version  string     `json:"version,omitempty"`
	Licenses int64      `json:"licenses"`
	Since    *time.Time `json:"since,omitempty"`
}

type usageLot struct {
	Version   string     `json:"version,omitempty"`
	Licenses  int64      `json:"licenses"`
	Uncounted bool       `json:"uncounted,omitempty"`
	InUse     *int64     `json:"in_use,omitempty"`
	Permanent bool       `json:"permanent,omitempty"`
	Expires   *time.Time `json:"expires,omitempty"`
	From      string     `json:"from,omitempty"`
}

type usageDenial struct {
	Event    string    `json:"event"`
	Reason   string    `json:"reason"`
	Requests int       `json:"requests"`
	Licenses int64     `json:"licenses"`
	First    time.Time `json:"first"`
	Last     time.Time `json:"last"`
}

type usageQueue struct {
	Requests int    `json:"requests"`
	Licenses *int64 `json:"licenses"`
	Served   int    `json:"served"`
}

type usageWindow struct {
	From           time.Time `json:"from"`
	To             time.Time `json:"to"`
	PeakAtLeast    int64     `json:"peak_at_least"`
	PeakAtMost     int64     `json:"peak_at_most"`
	AverageAtLeast *big.Rat  `json:"average_at_least"`
	AverageAtMost  *big.Rat  `json:"average_at_most"`
	Users          int       `json:"users"`
	Hosts          int       `json:"hosts"`
}

type usageSnapshot struct {
	At    *time.Time `json:"at"`
	Owned *int64     `json:"owned"`
	InUse *int64     `json:"in_use"`
}

type usageDoubt struct {
	Kind  string `json:"kind"`
	What  string `json:"what"`
	Count int    `json:"count"`
	Line  int    `json:"line,omitempty"`
}

type usageUnparsed struct {
	Count int         `json:"count"`
	First []usageLine `json:"first,omitempty"`
}

type usageLine struct {
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Problem string `json:"problem"`
	Text    string `json:"text"`
}

func newUsageFact(name string, r *inuse.Report, f *inuse.Feature, by inuse.Period) (*usageFact, error) {
	peak, err := f.Peak()
	if err != nil {
		return nil, err
	}
	fact := &usageFact{
		File: name, Format: r.Format.String(), Zone: r.Zone.String(),
		Feature: string(f.Name), Vendor: f.Vendor, Pool: f.Pool,
		Status: f.Status.String(), Owned: f.Owned, InUse: f.InUse, InUseSelf: f.InUseSelf,
		Reserved: f.Reserved, At: instantOrNull(r.At), Undated: r.Undated,
		Peak: newUsagePeak(peak, f), Users: usersOf(f), Checkouts: len(f.Checkouts),
		Doubts: doubtsOf(r, f), Lines: r.Lines, Unparsed: unparsedOf(r),
	}
	if f.LogPeak != nil {
		fact.Covers = &usageSpan{r.Covers.From, r.Covers.To}
	} else {
		fact.Holders = holdersOf(f)
	}
	for _, l := range f.Lots {
		fact.Lots = append(fact.Lots, usageLot{l.Version, l.Licences, l.Uncounted, l.InUse, l.Permanent, instantOrNull(l.Expires), l.Server})
	}
	for _, d := range f.Refusals {
		fact.Denials = append(fact.Denials, usageDenial{d.Event, d.Reason, d.Requests, d.Licences, d.First, d.Last})
	}
	if f.Queue != (inuse.Queue{}) {
		fact.Queue = &usageQueue{f.Queue.Requests, f.Queue.Licences, f.Queue.Served}
	}
	for _, s := range f.Snapshots {
		fact.Series = append(fact.Series, usageSnapshot{instantOrNull(s.At), s.Owned, s.InUse})
	}
	fact.Unknown = fact.missing()
	if by == inuse.PeriodInvalid || f.LogPeak == nil {
		return fact, nil
	}
	return fact, fact.cut(r, f, by)
}

// missing names the fields that the file does not say.
func (u *usageFact) missing() []string {
	missing := []string{}
	if u.Owned == nil && u.Status != inuse.Uncounted.String() {
		missing = append(missing, "owned")
	}
	if u.InUse == nil {
		missing = append(missing, "in_use")
	}
	if u.Covers == nil && u.At == nil {
		missing = append(missing, "at")
	}
	if u.Peak == nil {
		missing = append(missing, "peak")
	} else if u.Peak.AtMost == nil {
		missing = append(missing, "peak.at_most")
	}
	return missing
}

// cut measures a log by period.
func (u *usageFact) cut(r *inuse.Report, f *inuse.Feature, by inuse.Period) error {
	t, err := f.Timeline()
	if err != nil {
		return err
	}
	for _, w := range t.Windows(r.Covers, by) {
		u.Periods = append(u.Periods, usageWindow{
			From: w.From, To: w.To, PeakAtLeast: w.Peak.AtLeast, PeakAtMost: w.Peak.AtMost,
			AverageAtLeast: w.AverageAtLeast, AverageAtMost: w.AverageAtMost, Users: w.Users, Hosts: w.Hosts,
		})
	}
	return nil
}

func newUsagePeak(p *inuse.Peak, f *inuse.Feature) *usagePeak {
	if p == nil {
		return nil
	}
	out := &usagePeak{AtLeast: p.AtLeast, AtMost: p.AtMost, Instants: usageSpans(p.Spans),
		Holders: []usageHolder{}, InLogOrder: f.LogPeak}
	if p.AtMost != nil && !p.Exact() {
		out.Sure = usageSpans(p.Sure)
	}
	for _, h := range p.Holders {
		out.Holders = append(out.Holders, usageHolder{User: string(h.User), Host: string(h.Host), Licenses: h.Quantity})
	}
	return out
}

func usageSpans(spans []inuse.Span) []usageSpan {
	out := make([]usageSpan, 0, len(spans))
	for _, s := range spans {
		out = append(out, usageSpan{s.From, s.To})
	}
	return out
}

// usersOf lists who held the feature, each once whatever the spelling.
func usersOf(f *inuse.Feature) []usageUser {
	type seen struct {
		at    int
		hosts map[string]bool
	}
	users := []usageUser{}
	index := map[string]seen{}
	for _, c := range f.Checkouts {
		s, ok := index[c.User.Key()]
		if !ok {
			s = seen{len(users), map[string]bool{}}
			index[c.User.Key()] = s
			users = append(users, usageUser{User: string(c.User)})
		}
		s.hosts[c.Host.Key()] = true
		users[s.at].Hosts = len(s.hosts)
		users[s.at].Checkouts++
	}
	slices.SortFunc(users, func(a, b usageUser) int {
		return strings.Compare(inuse.User(a.User).Key(), inuse.User(b.User).Key())
	})
	return users
}

func holdersOf(f *inuse.Feature) []usageHolder {
	var out []usageHolder
	for _, c := range f.Checkouts {
		out = append(out, usageHolder{string(c.User), string(c.Host), c.Version, c.Quantity, instantOrNull(c.Held.From)})
	}
	return out
}

func doubtsOf(r *inuse.Report, f *inuse.Feature) []usageDoubt {
	doubts := []usageDoubt{}
	for _, n := range slices.Concat(f.Notes, r.Notes) {
		kind := "repaired"
		if n.Doubtful {
			kind = "doubtful"
		}
		doubts = append(doubts, usageDoubt{kind, n.What, n.Count, n.Line})
	}
	return doubts
}

func unparsedOf(r *inuse.Report) usageUnparsed {
	u := usageUnparsed{Count: r.UnparsedLines}
	for _, l := range r.Unparsed {
		u.First = append(u.First, usageLine(l))
	}
	return u
}

func instantOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
