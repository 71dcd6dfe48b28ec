package estate_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
	"github.com/trueup-dev/trueup/connectors/estate"
)

// tallyOf is an empty tally for the terms of a folder.
func tallyOf(fsys fs.FS) (*compliance.Tally, error) {
	folder, err := estate.Terms(fsys)
	if err != nil {
		return nil, err
	}
	titles, err := catalog.Default()
	if err != nil {
		return nil, err
	}
	metrics, err := metric.Standard()
	if err != nil {
		return nil, err
	}
	in := folder.Ledger.Input(compliance.Input{Catalog: titles, Metrics: metrics}, folder.Estate.At(), folder.Estate.At())
	return compliance.NewTally(folder.Estate.At(), in)
}

func ExampleCount() {
	folder := fstest.MapFS{
		"estate.json": {Data: []byte(`{"at": "2026-11-16T08:00:00Z", "sources": [{"id": "cmdb", "collected": "2026-11-16T07:00:00Z"}]}`)},
		"devices.csv": {Data: []byte("id,kind,sockets,cores,source\ndb1,physical,2,32,cmdb\ndb2,physical,2,16,cmdb\n")},
		"installs.csv": {Data: []byte("device,publisher,name,source\n" +
			"db1,Oracle,Oracle Database 19c Enterprise Edition,cmdb\ndb1,,\"7-Zip 24.08 (x64), portable\",cmdb\ndb2,Oracle,Oracle Database 19c Enterprise Edition,cmdb\n")},
		"entitlements.csv": {Data: []byte("id,product,metric,quantity\nO-1,oracle/database,oracle.processor,16\n")},
	}
	tally, err := tallyOf(folder)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := estate.Count(context.Background(), folder, tally); err != nil {
		fmt.Println(err)
		return
	}
	result, err := tally.Reconcile(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(tally.Devices(), "devices,", result.Installs, "installs")
	for _, p := range result.Positions {
		fmt.Println(p.Product, p.Status, "owned", p.Owned, "required", p.Required)
	}
	// Output:
	// 2 devices, 3 installs
	// oracle/database unknown owned 16 required 12..48
}

// csvFolder is a folder of many devices, some of whose cells want quotes.
func csvFolder(devices int) fstest.MapFS {
	var d, i bytes.Buffer
	dw, iw := csv.NewWriter(&d), csv.NewWriter(&i)
	write := func(w *csv.Writer, cells ...string) {
		if err := w.Write(cells); err != nil {
			panic(err)
		}
	}
	write(dw, "id", "kind", "cores", "sockets", "entity", "last_seen")
	write(iw, "device", "name", "publisher", "version", "last_used", "user")
	for n := range devices {
		id := fmt.Sprintf("host %04d", n)
		write(dw, id, "physical", fmt.Sprint(4*(n%5)), "1", []string{"north", `"south" & co, ltd`}[n%2], "2026-11-15T08:00:00Z")
		for k := range n % 7 {
			write(iw, id, []string{"AutoCAD 2025", "Oracle Database 19c Enterprise Edition", "two\nlines", `"quoted", once`}[(n+k)%4], "Autodesk", fmt.Sprint(k%2),
				"2026-11-01T08:00:00Z", []string{"", "u1"}[k%2])
		}
	}
	if err := errors.Join(flushed(dw), flushed(iw)); err != nil {
		panic(err)
	}
	return fstest.MapFS{
		"estate.json": {Data: []byte(`{"at": "2026-11-16T08:00:00Z", "sources": [{"id": "cmdb", "collected": "2026-11-16T07:00:00Z"}]}`)},
		"devices.csv": {Data: d.Bytes()}, "installs.csv": {Data: i.Bytes()},
		"users.jsonl":      {Data: []byte(`{"id": "u1", "kind": "person", "entity": "north"}`)},
		"entitlements.csv": {Data: []byte("id,product,metric,quantity\nO-1,oracle/database,oracle.processor,16\nA-1,autodesk/autocad,generic.device,100\n")},
	}
}

func flushed(w *csv.Writer) error { w.Flush(); return w.Error() }

// What is counted from a folder is what counting the estate that it holds gives.
func TestCountIsReading(t *testing.T) {
	folder := csvFolder(1_000) // several batches
	read, err := estate.Read(folder)
	require.NoError(t, err)
	bytesOf := func(y *compliance.Tally) string {
		res, err := y.Reconcile(context.Background())
		require.NoError(t, err)
		text, err := json.MarshalIndent(res, "", " ")
		require.NoError(t, err)
		return string(text)
	}
	want, err := tallyOf(folder)
	require.NoError(t, err)
	require.NoError(t, want.AddEstate(read.Estate))
	got, err := tallyOf(folder)
	require.NoError(t, err)
	require.NoError(t, estate.Count(context.Background(), folder, got))
	assert.Equal(t, 1_000, got.Devices())
	assert.Equal(t, bytesOf(want), bytesOf(got))

	delete(folder, "devices.csv") // then only installs name devices
	read, err = estate.Read(folder)
	require.NoError(t, err)
	want, err = tallyOf(folder)
	require.NoError(t, err)
	require.NoError(t, want.AddEstate(read.Estate))
	got, err = tallyOf(folder)
	require.NoError(t, err)
	require.NoError(t, estate.Count(context.Background(), folder, got))
	assert.Equal(t, bytesOf(want), bytesOf(got))
}

func TestCountNamesFileAndLine(t *testing.T) {
	tests := map[string]struct{ devices, installs, says string }{
		"unknown column":    {"id,coers\n", "device,name\n", `devices.csv:1:4: column "coers" is none of chassis, cluster,`},
		"column twice":      {"id,id\n", "device,name\n", `devices.csv:1:4: column "id" stands twice`},
		"empty file":        {"", "device,name\n", `devices.csv:1:1: the file is empty`},
		"no number":         {"id,cores\na,x\n", "device,name\n", `devices.csv:2:3: cores: "x" is not a whole number`},
		"no kind":           {"id,kind\na,toaster\n", "device,name\n", `devices.csv:2:3: kind: "toaster" is none of physical`},
		"no instant":        {"id\na\n", "device,name,last_used\na,b,yesterday\n", `installs.csv:2:5: last_used: "yesterday" is not an instant`},
		"too few cells":     {"id,cores\na\n", "device,name\n", `devices.csv:2:1: the row has 1 cells and the first row names 2 columns`},
		"open quote":        {"id\na\n", "device,name\na,\"b\n", `installs.csv:2:1: a quoted field does not end`},
		"negative":          {"id,cores\na,4\nb,-4\n", "device,name\n", `devices.csv:3:1: compliance: invalid fact: device b has a negative number`},
		"twice":             {"id\na\na\n", "device,name\n", `devices.csv:3:1: compliance: invalid fact: device a is given twice`},
		"other order":       {"id\na\nb\n", "device,name\nb,x\na,x\n", `installs.csv:3:1: device "a" does not follow in devices.csv`},
		"install of nobody": {"id\na\n", "device,name\n,x\n", `installs.csv:2:1: compliance: invalid fact: install of "x" names no device`},
		"no title":          {"id\na\n", "device,name\na,\n", `.csv:2:1: compliance: invalid fact: install on a has neither name nor product code`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := fstest.MapFS{
				"estate.json": {Data: []byte(`{"at": "2026-11-16T08:00:00Z"}`)},
				"devices.csv": {Data: []byte(tt.devices)}, "installs.csv": {Data: []byte(tt.installs)},
			}
			tally, err := tallyOf(folder)
			require.NoError(t, err)
			require.ErrorContains(t, estate.Count(context.Background(), folder, tally), tt.says)
			if name == "twice" || name == "other order" {
				return // an estate joins reports, in any order
			}
			_, err = estate.Read(folder)
			_, what, _ := strings.Cut(tt.says, ".csv")
			require.ErrorContains(t, err, what)
		})
	}
	folder := csvFolder(3)
	folder["installs.jsonl"] = &fstest.MapFile{Data: []byte(`{"device": "a", "name": "b"}`)}
	tally, err := tallyOf(folder)
	require.NoError(t, err)
	require.ErrorContains(t, estate.Count(context.Background(), folder, tally), "installs.jsonl:1:1: devices and installs are only counted from CSV")
}

func TestCountStops(t *testing.T) {
	folder := csvFolder(2_000)
	folder["devices.csv"] = &fstest.MapFile{Data: append([]byte("id\n"), bytes.Repeat([]byte("a,b\n"), 3_000)...)}
	tally, err := tallyOf(folder)
	require.NoError(t, err)
	err = estate.Count(context.Background(), folder, tally)
	require.ErrorContains(t, err, "reading ends here after 100 problems")

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	folder = csvFolder(2_000)
	tally, err = tallyOf(folder)
	require.NoError(t, err)
	require.ErrorIs(t, estate.Count(ctx, folder, tally), context.Canceled)
}
