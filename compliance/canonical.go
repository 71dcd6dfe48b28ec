package compliance

import (
	"encoding/binary"
	"hash"
	"time"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// canonical writes facts in a form that has one reading: every text with its
// length before it, every number in eight bytes, every record with its kind.
type canonical struct{ h hash.Hash }

func (w canonical) count(n int) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	w.h.Write(b[:])
}

func (w canonical) texts(ss ...string) {
	for _, s := range ss {
		w.count(len(s))
		w.h.Write([]byte(s))
	}
}

func (w canonical) instant(t time.Time) {
	if t.IsZero() {
		w.texts("")
		return
	}
	w.texts(t.UTC().Format(time.RFC3339Nano))
}

func (w canonical) title(t catalog.Title) {
	w.texts(t.Publisher, t.Name, t.Version, t.Edition, t.ProductCode, t.Architecture)
}

func (w canonical) source(s Source) {
	w.texts("source", string(s.ID), s.Failure)
	w.instant(s.Collected)
	w.count(s.Devices)
	w.count(s.Installs)
}

func (w canonical) user(u User) {
	active := "unknown"
	if u.Active != nil && *u.Active {
		active = "yes"
	} else if u.Active != nil {
		active = "no"
	}
	w.texts("user", string(u.ID), u.Name, u.Kind.String(), u.Entity, u.Country, active, string(u.Source))
}

func (w canonical) device(d Device) {
	w.texts("device", string(d.ID), d.Name, d.Kind.String(), string(d.Source), d.Model, string(d.Host), d.Cluster,
		d.InstanceType, d.Environment, d.Country, d.Entity, d.OperatingSystem, string(d.User))
	for _, n := range []int{d.Sockets, d.Cores, d.Threads, d.VCPUs} {
		w.count(n)
	}
	w.instant(d.LastSeen)
}

func (w canonical) install(i Install) {
	w.texts("install", string(i.User), string(i.Source))
	w.title(i.Title)
	w.instant(i.FirstSeen)
	w.instant(i.LastUsed)
}

func (w canonical) seat(s Seat) {
	w.texts("seat", string(s.User), string(s.Source))
	w.title(s.Title)
	w.instant(s.Assigned)
	w.instant(s.LastUsed)
}

func (w canonical) usage(u Usage) {
	w.texts("usage", string(u.Source))
	w.title(u.Title)
	w.instant(u.From)
	w.instant(u.To)
	w.count(u.Peak)
	w.instant(u.At)
}
