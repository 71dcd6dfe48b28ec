package verify

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/statement"
)

// manifest checks the signed list of files, and the files against it.
func (c *packageChecker) manifest() error {
	const where = format.ManifestFile
	b, err := fs.ReadFile(c.fsys, where)
	if errors.Is(err, fs.ErrNotExist) {
		c.rep.Integrity.fail(where, "is missing, so nothing says what belongs to the package")
		c.rep.Provenance.fail(where, "is missing")
		return nil
	}
	if err != nil {
		return err
	}
	s, about, err := c.openManifest(b)
	if err != nil {
		c.rep.Integrity.fail(where, "vouches for nothing: %v", err)
		c.rep.Provenance.fail(where, "%v", err)
		return nil
	}
	c.out.About = about
	if c.opts.Audience != "" && about.Audience != c.opts.Audience {
		c.rep.Provenance.fail(where, "is for another audience")
	}
	if !c.opts.Now.IsZero() && !c.opts.Now.Before(about.Expires) {
		c.rep.Provenance.fail(where, "expired on %s", about.Expires.Format(time.RFC3339))
	}
	return c.files(s.Subject)
}

// openManifest reads the manifest, which has one spelling: a byte of it that is not
// signed would be one that can be changed.
func (c *packageChecker) openManifest(b []byte) (*statement.Statement, *statement.Package, error) {
	e, err := statement.ParseEnvelope(b)
	if err != nil {
		return nil, nil, err
	}
	s, signedBy, err := statement.Open(e, 1, c.opts.Signers...)
	if err != nil {
		return nil, nil, err
	}
	again, err := e.Encode()
	if err != nil {
		return nil, nil, err
	}
	named := func(sig statement.Signature) bool { return !slices.Contains(signedBy, sig.KeyID) }
	if !bytes.Equal(again, b) || len(e.Signatures) != len(signedBy) || slices.ContainsFunc(e.Signatures, named) {
		return nil, nil, errors.New("not in its one spelling, or signed by others too")
	}
	about, err := statement.As[statement.Package](s)
	return s, &about, err
}

// files compares the package with the manifest, both ways.
func (c *packageChecker) files(subjects []statement.Subject) error {
	want := map[string]string{}
	for _, s := range subjects {
		if _, twice := want[s.Name]; twice || len(s.Digest) != 1 {
			c.rep.Integrity.fail(format.ManifestFile, "names %s twice, or not by its SHA-256", s.Name)
		}
		want[s.Name] = s.Digest["sha256"]
	}
	err := fs.WalkDir(c.fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == format.ManifestFile {
			return err
		}
		if err := c.ctx.Err(); err != nil {
			return err
		}
		digest, ok := want[name]
		if !ok {
			c.rep.Integrity.fail(name, "is not in the manifest")
			return nil
		}
		delete(want, name)
		b, err := fs.ReadFile(c.fsys, name)
		if err != nil {
			return err
		}
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != digest {
			c.rep.Integrity.fail(name, "is not the file that the manifest names")
		}
		return nil
	})
	for _, s := range subjects {
		if _, missing := want[s.Name]; missing {
			c.rep.Integrity.fail(s.Name, "is missing")
		}
	}
	return err
}
