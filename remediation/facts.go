package remediation

import (
	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
)

// FactsDocument states what no source knows about people, machines and the use of
// features. A policy has it for requests that bring no [Facts] of their own. What is not
// in it is not known.
type FactsDocument struct {
	People   []PersonDocument  `yaml:"people"`
	Machines []MachineDocument `yaml:"machines"`
	Features []FeatureDocument `yaml:"features"`
}

// PersonDocument states facts about a user.
type PersonDocument struct {
	At       document.Position `yaml:"-"`
	User     compliance.UserID `yaml:"user,required"`
	OnLeave  *bool             `yaml:"on-leave"`
	WorkDays *int              `yaml:"work-days"`
}

// MachineDocument states facts about a device: whether it is critical, how many virtual
// processors it needs, and how many it has room for.
type MachineDocument struct {
	At       document.Position   `yaml:"-"`
	Device   compliance.DeviceID `yaml:"device,required"`
	Critical *bool               `yaml:"critical"`
	Needs    *int                `yaml:"needs"`
	Room     *int                `yaml:"room"`
}

// FeatureDocument states which features of a product are used on a device, or by a user
// where there is no device. An empty list says that none is.
type FeatureDocument struct {
	At      document.Position   `yaml:"-"`
	Product catalog.ProductKey  `yaml:"product,required"`
	Device  compliance.DeviceID `yaml:"device"`
	User    compliance.UserID   `yaml:"user"`
	Used    []string            `yaml:"used,required"`
}

// stated are the facts of a document.
type stated struct {
	users    map[compliance.UserID]UserFacts
	devices  map[compliance.DeviceID]DeviceFacts
	features map[featured][]string
}

type featured struct {
	product catalog.ProductKey
	device  compliance.DeviceID
	user    compliance.UserID
}

var _ FeatureFacts = stated{}

func (s stated) User(id compliance.UserID) UserFacts       { return s.users[id] }
func (s stated) Device(id compliance.DeviceID) DeviceFacts { return s.devices[id] }

func (s stated) Features(p catalog.ProductKey, d compliance.DeviceID, u compliance.UserID) ([]string, bool) {
	if d != "" {
		u = ""
	}
	used, ok := s.features[featured{p, d, u}]
	return used, ok
}

// facts checks what a policy states.
func (c *policyChecker) facts() {
	s := stated{map[compliance.UserID]UserFacts{}, map[compliance.DeviceID]DeviceFacts{}, map[featured][]string{}}
	for _, p := range c.doc.Facts.People {
		if _, twice := s.users[p.User]; twice || p.WorkDays != nil && (*p.WorkDays < 0 || *p.WorkDays > 7) {
			c.fail(p.At, "%s is stated twice, or works on no number of days from 0 to 7", p.User)
		}
		s.users[p.User] = UserFacts{p.OnLeave, p.WorkDays}
	}
	for _, m := range c.doc.Facts.Machines {
		if _, twice := s.devices[m.Device]; twice || m.Needs != nil && *m.Needs < 1 || m.Room != nil && *m.Room < 0 {
			c.fail(m.At, "%s is stated twice, needs no processor or has a negative room", m.Device)
		}
		s.devices[m.Device] = DeviceFacts{m.Critical, m.Needs, m.Room}
	}
	for _, f := range c.doc.Facts.Features {
		key := featured{f.Product, f.Device, f.User}
		if _, twice := s.features[key]; twice || (f.Device == "") == (f.User == "") {
			c.fail(f.At, "features of %s are for one device or one user, and stated once", f.Product)
		}
		s.features[key] = f.Used
	}
	if len(s.users)+len(s.devices)+len(s.features) > 0 {
		c.p.facts = s
	}
}
