package audit_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/evidence/verify"
)

// records splits the file of entries.
func records(t *testing.T, b []byte) [][]byte {
	t.Helper()
	var out [][]byte
	for len(b) > 0 {
		n := 12 + int(binary.BigEndian.Uint32(b[8:]))
		out, b = append(out, b[:n:n]), b[n:]
	}
	return out
}

// The company is dishonest: it changes the package and signs the manifest anew with
// the true key. Each way is named.
func TestDishonestPackages(t *testing.T) {
	t.Parallel()
	s := open(t, 0, 3)
	whole := s.write(t)
	about := *check(t, whole, options(t)).About
	first := records(t, whole["entries"].Data)
	last := len(first) - 1
	for _, c := range []struct {
		name    string
		verdict func(*verify.PackageReport) verify.Verdict
		says    string
		change  func(m fstest.MapFS, about *statement.Package)
	}{
		{"truncated at the head", completeness, "of kind trueup.run/1, its statement says 1",
			func(m fstest.MapFS, _ *statement.Package) { m["entries"].Data = bytes.Join(first[1:], nil) }},
		{"truncated at the tail", completeness, "has no statement",
			func(m fstest.MapFS, _ *statement.Package) { m["entries"].Data = bytes.Join(first[:last], nil) }},
		{"one left out", completeness, "of kind trueup.finding/1, its statement says 1",
			func(m fstest.MapFS, _ *statement.Package) {
				m["entries"].Data = bytes.Join(append(first[:3:3], first[4:]...), nil)
			}},
		{"all left out", completeness, "has no entry in the package",
			func(m fstest.MapFS, _ *statement.Package) { m["entries"].Data = nil }},
		{"reordered", integrity, "is out of order",
			func(m fstest.MapFS, _ *statement.Package) {
				m["entries"].Data = bytes.Join(append([][]byte{first[1], first[0]}, first[2:]...), nil)
			}},
		{"twice", integrity, "is out of order",
			func(m fstest.MapFS, _ *statement.Package) {
				m["entries"].Data = bytes.Join(append([][]byte{first[0]}, first...), nil)
			}},
		{"in another place", integrity, "does not hash to what the tree holds",
			func(m fstest.MapFS, _ *statement.Package) {
				swapped := append(bytes.Clone(first[0][:8]), first[1][8:]...)
				m["entries"].Data = bytes.Join(append([][]byte{swapped}, first[1:]...), nil)
			}},
		{"cut off", integrity, "bytes long, 8 are there",
			func(m fstest.MapFS, _ *statement.Package) { m["entries"].Data = m["entries"].Data[:20] }},
		{"another payload", integrity, "does not hash to what the tree holds",
			func(m fstest.MapFS, _ *statement.Package) {
				m["entries"].Data = bytes.Replace(m["entries"].Data, []byte(`"verdict":"fail"`), []byte(`"verdict":"pass"`), 1)
			}},
		{"another tile", integrity, "cannot be proved",
			func(m fstest.MapFS, _ *statement.Package) {
				for name, f := range m {
					if strings.HasPrefix(name, "tile/0/") {
						f.Data[5] ^= 1
					}
				}
			}},
		{"no tiles", integrity, "cannot be proved",
			func(m fstest.MapFS, _ *statement.Package) {
				for name := range m {
					if strings.HasPrefix(name, "tile/") {
						delete(m, name)
					}
				}
			}},
		{"another run", completeness, "has no entry in the package",
			func(_ fstest.MapFS, about *statement.Package) { about.Run = "another" }},
		{"another reader", provenance, "for another audience",
			func(_ fstest.MapFS, about *statement.Package) { about.Audience = "someone" }},
		{"expired", provenance, "expired on 2026-11-16T09:30:00Z",
			func(_ fstest.MapFS, about *statement.Package) { about.Expires = now.Add(30 * time.Minute) }},
	} {
		m, a := clone(whole), about
		c.change(m, &a)
		resign(t, m, a)
		r := check(t, m, options(t))
		v := c.verdict(&r.PackageReport)
		require.Equal(t, verify.Fail, v.Status, c.name)
		require.Contains(t, v.Problems[0].String(), c.says, c.name)
		require.False(t, r.OK(), c.name)
	}
}

func integrity(r *verify.PackageReport) verify.Verdict    { return r.Integrity }
func completeness(r *verify.PackageReport) verify.Verdict { return r.Completeness }
func provenance(r *verify.PackageReport) verify.Verdict   { return r.Provenance }

