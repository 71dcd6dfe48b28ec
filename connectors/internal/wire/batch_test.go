package wire

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
)

// rows is a sink that keeps rows, whatever they hold.
type rows struct {
	connectors.Sink
	devices  []compliance.Device
	users    []compliance.User
	installs []compliance.Install
	seats    []compliance.Seat
	usage    []compliance.Usage
}

func (r *rows) AddDevice(d compliance.Device) error   { r.devices = append(r.devices, d); return nil }
func (r *rows) AddUser(u compliance.User) error       { r.users = append(r.users, u); return nil }
func (r *rows) AddInstall(i compliance.Install) error { r.installs = append(r.installs, i); return nil }
func (r *rows) AddSeat(s compliance.Seat) error       { r.seats = append(r.seats, s); return nil }
func (r *rows) AddUsage(u compliance.Usage) error     { r.usage = append(r.usage, u); return nil }

var (
	word   = rapid.SampledFrom([]string{"", "a", "b", "Microsoft SQL Server 2022", "日本", "x y"})
	key    = rapid.SampledFrom([]string{"d1", "d2", "d3"})
	count  = rapid.IntRange(0, 1<<20)
	moment = rapid.Custom(func(t *rapid.T) time.Time {
		if s := rapid.Int64Range(0, 1<<32-1).Draw(t, "seconds"); s > 0 {
			return time.Unix(s, 0).UTC()
		}
		return time.Time{}
	})
	title = rapid.Custom(func(t *rapid.T) catalog.Title {
		return catalog.Title{
			Publisher: word.Draw(t, "publisher"), Name: key.Draw(t, "name"), Version: word.Draw(t, "version"),
			Edition: word.Draw(t, "edition"), ProductCode: word.Draw(t, "code"), Architecture: word.Draw(t, "architecture"),
		}
	})
)

func device(t *rapid.T) compliance.Device {
	return compliance.Device{
		ID: compliance.DeviceID(key.Draw(t, "id")), Name: word.Draw(t, "name"), Source: "src",
		Kind:    compliance.DeviceKind(rapid.IntRange(0, int(compliance.CloudInstance)).Draw(t, "kind")),
		Sockets: count.Draw(t, "sockets"), Cores: count.Draw(t, "cores"), Threads: count.Draw(t, "threads"), VCPUs: count.Draw(t, "vcpus"),
		Model: word.Draw(t, "model"), Host: compliance.DeviceID(word.Draw(t, "host")), Cluster: word.Draw(t, "cluster"),
		InstanceType: word.Draw(t, "size"), Environment: word.Draw(t, "environment"), Country: word.Draw(t, "country"),
		Entity: word.Draw(t, "entity"), OperatingSystem: word.Draw(t, "system"), User: compliance.UserID(word.Draw(t, "user")),
		LastSeen: moment.Draw(t, "seen"),
	}
}

// placed draws the facts of where a device may run.
func placed(t *rapid.T, d *compliance.Device) {
	d.Role = compliance.Role(rapid.IntRange(0, int(compliance.ReadableSecondary)).Draw(t, "role"))
	d.StandbyFor = compliance.DeviceID(word.Draw(t, "pair"))
	d.Chassis = compliance.Chassis(word.Draw(t, "chassis"))
	if rapid.Bool().Draw(t, "rules known") {
		d.MayRunOn = rapid.SliceOfN(rapid.Map(key, func(s string) compliance.DeviceID { return compliance.DeviceID(s) }), 0, 3).Draw(t, "hosts")
	}
	if rapid.Bool().Draw(t, "history known") {
		d.Stays = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) compliance.Stay {
			return compliance.Stay{Host: compliance.DeviceID(key.Draw(t, "host")), Since: moment.Draw(t, "since")}
		}), 0, 3).Draw(t, "stays")
	}
}

func user(t *rapid.T) compliance.User {
	u := compliance.User{
		ID: compliance.UserID(key.Draw(t, "id")), Name: word.Draw(t, "name"), Entity: word.Draw(t, "entity"), Country: word.Draw(t, "country"),
		Kind: compliance.UserKind(rapid.IntRange(0, int(compliance.SharedAccount)).Draw(t, "kind")), Source: "src",
	}
	if rapid.Bool().Draw(t, "known") {
		active := rapid.Bool().Draw(t, "active")
		u.Active = &active
	}
	return u
}

