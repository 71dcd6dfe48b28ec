package remediation

import (
	"os"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// library is read once for all tests.
var library = sync.OnceValues(metric.Standard)

var now = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

func daysAgo(n int) time.Time { return now.AddDate(0, 0, -n) }

const product = catalog.ProductKey("autodesk/autocad")

// titles is a catalog for tests: a title's publisher and name are the product,
// its version and edition are those of the product.
type titles struct{}

func (titles) Recognise(t catalog.Title) catalog.Recognition {
	if t.Publisher == "" {
		return catalog.Recognition{Status: catalog.Unrecognised}
	}
	return catalog.Recognition{Status: catalog.Recognised, Product: catalog.Product{
		Publisher: t.Publisher, Name: t.Name, Version: t.Version, Edition: t.Edition,
		Key: catalog.ProductKey(t.Publisher + "/" + t.Name),
	}}
}

func acad(version, edition string) catalog.Title {
	return catalog.Title{Publisher: "autodesk", Name: "autocad", Version: version, Edition: edition}
}

// install is a device with one install of the product and one main user.
type install struct {
	device, user     string
	kind             compliance.UserKind
	entity           string
	version, edition string
	idle, age        int // days; 0 is not known
}

func estateOf(t require.TestingT, installs ...install) *compliance.Estate {
	b := compliance.NewBuilder(now)
	require.NoError(t, b.AddSource(compliance.Source{ID: "test", Collected: now, Devices: -1, Installs: -1}))
	for _, i := range installs {
		require.NoError(t, b.AddDevice(compliance.Device{
			ID: compliance.DeviceID(i.device), Kind: compliance.Physical, Source: "test",
			Entity: i.entity, User: compliance.UserID(i.user), LastSeen: now,
		}))
		if i.user != "" {
			require.NoError(t, b.AddUser(compliance.User{ID: compliance.UserID(i.user), Kind: i.kind, Entity: i.entity, Source: "test"}))
		}
		x := compliance.Install{Device: compliance.DeviceID(i.device), Title: acad(i.version, i.edition), Source: "test"}
		if i.idle > 0 {
			x.LastUsed = daysAgo(i.idle)
		}
		if i.age > 0 {
			x.FirstSeen = daysAgo(i.age)
		}
		require.NoError(t, b.AddInstall(x))
	}
	return b.Build()
}

func eur(amount string) compliance.Money {
	return compliance.Money{Amount: decimal.RequireFromString(amount), Currency: "EUR"}
}

func entitlement(id string, quantity int64) compliance.Entitlement {
	return compliance.Entitlement{
		ID: compliance.EntitlementID(id), Contract: "frame", Product: product, Metric: "generic.device",
		Quantity: decimal.NewFromInt(quantity), UnitPrice: eur("900"),
	}
}

func input(t require.TestingT, e *compliance.Estate, entitlements ...compliance.Entitlement) compliance.Input {
	lib, err := library()
	require.NoError(t, err)
	return compliance.Input{
		Estate: e, Catalog: titles{}, Metrics: lib, Entitlements: entitlements,
		Contracts: []compliance.Contract{{ID: "frame", AuditNoticeDays: -1, CureDays: -1}, {ID: "oem", AuditNoticeDays: -1, CureDays: -1}},
		Licensing: []compliance.Licensing{{Product: product, Metric: "generic.device", Price: eur("1000")}},
	}
}

func readPolicy(t require.TestingT, change func(*PolicyDocument)) *Policy {
	data, err := os.ReadFile("testdata/policy.yaml")
	require.NoError(t, err)
	var doc PolicyDocument
	require.NoError(t, document.Read("policy.yaml", data, &doc))
	if change != nil {
		change(&doc)
	}
	p, err := NewPolicy(doc)
	require.NoError(t, err)
	return p
}

func request(t *testing.T, in compliance.Input) Request {
	res, err := compliance.Reconcile(t.Context(), in)
	require.NoError(t, err)
	return Request{Input: in, Result: res, Policy: readPolicy(t, nil), Now: now}
}

// person is a device of a person who uses it as given.
func person(device string, idle, age int) install {
	return install{device: device, user: "user of " + device, kind: compliance.Person, idle: idle, age: age}
}

func literal(text string) document.Text { return document.Literal("test", text) }
