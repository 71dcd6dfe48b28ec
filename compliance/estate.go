package compliance

import (
	"iter"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// Estate is everything that is installed, assigned and used at one instant. It
// is immutable and safe for concurrent use; [Builder] makes one.
//
// Installs are kept as rows of numbers in blocks, with titles written once: an
// install costs 18 bytes, not an object. The iterators hide that.
type Estate struct {
	at            time.Time
	devices       []Device
	users         []User
	sources       []Source
	seats         []Seat
	usage         []Usage
	disagreements []Disagreement
	installs
	// tallied are the devices that stand for many, in an estate that a [Tally] made.
	tallied *tallied
}

// installs are those of all devices, with the dictionaries of what they name.
type installs struct {
	rows
	spans      []span // by device
	titles     []catalog.Title
	userName   []UserID
	sourceName []SourceID
	// The places of the names in sorted order, by their numbers.
	titlePlace, userPlace, sourcePlace []uint32
}

// At is the instant of the snapshot.
func (e *Estate) At() time.Time { return e.at }

// Devices are all devices, sorted by identifier.
func (e *Estate) Devices() iter.Seq[Device] { return slices.Values(e.devices) }

// Device finds a device.
func (e *Estate) Device(id DeviceID) (Device, bool) {
	if i, ok := e.device(id); ok {
		return e.devices[i], true
	}
	return Device{}, false
}

func (e *Estate) device(id DeviceID) (int, bool) {
	machines := e.machines()
	return sort.Find(len(machines), func(i int) int { return strings.Compare(string(id), string(machines[i].ID)) })
}

// Users are all users, sorted by identifier.
func (e *Estate) Users() iter.Seq[User] { return slices.Values(e.users) }

// User finds a user.
func (e *Estate) User(id UserID) (User, bool) {
	i, ok := sort.Find(len(e.users), func(i int) int { return strings.Compare(string(id), string(e.users[i].ID)) })
	if !ok {
		return User{}, false
	}
	return e.users[i], true
}

// Installs are all installs, sorted by device, title and user.
func (e *Estate) Installs() iter.Seq[Install] {
	return func(yield func(Install) bool) {
		for d := range e.devices {
			if !e.each(d, yield) {
				return
			}
		}
	}
}

// InstallsOn are the installs of one device.
func (e *Estate) InstallsOn(id DeviceID) iter.Seq[Install] {
	return func(yield func(Install) bool) {
		if d, ok := e.device(id); ok {
			e.each(d, yield)
		}
	}
}

func (e *Estate) each(device int, yield func(Install) bool) bool {
	for i := int(e.spans[device].from); i < int(e.spans[device].to); i++ {
		if !yield(e.install(device, i)) {
			return false
		}
	}
	return true
}

func (e *Estate) install(device, i int) Install {
	r := e.facts.At(i)
	return Install{
		Device:    e.devices[device].ID,
		Title:     e.titles[r.title],
		User:      e.userName[r.user],
		FirstSeen: instant(r.first),
		LastUsed:  instant(r.used),
		Source:    e.sourceName[e.source.At(i)],
	}
}

// Seats are all assignments, sorted by user and title.
func (e *Estate) Seats() iter.Seq[Seat] { return slices.Values(e.seats) }

// Usage are all measured peaks, sorted by title and period.
func (e *Estate) Usage() iter.Seq[Usage] { return slices.Values(e.usage) }

// Sources are all sources, sorted by identifier.
func (e *Estate) Sources() []Source { return slices.Clone(e.sources) }

// Disagreements are the facts of devices on which sources differ.
func (e *Estate) Disagreements() []Disagreement { return slices.Clone(e.disagreements) }

// Count is the number of devices, users, installs, seats and usage records.
func (e *Estate) Count() Counts {
	return Counts{len(e.devices), len(e.users), e.len(), len(e.seats), len(e.usage)}
}

// Counts are the sizes of an estate.
type Counts struct{ Devices, Users, Installs, Seats, Usage int }

// Disagreement is a fact of a device on which two sources differ. The estate
// keeps what the first source, by identifier, says.
type Disagreement struct {
	Device      DeviceID
	Fact        string
	Kept, Other string
	By, Against SourceID
}

// Where is the estate as it would be if only the installs and seats remained
// that the two functions keep; a nil function keeps all. The instant stays the
// same: it is a what-if, not a later snapshot.
func (e *Estate) Where(install func(Install) bool, seat func(Seat) bool) *Estate {
	out := *e
	if install != nil {
		out.rows, out.spans = e.keep(install)
		out.sources = e.withoutRows(&out)
	}
	if seat != nil {
		out.seats = slices.DeleteFunc(slices.Clone(e.seats), func(s Seat) bool { return !seat(s) })
	}
	return &out
}

// withoutRows are the sources as they would be if they had never reported the
// installs that kept lacks: what a source stated as its total is less by as many,
// so that leaving rows out does not look like losing them.
func (e *Estate) withoutRows(kept *Estate) []Source {
	gone := map[SourceID]int{}
	left := kept.reported()
	for i, n := range e.reported() {
		gone[e.sourceName[i]] = n - left[i]
	}
	out := slices.Clone(e.sources)
	for i := range out {
		if s := &out[i]; s.Installs >= 0 {
			s.Installs = max(s.Installs-gone[s.ID], 0)
		}
	}
	return out
}

// reported are the installs of each source, by its number.
func (e *Estate) reported() []int {
	out := make([]int, len(e.sourceName))
	for i := range e.len() {
		out[e.source.At(i)]++
	}
	return out
}

func (e *Estate) keep(install func(Install) bool) (rows, []span) {
	var out rows
	spans := make([]span, len(e.spans))
	for d, s := range e.spans {
		spans[d].from = uint32(out.len())
		for i := int(s.from); i < int(s.to); i++ {
			if install(e.install(d, i)) {
				out.add(e.facts.At(i), e.source.At(i))
			}
		}
		spans[d].to = uint32(out.len())
	}
	return out, spans
}

func instant(seconds uint32) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// Digest is the SHA-256 of the estate in a canonical form, hexadecimal: equal
// for equal estates in whatever order their facts arrived.
func (e *Estate) Digest() string {
	w := newCanonical()
	w.instant(e.at)
	for _, s := range e.sources {
		w.source(s)
	}
	for _, u := range e.users {
		w.user(u)
	}
	w.installs(e)
	for _, s := range e.seats {
		w.seat(s)
	}
	for _, u := range e.usage {
		w.usage(u)
	}
	w.tallied(e)
	return w.sum()
}