// The log is true, but the facts or the rules in the package are not those that gave
// its positions.
func TestRecomputationDiffers(t *testing.T) {
	t.Parallel()
	s := open(t, 0, 3)
	whole := s.write(t)
	about := *check(t, whole, options(t)).About
	for name, c := range map[string]struct {
		says   string
		change func(m fstest.MapFS, about *statement.Package)
	}{
		"an install less": {"comes out", func(m fstest.MapFS, _ *statement.Package) {
			b := m["facts/installs.jsonl"]
			b.Data = b.Data[bytes.IndexByte(b.Data, '\n')+1:]
		}},
		"another price": {"has the digest", func(m fstest.MapFS, _ *statement.Package) {
			b := m["playbook/playbook.yaml"]
			b.Data = bytes.Replace(b.Data, []byte("price: 2100"), []byte("price: 1100"), 1)
		}},
		"another instant":   {"comes out", func(_ fstest.MapFS, about *statement.Package) { about.Judged = about.Judged.Add(time.Second) }},
		"a broken playbook": {"cannot be computed anew", func(m fstest.MapFS, _ *statement.Package) { m["playbook/playbook.yaml"].Data = []byte("x: {") }},
		"no estate":         {"cannot be computed anew", func(m fstest.MapFS, _ *statement.Package) { delete(m, "facts/estate.json") }},
		"no collections":    {"cannot be computed anew", func(m fstest.MapFS, _ *statement.Package) { delete(m, "facts/collections.jsonl") }},
		"no playbook":       {"cannot be computed anew", func(_ fstest.MapFS, about *statement.Package) { about.Document = "../x" }},
	} {
		m, a := clone(whole), about
		c.change(m, &a)
		resign(t, m, a)
		r := check(t, m, options(t))
		require.Equal(t, verify.Pass, r.Integrity.Status, name)
		require.Equal(t, verify.Pass, r.Completeness.Status, name)
		require.Equal(t, verify.Fail, r.Recomputation.Status, name)
		require.Contains(t, r.Recomputation.Problems[0].String(), c.says, name)
		require.False(t, r.OK())
	}
}

// What the reader remembers of the log: an older state is continued, a newer one shows
// that this one is replayed, and another of the same size that there are two logs.
func TestRemembered(t *testing.T) {
	t.Parallel()
	s := open(t, 300, 3)
	before := s.opts.Report.Checkpoint
	old := s.write(t)
	first := s.early
	s.run(t, 4, now.Add(time.Hour))
	after := s.opts.Report.Checkpoint

	opts := options(t)
	opts.Remembered = [][]byte{first.Note, before.Note}
	r := check(t, s.write(t), opts)
	require.Equal(t, verify.Unknown, r.Provenance.Status)
	require.Contains(t, r.Provenance.Problems[0].String(), "cannot be shown to continue")
	s.opts.Since = []int64{first.Size}
	whole := s.write(t)
	require.NoError(t, check(t, whole, opts).Err())

	opts.Remembered = [][]byte{after.Note}
	require.NoError(t, check(t, whole, opts).Err())
	r = check(t, old, opts)
	require.Equal(t, verify.Fail, r.Integrity.Status)
	require.Contains(t, r.Integrity.Problems[0].String(), "is an old one, of")

	// A second log under the same key, one entry of which is another, shown to others.
	fork := open(t, 299, 3)
	_, err := fork.log.Append(t.Context(), evidence.Entry{Kind: "more"})
	require.NoError(t, err)
	c, err := fork.log.Checkpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, before.Size, c.Size)
	opts.Remembered = [][]byte{c.Note}
	r = check(t, old, opts)
	require.Equal(t, verify.Fail, r.Integrity.Status)
	require.Contains(t, r.Integrity.Problems[0].String(), "split view: two logs of")
	r = check(t, whole, opts)
	require.Equal(t, verify.Fail, r.Integrity.Status)
	require.Contains(t, r.Integrity.Problems[0].String(), "does not continue the remembered one")

	opts.Remembered = [][]byte{before.Note, c.Note} // of two witnesses
	r = check(t, whole, opts)
	require.Equal(t, verify.Fail, r.Integrity.Status)
	require.Contains(t, r.Integrity.Problems[0].String(), "split view: two logs of")
}

func TestStrangersManifest(t *testing.T) {
	s := open(t, 0, 1)
	m := s.write(t)
	opts := options(t)
	other := make([]byte, 32)
	other[0] = 1
	opts.Signers = append(opts.Signers, other)
	r := check(t, m, opts)
	require.Equal(t, verify.Fail, r.Provenance.Status)
	require.Contains(t, r.Provenance.Problems[0].String(), "manifest.json: statement: not validly signed")
	m["more"] = &fstest.MapFile{Data: []byte("x")}
	r = check(t, m, options(t))
	require.Equal(t, "more: is not in the manifest", r.Integrity.Problems[0].String())
	delete(m, "manifest.json")
	r = check(t, m, options(t))
	require.Equal(t, "manifest.json: is missing, so nothing says what belongs to the package", r.Integrity.Problems[0].String())
}
