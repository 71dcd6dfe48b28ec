// Package document reads the documents of trueup (playbooks, metrics, rubrics,
// rules, calendars) the way a compiler reads source: strictly, and with a
// position for everything that is wrong.
//
// A document is YAML without its surprises. Unknown fields, duplicate keys,
// anchors, aliases, tags and second documents in a file are problems, not
// extensions: a misspelt field in a compliance rule must never pass as a rule
// that says less. Every problem carries file, line, column and the source line
// with a caret, and all problems of a document are reported together, so that an
// author mends them in one go.
//
// [File.Decode] fills Go structs whose fields carry a `yaml:"name"` tag. A field
// of type [Text] also keeps where its value stands, so that a compiler of
// expressions can point into the document rather than into a detached string.
//
// What is left out: writing YAML, and decoding into maps of any. A document has
// a Go type or it is not read.
package document

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"
)

// File is one parsed document.
type File struct {
	name  string
	sum   [sha256.Size]byte
	lines []string
	root  *yaml.Node
}

// maxSize bounds a document. A playbook of a large company is some hundred
// kilobytes; what is beyond this is not a document that a person reviewed.
const maxSize = 8 << 20

// Parse reads one YAML document. The name is what problems call the file. The
// error, where there is one, is of type [Problems].
func Parse(name string, data []byte) (*File, error) {
	f := &File{name: name, sum: sha256.Sum256(data), lines: strings.Split(string(data), "\n")}
	if len(data) > maxSize {
		return nil, f.problems(1, 1, fmt.Sprintf("document is %d bytes, at most %d are read", len(data), maxSize))
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, f.problems(1, 1, "document is empty")
		}
		return nil, f.syntax(err)
	}
	var second yaml.Node
	if err := dec.Decode(&second); err == nil {
		return nil, f.problems(second.Line, second.Column, "a second document in one file is not read; use a file for each")
	} else if !errors.Is(err, io.EOF) {
		return nil, f.syntax(err)
	}
	if len(doc.Content) == 0 {
		return nil, f.problems(1, 1, "document is empty")
	}
	f.root = doc.Content[0]
	var ps Problems
	f.plain(f.root, 0, &ps)
	if len(ps) > 0 {
		return nil, ps
	}
	return f, nil
}

// Name is the name that the file was parsed under.
func (f *File) Name() string { return f.name }

// Digest is the SHA-256 of the bytes that were parsed, hexadecimal.
func (f *File) Digest() string { return hex.EncodeToString(f.sum[:]) }

// maxDepth bounds nesting, so that a hostile document cannot exhaust the stack.
const maxDepth = 64

// plain refuses the parts of YAML that make a document say something other than
// what a reader sees.
func (f *File) plain(n *yaml.Node, depth int, ps *Problems) {
	at := f.position(n)
	switch {
	case depth > maxDepth:
		*ps = append(*ps, f.Problem(at, "nested deeper than %d levels", maxDepth))
		return
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		*ps = append(*ps, f.Problem(at, "anchors and aliases are not read; write the value out"))
		return
	case strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!"):
		*ps = append(*ps, f.Problem(at, "tag %s is not read", n.Tag))
	}
	if n.Kind == yaml.MappingNode {
		f.uniqueKeys(n, ps)
	}
	for _, c := range n.Content {
		f.plain(c, depth+1, ps)
	}
}

func (f *File) uniqueKeys(n *yaml.Node, ps *Problems) {
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if line, dup := seen[k.Value]; dup {
			*ps = append(*ps, f.Problem(f.position(k), "%q is given twice, first on line %d", k.Value, line))
			continue
		}
		seen[k.Value] = k.Line
	}
}
