package verify_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/verify"
)

const firstSegment = "entries/0000000000000000"

func segmentsOf(m fstest.MapFS) []string {
	var names []string
	for name := range m {
		if strings.HasPrefix(name, "entries/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func clone(m fstest.MapFS) fstest.MapFS {
	out := fstest.MapFS{}
	for name, f := range m {
		out[name] = &fstest.MapFile{Data: bytes.Clone(f.Data)}
	}
	return out
}

func TestTampering(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 300)
	whole := load(t, dir)
	segments := segmentsOf(whole)
	require.Greater(t, len(segments), 5)
	last := segments[len(segments)-1]
	for _, c := range []struct {
		name   string
		tamper func(m fstest.MapFS)
		where  string
		what   string
	}{
		{"head cut off", func(m fstest.MapFS) { delete(m, firstSegment) }, "entry 0", "is missing"},
		{"tail cut off", func(m fstest.MapFS) { delete(m, last) }, "entry ", "is missing"},
		{"tail cut inside a group", func(m fstest.MapFS) {
			m[last].Data = m[last].Data[:len(m[last].Data)-1]
		}, "entry 305", "damaged"},
		{"middle cut out", func(m fstest.MapFS) { delete(m, segments[2]) }, "entry ", "is missing"},
		{"two segments exchanged", func(m fstest.MapFS) {
			m[segments[1]].Data, m[segments[2]].Data = m[segments[2]].Data, m[segments[1]].Data
		}, "entry ", "is not where it belongs"},
		{"groups exchanged", func(m fstest.MapFS) { exchangeGroups(t, m[firstSegment].Data) }, "entry 0", "is not where it belongs"},
		{"tile removed", func(m fstest.MapFS) { delete(m, "tile/0/000") }, "tile/0/000", "is missing"},
		{"edge removed", func(m fstest.MapFS) { delete(m, "tile/0/001.p/50") }, "tile/0/001.p/50", "is missing"},
		{"tile added", func(m fstest.MapFS) {
			m["tile/0/007"] = &fstest.MapFile{Data: make([]byte, 8192)}
		}, "tile/0/007", "more entries"},
		{"file added", func(m fstest.MapFS) {
			m["readme.txt"] = &fstest.MapFile{}
		}, "readme.txt", "no file of a log"},
		{"checkpoint removed", func(m fstest.MapFS) { delete(m, "checkpoint") }, "checkpoint", "is missing"},
		{"bytes after the end", func(m fstest.MapFS) {
			m[last].Data = append(m[last].Data, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7)
		}, last, "after the last entry"},
	} {
		m := clone(whole)
		c.tamper(m)
		rep := check(t, m)
		require.Equal(t, verify.Fail, rep.Integrity.Status, c.name)
		p := rep.Integrity.Problems[0]
		require.Contains(t, p.Where, c.where, c.name)
		require.Contains(t, p.What, c.what, c.name)
		require.ErrorIs(t, rep.Err(), verify.ErrNotVerified)
	}
	require.NoError(t, check(t, whole).Err())
}

// exchangeGroups swaps the first two groups of a segment. They have equal length.
func exchangeGroups(t *testing.T, b []byte) {
	second := bytes.Index(b[1:], []byte("tug1")) + 1
	third := bytes.Index(b[second+1:], []byte("tug1")) + second + 1
	swapped := append(bytes.Clone(b[second:third]), b[:second]...)
	copy(b, swapped)
	require.True(t, bytes.HasPrefix(b, []byte("tug1")))
}

// An old checkpoint in its place, or a whole old folder, is valid in itself: the
// remembered checkpoint names it.
func TestReplayOfAnOldCheckpoint(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	write(t, dir, 1)
	old := load(t, dir)
	appendOne(t, dir)
	now := load(t, dir)
	opts := verify.Options{Key: signer(t).VerifierKey(), Remembered: [][]byte{now["checkpoint"].Data}}

	rep, err := verify.Folder(ctx, old, opts)
	require.NoError(t, err)
	require.Equal(t, verify.Fail, rep.Integrity.Status)
	require.Equal(t, "checkpoint: is an old one, of 7 entries: one of 8 entries was seen before", rep.Integrity.Problems[0].String())

	mixed := clone(now)
	mixed["checkpoint"] = old["checkpoint"]
	rep, err = verify.Folder(ctx, mixed, opts)
	require.NoError(t, err)
	require.Equal(t, verify.Fail, rep.Integrity.Status)
	require.Equal(t, "checkpoint", rep.Integrity.Problems[0].Where)

	rep, err = verify.Folder(ctx, now, verify.Options{Key: opts.Key, Remembered: [][]byte{old["checkpoint"].Data}})
	require.NoError(t, err)
	require.NoError(t, rep.Err())
}

func appendOne(t *testing.T, dir string) {
	t.Helper()
	l, err := evidence.Open(t.Context(), dir, evidence.Options{Signer: signer(t)})
	require.NoError(t, err)
	_, err = l.Append(t.Context(), evidence.Entry{Kind: "note"})
	require.NoError(t, err)
	require.NoError(t, l.Close())
}

// A log written anew with the true key verifies, except to whoever remembers.
func TestRewrittenLog(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	write(t, first, 3)
	write(t, second, 5)
	m := load(t, second)
	require.NoError(t, check(t, m).Err())
	rep, err := verify.Folder(t.Context(), m, verify.Options{
		Key: signer(t).VerifierKey(), Remembered: [][]byte{load(t, first)["checkpoint"].Data},
	})
	require.NoError(t, err)
	require.Equal(t, verify.Fail, rep.Integrity.Status)
	require.Contains(t, rep.Integrity.Problems[0].String(), "does not continue the remembered one")
}

func TestOtherKeys(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 0)
	m := load(t, dir)
	other, err := evidence.NewSigner("example.com/licences", ed25519.NewKeyFromSeed(make([]byte, 32)))
	require.NoError(t, err)
	rep, err := verify.Folder(t.Context(), m, verify.Options{Key: other.VerifierKey()})
	require.NoError(t, err)
	require.Equal(t, verify.Fail, rep.Provenance.Status)
	require.Contains(t, rep.Provenance.Problems[0].String(), "checkpoint: no valid signature")

	_, err = verify.Folder(t.Context(), m, verify.Options{Key: "nonsense"})
	require.ErrorContains(t, err, "key")
	_, err = verify.Folder(t.Context(), m, verify.Options{Key: other.VerifierKey(), Remembered: [][]byte{m["checkpoint"].Data}})
	require.ErrorContains(t, err, "remembered")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = verify.Folder(ctx, m, verify.Options{Key: signer(t).VerifierKey()})
	require.ErrorIs(t, err, context.Canceled)
}

