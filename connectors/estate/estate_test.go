package estate_test

import (
	"fmt"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/connectors/estate"
)

func ExampleRead() {
	got, err := estate.Read(fstest.MapFS{
		"estate.json":      {Data: []byte(`{"at": "2026-11-16T08:00:00Z", "sources": [{"id": "cmdb", "collected": "2026-11-16T07:00:00Z"}]}`)},
		"devices.jsonl":    {Data: []byte(`{"id": "db1", "kind": "physical", "sockets": 2, "cores": 32, "source": "cmdb"}`)},
		"installs.jsonl":   {Data: []byte(`{"device": "db1", "name": "Oracle Database 19c Enterprise Edition", "source": "cmdb"}`)},
		"entitlements.csv": {Data: []byte("id,product,metric,quantity\nO-1,oracle/database,oracle.processor,16\n")},
	})
	fmt.Println(got.Estate.Count(), len(got.Entitlements), err)
	// Output:
	// {1 0 1 0 0} 1 <nil>
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	at := time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC)
	no := false
	b := compliance.NewBuilder(at)
	title := catalog.Title{Publisher: "Böll & Söhne <x>", Name: "a", Version: "1", Edition: "e", ProductCode: "{c}", Architecture: "x64"}
	require.NoError(t, b.AddDevice(compliance.Device{ID: "d", Name: "n", Kind: compliance.VirtualMachine, Source: "s", Sockets: 1, Cores: 2, Threads: 4, VCPUs: 3,
		Model: "m", Host: "h", Cluster: "c", InstanceType: "i", Environment: "prod", Country: "AT", Entity: "E", OperatingSystem: "os", User: "u", LastSeen: at}))
	require.NoError(t, b.AddDevice(compliance.Device{ID: "placed", MayRunOn: []compliance.DeviceID{"h"}, Stays: []compliance.Stay{{Host: "h", Since: at}}, Role: compliance.PassiveDR, StandbyFor: "d"}))
	require.NoError(t, b.AddDevice(compliance.Device{ID: "free", MayRunOn: []compliance.DeviceID{}, Stays: []compliance.Stay{}}))
	require.NoError(t, b.AddDevice(compliance.Device{ID: "bare"}))
	require.NoError(t, b.AddUser(compliance.User{ID: "u", Name: "n", Kind: compliance.SharedAccount, Entity: "E", Country: "AT", Active: &no, Source: "s"}))
	require.NoError(t, b.AddInstall(compliance.Install{Device: "d", Title: title, User: "u", FirstSeen: at, LastUsed: at, Source: "s"}))
	require.NoError(t, b.AddSeat(compliance.Seat{User: "u", Title: title, Assigned: at, LastUsed: at, Source: "s"}))
	require.NoError(t, b.AddUsage(compliance.Usage{Title: title, From: at, To: at.Add(time.Hour), Peak: 0, At: at, Source: "s"}))
	require.NoError(t, b.AddSource(compliance.Source{ID: "s", Collected: at, Failure: "f", Devices: -1, Installs: 0}))
	e := b.Build()
	dir := t.TempDir()
	require.NoError(t, estate.Write(dir, e))
	got, err := estate.Read(os.DirFS(dir))
	require.NoError(t, err)
	assert.Equal(t, e.Digest(), got.Estate.Digest())
}

func TestProblemsNameFileAndLine(t *testing.T) {
	_, err := estate.Read(fstest.MapFS{
		"estate.json":    {Data: []byte(`{"at": "2026-11-16T08:00:00Z"}`)},
		"devices.jsonl":  {Data: []byte("{\"id\": \"a\"}\n\n{\"id\": \"b\", \"coers\": 2}\n{\"id\": \"c\", \"kind\": \"toaster\"}\n{\"id\": \"d\", \"cores\": -1}\n{\"id\": \"e\"} {}\n{\"id\": \"f\", \"role\": \"boss\"}\n{\"id\": \"g\", \"stays\": [{\"host\": \"h\"}]}\n")},
		"installs.jsonl": {Data: []byte("{\"device\": \"a\"}\n{\"devi")},
		"bought.csv":     {Data: []byte("id,product,metric,quantity\nE,a,m,many\n")},
	})
	var ps document.Problems
	require.ErrorAs(t, err, &ps)
	assert.Len(t, ps, 9)
	for _, want := range []string{
		`devices.jsonl:3:1: not a record: json: unknown field "coers"`, `devices.jsonl:4:1: kind "toaster" is none of`,
		"devices.jsonl:5:1: compliance: invalid fact: device d has a negative number", "devices.jsonl:6:1: something stands after the record",
		`devices.jsonl:7:1: role "boss" is none of active`, "devices.jsonl:8:1: compliance: invalid fact: device g has a stay without host or instant",
		"installs.jsonl:1:1: compliance: invalid fact", "installs.jsonl:2:1: not a record: unexpected EOF", "bought.csv:2:7: quantity",
	} {
		assert.ErrorContains(t, err, want)
	}
	_, err = estate.Read(fstest.MapFS{"estate.json": {Data: []byte("{}")}})
	assert.ErrorContains(t, err, "at, the instant of the snapshot, is missing")
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"at": "2026-11-16T08:00:00Z"}`), []byte(`{"id": "a"}`), []byte(`{"device": "a", "name": "x"}`))
	f.Fuzz(func(t *testing.T, head, devices, installs []byte) {
		got, err := estate.Read(fstest.MapFS{"estate.json": {Data: head}, "devices.jsonl": {Data: devices}, "installs.jsonl": {Data: installs}})
		if (got.Estate == nil) == (err == nil) {
			t.Fatalf("estate %v with error %v", got.Estate, err)
		}
	})
}