// What goes in comes out, through the bytes of a message.
func TestRowsSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want, got := &rows{}, &rows{}
		n := rapid.IntRange(1, 8).Draw(t, "rows")
		encoders := map[connectors.Kind]*Encoder{}
		for _, k := range []connectors.Kind{connectors.Device, connectors.User, connectors.Install, connectors.Seat, connectors.Usage} {
			e, err := NewEncoder(k, Operation_OPERATION_PUT, 1000)
			require.NoError(t, err)
			encoders[k] = e
		}
		for range n {
			d, u := device(t), user(t)
			placed(t, &d)
			i := compliance.Install{Device: d.ID, Title: title.Draw(t, "title"), User: u.ID, FirstSeen: moment.Draw(t, "first"), LastUsed: moment.Draw(t, "used"), Source: "src"}
			s := compliance.Seat{User: u.ID, Title: i.Title, Assigned: i.FirstSeen, LastUsed: i.LastUsed, Source: "src"}
			m := compliance.Usage{Title: i.Title, From: i.FirstSeen, To: i.LastUsed, Peak: d.Cores, At: i.FirstSeen, Source: "src"}
			require.NoError(t, encoders[connectors.Device].Device(&d))
			require.NoError(t, encoders[connectors.User].User(&u))
			require.NoError(t, encoders[connectors.Install].Install(&i))
			require.NoError(t, encoders[connectors.Seat].Seat(&s))
			require.NoError(t, encoders[connectors.Usage].Usage(&m))
			want.devices, want.users = append(want.devices, d), append(want.users, u)
			want.installs, want.seats, want.usage = append(want.installs, i), append(want.seats, s), append(want.usage, m)
		}
		for _, e := range encoders {
			var in Inbound
			require.NoError(t, in.Decode(e.Take(1, nil).Append(nil)))
			delivery, err := Receiver{Sink: got, Source: "src"}.Deliver(in.Response().GetBatch())
			require.NoError(t, err)
			require.EqualValues(t, n, delivery.Rows)
		}
		require.Equal(t, want, got)
	})
}

// A row that cannot be carried leaves no trace in its batch.
func TestRowsThatCannotBeCarried(t *testing.T) {
	e, err := NewEncoder(connectors.Install, Operation_OPERATION_PUT, 10)
	require.NoError(t, err)
	good := compliance.Install{Device: "d", Title: catalog.Title{Name: "ok"}, Source: "src"}
	require.NoError(t, e.Install(&good))
	require.ErrorContains(t, e.Install(&compliance.Install{Device: "d", Title: catalog.Title{Name: "more than ten bytes"}}), "19 bytes is longer than the 10")
	require.ErrorContains(t, e.Install(&compliance.Install{Device: "d", Title: catalog.Title{Name: "\xff"}}), "not valid UTF-8")
	require.ErrorContains(t, e.Install(&compliance.Install{Device: "d", FirstSeen: time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)}), "first_seen")
	require.NoError(t, e.Install(&good))
	got := &rows{}
	var in Inbound
	require.NoError(t, in.Decode(e.Take(1, nil).Append(nil)))
	_, err = Receiver{Sink: got, Source: "src"}.Deliver(in.Response().GetBatch())
	require.NoError(t, err)
	assert.Equal(t, []compliance.Install{good, good}, got.installs)
}

// sound is a small batch that is right; each case breaks it in one way.
func sound() *Batch {
	return &Batch{
		Sequence: 1, Kind: Kind_KIND_DEVICE, Operation: Operation_OPERATION_PUT, Rows: 2, Dictionary: []string{"", "d1", "d2", "physical"},
		Columns: []*Column{{Name: "id", Texts: []uint32{1, 2}}, {Name: "kind", Texts: []uint32{3, 0}}, {Name: "cores", Numbers: []int64{8, 0}}},
	}
}

