package usage

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// lsdyna reads LSTC's lstc_qrun -r. The programs above a LICENSE GROUP line draw
// on one pool of processors: the pool is what is owned and what runs out, so each
// program shows the pool's counts and, beside them, its own part. Add up pools,
// not programs.
type lsdyna struct {
	statusOutput
	current *Feature
	group   []*lsdynaRow // since the last group line
	rows    []*lsdynaRow
}

type lsdynaRow struct {
	f          *Feature
	line       int
	used       int64 // -1: "-", the sum of the holders below
	free, most int64
	lot        Lot
}

var (
	lsdynaHolder = regexp.MustCompile(`^\s+(\S.*?)\s+\d+@(\S+)\s+(\d+)$`)
	lsdynaTalk   = regexp.MustCompile(`^\s*(?:Using (?:user specified|default) server|LICENSE INFORMATION|-{3,})`)
)

func isProgramHead(line string) bool {
	f := strings.Fields(line)
	return len(f) >= 5 && f[0] == "PROGRAM" && f[1] == "EXPIRATION"
}

func (p *lsdyna) line(in *input) {
	text := strings.TrimRight(in.text, " \t")
	switch {
	case text == "", isProgramHead(text), lsdynaTalk.MatchString(text):
	case strings.HasPrefix(text, "*** ERROR"):
		in.noAnswer()
	case p.holder(in, text), p.row(in, text):
	default:
		in.unparsed(0, "not a line that lstc_qrun is known to write")
	}
}

func (p *lsdyna) holder(in *input, text string) bool {
	m := lsdynaHolder.FindStringSubmatch(text)
	if m == nil || p.current == nil {
		return false
	}
	n, ok := count(m[3])
	if !ok || n == 0 {
		in.unparsed(strings.LastIndex(in.text, m[3]), "the number of processors is not a whole number above 0")
		return true
	}
	p.current.hold(Checkout{User: User(m[1]), Host: Host(m[2]), Quantity: n}, time.Time{})
	return true
}

// row reads PROGRAM EXPIRATION [CPUS] USED FREE MAX | QUEUE and the group line.
func (p *lsdyna) row(in *input, text string) bool {
	left, queue, ok := strings.Cut(text, "|")
	f := strings.Fields(left)
	if !ok || len(f) < 5 {
		return false
	}
	var n [3]int64
	for i, word := range f[len(f)-3:] {
		if i == 0 && word == "-" {
			n[i] = -1
			continue
		}
		if n[i], ok = count(word); !ok {
			in.unparsed(strings.LastIndex(left, word), "not a number of processors")
			return true
		}
	}
	waiting, ok := count(strings.TrimSpace(queue))
	if !ok {
		in.unparsed(len(left)+1, "not a number of waiting jobs")
		return true
	}
	if f[0] == "LICENSE" && f[1] == "GROUP" {
		p.pool(in, lsdynaRow{line: in.number, used: n[0], free: n[1], most: n[2]})
		return true
	}
	p.current = p.feature(FeatureName(f[0]))
	p.current.Queue.Requests += int(min(waiting, 1<<30))
	r := &lsdynaRow{f: p.current, line: in.number, used: n[0], free: n[1], most: n[2], lot: lot(n[2])}
	if !r.lot.expires(f[1], in.o.Zone) {
		p.current.note(doubtful, in.number, "an expiry date that cannot be understood")
	}
	p.rows, p.group = append(p.rows, r), append(p.group, r)
	return true
}

func (p *lsdyna) pool(in *input, pool lsdynaRow) {
	if pool.used >= 0 && pool.used+pool.free != pool.most {
		in.note(doubtful, in.number, fmt.Sprintf("a licence group has %d used and %d free of %d, which do not add up: used and the maximum were taken", pool.used, pool.free, pool.most))
	}
	for _, r := range p.group {
		r.f.Pool = fmt.Sprintf("LICENSE GROUP at line %d", pool.line)
		own := r.own()
		r.f.InUseSelf = &own
		if pool.used >= 0 {
			used := pool.used
			r.f.InUse = &used
		}
		r.lot.Licences, r.lot.Uncounted = lot(pool.most).Licences, lot(pool.most).Uncounted
	}
	p.group = nil
}

// own is what the row itself uses.
func (r *lsdynaRow) own() int64 {
	if r.used >= 0 {
		return r.used
	}
	var sum int64
	for _, c := range r.f.Checkouts {
		sum = addCapped(sum, c.Quantity)
	}
	return sum
}

func (p *lsdyna) finish(in *input) {
	for _, r := range p.rows {
		if r.f.Pool == "" {
			own := r.own()
			r.lot.InUse = &own
		}
		r.f.Lots = append(r.f.Lots, r.lot)
	}
	p.settle(in)
}
