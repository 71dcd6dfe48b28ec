package compliance

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// canonical writes facts in a form that has one reading: every text with its
// length before it, every number in eight bytes, every record with its kind.
type canonical struct {
	h hash.Hash
	b []byte // not hashed yet
}

func newCanonical() *canonical {
	return &canonical{h: sha256.New(), b: make([]byte, 0, 2*hashedAtOnce)}
}

// hashedAtOnce is how many bytes are gathered before they are hashed.
const hashedAtOnce = 4096

func (w *canonical) count(n int) {
	w.b = binary.BigEndian.AppendUint64(w.b, uint64(n))
	if len(w.b) >= hashedAtOnce {
		w.flush()
	}
}

func (w *canonical) flush() {
	w.h.Write(w.b)
	w.b = w.b[:0]
}

// sum is the SHA-256 of all that was written, hexadecimal.
func (w *canonical) sum() string {
	w.flush()
	return hex.EncodeToString(w.h.Sum(nil))
}

func (w *canonical) texts(ss ...string) {
	for _, s := range ss {
		w.count(len(s))
		w.b = append(w.b, s...)
	}
}

func (w *canonical) instant(t time.Time) {
	if t.IsZero() {
		w.texts("")
		return
	}
	w.texts(t.UTC().Format(time.RFC3339Nano))
}

func (w *canonical) title(t catalog.Title) {
	w.texts(t.Publisher, t.Name, t.Version, t.Edition, t.ProductCode, t.Architecture)
}

func (w *canonical) source(s Source) {
	w.texts("source", string(s.ID), s.Failure)
	w.instant(s.Collected)
	w.count(s.Devices)
	w.count(s.Installs)
}

func (w *canonical) user(u User) {
	active := "unknown"
	if u.Active != nil && *u.Active {
		active = "yes"
	} else if u.Active != nil {
		active = "no"
	}
	w.texts("user", string(u.ID), u.Name, u.Kind.String(), u.Entity, u.Country, active, string(u.Source))
}

func (w *canonical) device(d Device) {
	w.placement(d)
	w.texts("device", string(d.ID), d.Name, d.Kind.String(), string(d.Source), d.Model, string(d.Host), d.Cluster,
		d.InstanceType, d.Environment, d.Country, d.Entity, d.OperatingSystem, string(d.User))
	for _, n := range []int{d.Sockets, d.Cores, d.Threads, d.VCPUs} {
		w.count(n)
	}
	w.instant(d.LastSeen)
}

// installs writes what installs name once, sorted, and then each device with its
// installs as numbers into that. A name that no install uses is not written: what
// an estate once held does not show.
func (w *canonical) installs(e *Estate) {
	titles, users, sources := make([]bool, len(e.titles)), make([]bool, len(e.userName)), make([]bool, len(e.sourceName))
	for _, s := range e.spans {
		for i := int(s.from); i < int(s.to); i++ {
			r := e.facts.At(i)
			titles[r.title], users[r.user], sources[e.source.At(i)] = true, true, true
		}
	}
	title := names(e.titles, e.titlePlace, titles, w.count, w.title)
	user := names(e.userName, e.userPlace, users, w.count, func(u UserID) { w.texts(string(u)) })
	source := names(e.sourceName, e.sourcePlace, sources, w.count, func(s SourceID) { w.texts(string(s)) })
	for d, s := range e.spans {
		w.device(e.devices[d])
		w.count(int(s.to - s.from))
		for i := int(s.from); i < int(s.to); i++ {
			r := e.facts.At(i)
			w.b = binary.BigEndian.AppendUint32(w.b, title[r.title])
			w.b = binary.BigEndian.AppendUint32(w.b, user[r.user])
			w.b = binary.BigEndian.AppendUint16(w.b, uint16(source[e.source.At(i)]))
			w.b = binary.BigEndian.AppendUint32(w.b, r.first)
			w.b = binary.BigEndian.AppendUint32(w.b, r.used)
		}
	}
}

// names writes the names in use in sorted order, of which sorted are the places,
// and gives each its place among those in use.
func names[T any](all []T, sorted []uint32, used []bool, count func(int), write func(T)) []uint32 {
	order := slices.DeleteFunc(inverse(sorted), func(i uint32) bool { return !used[i] })
	count(len(order))
	place := make([]uint32, len(all))
	for at, i := range order {
		write(all[i])
		place[i] = uint32(at)
	}
	return place
}

func (w *canonical) seat(s Seat) {
	w.texts("seat", string(s.User), string(s.Source))
	w.title(s.Title)
	w.instant(s.Assigned)
	w.instant(s.LastUsed)
}

func (w *canonical) usage(u Usage) {
	w.texts("usage", string(u.Source))
	w.title(u.Title)
	w.instant(u.From)
	w.instant(u.To)
	w.count(u.Peak)
	w.instant(u.At)
}
