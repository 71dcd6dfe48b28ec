package compliance

import (
	"cmp"
	"errors"
	"fmt"
	"hash/maphash"
	"math"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/internal/columns"
)

// ErrInvalid is wrapped by errors about a fact that cannot be true, such as a
// negative core count. The fact is refused; the caller counts and reports it.
var ErrInvalid = errors.New("compliance: invalid fact")

// Builder gathers facts and makes an [Estate] of them. Facts may come in any
// order and from many sources; the estate does not depend on the order. A
// Builder is for one goroutine.
type Builder struct {
	at      time.Time
	devices []Device
	users   []User
	seats   []Seat
	usage   []Usage
	sources map[SourceID]Source

	titles      *columns.Dictionary[catalog.Title]
	userNames   *columns.Dictionary[UserID]
	sourceNames *columns.Dictionary[SourceID]
	rows        rows
	runs        []run
	// given says that an estate reads the rows, which are then copied before the
	// next is added.
	given bool
}

// NewBuilder starts an estate with the instant of its snapshot.
func NewBuilder(at time.Time) *Builder {
	return &Builder{
		at:          at.UTC(),
		sources:     map[SourceID]Source{},
		titles:      columns.NewDictionary[catalog.Title](),
		userNames:   columns.NewDictionary[UserID](),
		sourceNames: columns.NewDictionary[SourceID](),
	}
}

// AddDevice adds what one source says of a device. A device may be added once
// for each source: facts that one does not know come from the next, and where
// two differ the first source by identifier counts and the difference is kept
// as a [Disagreement]. The error wraps [ErrInvalid].
func (b *Builder) AddDevice(d Device) error {
	if err := d.check(); err != nil {
		return err
	}
	b.devices = append(b.devices, d)
	return nil
}

// AddUser adds what one source says of a user; see [Builder.AddDevice] for users
// that several sources know.
func (b *Builder) AddUser(u User) error {
	if u.ID == "" {
		return fmt.Errorf("%w: user %q has no identifier", ErrInvalid, u.Name)
	}
	b.users = append(b.users, u)
	return nil
}

// AddInstall adds an install. Its device may come later, or never: a device that
// only installs name is in the estate with nothing else known of it.
func (b *Builder) AddInstall(i Install) error {
	if i.Device == "" {
		return fmt.Errorf("%w: install of %q names no device", ErrInvalid, i.Title.Name)
	}
	first, used, err := i.check()
	if err != nil {
		return err
	}
	src, err := b.source(i.Source)
	if err != nil {
		return err
	}
	if b.given {
		b.rows, b.given = b.rows.clone(), false
	}
	if n := len(b.runs); n == 0 || b.runs[n-1].device != i.Device {
		b.runs = append(b.runs, run{i.Device, uint32(b.rows.len())})
	}
	title := b.titles.Number(hashTitle(b.titles.Seed(), &i.Title), &i.Title)
	user := b.userNames.Number(maphash.String(b.userNames.Seed(), string(i.User)), &i.User)
	b.rows.add(row{title, user, first, used}, src)
	return nil
}

// AddSeat adds an assignment.
func (b *Builder) AddSeat(s Seat) error {
	if s.User == "" || s.Title.Name == "" {
		return fmt.Errorf("%w: seat of %q for user %q lacks one of them", ErrInvalid, s.Title.Name, s.User)
	}
	b.seats = append(b.seats, s)
	return nil
}

// AddUsage adds a measured peak.
func (b *Builder) AddUsage(u Usage) error {
	switch {
	case u.Title.Name == "":
		return fmt.Errorf("%w: usage without a product", ErrInvalid)
	case u.Peak < 0:
		return fmt.Errorf("%w: usage of %q has a negative peak", ErrInvalid, u.Title.Name)
	case u.To.Before(u.From):
		return fmt.Errorf("%w: usage of %q ends before it begins", ErrInvalid, u.Title.Name)
	}
	b.usage = append(b.usage, u)
	return nil
}

// AddSource adds, or replaces, the state of a source.
func (b *Builder) AddSource(s Source) error {
	if s.ID == "" {
		return fmt.Errorf("%w: source has no identifier", ErrInvalid)
	}
	s.Collected = s.Collected.UTC()
	b.sources[s.ID] = s
	return nil
}

func (b *Builder) source(id SourceID) (uint16, error) {
	n := b.sourceNames.Number(maphash.String(b.sourceNames.Seed(), string(id)), &id)
	if n > math.MaxUint16 {
		return 0, fmt.Errorf("%w: more than %d sources", ErrInvalid, math.MaxUint16)
	}
	return uint16(n), nil
}

// Build makes the estate. The builder may go on being used; later additions do
// not change the estate made.
func (b *Builder) Build() *Estate {
	e := &Estate{at: b.at}
	e.devices, e.disagreements = mergeDevices(b.devices, b.runs)
	e.users = mergeUsers(b.users)
	e.seats = slices.Clone(b.seats)
	slices.SortFunc(e.seats, compareSeats)
	e.usage = slices.Clone(b.usage)
	slices.SortFunc(e.usage, compareUsage)
	for _, s := range b.sources {
		e.sources = append(e.sources, s)
	}
	slices.SortFunc(e.sources, func(x, y Source) int { return cmp.Compare(x.ID, y.ID) })
	b.installs(e)
	return e
}

func compareSeats(a, b Seat) int {
	return cmp.Or(cmp.Compare(a.User, b.User), compareTitles(a.Title, b.Title), cmp.Compare(a.Source, b.Source),
		a.Assigned.Compare(b.Assigned), a.LastUsed.Compare(b.LastUsed))
}

func compareUsage(a, b Usage) int {
	return cmp.Or(compareTitles(a.Title, b.Title), a.From.Compare(b.From), a.To.Compare(b.To),
		cmp.Compare(a.Source, b.Source), cmp.Compare(a.Peak, b.Peak), a.At.Compare(b.At))
}

func compareTitles(a, b catalog.Title) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Publisher, b.Publisher), cmp.Compare(a.Version, b.Version),
		cmp.Compare(a.Edition, b.Edition), cmp.Compare(a.ProductCode, b.ProductCode), cmp.Compare(a.Architecture, b.Architecture))
}
