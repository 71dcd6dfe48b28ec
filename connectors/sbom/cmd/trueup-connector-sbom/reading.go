package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/documents"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

// largestFile bounds what is read into memory.
const largestFile = 256 << 20

// listed are the files to read, in order.
func listed(path string) ([]string, error) {
	return documents.Files(path, ".json", ".xml", ".swidtag", ".cdx", ".spdx")
}

// reading is one collection.
type reading struct {
	settings    map[string]string
	to          *sdk.Writer
	before, now cursor
	passed      map[string]int
	broken      int
}

// file reads a document unless it is what the cursor has. One that cannot be read keeps
// what it said before, and is read again the next time.
func (r *reading) file(path string) error {
	name := r.relative(path)
	was := r.before[name]
	data, err := load(path)
	if err == nil && was != nil && was.Sum == sumOf(data) {
		r.now[name] = was
		return nil
	}
	var d *document
	if err == nil {
		d, err = parse(data)
	}
	switch {
	case errors.Is(err, errForeign):
		return r.to.Problem(connectors.Problem{Kind: connectors.BadData, Subject: path, Message: err.Error(), Harmless: true})
	case err != nil:
		if was != nil {
			r.now[name] = was
		}
		return r.problem(path, "", err.Error())
	}
	for _, f := range d.faults {
		if err := r.problem(path, f.place, f.message); err != nil {
			return err
		}
	}
	d.Sum, d.Device = sumOf(data), r.device(name, d)
	if len(d.faults) > 0 {
		d.Sum = "unread" // so that it is read, and its faults told, the next time
	}
	if r.passed == nil {
		r.passed = map[string]int{}
	}
	for what, n := range d.passed {
		r.passed[what] += n
	}
	for i := range d.Bought {
		d.Bought[i].ID = "cyclonedx:" + name + "#" + d.Bought[i].ID
	}
	r.now[name] = d
	return nil
}

func (r *reading) problem(path, place, message string) error {
	r.broken++
	return r.to.Problem(connectors.Problem{Kind: connectors.BadData, Subject: path, Place: place, Message: message})
}

func load(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > largestFile {
		return nil, fmt.Errorf("the file has %d bytes, more than the %d that a document may have", info.Size(), largestFile)
	}
	return os.ReadFile(path)
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

// relative is the path of a document below the folder, which is the same wherever the
// folder is.
func (r *reading) relative(path string) string {
	name, err := filepath.Rel(r.settings["path"], path)
	if err != nil || name == "." {
		name = filepath.Base(path)
	}
	return filepath.ToSlash(name)
}

// device is whose software a document tells of.
func (r *reading) device(name string, d *document) string {
	if own := r.settings["device"]; own != "" {
		return own
	}
	folder, file := "", name
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		folder, file = name[:i], name[i+1:]
	}
	if !d.perFolder {
		return strings.TrimPrefix(folder+"/"+strings.TrimSuffix(file, filepath.Ext(file)), "/")
	}
	if folder != "" {
		return folder
	}
	// Tags at the top are of the folder itself.
	root, err := filepath.Abs(r.settings["path"])
	if err != nil {
		return r.settings["path"]
	}
	return filepath.Base(root)
}