func TestBrokenBatches(t *testing.T) {
	for _, c := range []struct {
		name   string
		damage func(*Batch)
		want   string
	}{
		{"kind", func(b *Batch) { b.Kind = 99 }, "kind 99"},
		{"operation", func(b *Batch) { b.Operation = 0 }, "neither put nor delete"},
		{"no rows", func(b *Batch) { b.Rows = 0 }, "no rows"},
		{"dictionary", func(b *Batch) { b.Dictionary[0] = "x" }, "entry 0"},
		{"short column", func(b *Batch) { b.Columns[0].Texts = b.Columns[0].Texts[:1] }, `column "id": has 1 texts`},
		{"index", func(b *Batch) { b.Columns[0].Texts[1] = 4 }, `column "id": row 1: index 4 is beyond`},
		{"texts for numbers", func(b *Batch) { b.Columns[2] = &Column{Name: "cores", Texts: []uint32{1, 1}} }, `column "cores"`},
		{"numbers for texts", func(b *Batch) { b.Columns[1] = &Column{Name: "kind", Numbers: []int64{1, 1}} }, `column "kind"`},
		{"twice", func(b *Batch) { b.Columns = append(b.Columns, b.Columns[0]) }, "appears twice"},
		{"number twice", func(b *Batch) { b.Columns = append(b.Columns, b.Columns[2]) }, "appears twice"},
		{"negative", func(b *Batch) { b.Columns[2].Numbers[0] = -1 }, "-1 is out of range"},
		{"no key", func(b *Batch) { b.Columns = b.Columns[1:] }, `column "id" is missing`},
		{"empty key", func(b *Batch) { b.Columns[0].Texts[1] = 0 }, "row 1: id is empty"},
		{"no such kind of device", func(b *Batch) { b.Dictionary[3] = "toaster" }, `row 0: "toaster" is not a kind of device`},
		{"no such role", func(b *Batch) {
			b.Dictionary[3] = "boss"
			b.Columns[1].Name = "role"
		}, `row 0: "boss" is not a role`},
		{"lists for fewer rows", func(b *Batch) { b.Columns = append(b.Columns, &Column{Name: "may_run_on", Lengths: []uint32{0}}) }, `column "may_run_on": has lists for 1 rows, want 2`},
		{"lists without entries", func(b *Batch) {
			b.Columns = append(b.Columns, &Column{Name: "may_run_on", Texts: []uint32{1}, Lengths: []uint32{2, 1<<32 - 1}})
		}, "has 1 entries, want 4294967295"},
		{"list of numbers", func(b *Batch) {
			b.Columns = append(b.Columns, &Column{Name: "may_run_on", Numbers: []int64{1}, Lengths: []uint32{2, 0}})
		}, "want lists of texts"},
		{"list of texts", func(b *Batch) {
			b.Columns = append(b.Columns, &Column{Name: "stays_since", Texts: []uint32{1}, Lengths: []uint32{2, 0}})
		}, "want lists of numbers"},
		{"list beyond the dictionary", func(b *Batch) {
			b.Columns = append(b.Columns, &Column{Name: "may_run_on", Texts: []uint32{9}, Lengths: []uint32{2, 0}})
		}, "index 9 is beyond"},
		{"list twice", func(b *Batch) {
			b.Columns = append(b.Columns, &Column{Name: "may_run_on", Lengths: []uint32{1, 0}}, &Column{Name: "may_run_on", Lengths: []uint32{1, 0}})
		}, "appears twice"},
		{"negative in a list", func(b *Batch) {
			b.Columns = append(b.Columns, &Column{Name: "stays_since", Numbers: []int64{-1}, Lengths: []uint32{2, 0}})
		}, "-1 is out of range"},
		{"hosts without instants", func(b *Batch) {
			b.Columns = append(b.Columns, &Column{Name: "stay_hosts", Texts: []uint32{1}, Lengths: []uint32{2, 0}})
		}, "different lengths"},
		{"lengths of a text", func(b *Batch) { b.Columns[1].Lengths = []uint32{1, 1} }, "has lists"},
		{"removal", func(b *Batch) { b.Operation = Operation_OPERATION_DELETE }, "takes no removals"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := sound()
			c.damage(b)
			got := &rows{}
			_, err := Receiver{Sink: got}.Deliver(b)
			require.ErrorContains(t, err, c.want)
			assert.Empty(t, got.devices, "rows of a broken batch were delivered")
		})
	}
}

func TestColumnsOfALaterProtocol(t *testing.T) {
	b := sound()
	b.Columns = append(b.Columns, &Column{Name: "colour", Texts: []uint32{0, 0}})
	got := &rows{}
	delivery, err := Receiver{Sink: got}.Deliver(b)
	require.NoError(t, err)
	assert.Equal(t, []string{"colour"}, delivery.Unknown)
	assert.Len(t, got.devices, 2)
}

// Whatever a connector sends, a batch is delivered whole or refused whole.
func FuzzDeliver(f *testing.F) {
	raw, err := proto.Marshal(sound())
	require.NoError(f, err)
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var b Batch
		if proto.Unmarshal(raw, &b) != nil {
			return
		}
		got := &rows{}
		delivery, err := Receiver{Sink: got}.Deliver(&b)
		arrived := len(got.devices) + len(got.users) + len(got.installs) + len(got.seats) + len(got.usage)
		if err != nil && arrived > 0 {
			t.Fatalf("%d rows of a refused batch arrived: %v", arrived, err)
		}
		if err == nil && int64(arrived) != delivery.Rows {
			t.Fatalf("%d of %d rows arrived", arrived, delivery.Rows)
		}
	})
}
