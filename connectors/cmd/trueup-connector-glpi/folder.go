package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/documents"
)

// folder is one reading of a folder of inventories.
type folder struct {
	settings map[string]string
	to       output

	// machines are the files of each device; byUUID finds the device that has a
	// hardware identifier.
	machines map[compliance.DeviceID][]*inventory
	byUUID   map[string]compliance.DeviceID
	network  []networkFacts
	users    map[compliance.UserID]bool
	guests   map[string]guest

	read, superseded, broken int
	devices, installs        int
	keptBytes                int64
}

// inventory is one file of one device.
type inventory struct {
	path     string
	name     string
	partial  bool
	logged   time.Time
	uuid     string
	machines []virtualMachine
	// doc is nil when the folder is too large to keep in memory; the file is
	// then read again.
	doc *document
}

const (
	largestFile = 256 << 20
	keepBytes   = 64 << 20
)

// inventoryFiles lists the files to read, in order.
func inventoryFiles(path string) ([]string, error) {
	return documents.Files(path, ".json", ".xml", ".ocs")
}

// index reads every file and notes whose it is.
func (f *folder) index(ctx context.Context, files []string) error {
	f.machines, f.byUUID = map[compliance.DeviceID][]*inventory{}, map[string]compliance.DeviceID{}
	f.users = map[compliance.UserID]bool{}
	for i, path := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f.to.Progress(filepath.Base(path), i, len(files)); err != nil {
			return err
		}
		if err := f.add(path); err != nil {
			if err := f.problem(path, err); err != nil {
				return err
			}
		}
	}
	for _, list := range f.machines {
		slices.SortStableFunc(list, earlier)
	}
	return nil
}

func (f *folder) problem(path string, err error) error {
	p := connectors.Problem{Kind: connectors.BadData, Subject: path, Message: err.Error()}
	var placed *placedError
	switch {
	case errors.As(err, &placed):
		p.Place, p.Message = placed.place(), placed.err.Error()
		f.broken++
	case errors.Is(err, errNotInventory):
		p.Harmless = true
	default:
		f.broken++
	}
	return f.to.Problem(p)
}

// load reads and parses a file.
func load(path string) (*document, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if info.Size() > largestFile {
		return nil, 0, fmt.Errorf("the file has %d bytes, more than the %d that an inventory may have", info.Size(), largestFile)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, 0, err
	}
	d, err := parse(data)
	return d, info.Size(), err
}

func (f *folder) add(path string) error {
	d, size, err := load(path)
	if err != nil {
		return err
	}
	if len(d.Content.Devices) > 0 || d.Content.NetworkDevice != nil {
		f.network = append(f.network, networkOf(d)...)
		return nil
	}
	if d.DeviceID.text() == "" {
		return &placedError{1, 1, errors.New("the inventory has no deviceid")}
	}
	logged, err := parseTime(d.Content.AccessLog.LogDate.text())
	if err != nil {
		return &placedError{1, 1, fmt.Errorf("accesslog logdate: %w", err)}
	}
	inv := &inventory{
		path: path, name: filepath.Base(path), partial: d.Partial, logged: logged,
		uuid: strings.ToLower(d.Content.Hardware.UUID.text()), machines: d.Content.VirtualMachines,
	}
	if f.keptBytes+size <= keepBytes {
		inv.doc = d
		f.keptBytes += size
	}
	id := compliance.DeviceID(d.DeviceID.text())
	f.machines[id] = append(f.machines[id], inv)
	if inv.uuid != "" {
		f.byUUID[inv.uuid] = id
	}
	f.read += len(d.Content.Software)
	return nil
}

// networkOf lists the network devices of a document.
func networkOf(d *document) []networkFacts {
	var out []networkFacts
	for _, n := range d.Content.Devices {
		facts := n.Info
		if facts == (networkFacts{}) {
			facts = n.networkFacts
		}
		if facts.MAC == "" && len(n.Ports) > 0 {
			facts.MAC = n.Ports[0]
		}
		out = append(out, facts)
	}
	if n := d.Content.NetworkDevice; n != nil {
		out = append(out, *n)
	}
	return out
}

// earlier puts the files of one device in the order in which they count.
func earlier(a, b *inventory) int {
	partial := func(i *inventory) int {
		if i.partial {
			return 1
		}
		return 0
	}
	if !a.logged.IsZero() && !b.logged.IsZero() {
		return cmp.Or(a.logged.Compare(b.logged), cmp.Compare(partial(a), partial(b)), cmp.Compare(a.name, b.name), cmp.Compare(a.path, b.path))
	}
	return cmp.Or(cmp.Compare(partial(a), partial(b)), a.logged.Compare(b.logged), cmp.Compare(a.name, b.name), cmp.Compare(a.path, b.path))
}
