package playbook

import (
	"io/fs"
	"path"
	"strings"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/route"
	"github.com/trueup-dev/trueup/playbook/notify"
)

// Notices say who is told of cases over what; nil where the playbook does not.
func (p *Playbook) Notices() *notify.Notices { return p.notices }

// notices checks who is told against who is named.
func (l *loader) notices(at document.Position) {
	if l.p.doc.Notices == nil {
		return
	}
	var err error
	l.p.notices, err = notify.New(*l.p.doc.Notices, l.told())
	l.note(at, err)
}

// told are the people whom routes, chains and teams name. A team is told through its
// members.
func (l *loader) told() []document.Text {
	doc := &l.p.doc.Escalation
	teams := map[string]bool{"owner": true}
	for _, t := range doc.Teams {
		teams[t.Name.Value] = true
	}
	var out []document.Text
	add := func(names ...document.Text) {
		for _, n := range names {
			if n.Value != "" && !teams[n.Value] {
				out = append(out, n)
			}
		}
	}
	var walk func(r route.Document)
	walk = func(r route.Document) {
		add(r.Owner)
		add(r.Participants...)
		for _, below := range r.Routes {
			walk(below)
		}
	}
	walk(doc.Routes)
	for _, c := range doc.Chains {
		for _, s := range c.Stages {
			add(s.Tell...)
		}
		add(c.Fallback...)
	}
	for _, t := range doc.Teams {
		for _, m := range t.Members {
			add(m.Name)
		}
	}
	return out
}

// named are the files of the playbook's folder. What is read through it is a file that
// the playbook names: it goes into the digest and into the evidence.
type named struct{ l *loader }

// Open implements fs.FS.
func (n named) Open(name string) (fs.File, error) { return n.l.fsys.Open(name) }

// ReadFile implements fs.ReadFileFS.
func (n named) ReadFile(name string) ([]byte, error) {
	data, err := fs.ReadFile(n.l.fsys, name)
	if err != nil {
		return nil, err
	}
	short := name
	if n.l.dir != "." {
		short = strings.TrimPrefix(name, path.Clean(n.l.dir)+"/")
	}
	n.l.digest(short, data)
	n.l.p.files[name] = data
	return data, nil
}