// Entries after the checkpoint are neither failed nor vouched for.
func TestUnsignedTail(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 0)
	old := load(t, dir)
	appendOne(t, dir)
	m := load(t, dir)
	m["checkpoint"] = old["checkpoint"]
	rep := check(t, m)
	require.Equal(t, verify.Pass, rep.Integrity.Status)
	require.Equal(t, verify.Unknown, rep.Provenance.Status)
	require.Equal(t, "entry 6: and 0 after it are under no signed checkpoint yet", rep.Provenance.Problems[0].String())
	require.False(t, rep.OK())
}

func TestEmptyLog(t *testing.T) {
	dir := t.TempDir()
	l, err := evidence.Open(t.Context(), dir, evidence.Options{Signer: signer(t)})
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.NoError(t, check(t, load(t, dir)).Err())
	require.False(t, check(t, fstest.MapFS{}).OK())
}

func TestCompleteness(t *testing.T) {
	note := evidence.Entry{Kind: "position", Run: "r1"}
	stated := func(n int64) evidence.Entry {
		e, err := evidence.RunStatement{Run: "r1", Counts: []evidence.KindCount{{Kind: "position", Count: n}}}.Entry()
		require.NoError(t, err)
		return e
	}
	broken := stated(1)
	broken.Payload = append(broken.Payload, 0)
	for name, c := range map[string]struct {
		entries []evidence.Entry
		want    string // empty: complete
	}{
		"complete":     {[]evidence.Entry{note, note, stated(2)}, ""},
		"none stated":  {[]evidence.Entry{stated(0)}, ""},
		"no run":       {[]evidence.Entry{{Kind: "position"}}, ""},
		"one left out": {[]evidence.Entry{note, stated(2)}, "run r1: has 1 entries of kind position, its statement says 2"},
		"one too many": {[]evidence.Entry{note, note, stated(1)}, "run r1: has 2 entries of kind position, its statement says 1"},
		"other kind": {[]evidence.Entry{note, {Kind: "plan", Run: "r1"}, stated(1)},
			"run r1: has 1 entries of kind plan, its statement says 0"},
		"unfinished": {[]evidence.Entry{note}, "run r1: has no statement: it did not finish, or its end is missing"},
		"one after":  {[]evidence.Entry{note, stated(1), note}, "entry 2: of kind position belongs to run r1, which entry 1 had closed"},
		"broken":     {[]evidence.Entry{note, broken}, "entry 1: malformed run statement: 1 bytes after the last count"},
	} {
		dir := t.TempDir()
		l, err := evidence.Open(t.Context(), dir, evidence.Options{Signer: signer(t)})
		require.NoError(t, err)
		for _, e := range c.entries {
			_, err := l.Append(t.Context(), e)
			require.NoError(t, err)
		}
		require.NoError(t, l.Close())
		rep := check(t, load(t, dir))
		require.Equal(t, verify.Pass, rep.Integrity.Status, name)
		require.Equal(t, verify.Pass, rep.Provenance.Status, name)
		if c.want == "" {
			require.NoError(t, rep.Err(), name)
			continue
		}
		require.Equal(t, verify.Fail, rep.Completeness.Status, name)
		require.Equal(t, c.want, rep.Completeness.Problems[0].String(), name)
	}
}

// FuzzFolder damages a log at any place in any way: never a panic, and never a
// pass unless nothing was changed.
func FuzzFolder(f *testing.F) {
	dir := f.TempDir()
	write(f, dir, 2)
	whole := load(f, dir)
	names := slices.Sorted(maps.Keys(whole))
	f.Add(uint(0), uint(3), []byte{1}, uint(0))
	f.Add(uint(1), uint(30), []byte("tug1"), uint(9))
	f.Fuzz(func(t *testing.T, file, at uint, splice []byte, drop uint) {
		m := clone(whole)
		name := names[file%uint(len(names))]
		b := m[name].Data
		at %= uint(len(b) + 1)
		drop %= uint(len(b)) - min(at, uint(len(b))) + 1
		m[name].Data = slices.Concat(b[:at], splice, b[at+drop:])
		rep := check(t, m)
		if !bytes.Equal(m[name].Data, whole[name].Data) && rep.OK() && !zeroTail(m[name].Data, whole[name].Data, name) {
			t.Fatalf("%s was changed at %d and passes", name, at)
		}
	})
}

// zeroTail: zeros after the last group are how a segment ends while it is written.
func zeroTail(got, whole []byte, name string) bool {
	rest, ok := bytes.CutPrefix(got, whole)
	return ok && strings.HasPrefix(name, "entries/") && len(bytes.Trim(rest, "\x00")) == 0
}
