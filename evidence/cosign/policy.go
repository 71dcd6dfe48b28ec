package cosign

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/internal/format"
)

// Errors of a policy.
var (
	// ErrPolicy: the policy file is malformed. The error gives each line.
	ErrPolicy = errors.New("cosign: malformed policy")

	// ErrUnsigned: no log of the policy has signed the checkpoint, or a signature
	// in it is invalid.
	ErrUnsigned = errors.New("cosign: checkpoint is not validly signed")

	// ErrQuorum: the cosignatures do not reach the quorum.
	ErrQuorum = errors.New("cosign: quorum is not reached")

	// ErrSplitView: two checkpoints that are both validly signed contradict each
	// other. The log has shown two histories. Keep both: they are the proof.
	ErrSplitView = errors.New("cosign: split view")
)

// Policy says which logs to believe and which witnesses must have cosigned.
type Policy struct {
	Logs      []Party
	Witnesses []Party

	quorum string
	groups map[string]group
}

// Party is a log or a witness of a policy.
type Party struct {
	Name string // of a witness, in the policy only; of a log, its origin
	URL  string // may be empty

	verifier note.Verifier
}

type group struct {
	need    int
	members []string
}

// ParsePolicy reads a policy file. All malformed lines are reported, each as
// "<file>:<line>: …".
func ParsePolicy(file string, text []byte) (*Policy, error) {
	p := &policyParser{file: file, policy: &Policy{groups: map[string]group{}}, defined: map[string]bool{"none": true}, keys: map[string]bool{}, member: map[string]bool{}}
	for i, line := range bytes.Split(text, []byte("\n")) {
		p.line = i + 1
		if at := bytes.IndexFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }); at >= 0 {
			p.errorf("control character at column %d", at+1)
			continue
		}
		fields := strings.FieldsFunc(string(line), func(r rune) bool { return r == ' ' || r == '\t' })
		if len(fields) > 0 && !strings.HasPrefix(fields[0], "#") {
			p.statement(fields)
		}
	}
	if p.policy.quorum == "" && len(p.errs) == 0 {
		p.errorf("there is no quorum line; write \"quorum none\" to need no witness")
	}
	if len(p.errs) > 0 {
		return nil, fmt.Errorf("%w:\n%w", ErrPolicy, errors.Join(p.errs...))
	}
	return p.policy, nil
}

type policyParser struct {
	file    string
	line    int
	policy  *Policy
	defined map[string]bool
	keys    map[string]bool // public keys seen, by kind
	member  map[string]bool // names that are in a group
	errs    []error
}

func (p *policyParser) errorf(format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf("%s:%d: %w", p.file, p.line, fmt.Errorf(format, args...)))
}

func (p *policyParser) statement(fields []string) {
	switch word, args := fields[0], fields[1:]; word {
	case "log":
		p.log(args)
	case "witness":
		p.witness(args)
	case "group":
		p.group(args)
	case "quorum":
		p.quorum(args)
	default:
		p.errorf("%q is none of log, witness, group, quorum", word)
	}
}

func (p *policyParser) log(args []string) {
	if len(args) < 1 || len(args) > 2 {
		p.errorf("want: log <vkey> [<url>]")
		return
	}
	if v := p.key("log", args[0], algEd25519); v != nil {
		p.policy.Logs = append(p.policy.Logs, Party{Name: v.Name(), URL: strings.Join(args[1:], ""), verifier: v})
	}
}

func (p *policyParser) witness(args []string) {
	if len(args) < 2 || len(args) > 3 {
		p.errorf("want: witness <name> <vkey> [<url>]")
		return
	}
	v := p.key("witness", args[1], algEd25519Cosign)
	if v != nil && p.define(args[0]) {
		p.policy.Witnesses = append(p.policy.Witnesses, Party{Name: args[0], URL: strings.Join(args[2:], ""), verifier: v})
	}
}

// key reads a verifier key for a log or a witness.
func (p *policyParser) key(kind, vkey string, alg byte) note.Verifier {
	v, err := NewVerifier(vkey)
	if err != nil {
		p.errorf("%w", err)
		return nil
	}
	_, _, data, err := parseVKey(vkey)
	if err != nil {
		p.errorf("%w", err)
		return nil
	}
	if data[0] != alg {
		p.errorf("key of %s has algorithm %d, a %s needs %d", v.Name(), data[0], kind, alg)
		return nil
	}
	if id := kind + string(data[1:]); p.keys[id] {
		p.errorf("this key has been given to another %s", kind)
		return nil
	} else {
		p.keys[id] = true
	}
	return v
}

func (p *policyParser) define(name string) bool {
	if p.defined[name] {
		p.errorf("name %s is taken", name)
		return false
	}
	p.defined[name] = true
	return true
}

