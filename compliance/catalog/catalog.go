package catalog

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Catalog recognises titles. It does not change after it was loaded and is safe
// for concurrent use.
type Catalog struct {
	words      *vocabulary
	publishers *publishers
	entries    map[ProductKey]*entry
	// titles finds phrases by their first word, those that explain most first.
	titles  map[string][]title
	ignores []ignoreRule
	digest  string
}

// Digest is the SHA-256 of the documents that the catalogue was loaded from, in
// their order, hexadecimal.
func (c *Catalog) Digest() string { return c.digest }

func digest(docs []Document) string {
	h := sha256.New()
	for _, d := range docs {
		fmt.Fprintf(h, "%d:", len(d.Data))
		h.Write(d.Data)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Document is a catalogue document: YAML, described in data/README.md. The name
// is what errors call it.
type Document struct {
	Name string
	Data []byte
}

//go:embed data/*.yaml
var embedded embed.FS

// Default loads the embedded catalogue and, on top of it, further documents.
// What a later document says of a title or a product key wins.
func Default(extra ...Document) (*Catalog, error) {
	docs, err := embeddedDocuments()
	if err != nil {
		return nil, err
	}
	return Load(append(docs, extra...)...)
}

func embeddedDocuments() ([]Document, error) {
	names, err := fs.Glob(embedded, "data/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	docs := make([]Document, 0, len(names))
	for _, name := range names {
		data, err := embedded.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("catalog: %w", err)
		}
		docs = append(docs, Document{Name: name, Data: data})
	}
	return docs, nil
}

// Entry is what the catalogue knows of a product.
func (c *Catalog) Entry(key ProductKey) (Entry, bool) {
	e, ok := c.entries[key]
	if !ok {
		return Entry{}, false
	}
	return e.copy(), true
}

// Entries lists everything that the catalogue knows, by key.
func (c *Catalog) Entries() []Entry {
	out := make([]Entry, 0, len(c.entries))
	for _, e := range c.entries {
		out = append(out, e.copy())
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(string(a.Key), string(b.Key)) })
	return out
}

func (e *entry) copy() Entry {
	out := e.Entry
	out.Members = slices.Clone(e.Members)
	out.Support = slices.Clone(e.Support)
	return out
}
