package export

import (
	"crypto/sha1" // what UUIDs of version 5 are made with; nothing rests on it
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// OSCALVersion is the version of the OSCAL models that are written.
const OSCALVersion = "1.1.3"

// propertyNS is the namespace of the properties that OSCAL has no name for.
const propertyNS = "https://trueup.dev/ns/oscal"

// The parts of the OSCAL models that are used, by the names of its JSON schema.
type (
	metadata struct {
		Title    string     `json:"title"`
		Modified time.Time  `json:"last-modified"`
		Version  string     `json:"version"`
		OSCAL    string     `json:"oscal-version"`
		Props    []property `json:"props,omitempty"`
		Roles    []role     `json:"roles,omitempty"`
	}
	property struct {
		Name  string `json:"name"`
		NS    string `json:"ns,omitempty"`
		Value string `json:"value"`
	}
	role struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	}
	link struct {
		Href string `json:"href"`
		Rel  string `json:"rel,omitempty"`
	}
	observation struct {
		UUID        string     `json:"uuid"`
		Title       string     `json:"title"`
		Description string     `json:"description"`
		Props       []property `json:"props,omitempty"`
		Methods     []string   `json:"methods"`
		Types       []string   `json:"types"`
		Collected   time.Time  `json:"collected"`
	}
	found struct {
		UUID         string        `json:"uuid"`
		Title        string        `json:"title"`
		Description  string        `json:"description"`
		Props        []property    `json:"props,omitempty"`
		Target       target        `json:"target"`
		Observations []relatedSeen `json:"related-observations,omitempty"`
		Risks        []relatedRisk `json:"related-risks,omitempty"`
	}
	target struct {
		Type   string `json:"type"`
		ID     string `json:"target-id"`
		Status status `json:"status"`
	}
	status struct {
		State   string `json:"state"`
		Reason  string `json:"reason,omitempty"`
		Remarks string `json:"remarks,omitempty"`
	}
	relatedSeen struct {
		UUID string `json:"observation-uuid"`
	}
	relatedRisk struct {
		UUID string `json:"risk-uuid"`
	}
	relatedFinding struct {
		UUID string `json:"finding-uuid"`
	}
	risk struct {
		UUID         string        `json:"uuid"`
		Title        string        `json:"title"`
		Description  string        `json:"description"`
		Statement    string        `json:"statement"`
		Props        []property    `json:"props,omitempty"`
		Status       string        `json:"status"`
		Deadline     *time.Time    `json:"deadline,omitempty"`
		Remediations []response    `json:"remediations,omitempty"`
		Observations []relatedSeen `json:"related-observations,omitempty"`
	}
	response struct {
		UUID        string `json:"uuid"`
		Lifecycle   string `json:"lifecycle"`
		Title       string `json:"title"`
		Description string `json:"description"`
		Tasks       []task `json:"tasks,omitempty"`
	}
	task struct {
		UUID        string            `json:"uuid"`
		Type        string            `json:"type"`
		Title       string            `json:"title"`
		Description string            `json:"description,omitempty"`
		Props       []property        `json:"props,omitempty"`
		Timing      timing            `json:"timing"`
		Roles       []responsibleRole `json:"responsible-roles,omitempty"`
	}
	responsibleRole struct {
		ID string `json:"role-id"`
	}
	timing struct {
		On     *onDate   `json:"on-date,omitempty"`
		Within *interval `json:"within-date-range,omitempty"`
	}
	onDate struct {
		Date time.Time `json:"date"`
	}
	interval struct {
		Start time.Time `json:"start"`
		End   time.Time `json:"end"`
	}
	resource struct {
		UUID   string     `json:"uuid"`
		Title  string     `json:"title"`
		Props  []property `json:"props,omitempty"`
		RLinks []rlink    `json:"rlinks"`
	}
	rlink struct {
		Href   string `json:"href"`
		Hashes []hash `json:"hashes,omitempty"`
	}
	hash struct {
		Algorithm string `json:"algorithm"`
		Value     string `json:"value"`
	}
	backMatter struct {
		Resources []resource `json:"resources"`
	}
)

// oscalSpace is the namespace of all UUIDs: that of OSCAL properties, as a URL.
var oscalSpace = uuid5([16]byte{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}, propertyNS)

// uuid5 is a UUID of version 5 (RFC 9562): the same name has the same one.
func uuid5(space [16]byte, name string) [16]byte {
	h := sha1.New()
	h.Write(space[:])
	h.Write([]byte(name))
	var id [16]byte
	copy(id[:], h.Sum(nil))
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return id
}

// id is the UUID of a part of an assessment.
func (a *Assessment) id(parts ...string) string {
	u := uuid5(oscalSpace, a.Checkpoint.Origin+"\x00"+string(a.Run)+"\x00"+strings.Join(parts, "\x00"))
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// token is a name as OSCAL wants it: letters, digits, dots, hyphens and underscores,
// the first a letter or an underscore. One that had to be changed ends in a digest of
// what it was, so that different names stay different.
func token(name string) string {
	var b strings.Builder
	for i, r := range name {
		switch {
		case unicode.IsLetter(r), r == '_', i > 0 && (unicode.IsNumber(r) || r == '.' || r == '-'):
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
	}
	if b.String() == name && name != "" {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return "_" + b.String() + "-" + hex.EncodeToString(sum[:4])
}

// props are properties of our namespace, without those that are empty.
func props(pairs ...string) []property {
	var out []property
	for i := 0; i < len(pairs); i += 2 {
		if v := line(pairs[i+1]); v != "" {
			out = append(out, property{Name: pairs[i], NS: propertyNS, Value: v})
		}
	}
	return out
}