func (p *policyParser) group(args []string) {
	if len(args) < 3 {
		p.errorf("want: group <name> all|any|<k> <member>...")
		return
	}
	g := group{members: args[2:]}
	switch n, err := strconv.ParseUint(args[1], 10, 16); {
	case args[1] == "all":
		g.need = len(g.members)
	case args[1] == "any":
		g.need = 1
	case err != nil || n < 1 || int(n) > len(g.members):
		p.errorf("threshold %q is none of all, any, 1 to %d", args[1], len(g.members))
		return
	default:
		g.need = int(n)
	}
	for _, m := range g.members {
		switch {
		case m == "none" || !p.defined[m]:
			p.errorf("member %s is not defined above", m)
			return
		case p.member[m]:
			p.errorf("member %s is in a group already", m)
			return
		}
		p.member[m] = true
	}
	if p.define(args[0]) {
		p.policy.groups[args[0]] = g
	}
}

func (p *policyParser) quorum(args []string) {
	switch {
	case len(args) != 1:
		p.errorf("want: quorum <name>")
	case p.policy.quorum != "":
		p.errorf("there is a quorum line already")
	case !p.defined[args[0]]:
		p.errorf("quorum %s is not defined above", args[0])
	default:
		p.policy.quorum = args[0]
	}
}

// Witnessed is a checkpoint that satisfies a policy.
type Witnessed struct {
	Origin string
	Size   int64
	Root   tlog.Hash

	// Cosignatures of the policy's witnesses, in the policy's order.
	Cosignatures []Cosignature

	// Unknown are the names on signature lines of keys that the policy does not
	// have. They say nothing.
	Unknown []string
}

// Cosignature is a witness's word that the checkpoint continued what it had seen.
type Cosignature struct {
	Witness string // its name in the policy
	Time    time.Time
}

// Check checks a signed checkpoint against the policy: a log's signature, no
// invalid one, and the quorum of cosignatures.
func (p *Policy) Check(checkpoint []byte) (Witnessed, error) {
	var verifiers []note.Verifier
	for _, party := range slices.Concat(p.Logs, p.Witnesses) {
		verifiers = append(verifiers, party.verifier)
	}
	n, err := format.OpenNote(checkpoint, verifiers...)
	if err != nil {
		return Witnessed{}, fmt.Errorf("%w: %w", ErrUnsigned, err)
	}
	c, err := format.ParseCheckpointText(n.Text)
	if err != nil {
		return Witnessed{}, fmt.Errorf("cosign: %w", err)
	}
	if !slices.ContainsFunc(p.Logs, func(l Party) bool { return l.Name == c.Origin && signature(n, l.verifier) != nil }) {
		return Witnessed{}, fmt.Errorf("%w: by no log of the policy whose origin is %s", ErrUnsigned, c.Origin)
	}
	w := Witnessed{Origin: c.Origin, Size: c.Size, Root: c.Root}
	cosigned := map[string]bool{}
	for _, party := range p.Witnesses {
		s := signature(n, party.verifier)
		if s == nil {
			continue
		}
		at, err := cosignedAt(*s)
		if err != nil {
			return Witnessed{}, err
		}
		w.Cosignatures = append(w.Cosignatures, Cosignature{party.Name, at})
		cosigned[party.Name] = true
	}
	for _, s := range n.UnverifiedSigs {
		w.Unknown = append(w.Unknown, s.Name)
	}
	if p.quorum != "none" && !p.reached(p.quorum, cosigned) {
		return w, fmt.Errorf("%w: %s is not satisfied by %d cosignatures", ErrQuorum, p.quorum, len(w.Cosignatures))
	}
	return w, nil
}

// reached is whether the witness or group called name has cosigned.
func (p *Policy) reached(name string, cosigned map[string]bool) bool {
	g, ok := p.groups[name]
	if !ok {
		return cosigned[name]
	}
	got := 0
	for _, m := range g.members {
		if p.reached(m, cosigned) {
			got++
		}
	}
	return got >= g.need
}

func signature(n *note.Note, v note.Verifier) *note.Signature {
	for i, s := range n.Sigs {
		if s.Name == v.Name() && s.Hash == v.KeyHash() {
			return &n.Sigs[i]
		}
	}
	return nil
}

// Compare says whether two checked checkpoints of one log can both be true as far
// as they show by themselves: equal sizes need equal roots. For different sizes a
// consistency proof decides.
func Compare(a, b Witnessed) error {
	if a.Origin == b.Origin && a.Size == b.Size && a.Root != b.Root {
		return fmt.Errorf("%w: %s has signed two logs of %d entries, with roots %s and %s",
			ErrSplitView, a.Origin, a.Size, a.Root, b.Root)
	}
	return nil
}
