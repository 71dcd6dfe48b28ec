package postgres_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/evidencetest"
	"github.com/trueup-dev/trueup/evidence/postgres"
	"github.com/trueup-dev/trueup/evidence/postgres/postgrestest"
	"github.com/trueup-dev/trueup/evidence/verify"
)

func signer(t testing.TB) *evidence.Signer {
	t.Helper()
	s, err := evidence.NewSigner("example.com/licences", ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef")))
	require.NoError(t, err)
	return s
}

func pool(t testing.TB, url string) *pgxpool.Pool {
	t.Helper()
	p, err := pgxpool.New(context.Background(), url)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

func open(t testing.TB, p *pgxpool.Pool) *postgres.Log {
	t.Helper()
	l, err := postgres.Open(context.Background(), p, postgres.Options{Signer: signer(t)})
	require.NoError(t, err)
	return l
}

// verified exports the log and has the verifier check it.
func verified(t testing.TB, l *postgres.Log) *verify.Report {
	t.Helper()
	dir := t.TempDir() + "/log"
	_, err := l.Export(context.Background(), dir)
	require.NoError(t, err)
	rep, err := verify.Folder(context.Background(), os.DirFS(dir), verify.Options{Key: signer(t).VerifierKey()})
	require.NoError(t, err)
	return rep
}

func TestConformance(t *testing.T) {
	p := pool(t, postgrestest.Start(t).URL())
	require.NoError(t, evidencetest.TestLog(t.Context(), evidencetest.Options{
		VerifierKey: signer(t).VerifierKey(),
		Open: func(ctx context.Context) (evidencetest.Log, error) {
			return postgres.Open(ctx, p, postgres.Options{Signer: signer(t), Schema: `odd "name"`})
		},
	}))
	l, err := postgres.Open(t.Context(), p, postgres.Options{Signer: signer(t), Schema: `odd "name"`})
	require.NoError(t, err)
	rep := verified(t, l)
	require.Equal(t, verify.Pass, rep.Integrity.Status, rep)
	require.Greater(t, rep.Size, int64(1000))
	require.NoError(t, l.Close())
}

// Many logs on one schema, as many processes have: one order, nothing lost, and
// each sees at once what the others appended.
func TestManyLogs(t *testing.T) {
	p := pool(t, postgrestest.Start(t).URL())
	const logs, writers, each = 4, 4, 60
	all := make([]*postgres.Log, logs)
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() { all[i] = open(t, p) }) // they make the tables at the same time
	}
	wg.Wait()
	var mu sync.Mutex
	got := map[evidence.Index]string{}
	for i, l := range all {
		for w := range writers {
			wg.Go(func() {
				for n := range each {
					// Neighbouring logs append the same keys.
					key := fmt.Sprintf("%d/%d/%d", i/2, w, n)
					at, err := l.Append(context.Background(), evidence.Entry{Kind: "plan", Key: key, Payload: []byte(key)})
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					if other, ok := got[at]; ok && other != key {
						t.Errorf("entry %d is of %s and of %s", at, other, key)
					}
					got[at] = key
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()
	require.Len(t, got, logs/2*writers*each)
	for _, l := range all {
		n, err := l.Len(t.Context())
		require.NoError(t, err)
		require.Equal(t, int64(len(got)), n)
		for r, err := range l.Entries(t.Context(), 0) {
			require.NoError(t, err)
			require.Equal(t, got[r.Index], r.Key)
		}
		require.NoError(t, l.Close())
	}
	require.NoError(t, verified(t, open(t, p)).Err())
}

func TestFollow(t *testing.T) {
	p := pool(t, postgrestest.Start(t).URL())
	here, there := open(t, p), open(t, p)
	_, err := here.Append(t.Context(), evidence.Entry{Kind: "before"})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := make(chan evidence.Record)
	done := make(chan error)
	go func() {
		for r, err := range there.Follow(ctx, 0) {
			if err != nil {
				done <- err
				return
			}
			seen <- r
		}
	}()
	require.Equal(t, evidence.Kind("before"), (<-seen).Kind)
	for i := range 300 {
		_, err := here.Append(t.Context(), evidence.Entry{Kind: "after", Payload: fmt.Append(nil, i)})
		require.NoError(t, err)
		r := <-seen
		require.Equal(t, evidence.Index(i+1), r.Index)
		require.Equal(t, fmt.Append(nil, i), r.Payload)
	}
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
}

// What someone changes in the tables is found: by reading, by opening and by the
// next signature.
func TestDamage(t *testing.T) {
	p := pool(t, postgrestest.Start(t).URL())
	l := open(t, p)
	for i := range 600 {
		_, err := l.AppendBatch(t.Context(), []evidence.Entry{{Kind: "plan", Payload: fmt.Append(nil, i)}})
		require.NoError(t, err)
	}
	require.NoError(t, l.Close())

	const table = "trueup_evidence."
	_, err := p.Exec(t.Context(), "DELETE FROM "+table+"entry WHERE index = 3")
	require.ErrorContains(t, err, "append-only")
	change := func(sql string) {
		for _, trigger := range []string{"entry", "tile"} { // opening enables them again
			_, err := p.Exec(t.Context(), "ALTER TABLE "+table+trigger+" DISABLE TRIGGER append_only")
			require.NoError(t, err)
		}
		_, err = p.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	for name, c := range map[string]struct{ damage, mend string }{
		"record": {"UPDATE " + table + "entry SET record = set_byte(record, 30, get_byte(record, 30) # 1) WHERE index = 7", ""},
		"hash":   {"UPDATE " + table + "entry SET hash = set_byte(hash, 3, get_byte(hash, 3) # 1) WHERE index = 7", ""},
		"gone": {"UPDATE " + table + "entry SET index = 100000 WHERE index = 7",
			"UPDATE " + table + "entry SET index = 7 WHERE index = 100000"},
		"tile":  {"UPDATE " + table + "tile SET hashes = set_byte(hashes, 230, get_byte(hashes, 230) # 1) WHERE n = 0", ""},
		"edge":  {"UPDATE " + table + "entry SET hash = set_byte(hash, 3, get_byte(hash, 3) # 1) WHERE index = 599", ""},
		"head":  {"UPDATE " + table + "head SET root = set_byte(root, 3, get_byte(root, 3) # 1)", ""},
		"short": {"UPDATE " + table + "head SET size = 512", "UPDATE " + table + "head SET size = 600"},
	} {
		if c.mend == "" {
			c.mend = c.damage // flips back
		}
		change(c.damage)
		require.ErrorIs(t, readAll(t, p), evidence.ErrCorrupt, name)
		change(c.mend)
		require.NoError(t, readAll(t, p), name)
	}
}

// readAll opens the log and reads every entry.
func readAll(t *testing.T, p *pgxpool.Pool) error {
	l, err := postgres.Open(t.Context(), p, postgres.Options{Signer: signer(t)})
	if err != nil {
		return err
	}
	for _, err := range l.Entries(t.Context(), 0) {
		if err != nil {
			return err
		}
	}
	return nil
}

// The owner of the database writes another history with the log's own code. The
// key signs only what continues what it has signed.
func TestRewrittenHistory(t *testing.T) {
	p := pool(t, postgrestest.Start(t).URL())
	l := open(t, p)
	entry := evidence.Entry{Kind: "plan", Payload: []byte("true")}
	for range 3 {
		_, err := l.Append(t.Context(), entry)
		require.NoError(t, err)
	}
	c, err := l.Checkpoint(t.Context())
	require.NoError(t, err)
	old := l
	_, err = p.Exec(t.Context(), "ALTER SCHEMA trueup_evidence RENAME TO away")
	require.NoError(t, err)
	forged := open(t, p)
	for range 5 {
		_, err := forged.Append(t.Context(), entry)
		require.NoError(t, err)
	}
	_, err = p.Exec(t.Context(), "UPDATE trueup_evidence.published SET size = $1, note = $2", c.Size, c.Note)
	require.NoError(t, err)

	_, err = old.Checkpoint(t.Context())
	require.ErrorIs(t, err, evidence.ErrCorrupt)
	_, err = postgres.Open(t.Context(), p, postgres.Options{Signer: signer(t)})
	require.ErrorIs(t, err, evidence.ErrCorrupt)
}

func TestOptions(t *testing.T) {
	p := pool(t, postgrestest.Start(t).URL())
	_, err := postgres.Open(t.Context(), nil, postgres.Options{})
	require.ErrorIs(t, err, evidence.ErrInvalid)
	require.NoError(t, open(t, p).Close())
	other, err := evidence.NewSigner("example.com/other", ed25519.NewKeyFromSeed(make([]byte, 32)))
	require.NoError(t, err)
	_, err = postgres.Open(t.Context(), p, postgres.Options{Signer: other})
	require.ErrorIs(t, err, evidence.ErrInvalid)
	_, err = postgres.Open(t.Context(), p, postgres.Options{Signer: other, Schema: "second"})
	require.NoError(t, err)

	_, err = p.Exec(t.Context(), "ALTER SYSTEM SET fsync = off")
	require.NoError(t, err)
	_, err = p.Exec(t.Context(), "SELECT pg_reload_conf()")
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		_, err = postgres.Open(t.Context(), p, postgres.Options{Signer: signer(t)})
		return err != nil
	}, 10*time.Second, 20*time.Millisecond)
	require.ErrorIs(t, err, evidence.ErrInvalid)
	require.ErrorContains(t, err, "fsync off")
}
